//! Households, children, and invitations between people.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::seal;
use ground::who::{Object, Scope};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::acting::forget_sessions;
use super::mandates::{MANDATES_MAX, Runs, Terms, begins_ms, make, runs};
use super::profile::subject;
use crate::actions::{
    Nothing, a_mail, date_or_empty, mail_or_empty, own_account, own_person, shown, whole_city,
};
use crate::model::{AccountKind, AccountState, folded_mail, katakana, tidy};
use crate::profile::letter::{self, Notice};
use crate::profile::mandate::{Relation, Standing};
use crate::profile::store::households::{self, Child, Household};
use crate::profile::store::invitations::{self, Asked, Invitation};
use crate::profile::store::mandates::{self, Mandate};
use crate::profile::store::profiles;
use crate::profile::store::rules::{self, RuleCode};
use crate::profile::{code, era};
use crate::store::accounts::{self, Account};

/// An invitation waits so long.
pub const INVITATION_DAYS: i64 = 7;
/// Invitations of one person that wait at a time, at most.
const OPEN_MAX: i64 = 10;
/// Children of one person at most.
const CHILDREN_MAX: i64 = 20;
const DAY_MS: i64 = 86_400_000;
/// Ended mandates are shown for a year.
const SHOWN_MS: i64 = 365 * DAY_MS;

fn own_id(cx: &Cx) -> Result<Id, Fault> {
    cx.who().account.clone().ok_or_else(Fault::signed_out)
}

/// Everything about who acts for whom around one person.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Family {
    /// Mandates by which this person acts.
    pub i_act: Vec<Mandate>,
    /// Mandates by which others act for this person.
    pub for_me: Vec<Mandate>,
    pub invitations: Vec<Invitation>,
    pub household: Option<Household>,
    pub children: Vec<ChildView>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChildView {
    pub child: Child,
    /// Whether it is old enough for an account of its own.
    pub may_be_handed_over: bool,
}

/// Whole years lived on a day.
fn age_on(birth: &str, day: Date) -> Option<i64> {
    let birth: Date = birth.parse().ok()?;
    let had = (day.month(), day.day()) >= (birth.month(), birth.day());
    Some(i64::from(day.year()) - i64::from(birth.year()) - i64::from(!had))
}

fn old_enough(tx: &mut Tx<'_>, cx: &Cx, birth: &str) -> Result<bool, Fault> {
    let today = cx.now().date();
    let age = rules::on(tx, RuleCode::ChildOwnAge, &today.to_string())?;
    Ok(age_on(birth, today).is_some_and(|years| years >= age))
}

pub const FAMILY: Action<Nothing, Family> = Action::reads("people.family", own_account, |tx, cx, _| {
    let own = own_id(cx)?;
    let from_ms = cx.now_ms() - SHOWN_MS;
    let i_act = mandates::of_agent(tx, &own, from_ms, MANDATES_MAX)?;
    let for_me = mandates::for_person(tx, &own, from_ms, MANDATES_MAX)?;
    let invitations = invitations::open_of(tx, &own, cx.now_ms(), OPEN_MAX)?;
    let household = match profiles::household(tx, &own)? {
        Some(id) => Some(households::by_id(tx, &id)?),
        None => None,
    };
    let mut children = Vec::new();
    for child in households::children_of(tx, &own, CHILDREN_MAX)? {
        let may_be_handed_over = old_enough(tx, cx, &child.birth)?;
        children.push(ChildView { child, may_be_handed_over });
    }
    // Visits at the counter are shown to whoever was served, and are no family of the clerk's.
    let i_act = i_act.into_iter().filter(|one| one.relation != Relation::Counter).collect();
    Ok(Family { i_act, for_me, invitations, household, children })
});

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    #[garde(skip)]
    pub asked: Asked,
    /// The child, when another parent is asked.
    #[serde(default)]
    #[garde(skip)]
    pub child: Option<Id>,
    #[serde(default)]
    #[garde(length(max = 20))]
    pub scopes: Vec<Scope>,
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub starts_on: String,
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub ends_on: String,
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub note: String,
    /// Where the code is sent; empty when it is handed over some other way.
    #[serde(default)]
    #[garde(custom(mail_or_empty))]
    pub mail: String,
}

/// An invitation to hand over. Its code is shown once and cannot be read again.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Invited {
    pub id: Id,
    pub code: String,
    pub path: String,
    pub ends_ms: i64,
}

/// Asks somebody to join the household, to help, to be helped, or to be the other parent of a child. Nothing holds before
/// they accept.
pub const INVITE: Action<Invite, Invited> =
    Action::writes("people.invite", own_account, |tx, cx, input: &Invite| {
        let own = own_id(cx)?;
        tx.lock(&format!("people/invite/{own}"))?;
        let open = invitations::open_of(tx, &own, cx.now_ms(), OPEN_MAX)?;
        if i64::try_from(open.len()).unwrap_or(0) >= OPEN_MAX {
            return Err(Fault::new(Kind::Conflict, "people-invitations-full").arg("limit", OPEN_MAX));
        }
        let helps = matches!(input.asked, Asked::HelpMe | Asked::LetMeHelp);
        let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(|one| input.scopes.contains(one)).collect();
        if helps && scopes.is_empty() {
            return Err(Fault::field("scopes", "field-people-scopes"));
        }
        let (starts_on, ends_on) = if helps {
            let runs = runs(tx, cx, &input.starts_on, &input.ends_on)?;
            (runs.starts_on, runs.ends_on)
        } else {
            (String::new(), String::new())
        };
        let child = match (input.asked, &input.child) {
            (Asked::Parent, Some(child)) if households::is_parent(tx, &own, child)? => Some(child.clone()),
            (Asked::Parent, _) => return Err(Fault::missing()),
            _ => None,
        };
        let me = accounts::by_id(tx, &own)?.ok_or_else(Fault::signed_out)?;
        let code = code::drawn(cx.secret());
        let invitation = Invitation {
            id: cx.id(),
            asked: input.asked,
            made_by: own,
            made_by_name: me.name.clone(),
            person: child,
            person_name: String::new(),
            scopes,
            starts_on,
            ends_on,
            note: tidy(&input.note),
            made_ms: cx.now_ms(),
            ends_ms: cx.now_ms() + INVITATION_DAYS * DAY_MS,
        };
        invitations::add(tx, &seal::token_digest(&code), &invitation)?;
        tx.emit(
            cx,
            "people.invited",
            invitation.id.as_str(),
            serde_json::json!({"asked": input.asked.name()}),
        )?;
        let path = format!("/my/family/join?code={code}");
        let notice =
            Notice { kind: "invitation", args: &[("person", &me.name), ("code", &code)], path: &path };
        letter::to_address(tx, cx, &folded_mail(&input.mail), cx.tongue(), &notice)?;
        Ok(Invited { id: invitation.id, code, path, ends_ms: invitation.ends_ms })
    })
    .rate(10, 10)
    .emits(&["people.invited"])
    .answers_once();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct WithCode {
    #[garde(length(chars, max = 40))]
    pub code: String,
}

fn no_such_code() -> Fault {
    Fault::new(Kind::Missing, "people-invitation")
}

fn by_code(tx: &mut Tx<'_>, cx: &Cx, typed: &str) -> Result<(String, Invitation), Fault> {
    let digest = seal::token_digest(&code::typed(typed));
    let invitation = invitations::by_code(tx, &digest, cx.now_ms())?.ok_or_else(no_such_code)?;
    Ok((digest, invitation))
}

/// What somebody is asked, shown to whoever holds the code and is signed in.
pub const INVITATION: Action<WithCode, Invitation> =
    Action::reads("people.invitation", whole_city, |tx, cx, input: &WithCode| {
        Ok(by_code(tx, cx, &input.code)?.1)
    })
    .rate(20, 20);

fn active(tx: &mut Tx<'_>, id: &Id) -> Result<Account, Fault> {
    accounts::by_id(tx, id)?.filter(|one| one.state == AccountState::Active).ok_or_else(no_such_code)
}

/// Says yes to what was asked. Both sides have agreed now, and it holds.
pub const ACCEPT_INVITATION: Action<WithCode, Invitation> =
    Action::writes("people.accept_invitation", whole_city, |tx, cx, input: &WithCode| {
        let own = own_id(cx)?;
        let (digest, invitation) = by_code(tx, cx, &input.code)?;
        if invitation.made_by == own {
            return Err(Fault::new(Kind::Conflict, "people-invitation-own"));
        }
        if !invitations::use_up(tx, &digest, &own, cx.now_ms())? {
            return Err(no_such_code());
        }
        let (asker, me) = (active(tx, &invitation.made_by)?, active(tx, &own)?);
        match invitation.asked {
            Asked::Household => join(tx, cx, &asker.id, &own)?,
            Asked::HelpMe => help(tx, cx, &asker, &me, &invitation)?,
            Asked::LetMeHelp => help(tx, cx, &me, &asker, &invitation)?,
            Asked::Parent => {
                let child = invitation.person.clone().ok_or_else(no_such_code)?;
                if !households::is_parent(tx, &asker.id, &child)? {
                    return Err(no_such_code());
                }
                parent(tx, cx, &child, &me)?;
            }
        }
        Ok(invitation)
    })
    .rate(10, 10)
    .emits(&["people.mandate_made", "people.household_changed"]);

fn help(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: &Account,
    agent: &Account,
    invitation: &Invitation,
) -> Result<(), Fault> {
    let terms = Terms {
        relation: Relation::Helper,
        scopes: invitation.scopes.clone(),
        runs: runs(tx, cx, &invitation.starts_on, &invitation.ends_on)?,
        note: invitation.note.clone(),
        document: String::new(),
        standing: Standing::Active,
    };
    make(tx, cx, person, agent, terms).map(|_| ())
}

/// Makes somebody a parent of a child, until it is of age.
fn parent(tx: &mut Tx<'_>, cx: &Cx, child: &Id, agent: &Account) -> Result<(), Fault> {
    let person = active(tx, child)?;
    let profile = profiles::by_account(tx, child)?.ok_or_else(no_such_code)?;
    let today = cx.now().date();
    let adult = rules::on(tx, RuleCode::AdultAge, &today.to_string())?;
    let birth: Date = profile.birth.parse().map_err(|_| Fault::field("birth", "field-people-birth"))?;
    let of_age = birth
        .checked_add(jiff::Span::new().years(adult))
        .map_err(|_| Fault::field("birth", "field-people-birth"))?;
    if of_age <= today {
        return Err(Fault::field("birth", "field-people-not-a-child"));
    }
    let last = of_age.yesterday().unwrap_or(of_age);
    let terms = Terms {
        relation: Relation::Parent,
        scopes: Scope::ALL.to_vec(),
        runs: Runs {
            starts_on: today.to_string(),
            ends_on: last.to_string(),
            starts_ms: cx.now_ms(),
            ends_ms: begins_ms(cx, of_age),
        },
        note: String::new(),
        document: String::new(),
        standing: Standing::Active,
    };
    make(tx, cx, &person, agent, terms).map(|_| ())
}

/// Brings somebody into another's household; the two make one when there is none.
fn join(tx: &mut Tx<'_>, cx: &Cx, asker: &Id, own: &Id) -> Result<(), Fault> {
    tx.lock("people/household")?;
    let household = match profiles::household(tx, asker)? {
        Some(household) => household,
        None => {
            let made = cx.id();
            households::put(tx, &made, "", &cx.who().written(), cx.now_ms())?;
            profiles::set_household(tx, asker, made.as_str())?;
            made
        }
    };
    let before = profiles::household(tx, own)?;
    profiles::set_household(tx, own, household.as_str())?;
    if let Some(before) = before.filter(|before| *before != household) {
        households::forget_if_empty(tx, &before)?;
    }
    changed(tx, cx, &household)
}

fn changed(tx: &mut Tx<'_>, cx: &Cx, household: &Id) -> Result<(), Fault> {
    tx.emit(cx, "people.household_changed", household.as_str(), serde_json::json!({}))?;
    forget_sessions(tx, cx);
    Ok(())
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisInvitation {
    pub id: Id,
}

fn own_invitation(tx: &mut Tx<'_>, _: &Cx, input: &ThisInvitation) -> Result<Object, Fault> {
    let owner = invitations::owner(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("invitation", &input.id).owner(Some(owner)))
}

/// Takes back what nobody has accepted; its code is worth nothing from now on.
pub const TAKE_BACK_INVITATION: Action<ThisInvitation, Nothing> =
    Action::writes("people.take_back_invitation", own_invitation, |tx, _, input: &ThisInvitation| {
        if invitations::remove(tx, &input.id)? { Ok(Nothing {}) } else { Err(Fault::missing()) }
    });

/// Leaves the household. A child leaves when its parent, acting for it, says so.
pub const LEAVE_HOUSEHOLD: Action<Nothing, Nothing> =
    Action::writes("people.leave_household", own_person, |tx, cx, _| {
        let person = subject(cx)?;
        tx.lock("people/household")?;
        let household = profiles::household(tx, &person)?.ok_or_else(Fault::missing)?;
        profiles::set_household(tx, &person, "")?;
        households::forget_if_empty(tx, &household)?;
        changed(tx, cx, &household)?;
        Ok(Nothing {})
    })
    .emits(&["people.household_changed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NameHousehold {
    #[garde(length(chars, max = 40), custom(shown))]
    pub name: String,
}

/// Names the household one lives in; without one, makes it.
pub const NAME_HOUSEHOLD: Action<NameHousehold, Household> =
    Action::writes("people.name_household", own_account, |tx, cx, input: &NameHousehold| {
        let own = own_id(cx)?;
        tx.lock("people/household")?;
        let household = match profiles::household(tx, &own)? {
            Some(household) => household,
            None => {
                let made = cx.id();
                profiles::set_household(tx, &own, made.as_str())?;
                made
            }
        };
        households::put(tx, &household, &tidy(&input.name), &cx.who().written(), cx.now_ms())?;
        changed(tx, cx, &household)?;
        households::by_id(tx, &household)
    })
    .emits(&["people.household_changed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AddChild {
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    #[serde(default)]
    #[garde(length(chars, max = 80))]
    pub kana: String,
    /// In either counting.
    #[garde(length(chars, max = 30))]
    pub birth: String,
}

/// Adds a child: an account without a way in, for which its parent acts.
pub const ADD_CHILD: Action<AddChild, Child> =
    Action::writes("people.add_child", own_account, |tx, cx, input: &AddChild| {
        let own = own_id(cx)?;
        let birth = era::read(&input.birth).ok_or_else(|| Fault::field("birth", "field-people-birth"))?;
        if birth > cx.now().date() {
            return Err(Fault::field("birth", "field-people-birth-ahead"));
        }
        accounts::lock(tx)?;
        let me = active(tx, &own)?;
        let children = households::children_of(tx, &own, CHILDREN_MAX)?;
        if i64::try_from(children.len()).unwrap_or(0) >= CHILDREN_MAX {
            return Err(Fault::new(Kind::Conflict, "people-children-full").arg("limit", CHILDREN_MAX));
        }
        if profiles::household(tx, &own)?.is_none() {
            let made = cx.id();
            households::put(tx, &made, "", &cx.who().written(), cx.now_ms())?;
            profiles::set_household(tx, &own, made.as_str())?;
        }
        let child = Account {
            id: cx.id(),
            kind: AccountKind::Resident,
            name: tidy(&input.name),
            kana: katakana(&input.kana),
            mail: String::new(),
            lang: None,
            state: AccountState::Active,
            rev: 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
        };
        accounts::add(tx, &child)?;
        households::add_child(tx, &child.id, &birth.to_string(), &own, cx.now_ms())?;
        parent(tx, cx, &child.id, &me)?;
        tx.emit(cx, "people.child_added", child.id.as_str(), serde_json::json!({"parent": own}))?;
        forget_sessions(tx, cx);
        Ok(Child { account: child.id, name: child.name, birth: birth.to_string() })
    })
    .emits(&["people.child_added", "people.mandate_made"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    #[garde(skip)]
    pub child: Id,
    /// The child's own address, with which it signs in from now on.
    #[garde(custom(a_mail))]
    pub mail: String,
}

/// A child is its parents': whoever asks and is one.
fn own_child(tx: &mut Tx<'_>, cx: &Cx, input: &HandOver) -> Result<Object, Fault> {
    accounts::by_id(tx, &input.child)?.ok_or_else(Fault::missing)?;
    let own = cx.who().account.clone();
    let is_parent = match &own {
        Some(own) => households::is_parent(tx, own, &input.child)?,
        None => false,
    };
    Ok(Object::new("person", &input.child).owner(own.filter(|_| is_parent)))
}

/// The child is old enough: its account becomes its own, and nobody acts for it as a parent any more.
pub const HAND_OVER: Action<HandOver, Nothing> =
    Action::writes("people.hand_over", own_child, |tx, cx, input: &HandOver| {
        let profile = profiles::by_account(tx, &input.child)?.ok_or_else(Fault::missing)?;
        if !old_enough(tx, cx, &profile.birth)? {
            return Err(Fault::new(Kind::Conflict, "people-child-young"));
        }
        accounts::lock(tx)?;
        let mail = folded_mail(&input.mail);
        if accounts::by_mail(tx, &mail)?.is_some() {
            return Err(Fault::field("mail", "field-people-mail-taken"));
        }
        let child = accounts::by_id(tx, &input.child)?.ok_or_else(Fault::missing)?;
        let own = Account {
            mail,
            rev: child.rev + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
            ..child
        };
        if !accounts::change(tx, &own)? || !households::hand_over(tx, &own.id, cx.now_ms())? {
            return Err(Fault::new(Kind::Conflict, "people-child-young"));
        }
        mandates::end_all(tx, &own.id, Some(Relation::Parent), &cx.who().written(), cx.now_ms())?;
        tx.emit(cx, "people.child_handed_over", own.id.as_str(), serde_json::json!({}))?;
        let notice = Notice { kind: "own-account", args: &[("person", &own.name)], path: "/sign-in" };
        letter::to_account(tx, cx, &own.id, &notice)?;
        forget_sessions(tx, cx);
        Ok(Nothing {})
    })
    .rate(5, 5)
    .emits(&["people.child_handed_over"]);

//! Who may do this, and why? What may this person do? What would change with this policy?

use std::collections::HashMap;
use std::sync::Arc;

use garde::Validate;
use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Object, Role, Who};
use policy::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::member;
use super::policies::checked;
use crate::actions::whole_city;
use crate::model::AccountState;
use crate::rights::decide::{Court, Found};
use crate::rights::standing::{self, Loaded};
use crate::rights::store::policies;
use crate::store::staff::{self, StaffMember};
use crate::store::{accounts, departments};

/// Staff looked at for one page of an answer, at most.
const LOOKED_AT_MAX: usize = 2_000;

/// One policy that decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// A declared right: "role:reach", as in "editor:own-department"; empty for a policy of the city.
    pub declared: String,
    /// A policy of the city: its id and name.
    pub policy: Option<Id>,
    pub name: String,
}

/// Names of the city's policies, by their ids.
type Names = HashMap<String, String>;

fn names(tx: &mut Tx<'_>) -> Result<Names, Fault> {
    Ok(policies::names(tx)?.into_iter().collect())
}

fn reason(written: &str, names: &Names) -> Reason {
    let mut pieces = written.split('/').skip(1);
    match (pieces.next(), pieces.next()) {
        (Some(role), Some(reach)) => {
            Reason { declared: format!("{role}:{reach}"), policy: None, name: String::new() }
        }
        _ => Reason {
            declared: String::new(),
            policy: written.parse().ok(),
            name: names.get(written).cloned().unwrap_or_default(),
        },
    }
}

fn reasons(verdict: &Verdict, names: &Names) -> Vec<Reason> {
    let (Verdict::Permitted(written) | Verdict::Forbidden(written)) = verdict else { return Vec::new() };
    let mut all: Vec<Reason> = written.iter().map(|one| reason(one, names)).collect();
    all.sort_by(|a, b| (&a.declared, &a.name).cmp(&(&b.declared, &b.name)));
    all
}

/// A member of staff as they act when they have signed in with a second factor.
fn as_who(member: &StaffMember) -> Who {
    let roles: Arc<[Role]> = std::iter::once(Role::Staff).chain(member.roles.iter().copied()).collect();
    Who {
        account: Some(member.id.clone()),
        roles,
        department: member.department.clone(),
        strong: true,
        ..Who::default()
    }
}

/// Things of a department; or, without one, the things nearest to whoever asks: their own, of their own department.
fn thing(who: &Who, department: Option<&Id>) -> Object {
    match department {
        Some(department) => Object::of_city("").department(Some(department.clone())),
        None => Object {
            owner: who.account.clone(),
            department: who.department.clone(),
            district: who.district.clone(),
            household: who.household.clone(),
            ..Object::of_city("")
        },
    }
}

fn department_of(tx: &mut Tx<'_>, code: &str) -> Result<Option<Id>, Fault> {
    if code.is_empty() {
        return Ok(None);
    }
    let found = departments::by_code(tx, code)?;
    found.map(|one| Some(one.id)).ok_or_else(|| Fault::field("department", "field-people-department-unknown"))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskWho {
    #[garde(length(min = 1, max = 80))]
    pub action: String,
    /// On things of this department (its code); empty for the things nearest to each.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub department: String,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// Somebody who may do it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WhoMay {
    pub id: Id,
    pub name: String,
    pub department: Option<Id>,
    pub title: String,
    pub reasons: Vec<Reason>,
    /// In whose place, when it is that person's right.
    pub stands_in_for: String,
}

/// The reading and the id a page of staff goes on from.
fn cursor(row: &StaffMember) -> String {
    format!("{}{}", row.id, row.kana.chars().take(60).collect::<String>())
}

/// Which members of staff may do this, and by what.
pub const WHO_MAY: Action<AskWho, List<WhoMay>> =
    Action::reads("people.who_may", whole_city, |tx, cx, input: &AskWho| {
        let standing = standing::of(cx);
        let loaded = standing.loaded();
        let declared = standing
            .matrix(cx)
            .get(input.action.as_str())
            .ok_or_else(|| Fault::field("action", "field-people-action-unknown"))?;
        let court = Court::new(declared, &loaded);
        let department = department_of(tx, &input.department)?;
        let names = names(tx)?;
        let wanted = usize::try_from(input.paging.rows()).unwrap_or(50);
        let (mut rows, mut after, mut looked) = (Vec::new(), input.paging.after().to_owned(), 0);
        loop {
            let (id, kana) = after.split_at_checked(26).unwrap_or_default();
            let some = staff::page(tx, "", (kana, id), 200)?;
            let Some(last) = some.last() else { return Ok(List { rows, next: None }) };
            let end = cursor(last);
            for member in some {
                looked += 1;
                if member.state == AccountState::Active {
                    let who = as_who(&member);
                    let found = court.reasons(&who, &thing(&who, department.as_ref()), cx.now_ms());
                    if found.verdict.is_permitted() {
                        rows.push(who_may(tx, &member, &found, &names)?);
                    }
                }
                if rows.len() == wanted || looked == LOOKED_AT_MAX {
                    return Ok(List { rows, next: Some(cursor(&member)) });
                }
            }
            after = end;
        }
    });

fn who_may(tx: &mut Tx<'_>, member: &StaffMember, found: &Found<'_>, names: &Names) -> Result<WhoMay, Fault> {
    let stands_in_for = match found.hat {
        Some(hat) => accounts::shown_name(tx, hat.person.as_str())?,
        None => String::new(),
    };
    Ok(WhoMay {
        id: member.id.clone(),
        name: member.name.clone(),
        department: member.department.clone(),
        title: member.title.clone(),
        reasons: reasons(&found.verdict, names),
        stands_in_for,
    })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskWhat {
    /// A member of staff: the id or the e-mail address.
    #[garde(length(min = 1, max = 254))]
    pub person: String,
}

/// One action, and whether somebody may do it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WhatMay {
    pub action: String,
    pub permitted: bool,
    pub reasons: Vec<Reason>,
    pub stands_in_for: String,
}

/// A member of staff, with everything they may do.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WhatAnswer {
    pub id: Id,
    pub name: String,
    pub mail: String,
    pub rows: Vec<WhatMay>,
}

/// Everything that a member of staff may do, by what; and what a policy of the city forbids them.
pub const WHAT_MAY: Action<AskWhat, WhatAnswer> = Action::reads(
    "people.what_may",
    |tx, _, input: &AskWhat| {
        let member = member(tx, "person", &input.person)?;
        Ok(Object::new("staff", &member.id).department(member.department))
    },
    |tx, cx, input: &AskWhat| {
        let member = member(tx, "person", &input.person)?;
        let mut rows = Vec::new();
        let answer = |rows, member: StaffMember| WhatAnswer {
            id: member.id,
            name: member.name,
            mail: member.mail,
            rows,
        };
        // Whoever is locked may do nothing at all.
        if member.state != AccountState::Active {
            return Ok(answer(rows, member));
        }
        let who = as_who(&member);
        let standing = standing::of(cx);
        let loaded = standing.loaded();
        let names = names(tx)?;
        let mut all: Vec<_> = standing.matrix(cx).values().collect();
        all.sort_by_key(|declared| declared.name);
        for declared in all {
            let found = Court::new(declared, &loaded).reasons(&who, &thing(&who, None), cx.now_ms());
            // In somebody's place the nearest thing is of that person's department.
            let found = match found.verdict {
                Verdict::Silent => in_their_place(declared, &loaded, &who, cx.now_ms()).unwrap_or(found),
                _ => found,
            };
            if found.verdict == Verdict::Silent {
                continue;
            }
            let stands_in_for = match found.hat {
                Some(hat) => accounts::shown_name(tx, hat.person.as_str())?,
                None => String::new(),
            };
            rows.push(WhatMay {
                action: declared.name.to_owned(),
                permitted: found.verdict.is_permitted(),
                reasons: reasons(&found.verdict, &names),
                stands_in_for,
            });
        }
        Ok(answer(rows, member))
    },
);

fn in_their_place<'l>(
    declared: &'l crate::rights::declared::Declared,
    loaded: &'l Loaded,
    who: &Who,
    now_ms: i64,
) -> Option<Found<'l>> {
    let court = Court::new(declared, loaded);
    loaded
        .hats(who.account.as_ref(), now_ms)
        .map(|hat| court.reasons(who, &thing(who, hat.department.as_ref()), now_ms))
        .find(|found| found.verdict.is_permitted())
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TryPolicy {
    /// The policy whose text this would replace; absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(length(chars, min = 1, max = 8000))]
    pub cedar: String,
    /// A member of staff: the id or the e-mail address.
    #[garde(length(min = 1, max = 254))]
    pub person: String,
    #[garde(length(min = 1, max = 80))]
    pub action: String,
    /// On things of this department (its code); empty for the nearest.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub department: String,
}

/// What is now, and what would be.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    pub name: String,
    pub before: bool,
    pub after: bool,
    pub before_reasons: Vec<Reason>,
    pub after_reasons: Vec<Reason>,
    /// No policy takes this away: one's own affairs, or an administrator's way back.
    pub kept_open: bool,
}

fn check_before(cx: Cx, input: TryPolicy) -> Boxed<'static, Result<TryPolicy, Fault>> {
    Box::pin(async move {
        checked(&cx, "new", &input.cedar)?;
        Ok(input)
    })
}

/// Tries a policy out on one person and one action. Nothing is changed.
pub const TRY_POLICY: Action<TryPolicy, Tried> =
    Action::reads("people.try_policy", whole_city, |tx, cx, input: &TryPolicy| {
        let member = member(tx, "person", &input.person)?;
        let standing = standing::of(cx);
        let (matrix, loaded) = (standing.matrix(cx), standing.loaded());
        let declared = matrix
            .get(input.action.as_str())
            .ok_or_else(|| Fault::field("action", "field-people-action-unknown"))?;
        let id = input.id.as_ref().map_or("new", Id::as_str);
        let compiled = policy::Compiled::read(id, &input.cedar)
            .map_err(|fault| Fault::field("cedar", "field-people-policy-other").detail(fault))?;
        let who = as_who(&member);
        let object = thing(&who, department_of(tx, &input.department)?.as_ref());
        let mut names = names(tx)?;
        names.entry("new".to_owned()).or_default();
        let own = loaded.own_with(declared, compiled);
        let before = Court::new(declared, &loaded).reasons(&who, &object, cx.now_ms());
        let after =
            Court { declared, loaded: &loaded, own: own.as_ref() }.reasons(&who, &object, cx.now_ms());
        Ok(Tried {
            name: member.name,
            before: before.verdict.is_permitted(),
            after: after.verdict.is_permitted(),
            before_reasons: reasons(&before.verdict, &names),
            after_reasons: reasons(&after.verdict, &names),
            kept_open: crate::rights::decide::is_kept_open(declared, &who),
        })
    })
    .prepared_by(check_before);

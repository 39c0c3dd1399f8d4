//! One-time links: for the first administrator of a city and for staff whom an administrator invites.
//!
//! Looking at a link does not use it up, so that programs which follow links in mails do no harm; pressing the button
//! on its page does.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::seal;
use ground::who::{Level, Object, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sessions::{Shown, SignedIn};
use super::{digest, mail_or_empty, whole_city};
use crate::model::{AccountKind, AccountState, LinkPurpose, Roles, folded_mail, tidy};
use crate::store::accounts::{self, Account};
use crate::store::{sessions, staff};
use crate::ways::come_in;

/// How long a link waits to be used.
pub const LINK_HOURS: i64 = 72;

/// Unknown, used and ended links get one and the same answer.
fn not_valid() -> Fault {
    Fault::new(Kind::Missing, "people-link")
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskLink {
    #[garde(length(min = 1, max = 100))]
    pub token: String,
}

/// Whom a link is for, shown to whoever holds it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LinkView {
    pub name: String,
    pub purpose: LinkPurpose,
    pub ends_ms: i64,
}

fn some_link<In>(_: &mut Tx<'_>, _: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::of_city("link"))
}

pub const LINK: Action<AskLink, LinkView> =
    Action::reads("people.link", some_link, |tx, cx, input: &AskLink| {
        let link =
            sessions::good_link(tx, &seal::token_digest(&input.token), cx.now_ms())?.ok_or_else(not_valid)?;
        Ok(LinkView { name: link.name, purpose: link.purpose, ends_ms: link.ends_ms })
    })
    .rate(30, 30);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UseLink {
    #[garde(length(min = 1, max = 100))]
    pub token: String,
    /// The digest of a session token that the caller drew.
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

/// Signs in with a link, once.
pub const USE_LINK: Action<UseLink, SignedIn> =
    Action::writes("people.use_link", some_link, |tx, cx, input: &UseLink| {
        let digest = seal::token_digest(&input.token);
        let link = sessions::good_link(tx, &digest, cx.now_ms())?.ok_or_else(not_valid)?;
        if !sessions::use_up(tx, &digest, cx.now_ms())? {
            return Err(not_valid());
        }
        // At the counter staff saw the person with a document: that counts as a second factor.
        let (way, strong) = match link.purpose {
            LinkPurpose::Counter => ("counter", true),
            LinkPurpose::FirstAdmin | LinkPurpose::Invite => ("link", false),
        };
        let shown = Shown { way, strong };
        come_in(tx, cx, &link.account, shown, Level::Declared, &input.session_digest, &input.agent)
    })
    .rate(10, 10)
    .emits(&["people.signed_in", "people.signed_out", "people.level_raised"]);

/// A link to hand over. It is shown once and cannot be read again.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MadeLink {
    pub account: Id,
    pub path: String,
    pub ends_ms: i64,
}

fn make(tx: &mut Tx<'_>, cx: &Cx, account: &Id, purpose: LinkPurpose) -> Result<MadeLink, Fault> {
    let token = seal::token(cx.secret());
    let ends_ms = cx.now_ms() + LINK_HOURS * 3_600_000;
    sessions::make_link(
        tx,
        &seal::token_digest(&token),
        purpose,
        account,
        &cx.who().written(),
        cx.now_ms(),
        ends_ms,
    )?;
    tx.emit(cx, "people.link_made", account.as_str(), serde_json::json!({"purpose": purpose.name()}))?;
    Ok(MadeLink { account: account.clone(), path: format!("/sign-in/link/{token}"), ends_ms })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct InviteAdmin {
    /// Their address; empty for the city's first administrator, who may have none yet.
    #[serde(default)]
    #[garde(custom(mail_or_empty))]
    pub mail: String,
    /// How the administrator is called, when the account is new.
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub name: String,
}

/// The account that is invited: the one with this address, or without an address the oldest administrator's; a new one
/// when there is none.
fn administrator(tx: &mut Tx<'_>, cx: &Cx, input: &InviteAdmin) -> Result<Id, Fault> {
    let mail = folded_mail(&input.mail);
    if mail.is_empty() {
        if let Some(first) = staff::active_admins(tx)?.into_iter().next() {
            return Ok(first);
        }
    } else if let Some(account) = accounts::by_mail(tx, &mail)? {
        return match (account.kind, account.state) {
            (AccountKind::Resident, _) => Err(Fault::field("mail", "field-people-mail-taken")),
            (_, AccountState::Locked) => Err(Fault::field("mail", "field-people-locked")),
            _ => Ok(account.id),
        };
    }
    let name = tidy(&input.name);
    let account = Account {
        id: cx.id(),
        kind: AccountKind::Staff,
        name: if name.is_empty() { cx.tongue().t("people-first-admin").to_owned() } else { name },
        kana: String::new(),
        mail,
        lang: None,
        state: AccountState::Active,
        rev: 1,
        saved_ms: cx.now_ms(),
        saved_by: cx.who().written(),
    };
    accounts::add(tx, &account)?;
    Ok(account.id)
}

/// Makes a link for an administrator: from the server's own command line only, for the first one and for the day when
/// nobody can get in any more.
pub const INVITE_ADMIN: Action<InviteAdmin, MadeLink> =
    Action::writes("people.invite_admin", whole_city, |tx, cx, input: &InviteAdmin| {
        accounts::lock(tx)?;
        let account = administrator(tx, cx, input)?;
        let post = staff::by_id(tx, &account)?;
        if !post.as_ref().is_some_and(|post| post.roles().has(Role::Admin)) {
            let own = post.as_ref().map_or(&[][..], |post| post.roles.as_slice());
            let roles = Roles::new(own.iter().copied().chain([Role::Admin]));
            let (department, title) = match &post {
                Some(post) => (post.department.as_ref(), post.title.as_str()),
                None => (None, ""),
            };
            staff::put(tx, &account, department, &roles, title)?;
            tx.emit(
                cx,
                "people.staff_saved",
                account.as_str(),
                serde_json::json!({"roles": roles.written()}),
            )?;
            let house = cx.house().clone();
            tx.after_commit(move || house.forget_sessions());
        }
        make(tx, cx, &account, LinkPurpose::FirstAdmin)
    })
    .emits(&["people.link_made", "people.staff_saved"])
    .answers_once();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct InviteStaff {
    pub id: Id,
}

fn invited(tx: &mut Tx<'_>, _: &Cx, input: &InviteStaff) -> Result<Object, Fault> {
    let member = staff::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("staff", &member.id).department(member.department))
}

/// Makes a link for a member of staff, for the administrator to hand over.
pub const INVITE_STAFF: Action<InviteStaff, MadeLink> =
    Action::writes("people.invite_staff", invited, |tx, cx, input: &InviteStaff| {
        let member = staff::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if member.state == AccountState::Locked {
            return Err(Fault::new(Kind::Invalid, "people-locked"));
        }
        make(tx, cx, &member.id, LinkPurpose::Invite)
    })
    .emits(&["people.link_made"])
    .answers_once();

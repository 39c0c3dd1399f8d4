//! Somebody has shown who they are: into their account, or, when they have none here, to the short page that makes one.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::who::Level;
use serde::{Deserialize, Serialize};

use super::attempt::{self, Kind};
use super::history::{self, Outcome};
use super::store::{self, NewWay, WayKind};
use crate::actions::sessions::{Shown, SignedIn, begin};
use crate::model::AccountState;
use crate::store::accounts::{self, Assurance};

/// Ways that one account has at most, the e-mail address aside.
pub(crate) const WAYS_MAX: usize = 20;
/// How long somebody new may think about their name.
const NEWCOMER_MS: i64 = 30 * 60_000;

/// Whose this is; `None` when nobody has linked it. One that its person has locked is refused.
pub(crate) fn linked(
    tx: &mut Tx<'_>,
    kind: WayKind,
    issuer: &str,
    subject: &str,
) -> Result<Option<Id>, Fault> {
    match store::by_subject(tx, kind, issuer, subject)? {
        Some(kept) if kept.way.locked => Err(Fault::new(FaultKind::Refused, "people-way-locked")),
        found => Ok(found.map(|kept| kept.account)),
    }
}

/// Adds a way into an account. One that is another's already stays theirs: whoever holds it could not know whose
/// account they come into.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(crate) fn link(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: &Id,
    kind: WayKind,
    issuer: &str,
    subject: &str,
    label: &str,
    body: &str,
) -> Result<Id, Fault> {
    tx.lock(&format!("people/way/{}/{issuer}/{subject}", kind.name()))?;
    tx.lock(&format!("people/ways/{account}"))?;
    match store::by_subject(tx, kind, issuer, subject)? {
        Some(kept) if kept.account == *account => return Ok(kept.way.id),
        Some(_) => return Err(Fault::new(FaultKind::Conflict, "people-way-taken")),
        None => {}
    }
    if store::of_account(tx, account)?.len() >= WAYS_MAX {
        return Err(Fault::new(FaultKind::Invalid, "people-ways-full").arg("limit", WAYS_MAX));
    }
    let id = cx.id();
    store::add(tx, &NewWay { id: &id, account, kind, issuer, subject, label, body }, cx.now_ms())?;
    tx.emit(
        cx,
        "people.way_added",
        account.as_str(),
        serde_json::json!({"way": id, "kind": kind.name(), "issuer": issuer}),
    )?;
    Ok(id)
}

/// The one way into a session, whatever somebody showed: a locked account stays shut, the history gets its line, and the
/// city is at least as sure of the person as `level` says. `digest` is of a session token that the caller drew.
pub(crate) fn come_in(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: &Id,
    shown: Shown<'_>,
    level: Level,
    digest: &str,
    agent: &str,
) -> Result<SignedIn, Fault> {
    let found = accounts::by_id(tx, account)?.ok_or_else(Fault::missing)?;
    if found.state == AccountState::Locked {
        return Err(locked());
    }
    raise(tx, cx, account, level, shown.way)?;
    let signed_in = begin(tx, cx, account, found.kind, shown, digest, agent)?;
    let outcome = if signed_in.pending { Outcome::First } else { Outcome::In };
    history::note(tx, cx, Some(account), shown.way, agent, outcome, &[])?;
    Ok(signed_in)
}

/// A locked account gets the same answer whatever was shown.
pub(crate) fn locked() -> Fault {
    Fault::new(FaultKind::Refused, "people-account-locked")
}

/// The city has become surer of who somebody is. It never becomes less sure by this.
pub(crate) fn raise(tx: &mut Tx<'_>, cx: &Cx, account: &Id, level: Level, how: &str) -> Result<(), Fault> {
    let now = accounts::assurance(tx, account)?;
    if now.level >= level {
        return Ok(());
    }
    accounts::set_assurance(tx, account, &Assurance { level, since_ms: cx.now_ms(), how: how.to_owned() })?;
    tx.emit(
        cx,
        "people.level_raised",
        account.as_str(),
        serde_json::json!({"level": level.name(), "how": how}),
    )?;
    let house = cx.house().clone();
    tx.after_commit(move || house.forget_sessions());
    Ok(())
}

/// Somebody whom a code or another provider vouches for, and who has no account here yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Newcomer {
    /// An address that is confirmed; empty when the provider told none, or none that it vouches for.
    pub mail: String,
    /// A name to begin with.
    pub name: String,
    /// By what they came: `mail`, or the name of a provider.
    pub way: String,
    pub level: Level,
    /// The way to be linked to the new account: kind, issuer, subject, label, body.
    pub link: Option<(WayKind, String, String, String, String)>,
    /// Where they wanted to go.
    pub back: String,
}

/// Leads to `/sign-in/welcome`, where a name is given and the account made. The caller hands `handle` to the browser.
pub(crate) fn expect_newcomer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    handle: &str,
    newcomer: &Newcomer,
) -> Result<(), Fault> {
    attempt::begin(tx, cx, Kind::Newcomer, handle, "", newcomer, NEWCOMER_MS)
}

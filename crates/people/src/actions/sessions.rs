//! Sessions: begun by a link or in a demonstration city, listed, ended.
//!
//! The token of a session never passes through an action: whoever begins one draws it, keeps it, and hands in its
//! digest. So no answer that is kept, logged or sent by the API holds a way in.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Level, Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Nothing, digest, own_account};
use crate::demo::DemoPart;
use crate::model::{AccountKind, AccountState};
use crate::store::{accounts, sessions};
use crate::ways::come_in;

const HOUR_MS: i64 = 3_600_000;
/// A working day: staff sign in each morning.
const STAFF_HOURS: i64 = 12;
/// Residents come seldom, and from their own telephone.
const RESIDENT_HOURS: i64 = 30 * 24;
/// Sessions of one account at most; the oldest gives way.
const SESSIONS_MAX: i64 = 20;

/// Somebody is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignedIn {
    pub session: Id,
    pub account: Id,
    pub kind: AccountKind,
    pub ends_ms: i64,
    /// The account asks for a second factor before anything can be done with this session.
    pub pending: bool,
}

/// By what somebody showed who they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'w> {
    /// `mail`, `passkey`, `link`, the name of a provider …
    pub way: &'w str,
    /// Whether that is as good as two factors.
    pub strong: bool,
}

/// Begins a session. The one that the person came with ends, so that nobody can be led into a session prepared for
/// them.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: &Id,
    kind: AccountKind,
    shown: Shown<'_>,
    digest: &str,
    agent: &str,
) -> Result<SignedIn, Fault> {
    if let Some(before) = &cx.who().session {
        sessions::end(tx, before)?;
        let house = cx.house().clone();
        tx.after_commit(move || house.forget_sessions());
    }
    sessions::make_room(tx, account, SESSIONS_MAX - 1)?;
    let hours = match kind {
        AccountKind::Staff => STAFF_HOURS,
        AccountKind::Resident => RESIDENT_HOURS,
    };
    let session = sessions::Session {
        id: cx.id(),
        agent: agent.to_owned(),
        way: shown.way.to_owned(),
        strong: shown.strong,
        created_ms: cx.now_ms(),
        seen_ms: cx.now_ms(),
        ends_ms: cx.now_ms() + hours * HOUR_MS,
        this_one: true,
    };
    sessions::start(tx, digest, account, &session)?;
    tx.emit(
        cx,
        "people.signed_in",
        account.as_str(),
        serde_json::json!({"session": session.id, "way": shown.way}),
    )?;
    let asks = kind == AccountKind::Staff || accounts::asks_second(tx, account)?;
    let pending = asks && !shown.strong;
    Ok(SignedIn { session: session.id, account: account.clone(), kind, ends_ms: session.ends_ms, pending })
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskSessions {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// One's own sessions, newest first.
pub const SESSIONS: Action<AskSessions, List<sessions::Session>> =
    Action::reads("people.sessions", own_account, |tx, cx, input: &AskSessions| {
        let account = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
        let rows = sessions::of_account(
            tx,
            account,
            cx.who().session.as_ref(),
            cx.now_ms(),
            input.paging.after(),
            input.paging.rows() + 1,
        )?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisSession {
    pub id: Id,
}

fn this_session(tx: &mut Tx<'_>, _: &Cx, input: &ThisSession) -> Result<Object, Fault> {
    let owner = sessions::owner(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("session", &input.id).owner(Some(owner)))
}

/// Ends one of one's own sessions, as on a telephone that was lost.
pub const END_SESSION: Action<ThisSession, Nothing> =
    Action::writes("people.end_session", this_session, |tx, cx, input| {
        end(tx, cx, &input.id)?;
        Ok(Nothing {})
    })
    .emits(&["people.signed_out"]);

/// How many sessions were ended.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    pub sessions: u64,
}

/// Ends all of one's own sessions but this one.
pub const END_OTHER_SESSIONS: Action<Nothing, Ended> =
    Action::writes("people.end_other_sessions", own_account, |tx, cx, _| {
        let account = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
        let sessions = end_all(tx, cx, account, cx.who().session.as_ref())?;
        Ok(Ended { sessions })
    })
    .emits(&["people.signed_out"]);

/// Ends the session one came with.
pub const SIGN_OUT: Action<Nothing, Nothing> = Action::writes("people.sign_out", own_account, |tx, cx, _| {
    if let Some(session) = &cx.who().session {
        end(tx, cx, session)?;
    }
    Ok(Nothing {})
})
.emits(&["people.signed_out"]);

pub(crate) fn end(tx: &mut Tx<'_>, cx: &Cx, session: &Id) -> Result<(), Fault> {
    let owner = sessions::owner(tx, session)?;
    if let Some(owner) = owner
        && sessions::end(tx, session)?
    {
        tx.emit(cx, "people.signed_out", owner.as_str(), serde_json::json!({"session": session}))?;
    }
    let house = cx.house().clone();
    tx.after_commit(move || house.forget_sessions());
    Ok(())
}

/// Ends the sessions of an account at once, all or all but one.
pub(crate) fn end_all(tx: &mut Tx<'_>, cx: &Cx, account: &Id, but: Option<&Id>) -> Result<u64, Fault> {
    let ended = sessions::end_others(tx, account, but)?;
    if ended > 0 {
        tx.emit(cx, "people.signed_out", account.as_str(), serde_json::json!({"sessions": ended}))?;
    }
    let house = cx.house().clone();
    tx.after_commit(move || house.forget_sessions());
    Ok(ended)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DemoSignIn {
    #[garde(skip)]
    pub part: DemoPart,
    /// The digest of a token that the caller drew.
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

/// The account that plays a part. Anywhere but in a demonstration city this is refused, whoever asks.
fn played_by(tx: &mut Tx<'_>, cx: &Cx, input: &DemoSignIn) -> Result<Object, Fault> {
    if !cx.city().facts().demo {
        return Err(Fault::refused());
    }
    let account = accounts::by_mail(tx, input.part.mail())?.ok_or_else(Fault::missing)?;
    Ok(Object::new("account", &account.id))
}

/// Signs in as one of the people of a demonstration city.
pub const DEMO_SIGN_IN: Action<DemoSignIn, SignedIn> =
    Action::writes("people.demo_sign_in", played_by, |tx, cx, input: &DemoSignIn| {
        let account = accounts::by_mail(tx, input.part.mail())?
            .filter(|account| account.state == AccountState::Active)
            .ok_or_else(Fault::missing)?;
        let shown = Shown { way: "demo", strong: true };
        come_in(tx, cx, &account.id, shown, Level::Declared, &input.session_digest, &input.agent)
    })
    .emits(&["people.signed_in", "people.signed_out", "people.level_raised"]);

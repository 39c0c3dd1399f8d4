//! A person's word: given, refused, taken back. The one way in which a consent changes, whoever asks.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Basis, Decision, State};
use super::standing::{lock_person, lock_purpose_shared};
use super::{minors, store};

const DAY_MS: i64 = 24 * 3_600_000;

/// What a decision came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    pub purpose: String,
    pub version: i64,
    pub state: State,
    pub at_ms: i64,
    /// When it runs out; 0 when it stands until it is taken back.
    pub ends_ms: i64,
    /// False when everything stood that way already; then nothing was written.
    pub changed: bool,
}

/// What stands in the row of one person and purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood {
    pub state: State,
    pub version: i64,
    pub at_ms: i64,
    pub ends_ms: i64,
}

pub fn stood(tx: &mut Tx<'_>, person_no: i64, purpose: &str) -> Result<Option<Stood>, Fault> {
    tx.opt(
        sql!(
            "select state, version, at_ms, ends_ms from people_consent
             where city = ?1 and purpose = ?2 and person_no = ?3"
        ),
        params![purpose, person_no],
        |row| {
            Ok(Stood {
                state: State::from_name(&row.get::<String>(0)?).unwrap_or(State::Withdrawn),
                version: row.get(1)?,
                at_ms: row.get(2)?,
                ends_ms: row.get(3)?,
            })
        },
    )
}

/// Writes a person's decision: what stands now, how it came to be, and the event. A yes is to the version that was
/// read, and only to the one in force; a no is always heard, whatever was read.
pub fn decide(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person_no: i64,
    purpose: &str,
    version: i64,
    decision: Decision,
) -> Result<Decided, Fault> {
    lock_person(tx, person_no)?;
    lock_purpose_shared(tx, purpose)?;
    let now = store::in_force(tx, purpose)?.ok_or_else(Fault::missing)?;
    let before = stood(tx, person_no, purpose)?;
    let now_ms = cx.now_ms();
    let (state, ends_ms) = match decision {
        Decision::Given => {
            if !now.open {
                return Err(Fault::new(Kind::Conflict, "people-purpose-retired"));
            }
            if now.version != version {
                return Err(Fault::new(Kind::Conflict, "people-purpose-changed"));
            }
            if now.legal_basis != Basis::Consent {
                return Err(Fault::new(Kind::Invalid, "people-consent-not-asked"));
            }
            minors::may_say_yes(tx, cx, person_no)?;
            (State::Given, if now.consent_days == 0 { 0 } else { now_ms + now.consent_days * DAY_MS })
        }
        Decision::Refused | Decision::Withdrawn => {
            let stands = before.as_ref().is_some_and(|one| one.state == State::Given);
            (if stands { State::Withdrawn } else { State::Refused }, 0)
        }
    };
    if let Some(before) = before.filter(|before| says_the_same(before, state, now.version, ends_ms)) {
        return Ok(Decided {
            purpose: purpose.to_owned(),
            version: before.version,
            state: before.state,
            at_ms: before.at_ms,
            ends_ms: before.ends_ms,
            changed: false,
        });
    }
    write(tx, cx, person_no, purpose, now.version, state, ends_ms)
}

/// Takes back every yes of somebody who leaves.
pub(crate) fn withdraw_all(tx: &mut Tx<'_>, cx: &Cx, person_no: i64) -> Result<(), Fault> {
    lock_person(tx, person_no)?;
    let given = tx.all(
        sql!(
            "select purpose, version from people_consent
             where city = ?1 and person_no = ?2 and state = 'given' order by purpose"
        ),
        params![person_no],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    for (purpose, version) in given {
        lock_purpose_shared(tx, &purpose)?;
        write(tx, cx, person_no, &purpose, version, State::Withdrawn, 0)?;
    }
    Ok(())
}

/// Asks a person: from now on an answer is waited for. Whoever has answered this version, or one that the version in
/// force does not ask about again, is left in peace.
pub fn request(tx: &mut Tx<'_>, cx: &Cx, person_no: i64, purpose: &str) -> Result<bool, Fault> {
    lock_person(tx, person_no)?;
    lock_purpose_shared(tx, purpose)?;
    let now = store::in_force(tx, purpose)?.filter(|now| now.open && now.legal_basis == Basis::Consent);
    let Some(now) = now else { return Ok(false) };
    if stood(tx, person_no, purpose)?.is_some() {
        return Ok(false);
    }
    write(tx, cx, person_no, purpose, now.version, State::Requested, 0)?;
    Ok(true)
}

/// Off twice is off once; a yes that would stand longer than the one before is a new yes.
fn says_the_same(before: &Stood, state: State, version: i64, ends_ms: i64) -> bool {
    match state {
        State::Given => {
            before.state == State::Given
                && before.version == version
                && (before.ends_ms == ends_ms || ends_ms != 0 && ends_ms - before.ends_ms < DAY_MS)
        }
        _ => matches!(before.state, State::Refused | State::Withdrawn | State::Expired),
    }
}

/// The row that stands, the row of history, and the event, in this order and under the locks.
pub(super) fn write(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person_no: i64,
    purpose: &str,
    version: i64,
    state: State,
    ends_ms: i64,
) -> Result<Decided, Fault> {
    let at_ms = crate::release::not_before(tx, person_no, cx.now_ms())?;
    tx.put(
        sql!(
            "insert into people_consent (city, purpose, person_no, state, version, at_ms, ends_ms, reminded_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)
             on conflict (city, purpose, person_no) do update
             set state = excluded.state, version = excluded.version, at_ms = excluded.at_ms,
                 ends_ms = excluded.ends_ms, reminded_ms = 0"
        ),
        params![purpose, person_no, state.name(), version, at_ms, ends_ms],
    )?;
    let by = By::of(tx, cx, person_no)?;
    tx.put(
        sql!(
            "insert into people_consent_event
                 (city, person_no, id, purpose, version, state, at_ms, ends_ms, actor, acting, via, lang)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ),
        params![
            person_no,
            cx.id(),
            purpose,
            version,
            state.name(),
            at_ms,
            ends_ms,
            by.actor.as_str(),
            by.mandate.as_str(),
            cx.via().name(),
            cx.lang().code()
        ],
    )?;
    let body = serde_json::json!({"purpose": purpose, "version": version, "person_no": person_no});
    tx.emit(cx, state.event(), purpose, body)?;
    Ok(Decided { purpose: purpose.to_owned(), version, state, at_ms, ends_ms, changed: true })
}

/// Who spoke, as the history keeps it. A million rows of it are kept: people who speak for themselves are an empty
/// text.
struct By {
    actor: String,
    mandate: String,
}

impl By {
    fn of(tx: &mut Tx<'_>, cx: &Cx, person_no: i64) -> Result<By, Fault> {
        let who = cx.who();
        let own = match &who.account {
            Some(account) if who.acting.is_none() => {
                crate::store::accounts::person_no(tx, account).is_ok_and(|own| own == person_no)
            }
            _ => false,
        };
        let mandate = who.acting.as_ref().map_or("", |acting| acting.mandate.as_str()).to_owned();
        Ok(By { actor: if own { String::new() } else { who.written() }, mandate })
    }
}

/// A row of a person's history.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Happened {
    pub id: Id,
    pub purpose: String,
    pub version: i64,
    pub state: State,
    pub at_ms: i64,
    pub ends_ms: i64,
    /// Who spoke; empty for the person themselves.
    pub actor: String,
    /// The mandate by which somebody spoke for the person; empty otherwise.
    pub acting: String,
    pub via: String,
    pub lang: String,
}

//! Who stands in for whom.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id_or_none;

/// Deputies that stand or are to come, at most.
const DEPUTIES_MAX: i64 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeputyState {
    /// Waits for a second administrator.
    Asked,
    /// Begins and ends by the clock.
    Standing,
    Refused,
    /// Ended before its time.
    Ended,
}

impl DeputyState {
    pub fn name(self) -> &'static str {
        match self {
            DeputyState::Asked => "asked",
            DeputyState::Standing => "standing",
            DeputyState::Refused => "refused",
            DeputyState::Ended => "ended",
        }
    }

    /// Whatever is not known lets nobody act.
    pub fn from_name(name: &str) -> DeputyState {
        [DeputyState::Asked, DeputyState::Standing, DeputyState::Refused]
            .into_iter()
            .find(|state| state.name() == name)
            .unwrap_or(DeputyState::Ended)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deputy {
    pub id: Id,
    /// Who stands in.
    pub account: Id,
    pub name: String,
    /// For whom.
    pub for_account: Id,
    pub for_name: String,
    pub from_ms: i64,
    pub until_ms: i64,
    pub state: DeputyState,
    pub note: String,
    pub asked_by: String,
    pub asked_ms: i64,
    pub agreed_by: String,
    pub agreed_ms: i64,
    pub ended_by: String,
    pub ended_ms: i64,
}

fn deputy_of(row: &Row<'_>) -> Result<Deputy, Fault> {
    Ok(Deputy {
        id: row.get(0)?,
        account: row.get(1)?,
        name: row.get(2)?,
        for_account: row.get(3)?,
        for_name: row.get(4)?,
        from_ms: row.get(5)?,
        until_ms: row.get(6)?,
        state: DeputyState::from_name(&row.get::<String>(7)?),
        note: row.get(8)?,
        asked_by: row.get(9)?,
        asked_ms: row.get(10)?,
        agreed_by: row.get(11)?,
        agreed_ms: row.get(12)?,
        ended_by: row.get(13)?,
        ended_ms: row.get(14)?,
    })
}

/// Newest first; of one person (on either side), or of everybody when `account` is empty.
pub fn page(tx: &mut Tx<'_>, account: &str, after: &str, rows: i64) -> Result<Vec<Deputy>, Fault> {
    tx.all(
        sql!(
            "select d.id, d.account, a.name, d.for_account, b.name, d.from_ms, d.until_ms, d.state, d.note, d.asked_by,
                    d.asked_ms, d.agreed_by, d.agreed_ms, d.ended_by, d.ended_ms
             from people_deputy d
             join people_account a on a.city = ?1 and a.id = d.account
             join people_account b on b.city = ?1 and b.id = d.for_account
             where d.city = ?1 and (?2 = '' or d.account = ?2 or d.for_account = ?2) and (?3 = '' or d.id < ?3)
             order by d.id desc limit ?4"
        ),
        params![account, after, rows],
        deputy_of,
    )
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Deputy>, Fault> {
    tx.opt(
        sql!(
            "select d.id, d.account, a.name, d.for_account, b.name, d.from_ms, d.until_ms, d.state, d.note, d.asked_by,
                    d.asked_ms, d.agreed_by, d.agreed_ms, d.ended_by, d.ended_ms
             from people_deputy d
             join people_account a on a.city = ?1 and a.id = d.account
             join people_account b on b.city = ?1 and b.id = d.for_account
             where d.city = ?1 and d.id = ?2"
        ),
        params![id],
        deputy_of,
    )
}

pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/deputy")
}

/// How many deputies are to come or stand, or wait for an answer.
pub fn count_open(tx: &mut Tx<'_>, now_ms: i64) -> Result<i64, Fault> {
    tx.one(
        sql!(
            "select count(*) from people_deputy
             where city = ?1 and until_ms > ?2 and (state = 'standing' or state = 'asked')"
        ),
        params![now_ms],
        |row| row.get(0),
    )
}

pub fn is_full(open: i64) -> bool {
    open >= DEPUTIES_MAX
}

/// Whether the same two stand in an entry that overlaps this time.
pub fn overlaps(
    tx: &mut Tx<'_>,
    account: &Id,
    for_account: &Id,
    from_ms: i64,
    until_ms: i64,
) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!(
            "select id from people_deputy
             where city = ?1 and account = ?2 and for_account = ?3 and from_ms < ?5 and until_ms > ?4
               and (state = 'standing' or state = 'asked') limit 1"
        ),
        params![account, for_account, from_ms, until_ms],
        |row| row.get::<String>(0),
    )?;
    Ok(found.is_some())
}

pub fn put(tx: &mut Tx<'_>, deputy: &Deputy) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_deputy
                 (city, id, account, for_account, from_ms, until_ms, state, note, asked_by, asked_ms, agreed_by,
                  agreed_ms, ended_by, ended_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             on conflict (city, id) do update
             set until_ms = excluded.until_ms, state = excluded.state, agreed_by = excluded.agreed_by,
                 agreed_ms = excluded.agreed_ms, ended_by = excluded.ended_by, ended_ms = excluded.ended_ms"
        ),
        params![
            &deputy.id,
            &deputy.account,
            &deputy.for_account,
            deputy.from_ms,
            deputy.until_ms,
            deputy.state.name(),
            deputy.note.as_str(),
            deputy.asked_by.as_str(),
            deputy.asked_ms,
            deputy.agreed_by.as_str(),
            deputy.agreed_ms,
            deputy.ended_by.as_str(),
            deputy.ended_ms
        ],
    )
}

/// Who stands in, from when, until when, for whom, with which roles, in which department.
pub type Standing = (Id, i64, i64, Id, String, Option<Id>);

/// Everybody who stands in for somebody, or is going to. Nobody stands in for a locked account.
pub fn standing(tx: &mut Tx<'_>) -> Result<Vec<Standing>, Fault> {
    tx.all(
        sql!(
            "select d.account, d.from_ms, d.until_ms, d.for_account, f.roles, f.department
             from people_deputy d
             join people_staff f on f.city = ?1 and f.account = d.for_account
             join people_account a on a.city = ?1 and a.id = d.for_account
             where d.city = ?1 and d.state = 'standing' and a.state = 'active'
             order by d.until_ms desc, d.id limit ?2"
        ),
        params![DEPUTIES_MAX],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, id_or_none(row, 5)?)),
    )
}

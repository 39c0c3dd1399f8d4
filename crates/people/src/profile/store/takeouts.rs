//! Data that people asked to take along.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::words::Lang;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TakeoutState {
    Asked,
    Ready,
    /// Its days are over, or it could not be made.
    Ended,
}

impl TakeoutState {
    pub fn name(self) -> &'static str {
        match self {
            TakeoutState::Asked => "asked",
            TakeoutState::Ready => "ready",
            TakeoutState::Ended => "ended",
        }
    }

    fn from_name(name: &str) -> TakeoutState {
        match name {
            "asked" => TakeoutState::Asked,
            "ready" => TakeoutState::Ready,
            _ => TakeoutState::Ended,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Takeout {
    pub id: Id,
    pub account: Id,
    pub state: TakeoutState,
    pub lang: Option<Lang>,
    pub file: Option<Id>,
    /// Bytes.
    pub size: i64,
    pub made_ms: i64,
    pub ready_ms: i64,
    pub ends_ms: i64,
}

fn takeout_of(row: &Row<'_>) -> Result<Takeout, Fault> {
    Ok(Takeout {
        id: row.get(0)?,
        account: row.get(1)?,
        state: TakeoutState::from_name(&row.get::<String>(2)?),
        lang: Lang::from_code(&row.get::<String>(3)?),
        file: row.get::<String>(4)?.parse().ok(),
        size: row.get(5)?,
        made_ms: row.get(6)?,
        ready_ms: row.get(7)?,
        ends_ms: row.get(8)?,
    })
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Takeout>, Fault> {
    tx.opt(
        sql!(
            "select id, account, state, lang, file, size, made_ms, ready_ms, ends_ms from people_takeout
             where city = ?1 and id = ?2"
        ),
        params![id],
        takeout_of,
    )
}

pub fn of_account(tx: &mut Tx<'_>, account: &Id, rows: i64) -> Result<Vec<Takeout>, Fault> {
    tx.all(
        sql!(
            "select id, account, state, lang, file, size, made_ms, ready_ms, ends_ms from people_takeout
             where city = ?1 and account = ?2 order by id desc limit ?3"
        ),
        params![account, rows],
        takeout_of,
    )
}

pub fn add(tx: &mut Tx<'_>, takeout: &Takeout) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_takeout (city, id, account, state, lang, file, size, made_ms, ready_ms, ends_ms)
             values (?1, ?2, ?3, ?4, ?5, '', 0, ?6, 0, ?7)"
        ),
        params![
            &takeout.id,
            &takeout.account,
            takeout.state.name(),
            takeout.lang.map_or("", Lang::code),
            takeout.made_ms,
            takeout.ends_ms
        ],
    )
}

/// The file is there. Made twice, the first counts.
pub fn ready(
    tx: &mut Tx<'_>,
    id: &Id,
    file: &Id,
    size: i64,
    now_ms: i64,
    ends_ms: i64,
) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!(
            "update people_takeout set state = 'ready', file = ?3, size = ?4, ready_ms = ?5, ends_ms = ?6
             where city = ?1 and id = ?2 and state = 'asked'"
        ),
        params![id, file, size, now_ms, ends_ms],
    )?;
    Ok(changed == 1)
}

pub fn end(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(
        sql!("update people_takeout set state = 'ended', file = '' where city = ?1 and id = ?2"),
        params![id],
    )
}

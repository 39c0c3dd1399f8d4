//! People who leave.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why an account is to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its person asked.
    Own,
    /// A parent asked for a child.
    Parent,
    /// Nobody has signed in for a long time.
    Dormant,
}

impl Why {
    pub fn name(self) -> &'static str {
        match self {
            Why::Own => "own",
            Why::Parent => "parent",
            Why::Dormant => "dormant",
        }
    }

    fn from_name(name: &str) -> Why {
        match name {
            "dormant" => Why::Dormant,
            "parent" => Why::Parent,
            _ => Why::Own,
        }
    }
}

/// Somebody who leaves, until they have left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Leaving {
    pub account: Id,
    pub why: Why,
    pub asked_ms: i64,
    /// When it is erased; until then it can be taken back.
    pub due_ms: i64,
}

fn leaving_of(row: &Row<'_>) -> Result<Leaving, Fault> {
    Ok(Leaving {
        account: row.get(0)?,
        why: Why::from_name(&row.get::<String>(1)?),
        asked_ms: row.get(2)?,
        due_ms: row.get(3)?,
    })
}

pub fn waiting(tx: &mut Tx<'_>, account: &Id) -> Result<Option<Leaving>, Fault> {
    tx.opt(
        sql!(
            "select account, why, asked_ms, due_ms from people_leaving
             where city = ?1 and account = ?2 and state = 'asked'"
        ),
        params![account],
        leaving_of,
    )
}

/// Those whose day has come.
pub fn due(tx: &mut Tx<'_>, now_ms: i64, rows: i64) -> Result<Vec<Leaving>, Fault> {
    tx.all(
        sql!(
            "select account, why, asked_ms, due_ms from people_leaving
             where city = ?1 and state = 'asked' and due_ms <= ?2 order by due_ms, account limit ?3"
        ),
        params![now_ms, rows],
        leaving_of,
    )
}

pub fn ask(tx: &mut Tx<'_>, leaving: &Leaving, person_no: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_leaving (city, account, person_no, state, why, asked_ms, due_ms, done_ms)
             values (?1, ?2, ?3, 'asked', ?4, ?5, ?6, 0)
             on conflict (city, account) do nothing"
        ),
        params![&leaving.account, person_no, leaving.why.name(), leaving.asked_ms, leaving.due_ms],
    )
}

pub fn take_back(tx: &mut Tx<'_>, account: &Id, only: Option<Why>) -> Result<bool, Fault> {
    let gone = tx.exec(
        sql!(
            "delete from people_leaving
             where city = ?1 and account = ?2 and state = 'asked' and (?3 = '' or why = ?3)"
        ),
        params![account, only.map_or("", Why::name)],
    )?;
    Ok(gone == 1)
}

/// A later day: somebody who cannot go today.
pub fn put_off(tx: &mut Tx<'_>, account: &Id, due_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!("update people_leaving set due_ms = ?3 where city = ?1 and account = ?2 and state = 'asked'"),
        params![account, due_ms],
    )
}

/// From here on there is no way back.
pub fn begin(tx: &mut Tx<'_>, account: &Id) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!(
            "update people_leaving set state = 'erasing' where city = ?1 and account = ?2 and state = 'asked'"
        ),
        params![account],
    )?;
    Ok(changed == 1)
}

pub fn done(tx: &mut Tx<'_>, account: &Id, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!("update people_leaving set state = 'done', done_ms = ?3 where city = ?1 and account = ?2"),
        params![account, now_ms],
    )
}

/// Residents with a way in who have not used it since, in the order of their ids. An account that never signed in is as
/// old as itself.
pub fn dormant(tx: &mut Tx<'_>, since_ms: i64, after: &str, rows: i64) -> Result<Vec<Id>, Fault> {
    tx.all(
        sql!(
            "select a.id from people_account a
             where a.city = ?1 and a.kind = 'resident' and a.state = 'active' and a.mail <> '' and a.id > ?3
               and a.created_ms < ?2 and a.saved_ms < ?2
               and not exists (select 1 from people_session s
                               where s.city = ?1 and s.account = a.id and s.seen_ms >= ?2)
               and not exists (select 1 from people_sign_in i
                               where i.city = ?1 and i.account = a.id and i.at_ms >= ?2)
               and not exists (select 1 from people_leaving l where l.city = ?1 and l.account = a.id)
             order by a.id limit ?4"
        ),
        params![since_ms, after, rows],
        |row| row.get(0),
    )
}

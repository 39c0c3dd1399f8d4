//! Selections: people chosen for one purpose, as rows to join on, so that a use of many people's data is one statement
//! and never a list in memory.
//!
//! Whoever chooses (`people`, after checking consent) fills it inside the acting transaction, with `add` or with a
//! statement of its own:
//!
//! ```text
//! let id = selection::begin(tx, cx, "purpose", "recipient")?;
//! let added = tx.exec(sql!("insert into ground_selection (city, id, person_no)
//!     select ?1, ?2, a.person_no from people_account a where a.city = ?1 and …"), params![&id])?;
//! selection::added(tx, &id, added)?;
//! ```
//!
//! Callers join on it (`join ground_selection s on s.person_no = x.person_no where s.city = ?1 and s.id = ?2`), and
//! call `discard` when they are done; whatever is forgotten goes after a week.

use serde_json::json;

use crate::cx::Cx;
use crate::db::Tx;
use crate::fault::Fault;
use crate::id::Id;
use crate::{params, sql};

/// The job behind `discard`.
pub(crate) const DISCARD: &str = "ground.discard_selection";
/// People written in one statement.
const ADD_ROWS: usize = 5_000;

/// What a selection is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub id: Id,
    pub purpose: String,
    pub recipient: String,
    pub count: i64,
    pub at_ms: i64,
}

/// Begins an empty selection.
pub fn begin(tx: &mut Tx<'_>, cx: &Cx, purpose: &str, recipient: &str) -> Result<Id, Fault> {
    let id = cx.id();
    tx.put(
        sql!(
            "insert into ground_selection_head (city, id, purpose, recipient, count, at_ms)
             values (?1, ?2, ?3, ?4, 0, ?5)"
        ),
        params![&id, purpose, recipient, cx.now_ms()],
    )?;
    Ok(id)
}

/// Adds people. Somebody who is in already is not counted twice.
pub fn add(tx: &mut Tx<'_>, id: &Id, people: &[i64]) -> Result<(), Fault> {
    let mut sum = 0;
    for some in people.chunks(ADD_ROWS) {
        let rows: Vec<_> = some.iter().map(|person_no| json!({"person_no": person_no})).collect();
        sum += tx.exec(
            sql!(
                "insert into ground_selection (city, id, person_no)
                 select ?1, ?2, r.person_no from {rows(?3, person_no bigint)} r where true
                 on conflict (city, id, person_no) do nothing"
            ),
            params![id, &serde_json::Value::Array(rows)],
        )?;
    }
    added(tx, id, sum)
}

/// Counts people that a statement of the caller's own has added.
pub fn added(tx: &mut Tx<'_>, id: &Id, people: u64) -> Result<(), Fault> {
    let people = i64::try_from(people).unwrap_or(i64::MAX);
    tx.put(
        sql!("update ground_selection_head set count = count + ?3 where city = ?1 and id = ?2"),
        params![id, people],
    )
}

/// What a selection is for and how many people are in it.
pub fn head(tx: &mut Tx<'_>, id: &Id) -> Result<Head, Fault> {
    tx.one(
        sql!("select id, purpose, recipient, count, at_ms from ground_selection_head where city = ?1 and id = ?2"),
        params![id],
        |row| {
            Ok(Head {
                id: row.get(0)?,
                purpose: row.get(1)?,
                recipient: row.get(2)?,
                count: row.get(3)?,
                at_ms: row.get(4)?,
            })
        },
    )
}

/// A range of the people in it, in order: for work that is cut into ranges. Ask again with the last one.
pub fn people(tx: &mut Tx<'_>, id: &Id, after: i64, at_most: i64) -> Result<Vec<i64>, Fault> {
    tx.all(
        sql!(
            "select person_no from ground_selection where city = ?1 and id = ?2 and person_no > ?3
             order by person_no limit ?4"
        ),
        params![id, after, at_most],
        |row| row.get(0),
    )
}

/// Gives a selection up: at once nobody reads it by its head, and its rows go in ranges.
pub fn discard(tx: &mut Tx<'_>, cx: &Cx, id: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from ground_selection_head where city = ?1 and id = ?2"), params![id])?;
    tx.enqueue(cx, DISCARD, None, &json!({"id": id}))
}

pub(crate) fn discard_range(tx: &mut Tx<'_>, cx: &Cx, body: &serde_json::Value) -> Result<(), Fault> {
    let id = body.get("id").and_then(serde_json::Value::as_str).unwrap_or_default();
    let gone = tx.exec(
        sql!(
            "delete from ground_selection where city = ?1 and id = ?2 and person_no in (
                 select s.person_no from ground_selection s where s.city = ?1 and s.id = ?2 limit 1000)"
        ),
        params![id],
    )?;
    if gone > 0 { tx.enqueue(cx, DISCARD, None, body) } else { Ok(()) }
}

/// Rows of selections that nobody gave up within their time; then the heads that have no rows left.
pub(crate) fn purge() -> &'static crate::db::Sql {
    sql!(
        "delete from ground_selection where city = ?1 and (id, person_no) in (
             select s.id, s.person_no from ground_selection_head h
             join ground_selection s on s.city = h.city and s.id = h.id
             where h.city = ?1 and s.city = ?1 and h.at_ms < ?2 limit 1000)"
    )
}

pub(crate) fn purge_heads() -> &'static crate::db::Sql {
    sql!(
        "delete from ground_selection_head where city = ?1 and id in (
             select h.id from ground_selection_head h
             where h.city = ?1 and h.at_ms < ?2
               and not exists (select 1 from ground_selection s where s.city = ?1 and s.id = h.id)
             limit 1000)"
    )
}

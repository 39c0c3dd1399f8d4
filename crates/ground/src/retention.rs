//! How long rows are kept. Every table that grows has a rule in its room; the house may set other days
//! (`retention.<table>`, 0 for good). At night each table gets a job that deletes range by range, so that no writer
//! waits long, and nothing is deleted that somebody still has to read.

use std::collections::BTreeMap;
use std::sync::Arc;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::Boxed;
use crate::clock::Stopwatch;
use crate::cx::Cx;
use crate::db::{Sql, Store, Tx};
use crate::fault::Fault;
use crate::house::House;
use crate::room::Retention;
use crate::{params, selection, sql};

/// The schedule's job, which leaves one job for each table.
pub(crate) const NIGHTLY: &str = "ground.retention";
/// One table's job.
pub(crate) const PURGE: &str = "ground.purge";

/// A job works so long, then leaves another to go on: well within its lease.
const PURGE_S: f64 = 15.0;
/// Cursors of readers that no room declares any more hold the log back for so long.
const STRAY_CURSOR_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;

/// The floor's own tables.
pub(crate) const RULES: &[Retention] = &[
    Retention { table: "ground_event", days: 400, purge: purge_events },
    Retention { table: "ground_audit", days: 5 * 365, purge: purge_audit },
    Retention { table: "ground_once", days: 3, purge: purge_once },
    Retention { table: "ground_job", days: 180, purge: purge_dead_jobs },
    Retention { table: "ground_selection", days: 7, purge: selection::purge },
    Retention { table: "ground_selection_head", days: 7, purge: selection::purge_heads },
];

/// What every reader has passed. The oldest thousand are looked at, so that the log is never walked through.
fn purge_events() -> &'static Sql {
    sql!(
        "delete from ground_event where city = ?1 and seq in (
             select e.seq from (select o.writer, o.seq, o.at_ms from ground_event o where o.city = ?1
                                order by o.writer, o.seq limit 1000) e
             where e.at_ms < ?2 and not exists (
                 select 1 from ground_cursor c where c.city = ?1
                 and (c.writer < e.writer or (c.writer = e.writer and c.seq < e.seq))))"
    )
}

/// Ids follow time: the oldest thousand by id are the oldest by time.
fn purge_audit() -> &'static Sql {
    sql!(
        "delete from ground_audit where city = ?1 and id in (
             select a.id from (select o.id, o.at_ms from ground_audit o where o.city = ?1 order by o.id limit 1000) a
             where a.at_ms < ?2)"
    )
}

fn purge_once() -> &'static Sql {
    sql!(
        "delete from ground_once where city = ?1 and (who, key) in (
             select o.who, o.key from ground_once o where o.city = ?1 and o.at_ms < ?2 order by o.at_ms limit 1000)"
    )
}

/// Only what rests on the dead-letter list: whatever waits is still to be done, however old.
fn purge_dead_jobs() -> &'static Sql {
    sql!(
        "delete from ground_job where city = ?1 and id in (
             select j.id from ground_job j where j.city = ?1 and j.state = 'dead' and j.due_ms < ?2 limit 1000)"
    )
}

fn rules(house: &House) -> impl Iterator<Item = &'static Retention> {
    house.rooms.iter().flat_map(|room| room.retention)
}

/// The days that hold here: the house's own, or the room's.
fn days_of(house: &House, rule: &Retention) -> i64 {
    house.retention_days.load().get(rule.table).copied().unwrap_or(rule.days)
}

/// The store a table lives in, by the migration that makes it.
fn store_of(house: &House, table: &str) -> Store {
    let made = format!("create table {table} (");
    let migrations = house.rooms.iter().flat_map(|room| room.migrations);
    migrations
        .into_iter()
        .find(|migration| migration.sql.contains(&made))
        .map_or(Store::City, |migration| migration.store)
}

/// The nightly job: one job for each table, and the cursors of readers that are no more.
pub(crate) fn nightly(tx: &mut Tx<'_>, cx: &Cx, _: &Value) -> Result<(), Fault> {
    let house = cx.house();
    let readers: Vec<&str> =
        house.rooms.iter().flat_map(|room| room.readers).map(|reader| reader.name).collect();
    tx.exec(
        sql!("delete from ground_cursor where city = ?1 and at_ms < ?2 and reader not in {list(?3)}"),
        params![cx.now_ms() - STRAY_CURSOR_DAYS * DAY_MS, &json!(readers)],
    )?;
    for rule in rules(house) {
        tx.enqueue(cx, PURGE, Some(rule.table), &json!({"table": rule.table}))?;
    }
    Ok(())
}

/// Whether every reader of the log has begun: one that has not, has everything before it.
fn every_reader_has_begun(tx: &mut Tx<'_>, house: &House) -> Result<bool, Fault> {
    let begun = tx.all(sql!("select reader from ground_cursor where city = ?1"), params![], |row| {
        row.get::<String>(0)
    })?;
    let mut readers = house.rooms.iter().flat_map(|room| room.readers);
    Ok(readers.all(|reader| begun.iter().any(|name| name == reader.name)))
}

/// One table's job. Deleting is the same the second time: it may be run again.
pub(crate) fn purge(cx: Cx, body: Value) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        let table = body.get("table").and_then(Value::as_str).unwrap_or_default().to_owned();
        let house = cx.house().clone();
        let Some(rule) = rules(&house).find(|rule| rule.table == table) else { return Ok(()) };
        let days = days_of(&house, rule);
        if days == 0 {
            return Ok(());
        }
        let cutoff_ms = cx.now_ms() - days.saturating_mul(DAY_MS);
        let (removed, done) = purge_for_a_while(&cx, &house, rule, cutoff_ms).await?;
        keep_count(&cx, rule.table, removed, done).await
    })
}

/// Range after range until nothing is left or the time is up; answers how many rows went, and whether all did.
async fn purge_for_a_while(
    cx: &Cx,
    house: &Arc<House>,
    rule: &'static Retention,
    cutoff_ms: i64,
) -> Result<(i64, bool), Fault> {
    let db = cx.city().store(store_of(house, rule.table));
    let (watch, mut removed) = (Stopwatch::new(), 0);
    loop {
        let for_events = (rule.table == "ground_event").then(|| house.clone());
        let gone = db
            .write(move |tx| {
                if let Some(house) = &for_events
                    && !every_reader_has_begun(tx, house)?
                {
                    return Ok(0);
                }
                tx.exec((rule.purge)(), params![cutoff_ms])
            })
            .await?;
        removed += i64::try_from(gone).unwrap_or(0);
        if gone == 0 {
            return Ok((removed, true));
        }
        if watch.seconds() > PURGE_S {
            return Ok((removed, false));
        }
    }
}

async fn keep_count(cx: &Cx, table: &'static str, removed: i64, done: bool) -> Result<(), Fault> {
    let acting = cx.clone();
    cx.city()
        .db
        .write(move |tx| {
            tx.put(
                sql!(
                    "insert into ground_retention (city, name, ran_ms, removed, removed_ever)
                     values (?1, ?2, ?3, ?4, ?4)
                     on conflict (city, name) do update set ran_ms = excluded.ran_ms, removed = excluded.removed,
                         removed_ever = ground_retention.removed_ever + excluded.removed"
                ),
                params![table, acting.now_ms(), removed],
            )?;
            if done { Ok(()) } else { tx.enqueue(&acting, PURGE, None, &json!({"table": table})) }
        })
        .await
}

/// How long a table's rows are kept, and when it was last cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetentionRow {
    pub table: String,
    /// Days that hold here; 0 for good.
    pub days: i64,
    /// Days when nobody says otherwise.
    pub days_usual: i64,
    /// Rows older than this go; absent when they are kept for good.
    pub kept_since_ms: Option<i64>,
    /// Absent before the first night.
    pub ran_ms: Option<i64>,
    /// Rows that went the last time, and ever.
    pub removed: i64,
    pub removed_ever: i64,
}

/// Every rule of the house, and what came of it in this city.
pub(crate) fn overview(tx: &mut Tx<'_>, cx: &Cx) -> Result<Vec<RetentionRow>, Fault> {
    let mut ran = BTreeMap::new();
    tx.each(
        sql!("select name, ran_ms, removed, removed_ever from ground_retention where city = ?1"),
        params![],
        |row| {
            let counts = (row.get::<i64>(1)?, row.get::<i64>(2)?, row.get::<i64>(3)?);
            ran.insert(row.get::<String>(0)?, counts);
            Ok(())
        },
    )?;
    let row = |rule: &Retention| {
        let days = days_of(cx.house(), rule);
        let counts = ran.get(rule.table).copied();
        RetentionRow {
            table: rule.table.to_owned(),
            days,
            days_usual: rule.days,
            kept_since_ms: (days > 0).then(|| cx.now_ms() - days.saturating_mul(DAY_MS)),
            ran_ms: counts.map(|(ran_ms, _, _)| ran_ms),
            removed: counts.map_or(0, |(_, removed, _)| removed),
            removed_ever: counts.map_or(0, |(_, _, ever)| ever),
        }
    };
    Ok(rules(cx.house()).map(row).collect())
}

/// What is asked of the overview: nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskRetention {}

/// How long everything is kept.
pub const RETENTION: crate::action::Action<AskRetention, Vec<RetentionRow>> = crate::action::Action::reads(
    "ground.retention",
    |_, _, _| Ok(crate::who::Object::of_city("city")),
    |tx, cx, _| overview(tx, cx),
);

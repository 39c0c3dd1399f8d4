//! Entities, one row each.

use std::sync::Arc;

use ground::cx::Cx;
use ground::db::{Row as Answered, Sql, Tx};
use ground::fault::Fault;
use ground::{params, sql};
use serde_json::json;

use super::events::{self, Kind};
use super::row::{self, Row};
use super::shapes;
use crate::memory::{self, Note, Stands};

/// An entity as it stands.
#[derive(Clone, Debug)]
pub struct Found {
    pub rid: i64,
    pub shape: i64,
    pub body: Arc<str>,
    pub times: Arc<str>,
}

fn found(row: &Answered<'_>) -> Result<Found, Fault> {
    let (body, times): (String, String) = (row.get(2)?, row.get(3)?);
    Ok(Found { rid: row.get(0)?, shape: row.get(1)?, body: body.into(), times: times.into() })
}

/// What has a part that expires by itself is shown without it once its time is over.
fn fresh(mut one: Found, now_us: i64) -> Result<Found, Fault> {
    if one.body.contains("\"expiresAt\"") {
        let mut entity = row::entity(&one.body, &one.times)?;
        if entity.drop_expired(now_us) {
            one.body = entity.body().into();
            one.times = entity.times().into();
        }
    }
    Ok(one)
}

/// The entity with this id; none when it is not there, or its time is over.
pub fn find(tx: &mut Tx<'_>, tenant: &str, id: &str, now_us: i64) -> Result<Option<Found>, Fault> {
    let one = tx.opt(
        sql!(
            "select rid, shape, body, times from context_entity
             where city = ?1 and tenant = ?2 and id = ?3 and (expires_us = 0 or expires_us > ?4)"
        ),
        params![tenant, id, now_us],
        found,
    )?;
    one.map(|one| fresh(one, now_us)).transpose()
}

/// The same, for changing it: on PostgreSQL nobody else changes it until this transaction ends.
pub fn find_to_change(tx: &mut Tx<'_>, tenant: &str, id: &str, now_us: i64) -> Result<Option<Found>, Fault> {
    tx.lock(&format!("context/{tenant}/{id}"))?;
    find(tx, tenant, id, now_us)
}

pub fn by_ids(tx: &mut Tx<'_>, tenant: &str, ids: &[String], now_us: i64) -> Result<Vec<Found>, Fault> {
    let all = tx.all(
        sql!(
            "select rid, shape, body, times from context_entity
             where city = ?1 and tenant = ?2 and id in {list(?3)} and (expires_us = 0 or expires_us > ?4)
             order by rid"
        ),
        params![tenant, &json!(ids), now_us],
        found,
    )?;
    all.into_iter().map(|one| fresh(one, now_us)).collect()
}

pub fn by_rids(tx: &mut Tx<'_>, rids: &[i64], now_us: i64) -> Result<Vec<Found>, Fault> {
    let rows: Vec<_> = rids.iter().map(|rid| json!({"rid": rid})).collect();
    let all = tx.all(
        sql!(
            "select e.rid, e.shape, e.body, e.times from {rows(?2, rid bigint)} r
             join context_entity e on e.rid = r.rid where e.city = ?1"
        ),
        params![&json!(rows)],
        found,
    )?;
    all.into_iter().map(|one| fresh(one, now_us)).collect()
}

/// One by its number, with its id.
pub fn by_rid(tx: &mut Tx<'_>, rid: i64, now_us: i64) -> Result<Option<(String, Found)>, Fault> {
    let one = tx.opt(
        sql!(
            "select rid, shape, body, times, id from context_entity
             where city = ?1 and rid = ?2 and (expires_us = 0 or expires_us > ?3)"
        ),
        params![rid, now_us],
        |row| Ok((row.get::<String>(4)?, found(row)?)),
    )?;
    one.map(|(id, one)| Ok((id, fresh(one, now_us)?))).transpose()
}

/// Number, shape and end of the next entities.
pub fn shapes_of(
    tx: &mut Tx<'_>,
    tenant: &str,
    after: i64,
    rows: i64,
) -> Result<Vec<(i64, i64, i64)>, Fault> {
    tx.all(
        sql!(
            "select rid, shape, expires_us from context_entity
             where city = ?1 and tenant = ?2 and rid > ?3 order by rid limit ?4"
        ),
        params![tenant, after, rows],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// The next entities of these shapes, in the order in which they were made.
pub fn page(
    tx: &mut Tx<'_>,
    tenant: &str,
    shapes: &[i64],
    after: i64,
    rows: i64,
    now_us: i64,
) -> Result<Vec<Found>, Fault> {
    let all = match shapes {
        [one] => tx.all(
            sql!(
                "select rid, shape, body, times from context_entity
                 where city = ?1 and tenant = ?2 and shape = ?3 and rid > ?4 and (expires_us = 0 or expires_us > ?5)
                 order by rid limit ?6"
            ),
            params![tenant, *one, after, now_us, rows],
            found,
        )?,
        many => tx.all(
            sql!(
                "select e.rid, e.shape, e.body, e.times from {rows(?3, no bigint)} s
                 join context_entity e on e.shape = s.no
                 where e.city = ?1 and e.tenant = ?2 and e.rid > ?4 and (e.expires_us = 0 or e.expires_us > ?5)
                 order by e.rid limit ?6"
            ),
            params![tenant, &numbers(many), after, now_us, rows],
            found,
        )?,
    };
    all.into_iter().map(|one| fresh(one, now_us)).collect()
}

/// The same, their numbers alone.
pub fn rids(
    tx: &mut Tx<'_>,
    tenant: &str,
    shapes: &[i64],
    rows: i64,
    now_us: i64,
) -> Result<Vec<i64>, Fault> {
    match shapes {
        [one] => tx.all(
            sql!(
                "select rid from context_entity
                 where city = ?1 and tenant = ?2 and shape = ?3 and (expires_us = 0 or expires_us > ?4)
                 order by rid limit ?5"
            ),
            params![tenant, *one, now_us, rows],
            |row| row.get(0),
        ),
        many => tx.all(
            sql!(
                "select e.rid from {rows(?3, no bigint)} s join context_entity e on e.shape = s.no
                 where e.city = ?1 and e.tenant = ?2 and (e.expires_us = 0 or e.expires_us > ?4)
                 order by e.rid limit ?5"
            ),
            params![tenant, &numbers(many), now_us, rows],
            |row| row.get(0),
        ),
    }
}

fn numbers(shapes: &[i64]) -> serde_json::Value {
    shapes.iter().map(|no| json!({"no": no})).collect()
}

/// The next entities whose location may lie in these ranges of cells.
pub fn in_cells(
    tx: &mut Tx<'_>,
    tenant: &str,
    ranges: &[(i64, i64)],
    after: i64,
    rows: i64,
    now_us: i64,
) -> Result<Vec<Found>, Fault> {
    let anywhere = (super::cells::ANYWHERE, super::cells::ANYWHERE);
    let spans: Vec<_> =
        ranges.iter().chain([&anywhere]).map(|(low, high)| json!({"low": low, "high": high})).collect();
    let all = tx.all(
        sql!(
            "select e.rid, e.shape, e.body, e.times from {rows(?3, low bigint, high bigint)} s
             join context_entity e on e.cell >= s.low and e.cell <= s.high
             where e.city = ?1 and e.tenant = ?2 and e.rid > ?4 and (e.expires_us = 0 or e.expires_us > ?5)
             order by e.rid limit ?6"
        ),
        params![tenant, &json!(spans), after, now_us, rows],
        found,
    )?;
    all.into_iter().map(|one| fresh(one, now_us)).collect()
}

/// Stores a new entity; false when one with its id stands.
pub fn insert(tx: &mut Tx<'_>, cx: &Cx, tenant: &str, row: &Row) -> Result<bool, Fault> {
    let shape = shapes::number(tx, cx, tenant, &row.shape)?;
    let now_us = crate::now_us(cx);
    let try_it = |tx: &mut Tx<'_>| {
        tx.made(
            sql!(
                "insert into context_entity (city, tenant, id, shape, body, times, created_us, modified_us, expires_us, cell, rev)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1) on conflict (city, tenant, id) do nothing
                 {made(rid)}"
            ),
            params![
                tenant, &row.id, shape, &row.body, &row.times, row.created_us, row.modified_us, row.expires_us, row.cell
            ],
        )
    };
    let mut made = try_it(tx)?;
    if made.is_none() {
        // One whose time is over makes room.
        let gone = tx.exec(
            sql!(
                "delete from context_entity where city = ?1 and tenant = ?2 and id = ?3
                 and expires_us > 0 and expires_us <= ?4"
            ),
            params![tenant, &row.id, now_us],
        )?;
        if gone > 0 {
            made = try_it(tx)?;
        }
    }
    let Some(rid) = made else { return Ok(false) };
    note(tx, cx, tenant, &row.id, || Note { rid, before: None, after: Some(stands(shape, row)) });
    events::write(tx, cx, tenant, Kind::Created, (&row.id, &row.shape.types), "{}", &row.body)?;
    Ok(true)
}

/// Stores what an entity has become.
pub fn update(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    found: &Found,
    row: &Row,
    changed: &str,
) -> Result<(), Fault> {
    let rid = found.rid;
    let shape = shapes::number(tx, cx, tenant, &row.shape)?;
    tx.put(
        sql!(
            "update context_entity set shape = ?3, body = ?4, times = ?5, modified_us = ?6, expires_us = ?7, cell = ?8,
             rev = rev + 1 where city = ?1 and rid = ?2"
        ),
        params![rid, shape, &row.body, &row.times, row.modified_us, row.expires_us, row.cell],
    )?;
    note(tx, cx, tenant, &row.id, || Note {
        rid,
        before: Some(found.shape),
        after: Some(stands(shape, row)),
    });
    events::write(tx, cx, tenant, Kind::Changed, (&row.id, &row.shape.types), changed, "")
}

fn stands(shape: i64, row: &Row) -> Stands {
    Stands { shape, body: row.body.as_str().into(), expires_us: row.expires_us }
}

/// Tells the memory of the city, once it is durable.
fn note(tx: &mut Tx<'_>, cx: &Cx, tenant: &str, id: &str, note: impl FnOnce() -> Note) {
    if let Some(memory) = memory::of(cx) {
        let (note, tenant, id) = (note(), tenant.to_owned(), id.to_owned());
        tx.after_commit(move || memory.changed(&tenant, &id, note));
    }
}

/// Takes an entity away.
pub fn delete(tx: &mut Tx<'_>, cx: &Cx, tenant: &str, id: &str, found: &Found) -> Result<(), Fault> {
    tx.put(sql!("delete from context_entity where city = ?1 and rid = ?2"), params![found.rid])?;
    note(tx, cx, tenant, id, || Note { rid: found.rid, before: Some(found.shape), after: None });
    let types = shapes::by_number(tx, cx, found.shape)?;
    events::write(tx, cx, tenant, Kind::Deleted, (id, &json!(types.types).to_string()), "{}", &found.body)
}

/// Entities whose time was over.
pub fn purge() -> &'static Sql {
    sql!(
        "delete from context_entity where city = ?1 and rid in (
             select e.rid from context_entity e
             where e.city = ?1 and e.expires_us > 0 and e.expires_us < cast(?2 as bigint) * 1000 order by e.expires_us limit 500)"
    )
}

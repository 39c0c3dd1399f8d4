//! Incidents and their steps.

use ground::db::{Row, Sql, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use super::super::model::{Incident, Severity, Stage, Step, StepKind};
use crate::store::id_or_none;

fn incident_of(row: &Row<'_>) -> Result<Incident, Fault> {
    Ok(Incident {
        id: row.get(0)?,
        no: row.get(1)?,
        title: row.get(2)?,
        what: row.get(3)?,
        asset: id_or_none(row, 4)?,
        asset_name: row.get::<Option<String>>(5)?.unwrap_or_default(),
        department: id_or_none(row, 6)?,
        severity: Severity::from_name(&row.get::<String>(7)?),
        stage: Stage::from_name(&row.get::<String>(8)?),
        happened_ms: row.get(9)?,
        reported_by: row.get(10)?,
        reported_by_name: row.get::<Option<String>>(11)?.unwrap_or_default(),
        reported_ms: row.get(12)?,
        due_ms: row.get(13)?,
        closed_ms: row.get(14)?,
        rev: row.get(15)?,
    })
}

pub fn incident(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Incident>, Fault> {
    tx.opt(
        sql!(
            "select i.id, i.no, i.title, i.what, i.asset, a.name, i.department, i.severity, i.stage, i.happened_ms,
                    i.reported_by, c.name, i.reported_ms, i.due_ms, i.closed_ms, i.rev
             from people_watch_incident i
             left join people_watch_asset a on a.city = ?1 and a.id = i.asset
             left join people_account c on c.city = ?1 and c.id = i.reported_by
             where i.city = ?1 and i.id = ?2"
        ),
        params![id],
        incident_of,
    )
}

/// Incidents, the newest first: all of them, or those that somebody reported or whose things they answer for.
/// `open` leaves out what was closed.
pub fn incidents(
    tx: &mut Tx<'_>,
    all: bool,
    account: &str,
    day: &str,
    open: bool,
    after: i64,
    rows: i64,
) -> Result<Vec<Incident>, Fault> {
    tx.all(
        sql!(
            "select i.id, i.no, i.title, i.what, i.asset, a.name, i.department, i.severity, i.stage, i.happened_ms,
                    i.reported_by, c.name, i.reported_ms, i.due_ms, i.closed_ms, i.rev
             from people_watch_incident i
             left join people_watch_asset a on a.city = ?1 and a.id = i.asset
             left join people_account c on c.city = ?1 and c.id = i.reported_by
             where i.city = ?1 and (?6 = 0 or i.no < ?6) and (?5 = 0 or i.stage <> 'closed')
               and (?2 = 1 or i.reported_by = ?3 or exists (
                   select 1 from people_watch_post p
                   where p.city = ?1 and p.account = ?3 and p.starts_on <= ?4
                     and (p.ends_on = '' or p.ends_on >= ?4) and p.duty in ('system', 'information')
                     and (p.asset = i.asset or p.asset = a.system)))
             order by i.no desc limit ?7"
        ),
        params![i64::from(all), account, day, i64::from(open), after, rows],
        incident_of,
    )
}

pub fn open_incidents(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(
        sql!("select count(*) from people_watch_incident where city = ?1 and stage <> 'closed'"),
        params![],
        |row| row.get(0),
    )
}

/// Those that nobody took up in time.
pub fn overdue(tx: &mut Tx<'_>, now_ms: i64, rows: i64) -> Result<Vec<Id>, Fault> {
    tx.all(
        sql!(
            "select id from people_watch_incident
             where city = ?1 and stage in ('information', 'system') and due_ms > 0 and due_ms <= ?2
             order by due_ms limit ?3"
        ),
        params![now_ms, rows],
        |row| row.get(0),
    )
}

pub fn next_no(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    let last = tx.opt(
        sql!("select no from people_watch_incident where city = ?1 order by no desc limit 1"),
        params![],
        |row| row.get::<i64>(0),
    )?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn put_incident(tx: &mut Tx<'_>, one: &Incident) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_incident (city, id, no, title, what, asset, department, severity, stage,
                                                happened_ms, reported_by, reported_ms, due_ms, closed_ms, rev)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             on conflict (city, id) do update
             set severity = excluded.severity, stage = excluded.stage, due_ms = excluded.due_ms,
                 closed_ms = excluded.closed_ms, rev = excluded.rev"
        ),
        params![
            &one.id,
            one.no,
            one.title.as_str(),
            one.what.as_str(),
            one.asset.as_ref().map_or("", Id::as_str),
            one.department.as_ref().map_or("", Id::as_str),
            one.severity.name(),
            one.stage.name(),
            one.happened_ms,
            &one.reported_by,
            one.reported_ms,
            one.due_ms,
            one.closed_ms,
            one.rev
        ],
    )
}

/// Writes a step under its number: the revision that the incident has with it.
pub fn add_step(
    tx: &mut Tx<'_>,
    one: &Incident,
    kind: StepKind,
    note: &str,
    by: &str,
    at_ms: i64,
) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_step (city, incident, nth, kind, stage, note, by_account, at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![&one.id, one.rev, kind.name(), one.stage.name(), note, by, at_ms],
    )
}

/// Steps of an incident at most.
pub const STEPS_MAX: i64 = 500;

pub fn steps(tx: &mut Tx<'_>, incident: &Id) -> Result<Vec<Step>, Fault> {
    tx.all(
        sql!(
            "select s.nth, s.kind, s.stage, s.note, c.name, s.at_ms
             from people_watch_step s left join people_account c on c.city = ?1 and c.id = s.by_account
             where s.city = ?1 and s.incident = ?2 order by s.nth limit ?3"
        ),
        params![incident, STEPS_MAX],
        |row| {
            Ok(Step {
                nth: row.get(0)?,
                kind: StepKind::from_name(&row.get::<String>(1)?),
                stage: Stage::from_name(&row.get::<String>(2)?),
                note: row.get(3)?,
                by_name: row.get::<Option<String>>(4)?.unwrap_or_default(),
                at_ms: row.get(5)?,
            })
        },
    )
}

/// Closed long ago, with their steps: the steps go first.
pub fn old_steps() -> &'static Sql {
    sql!(
        "delete from people_watch_step where city = ?1 and incident in (
             select i.id from people_watch_incident i
             where i.city = ?1 and i.closed_ms > 0 and i.closed_ms < ?2 order by i.closed_ms limit 50)"
    )
}

pub fn old_incidents() -> &'static Sql {
    sql!(
        "delete from people_watch_incident where city = ?1 and id in (
             select i.id from people_watch_incident i
             where i.city = ?1 and i.closed_ms > 0 and i.closed_ms < ?2 and not exists (
                 select 1 from people_watch_step s where s.city = ?1 and s.incident = i.id)
             order by i.closed_ms limit 500)"
    )
}

//! SQL over the register, who answers for what, incidents and checks.

use ground::db::{Row, Sql, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use super::model::{
    Asset, AssetKind, Check, CheckState, Duty, Incident, KeptQuestion, Post, Severity, Stage, Step, StepKind,
    TakenCheck,
};
use crate::model::AccountState;
use crate::store::id_or_none;

/// Entries of the register at most.
pub const ASSETS_MAX: i64 = 50_000;
/// Questions in the bank, and in one check, at most.
pub const QUESTIONS_MAX: i64 = 200;

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, Fault> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(Fault::internal)
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(Fault::internal)
}

pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/watch")
}

fn asset_of(row: &Row<'_>) -> Result<Asset, Fault> {
    Ok(Asset {
        id: row.get(0)?,
        kind: AssetKind::from_name(&row.get::<String>(1)?),
        code: row.get(2)?,
        name: row.get(3)?,
        department: id_or_none(row, 4)?,
        system: id_or_none(row, 5)?,
        chief: row.get::<i64>(6)? == 1,
        note: row.get(7)?,
        closed_on: row.get(8)?,
        rev: row.get(9)?,
        saved_ms: row.get(10)?,
        saved_by: row.get(11)?,
    })
}

pub fn asset(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Asset>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, code, name, department, system, chief, note, closed_on, rev, saved_ms, saved_by
             from people_watch_asset where city = ?1 and id = ?2"
        ),
        params![id],
        asset_of,
    )
}

pub fn asset_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Asset>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, code, name, department, system, chief, note, closed_on, rev, saved_ms, saved_by
             from people_watch_asset where city = ?1 and code = ?2"
        ),
        params![code],
        asset_of,
    )
}

/// Entries of one kind by their codes. `missing` asks for those alone for which nobody answers on the day.
pub fn assets(
    tx: &mut Tx<'_>,
    kind: AssetKind,
    missing: bool,
    day: &str,
    after: &str,
    rows: i64,
) -> Result<Vec<Asset>, Fault> {
    tx.all(
        sql!(
            "select a.id, a.kind, a.code, a.name, a.department, a.system, a.chief, a.note, a.closed_on, a.rev,
                    a.saved_ms, a.saved_by
             from people_watch_asset a
             where a.city = ?1 and a.kind = ?2 and a.code > ?3
               and (?4 = 0 or ((a.closed_on = '' or a.closed_on > ?5) and not exists (
                   select 1 from people_watch_post p
                   join people_account c on c.city = ?1 and c.id = p.account and c.state = 'active'
                   where p.city = ?1 and p.asset = a.id and p.starts_on <= ?5
                     and (p.ends_on = '' or p.ends_on >= ?5))))
             order by a.code limit ?6"
        ),
        params![kind.name(), after, i64::from(missing), day, rows],
        asset_of,
    )
}

/// Of a kind: how many there are, and for how many nobody answers on the day.
pub fn counts(tx: &mut Tx<'_>, kind: AssetKind, day: &str) -> Result<(i64, i64), Fault> {
    let all = tx.one(
        sql!(
            "select count(*) from people_watch_asset
             where city = ?1 and kind = ?2 and (closed_on = '' or closed_on > ?3)"
        ),
        params![kind.name(), day],
        |row| row.get(0),
    )?;
    let missing = tx.one(
        sql!(
            "select count(*) from people_watch_asset a
             where a.city = ?1 and a.kind = ?2 and (a.closed_on = '' or a.closed_on > ?3) and not exists (
                 select 1 from people_watch_post p
                 join people_account c on c.city = ?1 and c.id = p.account and c.state = 'active'
                 where p.city = ?1 and p.asset = a.id and p.starts_on <= ?3
                   and (p.ends_on = '' or p.ends_on >= ?3))"
        ),
        params![kind.name(), day],
        |row| row.get(0),
    )?;
    Ok((all, missing))
}

pub fn count_assets(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from people_watch_asset where city = ?1"), params![], |row| row.get(0))
}

pub fn put_asset(tx: &mut Tx<'_>, asset: &Asset) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_asset (city, id, kind, code, name, department, system, chief, note, closed_on,
                                             rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             on conflict (city, id) do update
             set code = excluded.code, name = excluded.name, department = excluded.department,
                 system = excluded.system, chief = excluded.chief, note = excluded.note,
                 closed_on = excluded.closed_on, rev = excluded.rev, saved_ms = excluded.saved_ms,
                 saved_by = excluded.saved_by"
        ),
        params![
            &asset.id,
            asset.kind.name(),
            asset.code.as_str(),
            asset.name.as_str(),
            asset.department.as_ref().map_or("", Id::as_str),
            asset.system.as_ref().map_or("", Id::as_str),
            i64::from(asset.chief),
            asset.note.as_str(),
            asset.closed_on.as_str(),
            asset.rev,
            asset.saved_ms,
            asset.saved_by.as_str()
        ],
    )
}

fn post_of(row: &Row<'_>) -> Result<Post, Fault> {
    Ok(Post {
        id: row.get(0)?,
        duty: Duty::from_name(&row.get::<String>(1)?),
        asset: id_or_none(row, 2)?,
        account: row.get(3)?,
        name: row.get(4)?,
        title: row.get::<Option<String>>(5)?.unwrap_or_default(),
        department_code: row.get::<Option<String>>(6)?.unwrap_or_default(),
        active: AccountState::from_name(&row.get::<String>(7)?) == AccountState::Active,
        starts_on: row.get(8)?,
        ends_on: row.get(9)?,
        note: row.get(10)?,
    })
}

/// Who answers for something, now, before and after; the newest first. No asset is the whole city.
pub fn posts(tx: &mut Tx<'_>, asset: Option<&Id>, duty: Duty) -> Result<Vec<Post>, Fault> {
    tx.all(
        sql!(
            "select p.id, p.duty, p.asset, p.account, c.name, f.title, d.code, c.state, p.starts_on, p.ends_on, p.note
             from people_watch_post p
             join people_account c on c.city = ?1 and c.id = p.account
             left join people_staff f on f.city = ?1 and f.account = p.account
             left join people_department d on d.city = ?1 and d.id = f.department
             where p.city = ?1 and p.asset = ?2 and p.duty = ?3
             order by p.starts_on desc, p.id desc limit 100"
        ),
        params![asset.map_or("", Id::as_str), duty.name()],
        post_of,
    )
}

pub fn post(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Post>, Fault> {
    tx.opt(
        sql!(
            "select p.id, p.duty, p.asset, p.account, c.name, f.title, d.code, c.state, p.starts_on, p.ends_on, p.note
             from people_watch_post p
             join people_account c on c.city = ?1 and c.id = p.account
             left join people_staff f on f.city = ?1 and f.account = p.account
             left join people_department d on d.city = ?1 and d.id = f.department
             where p.city = ?1 and p.id = ?2"
        ),
        params![id],
        post_of,
    )
}

/// What ends between two days with nobody to follow.
pub fn ending(tx: &mut Tx<'_>, from: &str, to: &str, rows: i64) -> Result<Vec<(Post, String)>, Fault> {
    tx.all(
        sql!(
            "select p.id, p.duty, p.asset, p.account, c.name, f.title, d.code, c.state, p.starts_on, p.ends_on, p.note,
                    a.name
             from people_watch_post p
             join people_account c on c.city = ?1 and c.id = p.account and c.state = 'active'
             left join people_staff f on f.city = ?1 and f.account = p.account
             left join people_department d on d.city = ?1 and d.id = f.department
             left join people_watch_asset a on a.city = ?1 and a.id = p.asset
             where p.city = ?1 and p.ends_on >= ?2 and p.ends_on <= ?3 and (a.closed_on is null or a.closed_on = '')
               and not exists (
                   select 1 from people_watch_post n where n.city = ?1 and n.asset = p.asset and n.duty = p.duty
                     and n.id <> p.id and (n.ends_on = '' or n.ends_on > p.ends_on))
             order by p.ends_on, p.id limit ?4"
        ),
        params![from, to, rows],
        |row| Ok((post_of(row)?, row.get::<Option<String>>(11)?.unwrap_or_default())),
    )
}

/// What somebody answers for on a day.
pub fn duties_of(tx: &mut Tx<'_>, account: &Id, day: &str) -> Result<Vec<(Duty, Option<Id>)>, Fault> {
    tx.all(
        sql!(
            "select duty, asset from people_watch_post
             where city = ?1 and account = ?2 and starts_on <= ?3 and (ends_on = '' or ends_on >= ?3)
             order by id limit 1000"
        ),
        params![account, day],
        |row| Ok((Duty::from_name(&row.get::<String>(0)?), id_or_none(row, 1)?)),
    )
}

pub fn add_post(tx: &mut Tx<'_>, post: &Post, now_ms: i64, by: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_post (city, id, duty, asset, account, starts_on, ends_on, note, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        ),
        params![
            &post.id,
            post.duty.name(),
            post.asset.as_ref().map_or("", Id::as_str),
            &post.account,
            post.starts_on.as_str(),
            post.ends_on.as_str(),
            post.note.as_str(),
            now_ms,
            by
        ],
    )
}

pub fn end_post(tx: &mut Tx<'_>, id: &Id, ends_on: &str, now_ms: i64, by: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "update people_watch_post set ends_on = ?3, saved_ms = ?4, saved_by = ?5 where city = ?1 and id = ?2"
        ),
        params![id, ends_on, now_ms, by],
    )
}

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
    after: &str,
    rows: i64,
) -> Result<Vec<Incident>, Fault> {
    tx.all(
        sql!(
            "select i.id, i.no, i.title, i.what, i.asset, a.name, i.department, i.severity, i.stage, i.happened_ms,
                    i.reported_by, c.name, i.reported_ms, i.due_ms, i.closed_ms, i.rev
             from people_watch_incident i
             left join people_watch_asset a on a.city = ?1 and a.id = i.asset
             left join people_account c on c.city = ?1 and c.id = i.reported_by
             where i.city = ?1 and (?6 = '' or i.id < ?6) and (?5 = 0 or i.stage <> 'closed')
               and (?2 = 1 or i.reported_by = ?3 or exists (
                   select 1 from people_watch_post p
                   where p.city = ?1 and p.account = ?3 and p.starts_on <= ?4
                     and (p.ends_on = '' or p.ends_on >= ?4) and p.duty in ('system', 'information')
                     and (p.asset = i.asset or p.asset = a.system)))
             order by i.id desc limit ?7"
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

pub fn add_step(
    tx: &mut Tx<'_>,
    incident: &Id,
    id: &Id,
    kind: StepKind,
    stage: Stage,
    note: &str,
    by: &str,
    at_ms: i64,
) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_step (city, incident, id, kind, stage, note, by_account, at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![incident, id, kind.name(), stage.name(), note, by, at_ms],
    )
}

/// Steps of an incident at most.
pub const STEPS_MAX: i64 = 500;

pub fn steps(tx: &mut Tx<'_>, incident: &Id) -> Result<Vec<Step>, Fault> {
    tx.all(
        sql!(
            "select s.id, s.kind, s.stage, s.note, c.name, s.at_ms
             from people_watch_step s left join people_account c on c.city = ?1 and c.id = s.by_account
             where s.city = ?1 and s.incident = ?2 order by s.id limit ?3"
        ),
        params![incident, STEPS_MAX],
        |row| {
            Ok(Step {
                id: row.get(0)?,
                kind: StepKind::from_name(&row.get::<String>(1)?),
                stage: Stage::from_name(&row.get::<String>(2)?),
                note: row.get(3)?,
                by_name: row.get::<Option<String>>(4)?.unwrap_or_default(),
                at_ms: row.get(5)?,
            })
        },
    )
}

/// The newest version of every question.
pub fn questions(tx: &mut Tx<'_>) -> Result<Vec<KeptQuestion>, Fault> {
    tx.all(
        sql!(
            "select q.id, q.version, q.state, q.body, q.place from people_watch_question q
             where q.city = ?1 and not exists (
                 select 1 from people_watch_question n
                 where n.city = ?1 and n.id = q.id and n.version > q.version)
             order by q.place, q.id limit ?2"
        ),
        params![QUESTIONS_MAX],
        |row| {
            Ok(KeptQuestion {
                id: row.get(0)?,
                version: row.get(1)?,
                used: row.get::<String>(2)? == "used",
                question: json(row, 3)?,
                place: row.get(4)?,
            })
        },
    )
}

/// The newest version of one question.
pub fn question(tx: &mut Tx<'_>, id: &Id) -> Result<Option<KeptQuestion>, Fault> {
    tx.opt(
        sql!(
            "select id, version, state, body, place from people_watch_question where city = ?1 and id = ?2
             order by version desc limit 1"
        ),
        params![id],
        |row| {
            Ok(KeptQuestion {
                id: row.get(0)?,
                version: row.get(1)?,
                used: row.get::<String>(2)? == "used",
                question: json(row, 3)?,
                place: row.get(4)?,
            })
        },
    )
}

pub fn add_question(tx: &mut Tx<'_>, kept: &KeptQuestion, now_ms: i64, by: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_question (city, id, version, place, body, state, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![
            &kept.id,
            kept.version,
            kept.place,
            text(&kept.question)?,
            if kept.used { "used" } else { "resting" },
            now_ms,
            by
        ],
    )
}

fn check_of(row: &Row<'_>) -> Result<Check, Fault> {
    Ok(Check {
        id: row.get(0)?,
        title: row.get(1)?,
        pass_percent: row.get(2)?,
        deadline: row.get(3)?,
        remind_on: row.get(4)?,
        questions: json(row, 5)?,
        state: CheckState::from_name(&row.get::<String>(6)?),
        rev: row.get(7)?,
        saved_ms: row.get(8)?,
    })
}

/// Checks of a city at most that a list shows: one a year.
const CHECKS_MAX: i64 = 100;

pub fn checks(tx: &mut Tx<'_>) -> Result<Vec<Check>, Fault> {
    tx.all(
        sql!(
            "select id, title, pass_percent, deadline, remind_on, questions, state, rev, saved_ms
             from people_watch_check where city = ?1 order by id desc limit ?2"
        ),
        params![CHECKS_MAX],
        check_of,
    )
}

pub fn check(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Check>, Fault> {
    tx.opt(
        sql!(
            "select id, title, pass_percent, deadline, remind_on, questions, state, rev, saved_ms
             from people_watch_check where city = ?1 and id = ?2"
        ),
        params![id],
        check_of,
    )
}

pub fn put_check(tx: &mut Tx<'_>, check: &Check, by: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_check (city, id, title, pass_percent, deadline, remind_on, questions, state,
                                             reminded, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', ?9, ?10, ?11)
             on conflict (city, id) do update
             set title = excluded.title, pass_percent = excluded.pass_percent, deadline = excluded.deadline,
                 remind_on = excluded.remind_on, questions = excluded.questions, state = excluded.state,
                 rev = excluded.rev, saved_ms = excluded.saved_ms, saved_by = excluded.saved_by"
        ),
        params![
            &check.id,
            check.title.as_str(),
            check.pass_percent,
            check.deadline.as_str(),
            check.remind_on.as_str(),
            text(&check.questions)?,
            check.state.name(),
            check.rev,
            check.saved_ms,
            by
        ],
    )
}

pub fn taken(tx: &mut Tx<'_>, check: &Id, account: &Id) -> Result<Option<TakenCheck>, Fault> {
    tx.opt(
        sql!(
            "select right_count, asked, passed, tries, answers, at_ms from people_watch_result
             where city = ?1 and check_id = ?2 and account = ?3"
        ),
        params![check, account],
        |row| {
            Ok(TakenCheck {
                right: row.get(0)?,
                asked: row.get(1)?,
                passed: row.get::<i64>(2)? == 1,
                tries: row.get(3)?,
                answers: json(row, 4)?,
                at_ms: row.get(5)?,
            })
        },
    )
}

pub fn put_taken(
    tx: &mut Tx<'_>,
    check: &Id,
    account: &Id,
    department: Option<&Id>,
    taken: &TakenCheck,
) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_result (city, check_id, account, department, right_count, asked, passed, tries,
                                              answers, at_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (city, check_id, account) do update
             set department = excluded.department, right_count = excluded.right_count, asked = excluded.asked,
                 passed = excluded.passed, tries = excluded.tries, answers = excluded.answers, at_ms = excluded.at_ms"
        ),
        params![
            check,
            account,
            department.map_or("", Id::as_str),
            taken.right,
            taken.asked,
            i64::from(taken.passed),
            taken.tries,
            text(&taken.answers)?,
            taken.at_ms
        ],
    )
}

/// Of each department: how many can take the check, how many did, passed, and what was right.
pub fn by_department(tx: &mut Tx<'_>, check: &Id) -> Result<Vec<(Option<Id>, [i64; 5])>, Fault> {
    tx.all(
        sql!(
            "select f.department, count(*), count(r.account), {sum(r.passed)}, {sum(r.right_count)}, {sum(r.asked)}
             from people_staff f
             join people_account c on c.city = ?1 and c.id = f.account and c.state = 'active'
             left join people_watch_result r on r.city = ?1 and r.check_id = ?2 and r.account = f.account
             where f.city = ?1 group by f.department"
        ),
        params![check],
        |row| {
            let numbers = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            Ok((id_or_none(row, 0)?, numbers))
        },
    )
}

/// Everybody who can take a check, with what they made of it, by their account.
pub fn people(
    tx: &mut Tx<'_>,
    check: &Id,
    open_only: bool,
    after: &str,
    rows: i64,
) -> Result<Vec<(Id, String, String, String, Option<(i64, i64, bool)>)>, Fault> {
    tx.all(
        sql!(
            "select c.id, c.name, d.code, c.mail, r.right_count, r.asked, r.passed
             from people_staff f
             join people_account c on c.city = ?1 and c.id = f.account and c.state = 'active'
             left join people_department d on d.city = ?1 and d.id = f.department
             left join people_watch_result r on r.city = ?1 and r.check_id = ?2 and r.account = f.account
             where f.city = ?1 and f.account > ?3 and (?4 = 0 or r.passed is null or r.passed = 0)
             order by f.account limit ?5"
        ),
        params![check, after, i64::from(open_only), rows],
        |row| {
            let right: Option<i64> = row.get(4)?;
            let made = match right {
                Some(right) => Some((right, row.get(5)?, row.get::<i64>(6)? == 1)),
                None => None,
            };
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get::<Option<String>>(2)?.unwrap_or_default(),
                row.get(3)?,
                made,
            ))
        },
    )
}

/// The last account that was reminded of a check; empty before the first.
pub fn reminded(tx: &mut Tx<'_>, check: &Id) -> Result<String, Fault> {
    tx.one(
        sql!("select reminded from people_watch_check where city = ?1 and id = ?2"),
        params![check],
        |row| row.get(0),
    )
}

pub fn set_reminded(tx: &mut Tx<'_>, check: &Id, last: &str) -> Result<(), Fault> {
    tx.put(
        sql!("update people_watch_check set reminded = ?3 where city = ?1 and id = ?2"),
        params![check, last],
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

pub fn old_results() -> &'static Sql {
    sql!(
        "delete from people_watch_result where city = ?1 and (check_id, account) in (
             select r.check_id, r.account from people_watch_result r where r.city = ?1 and r.at_ms < ?2
             order by r.at_ms limit 500)"
    )
}

//! Questions, checks, and what people made of them.

use ground::db::{Row, Sql, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use super::super::model::{Check, CheckState, KeptQuestion, TakenCheck};
use crate::store::id_or_none;

/// Questions in the bank, and in one check, at most.
pub const QUESTIONS_MAX: i64 = 200;

fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, Fault> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(Fault::internal)
}

fn text<T: serde::Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(Fault::internal)
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

/// What is known of a department: how many can take the check, how many did, passed, and what was right of what was
/// asked.
pub struct Figures {
    pub department: Option<Id>,
    pub people: i64,
    pub taken: i64,
    pub passed: i64,
    pub right: i64,
    pub asked: i64,
}

pub fn by_department(tx: &mut Tx<'_>, check: &Id) -> Result<Vec<Figures>, Fault> {
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
            Ok(Figures {
                department: id_or_none(row, 0)?,
                people: row.get(1)?,
                taken: row.get(2)?,
                passed: row.get(3)?,
                right: row.get(4)?,
                asked: row.get(5)?,
            })
        },
    )
}

/// Somebody who can take a check.
pub struct Taker {
    pub account: Id,
    pub name: String,
    pub department_code: String,
    pub mail: String,
    /// What was right, of how many, and whether that was enough; nothing for somebody who has not answered.
    pub made: Option<(i64, i64, bool)>,
}

/// Everybody who can take a check, by their account; `open_only` leaves out who passed.
pub fn people(
    tx: &mut Tx<'_>,
    check: &Id,
    open_only: bool,
    after: &str,
    rows: i64,
) -> Result<Vec<Taker>, Fault> {
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
            Ok(Taker {
                account: row.get(0)?,
                name: row.get(1)?,
                department_code: row.get::<Option<String>>(2)?.unwrap_or_default(),
                mail: row.get(3)?,
                made,
            })
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

pub fn old_results() -> &'static Sql {
    sql!(
        "delete from people_watch_result where city = ?1 and (check_id, account) in (
             select r.check_id, r.account from people_watch_result r where r.city = ?1 and r.at_ms < ?2
             order by r.at_ms limit 500)"
    )
}

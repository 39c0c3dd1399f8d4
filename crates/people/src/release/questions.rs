//! A person asks about a use of their data; the department that used it, or whoever protects data in the city, answers.

use garde::Validate;
use ground::cx::Cx;
use ground::db::{Row, Tx};
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::text::Text;
use ground::who::{Object, Role};
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::record;
use crate::actions::shown;
use crate::model::tidy;

/// Questions of one person that wait for an answer, at most.
const WAITING_MAX: i64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Waiting,
    Answered,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Answered => "answered",
        }
    }

    pub fn from_name(name: &str) -> Option<State> {
        [State::Waiting, State::Answered].into_iter().find(|state| state.name() == name)
    }
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    pub id: Id,
    /// The entry it is about.
    pub entry: Id,
    pub question: String,
    pub state: State,
    pub asked_ms: i64,
    pub answer: String,
    pub answered_ms: i64,
    /// The department that answers; absent for whoever protects data in the city.
    pub department: Option<Text>,
    pub rev: i64,
    /// When the use was, for what, and by whom, to read beside it.
    pub used_ms: i64,
    pub purpose: String,
    pub purpose_name: Option<Text>,
    pub recipient: Option<Text>,
    pub reason: String,
}

fn question_of(row: &Row<'_>) -> Result<Question, Fault> {
    Ok(Question {
        id: row.get(0)?,
        entry: row.get(1)?,
        question: row.get(2)?,
        state: State::from_name(&row.get::<String>(3)?).unwrap_or(State::Waiting),
        asked_ms: row.get(4)?,
        answer: row.get(5)?,
        answered_ms: row.get(6)?,
        department: record::text_of(&row.get::<String>(7)?),
        rev: row.get(8)?,
        used_ms: row.get(9)?,
        purpose_name: record::text_of(&row.get::<String>(10)?),
        recipient: record::text_of(&row.get::<String>(11)?),
        reason: row.get(12)?,
        purpose: row.get(13)?,
    })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskAbout {
    /// The entry of one's own record.
    #[garde(skip)]
    pub entry: Id,
    #[garde(length(chars, max = 1000), custom(shown))]
    pub question: String,
}

pub fn ask(tx: &mut Tx<'_>, cx: &Cx, input: &AskAbout) -> Result<Question, Fault> {
    let person = cx.who().subject().cloned().ok_or_else(Fault::signed_out)?;
    let number = record::person_no(tx, &person)?;
    if !record::is_about(tx, &input.entry, number)? {
        return Err(Fault::missing());
    }
    tx.lock(&format!("people/questions/{person}"))?;
    let waiting = tx.one(
        sql!(
            "select count(*) from people_access_question q where q.city = ?1 and q.person = ?2 and q.state = 'waiting'"
        ),
        params![&person],
        |row| row.get::<i64>(0),
    )?;
    if waiting >= WAITING_MAX {
        return Err(Fault::new(Kind::Conflict, "people-questions-waiting").arg("limit", WAITING_MAX));
    }
    let department = tx.one(
        sql!("select a.department from people_access a where a.city = ?1 and a.id = ?2"),
        params![&input.entry],
        |row| row.get::<String>(0),
    )?;
    let id = cx.id();
    tx.put(
        sql!(
            "insert into people_access_question (city, id, access, person, asked_by, department, question, state,
                                                 asked_ms, answer, answered_by, answered_ms, rev)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', ?8, '', '', 0, 1)"
        ),
        params![
            &id,
            &input.entry,
            &person,
            cx.who().written(),
            &department,
            input.question.trim(),
            cx.now_ms()
        ],
    )?;
    tx.emit(
        cx,
        "people.use_asked_about",
        id.as_str(),
        json!({"entry": input.entry, "department": department}),
    )?;
    one(tx, &id)?.ok_or_else(Fault::missing)
}

pub fn one(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Question>, Fault> {
    tx.opt(
        sql!(
            "select q.id, q.access, q.question, q.state, q.asked_ms, q.answer, q.answered_ms, coalesce(d.name, ''), q.rev,
                    coalesce(a.at_ms, 0), coalesce(v.name, ''), coalesce(t.name, ''), coalesce(a.reason, ''),
                    coalesce(a.purpose, '')
             from people_access_question q
             left join people_access a on a.city = ?1 and a.id = q.access
             left join people_purpose_version v on v.city = ?1 and v.purpose = a.purpose and v.version = a.version
             left join people_recipient t on t.city = ?1 and t.id = a.recipient
             left join people_department d on d.city = ?1 and d.id = q.department
             where q.city = ?1 and q.id = ?2"
        ),
        params![id],
        question_of,
    )
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskQuestions {
    /// Absent: all.
    #[serde(default)]
    #[garde(skip)]
    pub state: Option<State>,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// One's own, newest first.
pub fn own(tx: &mut Tx<'_>, cx: &Cx, input: &AskQuestions) -> Result<List<Question>, Fault> {
    let person = cx.who().subject().cloned().ok_or_else(Fault::signed_out)?;
    let rows = tx.all(
        sql!(
            "select q.id, q.access, q.question, q.state, q.asked_ms, q.answer, q.answered_ms, coalesce(d.name, ''), q.rev,
                    coalesce(a.at_ms, 0), coalesce(v.name, ''), coalesce(t.name, ''), coalesce(a.reason, ''),
                    coalesce(a.purpose, '')
             from people_access_question q
             left join people_access a on a.city = ?1 and a.id = q.access
             left join people_purpose_version v on v.city = ?1 and v.purpose = a.purpose and v.version = a.version
             left join people_recipient t on t.city = ?1 and t.id = a.recipient
             left join people_department d on d.city = ?1 and d.id = q.department
             where q.city = ?1 and q.person = ?2 and (?3 = '' or q.id < ?3) and (?4 = '' or q.state = ?4)
             order by q.id desc limit ?5"
        ),
        params![
            &person,
            input.paging.after(),
            input.state.map_or("", State::name),
            input.paging.rows() + 1
        ],
        question_of,
    )?;
    Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
}

/// Those that a member of staff answers: of their own department; administrators, who protect data in the city, see
/// all. Newest first.
pub fn for_staff(tx: &mut Tx<'_>, cx: &Cx, input: &AskQuestions) -> Result<List<Question>, Fault> {
    let who = cx.who();
    let all = who.has(Role::Admin) || who.has(Role::Auditor);
    let department = who.department.as_ref().map(Id::to_string).unwrap_or_default();
    if !all && department.is_empty() {
        return Ok(List { rows: Vec::new(), next: None });
    }
    let rows = tx.all(
        sql!(
            "select q.id, q.access, q.question, q.state, q.asked_ms, q.answer, q.answered_ms, coalesce(d.name, ''), q.rev,
                    coalesce(a.at_ms, 0), coalesce(v.name, ''), coalesce(t.name, ''), coalesce(a.reason, ''),
                    coalesce(a.purpose, '')
             from people_access_question q
             left join people_access a on a.city = ?1 and a.id = q.access
             left join people_purpose_version v on v.city = ?1 and v.purpose = a.purpose and v.version = a.version
             left join people_recipient t on t.city = ?1 and t.id = a.recipient
             left join people_department d on d.city = ?1 and d.id = q.department
             where q.city = ?1 and (?2 = 1 or q.department = ?3) and (?4 = '' or q.id < ?4)
               and (?5 = '' or q.state = ?5)
             order by q.id desc limit ?6"
        ),
        params![
            all,
            department,
            input.paging.after(),
            input.state.map_or("", State::name),
            input.paging.rows() + 1
        ],
        question_of,
    )?;
    Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisQuestion {
    pub id: Id,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    #[garde(skip)]
    pub id: Id,
    #[garde(length(chars, max = 2000), custom(shown))]
    pub answer: String,
    /// The revision this was answered at.
    #[garde(skip)]
    pub rev: i64,
}

/// Whose it is to answer.
pub fn object(tx: &mut Tx<'_>, id: &Id) -> Result<Object, Fault> {
    let department = tx.one(
        sql!("select q.department from people_access_question q where q.city = ?1 and q.id = ?2"),
        params![id],
        |row| row.get::<String>(0),
    )?;
    Ok(Object::new("question", id).department(department.parse().ok()))
}

pub fn answer(tx: &mut Tx<'_>, cx: &Cx, input: &Answer) -> Result<Question, Fault> {
    let answered = tx.exec(
        sql!(
            "update people_access_question
             set state = 'answered', answer = ?4, answered_by = ?5, answered_ms = ?6, rev = rev + 1
             where city = ?1 and id = ?2 and rev = ?3"
        ),
        params![&input.id, input.rev, tidy_lines(&input.answer), cx.who().written(), cx.now_ms()],
    )?;
    let stands = one(tx, &input.id)?.ok_or_else(Fault::missing)?;
    if answered == 0 {
        return Err(crate::actions::outdated(&stands));
    }
    tx.emit(cx, "people.use_answered", input.id.as_str(), json!({"entry": stands.entry}))?;
    Ok(stands)
}

/// Lines are kept, white space around them is not.
fn tidy_lines(text: &str) -> String {
    text.trim().lines().map(tidy).collect::<Vec<_>>().join("\n")
}

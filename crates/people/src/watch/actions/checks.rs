//! The yearly knowledge check: questions, checks, answering, results.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::validate::rule;
use ground::who::{Object, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::model::{Check, CheckState, KeptQuestion, Question, TakenCheck};
use super::super::{rules, store};
use super::{is_ciso, is_house, today, writer};
use crate::actions::{Nothing, date_or_empty, outdated, shown, whole_city};
use crate::model::tidy;
use crate::store::departments;

/// Every question in its newest version.
pub const QUESTIONS: Action<Nothing, Vec<KeptQuestion>> =
    Action::reads("people.watch_questions", whole_city, |tx, _, _| store::questions(tx));

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveQuestion {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(length(chars, max = 500), custom(shown))]
    pub ask: String,
    #[garde(length(min = 2, max = 6), inner(length(chars, min = 1, max = 200)))]
    pub choices: Vec<String>,
    /// The place of the right one, from 0.
    #[garde(range(max = 5))]
    pub right: usize,
    #[garde(length(chars, max = 1000), custom(shown))]
    pub because: String,
    /// Whether new checks ask it.
    #[serde(default)]
    #[garde(skip)]
    pub used: bool,
    /// The version this was edited from; 0 for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub version: i64,
}

fn saved_question(_: &mut Tx<'_>, _: &Cx, input: &SaveQuestion) -> Result<Object, Fault> {
    Ok(Object::new("watch-question", input.id.as_ref().map_or("", |id| id.as_str())))
}

/// Keeps a question as a new version. Checks that were opened keep the one they asked.
pub const SAVE_QUESTION: Action<SaveQuestion, KeptQuestion> =
    Action::writes("people.save_watch_question", saved_question, |tx, cx, input: &SaveQuestion| {
        store::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(store::question(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.version != input.version
        {
            return Err(outdated(before));
        }
        let count = i64::try_from(store::questions(tx)?.len()).unwrap_or(i64::MAX);
        if before.is_none() && count >= store::QUESTIONS_MAX {
            return Err(Fault::too_large(store::QUESTIONS_MAX));
        }
        if input.right >= input.choices.len() {
            return Err(Fault::field("right", "field-people-watch-right"));
        }
        let kept = KeptQuestion {
            id: before.as_ref().map_or_else(|| cx.id(), |before| before.id.clone()),
            place: before.as_ref().map_or(count + 1, |before| before.place),
            version: before.map_or(0, |before| before.version) + 1,
            used: input.used,
            question: Question {
                ask: input.ask.trim().to_owned(),
                choices: input.choices.iter().map(|choice| tidy(choice)).collect(),
                right: input.right,
                because: input.because.trim().to_owned(),
            },
        };
        store::add_question(tx, &kept, cx.now_ms(), &writer(cx))?;
        tx.emit(cx, "people.watch_saved", kept.id.as_str(), serde_json::json!({"version": kept.version}))?;
        Ok(kept)
    })
    .emits(&["people.watch_saved"]);

pub const CHECKS: Action<Nothing, Vec<Check>> =
    Action::reads("people.watch_checks", whole_city, |tx, cx, _| {
        Ok(store::checks(tx)?.into_iter().map(|check| without_answers(cx, check)).collect())
    });

/// Whoever takes the check does not read the answers first.
fn without_answers(cx: &Cx, check: Check) -> Check {
    if is_house(cx) || cx.who().has(Role::Admin) { check } else { Check { questions: Vec::new(), ..check } }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisCheck {
    pub id: Id,
}

fn this_check(_: &mut Tx<'_>, _: &Cx, input: &ThisCheck) -> Result<Object, Fault> {
    Ok(Object::new("watch-check", &input.id))
}

/// Figures of one section, or of several small ones together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SectionRow {
    /// The code of the department; empty for several together.
    pub code: String,
    pub people: i64,
    pub taken: i64,
    pub passed: i64,
    pub right: i64,
    pub asked: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CheckView {
    pub check: Check,
    pub people: i64,
    pub taken: i64,
    /// Per section; groups of fewer than five are never shown alone.
    pub sections: Vec<SectionRow>,
    /// Whether the asker may see what each person made of it.
    pub sees_people: bool,
}

pub const CHECK: Action<ThisCheck, CheckView> =
    Action::reads("people.watch_check", this_check, |tx, cx, input: &ThisCheck| {
        let check = store::check(tx, &input.id)?.ok_or_else(Fault::missing)?;
        view(tx, cx, check)
    });

fn view(tx: &mut Tx<'_>, cx: &Cx, check: Check) -> Result<CheckView, Fault> {
    let all = departments::all(tx)?;
    let known = |id: &Id| all.iter().find(|department| department.id == *id);
    let (mut people, mut taken) = (0, 0);
    let mut sections = Vec::new();
    for row in store::by_department(tx, &check.id)? {
        people += row.people;
        taken += row.taken;
        let own = row.department.as_ref().and_then(known);
        // The tree is not deep, and has no circles; the limit is for one that was spoilt.
        let mut top = own;
        for _ in 0..crate::rules::DEPTH_MAX {
            match top.and_then(|top| top.parent.as_ref()).and_then(known) {
                Some(parent) => top = Some(parent),
                None => break,
            }
        }
        let code = |department: Option<&departments::Department>| {
            department.map(|department| department.code.clone()).unwrap_or_default()
        };
        let section = rules::Section {
            name: code(own),
            people: row.people,
            taken: row.taken,
            passed: row.passed,
            right: row.right,
            asked: row.asked,
        };
        sections.push((code(top), section));
    }
    sections.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let rows = rules::shown(rules::by_branch(sections), "").into_iter().map(|row| SectionRow {
        code: row.name,
        people: row.people,
        taken: row.taken,
        passed: row.passed,
        right: row.right,
        asked: row.asked,
    });
    Ok(CheckView {
        people,
        taken,
        sections: rows.collect(),
        sees_people: is_ciso(tx, cx)?,
        check: without_answers(cx, check),
    })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveCheck {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(length(chars, max = 100), custom(shown))]
    pub title: String,
    #[garde(range(min = 1, max = 100))]
    pub pass_percent: i64,
    #[garde(custom(a_day))]
    pub deadline: String,
    /// The day on which those who have not passed are reminded; empty for none.
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub remind_on: String,
    #[serde(default)]
    #[garde(skip)]
    pub state: CheckState,
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

fn a_day(text: &str, nothing: &()) -> garde::Result {
    if text.is_empty() { Err(rule("field-required", &[])) } else { date_or_empty(text, nothing) }
}

fn saved_check(_: &mut Tx<'_>, _: &Cx, input: &SaveCheck) -> Result<Object, Fault> {
    Ok(Object::new("watch-check", input.id.as_ref().map_or("", |id| id.as_str())))
}

/// Saves a check. Opening it takes the questions that are used now, as they are now; from then on they stay.
pub const SAVE_CHECK: Action<SaveCheck, CheckView> =
    Action::writes("people.save_watch_check", saved_check, |tx, cx, input: &SaveCheck| {
        store::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(store::check(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, cx, before.clone())?));
        }
        let was = before.as_ref().map(|before| before.state).unwrap_or_default();
        // Answers were given: what was asked is not taken back.
        if was != CheckState::Draft && input.state == CheckState::Draft {
            return Err(Fault::field("state", "field-people-watch-opened"));
        }
        if input.state == CheckState::Open && input.deadline < today(cx) {
            return Err(Fault::field("deadline", "field-people-watch-past"));
        }
        let mut questions = before.as_ref().map(|before| before.questions.clone()).unwrap_or_default();
        if was == CheckState::Draft && input.state != CheckState::Draft {
            questions = store::questions(tx)?.into_iter().filter(|question| question.used).collect();
            if questions.is_empty() {
                return Err(Fault::field("state", "field-people-watch-no-questions"));
            }
        }
        let others = store::checks(tx)?;
        let other_open = others.iter().any(|other| {
            other.state == CheckState::Open && before.as_ref().is_none_or(|own| own.id != other.id)
        });
        if input.state == CheckState::Open && other_open {
            return Err(Fault::field("state", "field-people-watch-one-open"));
        }
        let check = Check {
            id: before.as_ref().map_or_else(|| cx.id(), |before| before.id.clone()),
            title: tidy(&input.title),
            pass_percent: if was == CheckState::Draft {
                input.pass_percent
            } else {
                before.as_ref().map_or(input.pass_percent, |before| before.pass_percent)
            },
            deadline: input.deadline.clone(),
            remind_on: input.remind_on.clone(),
            questions,
            state: input.state,
            rev: before.map_or(0, |before| before.rev) + 1,
            saved_ms: cx.now_ms(),
        };
        store::put_check(tx, &check, &writer(cx))?;
        let facts = serde_json::json!({"rev": check.rev, "state": check.state.name()});
        tx.emit(cx, "people.watch_saved", check.id.as_str(), facts)?;
        view(tx, cx, check)
    })
    .emits(&["people.watch_saved"]);

/// A question without its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    pub ask: String,
    pub choices: Vec<String>,
    /// The right place and the reason; only after one's own answers.
    pub right: Option<usize>,
    pub because: String,
}

/// A check as somebody who takes it sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MyCheck {
    pub id: Id,
    pub title: String,
    pub pass_percent: i64,
    pub deadline: String,
    pub open: bool,
    pub questions: Vec<Asked>,
    pub taken: Option<TakenCheck>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskMyCheck {
    /// Absent: the one that is open now.
    #[serde(default)]
    pub id: Option<Id>,
}

/// Who asks, and answers: always oneself.
fn oneself(cx: &Cx) -> Result<Id, Fault> {
    cx.who().account.clone().ok_or_else(Fault::signed_out)
}

fn mine(tx: &mut Tx<'_>, account: &Id, check: Check, today: &str) -> Result<MyCheck, Fault> {
    let taken = store::taken(tx, &check.id, account)?;
    let told = taken.is_some();
    let questions = check.questions.into_iter().map(|kept| Asked {
        right: told.then_some(kept.question.right),
        because: if told { kept.question.because } else { String::new() },
        ask: kept.question.ask,
        choices: kept.question.choices,
    });
    Ok(MyCheck {
        questions: questions.collect(),
        open: check.state == CheckState::Open && check.deadline.as_str() >= today,
        id: check.id,
        title: check.title,
        pass_percent: check.pass_percent,
        deadline: check.deadline,
        taken,
    })
}

/// The check that is open, with one's own result; `missing` while none is.
pub const MY_CHECK: Action<AskMyCheck, MyCheck> =
    Action::reads("people.my_watch_check", whole_city, |tx, cx, input: &AskMyCheck| {
        let account = oneself(cx)?;
        let check = match &input.id {
            Some(id) => store::check(tx, id)?.filter(|check| check.state != CheckState::Draft),
            None => store::checks(tx)?.into_iter().find(|check| check.state == CheckState::Open),
        };
        mine(tx, &account, check.ok_or_else(Fault::missing)?, &today(cx))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AnswerCheck {
    #[garde(skip)]
    pub id: Id,
    /// The place of the chosen answer for each question, from 0.
    #[garde(length(max = 200))]
    pub answers: Vec<usize>,
}

/// Answers the check. Who did not pass may try again until the deadline; what counts is the last try.
pub const ANSWER_CHECK: Action<AnswerCheck, MyCheck> =
    Action::writes("people.answer_watch_check", whole_city, |tx, cx, input: &AnswerCheck| {
        let account = oneself(cx)?;
        tx.lock(&format!("people/watch/{account}"))?;
        let check = store::check(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if check.state != CheckState::Open || check.deadline < today(cx) {
            return Err(Fault::new(Kind::Invalid, "people-watch-over"));
        }
        if input.answers.len() != check.questions.len() {
            return Err(Fault::field("answers", "field-people-watch-answers"));
        }
        let before = store::taken(tx, &check.id, &account)?;
        if before.as_ref().is_some_and(|taken| taken.passed) {
            return Err(Fault::new(Kind::Invalid, "people-watch-passed"));
        }
        let questions: Vec<Question> = check.questions.iter().map(|kept| kept.question.clone()).collect();
        let right = rules::right_answers(&questions, &input.answers);
        let asked = i64::try_from(questions.len()).unwrap_or(i64::MAX);
        let taken = TakenCheck {
            right,
            asked,
            passed: rules::is_passed(right, asked, check.pass_percent),
            tries: before.map_or(0, |before| before.tries) + 1,
            answers: input.answers.clone(),
            at_ms: cx.now_ms(),
        };
        store::put_taken(tx, &check.id, &account, cx.who().department.as_ref(), &taken)?;
        mine(tx, &account, check, &today(cx))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskPeople {
    #[garde(skip)]
    pub id: Id,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// What one person made of a check.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonRow {
    pub account: Id,
    pub name: String,
    pub department_code: String,
    /// Absent for somebody who has not answered.
    pub right: Option<i64>,
    pub asked: i64,
    pub passed: bool,
}

fn asked_people(_: &mut Tx<'_>, _: &Cx, input: &AskPeople) -> Result<Object, Fault> {
    Ok(Object::new("watch-check", &input.id))
}

/// Person by person, for the CISO alone.
pub const CHECK_PEOPLE: Action<AskPeople, List<PersonRow>> =
    Action::reads("people.watch_check_people", asked_people, |tx, cx, input: &AskPeople| {
        if is_house(cx) || !is_ciso(tx, cx)? {
            return Err(Fault::refused());
        }
        let rows = input.paging.rows();
        let found = store::people(tx, &input.id, false, input.paging.after(), rows + 1)?;
        let found = found.into_iter().map(|taker| PersonRow {
            account: taker.account,
            name: taker.name,
            department_code: taker.department_code,
            right: taker.made.map(|(right, _, _)| right),
            asked: taker.made.map_or(0, |(_, asked, _)| asked),
            passed: taker.made.is_some_and(|(_, _, passed)| passed),
        });
        Ok(List::cut(found.collect(), rows, |row| row.account.to_string()))
    });

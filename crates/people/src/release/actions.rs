//! The verbs.

use garde::Validate;
use ground::action::{Action, AnyAction};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits::{self, Block, Limit};
use super::many::{self, Allowed, Choose, Chosen, Count, Counted, StillAllowed};
use super::questions::{self, Answer, AskAbout, AskQuestions, Question, ThisQuestion};
use super::record::{self, AskRecord, AskUses, Used, Watched};
use super::seal::{self, Head, Verified};
use super::single::{Ask, Released, release};
use super::{heads, personal};
use crate::actions::{Nothing, date_or_empty, own_person, shown, whole_city};

pub fn all() -> Vec<AnyAction> {
    let mut all = vec![
        RELEASE.any(),
        SELECT.any(),
        COUNT.any(),
        STILL_ALLOWED.any(),
        RECORD.any(),
        THIS_USE.any(),
        ASK_ABOUT_USE.any(),
        MY_QUESTIONS.any(),
        QUESTIONS.any(),
        QUESTION.any(),
        ANSWER_QUESTION.any(),
        USES.any(),
        STOPPED_USES.any(),
        LIFT_STOP.any(),
        USE_LIMITS.any(),
        SAVE_USE_LIMIT.any(),
        VERIFY_RECORD.any(),
        heads::RECORD_HEAD.any(),
    ];
    all.extend(personal::all());
    all
}

/// Attributes of one person, for a purpose. The record is its audit.
pub const RELEASE: Action<Ask, Released> =
    Action::writes("people.release", whole_city, |tx, cx, ask: &Ask| release(tx, cx, ask))
        .emits(&["people.use_stopped"])
        .unaudited();

/// Many people, for a purpose: answers a selection to join on.
pub const SELECT: Action<Choose, Chosen> =
    Action::writes("people.select", whole_city, |tx, cx, ask: &Choose| many::choose(tx, cx, ask))
        .emits(&["people.use_stopped"])
        .unaudited();

/// How many would be chosen.
pub const COUNT: Action<Count, Counted> =
    Action::reads("people.count", whole_city, |tx, cx, ask: &Count| many::count(tx, cx, ask));

/// Who of a range of people may still be reached, asked when something is about to leave.
pub const STILL_ALLOWED: Action<StillAllowed, Allowed> =
    Action::reads("people.still_allowed", whole_city, |tx, cx, ask: &StillAllowed| {
        many::still_allowed(tx, cx, ask)
    });

/// Who used the data of the person this is about.
pub const RECORD: Action<AskRecord, List<Used>> =
    Action::reads("people.record", own_person, |tx, cx, ask: &AskRecord| {
        let person = cx.who().subject().cloned().ok_or_else(Fault::signed_out)?;
        record::of_person(tx, cx, &person, ask)
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisUse {
    pub id: Id,
}

/// One entry of one's own record.
pub const THIS_USE: Action<ThisUse, Used> =
    Action::reads("people.use", own_person, |tx, cx, input: &ThisUse| {
        let person = cx.who().subject().cloned().ok_or_else(Fault::signed_out)?;
        record::one_of_person(tx, &person, &input.id)?.ok_or_else(Fault::missing)
    });

pub const ASK_ABOUT_USE: Action<AskAbout, Question> =
    Action::writes("people.ask_about_use", own_person, |tx, cx, input: &AskAbout| {
        questions::ask(tx, cx, input)
    })
    .emits(&["people.use_asked_about"])
    .rate(10, 10);

pub const MY_QUESTIONS: Action<AskQuestions, List<Question>> =
    Action::reads("people.my_questions", own_person, |tx, cx, input: &AskQuestions| {
        questions::own(tx, cx, input)
    });

pub const QUESTIONS: Action<AskQuestions, List<Question>> =
    Action::reads("people.questions", whole_city, |tx, cx, input: &AskQuestions| {
        questions::for_staff(tx, cx, input)
    });

pub const QUESTION: Action<ThisQuestion, Question> = Action::reads(
    "people.question",
    |tx, _, input: &ThisQuestion| questions::object(tx, &input.id),
    |tx, _, input: &ThisQuestion| questions::one(tx, &input.id)?.ok_or_else(Fault::missing),
);

pub const ANSWER_QUESTION: Action<Answer, Question> = Action::writes(
    "people.answer_question",
    |tx, _, input: &Answer| questions::object(tx, &input.id),
    |tx, cx, input: &Answer| questions::answer(tx, cx, input),
)
.emits(&["people.use_answered"]);

/// Who used data, for those who watch over it: never whose.
pub const USES: Action<AskUses, List<Watched>> =
    Action::reads("people.uses", whole_city, |tx, _, ask: &AskUses| record::uses(tx, ask));

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskStopped {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// Who used more than is usual.
pub const STOPPED_USES: Action<AskStopped, List<Block>> =
    Action::reads("people.stopped_uses", whole_city, |tx, _, ask: &AskStopped| {
        let rows = limits::blocks(tx, ask.paging.after(), ask.paging.rows() + 1)?;
        Ok(List::cut(rows, ask.paging.rows(), |row| row.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    #[garde(skip)]
    pub id: Id,
    /// What was found when somebody looked at it.
    #[garde(length(chars, max = 400), custom(shown))]
    pub note: String,
}

fn this_stop(tx: &mut Tx<'_>, _: &Cx, input: &Lift) -> Result<Object, Fault> {
    limits::block(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("stopped_use", &input.id))
}

/// Lets somebody go on who was stopped: another person does, who has looked at it.
pub const LIFT_STOP: Action<Lift, Block> =
    Action::writes("people.lift_stop", this_stop, |tx, cx, input: &Lift| {
        let block = limits::block(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if block.actor == cx.who().written() {
            return Err(Fault::new(Kind::Refused, "people-own-stop"));
        }
        if !limits::lift(tx, cx, &block, input.note.trim())? {
            return Err(Fault::new(Kind::Conflict, "people-stop-lifted"));
        }
        tx.emit(cx, "people.use_let_go", input.id.as_str(), serde_json::json!({"actor": block.actor}))?;
        limits::block(tx, &input.id)?.ok_or_else(Fault::missing)
    })
    .emits(&["people.use_let_go"]);

/// The limits: what holds today, and everything that was ever set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    pub today: Vec<Limit>,
    pub set: Vec<Limit>,
}

pub const USE_LIMITS: Action<Nothing, Limits> =
    Action::reads("people.use_limits", whole_city, |tx, cx, _| {
        let set = limits::all(tx)?;
        let today = cx.now().date().to_string();
        let kinds = [limits::Kind::Staff, limits::Kind::Service];
        let today = kinds
            .into_iter()
            .flat_map(|kind| limits::Span::ALL.map(|span| limits::in_force(&set, kind, span, &today)))
            .collect();
        Ok(Limits { today, set })
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveLimit {
    #[garde(skip)]
    pub kind: limits::Kind,
    #[garde(skip)]
    pub span: limits::Span,
    /// The day from which it holds; never one that has passed.
    #[garde(custom(date_or_empty), custom(shown))]
    pub from_on: String,
    #[garde(range(min = 1, max = 100_000_000))]
    pub people: i64,
}

pub const SAVE_USE_LIMIT: Action<SaveLimit, Limit> =
    Action::writes("people.save_use_limit", whole_city, |tx, cx, input: &SaveLimit| {
        if input.kind == limits::Kind::House {
            return Err(Fault::invalid().and_field("kind", "field-choice", &[("choices", "staff, service")]));
        }
        if input.from_on < cx.now().date().to_string() {
            return Err(Fault::field("from_on", "field-people-past"));
        }
        let limit = Limit {
            kind: input.kind,
            span: input.span,
            from_on: input.from_on.clone(),
            people: input.people,
        };
        limits::save(tx, cx, &limit)?;
        Ok(limit)
    });

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// Where the range before ended; the default for the beginning.
    #[serde(default)]
    #[garde(skip)]
    pub after: Head,
    /// Entries of this range; 0 for the usual number.
    #[serde(default)]
    #[garde(range(min = 0, max = 5000))]
    pub rows: i64,
}

/// A verified range, and what does not depend on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerifiedRange {
    pub range: Verified,
    /// The oldest entry that is not in the chain yet, as an age; absent when all are.
    pub open_ms: Option<i64>,
}

const VERIFY_ROWS: i64 = 1_000;

/// Verifies a range of the record's chain.
pub const VERIFY_RECORD: Action<Verify, VerifiedRange> =
    Action::reads("people.verify_record", whole_city, |tx, cx, input: &Verify| {
        let rows = if input.rows == 0 { VERIFY_ROWS } else { input.rows };
        let mut range = seal::verify(tx, &input.after, rows)?;
        if range.done && range.broken.is_none() {
            range.broken = seal::wrong_head(tx, cx)?;
        }
        let open_ms = seal::oldest_open_ms(tx)?.map(|at_ms| (cx.now_ms() - at_ms).max(0));
        Ok(VerifiedRange { range, open_ms })
    });

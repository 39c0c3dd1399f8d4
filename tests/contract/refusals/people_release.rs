use ground::fault::Kind;
use ground::who::{Role, Who};
use serde_json::json;

use super::Line;
use super::lines::{line, nothing, of_others, oneself};
use super::oauth_seeds::SUBJECT;
use super::seeds::Seeds;

/// Staff who may answer, of another department or of none.
fn elsewhere(seeds: &Seeds) -> Vec<Who> {
    vec![seeds.elsewhere(Role::Clerk), seeds.nowhere(Role::Clerk), seeds.elsewhere(Role::Editor)]
}

pub const LINES: &[Line] = &[
    line(
        "people.release",
        |seeds| json!({"subject": seeds.account, "purpose": "none", "attributes": ["name"], "reason": "確認"}),
    ),
    line("people.select", |_| json!({"purpose": "none", "attributes": ["mail"]})),
    line("people.count", |_| json!({"purpose": "none"})),
    line("people.still_allowed", |_| json!({"purpose": "none", "people": [1, 2]})),
    oneself("people.record", nothing),
    oneself("people.use", |seeds| json!({"id": seeds.used})),
    oneself("people.ask_about_use", |seeds| json!({"entry": seeds.used, "question": "なぜ使ったのですか"})),
    oneself("people.my_questions", nothing),
    line("people.questions", nothing),
    of_others("people.question", elsewhere, |seeds| json!({"id": seeds.question})),
    of_others(
        "people.answer_question",
        elsewhere,
        |seeds| json!({"id": seeds.question, "answer": "窓口で確かめるためです。", "rev": 1}),
    ),
    line("people.uses", nothing),
    line("people.stopped_uses", nothing),
    line("people.lift_stop", |seeds| json!({"id": seeds.stopped, "note": "検診の案内の準備と確かめた。"})),
    line("people.use_limits", nothing),
    line(
        "people.save_use_limit",
        |_| json!({"kind": "staff", "span": "hour", "from_on": "2026-05-01", "people": 50}),
    ),
    line("people.verify_record", nothing),
    line("people.record_head", nothing),
    line("people.personal", |_| json!({"subject": SUBJECT, "purpose": "library", "attributes": ["name"]})),
    line("people.personal_select", |_| json!({"purpose": "library"})),
    // Nobody made this selection.
    Line {
        done: Some(Kind::Missing),
        ..line("people.personal_selected", |seeds| json!({"selection": seeds.stranger}))
    },
    line("people.personal_consents", |_| json!({"purpose": "library"})),
];

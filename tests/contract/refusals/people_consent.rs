use serde_json::json;

use super::Line;
use super::consent_seeds::purpose;
use super::lines::{line, nothing, oneself};

pub const LINES: &[Line] = &[
    oneself("people.consents", nothing),
    oneself("people.decide_consent", |_| json!({"purpose": "open", "version": 1, "decision": "given"})),
    line("people.request_consent", |seeds| json!({"person": seeds.profile.person, "purpose": "open"})),
    oneself("people.consent_history", nothing),
    oneself("people.consent_receipts", |_| json!({"purpose": "open"})),
    line("people.open_purposes", nothing),
    line("people.purpose_notice", |_| json!({"code": "open", "version": 1})),
    line("people.purposes", nothing),
    line("people.purpose", |_| json!({"code": "open"})),
    line("people.save_purpose", |seeds| purpose("another", &seeds.consent.recipient)),
    line("people.propose_purpose", |_| json!({"code": "draft", "rev": 1})),
    line("people.approve_purpose", |_| json!({"code": "proposed", "rev": 2})),
    line("people.return_purpose", |_| json!({"code": "returning", "rev": 2, "note": "短くしてください"})),
    line("people.retire_purpose", |_| json!({"code": "leaving", "rev": 3})),
    line("people.recipients", nothing),
    line("people.save_recipient", |seeds| {
        json!({"id": seeds.consent.recipient, "code": "library", "name": "市立図書館", "kind": "city",
                       "contact": "電話", "rev": 1})
    }),
    line("people.consent_ages", nothing),
    line("people.save_consent_age", |_| json!({"from_on": "2026-04-01", "years": 16})),
];

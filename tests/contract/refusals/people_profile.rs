use ground::who::Role;
use serde_json::json;

use super::Line;
use super::lines::{line, nothing, of_others, oneself};

pub const LINES: &[Line] = &[
    of_others(
        "people.act_for",
        |seeds| vec![seeds.resident(), seeds.elsewhere(Role::Admin)],
        |seeds| json!({"id": seeds.profile.mandate}),
    ),
    oneself("people.stop_acting", nothing),
    line(
        "people.begin_counter",
        |seeds| json!({"person": seeds.profile.person, "reason": "住所の届け", "document": "運転免許証"}),
    ),
    line("people.end_counter", nothing),
];

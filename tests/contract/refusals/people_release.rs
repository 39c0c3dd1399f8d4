use serde_json::json;

use super::Line;
use super::lines::line;

pub const LINES: &[Line] = &[line("people.release", |seeds| {
    json!({"subject": seeds.account, "purpose": "none", "attributes": ["name"], "reason": "確認"})
})];

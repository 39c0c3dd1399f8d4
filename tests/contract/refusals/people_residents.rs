use serde_json::{Value, json};

use super::Line;
use super::lines::{line, nothing};

fn grounds(purpose: &str) -> Value {
    json!({"purpose": purpose, "why": "counter", "reason": "住所の届け出"})
}

pub const LINES: &[Line] = &[
    line("people.duties", nothing),
    line("people.find_residents", |_| json!({"grounds": grounds("duty"), "name": "花子"})),
    line("people.resident", |seeds| json!({"person": seeds.profile.person, "grounds": grounds("duty")})),
    line(
        "people.add_resident",
        |_| json!({"name": "紙野 花", "kana": "カミノ ハナ", "birth": "1940-05-01", "document": "運転免許証"}),
    ),
];

use ground::fault::Kind;
use ground::who::{Role, Who};
use serde_json::{Value, json};

use super::lines::{line, nothing, of_others, oneself};
use super::seeds::{Seeds, session_digest};
use super::{Foreign, Line};

/// What a browser could hold, and nothing was begun with.
const BROWSER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn browser(_: &Seeds) -> Value {
    json!({"browser": BROWSER})
}

fn code(_: &Seeds) -> Value {
    json!({"browser": BROWSER, "code": "12345678", "session_digest": session_digest()})
}

/// Open to everybody, and nothing has been begun: so there is nothing to finish.
const fn finds(action: &'static str, done: Option<Kind>, input: fn(&Seeds) -> Value) -> Line {
    Line { done, ..line(action, input) }
}

/// For somebody who has an account, or is half way to it.
const fn for_somebody(action: &'static str, done: Option<Kind>, input: fn(&Seeds) -> Value) -> Line {
    Line { foreign: Foreign::InItself(|_| vec![Who::anyone()]), done, ..line(action, input) }
}

/// For somebody half way in alone: whoever is signed in, and whoever is not at all, have nothing to show there.
const fn half_way(action: &'static str, input: fn(&Seeds) -> Value) -> Line {
    Line {
        foreign: Foreign::InItself(|seeds| vec![Who::anyone(), seeds.resident()]),
        done: Some(Kind::SignedOut),
        ..line(action, input)
    }
}

fn strangers(seeds: &Seeds) -> Vec<Who> {
    vec![seeds.resident(), seeds.elsewhere(Role::Admin)]
}

pub const LINES: &[Line] = &[
    line("people.ask_code", |_| json!({"mail": "somebody@example.jp", "browser": BROWSER})),
    finds("people.code_waits", None, browser),
    finds("people.enter_code", None, code),
    finds("people.newcomer", Some(Kind::Missing), browser),
    finds(
        "people.join",
        Some(Kind::Missing),
        |_| json!({"browser": BROWSER, "name": "新しい人", "agrees": true, "session_digest": session_digest()}),
    ),
    finds("people.ask_passkey", None, browser),
    finds(
        "people.use_passkey",
        Some(Kind::Malformed),
        |_| json!({"browser": BROWSER, "answer": {}, "session_digest": session_digest()}),
    ),
    for_somebody("people.start_passkey", None, browser),
    for_somebody(
        "people.add_passkey",
        Some(Kind::Malformed),
        |_| json!({"browser": BROWSER, "answer": {}, "label": "電話", "session_digest": session_digest()}),
    ),
    half_way("people.second", nothing),
    half_way("people.enter_second", |_| json!({"code": "123456", "session_digest": session_digest()})),
    half_way("people.give_up_sign_in", nothing),
    for_somebody("people.start_totp", None, browser),
    for_somebody("people.confirm_totp", None, code),
    Line { done: Some(Kind::Missing), ..oneself("people.make_paper_codes", nothing) },
    oneself("people.security", nothing),
    oneself("people.identity", nothing),
    oneself("people.sign_in_history", nothing),
    of_others("people.rename_way", strangers, |seeds| json!({"id": seeds.ways.way, "label": "居間の機械"})),
    of_others("people.unlock_way", strangers, |seeds| json!({"id": seeds.ways.way})),
    of_others("people.remove_way", strangers, |seeds| json!({"id": seeds.ways.way})),
    oneself("people.wake_mail", nothing),
    of_others("people.not_me", strangers, |seeds| json!({"id": seeds.ways.entry})),
    oneself("people.ask_new_mail", |_| json!({"mail": "new@example.jp", "browser": BROWSER})),
    oneself("people.take_new_mail", |_| json!({"browser": BROWSER, "code": "12345678"})),
    line(
        "people.checked_at_counter",
        |seeds| json!({"account": seeds.ways.resident, "document": "passport"}),
    ),
    line(
        "people.counter_link",
        |seeds| json!({"account": seeds.ways.resident, "document": "passport", "reason": "電話をなくした"}),
    ),
    line("people.reset_second", |seeds| json!({"id": seeds.staff})),
    line("people.sign_ins", nothing),
    line("people.lock_account", |seeds| json!({"id": seeds.ways.resident})),
    line("people.unlock_account", |seeds| json!({"id": seeds.ways.resident})),
];

//! Laws 6 and 9 as far as sources go: events are declared and carry no personal values; side effects are rows.

use std::collections::{BTreeMap, BTreeSet};

use tests::rooms::ROOMS;
use tests::source::{Source, none_of, under};

use super::actions::actions;
use super::sources::literals;

/// Words that name what belongs to a person. Bodies of events and lines of logs hold ids instead.
const PERSONAL: &[&str] = &[
    "name",
    "family_name",
    "given_name",
    "kana",
    "mail",
    "email",
    "phone",
    "tel",
    "address",
    "birth",
    "birthday",
    "sex",
    "password",
    "token",
    "body",
    "text",
    "message",
    "comment",
];

fn sources() -> Vec<Source> {
    under("crates").into_iter().filter(|source| source.is_rust() && !source.is_test()).collect()
}

/// The pieces of code between `start` and the bracket that closes it.
fn calls<'c>(code: &'c str, start: &str) -> Vec<&'c str> {
    code.match_indices(start)
        .map(|(at, _)| {
            let from = at + start.len();
            let (mut depth, mut quoted, mut escaped) = (1usize, false, false);
            for (place, c) in code[from..].char_indices() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' if quoted => escaped = true,
                    '"' => quoted = !quoted,
                    '(' | '[' | '{' if !quoted => depth += 1,
                    ')' | ']' | '}' if !quoted => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    return &code[from..from + place];
                }
            }
            &code[from..]
        })
        .collect()
}

#[test]
fn events_that_are_emitted_are_declared_by_their_room_and_their_action() {
    let declared: BTreeSet<&str> =
        ROOMS.iter().flat_map(|room| room.events).map(|(event, _)| *event).collect();
    let named: BTreeSet<&str> = actions().iter().flat_map(|(_, action)| action.emits).copied().collect();
    let mut findings = Vec::new();
    let mut emitted = BTreeMap::new();
    for source in sources() {
        let room = source.room().unwrap_or_default().to_owned();
        for call in calls(&source.code(), ".emit(") {
            for literal in literals(call).into_iter().take(1) {
                if literal.text.contains('.') {
                    emitted.insert(literal.text.clone(), source.path.clone());
                    if !literal.text.starts_with(&format!("{room}.")) {
                        findings.push(format!(
                            "{} emits {}, which belongs to another room",
                            source.path, literal.text
                        ));
                    }
                }
            }
        }
    }
    for (event, path) in &emitted {
        if !declared.contains(event.as_str()) {
            findings
                .push(format!("{path} emits {event}: declare it in the events of its ROOM, with a version"));
        }
    }
    for event in named.iter().filter(|event| !declared.contains(*event)) {
        findings.push(format!("an action says that it emits {event}, which its room does not declare"));
    }
    for (name, action) in actions() {
        for event in action.emits.iter().filter(|event| !event.starts_with(&format!("{name}."))) {
            findings.push(format!("{} emits {event}, which belongs to another room", action.name));
        }
    }
    for reader in ROOMS.iter().flat_map(|room| room.readers) {
        for event in reader.wants.iter().filter(|event| !declared.contains(*event)) {
            findings.push(format!("the reader {} waits for {event}, which nobody emits", reader.name));
        }
    }
    let kinds: BTreeSet<&str> = ROOMS.iter().flat_map(|room| room.jobs).map(|job| job.name).collect();
    for schedule in ROOMS.iter().flat_map(|room| room.schedules).filter(|one| !kinds.contains(one.kind)) {
        findings.push(format!(
            "the schedule {} leaves jobs of the kind {}, which nobody does",
            schedule.name, schedule.kind
        ));
    }
    none_of(&findings, "Law 6: what happens is declared, so that readers can rely on it.");
}

#[test]
fn declared_events_happen() {
    let texts: BTreeSet<String> =
        sources().iter().flat_map(|source| literals(&source.code())).map(|literal| literal.text).collect();
    let counted: BTreeMap<&str, usize> = {
        let mut counted = BTreeMap::new();
        for source in sources() {
            let code = source.code();
            for (event, _) in ROOMS.iter().flat_map(|room| room.events) {
                *counted.entry(*event).or_default() += code.matches(&format!("\"{event}\"")).count();
            }
        }
        counted
    };
    let mut findings = Vec::new();
    for (event, times) in counted {
        // Once where it is declared, and at least once where it is emitted.
        if !texts.contains(event) || times < 2 {
            findings.push(format!("{event} is declared, and nobody emits it: take it out"));
        }
    }
    none_of(&findings, "Events that never happen mislead whoever waits for them:");
}

#[test]
fn events_and_logs_carry_ids_never_personal_values() {
    let mut findings = Vec::new();
    for source in sources() {
        let code = source.code();
        for call in calls(&code, ".emit(") {
            for literal in literals(call).into_iter().skip(1) {
                if PERSONAL.contains(&literal.text.as_str()) {
                    findings.push(format!("{}: an event with \"{}\"", source.path, literal.text));
                }
            }
        }
        for level in ["error", "warn", "info", "debug", "trace"] {
            for call in calls(&code, &format!("tracing::{level}!(")) {
                for field in call.split(',').map(|piece| piece.trim().trim_start_matches(['%', '?'])) {
                    let (name, value) = field.split_once('=').unwrap_or((field, field));
                    let value = value.trim().trim_start_matches(['%', '?']);
                    let last = value.rsplit(['.', ':']).next().unwrap_or(value).trim_end_matches(['(', ')']);
                    // A kind of job, a city's slug and the like have names too; the server has an address.
                    let network = source.room() == Some("machiya");
                    let personal = |word: &str| {
                        PERSONAL.contains(&word) && word != "name" && !(network && word == "address")
                    };
                    if !field.starts_with('"') && (personal(name.trim()) || personal(last)) {
                        findings.push(format!("{}: a log line with {field}", source.path));
                    }
                }
            }
        }
    }
    none_of(
        &findings,
        "Law 9: events and logs carry ids. Whoever needs the value reads it through the room that keeps it.",
    );
}

#[test]
fn a_room_has_no_side_effect_but_rows() {
    const BANNED: &[(&str, &str)] = &[
        ("std::fs::", "files are ground::files"),
        ("tokio::fs", "files are ground::files"),
        ("std::process", "a room starts no program"),
        ("std::net", "a room opens no connection"),
        ("tokio::net", "a room opens no connection"),
        ("tokio::spawn(", "what comes after an act is a job"),
        ("thread::spawn", "what comes after an act is a job"),
        ("println!", "what people see are words, what operators see is tracing"),
        ("eprintln!", "what people see are words, what operators see is tracing"),
        ("std::env::var", "settings are machiya's"),
    ];
    // The floor keeps the stores, gate is the way out, machiya is the program.
    const NOT_ROOMS: &[&str] = &["ground", "gate", "machiya"];
    let mut findings = Vec::new();
    for source in sources().iter().filter(|source| !NOT_ROOMS.contains(&source.room().unwrap_or_default())) {
        let code = source.code();
        for (banned, instead) in BANNED.iter().filter(|(banned, _)| code.contains(banned)) {
            findings.push(format!("{} uses {banned}: {instead}", source.path));
        }
    }
    none_of(&findings, "Law 6: a side effect is a row written in the same transaction and delivered later.");
}

#[test]
fn calls_are_read_to_their_closing_bracket() {
    assert_eq!(
        calls("tx.emit(cx, \"a.b\", f(1), json!({\")\": 2}))?; other()", ".emit("),
        ["cx, \"a.b\", f(1), json!({\")\": 2})"]
    );
}

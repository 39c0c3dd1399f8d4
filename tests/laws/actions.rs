//! Law 4 as far as the lists go: names, rights, paths, words of what rooms declare.

use std::collections::{BTreeMap, BTreeSet};

use ground::action::AnyAction;
use ground::page::PageMethod;
use ground::words::{Lang, Words};
use tests::rooms::ROOMS;
use tests::source::{none_of, under};

pub fn actions() -> Vec<(&'static str, AnyAction)> {
    ROOMS.iter().flat_map(|room| (room.actions)().into_iter().map(|action| (room.name, action))).collect()
}

#[test]
fn every_room_stands_in_the_house() {
    let mut findings = Vec::new();
    for source in under("crates").iter().filter(|source| source.path.ends_with("src/lib.rs")) {
        let room = source.room().unwrap_or_default();
        let declares =
            ["pub const ROOM: Room", "pub static ROOM: Room"].iter().any(|said| source.code().contains(said));
        if declares && !ROOMS.iter().any(|known| known.name == room) {
            findings.push(format!("the room {room} is missing"));
        }
    }
    none_of(
        &findings,
        "A room that nobody joins to the house is not served: add it in crates/machiya/src/rooms.rs.",
    );
}

#[test]
fn names_say_which_room_they_belong_to() {
    let mut findings = Vec::new();
    let mut seen = BTreeMap::new();
    let mut check = |room: &'static str, kind: &'static str, name: &'static str| {
        if !name.starts_with(&format!("{room}.")) {
            findings.push(format!("{kind} {name} of {room} is named {room}.<something>"));
        }
        if let Some(other) = seen.insert((kind, name), room) {
            findings.push(format!("{kind} {name} is declared by {other} and by {room}"));
        }
    };
    for room in ROOMS {
        (room.actions)().iter().for_each(|action| check(room.name, "the action", action.name));
        room.doors.iter().for_each(|door| check(room.name, "the door", door.name));
        room.jobs.iter().for_each(|job| check(room.name, "the kind of job", job.name));
        room.schedules.iter().for_each(|schedule| check(room.name, "the schedule", schedule.name));
        room.readers.iter().for_each(|reader| check(room.name, "the reader", reader.name));
        room.events.iter().for_each(|(event, _)| check(room.name, "the event", event));
    }
    none_of(&findings, "Names begin with their room, and are given once:");
}

#[test]
fn every_action_has_a_right_and_every_right_an_action() {
    let actions: BTreeSet<&str> = actions().iter().map(|(_, action)| action.name).collect();
    let doors: BTreeSet<&str> = ROOMS.iter().flat_map(|room| room.doors).map(|door| door.name).collect();
    let granted: BTreeSet<&str> =
        ROOMS.iter().flat_map(|room| room.grants).map(|grant| grant.action).collect();
    let mut findings = Vec::new();
    for action in actions.difference(&granted) {
        findings.push(format!("nobody may do {action}: add a Grant, or take the action out"));
    }
    for door in doors.difference(&granted) {
        findings
            .push(format!("nobody may use the door {door}: a door has its own line in the rights matrix"));
    }
    for action in granted.iter().filter(|name| !actions.contains(*name) && !doors.contains(*name)) {
        findings.push(format!("a Grant names {action}, which does not exist"));
    }
    let mut lines = BTreeSet::new();
    for (room, grant) in ROOMS.iter().flat_map(|room| room.grants.iter().map(|grant| (room.name, grant))) {
        if !grant.action.starts_with(&format!("{room}.")) {
            findings.push(format!("{room} grants {}, which belongs to another room", grant.action));
        }
        if !lines.insert((grant.action, grant.role, grant.reach.name())) {
            findings.push(format!("{} is granted twice to {}", grant.action, grant.role.name()));
        }
    }
    for menu in ROOMS.iter().flat_map(|room| room.pages).filter_map(|page| page.menu) {
        if !actions.contains(menu.action) {
            findings.push(format!("a menu entry goes by the right of {}, which does not exist", menu.action));
        }
    }
    none_of(&findings, "Law 4: rights and actions belong together.");
}

#[test]
fn no_two_ways_in_share_a_path() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut findings = Vec::new();
    // `/pages/{slug}` and `/pages/{id}` are the same path.
    let plain = |path: &str| -> String {
        path.split('/')
            .map(|piece| if piece.starts_with('{') { "{}" } else { piece })
            .collect::<Vec<_>>()
            .join("/")
    };
    let mut check = |method: &str, path: &str, whose: String| {
        if !path.starts_with('/') || (path.len() > 1 && path.ends_with('/')) {
            findings.push(format!("{whose} has the path {path}: begin with a slash, end without"));
        }
        if let Some(other) = seen.insert(format!("{method} {}", plain(path)), whose.clone()) {
            findings.push(format!("{method} {path} belongs to {other} and to {whose}"));
        }
    };
    for room in ROOMS {
        for page in room.pages {
            let method = match page.method {
                PageMethod::Get => "GET",
                PageMethod::Post => "POST",
            };
            check(method, page.path, format!("a page of {}", room.name));
        }
        for door in room.doors {
            check(door.method.as_str(), door.path, format!("the door {}", door.name));
        }
    }
    none_of(&findings, "Each way in has its own path:");
}

#[test]
fn what_is_declared_is_known_in_three_languages() {
    let files: Vec<_> = ROOMS.iter().map(|room| room.words).collect();
    let words = Words::read(&files).expect("the word files can be read");
    let mut findings = Vec::new();
    for lang in Lang::ALL {
        let tongue = words.tongue(lang);
        let mut need = |key: String, whose: &str| {
            if !tongue.knows(&key) {
                findings.push(format!("{}: {key} ({whose})", lang.code()));
            }
        };
        for (_, action) in actions() {
            need(action.word().into_owned(), "the action's short name");
        }
        for room in ROOMS {
            room.doors.iter().for_each(|door| {
                need(format!("action-{}", door.name.replace('.', "-")), "the door's short name")
            });
            room.pages
                .iter()
                .filter_map(|page| page.menu)
                .for_each(|menu| need(menu.word.to_owned(), "a menu entry"));
            room.setup.iter().for_each(|item| need(item.word.to_owned(), "a line of the set-up list"));
        }
        for role in ground::who::Role::ALL {
            need(format!("role-{}", role.name()), "a role");
        }
    }
    none_of(&findings, "These words are missing; people would see the key:");
}

#[test]
fn every_input_refuses_fields_that_it_does_not_know() {
    let mut findings = Vec::new();
    for (_, action) in actions() {
        let schema = serde_json::to_value(&action.input).expect("a schema is JSON");
        if schema["type"] == "object"
            && schema.get("additionalProperties") != Some(&serde_json::Value::Bool(false))
        {
            findings.push(action.name.to_owned());
        }
    }
    none_of(
        &findings,
        "A misspelt field would be passed over in silence. Say #[serde(deny_unknown_fields)]:",
    );
}

#[test]
fn limits_stand_on_every_way_in() {
    let mut findings = Vec::new();
    for room in ROOMS {
        for page in room.pages.iter().filter(|page| page.method == PageMethod::Post) {
            if page.body_bytes == 0 || page.body_bytes > 32 * 1024 * 1024 {
                findings.push(format!("the page {} takes {} bytes", page.path, page.body_bytes));
            }
        }
        for door in room.doors {
            // One that takes no body says 0.
            let good = door.limits.body_bytes <= 64 * 1024 * 1024 && (1..=300).contains(&door.limits.time_s);
            if !good {
                findings.push(format!("the door {} has the limits {:?}", door.name, door.limits));
            }
        }
        for job in room.jobs.iter().filter(|job| !(1..=20).contains(&job.tries_max)) {
            findings.push(format!("the job {} is tried {} times", job.name, job.tries_max));
        }
        for retention in room.retention.iter().filter(|kept| !(1..=36_525).contains(&kept.days)) {
            findings.push(format!("rows of {} are kept for {} days", retention.table, retention.days));
        }
    }
    none_of(&findings, "Law 7: a limit, within reason, on everything:");
}

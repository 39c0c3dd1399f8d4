//! Law 2 as far as tables go: a room names its own tables, and of others only what they publish.

use std::collections::BTreeSet;

use ground::db::Dialect;
use tests::source::{none_of, under};

/// Tables of the floor that rooms may join, each with the reason.
const SHARED: &[(&str, &str)] = &[(
    "ground_selection",
    "people.select writes the chosen people there for whoever asked, in the same transaction",
)];

/// Table-like names in a text: words of the form `<room>_<noun>` after from, join, into, update or table.
fn names(sql: &str) -> BTreeSet<String> {
    let spaced: String = sql
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() || "_{}?".contains(c) { c } else { ' ' })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words
        .windows(2)
        .filter(|pair| ["from", "join", "into", "update", "table", "on", "exists"].contains(&pair[0]))
        .filter(|pair| pair[1].contains('_') && !pair[1].contains(['{', '?']))
        .map(|pair| pair[1].to_owned())
        .collect()
}

/// What a room does not own among these names.
fn foreign(room: &str, names: BTreeSet<String>, rooms: &[String]) -> Vec<String> {
    names
        .into_iter()
        .filter(|name| !name.starts_with("v_") && !name.starts_with(&format!("{room}_")))
        // Only names of tables: they begin with the name of some room.
        .filter(|name| rooms.iter().any(|other| name.starts_with(&format!("{other}_"))))
        .filter(|name| !SHARED.iter().any(|(shared, _)| shared == name))
        .collect()
}

fn room_names() -> Vec<String> {
    let mut names: Vec<String> = under("crates")
        .iter()
        .filter(|source| source.path.ends_with("/Cargo.toml"))
        .filter_map(|source| source.room().map(str::to_owned))
        .collect();
    names.dedup();
    names
}

#[test]
fn no_room_touches_the_tables_of_another() {
    let rooms = room_names();
    let mut findings = Vec::new();
    for source in under("crates") {
        let Some(room) = source.room().map(str::to_owned) else { continue };
        let texts: Vec<String> = if source.path.ends_with(".sql") {
            vec![source.text.clone()]
        } else if source.is_rust() && !source.is_test() {
            super::sources::literals(&source.code()).into_iter().map(|literal| literal.text).collect()
        } else {
            continue;
        };
        for name in texts.iter().flat_map(|text| foreign(&room, names(text), &rooms)) {
            findings.push(format!("{} names {name}", source.path));
        }
    }
    none_of(
        &findings,
        "Law 2: the tables of a room are its own. Call the other room's action by name (`cx.call`), read its events, or \
         join a view that it publishes as v_<room>_<noun>.",
    );
}

#[test]
fn the_law_of_tables_sees_what_is_wrong() {
    let rooms = ["ground", "people", "messages"].map(str::to_owned);
    let of = |sql: &str| foreign("messages", names(sql), &rooms);
    assert_eq!(of("select x from people_account where city = ?1"), ["people_account"]);
    assert_eq!(
        of("delete from messages_page where id in (select id from people_account)"),
        ["people_account"]
    );
    assert_eq!(of("update ground_job set x = 1 where city = ?1"), ["ground_job"]);
    assert_eq!(
        of("select x from messages_page p join v_people_district d on d.city = p.city"),
        Vec::<String>::new()
    );
    assert_eq!(
        of("select x from messages_page join ground_selection s on s.city = ?1"),
        Vec::<String>::new()
    );
}

#[test]
fn published_views_are_documented_and_hold_no_personal_data() {
    const PERSONAL: &[&str] = &[
        "name",
        "kana",
        "mail",
        "email",
        "phone",
        "tel",
        "address",
        "birth",
        "birthday",
        "sex",
        "person_no",
        "account",
    ];
    let mut findings = Vec::new();
    for room in tests::rooms::ROOMS {
        let lib = match room.name {
            "ground" => "crates/ground/src/lib.rs".to_owned(),
            name => format!("crates/{name}/src/lib.rs"),
        };
        let documented = std::fs::read_to_string(tests::source::root().join(lib)).unwrap_or_default();
        for statement in room.migrations.iter().flat_map(|migration| migration.statements(Dialect::Sqlite)) {
            let low = statement.to_lowercase();
            let Some(rest) = low.strip_prefix("create view ") else { continue };
            let (name, body) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            if !name.starts_with(&format!("v_{}_", room.name)) {
                findings.push(format!("the view {name} is named v_{}_<noun>", room.name));
            }
            if !documented.lines().any(|line| line.starts_with("//!") && line.contains(name)) {
                findings.push(format!("{name} is described in the lib.rs of {}", room.name));
            }
            let shown = body.split_once("select").map_or("", |(_, list)| list);
            let shown = shown.split_once(" from ").map_or(shown, |(list, _)| list);
            for column in shown.split(',').filter_map(|column| column.split_whitespace().last()) {
                let column = column.rsplit('.').next().unwrap_or(column);
                if PERSONAL.contains(&column) {
                    findings
                        .push(format!("{name} shows {column}: views that others read hold no personal data"));
                }
            }
        }
    }
    none_of(&findings, "Law 2: a published view");
}

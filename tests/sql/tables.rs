//! The tables themselves: names that say whose they are, the city first, types that both databases know.

use std::collections::BTreeSet;

use ground::db::{Dialect, Migration, Store};
use tests::rooms::created_table;
use tests::source::none_of;
use tests::town::every_room;

fn faults_of(migration: &Migration) -> Vec<String> {
    let mut faults = Vec::new();
    for statement in migration.statements(Dialect::Sqlite) {
        let low = statement.to_lowercase();
        let Some(table) = created_table(&statement).filter(|_| !low.starts_with("create view")) else {
            if low.starts_with("create unique index") {
                let columns = low.rsplit_once(" (").map_or("", |(_, columns)| columns);
                if !columns.starts_with("city") {
                    faults.push(format!("a unique index must begin with city: {statement}"));
                }
            } else if low.starts_with("create view v_")
                && !low.starts_with(&format!("create view v_{}_", migration.room))
            {
                faults.push(format!("a view of {0} is named v_{0}_…: {statement}", migration.room));
            }
            continue;
        };
        if !table.starts_with(&format!("{}_", migration.room)) {
            faults.push(format!("a table of {0} is named {0}_…: {table}", migration.room));
        }
        let inside = low.split_once('(').map_or("", |(_, inside)| inside).trim_start();
        let virtual_table = low.starts_with("create virtual");
        let first = if virtual_table { "city unindexed" } else { "city text not null" };
        if !inside.starts_with(first) {
            faults.push(format!("the first column of {table} must be `city text not null`"));
        }
        if virtual_table {
            continue;
        }
        for column in columns(inside) {
            let mut words = column.split_whitespace();
            let (name, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            match name {
                "primary" | "unique" => {
                    let growing = low.contains("autoincrement");
                    let key = column.split_once('(').map_or("", |(_, key)| key.trim_start());
                    if !key.starts_with("city") && !growing {
                        faults.push(format!("a key of {table} must begin with city: {column}"));
                    }
                }
                "foreign" | "check" | "constraint" => {
                    faults.push(format!("{table}: rules stand in Rust, where people can read why: {column}"));
                }
                "text" | "bigint" => {
                    faults.push(format!("{table}: a column named like a type is mistaken for one: {column}"))
                }
                _ => {
                    let kind = if kind == "double" { "double precision" } else { kind.trim_end_matches(',') };
                    // `integer primary key autoincrement` and STRICT's own words are what tokens become.
                    let known =
                        ["text", "bigint", "int", "integer", "double precision", "real", "bytea", "blob"];
                    if !known.contains(&kind) {
                        faults.push(format!(
                            "{table}.{name} has the type {kind}: use text, bigint, double precision or bytea"
                        ));
                    }
                    if name.ends_with("_at") || name.ends_with("_date_ms") {
                        faults.push(format!(
                            "{table}.{name}: an instant is named …_ms and is a bigint, a day is a text"
                        ));
                    }
                    if name.ends_with("_ms") && !["bigint", "int", "integer"].contains(&kind) {
                        faults.push(format!("{table}.{name}: an instant is a bigint"));
                    }
                }
            }
        }
    }
    faults
}

/// The pieces between the commas of a `create table`, but not those inside of brackets.
fn columns(inside: &str) -> Vec<String> {
    let (mut depth, mut pieces, mut piece) = (0, Vec::new(), String::new());
    for c in inside.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => break,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                pieces.push(std::mem::take(&mut piece).trim().to_owned());
                continue;
            }
            _ => {}
        }
        piece.push(c);
    }
    pieces.push(piece.trim().to_owned());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[test]
fn tables_lead_with_their_city_and_keep_to_the_types_of_both_databases() {
    let mut findings = Vec::new();
    for migration in every_room().iter().flat_map(|room| room.migrations) {
        findings.extend(
            faults_of(migration)
                .into_iter()
                .map(|fault| format!("{}-{:03}: {fault}", migration.room, migration.number)),
        );
    }
    none_of(&findings, "These tables would come apart between cities or databases:");
}

#[test]
fn the_rule_of_tables_sees_what_is_wrong() {
    for sql in [
        "create table trial_a (id text not null, city text not null)",
        "create table other_a (city text not null)",
        "create table trial_a (city text not null, at timestamp)",
        "create table trial_a (city text not null, flag boolean not null)",
        "create table trial_a (city text not null, id text not null, primary key (id))",
        "create table trial_a (city text not null, at_ms text not null)",
        "create table trial_a (city text not null, text text not null)",
        "create unique index trial_x on trial_a (id)",
        "create view v_other_a as select 1",
    ] {
        let migration = Migration { room: "trial", store: Store::City, number: 1, name: "x", sql };
        assert_eq!(faults_of(&migration).len(), 1, "{sql}: {:?}", faults_of(&migration));
    }
    let good = "create table trial_a (city text not null, no {growing_key}, at_ms bigint not null, body bytea) {strict};
        create unique index trial_x on trial_a (city, at_ms);";
    let migration = Migration { room: "trial", store: Store::City, number: 1, name: "x", sql: good };
    assert_eq!(faults_of(&migration), Vec::<String>::new());
}

#[test]
fn migrations_are_numbered_without_gaps() {
    // A room's parts share its numbers.
    let all = ground::house::migrations_of(&every_room());
    let rooms: BTreeSet<&str> = all.iter().map(|one| one.room).collect();
    for room in rooms {
        for store in Store::ALL {
            let numbers: Vec<i64> = all
                .iter()
                .filter(|one| one.room == room && one.store == store)
                .map(|one| one.number)
                .collect();
            let expected: Vec<i64> = (1..).take(numbers.len()).collect();
            assert_eq!(numbers, expected, "the migrations of {room} in {}", store.name());
        }
    }
}

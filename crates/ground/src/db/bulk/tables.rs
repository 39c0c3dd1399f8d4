//! The tables of the house, read from the migrations.

use std::collections::BTreeMap;

use super::super::{Migration, Store};
use crate::fault::Fault;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Holds {
    #[serde(rename = "text")]
    Text,
    #[serde(rename = "bigint")]
    Int,
    #[serde(rename = "double")]
    Real,
    #[serde(rename = "bytes")]
    Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub holds: Holds,
    /// A number that the database draws: it means nothing elsewhere, and is drawn anew there in the same order.
    pub grows: bool,
}

/// A table of a store; `fields` leaves out the city's own column, which every table begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub store: Store,
    pub fields: Vec<Field>,
}

impl Table {
    pub fn place_of(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| known.name == field)
    }
}

/// The tables that stand after these migrations, by store and name. `left_out` says which are derived from others:
/// those, and virtual tables, are not read.
pub fn tables(migrations: &[Migration], left_out: &[&str]) -> Result<Vec<Table>, Fault> {
    let mut standing: BTreeMap<(Store, String), Table> = BTreeMap::new();
    for migration in migrations {
        for statement in statements(migration.sql) {
            apply(&mut standing, migration, &statement, left_out).map_err(|what| {
                Fault::internal(format!(
                    "{}/{}/{} {}: {what}: {statement}",
                    migration.room,
                    migration.store.name(),
                    migration.number,
                    migration.name
                ))
            })?;
        }
    }
    // The event log comes first: places in it can be translated only once it is there.
    let mut all: Vec<Table> = standing.into_values().collect();
    all.sort_by_key(|table| table.name != super::EVENTS);
    Ok(all)
}

fn statements(sql: &str) -> Vec<String> {
    let bare: Vec<&str> =
        sql.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code)).collect();
    bare.join("\n")
        .split(";\n")
        .map(|statement| statement.trim().trim_end_matches(';').to_owned())
        .filter(|statement| !statement.is_empty())
        .collect()
}

fn apply(
    standing: &mut BTreeMap<(Store, String), Table>,
    migration: &Migration,
    statement: &str,
    left_out: &[&str],
) -> Result<(), &'static str> {
    let (head, body) = statement.split_once('(').unwrap_or((statement, ""));
    let words: Vec<&str> =
        head.split_whitespace().filter(|word| !matches!(*word, "if" | "not" | "exists")).collect();
    let all: Vec<&str> = statement.split_whitespace().collect();
    let store = migration.store;
    match (words.as_slice(), all.as_slice()) {
        (["create", "table", name], _) if left_out.contains(name) => {}
        (["create", "table", name], _) => {
            let table = Table { name: plain(name)?, store, fields: fields(body)? };
            standing.insert((store, table.name.clone()), table);
        }
        (["create", "table", ..], _) => return Err("backups do not understand this table"),
        (["drop", "table", name], _) => {
            standing.remove(&(store, (*name).to_owned()));
        }
        (["alter", "table", name, ..], _) if left_out.contains(name) => {}
        (["alter", "table", name, ..], [_, _, _, change @ ..]) => {
            let key = (store, (*name).to_owned());
            let table = standing.get_mut(&key).ok_or("there is no such table")?;
            match change {
                ["add", "column", rest @ ..] | ["add", rest @ ..] => {
                    table.fields.push(field(&rest.join(" "))?.ok_or("what is added is no column")?);
                }
                ["drop", "column", gone] => table.fields.retain(|field| field.name != *gone),
                ["rename", "column", old, "to", new] => {
                    let new = plain(new)?;
                    let renamed = table.fields.iter_mut().find(|field| field.name == *old);
                    renamed.ok_or("there is no such column")?.name = new;
                }
                ["rename", "to", new] => {
                    let new = plain(new)?;
                    if let Some(mut table) = standing.remove(&key) {
                        table.name = new.clone();
                        standing.insert((store, new), table);
                    }
                }
                _ => return Err("backups do not understand this change of a table"),
            }
        }
        _ => {}
    }
    Ok(())
}

/// A name that may stand in a statement as it is.
fn plain(name: &str) -> Result<String, &'static str> {
    let good = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if good { Ok(name.to_owned()) } else { Err("a name is made of a-z, 0-9 and _") }
}

/// The columns between the outer parentheses, but for the city's.
fn fields(body: &str) -> Result<Vec<Field>, &'static str> {
    let mut depth = 0usize;
    let mut parts = vec![String::new()];
    for c in body.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => break,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let mut found = Vec::new();
    for part in &parts {
        found.extend(field(part)?);
    }
    match found.first() {
        Some(first) if first.name == "city" && first.holds == Holds::Text => {
            found.remove(0);
            Ok(found)
        }
        _ => Err("the first column of every table is the city"),
    }
}

/// A column; none for a constraint of the table.
fn field(part: &str) -> Result<Option<Field>, &'static str> {
    let words: Vec<&str> = part.split_whitespace().collect();
    let (name, kind) = match words.as_slice() {
        [] => return Ok(None),
        [first, ..]
            if ["primary", "unique", "check", "foreign", "constraint"]
                .iter()
                .any(|known| first.starts_with(known)) =>
        {
            return Ok(None);
        }
        [name, kind, ..] => (plain(name)?, *kind),
        _ => return Err("a column needs a type"),
    };
    let (holds, grows) = match kind {
        "text" => (Holds::Text, false),
        "bigint" => (Holds::Int, false),
        "{growing_key}" => (Holds::Int, true),
        "double" => (Holds::Real, false),
        "bytea" => (Holds::Bytes, false),
        _ => return Err("a column is text, bigint, double precision or bytea"),
    };
    Ok(Some(Field { name, holds, grows }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn migration(sql: &'static str) -> Migration {
        Migration { room: "test", store: Store::City, number: 1, name: "start", sql }
    }

    #[test]
    fn tables_are_read_from_create_and_alter_table() {
        let found = tables(
            &[migration(
                "-- Things.\ncreate table test_thing (\n  city text not null, id text not null, -- a, b\n  size bigint,\n \
                 price double precision, body bytea, primary key (city, id)\n) {clustered};\n\
                 create index test_thing_size on test_thing (city, size);\n\
                 create table test_gone (city text not null);\n\
                 alter table test_thing add column note text;\n\
                 alter table test_thing rename column size to width;\n\
                 drop table test_gone;\n\
                 create virtual table test_words using fts5(body);\n\
                 create table ground_event (city text not null, seq {growing_key}, writer bigint) {strict};\n\
                 create table aside (city text not null, odd tsvector);\n",
            )],
            &["aside"],
        )
        .unwrap();
        let shown: Vec<String> = found
            .iter()
            .map(|table| {
                let names: Vec<&str> = table.fields.iter().map(|field| field.name.as_str()).collect();
                format!("{}: {}", table.name, names.join(" "))
            })
            .collect();
        assert_eq!(shown, ["ground_event: seq writer", "test_thing: id width price body note"]);
    }

    #[test]
    fn a_change_that_backups_would_miss_is_refused() {
        for sql in [
            "create table a (city text not null);\nalter table a alter column b set default 1;\n",
            "create table a (id text, city text);\n",
            "create table a (city text, b jsonb);\n",
            "create table \"A b\" (city text);\n",
        ] {
            assert!(tables(&[migration(sql)], &[]).is_err(), "{sql}");
        }
    }

    #[test]
    fn the_floors_own_tables_are_all_understood() {
        let found = tables(crate::floor::ROOM.migrations, crate::dump::derived::TABLES).unwrap();
        let first = found.first().unwrap();
        assert_eq!(first.name, super::super::EVENTS);
        assert!(first.fields.iter().any(|field| field.name == "seq" && field.grows));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_crash(sql in "(create|alter|table| |a|b|\\(|\\)|,|text|city|;\n|--|\\PC){0,60}") {
            let sql: &'static str = Box::leak(sql.into_boxed_str());
            let _ = tables(&[migration(sql)], &[]);
        }
    }
}

//! Whole tables in and out: what backup, restore and moving between databases stand on.
//!
//! This is the one place that builds statements from the names of tables and columns. The names come from the
//! migrations' own `create table` texts and from nowhere else, and are checked to be plain names all the same.

mod postgres;
mod sqlite;
mod tables;

use std::path::Path;

pub use tables::{Field, Holds, Table, tables};

use super::{Migration, Param, Store, Tx};
use crate::city::City;
use crate::fault::Fault;

/// The stores of one city, opened for whole tables: to read from one consistent point, or to fill.
pub enum Stores {
    Sqlite(sqlite::Files),
    Postgres(Box<postgres::Session>),
}

/// A migration that has run in a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    pub room: String,
    pub store: String,
    pub number: i64,
    pub name: String,
    pub checksum: String,
}

impl Done {
    pub fn of(migration: &Migration) -> Done {
        Done {
            room: migration.room.to_owned(),
            store: migration.store.name().to_owned(),
            number: migration.number,
            name: migration.name.to_owned(),
            checksum: migration.checksum(),
        }
    }
}

/// The file of a store inside a city's folder.
pub fn file_name(store: Store) -> String {
    format!("{}.db", store.name())
}

impl Stores {
    /// Reads a city's folder while no server has it. The caller holds the folder's lock.
    pub fn read_folder(folder: &Path, slug: &str) -> Result<Stores, Fault> {
        sqlite::Files::read(folder, slug).map(Stores::Sqlite)
    }

    /// Reads a city that this process serves from files: its writers stand still together for the moment in which
    /// the reading begins, and go on while it lasts.
    pub fn read_live(folder: &Path, city: &City) -> Result<Stores, Fault> {
        sqlite::Files::read_behind_barrier(folder, city).map(Stores::Sqlite)
    }

    /// Reads a city from PostgreSQL in one transaction. Blocks: for a plain thread, never a thread of the server.
    pub fn read_postgres(url: &str, slug: &str) -> Result<Stores, Fault> {
        postgres::Session::read(url, slug).map(Box::new).map(Stores::Postgres)
    }

    /// Fills an empty folder. Nothing in it is safe on disk before `keep`.
    pub fn fill_folder(
        folder: &Path,
        slug: &str,
        migrations: &[Migration],
        now_ms: i64,
    ) -> Result<Stores, Fault> {
        sqlite::Files::fill(folder, slug, migrations, now_ms).map(Stores::Sqlite)
    }

    /// Fills PostgreSQL in one transaction, of which nobody sees anything before `keep`. Tables that are missing are
    /// made before.
    pub fn fill_postgres(
        url: &str,
        slug: &str,
        migrations: &[Migration],
        now_ms: i64,
    ) -> Result<Stores, Fault> {
        postgres::Session::fill(url, slug, migrations, now_ms).map(Box::new).map(Stores::Postgres)
    }

    /// Waits until nobody of this house is writing to the database any more; a fault when that takes too long. For a
    /// moment from which on nobody begins to write. Blocks.
    pub fn wait_until_still(url: &str) -> Result<(), Fault> {
        postgres::Session::wait_until_still(url)
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Stores::Sqlite(_) => "sqlite",
            Stores::Postgres(_) => "postgres",
        }
    }

    /// The migrations that have run here, in order.
    pub fn migrations(&mut self) -> Result<Vec<Done>, Fault> {
        let mut done = match self {
            Stores::Sqlite(files) => files.migrations()?,
            Stores::Postgres(session) => session.migrations()?,
        };
        done.sort();
        Ok(done)
    }

    /// Walks over all rows of the city in a table, without the city's own column, in the order that tables with a
    /// growing key are read in.
    pub fn each(
        &mut self,
        table: &Table,
        take: &mut dyn FnMut(Vec<Param>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match self {
            Stores::Sqlite(files) => files.each(table, take),
            Stores::Postgres(session) => session.each(table, take),
        }
    }

    /// Writes one row. On PostgreSQL rows travel in bulk; a wrong one is reported by a later row or by `keep`.
    pub fn put(&mut self, table: &Table, row: &[Param]) -> Result<(), Fault> {
        if row.len() != table.fields.len() {
            return Err(Fault::internal(format!("a row of {} has {} values", table.name, row.len())));
        }
        row.iter().try_for_each(Param::check)?;
        match self {
            Stores::Sqlite(files) => files.put(table, row),
            Stores::Postgres(session) => session.put(table, row),
        }
    }

    /// How many rows the city has in a table.
    pub fn count(&mut self, table: &Table) -> Result<i64, Fault> {
        match self {
            Stores::Sqlite(files) => files.count(table),
            Stores::Postgres(session) => session.count(table),
        }
    }

    /// Takes the city's rows out of a table.
    pub fn clear(&mut self, table: &Table) -> Result<(), Fault> {
        match self {
            Stores::Sqlite(files) => files.clear(table),
            Stores::Postgres(session) => session.clear(table),
        }
    }

    /// How many events stand at or before a place in the log, and whether one stands exactly there.
    pub fn rank_of_event(&mut self, writer: i64, seq: i64) -> Result<(i64, bool), Fault> {
        match self {
            Stores::Sqlite(files) => files.rank_of_event(writer, seq),
            Stores::Postgres(session) => session.rank_of_event(writer, seq),
        }
    }

    /// The place of the nth event, counted from one in the order of reading; none when there are fewer.
    pub fn nth_event(&mut self, nth: i64) -> Result<Option<(i64, i64)>, Fault> {
        match self {
            Stores::Sqlite(files) => files.nth_event(nth),
            Stores::Postgres(session) => session.nth_event(nth),
        }
    }

    /// Runs ordinary statements in the same transaction: for what is derived from the rows.
    pub fn with_tx(
        &mut self,
        store: Store,
        run: impl FnOnce(&mut Tx<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match self {
            Stores::Sqlite(files) => files.with_tx(store, run),
            Stores::Postgres(session) => session.with_tx(store, run),
        }
    }

    /// Makes everything written so far durable. Without it nothing was done.
    pub fn keep(self) -> Result<(), Fault> {
        match self {
            Stores::Sqlite(files) => files.keep(),
            Stores::Postgres(session) => session.keep(),
        }
    }
}

/// The columns of a table behind the city's own, for a statement's list.
fn columns(table: &Table, without_growing: bool) -> String {
    let mut out = String::new();
    for field in table.fields.iter().filter(|field| !(without_growing && field.grows)) {
        out.push_str(", ");
        out.push_str(&field.name);
    }
    out
}

/// The order that gives a table with a growing key its numbers; other tables come as they lie.
fn order(table: &Table) -> String {
    let Some(key) = table.fields.iter().find(|field| field.grows) else { return String::new() };
    if table.name == EVENTS {
        format!(" order by writer, {}", key.name)
    } else {
        format!(" order by {}", key.name)
    }
}

/// The event log: its order is the only one that spans two columns.
pub const EVENTS: &str = "ground_event";

fn select(table: &Table) -> String {
    let list = columns(table, false);
    let list = list.strip_prefix(", ").unwrap_or("1");
    format!("select {list} from {} where city = ?1{}", table.name, order(table))
}

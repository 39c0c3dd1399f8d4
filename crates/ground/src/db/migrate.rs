//! Migrations: numbered files per room and store, each run once, each with a checksum.
//!
//! A migration that has run never changes: the next one mends it. A store that knows migrations which this program
//! does not belongs to a newer machiya, and is not touched.

use std::collections::BTreeMap;
use std::path::Path;

use ring::digest::{SHA256, digest};

use super::Store;
use super::postgres::config;
use super::sql::{Dialect, expand};
use super::sqlite::of_sqlite;
use crate::fault::{Fault, Kind};

/// One step of a room's tables.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub room: &'static str,
    pub store: Store,
    pub number: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

pub(super) type Done = BTreeMap<(String, String, i64), String>;

const TABLE: &str = "create table if not exists ground_migration (
    room text not null, store text not null, number bigint not null, name text not null, checksum text not null,
    at_ms bigint not null, primary key (room, store, number))";

impl Migration {
    fn key(&self) -> (String, String, i64) {
        (self.room.to_owned(), self.store.name().to_owned(), self.number)
    }

    pub(crate) fn checksum(&self) -> String {
        let digest = digest(&SHA256, self.sql.as_bytes());
        digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The statements of this migration in a database's own words.
    pub fn statements(&self, dialect: Dialect) -> Vec<String> {
        expand(self.sql, dialect)
            .split(";\n")
            .map(without_comments)
            .filter(|statement| !statement.is_empty())
            .map(|statement| match dialect {
                Dialect::Sqlite => sqlite_types(&statement),
                Dialect::Postgres => collate_c(&statement),
            })
            .collect()
    }
}

fn without_comments(statement: &str) -> String {
    let lines: Vec<&str> = statement.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    lines.join("\n").trim().trim_end_matches(';').to_owned()
}

/// Text columns sort by their bytes on both databases, whatever locale the cluster was made with.
fn collate_c(ddl: &str) -> String {
    if !ddl.starts_with("create table") && !ddl.starts_with("alter table") {
        return ddl.to_owned();
    }
    ddl.split_inclusive([' ', ',', '\n'])
        .map(|word| match word.strip_prefix("text") {
            Some(end) if end.trim_matches([' ', ',', '\n']).is_empty() => format!("text collate \"C\"{end}"),
            _ => word.to_owned(),
        })
        .collect()
}

/// Strict tables of SQLite know the same types under shorter names.
fn sqlite_types(ddl: &str) -> String {
    if !ddl.starts_with("create table") && !ddl.starts_with("alter table") {
        return ddl.to_owned();
    }
    ddl.replace("double precision", "real")
        .split_inclusive([' ', ',', '\n'])
        .map(|word| {
            let end = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
            match word.strip_suffix(end) {
                Some("bigint") => format!("integer{end}"),
                Some("bytea") => format!("blob{end}"),
                _ => word.to_owned(),
            }
        })
        .collect()
}

/// Which migrations are still to run; a fault when the store does not fit this program.
pub(super) fn to_run<'a>(
    all: &'a [Migration],
    store: Option<Store>,
    done: &Done,
) -> Result<Vec<&'a Migration>, Fault> {
    let mine = |migration: &&Migration| store.is_none_or(|store| migration.store == store);
    for (key, checksum) in done {
        let Some(known) = all.iter().filter(mine).find(|migration| migration.key() == *key) else {
            let (room, store, number) = key;
            return Err(
                Fault::new(Kind::Conflict, "data-newer").arg("migration", format!("{room}/{store}/{number}"))
            );
        };
        if known.checksum() != *checksum {
            return Err(Fault::new(Kind::Conflict, "migration-changed").arg(
                "migration",
                format!("{}/{}/{} {}", known.room, known.store.name(), known.number, known.name),
            ));
        }
    }
    Ok(all.iter().filter(mine).filter(|migration| !done.contains_key(&migration.key())).collect())
}

/// Brings a SQLite store up to date. Nothing is changed when the store belongs to a newer program.
pub fn migrate_sqlite(path: &Path, store: Store, all: &[Migration], now_ms: i64) -> Result<usize, Fault> {
    let mut connection = rusqlite::Connection::open(path).map_err(of_sqlite)?;
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(of_sqlite)?;
    connection.execute_batch("pragma journal_mode = wal; pragma synchronous = full").map_err(of_sqlite)?;
    connection.execute_batch(&format!("{} strict", sqlite_types(TABLE))).map_err(of_sqlite)?;
    let done = {
        let mut statement = connection
            .prepare("select room, store, number, checksum from ground_migration")
            .map_err(of_sqlite)?;
        let rows = statement
            .query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))
            .map_err(of_sqlite)?;
        rows.collect::<Result<Done, _>>().map_err(of_sqlite)?
    };
    let open = to_run(all, Some(store), &done)?;
    for migration in &open {
        let transaction = connection.transaction().map_err(of_sqlite)?;
        for statement in migration.statements(Dialect::Sqlite) {
            transaction
                .execute_batch(&statement)
                .map_err(|fault| Fault::internal(format!("{}: {fault}: {statement}", migration.name)))?;
        }
        transaction
            .execute(
                "insert into ground_migration values (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    migration.room,
                    store.name(),
                    migration.number,
                    migration.name,
                    migration.checksum(),
                    now_ms,
                ),
            )
            .map_err(of_sqlite)?;
        transaction.commit().map_err(of_sqlite)?;
    }
    let ran = open.len();
    super::sizes::tell(&mut connection)?;
    Ok(ran)
}

/// Brings a PostgreSQL database up to date; two nodes that start together wait for each other.
pub async fn migrate_postgres(url: &str, all: &[Migration], now_ms: i64) -> Result<usize, Fault> {
    let away = |fault: tokio_postgres::Error| {
        Fault::new(Kind::Unavailable, "database-away")
            .detail(fault.as_db_error().map_or_else(|| fault.to_string(), ToString::to_string))
    };
    let mut config = config(url)?;
    config.options("-c client_min_messages=warning");
    let (mut client, connection) = config.connect(tokio_postgres::NoTls).await.map_err(away)?;
    let driving = tokio::spawn(connection);
    client.batch_execute("select pg_advisory_lock(7236214)").await.map_err(away)?;
    client.batch_execute(&collate_c(TABLE)).await.map_err(away)?;
    let rows = client
        .query("select room, store, number, checksum from ground_migration", &[])
        .await
        .map_err(away)?;
    let done: Done = rows.iter().map(|row| ((row.get(0), row.get(1), row.get(2)), row.get(3))).collect();
    let open = to_run(all, None, &done)?;
    for migration in &open {
        let transaction = client.transaction().await.map_err(away)?;
        for statement in migration.statements(Dialect::Postgres) {
            transaction.batch_execute(&statement).await.map_err(|fault| {
                Fault::internal(format!("{}: {:?}: {statement}", migration.name, fault.as_db_error()))
            })?;
        }
        transaction
            .execute(
                "insert into ground_migration values ($1, $2, $3, $4, $5, $6)",
                &[
                    &migration.room,
                    &migration.store.name(),
                    &migration.number,
                    &migration.name,
                    &migration.checksum(),
                    &now_ms,
                ],
            )
            .await
            .map_err(away)?;
        transaction.commit().await.map_err(away)?;
    }
    drop(client);
    // The connection ends with its client, and gives the lock back.
    let _ = driving.await;
    Ok(open.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration {
        room: "ground",
        store: Store::City,
        number: 1,
        name: "start",
        sql: "create table a (b text)",
    };

    #[test]
    fn a_changed_old_migration_is_refused() {
        let done = Done::from([(FIRST.key(), "something else".to_owned())]);
        let fault = to_run(&[FIRST], None, &done).unwrap_err();
        assert_eq!(fault.code(), "migration-changed");
    }

    #[test]
    fn a_newer_store_is_refused() {
        let done = Done::from([(("ground".to_owned(), "city".to_owned(), 9), "x".to_owned())]);
        assert_eq!(to_run(&[FIRST], None, &done).unwrap_err().code(), "data-newer");
    }

    #[test]
    fn sqlite_is_given_the_types_that_its_strict_tables_know() {
        assert_eq!(
            sqlite_types(
                "create table a (city text, b bigint not null, c double precision,\n d bytea) strict"
            ),
            "create table a (city text, b integer not null, c real,\n d blob) strict"
        );
    }

    #[test]
    fn text_columns_sort_by_bytes_on_postgres() {
        assert_eq!(
            collate_c("create table a (b text not null, c text)"),
            "create table a (b text collate \"C\" not null, c text)"
        );
    }
}

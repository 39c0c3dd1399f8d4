//! What concerns a whole installation and not one city: which cities a database holds, and whether its tables fit this
//! program. Looking changes nothing.

use std::path::Path;

use rusqlite::OpenFlags;
use tokio_postgres::{Client, Config, NoTls};

use super::migrate::{Done, to_run};
use super::postgres::config;
use super::sqlite::of_sqlite;
use super::{Migration, Store};
use crate::city::CityFacts;
use crate::fault::{Fault, Kind};

/// The oldest PostgreSQL that has what the statements use, as `server_version_num`.
const POSTGRES_MIN: i32 = 140_000;

/// The list of all cities of a PostgreSQL database, asked for again and again.
pub struct Register {
    config: Config,
    client: Option<Client>,
}

impl Register {
    /// Reads the address; connects when first asked.
    pub fn of_postgres(url: &str) -> Result<Register, Fault> {
        Ok(Register { config: config(url)?, client: None })
    }

    /// Every city with its facts, in the order of their slugs.
    pub async fn cities(&mut self) -> Result<Vec<(String, CityFacts)>, Fault> {
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => connect(&self.config).await?,
        };
        let rows = client
            .query("select city, facts, rev from ground_city order by city", &[])
            .await
            .map_err(away)?;
        self.client = Some(client);
        rows.iter()
            .map(|row| {
                let mut facts: CityFacts =
                    serde_json::from_str(row.get::<_, &str>(1)).map_err(Fault::internal)?;
                facts.rev = row.get(2);
                Ok((row.get(0), facts))
            })
            .collect()
    }
}

async fn connect(config: &Config) -> Result<Client, Fault> {
    let (client, connection) = config.connect(NoTls).await.map_err(away)?;
    tokio::spawn(async move {
        // The next statement notices that the connection has ended.
        let _ = connection.await;
    });
    Ok(client)
}

fn away(fault: tokio_postgres::Error) -> Fault {
    let said = fault.as_db_error().map_or_else(|| fault.to_string(), ToString::to_string);
    Fault::new(Kind::Unavailable, "database-away").retry_after(2).detail(said)
}

/// What a look at a database shows.
pub struct Look {
    /// The engine's own version, as people say it.
    pub version: String,
    pub is_new_enough: bool,
    /// What a database server on a machine of its own takes for now.
    pub clock_ms: Option<i64>,
    /// Migrations that the next start will run: "people 2 sessions".
    pub to_run: Vec<String>,
}

fn named(open: &[&Migration]) -> Vec<String> {
    open.iter().map(|one| format!("{} {} {}", one.room, one.number, one.name)).collect()
}

/// Looks at a PostgreSQL database. A fault when it is away, or belongs to a newer program.
pub async fn look_postgres(url: &str, all: &[Migration]) -> Result<Look, Fault> {
    let client = connect(&config(url)?).await?;
    let row = client
        .query_one(
            "select current_setting('server_version'), current_setting('server_version_num')::int,
                    (extract(epoch from clock_timestamp()) * 1000)::bigint",
            &[],
        )
        .await
        .map_err(away)?;
    let known = client
        .query_one("select to_regclass('ground_migration') is not null", &[])
        .await
        .map_err(away)?
        .get::<_, bool>(0);
    let mut done = Done::new();
    if known {
        let rows = client
            .query("select room, store, number, checksum from ground_migration", &[])
            .await
            .map_err(away)?;
        done = rows.iter().map(|row| ((row.get(0), row.get(1), row.get(2)), row.get(3))).collect();
    }
    Ok(Look {
        version: row.get(0),
        is_new_enough: row.get::<_, i32>(1) >= POSTGRES_MIN,
        clock_ms: Some(row.get(2)),
        to_run: named(&to_run(all, None, &done)?),
    })
}

/// Looks at a SQLite store. A fault when it cannot be read, is damaged, or belongs to a newer program.
pub fn look_sqlite(path: &Path, store: Store, all: &[Migration]) -> Result<Look, Fault> {
    // Not read-only: the log of a store that was not closed can only be read by somebody who may write.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(of_sqlite)?;
    connection.execute_batch("pragma query_only = on").map_err(of_sqlite)?;
    let known: bool = connection
        .query_row("select count(*) > 0 from sqlite_schema where name = 'ground_migration'", [], |row| {
            row.get(0)
        })
        .map_err(of_sqlite)?;
    let mut done = Done::new();
    if known {
        let mut statement = connection
            .prepare("select room, store, number, checksum from ground_migration")
            .map_err(of_sqlite)?;
        let rows = statement
            .query_map([], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))
            .map_err(of_sqlite)?;
        done = rows.collect::<Result<Done, _>>().map_err(of_sqlite)?;
    }
    Ok(Look {
        version: rusqlite::version().to_owned(),
        is_new_enough: true,
        clock_ms: None,
        to_run: named(&to_run(all, Some(store), &done)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_names_what_is_to_run_and_changes_nothing() {
        let path = std::env::temp_dir().join(format!("machiya-look-{}.db", std::process::id()));
        // Left over from a run that was stopped.
        let _ = std::fs::remove_file(&path);
        assert!(look_sqlite(&path, Store::City, &[]).is_err());
        rusqlite::Connection::open(&path).unwrap().execute_batch("create table other (a text)").unwrap();
        let one = Migration { room: "ground", store: Store::City, number: 1, name: "start", sql: "select 1" };
        let look = look_sqlite(&path, Store::City, &[one]).unwrap();
        assert_eq!(look.to_run, ["ground 1 start"]);
        super::super::migrate_sqlite(&path, Store::City, &[one], 5).unwrap();
        assert!(look_sqlite(&path, Store::City, &[one]).unwrap().to_run.is_empty());
        assert_eq!(look_sqlite(&path, Store::City, &[]).err().unwrap().code(), "data-newer");
        std::fs::remove_file(&path).unwrap();
    }
}

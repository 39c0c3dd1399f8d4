//! A city's three files, as a whole.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use super::super::sqlite::of_sqlite;
use super::super::tx::{Link, Tx};
use super::super::{Asked, Db, Engine, Migration, Param, Store, migrate_sqlite};
use super::{Done, EVENTS, Table, columns, file_name, select};
use crate::city::City;
use crate::fault::{Fault, Kind};

/// A writer stands still at most this long for a backup to begin.
const STAND_STILL: Duration = Duration::from_millis(40);
/// How long one writer is waited for before any other is asked to stand still.
const FIRST_ARRIVES: Duration = Duration::from_secs(5);
const ATTEMPTS: usize = 12;

/// The files of one city.
pub struct Files {
    folder: PathBuf,
    slug: Arc<str>,
    connections: Vec<(Store, Connection)>,
    filled: bool,
    insert: Option<(String, String)>,
}

impl Files {
    pub(super) fn read(folder: &Path, slug: &str) -> Result<Files, Fault> {
        let files = Files::open(folder, slug)?;
        files.begin_reading()?;
        Ok(files)
    }

    pub(super) fn read_behind_barrier(folder: &Path, city: &City) -> Result<Files, Fault> {
        let files = Files::open(folder, &city.slug)?;
        let mut first = Store::City;
        for _ in 0..ATTEMPTS {
            match files.begin_together(city, first)? {
                Together::Begun => return Ok(files),
                // The one that was waited for in vain is the busiest: next time it stands still first.
                Together::WaitedFor(busiest) => first = busiest,
            }
            files.end_reading()?;
            thread::sleep(STAND_STILL);
        }
        Err(Fault::new(Kind::Unavailable, "backup-busy").retry_after(10))
    }

    fn open(folder: &Path, slug: &str) -> Result<Files, Fault> {
        let mut connections = Vec::new();
        for store in Store::ALL {
            let path = folder.join(file_name(store));
            let connection = Connection::open_with_flags(
                &path,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )
            .map_err(of_sqlite)?;
            connection.busy_timeout(Duration::from_secs(5)).map_err(of_sqlite)?;
            connection
                .execute_batch(
                    "pragma query_only = on; pragma trusted_schema = off; pragma cache_size = -4096",
                )
                .map_err(of_sqlite)?;
            connections.push((store, connection));
        }
        Ok(Files { folder: folder.to_owned(), slug: slug.into(), connections, filled: false, insert: None })
    }

    /// Opens the reading transactions; what is read afterwards is what stands now.
    fn begin_reading(&self) -> Result<(), Fault> {
        for (_, connection) in &self.connections {
            connection.execute_batch("begin deferred").map_err(of_sqlite)?;
            // A deferred transaction sees the file as it is at its first look.
            connection
                .query_row("select count(*) from ground_migration", [], |row| row.get::<_, i64>(0))
                .map_err(of_sqlite)?;
        }
        Ok(())
    }

    fn end_reading(&self) -> Result<(), Fault> {
        for (_, connection) in &self.connections {
            if !connection.is_autocommit() {
                connection.execute_batch("commit").map_err(of_sqlite)?;
            }
        }
        Ok(())
    }

    fn begin_together(&self, city: &City, first: Store) -> Result<Together, Fault> {
        let barrier = Arc::new(Barrier::default());
        let others = Store::ALL.into_iter().filter(|store| *store != first);
        for (arrived, store) in std::iter::once(first).chain(others).enumerate() {
            let patience = if arrived == 0 { FIRST_ARRIVES } else { STAND_STILL };
            if park(city.store(store), &barrier).is_err() || !barrier.waits_for(arrived + 1, patience) {
                barrier.open();
                return Ok(Together::WaitedFor(store));
            }
        }
        let begun = self.begin_reading();
        // Nobody may have lost patience before the last reading had begun.
        let all_stood = barrier.open();
        begun?;
        Ok(if all_stood { Together::Begun } else { Together::WaitedFor(first) })
    }

    pub(super) fn fill(
        folder: &Path,
        slug: &str,
        migrations: &[Migration],
        now_ms: i64,
    ) -> Result<Files, Fault> {
        let mut connections = Vec::new();
        for store in Store::ALL {
            let path = folder.join(file_name(store));
            migrate_sqlite(&path, store, migrations, now_ms)?;
            let connection = Connection::open(&path).map_err(of_sqlite)?;
            // Nobody else knows of this folder yet, and it is thrown away when anything fails: a journal would only
            // write everything twice.
            connection
                .execute_batch(
                    "pragma locking_mode = exclusive; pragma journal_mode = off; pragma synchronous = off;
                     pragma trusted_schema = off; pragma cache_size = -32768; begin immediate",
                )
                .map_err(of_sqlite)?;
            connections.push((store, connection));
        }
        Ok(Files { folder: folder.to_owned(), slug: slug.into(), connections, filled: true, insert: None })
    }

    fn connection(&self, store: Store) -> Result<&Connection, Fault> {
        let found = self.connections.iter().find(|(known, _)| *known == store);
        found.map(|(_, connection)| connection).ok_or_else(|| Fault::internal("a store is not open"))
    }

    pub(super) fn migrations(&mut self) -> Result<Vec<Done>, Fault> {
        let mut all = Vec::new();
        for (_, connection) in &self.connections {
            let mut statement = connection
                .prepare("select room, store, number, name, checksum from ground_migration")
                .map_err(of_sqlite)?;
            let rows = statement
                .query_map([], |row| {
                    Ok(Done {
                        room: row.get(0)?,
                        store: row.get(1)?,
                        number: row.get(2)?,
                        name: row.get(3)?,
                        checksum: row.get(4)?,
                    })
                })
                .map_err(of_sqlite)?;
            for row in rows {
                all.push(row.map_err(of_sqlite)?);
            }
        }
        Ok(all)
    }

    pub(super) fn each(
        &mut self,
        table: &Table,
        take: &mut dyn FnMut(Vec<Param>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let connection = self.connection(table.store)?;
        let mut statement = connection.prepare(&select(table)).map_err(of_sqlite)?;
        let mut rows = statement.query([&*self.slug]).map_err(of_sqlite)?;
        while let Some(row) = rows.next().map_err(of_sqlite)? {
            let mut values = Vec::with_capacity(table.fields.len());
            for place in 0..table.fields.len() {
                values.push(value(row.get_ref(place).map_err(of_sqlite)?, table)?);
            }
            take(values)?;
        }
        Ok(())
    }

    pub(super) fn put(&mut self, table: &Table, row: &[Param]) -> Result<(), Fault> {
        if self.insert.as_ref().is_none_or(|(name, _)| *name != table.name) {
            let places: String = (0..table.fields.len()).map(|place| format!(", ?{}", place + 2)).collect();
            let insert =
                format!("insert into {} (city{}) values (?1{places})", table.name, columns(table, false));
            self.insert = Some((table.name.clone(), insert));
        }
        let insert = self.insert.as_ref().map_or("", |(_, insert)| insert);
        let connection = self.connection(table.store)?;
        let mut statement = connection.prepare_cached(insert).map_err(of_sqlite)?;
        statement.raw_bind_parameter(1, &*self.slug).map_err(of_sqlite)?;
        for (place, param) in row.iter().enumerate() {
            statement.raw_bind_parameter(place + 2, param).map_err(of_sqlite)?;
        }
        statement.raw_execute().map_err(of_sqlite)?;
        Ok(())
    }

    pub(super) fn count(&mut self, table: &Table) -> Result<i64, Fault> {
        let count = format!("select count(*) from {} where city = ?1", table.name);
        let connection = self.connection(table.store)?;
        connection.query_row(&count, [&*self.slug], |row| row.get(0)).map_err(of_sqlite)
    }

    pub(super) fn clear(&mut self, table: &Table) -> Result<(), Fault> {
        let clear = format!("delete from {} where city = ?1", table.name);
        self.connection(table.store)?.execute(&clear, [&*self.slug]).map_err(of_sqlite)?;
        Ok(())
    }

    pub(super) fn rank_of_event(&mut self, writer: i64, seq: i64) -> Result<(i64, bool), Fault> {
        let rank = format!(
            "select count(*), coalesce(max(writer = ?2 and seq = ?3), 0) from {EVENTS}
             where city = ?1 and (writer, seq) <= (?2, ?3)"
        );
        self.connection(Store::City)?
            .query_row(&rank, (&*self.slug, writer, seq), |row| Ok((row.get(0)?, row.get::<_, i64>(1)? != 0)))
            .map_err(of_sqlite)
    }

    pub(super) fn nth_event(&mut self, nth: i64) -> Result<Option<(i64, i64)>, Fault> {
        let place = format!(
            "select writer, seq from {EVENTS} where city = ?1 order by writer, seq limit 1 offset ?2"
        );
        let mut statement = self.connection(Store::City)?.prepare_cached(&place).map_err(of_sqlite)?;
        let mut rows = statement.query((&*self.slug, nth - 1)).map_err(of_sqlite)?;
        match rows.next().map_err(of_sqlite)? {
            Some(row) => Ok(Some((row.get(0).map_err(of_sqlite)?, row.get(1).map_err(of_sqlite)?))),
            None => Ok(None),
        }
    }

    pub(super) fn with_tx(
        &mut self,
        store: Store,
        run: impl FnOnce(&mut Tx<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let connection = self.connection(store)?;
        run(&mut Tx::new(Link::Sqlite(connection), self.slug.clone(), store, self.filled))
    }

    pub(super) fn keep(self) -> Result<(), Fault> {
        if !self.filled {
            return self.end_reading();
        }
        for (_, connection) in self.connections {
            connection.execute_batch("commit; pragma journal_mode = wal").map_err(of_sqlite)?;
            connection.close().map_err(|(_, fault)| of_sqlite(fault))?;
        }
        for store in Store::ALL {
            sync(&self.folder.join(file_name(store)))?;
        }
        sync(&self.folder)
    }
}

enum Together {
    Begun,
    WaitedFor(Store),
}

/// Makes a file or a folder durable.
fn sync(path: &Path) -> Result<(), Fault> {
    File::open(path).and_then(|file| file.sync_all()).map_err(Fault::unavailable)
}

fn value(value: ValueRef<'_>, table: &Table) -> Result<Param, Fault> {
    Ok(match value {
        ValueRef::Null => Param::Null,
        ValueRef::Integer(value) => Param::Int(value),
        ValueRef::Real(value) => Param::Real(value),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes);
            Param::Text(
                text.map_err(|_| Fault::internal(format!("{}: text is not UTF-8", table.name)))?.to_owned(),
            )
        }
        ValueRef::Blob(bytes) => Param::Bytes(bytes.to_vec()),
    })
}

/// Where writers stand still until everybody reads.
#[derive(Default)]
struct Barrier {
    state: Mutex<Standing>,
    changed: Condvar,
}

#[derive(Default)]
struct Standing {
    arrived: usize,
    open: bool,
    left_early: bool,
}

impl Barrier {
    fn state(&self) -> MutexGuard<'_, Standing> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A writer stands still here, and goes on by itself when it takes too long.
    fn stand(&self) {
        let mut state = self.state();
        state.arrived += 1;
        self.changed.notify_all();
        let waited = self.changed.wait_timeout_while(state, STAND_STILL, |state| !state.open);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if !state.open {
            state.left_early = true;
            self.changed.notify_all();
        }
    }

    /// Whether so many writers stand here before patience ends.
    fn waits_for(&self, count: usize, patience: Duration) -> bool {
        let still = |state: &mut Standing| state.arrived < count && !state.left_early;
        let waited = self.changed.wait_timeout_while(self.state(), patience, still);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.arrived >= count && !state.left_early
    }

    /// Lets everybody go on; whether all of them stood until now.
    fn open(&self) -> bool {
        let mut state = self.state();
        state.open = true;
        self.changed.notify_all();
        !state.left_early
    }
}

/// Asks a store's writer to stand still. It writes nothing, and is asked while everything is read-only, too.
fn park(db: &Db, barrier: &Arc<Barrier>) -> Result<(), Fault> {
    let Engine::Sqlite(sqlite) = &*db.engine else {
        return Err(Fault::internal("only files have a writer to stand still"));
    };
    let barrier = barrier.clone();
    // Nobody waits for the answer: the barrier is the answer.
    let (reply, _) = oneshot::channel();
    let run = move |_: &mut Tx<'_>| {
        barrier.stand();
        Ok(())
    };
    let work = Asked { city: db.city.clone(), store: db.store, quick: false, run, outcome: None, reply };
    sqlite.submit(Box::new(work), true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Stopwatch;

    #[test]
    fn whoever_stands_goes_on_when_all_have_come_or_when_it_takes_too_long() {
        let barrier = Arc::new(Barrier::default());
        let standing: Vec<_> = (0..3)
            .map(|_| {
                let barrier = barrier.clone();
                thread::spawn(move || barrier.stand())
            })
            .collect();
        assert!(barrier.waits_for(3, STAND_STILL));
        assert!(barrier.open());
        standing.into_iter().for_each(|one| one.join().unwrap());

        let barrier = Barrier::default();
        let clock = Stopwatch::new();
        barrier.stand();
        assert!(clock.ms() >= 40);
        assert!(!barrier.waits_for(1, STAND_STILL), "somebody who has left does not stand here");
        assert!(!barrier.open(), "what was begun meanwhile was not begun together");
        let clock = Stopwatch::new();
        barrier.stand();
        assert!(clock.ms() < 40, "an open barrier holds nobody");
    }
}

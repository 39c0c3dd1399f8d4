//! SQLite: one writer thread per file that commits whatever queued while the last fsync ran, and readers beside it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::sql::Sql;
use super::tx::{After, Link, Tx};
use super::value::{Param, Row};
use super::{Shared, Work};
use crate::clock::Stopwatch;
use crate::fault::{Fault, Kind};

/// Actions waiting for the writer; more are told to come back later.
const QUEUE_ACTIONS: usize = 4_096;
/// Actions committed together at most.
const GROUP_ACTIONS: usize = 256;
/// A group is closed after this long, so that no reader of its effects waits longer.
const GROUP_MS: u64 = 20;
/// The write-ahead log is folded back into the file in the background.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);

pub(crate) struct Sqlite {
    writer: Sender<Box<dyn Work>>,
    readers: Sender<Box<dyn Work>>,
    quick: Vec<Mutex<Connection>>,
    next_quick: AtomicUsize,
    shared: Arc<Shared>,
    _checkpointer: Sender<()>,
}

/// How much memory the caches of one store may take, and how many readers it has.
#[derive(Clone, Copy)]
pub struct SqliteSize {
    pub cache_kib: i64,
    pub readers: usize,
}

impl Default for SqliteSize {
    fn default() -> SqliteSize {
        SqliteSize { cache_kib: 16 * 1024, readers: 2 }
    }
}

impl Sqlite {
    pub(crate) fn open(path: &Path, size: SqliteSize, shared: Arc<Shared>) -> Result<Sqlite, Fault> {
        let write_connection = connect(path, size.cache_kib, true)?;
        let (writer, work) = bounded::<Box<dyn Work>>(QUEUE_ACTIONS);
        let for_writer = shared.clone();
        spawn("writer", move || write_loop(&write_connection, &work, &for_writer))?;

        let (readers, reading) = bounded::<Box<dyn Work>>(QUEUE_ACTIONS);
        for _ in 0..size.readers {
            let connection = connect(path, size.cache_kib / 4, false)?;
            let reading = reading.clone();
            spawn("reader", move || {
                for work in reading {
                    read_one(&connection, work);
                }
            })?;
        }
        let quick = (0..2)
            .map(|_| connect(path, size.cache_kib / 4, false).map(Mutex::new))
            .collect::<Result<Vec<_>, Fault>>()?;

        let folding = connect(path, 64, true)?;
        let (checkpointer, stop) = bounded::<()>(0);
        spawn("checkpoint", move || {
            while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(CHECKPOINT_EVERY) {
                // A busy log is folded at the next turn.
                let _ = folding.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
            }
        })?;
        Ok(Sqlite {
            writer,
            readers,
            quick,
            next_quick: AtomicUsize::new(0),
            shared,
            _checkpointer: checkpointer,
        })
    }

    pub(crate) fn submit(&self, work: Box<dyn Work>, writes: bool) -> Result<(), Fault> {
        let queue = if writes { &self.writer } else { &self.readers };
        queue.try_send(work).map_err(|_| super::queue_is_full())
    }

    /// Runs a short read on the caller's own thread, if a connection is free.
    pub(crate) fn quick<T>(&self, run: impl FnOnce(&Connection) -> T) -> Option<T> {
        let start = self.next_quick.fetch_add(1, Ordering::Relaxed);
        let count = self.quick.len();
        for step in 0..count {
            if let Some(Ok(connection)) = self.quick.get((start + step) % count).map(Mutex::try_lock) {
                return Some(run(&connection));
            }
        }
        None
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
    thread::Builder::new().name(name.to_owned()).spawn(run).map(|_| ()).map_err(Fault::internal)
}

fn connect(path: &Path, cache_kib: i64, writes: bool) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_READ_WRITE
        | if writes { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let connection = Connection::open_with_flags(path, flags).map_err(of_sqlite)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.busy_timeout(Duration::from_secs(5)).map_err(of_sqlite)?;
    connection
        .execute_batch(&format!(
            "pragma journal_mode = wal;
             pragma synchronous = full;
             pragma wal_autocheckpoint = 0;
             pragma journal_size_limit = 67108864;
             pragma cache_size = -{cache_kib};
             pragma temp_store = memory;
             pragma foreign_keys = off;
             pragma trusted_schema = off;
             {}",
            if writes { "" } else { "pragma query_only = on;" }
        ))
        .map_err(of_sqlite)?;
    Ok(connection)
}

/// Takes what is queued, gives each action its savepoint, commits all with one fsync, then tells everybody.
fn write_loop(connection: &Connection, queue: &Receiver<Box<dyn Work>>, shared: &Shared) {
    while let Ok(first) = queue.recv() {
        let clock = Stopwatch::new();
        let mut group: Vec<Box<dyn Work>> = vec![first];
        if let Err(fault) = batch(connection, "begin immediate") {
            finish(group, &Err(fault));
            continue;
        }
        let mut after = After::default();
        let mut lost = None;
        let mut next = 0;
        while let Some(work) = group.get_mut(next) {
            next += 1;
            if let Err(fault) = run_in_savepoint(connection, work.as_mut(), &mut after) {
                lost = Some(fault);
                break;
            }
            if next >= GROUP_ACTIONS || clock.ms() >= GROUP_MS {
                break;
            }
            if let Ok(more) = queue.try_recv() {
                group.push(more);
            }
        }
        let outcome = match lost {
            Some(fault) => Err(fault),
            None => batch(connection, "commit"),
        };
        if outcome.is_err() && !connection.is_autocommit() {
            // The rollback itself can only fail when the file is gone; the next `begin` will say so.
            let _ = batch(connection, "rollback");
        }
        if outcome.is_ok() {
            shared.after(after);
        }
        finish(group, &outcome);
    }
}

fn finish(group: Vec<Box<dyn Work>>, outcome: &Result<(), Fault>) {
    for work in group {
        work.finish(outcome.clone());
    }
}

/// One failing action does not undo its neighbours. An error here means that the whole group is lost.
fn run_in_savepoint(connection: &Connection, work: &mut dyn Work, after: &mut After) -> Result<(), Fault> {
    batch(connection, "savepoint act")?;
    let mut tx = Tx::new(Link::Sqlite(connection), work.city(), work.store(), true);
    let ran = work.run(&mut tx);
    let own = std::mem::take(&mut tx.after);
    match ran {
        Ok(()) => {
            batch(connection, "release act")?;
            after.absorb(own);
            Ok(())
        }
        // A full disk rolls the whole transaction back on its own: nothing of the group may be confirmed.
        Err(_) if connection.is_autocommit() => Err(Fault::unavailable("the transaction was rolled back")),
        Err(_) => {
            batch(connection, "rollback to act")?;
            batch(connection, "release act")
        }
    }
}

fn read_one(connection: &Connection, mut work: Box<dyn Work>) {
    let outcome = read_with(connection, |connection| {
        let mut tx = Tx::new(Link::Sqlite(connection), work.city(), work.store(), false);
        // A failed read reports its own fault; there is nothing to undo.
        let _ = work.run(&mut tx);
    });
    work.finish(outcome);
}

/// A read sees one state of the store from its first statement to its last.
pub(crate) fn read_with(connection: &Connection, run: impl FnOnce(&Connection)) -> Result<(), Fault> {
    batch(connection, "begin deferred")?;
    run(connection);
    batch(connection, "commit")
}

fn batch(connection: &Connection, sql: &'static str) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(sql).map_err(of_sqlite)?;
    statement.execute([]).map(|_| ()).map_err(of_sqlite)
}

fn bind(
    statement: &mut rusqlite::CachedStatement<'_>,
    sql: &Sql,
    city: &Param,
    params: &[Param],
) -> Result<(), Fault> {
    let wanted = statement.parameter_count();
    if wanted != params.len() + 1 && !(wanted == 0 && params.is_empty()) {
        return Err(Fault::internal(format!(
            "{}:{} takes {wanted} parameters, got {} and the city",
            sql.file,
            sql.line,
            params.len()
        )));
    }
    if wanted > 0 {
        statement.raw_bind_parameter(1, city).map_err(of_sqlite)?;
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 2, param).map_err(of_sqlite)?;
    }
    Ok(())
}

pub(crate) fn each(
    connection: &Connection,
    sql: &'static Sql,
    city: &Param,
    params: &[Param],
    take: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(sql.for_sqlite()).map_err(|fault| at(sql, fault))?;
    bind(&mut statement, sql, city, params)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|fault| at(sql, fault))? {
        take(&Row::Sqlite(row))?;
    }
    Ok(())
}

pub(crate) fn exec(
    connection: &Connection,
    sql: &'static Sql,
    city: &Param,
    params: &[Param],
) -> Result<u64, Fault> {
    let mut statement = connection.prepare_cached(sql.for_sqlite()).map_err(|fault| at(sql, fault))?;
    bind(&mut statement, sql, city, params)?;
    statement.raw_execute().map(|count| count as u64).map_err(|fault| at(sql, fault))
}

fn at(sql: &Sql, fault: rusqlite::Error) -> Fault {
    let fault = of_sqlite(fault);
    let known = fault.for_the_log().unwrap_or_default().to_owned();
    fault.detail(format!("{}:{}: {known}", sql.file, sql.line))
}

/// What SQLite says, in our words.
pub(crate) fn of_sqlite(fault: rusqlite::Error) -> Fault {
    let code = fault.sqlite_error_code();
    let text = fault.to_string();
    match code {
        Some(ErrorCode::DiskFull) => Fault::new(Kind::Unavailable, "disk-full").retry_after(10).detail(text),
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::ReadOnly,
        ) => Fault::unavailable(text),
        Some(ErrorCode::ConstraintViolation) => Fault::exists().detail(text),
        _ => Fault::internal(text),
    }
}

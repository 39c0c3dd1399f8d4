//! SQLite: one writer thread per file that commits whatever queued while the last fsync ran, and readers beside it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rusqlite::config::DbConfig;
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
/// A connection that had nothing to do for this long gives its cache back; what it needs next is read again.
const IDLE: Duration = Duration::from_secs(2);

pub(crate) struct Sqlite {
    writer: Sender<Box<dyn Work>>,
    readers: Sender<Box<dyn Work>>,
    quick: Arc<Vec<Mutex<Connection>>>,
    next_quick: Arc<AtomicUsize>,
    shared: Arc<Shared>,
    cache_bytes: u64,
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
                let mut idling = Idling::default();
                while let Some(work) = idling.next(&connection, &reading) {
                    read_one(&connection, work);
                }
            })?;
        }
        let quick = (0..2)
            .map(|_| connect(path, size.cache_kib / 4, false).map(Mutex::new))
            .collect::<Result<Vec<_>, Fault>>()?;
        let quick = Arc::new(quick);
        let next_quick = Arc::new(AtomicUsize::new(0));

        let folding = connect(path, 64, true)?;
        let (checkpointer, stop) = bounded::<()>(0);
        let (kept, asked) = (quick.clone(), next_quick.clone());
        spawn("checkpoint", move || {
            let (mut seen, mut still) = (0, Duration::ZERO);
            while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(CHECKPOINT_EVERY) {
                // A busy log is folded at the next turn.
                let _ = folding.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
                let now = asked.load(Ordering::Relaxed);
                if now != seen {
                    (seen, still) = (now, Duration::ZERO);
                } else if still < IDLE {
                    still += CHECKPOINT_EVERY;
                    if still >= IDLE {
                        kept.iter().filter_map(|one| one.try_lock().ok()).for_each(|one| give_back(&one));
                    }
                }
            }
        })?;
        Ok(Sqlite {
            writer,
            readers,
            quick,
            next_quick,
            shared,
            cache_bytes: u64::try_from(size.cache_kib).unwrap_or(0) * 1024,
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

    pub(crate) fn cache_bytes(&self) -> u64 {
        self.cache_bytes
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
    // Plans do not depend on what is bound; else SQLite plans many statements anew each time they run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(of_sqlite)?;
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

/// The cache of a connection, given back to the machine. Nothing depends on it.
fn give_back(connection: &Connection) {
    let _ = connection.execute_batch("pragma shrink_memory");
}

/// Waits for work; a connection that waits for long gives its cache back.
#[derive(Default)]
struct Idling {
    warm: bool,
}

impl Idling {
    fn next(&mut self, connection: &Connection, queue: &Receiver<Box<dyn Work>>) -> Option<Box<dyn Work>> {
        if self.warm {
            match queue.recv_timeout(IDLE) {
                Ok(work) => return Some(work),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    give_back(connection);
                    self.warm = false;
                }
            }
        }
        let work = queue.recv().ok()?;
        self.warm = true;
        Some(work)
    }
}

/// Takes what is queued, commits all with one fsync, then tells everybody. One act that fails does not undo its
/// neighbours: mostly it has written nothing yet; else the group is done again, each act in a savepoint of its own.
fn write_loop(connection: &Connection, queue: &Receiver<Box<dyn Work>>, shared: &Shared) {
    let mut idling = Idling::default();
    while let Some(first) = idling.next(connection, queue) {
        let mut group: Vec<Box<dyn Work>> = vec![first];
        let outcome = match run_group(connection, &mut group, queue) {
            Ok(Ran::All(after)) => Ok(after),
            Ok(Ran::OneFailed) => again_singly(connection, &mut group),
            Err(fault) => Err(fault),
        };
        if outcome.is_err() && !connection.is_autocommit() {
            // The rollback itself can only fail when the file is gone; the next `begin` will say so.
            let _ = batch(connection, "rollback");
        }
        let outcome = outcome.map(|after| shared.after(after));
        finish(group, &outcome);
    }
}

enum Ran {
    /// Committed; what is to be done now.
    All(After),
    /// An act failed after it had written something.
    OneFailed,
}

/// The acts one after the other in one transaction, with more of them as long as others queue. Savepoints would copy each
/// page that an act changes, which costs more than most acts.
fn run_group(
    connection: &Connection,
    group: &mut Vec<Box<dyn Work>>,
    queue: &Receiver<Box<dyn Work>>,
) -> Result<Ran, Fault> {
    let clock = Stopwatch::new();
    batch(connection, "begin immediate")?;
    let mut after = After::default();
    let mut next = 0;
    while let Some(work) = group.get_mut(next) {
        next += 1;
        let before = connection.total_changes();
        let mut tx = Tx::new(Link::Sqlite(connection), work.city(), work.store(), true);
        let ran = work.run(&mut tx);
        let own = std::mem::take(&mut tx.after);
        match ran {
            Ok(()) => after.absorb(own),
            Err(_) if connection.is_autocommit() => return Err(rolled_back()),
            Err(_) if connection.total_changes() == before => {}
            Err(_) if next == 1 && group.len() == 1 => {
                // Alone in its transaction: nobody else has to do anything again.
                batch(connection, "rollback")?;
                return Ok(Ran::All(After::default()));
            }
            Err(_) => return Ok(Ran::OneFailed),
        }
        if next >= GROUP_ACTIONS || clock.ms() >= GROUP_MS {
            break;
        }
        if let Ok(more) = queue.try_recv() {
            group.push(more);
        }
    }
    batch(connection, "commit")?;
    Ok(Ran::All(after))
}

/// A full disk rolls the whole transaction back on its own: nothing of the group may be confirmed.
fn rolled_back() -> Fault {
    Fault::unavailable("the transaction was rolled back")
}

fn again_singly(connection: &Connection, group: &mut [Box<dyn Work>]) -> Result<After, Fault> {
    batch(connection, "rollback")?;
    batch(connection, "begin immediate")?;
    let mut after = After::default();
    for work in group {
        run_in_savepoint(connection, work.as_mut(), &mut after)?;
    }
    batch(connection, "commit")?;
    Ok(after)
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
        Err(_) if connection.is_autocommit() => Err(rolled_back()),
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

/// A read sees one state of the store from its first statement to its last; one that asks nothing begins nothing.
pub(crate) fn read_with(connection: &Connection, run: impl FnOnce(&Connection)) -> Result<(), Fault> {
    run(connection);
    if connection.is_autocommit() { Ok(()) } else { batch(connection, "commit") }
}

/// Begins the transaction of a read, if it has not begun yet.
pub(crate) fn begin_reading(connection: &Connection) -> Result<(), Fault> {
    if connection.is_autocommit() { batch(connection, "begin deferred") } else { Ok(()) }
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

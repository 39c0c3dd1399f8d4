//! One SQL layer for two databases. Only this module knows a database driver (law 3).
//!
//! `Db` is one store of one city: `db.write(|tx| …)` and `db.read(|tx| …)`. On SQLite a store is a file with one writer
//! thread; on PostgreSQL all stores of all cities share worker threads with a connection each.

mod bell;
pub mod bulk;
mod installation;
mod migrate;
mod postgres;
mod sizes;
mod sql;
mod sqlite;
mod tx;
mod value;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

pub use installation::{Look, Register, look_postgres, look_sqlite};
pub use migrate::{Migration, migrate_postgres, migrate_sqlite};
pub use postgres::{Postgres, PostgresSize};
pub use sql::{Dialect, Registered, Sql, every_statement, expand};
pub use sqlite::SqliteSize;
pub use tx::Tx;
pub use value::{Column, Param, Row};

use crate::fault::{Fault, Kind};
use sqlite::Sqlite;
use tx::{After, Link};

/// The stores of a city. An action writes to one of them (`City` or `Context`) only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Store {
    City,
    Context,
    Files,
}

impl Store {
    pub const ALL: [Store; 3] = [Store::City, Store::Context, Store::Files];

    pub fn name(self) -> &'static str {
        match self {
            Store::City => "city",
            Store::Context => "context",
            Store::Files => "files",
        }
    }
}

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Jobs,
    Events,
}

/// Shared by all stores of a process: wake-ups and read-only mode.
#[derive(Default)]
pub struct Shared {
    jobs: watch::Sender<()>,
    events: watch::Sender<()>,
    read_only: AtomicBool,
}

/// Hears every wake-up since it last looked, so that none falls between looking and waiting.
pub struct Listener(watch::Receiver<()>);

impl Listener {
    /// Waits for a wake-up, or until the given time has passed: on several nodes a wake-up may be missed, so it is
    /// never relied on.
    pub async fn wait(&mut self, at_most: Duration) {
        // Running out of time is as good a reason to look as being woken.
        let _ = tokio::time::timeout(at_most, self.0.changed()).await;
    }
}

impl Shared {
    pub(crate) fn after(&self, after: After) {
        for run in after.run {
            run();
        }
        for topic in after.wake {
            self.wake(topic);
        }
    }

    pub fn wake(&self, topic: Topic) {
        match topic {
            Topic::Jobs => self.jobs.send_replace(()),
            Topic::Events => self.events.send_replace(()),
        }
    }

    pub fn listen(&self, topic: Topic) -> Listener {
        Listener(match topic {
            Topic::Jobs => self.jobs.subscribe(),
            Topic::Events => self.events.subscribe(),
        })
    }

    /// While moving or upgrading, writes are answered with 503 and reads go on.
    pub fn set_read_only(&self, on: bool) {
        self.read_only.store(on, Ordering::SeqCst);
    }

    pub fn is_read_only(&self) -> bool {
        self.read_only.load(Ordering::SeqCst)
    }
}

/// How a piece of work wants to be run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Write,
    Read,
    QuickRead,
}

/// Why an action's part of a transaction is to be undone.
pub(crate) enum Failure {
    /// The action itself said no: undo only its part.
    Act,
    /// The store failed: the whole group is lost.
    Store(Fault),
}

/// A piece of work for a store.
pub(crate) trait Work: Send {
    fn city(&self) -> Arc<str>;
    fn store(&self) -> Store;
    /// A read of a few rows by key needs no transaction around it.
    fn is_quick(&self) -> bool;
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Failure>;
    fn finish(self: Box<Self>, committed: Result<(), Fault>);
}

struct Asked<F, T> {
    city: Arc<str>,
    store: Store,
    quick: bool,
    run: F,
    outcome: Option<Result<T, Fault>>,
    reply: oneshot::Sender<Result<T, Fault>>,
}

impl<F, T> Work for Asked<F, T>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send,
    T: Send,
{
    fn city(&self) -> Arc<str> {
        self.city.clone()
    }

    fn store(&self) -> Store {
        self.store
    }

    fn is_quick(&self) -> bool {
        self.quick
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        let outcome = guarded(|| (self.run)(tx));
        let failure = match &outcome {
            Ok(_) => Ok(()),
            Err(fault) if fault.kind() == Kind::Unavailable => Err(Failure::Store(fault.clone())),
            Err(_) => Err(Failure::Act),
        };
        self.outcome = Some(outcome);
        failure
    }

    fn finish(self: Box<Self>, committed: Result<(), Fault>) {
        let outcome = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            // A refusal stays a refusal, whether or not the others' work could be kept.
            (Err(_), Some(Err(own))) => Err(own),
            (Err(fault), _) => Err(fault),
            (Ok(()), None) => Err(Fault::internal("the work was never run")),
        };
        // The asker may have gone away; the work is done all the same.
        let _ = self.reply.send(outcome);
    }
}

/// A mistake in one action must not take a worker, and with it the city, down.
fn guarded<T>(run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(Fault::internal("the action panicked")))
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// One store of one city.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    city: Arc<str>,
    store: Store,
}

impl Db {
    pub fn sqlite(
        path: &Path,
        city: &str,
        store: Store,
        size: SqliteSize,
        shared: Arc<Shared>,
    ) -> Result<Db, Fault> {
        let engine = Engine::Sqlite(Sqlite::open(path, size, shared)?);
        Ok(Db { engine: Arc::new(engine), city: city.into(), store })
    }

    pub fn postgres(postgres: Postgres, city: &str, store: Store) -> Db {
        Db { engine: Arc::new(Engine::Postgres(postgres)), city: city.into(), store }
    }

    pub fn dialect(&self) -> Dialect {
        match &*self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Whether every change of this store goes through this process, so that what is kept in memory can follow them.
    pub fn is_ours_alone(&self) -> bool {
        matches!(&*self.engine, Engine::Sqlite(_))
    }

    /// Memory that a room may take for what it keeps of this store, in bytes.
    pub fn cache_bytes(&self) -> u64 {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.cache_bytes(),
            Engine::Postgres(_) => 0,
        }
    }

    pub fn shared(&self) -> &Arc<Shared> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.shared(),
            Engine::Postgres(postgres) => postgres.shared(),
        }
    }

    pub fn city(&self) -> &str {
        &self.city
    }

    pub fn store(&self) -> Store {
        self.store
    }

    /// Runs `run` in a transaction and answers when it is durable. It may be run again after a lost transaction.
    pub async fn write<T, F>(&self, run: F) -> Result<T, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        if self.shared().is_read_only() {
            return Err(Fault::new(Kind::Unavailable, "read-only").retry_after(30));
        }
        self.ask(run, Manner::Write).await
    }

    /// Runs `run` on one unchanging state of the store.
    pub async fn read<T, F>(&self, run: F) -> Result<T, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        self.ask(run, Manner::Read).await
    }

    /// A read of a few rows by key: on SQLite it runs on the caller's thread, without a change of threads.
    pub async fn read_quick<T, F>(&self, mut run: F) -> Result<T, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        if let Engine::Sqlite(sqlite) = &*self.engine {
            let answered = sqlite.quick(|connection| {
                let mut outcome = None;
                sqlite::read_with(connection, |connection| {
                    let mut tx = Tx::new(Link::Sqlite(connection), self.city.clone(), self.store, false);
                    outcome = Some(guarded(|| run(&mut tx)));
                })?;
                outcome.unwrap_or_else(|| Err(Fault::internal("the read was never run")))
            });
            if let Some(answer) = answered {
                return answer;
            }
        }
        self.ask(run, Manner::QuickRead).await
    }

    async fn ask<T, F>(&self, run: F, manner: Manner) -> Result<T, Fault>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let (quick, writes) = (manner == Manner::QuickRead, manner == Manner::Write);
        let work =
            Box::new(Asked { city: self.city.clone(), store: self.store, quick, run, outcome: None, reply });
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.submit(work, writes)?,
            Engine::Postgres(postgres) => postgres.submit(work, writes)?,
        }
        answer.await.map_err(|_| Fault::unavailable("the store has stopped"))?
    }
}

pub(crate) fn queue_is_full() -> Fault {
    Fault::new(Kind::Unavailable, "busy").retry_after(1).detail("the queue of the store is full")
}

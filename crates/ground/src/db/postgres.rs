//! PostgreSQL: plain worker threads with a connection each. Nothing here ever blocks a thread of the server.
//!
//! A worker takes what is queued and runs it in one transaction, so that a busy city pays one commit for several
//! actions; when anything in such a group fails, the group is rolled back and each action runs alone.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use futures_util::future::{join, join_all};
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Statement};

use super::bell::Bell;
use super::sql::Sql;
use super::tx::{After, Link, Tx};
use super::value::{Param, Row};
use super::{Failure, Shared, Work};
use crate::clock::Stopwatch;
use crate::fault::{Fault, Kind};

/// Actions waiting for a worker; more are told to come back later.
const QUEUE_ACTIONS: usize = 4_096;
/// Actions that one worker commits together at most.
const GROUP_ACTIONS: usize = 16;
/// Statements travelling together at most; the rest follows.
const PIPELINE_STATEMENTS: usize = 24;
/// After a failed connection nobody tries again for this long.
const RECONNECT_MS: u64 = 300;
/// A connection that nobody used for so long is asked for a sign of life before work is given to it.
const IDLE_MS: u64 = 500;
/// A statement that takes longer is given up, by the server and, should it hang, by us.
const STATEMENT_S: u64 = 30;
/// An action that lost against a neighbour (deadlock, serialisation) is run again this often.
const RERUNS: usize = 3;

/// How many connections each node opens.
#[derive(Clone, Copy)]
pub struct PostgresSize {
    pub writers: usize,
    pub readers: usize,
}

impl Default for PostgresSize {
    fn default() -> PostgresSize {
        PostgresSize { writers: 8, readers: 4 }
    }
}

/// The connection to one PostgreSQL database, shared by all cities and stores of the process.
#[derive(Clone)]
pub struct Postgres {
    inner: Arc<Inner>,
}

struct Inner {
    writes: Sender<Box<dyn Work>>,
    reads: Sender<Box<dyn Work>>,
    shared: Arc<Shared>,
    _bell: Bell,
}

impl Postgres {
    /// Reads the address and starts the workers. They connect when they are first needed.
    pub fn open(url: &str, size: PostgresSize, shared: Arc<Shared>) -> Result<Postgres, Fault> {
        let config = config(url)?;
        let bell = Bell::hang(config.clone(), shared.clone())?;
        let (writes, writing) = bounded(QUEUE_ACTIONS);
        let (reads, reading) = bounded(QUEUE_ACTIONS);
        for _ in 0..size.writers {
            worker("pg-writer", &config, &writing, true, &shared, &bell)?;
        }
        for _ in 0..size.readers {
            worker("pg-reader", &config, &reading, false, &shared, &bell)?;
        }
        Ok(Postgres { inner: Arc::new(Inner { writes, reads, shared, _bell: bell }) })
    }

    pub(crate) fn submit(&self, work: Box<dyn Work>, writes: bool) -> Result<(), Fault> {
        let queue = if writes { &self.inner.writes } else { &self.inner.reads };
        queue.try_send(work).map_err(|_| super::queue_is_full())
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }
}

/// Reads a `postgres://` address; the fault never repeats it, as it holds a password.
pub(crate) fn config(url: &str) -> Result<Config, Fault> {
    let mut config: Config = url.parse().map_err(|_| Fault::new(Kind::Invalid, "database-address"))?;
    config.connect_timeout(Duration::from_secs(3));
    config.application_name("machiya");
    config.options(format!(
        "-c statement_timeout={}s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c client_min_messages=warning",
        STATEMENT_S
    ));
    Ok(config)
}

fn worker(
    name: &str,
    config: &Config,
    queue: &Receiver<Box<dyn Work>>,
    writes: bool,
    shared: &Arc<Shared>,
    bell: &Bell,
) -> Result<(), Fault> {
    let mut link = PgLink::new(config.clone())?;
    let (queue, shared, ringer) = (queue.clone(), shared.clone(), bell.ringer());
    let run = move || {
        while let Ok(first) = queue.recv() {
            if !writes {
                read_one(&mut link, first);
                continue;
            }
            let mut group = vec![first];
            while group.len() < GROUP_ACTIONS
                && let Ok(more) = queue.try_recv()
            {
                group.push(more);
            }
            write_group(&mut link, group, &|after: After| {
                ringer.ring(&after.wake);
                shared.after(after);
            });
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(run).map(|_| ()).map_err(Fault::internal)
}

fn read_one(link: &mut PgLink, mut work: Box<dyn Work>) {
    let outcome = link.connected().and_then(|()| {
        let quick = work.is_quick();
        if quick {
            link.begin_nothing();
        } else {
            link.begin("begin transaction isolation level repeatable read, read only");
        }
        let mut tx = Tx::new(Link::Postgres(link), work.city(), work.store(), false);
        // A failed read reports its own fault; there is nothing to undo.
        let _ = work.run(&mut tx);
        if quick { Ok(()) } else { link.end("commit") }
    });
    work.finish(outcome);
}

/// Runs a group in one transaction; if that fails in any way, each action alone. What follows a commit is done before
/// anybody is told of it, so that whoever asks next finds the caches in step.
fn write_group(link: &mut PgLink, mut group: Vec<Box<dyn Work>>, follow: &dyn Fn(After)) {
    if group.len() > 1 {
        match try_group(link, &mut group) {
            Attempt::Committed(after) => {
                follow(after);
                return group.into_iter().for_each(|work| work.finish(Ok(())));
            }
            Attempt::InDoubt(fault) => {
                return group.into_iter().for_each(|work| work.finish(Err(fault.clone())));
            }
            Attempt::RolledBack => {}
        }
    }
    for work in group {
        write_one(link, work, follow);
    }
}

enum Attempt {
    Committed(After),
    RolledBack,
    /// The connection broke while the commit was on its way: nobody here can know.
    InDoubt(Fault),
}

fn try_group(link: &mut PgLink, group: &mut [Box<dyn Work>]) -> Attempt {
    if link.connected().is_err() {
        return Attempt::RolledBack;
    }
    link.begin("begin");
    let mut after = After::default();
    for work in group {
        link.touched = false;
        let mut tx = Tx::new(Link::Postgres(link), work.city(), work.store(), true);
        let ran = work.run(&mut tx);
        let own = std::mem::take(&mut tx.after);
        match ran {
            Ok(()) => after.absorb(own),
            // An action that said no before it wrote anything leaves nothing behind.
            Err(Failure::Act) if !link.touched => {}
            Err(_) => {
                // A rollback that fails has lost its connection, which undoes as well.
                let _ = link.end("rollback");
                return Attempt::RolledBack;
            }
        }
    }
    match link.commit() {
        Ok(()) => Attempt::Committed(after),
        Err(Lost::Undone(_)) => Attempt::RolledBack,
        Err(Lost::Unknown(fault)) => Attempt::InDoubt(fault),
    }
}

fn write_one(link: &mut PgLink, mut work: Box<dyn Work>, follow: &dyn Fn(After)) {
    for turn in 0..=RERUNS {
        if let Err(fault) = link.connected() {
            return work.finish(Err(fault));
        }
        link.begin("begin");
        let mut tx = Tx::new(Link::Postgres(link), work.city(), work.store(), true);
        let ran = work.run(&mut tx);
        let own = std::mem::take(&mut tx.after);
        let fault = match ran {
            Ok(()) => match link.commit() {
                Ok(()) => {
                    follow(own);
                    return work.finish(Ok(()));
                }
                Err(Lost::Unknown(fault)) => return work.finish(Err(fault)),
                Err(Lost::Undone(fault)) => fault,
            },
            Err(failure) => {
                let again = link.lost_to_a_neighbour;
                // As above: a rollback that fails has lost its connection, which undoes as well.
                let _ = link.end("rollback");
                if !again {
                    return work.finish(match failure {
                        Failure::Act => Ok(()),
                        Failure::Store(fault) => Err(fault),
                    });
                }
                Fault::unavailable("lost to a neighbour")
            }
        };
        if turn == RERUNS || !link.lost_to_a_neighbour {
            return work.finish(Err(fault));
        }
    }
}

enum Lost {
    Undone(Fault),
    Unknown(Fault),
}

type Travelling<'a> = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + 'a>>;

/// One connection and what waits to travel on it.
pub(crate) struct PgLink {
    pub(super) runtime: Runtime,
    config: Config,
    pub(super) client: Option<Client>,
    failed: Option<Stopwatch>,
    used: Option<Stopwatch>,
    prepared: HashMap<usize, Statement>,
    pending: Vec<Pending>,
    /// Whether the action that runs now has changed anything, or broken the transaction.
    touched: bool,
    lost_to_a_neighbour: bool,
    server_said_no: bool,
}

enum Pending {
    Plain(&'static str),
    Prepared { sql: &'static Sql, statement: Statement, params: Vec<Param> },
    Lock { statement: Statement, key: String },
}

/// Prepared before it travels: a statement that still had to be parsed would be overtaken by the question it guards.
static LOCK_SHARED: Sql =
    Sql::new("select pg_advisory_xact_lock_shared(hashtextextended(?1, 0))", file!(), line!());
static LOCK: Sql = Sql::new("select pg_advisory_xact_lock(hashtextextended(?1, 0))", file!(), line!());

impl PgLink {
    pub(super) fn new(config: Config) -> Result<PgLink, Fault> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::internal)?;
        Ok(PgLink {
            runtime,
            config,
            client: None,
            failed: None,
            used: None,
            prepared: HashMap::new(),
            pending: Vec::new(),
            touched: false,
            lost_to_a_neighbour: false,
            server_said_no: false,
        })
    }

    /// Makes sure that there is a connection; a database that went away is found again here.
    pub(super) fn connected(&mut self) -> Result<(), Fault> {
        if self.used.is_some_and(|since| since.ms() < IDLE_MS) && self.is_open() || self.answers() {
            self.used = Some(Stopwatch::new());
            return Ok(());
        }
        self.forget();
        if self.failed.is_some_and(|since| since.ms() < RECONNECT_MS) {
            return Err(away("the last attempt to connect failed"));
        }
        let config = self.config.clone();
        let connected = self.runtime.block_on(async move {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(async move {
                // The next statement notices that the connection has ended.
                let _ = connection.await;
            });
            Ok::<_, tokio_postgres::Error>(client)
        });
        match connected {
            Ok(client) => {
                self.client = Some(client);
                self.failed = None;
                self.used = Some(Stopwatch::new());
                Ok(())
            }
            Err(fault) => {
                self.failed = Some(Stopwatch::new());
                Err(away(fault))
            }
        }
    }

    fn is_open(&self) -> bool {
        self.client.as_ref().is_some_and(|client| !client.is_closed())
    }

    /// Nobody listens on an idle connection, so that its end goes unnoticed until it is used.
    fn answers(&self) -> bool {
        let Some(client) = self.client.as_ref().filter(|client| !client.is_closed()) else { return false };
        let asked = async { tokio::time::timeout(Duration::from_secs(3), client.batch_execute("")).await };
        matches!(self.runtime.block_on(asked), Ok(Ok(())))
    }

    fn forget(&mut self) {
        self.client = None;
        self.prepared.clear();
        self.pending.clear();
    }

    pub(super) fn begin(&mut self, how: &'static str) {
        self.begin_nothing();
        self.pending.push(Pending::Plain(how));
    }

    /// Each statement stands for itself.
    fn begin_nothing(&mut self) {
        self.pending.clear();
        self.touched = false;
        self.lost_to_a_neighbour = false;
        self.server_said_no = false;
    }

    fn end(&mut self, how: &'static str) -> Result<(), Fault> {
        if how == "rollback" {
            // What has not travelled yet need not.
            let only_begin = matches!(self.pending.first(), Some(Pending::Plain(_)));
            self.pending.clear();
            if only_begin {
                return Ok(());
            }
        }
        self.pending.push(Pending::Plain(how));
        self.flush()
    }

    fn commit(&mut self) -> Result<(), Lost> {
        // PostgreSQL turns the commit of a failed transaction into a rollback, so what waits travels together with
        // the commit: an answer that names an error means undone, no answer at all means that nobody knows.
        self.pending.push(Pending::Plain("commit"));
        match self.flush() {
            Ok(()) => Ok(()),
            Err(fault) if self.server_said_no => {
                self.pending.clear();
                // Harmless when the transaction has ended already.
                self.pending.push(Pending::Plain("rollback"));
                let _ = self.flush();
                Err(Lost::Undone(fault))
            }
            Err(fault) => Err(Lost::Unknown(fault)),
        }
    }

    pub(super) fn flush(&mut self) -> Result<(), Fault> {
        while !self.pending.is_empty() {
            let some: Vec<Pending> =
                self.pending.drain(..self.pending.len().min(PIPELINE_STATEMENTS)).collect();
            self.travel(&some, None)?;
        }
        Ok(())
    }

    /// Sends statements in order, and a question after them; waits for all answers.
    fn travel(
        &mut self,
        some: &[Pending],
        question: Option<(&'static Sql, &Statement, &[&(dyn ToSql + Sync)])>,
    ) -> Result<Vec<tokio_postgres::Row>, Fault> {
        let Some(client) = &self.client else { return Err(away("no connection")) };
        let journey = async {
            let first: Vec<Travelling<'_>> = some.iter().map(|one| one.travel(client)).collect();
            let asked = async {
                match question {
                    Some((_, statement, params)) => client.query(statement, params).await,
                    None => Ok(Vec::new()),
                }
            };
            join(join_all(first), asked).await
        };
        let answered = self
            .runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(STATEMENT_S + 5), journey).await });
        let Ok((firsts, answer)) = answered else {
            self.forget();
            return Err(away("the database does not answer"));
        };
        for (one, outcome) in some.iter().zip(firsts) {
            if let Err(fault) = outcome {
                return Err(self.failed_at(one.place(), &fault));
            }
        }
        answer.map_err(|fault| {
            let place = question.map_or_else(String::new, |(sql, _, _)| format!("{}:{}", sql.file, sql.line));
            self.failed_at(place, &fault)
        })
    }

    fn failed_at(&mut self, place: String, fault: &tokio_postgres::Error) -> Fault {
        self.touched = true;
        let state = fault.code();
        self.server_said_no = state.is_some();
        if matches!(state, Some(code) if *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::LOCK_NOT_AVAILABLE)
        {
            self.lost_to_a_neighbour = true;
        }
        let said = fault.as_db_error().map_or_else(|| fault.to_string(), |db| db.message().to_owned());
        let detail = format!("{place}: {said}");
        match state {
            None => away(detail),
            Some(code) if *code == SqlState::UNIQUE_VIOLATION => Fault::exists().detail(detail),
            Some(code) if *code == SqlState::DISK_FULL => {
                Fault::new(Kind::Unavailable, "disk-full").retry_after(10).detail(detail)
            }
            // Class 57: the server is going down; 53: out of connections or memory; 08: connection.
            Some(code)
                if ["57", "53", "08", "40", "55"].iter().any(|class| code.code().starts_with(class)) =>
            {
                away(detail)
            }
            Some(_) => Fault::internal(detail),
        }
    }

    fn prepare(&mut self, sql: &'static Sql) -> Result<Statement, Fault> {
        let key = std::ptr::from_ref(sql) as usize;
        if let Some(statement) = self.prepared.get(&key) {
            return Ok(statement.clone());
        }
        self.flush()?;
        let Some(client) = &self.client else { return Err(away("no connection")) };
        match self.runtime.block_on(client.prepare(sql.for_postgres())) {
            Ok(statement) => {
                self.prepared.insert(key, statement.clone());
                Ok(statement)
            }
            Err(fault) => Err(self.failed_at(format!("{}:{}", sql.file, sql.line), &fault)),
        }
    }

    pub(crate) fn each(
        &mut self,
        sql: &'static Sql,
        city: &Param,
        params: &[Param],
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let statement = self.prepare(sql)?;
        let bound = bind(sql, &statement, city, params)?;
        while self.pending.len() > PIPELINE_STATEMENTS {
            let some: Vec<Pending> = self.pending.drain(..PIPELINE_STATEMENTS).collect();
            self.travel(&some, None)?;
        }
        let some = std::mem::take(&mut self.pending);
        self.touched |= sql.changes();
        let rows = self.travel(&some, Some((sql, &statement, &bound)))?;
        rows.iter().try_for_each(|row| take(&Row::Postgres(row)))
    }

    pub(crate) fn exec(&mut self, sql: &'static Sql, city: &Param, params: &[Param]) -> Result<u64, Fault> {
        let statement = self.prepare(sql)?;
        let bound = bind(sql, &statement, city, params)?;
        self.flush()?;
        self.touched = true;
        let Some(client) = &self.client else { return Err(away("no connection")) };
        let answered = self.runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(STATEMENT_S + 5), client.execute(&statement, &bound))
                .await
        });
        match answered {
            Ok(Ok(count)) => Ok(count),
            Ok(Err(fault)) => Err(self.failed_at(format!("{}:{}", sql.file, sql.line), &fault)),
            Err(_) => {
                self.forget();
                Err(away("the database does not answer"))
            }
        }
    }

    pub(crate) fn put(&mut self, sql: &'static Sql, city: &Param, params: &[Param]) -> Result<(), Fault> {
        let statement = self.prepare(sql)?;
        bind(sql, &statement, city, params)?;
        self.touched = true;
        let all = if statement.params().is_empty() {
            Vec::new()
        } else {
            std::iter::once(city.clone()).chain(params.iter().cloned()).collect()
        };
        self.pending.push(Pending::Prepared { sql, statement, params: all });
        Ok(())
    }

    pub(crate) fn lock(&mut self, key: &str) -> Result<(), Fault> {
        self.lock_by(&LOCK, key)
    }

    pub(crate) fn lock_shared(&mut self, key: &str) -> Result<(), Fault> {
        self.lock_by(&LOCK_SHARED, key)
    }

    fn lock_by(&mut self, how: &'static Sql, key: &str) -> Result<(), Fault> {
        let statement = self.prepare(how)?;
        self.touched = true;
        self.pending.push(Pending::Lock { statement, key: key.to_owned() });
        Ok(())
    }
}

impl Pending {
    fn travel<'a>(&'a self, client: &'a Client) -> Travelling<'a> {
        match self {
            Pending::Plain(sql) => Box::pin(client.batch_execute(sql)),
            Pending::Prepared { statement, params, .. } => Box::pin(async move {
                let bound: Vec<&(dyn ToSql + Sync)> =
                    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect();
                client.execute(statement, &bound).await.map(|_| ())
            }),
            Pending::Lock { statement, key } => {
                Box::pin(async move { client.execute(statement, &[key]).await.map(|_| ()) })
            }
        }
    }

    fn place(&self) -> String {
        match self {
            Pending::Plain(sql) => (*sql).to_owned(),
            Pending::Prepared { sql, .. } => format!("{}:{}", sql.file, sql.line),
            Pending::Lock { .. } => "lock".to_owned(),
        }
    }
}

fn bind<'a>(
    sql: &Sql,
    statement: &Statement,
    city: &'a Param,
    params: &'a [Param],
) -> Result<Vec<&'a (dyn ToSql + Sync)>, Fault> {
    let wanted = statement.params().len();
    if wanted == 0 && params.is_empty() {
        return Ok(Vec::new());
    }
    if wanted != params.len() + 1 {
        return Err(Fault::internal(format!(
            "{}:{} takes {wanted} parameters, got {} and the city",
            sql.file,
            sql.line,
            params.len()
        )));
    }
    Ok(std::iter::once(city).chain(params).map(|param| param as &(dyn ToSql + Sync)).collect())
}

fn away(detail: impl ToString) -> Fault {
    Fault::new(Kind::Unavailable, "database-away").retry_after(2).detail(detail)
}

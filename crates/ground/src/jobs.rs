//! Jobs: what comes after an act, as rows written with it and done later, at least once, with retry and a dead-letter
//! list that staff can see.

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

use crate::action::Boxed;
use crate::city::City;
use crate::cx::{Cx, Via};
use crate::db::{Topic, Tx};
use crate::fault::{Fault, Kind};
use crate::house::House;
use crate::id::Id;
use crate::who::Who;
use crate::words::Lang;
use crate::{params, sql};

/// Urgency: a lower lane never waits behind a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    Urgent = 0,
    Soon = 1,
    Normal = 2,
    Bulk = 3,
}

/// How a job is done.
pub enum JobRun {
    /// In one transaction together with its own completion: its effect happens exactly once.
    InTx(fn(&mut Tx<'_>, &Cx, &Value) -> Result<(), Fault>),
    /// With waiting (network, files): at least once, so its effect must bear being repeated.
    Outside(fn(Cx, Value) -> Boxed<'static, Result<(), Fault>>),
}

/// A kind of job, declared by its room.
pub struct JobKind {
    pub name: &'static str,
    pub lane: Lane,
    pub tries_max: i64,
    pub run: JobRun,
}

/// A job that comes by the clock of the city.
pub struct Schedule {
    pub name: &'static str,
    /// Five fields of cron, on the city's own clock.
    pub cron: &'static str,
    pub kind: &'static str,
}

/// The job behind "try again" for an event that a reader could not take in.
pub const EVENT_AGAIN: &str = "ground.event_again";

const LEASE_MS: i64 = 60_000;
/// A job that waits for the outside keeps its lease by renewing it this often, for as long as it may take at all.
const RENEW: Duration = Duration::from_secs(20);
const OUTSIDE_MAX: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(500);
/// Jobs that one worker holds at a time.
const HELD_JOBS: usize = 256;
const BACKOFF_FIRST_MS: i64 = 1_000;
const BACKOFF_MAX_MS: i64 = 15 * 60_000;
const SWEEP: Duration = Duration::from_secs(5);

/// Set once, when the program is asked to stop: workers finish what they hold.
#[derive(Clone, Default)]
pub struct Stop {
    inner: Arc<(AtomicBool, Notify)>,
}

impl Stop {
    pub fn set(&self) {
        self.inner.0.store(true, Ordering::SeqCst);
        self.inner.1.notify_waiters();
    }

    pub fn is_set(&self) -> bool {
        self.inner.0.load(Ordering::SeqCst)
    }

    /// Waits until it is set.
    pub async fn wait(&self) {
        let notified = self.inner.1.notified();
        if !self.is_set() {
            notified.await;
        }
    }
}

impl Tx<'_> {
    /// Leaves a job. While a job of the same kind and key waits, a second one is the same job.
    pub fn enqueue(
        &mut self,
        cx: &Cx,
        kind: &'static str,
        key: Option<&str>,
        body: &Value,
    ) -> Result<(), Fault> {
        self.enqueue_at(cx, kind, key, body, cx.now_ms())
    }

    pub fn enqueue_at(
        &mut self,
        cx: &Cx,
        kind: &'static str,
        key: Option<&str>,
        body: &Value,
        due_ms: i64,
    ) -> Result<(), Fault> {
        let known = kind_of(cx.house(), kind)?;
        let id = cx.id();
        let key = key.unwrap_or(id.as_str()).to_owned();
        self.put(
            sql!(
                "insert into ground_job (city, id, lane, kind, key, body, state, due_ms, lease_until_ms, lease_by,
                                         tries, tries_max, last_fault, created_ms)
                 values (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7, 0, '', 0, ?8, '', ?9)
                 on conflict (city, kind, key) do nothing"
            ),
            params![&id, known.lane as i32, kind, key, body, due_ms, known.tries_max, cx.now_ms()],
        )?;
        self.wake(Topic::Jobs);
        Ok(())
    }
}

/// Puts something straight on the dead-letter list.
pub(crate) fn bury(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: &'static str,
    body: &Value,
    why: &str,
) -> Result<(), Fault> {
    let id = cx.id();
    tx.put(
        sql!(
            "insert into ground_job (city, id, lane, kind, key, body, state, due_ms, lease_until_ms, lease_by,
                                     tries, tries_max, last_fault, created_ms)
             values (?1, ?2, 2, ?3, ?2, ?4, 'dead', ?5, 0, '', 0, 5, ?6, ?5)"
        ),
        params![&id, kind, body, cx.now_ms(), why],
    )
}

fn kind_of<'a>(house: &'a House, name: &str) -> Result<&'a JobKind, Fault> {
    house
        .rooms
        .iter()
        .flat_map(|room| room.jobs)
        .find(|kind| kind.name == name)
        .ok_or_else(|| Fault::internal(format!("there is no kind of job {name}")))
}

/// A job that this worker holds.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: Id,
    pub kind: String,
    pub body: Value,
    pub tries: i64,
    pub tries_max: i64,
}

/// Takes jobs that are due. Nobody else gets them until the lease ends.
async fn claim(
    city: &Arc<City>,
    worker: &str,
    lanes: (i64, i64),
    at_most: usize,
    now_ms: i64,
) -> Result<Vec<Job>, Fault> {
    // Most looks find nothing: those cost a read, not a turn of the writer.
    let due = city
        .db
        .read_quick(move |tx| {
            tx.opt(
                sql!(
                    "select j.id from ground_job j
                     where j.city = ?1 and j.state = 'waiting' and j.lane between ?2 and ?3 and j.due_ms <= ?4 limit 1"
                ),
                params![lanes.0, lanes.1, now_ms],
                |_| Ok(()),
            )
        })
        .await?;
    if due.is_none() {
        return Ok(Vec::new());
    }
    let worker = worker.to_owned();
    city.db
        .write(move |tx| {
            tx.all(
                sql!(
                    "update ground_job set state = 'leased', lease_until_ms = ?2, lease_by = ?3, tries = tries + 1
                     where city = ?1 and id in (
                         select j.id from ground_job j
                         where j.city = ?1 and j.state = 'waiting' and j.due_ms <= ?4 and j.lane between ?5 and ?6
                         order by j.lane, j.due_ms, j.id limit ?7 {skip_locked})
                     returning id, kind, body, tries, tries_max"
                ),
                params![now_ms + LEASE_MS, worker.as_str(), now_ms, lanes.0, lanes.1, at_most],
                |row| {
                    Ok(Job {
                        id: row.get(0)?,
                        kind: row.get(1)?,
                        body: row.get(2)?,
                        tries: row.get(3)?,
                        tries_max: row.get(4)?,
                    })
                },
            )
        })
        .await
}

/// Removes a finished job; refused when its lease has gone to somebody else.
fn complete(tx: &mut Tx<'_>, worker: &str, id: &Id) -> Result<(), Fault> {
    let gone = tx.exec(
        sql!("delete from ground_job where city = ?1 and id = ?2 and state = 'leased' and lease_by = ?3"),
        params![id, worker],
    )?;
    if gone == 1 { Ok(()) } else { Err(Fault::new(Kind::Conflict, "lease-lost")) }
}

async fn run_one(house: &Arc<House>, city: &Arc<City>, worker: &str, job: Job) {
    let cx = Cx::new(house, city, Who::system(), Lang::Ja, Via::Job);
    let (id, owner) = (job.id.clone(), worker.to_owned());
    let outcome = match kind_of(house, &job.kind) {
        Err(fault) => Err(fault),
        Ok(kind) => match kind.run {
            JobRun::InTx(run) => {
                let (cx, body) = (cx.clone(), job.body.clone());
                let mark = cx.mark();
                city.db
                    .write(move |tx| {
                        cx.rewind(mark);
                        run(tx, &cx, &body)?;
                        complete(tx, &owner, &id)
                    })
                    .await
            }
            JobRun::Outside(run) => match outside(&cx, worker, &job, run).await {
                Ok(()) => city.db.write(move |tx| complete(tx, &owner, &id)).await,
                Err(fault) => Err(fault),
            },
        },
    };
    match outcome {
        Ok(()) => metrics::counter!("machiya_jobs_done_total").increment(1),
        Err(fault) if fault.code() == "lease-lost" => {
            tracing::warn!(kind = job.kind, job = %job.id, "the lease went to another worker");
        }
        Err(fault) => {
            metrics::counter!("machiya_jobs_failed_total").increment(1);
            tracing::warn!(kind = job.kind, job = %job.id, tries = job.tries, %fault, "a job failed");
            if let Err(fault) = put_back(&cx, worker, &job, &fault).await {
                // The lease ends by itself and the job is taken again.
                tracing::warn!(job = %job.id, %fault, "a failed job could not be put back");
            }
        }
    }
}

/// Runs a job that waits for the outside, and keeps its lease meanwhile.
async fn outside(
    cx: &Cx,
    worker: &str,
    job: &Job,
    run: fn(Cx, Value) -> Boxed<'static, Result<(), Fault>>,
) -> Result<(), Fault> {
    let running = tokio::time::timeout(OUTSIDE_MAX, run(cx.clone(), job.body.clone()));
    tokio::pin!(running);
    loop {
        tokio::select! {
            ran = &mut running => return ran.unwrap_or_else(|_| Err(Fault::new(Kind::TooSlow, "too-slow"))),
            () = tokio::time::sleep(RENEW) => {
                let (id, owner) = (job.id.clone(), worker.to_owned());
                let until_ms = cx.house().clock.now_ms() + LEASE_MS;
                let kept = cx.city().db.write(move |tx| {
                    tx.exec(
                        sql!("update ground_job set lease_until_ms = ?4 where city = ?1 and id = ?2 and lease_by = ?3"),
                        params![&id, owner.as_str(), until_ms],
                    )
                });
                if kept.await.is_ok_and(|kept| kept == 0) {
                    return Err(Fault::new(Kind::Conflict, "lease-lost"));
                }
            }
        }
    }
}

/// Back into the queue with a growing, jittered delay, or onto the dead-letter list.
async fn put_back(cx: &Cx, worker: &str, job: &Job, fault: &Fault) -> Result<(), Fault> {
    let (id, owner, why) = (job.id.clone(), worker.to_owned(), fault.to_string());
    let dead = job.tries >= job.tries_max;
    let [jitter, ..] = cx.secret();
    let due_ms = cx.now_ms() + backoff_ms(job.tries, jitter);
    let why: String = why.chars().take(500).collect();
    cx.city()
        .db
        .write(move |tx| {
            tx.exec(
                sql!(
                    "update ground_job set state = ?4, due_ms = ?5, lease_by = '', lease_until_ms = 0, last_fault = ?6
                     where city = ?1 and id = ?2 and lease_by = ?3"
                ),
                params![&id, owner.as_str(), if dead { "dead" } else { "waiting" }, due_ms, why.as_str()],
            )
        })
        .await?;
    Ok(())
}

/// 1 s, 2 s, 4 s … up to a quarter of an hour, each spread over half to one and a half of itself.
fn backoff_ms(tries: i64, jitter: u8) -> i64 {
    let doubled = BACKOFF_FIRST_MS.saturating_mul(1 << tries.clamp(0, 20));
    let whole = (doubled / 2).min(BACKOFF_MAX_MS);
    whole / 2 + whole * i64::from(jitter) / 255
}

/// Works on one range of lanes of one city until the program stops; finishes what it holds.
pub async fn work(house: Arc<House>, city: Arc<City>, worker: String, lanes: (Lane, Lane), stop: Stop) {
    let lanes = (lanes.0 as i64, lanes.1 as i64);
    let worker: Arc<str> = worker.into();
    let mut bell = house.shared.listen(Topic::Jobs);
    let mut held = tokio::task::JoinSet::new();
    while !stop.is_set() {
        while held.try_join_next().is_some() {}
        // New jobs are taken when half the hands are free: a slow job holds nobody else up, and taking stays cheap.
        if held.len() > HELD_JOBS / 2 {
            held.join_next().await;
            continue;
        }
        match claim(&city, &worker, lanes, HELD_JOBS - held.len(), house.clock.now_ms()).await {
            Ok(jobs) if jobs.is_empty() => {
                tokio::select! {
                    () = bell.wait(POLL) => {}
                    () = stop.wait() => {}
                }
            }
            Ok(jobs) => {
                for job in jobs {
                    let (house, city, worker) = (house.clone(), city.clone(), worker.clone());
                    held.spawn(async move { run_one(&house, &city, &worker, job).await });
                }
            }
            Err(fault) => {
                tracing::warn!(%fault, "jobs could not be taken");
                tokio::time::sleep(POLL).await;
            }
        }
    }
    while held.join_next().await.is_some() {}
}

/// Gives back what dead workers held, and leaves the jobs that the clock asks for.
pub async fn sweep(house: Arc<House>, city: Arc<City>, stop: Stop) {
    while !stop.is_set() {
        if let Err(fault) = sweep_once(&house, &city).await {
            tracing::warn!(%fault, "the sweep of jobs failed");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            () = stop.wait() => {}
        }
    }
}

pub async fn sweep_once(house: &Arc<House>, city: &Arc<City>) -> Result<(), Fault> {
    let cx = Cx::new(house, city, Who::system(), Lang::Ja, Via::Job);
    let mark = cx.mark();
    city.db
        .write(move |tx| {
            cx.rewind(mark);
            let back = tx.exec(
                sql!(
                    "update ground_job
                     set state = case when tries >= tries_max then 'dead' else 'waiting' end, lease_by = '',
                         last_fault = 'lease-ended'
                     where city = ?1 and state = 'leased' and lease_until_ms < ?2"
                ),
                params![cx.now_ms()],
            )?;
            if back > 0 {
                tx.wake(Topic::Jobs);
            }
            tx.lock("schedules")?;
            for schedule in cx.house().rooms.iter().flat_map(|room| room.schedules) {
                tick(tx, &cx, schedule)?;
            }
            Ok(())
        })
        .await
}

fn tick(tx: &mut Tx<'_>, cx: &Cx, schedule: &Schedule) -> Result<(), Fault> {
    let due = tx.opt(
        sql!("select next_ms from ground_schedule where city = ?1 and name = ?2"),
        params![schedule.name],
        |row| row.get::<i64>(0),
    )?;
    if due.is_some_and(|due| due > cx.now_ms()) {
        return Ok(());
    }
    if let Some(due) = due {
        let kind = kind_of(cx.house(), schedule.kind)?.name;
        let key = format!("{}@{due}", schedule.name);
        tx.enqueue(cx, kind, Some(&key), &serde_json::json!({"due_ms": due}))?;
    }
    let next = croner::Cron::from_str(schedule.cron)
        .and_then(|cron| cron.find_next_occurrence(&cx.now(), false))
        .map_err(|fault| Fault::internal(format!("{}: {fault}", schedule.name)))?;
    tx.exec(
        sql!(
            "insert into ground_schedule (city, name, next_ms) values (?1, ?2, ?3)
             on conflict (city, name) do update set next_ms = excluded.next_ms"
        ),
        params![schedule.name, next.timestamp().as_millisecond()],
    )?;
    Ok(())
}

/// Starts readers and workers for a city; they stop when asked, after finishing what they hold.
pub fn start(
    house: &Arc<House>,
    city: &Arc<City>,
    worker: &str,
    stop: &Stop,
) -> Vec<tokio::task::JoinHandle<()>> {
    let mut tasks = Vec::new();
    let name = |lane: &str| format!("{worker}/{lane}");
    for (lane, lanes) in [("urgent", (Lane::Urgent, Lane::Urgent)), ("rest", (Lane::Soon, Lane::Bulk))] {
        tasks.push(tokio::spawn(work(house.clone(), city.clone(), name(lane), lanes, stop.clone())));
    }
    tasks.push(tokio::spawn(sweep(house.clone(), city.clone(), stop.clone())));
    for reader in house.rooms.iter().flat_map(|room| room.readers) {
        tasks.push(tokio::spawn(crate::events::follow(house.clone(), city.clone(), reader, stop.clone())));
    }
    for round in house.rooms.iter().flat_map(|room| room.rounds) {
        tasks.push(tokio::spawn(crate::rounds::go(house.clone(), city.clone(), round, stop.clone())));
    }
    tasks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn delays_grow_and_stay_within_their_limit(tries in 0i64..100, jitter in any::<u8>()) {
            let delay = backoff_ms(tries, jitter);
            prop_assert!((BACKOFF_FIRST_MS / 4..=BACKOFF_MAX_MS * 3 / 2).contains(&delay));
            prop_assert!(backoff_ms(tries + 1, 0) >= backoff_ms(tries, 0));
        }
    }
}

//! Jobs: urgency, leases, retries, the dead-letter list, and effects that happen once.

use std::sync::Arc;

use ground::fault::{Fault, Kind};
use ground::jobs::sweep_once;
use ground::who::Who;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::probe;
use tests::town::{admin, each_store, resident};

use super::{Worker, until};

const MINUTE_MS: i64 = 60_000;

async fn leave(town: &Town, kind: &'static str, key: Option<&'static str>) {
    let cx = town.cx(Who::system());
    town.city().db.write(move |tx| tx.enqueue(&cx, kind, key, &json!({"kind": kind}))).await.expect("left");
}

async fn job(town: &Town, kind: &'static str) -> Option<(String, i64, i64)> {
    town.ask(move |tx| probe::job(tx, kind)).await
}

async fn marks(town: &Town, kind: &'static str) -> i64 {
    town.ask(move |tx| probe::marks(tx, kind)).await
}

#[test]
fn urgent_jobs_are_done_before_the_ones_that_came_first() {
    each_store(|town| async move {
        // More than one turn of the worker in the slow lane, then one urgent job behind them all.
        let cx = town.cx(Who::system());
        town.city()
            .db
            .write(move |tx| {
                for _ in 0..300 {
                    tx.enqueue(&cx, "probe.bulk", None, &json!({"kind": "probe.bulk"}))?;
                }
                Ok(())
            })
            .await
            .expect("left");
        town.clock.advance_ms(10);
        leave(&town, "probe.soon", None).await;
        leave(&town, "probe.urgent", None).await;
        let worker = Worker::start(&town, town.city(), "worker");
        until("the urgent job is done", || async { marks(&town, "probe.urgent").await == 1 }).await;
        until("all are done", || async { marks(&town, "probe.bulk").await == 300 }).await;
        worker.stop().await;
        let order = town
            .ask(|tx| {
                tx.all(
                    sql!("select kind, count(*) from probe_done where city = ?1 group by kind order by kind"),
                    params![],
                    |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
                )
            })
            .await;
        assert_eq!(order.len(), 3);
    });
}

#[test]
fn jobs_are_taken_by_lane_then_by_age() {
    each_store(|town| async move {
        for kind in ["probe.bulk", "probe.count", "probe.soon", "probe.urgent"] {
            leave(&town, kind, None).await;
            town.clock.advance_ms(5);
        }
        // What a worker would take, lane by lane: the same statement that takes, seen through its effect on each lane.
        let seen = town
            .ask(|tx| {
                tx.all(
                    sql!(
                        "select kind from ground_job where city = ?1 and state = 'waiting'
                         order by lane, due_ms, id"
                    ),
                    params![],
                    |row| row.get::<String>(0),
                )
            })
            .await;
        assert_eq!(seen, ["probe.urgent", "probe.soon", "probe.count", "probe.bulk"]);
    });
}

#[test]
fn a_job_that_is_not_due_waits() {
    each_store(|town| async move {
        let cx = town.cx(Who::system());
        let due = cx.now_ms() + MINUTE_MS;
        town.city()
            .db
            .write(move |tx| tx.enqueue_at(&cx, "probe.count", None, &json!({"kind": "probe.count"}), due))
            .await
            .expect("left");
        leave(&town, "probe.soon", None).await;
        let worker = Worker::start(&town, town.city(), "worker");
        until("the one that is due is done", || async { marks(&town, "probe.soon").await == 1 }).await;
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(marks(&town, "probe.count").await, 0);
        town.clock.advance_ms(MINUTE_MS + 1);
        until("its time has come", || async { marks(&town, "probe.count").await == 1 }).await;
        worker.stop().await;
    });
}

#[test]
fn the_effect_of_a_job_happens_once_under_two_workers() {
    each_store(|town| async move {
        let workers: Vec<Worker> =
            ["one", "two"].iter().map(|name| Worker::start(&town, town.city(), name)).collect();
        for _ in 0..4 {
            let cx = town.cx(Who::system());
            town.city()
                .db
                .write(move |tx| {
                    for _ in 0..60 {
                        tx.enqueue(&cx, "probe.count", None, &json!({"kind": "probe.count"}))?;
                    }
                    Ok(())
                })
                .await
                .expect("left");
        }
        until("the queue is empty", || async { town.ask(|tx| probe::jobs(tx, "probe.count")).await == 0 })
            .await;
        for worker in workers {
            worker.stop().await;
        }
        assert_eq!(marks(&town, "probe.count").await, 240);
    });
}

#[test]
fn a_job_with_waiting_in_it_is_done_as_well() {
    each_store(|town| async move {
        leave(&town, "probe.outside", None).await;
        let worker = Worker::start(&town, town.city(), "worker");
        until("it is done and gone", || async { town.ask(|tx| probe::jobs(tx, "probe.outside")).await == 0 })
            .await;
        worker.stop().await;
        assert_eq!(marks(&town, "probe.outside").await, 1);
    });
}

#[test]
fn while_a_job_of_the_same_key_waits_a_second_one_is_the_same() {
    each_store(|town| async move {
        for _ in 0..3 {
            leave(&town, "probe.count", Some("rebuild")).await;
        }
        leave(&town, "probe.soon", Some("rebuild")).await;
        assert_eq!(town.ask(|tx| probe::jobs(tx, "probe.count")).await, 1);
        assert_eq!(town.ask(|tx| probe::jobs(tx, "probe.soon")).await, 1, "another kind is another job");
        let worker = Worker::start(&town, town.city(), "worker");
        until("done", || async { marks(&town, "probe.count").await == 1 }).await;
        worker.stop().await;
        leave(&town, "probe.count", Some("rebuild")).await;
        assert_eq!(
            town.ask(|tx| probe::jobs(tx, "probe.count")).await,
            1,
            "once done, the key is free again"
        );
    });
}

/// A worker that took the job and then died, as seen from outside.
async fn dies_with(town: &Town, kind: &'static str) {
    let until_ms = town.cx(Who::system()).now_ms() + MINUTE_MS;
    let taken = town
        .city()
        .db
        .write(move |tx| {
            tx.exec(
                sql!(
                    "update ground_job set state = 'leased', lease_by = 'dead', lease_until_ms = ?3, tries = tries + 1
                     where city = ?1 and kind = ?2 and state = 'waiting'"
                ),
                params![kind, until_ms],
            )
        })
        .await
        .expect("taken");
    assert_eq!(taken, 1);
}

async fn sweep(town: &Arc<Town>) {
    sweep_once(&town.house, town.city()).await.expect("swept");
}

#[test]
fn what_a_dead_worker_held_is_taken_again_once_its_lease_has_ended() {
    each_store(|town| async move {
        leave(&town, "probe.count", None).await;
        dies_with(&town, "probe.count").await;
        sweep(&town).await;
        assert_eq!(job(&town, "probe.count").await.expect("there").0, "leased", "the lease still runs");
        town.clock.advance_ms(MINUTE_MS + 1);
        sweep(&town).await;
        assert_eq!(job(&town, "probe.count").await.expect("there").0, "waiting");
        let worker = Worker::start(&town, town.city(), "alive");
        until("done by somebody else", || async { marks(&town, "probe.count").await == 1 }).await;
        worker.stop().await;
    });
}

#[test]
fn a_job_that_kills_its_workers_ends_on_the_dead_letter_list() {
    each_store(|town| async move {
        leave(&town, "probe.flaky", None).await;
        for _ in 0..3 {
            dies_with(&town, "probe.flaky").await;
            town.clock.advance_ms(MINUTE_MS + 1);
            sweep(&town).await;
        }
        assert_eq!(job(&town, "probe.flaky").await.expect("there").0, "dead");
    });
}

#[test]
fn a_failing_job_is_tried_again_later_and_later_and_then_rests() {
    each_store(|town| async move {
        town.city().db.write(|tx| probe::switch(tx, "broken", true)).await.expect("switched");
        leave(&town, "probe.flaky", None).await;
        let worker = Worker::start(&town, town.city(), "worker");
        let mut delays = Vec::new();
        for tries in 1..=3 {
            until("it has failed once more", || async {
                job(&town, "probe.flaky")
                    .await
                    .is_some_and(|(state, tried, _)| tried == tries && state != "leased")
            })
            .await;
            let (state, _, due_ms) = job(&town, "probe.flaky").await.expect("there");
            assert_eq!(state, if tries == 3 { "dead" } else { "waiting" });
            let now_ms = town.cx(Who::system()).now_ms();
            delays.push(due_ms - now_ms);
            town.clock.advance_ms(due_ms - now_ms + 1);
        }
        worker.stop().await;
        assert!(delays.iter().all(|delay| (250..60_000).contains(delay)), "{delays:?}");
        assert_eq!(marks(&town, "probe.flaky").await, 0, "what a failed try did is undone");

        // Nothing happens to a dead job by itself; staff see it, and decide.
        let list = town.call(admin(), "ground.jobs", json!({"state": "dead"})).await.expect("the list");
        let row = &list["rows"][0];
        assert_eq!((row["kind"].as_str(), row["tries"].as_i64()), (Some("probe.flaky"), Some(3)));
        assert!(row["last_fault"].as_str().expect("a reason").contains("exists"), "{row}");
        assert!(row.get("body").is_none(), "the body may name people");

        town.city().db.write(|tx| probe::switch(tx, "broken", false)).await.expect("switched");
        town.call(admin(), "ground.retry_job", json!({"id": row["id"]})).await.expect("tried again");
        let worker = Worker::start(&town, town.city(), "worker");
        until("it works now", || async { marks(&town, "probe.flaky").await == 1 }).await;
        worker.stop().await;
    });
}

#[test]
fn staff_give_a_dead_job_up_for_good() {
    each_store(|town| async move {
        leave(&town, "probe.flaky", None).await;
        let waiting = town.call(admin(), "ground.jobs", json!({})).await.expect("the list");
        let id = waiting["rows"][0]["id"].clone();
        for action in ["ground.retry_job", "ground.dismiss_job"] {
            let fault = town.call(admin(), action, json!({"id": id})).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::Missing, "{action} takes dead jobs only");
        }
        for _ in 0..3 {
            dies_with(&town, "probe.flaky").await;
            town.clock.advance_ms(MINUTE_MS + 1);
            sweep(&town).await;
        }
        let fault = town.call(resident(5), "ground.dismiss_job", json!({"id": id})).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused);
        town.call(admin(), "ground.dismiss_job", json!({"id": id})).await.expect("given up");
        assert_eq!(job(&town, "probe.flaky").await, None);
    });
}

#[test]
fn a_scheduled_job_comes_once_with_two_nodes_and_not_for_every_day_missed() {
    each_store(|town| async move {
        // The first look only notes when the next 06:00 of the city is.
        sweep(&town).await;
        assert_eq!(town.ask(|tx| probe::jobs(tx, "probe.count")).await, 0);
        town.clock.advance_ms(20 * 60 * MINUTE_MS);
        sweep(&town).await;
        assert_eq!(town.ask(|tx| probe::jobs(tx, "probe.count")).await, 0, "05:00 in Tokyo: not yet");
        town.clock.advance_ms(61 * MINUTE_MS);
        let both: Vec<Result<(), Fault>> =
            futures_util::future::join_all((0..6).map(|_| sweep_once(&town.house, town.city()))).await;
        assert!(both.iter().all(Result::is_ok), "{both:?}");
        assert_eq!(
            town.ask(|tx| probe::jobs(tx, "probe.count")).await,
            1,
            "one tick, however many nodes look"
        );
        town.clock.advance_ms(3 * 24 * 60 * MINUTE_MS);
        sweep(&town).await;
        assert_eq!(
            town.ask(|tx| probe::jobs(tx, "probe.count")).await,
            2,
            "three days missed are one catching up"
        );
    });
}

#[test]
fn a_kind_of_job_that_no_room_knows_is_refused_when_it_is_left() {
    each_store(|town| async move {
        let cx = town.cx(Who::system());
        let left = town.city().db.write(move |tx| tx.enqueue(&cx, "probe.unheard", None, &Value::Null)).await;
        assert!(left.unwrap_err().to_string().contains("no kind of job"));
    });
}

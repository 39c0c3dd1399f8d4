//! PostgreSQL stops and starts again: requests fail cleanly and recover by themselves; jobs neither vanish nor run away.

use std::sync::Arc;
use std::time::Duration;

use ground::jobs::{Lane, Stop, sweep_once, work};
use ground::who::Who;
use serde_json::json;
use tests::Town;
use tests::cluster::{Cluster, scratch};
use tests::probe;
use tests::server::Plan;
use tests::town::{Plot, runtime};

#[test]
fn requests_fail_cleanly_while_the_database_is_away_and_recover_by_themselves() {
    let folder = scratch();
    let cluster = Cluster::start();
    let server = Plan::on_postgres(&folder.path().join("data"), &cluster.url()).demo();
    let cookie = server.signed_in_as("admin");
    let mut client = server.client().with_cookie(&cookie);
    let district = client.call("people.districts", &json!({})).expect("answered").json()[0]["id"].clone();
    let block = |number: i64| json!({"district": district, "name": format!("試し町{number}番")});
    assert_eq!(client.call("people.save_block", &block(0)).expect("answered").status, 200);

    cluster.stop();
    for round in 0..3 {
        let since = ground::clock::Stopwatch::new();
        let write = client.call("people.save_block", &block(1)).expect("it answers");
        assert_eq!(write.status, 503, "round {round}: {}", write.text());
        assert_eq!(write.json()["type"], "urn:machiya:fault:database-away", "{}", write.text());
        assert!(!write.header("retry-after").is_empty());
        let read = client.call("people.districts", &json!({})).expect("it answers");
        assert_eq!(read.status, 503, "{}", read.text());
        let page =
            client.ask("GET", "/staff/departments", &[("accept", "text/html")], b"").expect("it answers");
        assert_eq!(page.status, 503);
        assert!(page.text().contains("<html"), "people see a page: {}", page.text());
        assert!(since.seconds() < 10.0, "and they do not wait for it");
    }
    assert_eq!(client.get("/health/live").expect("answered").status, 200, "the process is well");
    assert_eq!(client.get("/health/ready").expect("answered").status, 503, "but not ready");

    cluster.go();
    let since = ground::clock::Stopwatch::new();
    loop {
        let write = client.call("people.save_block", &block(2)).expect("it answers");
        if write.status == 200 {
            break;
        }
        assert!(since.seconds() < 20.0, "it does not recover: {}", write.text());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(client.get("/health/ready").expect("answered").status, 200);
    // Every connection of the pool has found back, not just one.
    for _ in 0..40 {
        assert_eq!(client.call("people.districts", &json!({})).expect("answered").status, 200);
        assert_eq!(client.call("people.save_block", &block(3)).expect("answered").status, 200);
    }
    let lost = client.call("people.district_of", &json!({"block": "試し町1番"})).expect("answered");
    assert_eq!(lost.status, 404, "what was refused was not done");
    assert!(server.stop().success());
}

#[test]
fn jobs_neither_vanish_nor_run_away_when_the_database_goes_and_comes_back() {
    const JOBS: i64 = 600;
    runtime().block_on(async {
        let cluster = Cluster::start();
        let town = Arc::new(Town::postgres_at(&cluster.url(), Plot::floor()).await);
        let stop = Stop::default();
        let workers: Vec<_> = ["one", "two"]
            .map(|name| {
                let lanes = (Lane::Urgent, Lane::Bulk);
                let (house, city) = (town.house.clone(), town.city().clone());
                tokio::spawn(work(house, city, name.to_owned(), lanes, stop.clone()))
            })
            .into_iter()
            .collect();
        let cx = town.cx(Who::system());
        town.city()
            .db
            .write(move |tx| {
                for _ in 0..JOBS {
                    tx.enqueue(&cx, "probe.count", None, &json!({"kind": "probe.count"}))?;
                }
                Ok(())
            })
            .await
            .expect("left");
        // In the middle of the work.
        loop {
            let done = town.ask(|tx| probe::marks(tx, "probe.count")).await;
            if done > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::task::block_in_place(|| cluster.stop());
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(town.city().db.read(|tx| probe::marks(tx, "probe.count")).await.is_err(), "it is away");
        tokio::task::block_in_place(|| cluster.go());
        let since = ground::clock::Stopwatch::new();
        loop {
            // Leases of work that was under way end, and delays pass: the clock of this town is moved by hand.
            town.clock.advance_ms(2_000);
            if sweep_once(&town.house, town.city()).await.is_ok() {
                let left = town.city().db.read(|tx| probe::jobs(tx, "probe.count")).await;
                if left == Ok(0) {
                    break;
                }
            }
            assert!(since.seconds() < 60.0, "jobs are left behind");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stop.set();
        for worker in workers {
            worker.await.expect("it ends by itself");
        }
        assert_eq!(town.ask(|tx| probe::marks(tx, "probe.count")).await, JOBS, "each exactly once");
    });
}

//! `kill -9` in the middle of ten thousand writes: what was answered is there, and nothing is there by half.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tests::cluster::{Cluster, scratch};
use tests::http::Client;
use tests::server::Plan;
use tests::town::runtime;

const WRITES: usize = 10_000;
/// The server dies after so many answers.
const ANSWERS: usize = 5_000;
const CLIENTS: usize = 32;

fn key(number: usize) -> String {
    format!("power-{number:05}")
}

fn block(district: &Value, number: usize) -> Value {
    json!({"district": district, "name": format!("試し町{number}番")})
}

/// What stands in the database about the writes, asked from outside and after the restart.
struct Found {
    blocks: BTreeSet<String>,
    events: BTreeMap<String, usize>,
    audits: BTreeMap<String, usize>,
    kept_answers: BTreeSet<String>,
}

const BLOCKS: &str = "select key from people_block where key like '試し町%'";
const EVENTS: &str =
    "select object from ground_event where name = 'people.block_saved' and object like '試し町%'";
const AUDITS: &str =
    "select object from ground_audit where action = 'people.save_block' and object like '試し町%'";
const ANSWERS_KEPT: &str = "select key from ground_once where key like 'power-%'";

fn counted(rows: Vec<String>) -> BTreeMap<String, usize> {
    rows.into_iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row).or_default() += 1;
        counts
    })
}

fn found(ask: impl Fn(&str) -> Vec<String>) -> Found {
    Found {
        blocks: ask(BLOCKS).into_iter().collect(),
        events: counted(ask(EVENTS)),
        audits: counted(ask(AUDITS)),
        kept_answers: ask(ANSWERS_KEPT).into_iter().collect(),
    }
}

fn die_and_rise(plan: &Plan, look: impl Fn() -> Found) {
    let server = plan.demo();
    let cookie = server.signed_in_as("admin");
    let district =
        server.client().call("people.districts", &json!({})).expect("answered").json()[0]["id"].clone();
    assert!(district.is_string(), "the demonstration city has districts");

    let (next, answered, dead) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), AtomicBool::new(false));
    let odd: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let port = server.port;
    let mut server = Some(server);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::new(port).with_cookie(&cookie);
                while !dead.load(Ordering::SeqCst) {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= WRITES {
                        break;
                    }
                    let sent =
                        client.call_once("people.save_block", &block(&district, number), Some(&key(number)));
                    match sent {
                        Ok(answer) if answer.status == 200 => {
                            answered.lock().expect("ours").insert(number, answer.json());
                        }
                        // Told to come back later: not done.
                        Ok(answer) if answer.status == 503 => {}
                        Ok(answer) => odd.lock().expect("ours").push(answer.text()),
                        Err(_) => break,
                    }
                }
            });
        }
        let since = ground::clock::Stopwatch::new();
        while answered.lock().expect("ours").len() < ANSWERS {
            let late = since.seconds() > 300.0;
            if late || !odd.lock().expect("ours").is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        server.take().expect("once").kill_9();
        dead.store(true, Ordering::SeqCst);
    });
    let (answered, odd) = (answered.into_inner().expect("ours"), odd.into_inner().expect("ours"));
    assert!(odd.is_empty(), "every write is done or told to come back: {}", odd[0]);
    assert!(answered.len() >= ANSWERS, "too slow: {} answers in five minutes", answered.len());
    assert!(answered.len() < WRITES, "it died in the middle: {}", answered.len());

    let server = plan.demo();
    let found = look();
    for number in answered.keys() {
        assert!(found.blocks.contains(&format!("試し町{number}番")), "answered, and lost: {number}");
    }
    // Whoever has one part has all: the row, its event, its audit row and its kept answer.
    assert_eq!(found.blocks.len(), found.kept_answers.len());
    for object in &found.blocks {
        assert_eq!(found.events.get(object), Some(&1), "{object} has one event");
        assert_eq!(found.audits.get(object), Some(&1), "{object} has one audit row");
    }
    assert_eq!(found.events.len(), found.blocks.len(), "no event without its row");
    assert_eq!(found.audits.len(), found.blocks.len(), "no audit row without its row");

    // The same request again gets the same answer, and does nothing.
    let mut client = server.client().with_cookie(&cookie);
    for (number, answer) in answered.iter().step_by(500) {
        let again = client
            .call_once("people.save_block", &block(&district, *number), Some(&key(*number)))
            .expect("the server is back");
        assert_eq!((again.status, &again.json()), (200, answer), "{number}");
    }
    let after = look();
    assert_eq!(after.events, found.events);
    // And it goes on working.
    let fresh = client
        .call_once("people.save_block", &block(&district, WRITES), Some(&key(WRITES)))
        .expect("answered");
    assert_eq!(fresh.status, 200, "{}", fresh.text());
    assert!(server.stop().success());
}

#[test]
fn a_power_cut_takes_nothing_that_was_answered_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder on a real disk");
    let data = folder.path().join("data");
    die_and_rise(&Plan::on_sqlite(&data), || {
        let store = std::fs::read_dir(&data)
            .expect("the data folder")
            .flatten()
            .map(|entry| entry.path().join("city.db"))
            .find(|path| path.exists())
            .expect("the city's store");
        let connection = rusqlite::Connection::open(store).expect("opened");
        found(|sql| {
            let mut statement = connection.prepare(sql).expect("prepared");
            let rows = statement.query_map([], |row| row.get(0)).expect("asked");
            rows.collect::<Result<Vec<String>, _>>().expect("read")
        })
    });
}

#[test]
fn a_power_cut_takes_nothing_that_was_answered_on_postgresql() {
    let folder = scratch();
    let cluster = Cluster::start();
    let runtime = runtime();
    let url: Arc<str> = cluster.url().into();
    die_and_rise(&Plan::on_postgres(&folder.path().join("data"), &url), || {
        runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connected");
            tokio::spawn(connection);
            let mut answers = BTreeMap::new();
            for sql in [BLOCKS, EVENTS, AUDITS, ANSWERS_KEPT] {
                let rows = client.query(sql, &[]).await.expect("asked");
                answers.insert(sql.to_owned(), rows.iter().map(|row| row.get(0)).collect::<Vec<String>>());
            }
            found(|sql| answers.get(sql).cloned().expect("asked above"))
        })
    });
}

//! The event log: an order that readers can trust, cursors kept with their effects, and events that cannot be taken in.

use std::sync::mpsc;
use std::time::Duration;

use ground::events::{Cursor, after, follow, step};
use ground::fault::Fault;
use ground::jobs::Stop;
use ground::who::Who;
use serde_json::{Value, json};
use std::sync::Arc;
use tests::Town;
use tests::probe::{self, READER};
use tests::town::{admin, each_store};

use super::{Worker, until};

static COPIER: ground::events::Reader = READER;
const START: Cursor = Cursor { writer: -1, seq: -1 };

async fn note(town: &Town, text: &str) {
    town.call(admin(), "probe.note", json!({"text": text})).await.expect("written");
}

/// Waits until readers may see so many events: on PostgreSQL they wait for every open transaction of the whole cluster,
/// and other tests have some.
async fn readable(town: &Arc<Town>, events: usize) {
    until("the events can be read", || async {
        town.ask(|tx| after(tx, START, 1_000)).await.len() == events
    })
    .await;
}

async fn read_to_the_end(town: &Arc<Town>) {
    while step(&town.house, town.city(), &COPIER, 100).await.expect("read") > 0 {}
}

/// Holds a transaction open inside a write, with its event already sent to the database.
struct Held {
    release: mpsc::Sender<()>,
    task: tokio::task::JoinHandle<Result<(), Fault>>,
}

impl Held {
    async fn open(town: &Arc<Town>, text: &'static str) -> Held {
        let (release, waits) = mpsc::channel::<()>();
        let (told, opened) = tokio::sync::oneshot::channel();
        let (mut told, waits) = (Some(told), std::sync::Mutex::new(waits));
        let cx = town.cx(Who::system());
        let db = town.city().db.clone();
        let task = tokio::spawn(async move {
            db.write(move |tx| {
                tx.emit(&cx, "probe.noted", "held", json!({"text": text}))?;
                // Asking a question sends the event on its way, so that it has its number.
                probe::notes(tx)?;
                if let Some(told) = told.take() {
                    told.send(()).expect("the test waits");
                    waits.lock().expect("ours").recv().expect("the test says when");
                }
                Ok(())
            })
            .await
        });
        opened.await.expect("the transaction is open");
        Held { release, task }
    }

    async fn commit(self) {
        self.release.send(()).expect("it waits");
        self.task.await.expect("joined").expect("committed");
    }
}

#[test]
fn no_event_is_skipped_while_an_earlier_transaction_is_still_open() {
    each_store(|town| async move {
        if !town.is_postgres() {
            // One writer: a transaction that is open holds everybody else, which is an order as good as any.
            let held = Held::open(&town, "held").await;
            let late = tokio::spawn({
                let town = town.clone();
                async move { note(&town, "late").await }
            });
            assert!(
                town.ask(|tx| after(tx, START, 10)).await.is_empty(),
                "what is not committed is not read"
            );
            held.commit().await;
            late.await.expect("written");
            read_to_the_end(&town).await;
            assert_eq!(town.ask(probe::copies).await, ["held", "late"]);
            return;
        }
        note(&town, "before").await;
        readable(&town, 1).await;
        let held = Held::open(&town, "held").await;
        for number in 0..5 {
            note(&town, &format!("meanwhile {number}")).await;
        }
        // The numbers of "meanwhile" are higher and committed; a naive reader would go past "held" now.
        read_to_the_end(&town).await;
        assert_eq!(town.ask(probe::copies).await, ["before"], "the reader waits for the oldest writer");
        held.commit().await;
        readable(&town, 7).await;
        read_to_the_end(&town).await;
        let copies = town.ask(probe::copies).await;
        assert_eq!(copies.len(), 7, "{copies:?}");
        assert!(copies.contains(&"held".to_owned()), "nothing was skipped: {copies:?}");
    });
}

#[test]
fn an_event_of_a_transaction_that_is_undone_is_never_read() {
    each_store(|town| async move {
        town.call(admin(), "probe.note_then_fail", json!({"text": "undone"})).await.unwrap_err();
        note(&town, "kept").await;
        readable(&town, 1).await;
        read_to_the_end(&town).await;
        assert_eq!(town.ask(probe::copies).await, ["kept"]);
    });
}

#[test]
fn many_writers_and_two_readers_of_one_name_lose_and_double_nothing() {
    each_store(|town| async move {
        let stop = Stop::default();
        let readers: Vec<_> = (0..2)
            .map(|_| tokio::spawn(follow(town.house.clone(), town.city().clone(), &COPIER, stop.clone())))
            .collect();
        let writers = (0..120).map(|number| {
            let town = town.clone();
            async move { note(&town, &format!("note {number}")).await }
        });
        futures_util::future::join_all(writers).await;
        until("all notes are copied", || async { town.ask(probe::copies).await.len() >= 120 }).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.set();
        for reader in readers {
            reader.await.expect("it ends by itself");
        }
        let mut copies = town.ask(probe::copies).await;
        assert_eq!(copies.len(), 120);
        copies.sort();
        copies.dedup();
        assert_eq!(copies.len(), 120, "each exactly once");
    });
}

#[test]
fn a_cursor_and_its_effect_are_kept_together() {
    each_store(|town| async move {
        town.city().db.write(|tx| probe::switch(tx, "poison", true)).await.expect("switched");
        for text in ["one", "poison", "three"] {
            note(&town, text).await;
        }
        readable(&town, 3).await;
        step(&town.house, town.city(), &COPIER, 100).await.expect_err("poison is among them");
        assert_eq!(
            town.ask(probe::copies).await,
            Vec::<String>::new(),
            "the effects of the whole batch are undone"
        );
        assert_eq!(step(&town.house, town.city(), &COPIER, 1).await.expect("one alone"), 1);
        assert_eq!(town.ask(probe::copies).await, ["one"], "and the cursor stands behind it, not further");
        town.city().db.write(|tx| probe::switch(tx, "poison", false)).await.expect("switched");
        read_to_the_end(&town).await;
        assert_eq!(town.ask(probe::copies).await, ["one", "poison", "three"]);
        assert_eq!(step(&town.house, town.city(), &COPIER, 100).await.expect("read"), 0, "nothing twice");
    });
}

#[test]
fn a_poisoned_event_is_parked_and_taken_in_when_staff_try_again() {
    each_store(|town| async move {
        town.city().db.write(|tx| probe::switch(tx, "poison", true)).await.expect("switched");
        for text in ["one", "poison", "three"] {
            note(&town, text).await;
        }
        let stop = Stop::default();
        let reader = tokio::spawn(follow(town.house.clone(), town.city().clone(), &COPIER, stop.clone()));
        until("the reader goes on without it", || async {
            town.ask(probe::copies).await == ["one", "three"]
        })
        .await;
        stop.set();
        reader.await.expect("it ends by itself");

        let dead = town.call(admin(), "ground.jobs", json!({"state": "dead"})).await.expect("the list");
        let rows = dead["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), 1, "staff see it on the dead-letter list: {dead}");
        assert_eq!(rows[0]["kind"], "ground.event_again");
        assert!(rows[0]["last_fault"].as_str().expect("a reason").contains("internal"), "{dead}");

        town.city().db.write(|tx| probe::switch(tx, "poison", false)).await.expect("switched");
        town.call(admin(), "ground.retry_job", json!({"id": rows[0]["id"]})).await.expect("tried again");
        let worker = Worker::start(&town, town.city(), "worker");
        until("the parked event is taken in", || async { town.ask(probe::copies).await.len() == 3 }).await;
        worker.stop().await;
        assert_eq!(
            town.ask(|tx| probe::jobs(tx, "ground.event_again")).await,
            0,
            "and the list is empty again"
        );
    });
}

#[test]
fn events_carry_their_version_and_who_acted_by_id() {
    each_store(|town| async move {
        note(&town, "x").await;
        readable(&town, 1).await;
        let events = town.ask(|tx| after(tx, START, 10)).await;
        let [event] = events.as_slice() else { panic!("one event: {events:?}") };
        assert_eq!((event.name.as_str(), event.version), ("probe.noted", 1));
        assert_eq!(event.actor, tests::town::id(1).to_string());
        assert_eq!(event.body.get("text"), Some(&Value::from("x")));
    });
}

#[test]
fn an_event_that_its_room_does_not_declare_is_refused() {
    each_store(|town| async move {
        let cx = town.cx(Who::system());
        let wrote = town.city().db.write(move |tx| tx.emit(&cx, "probe.surprise", "x", json!({}))).await;
        assert!(wrote.unwrap_err().to_string().contains("not declared"));
    });
}

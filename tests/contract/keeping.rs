//! What is kept how long, lists of chosen people, and secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use ground::cx::{Cx, Via};
use ground::db::Tx;
use ground::events::step;
use ground::fault::Fault;
use ground::house::{House, Plan};
use ground::html::Assets;
use ground::seal::Sealer;
use ground::who::Who;
use ground::words::Lang;
use ground::{params, secrets, selection, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::keeper::PlainKeeper;
use tests::probe::READER;
use tests::town::{START_MS, admin, each_store, resident, rooms};

use super::{Worker, until};

static COPIER: ground::events::Reader = READER;
const DAY_MS: i64 = 86_400_000;

fn count(tx: &mut Tx<'_>, sql: &'static ground::db::Sql) -> Result<i64, Fault> {
    tx.one(sql, params![], |row| row.get(0))
}

fn events(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    count(tx, sql!("select count(*) from ground_event where city = ?1"))
}

fn acts(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    count(tx, sql!("select count(*) from ground_audit where city = ?1"))
}

/// Leaves a job and waits until it, and whatever it leaves in turn, is done.
async fn done(town: &Arc<Town>, job: &'static str, body: Value) {
    let cx = town.cx(Who::system());
    let worker = Worker::start(town, town.city(), "keeper");
    town.city().db.write(move |tx| tx.enqueue(&cx, job, None, &body)).await.unwrap();
    until("no job is left", || async {
        town.ask(|tx| count(tx, sql!("select count(*) from ground_job where city = ?1 and state <> 'dead'")))
            .await
            == 0
    })
    .await;
    worker.stop().await;
}

async fn note(town: &Town, text: &str) {
    town.call(admin(), "probe.note", json!({"text": text})).await.unwrap();
}

/// On PostgreSQL an event waits for whatever transaction is open elsewhere in the cluster.
async fn read_everything(town: &Arc<Town>) {
    until("the reader has read every event", || async {
        step(&town.house, town.city(), &COPIER, 100).await.unwrap();
        let unread = sql!(
            "select count(*) from ground_event e where e.city = ?1 and not exists (
                 select 1 from ground_cursor c where c.city = ?1
                 and (c.writer > e.writer or (c.writer = e.writer and c.seq >= e.seq)))"
        );
        town.ask(move |tx| count(tx, unread)).await == 0
    })
    .await;
}

#[test]
fn rows_past_their_time_go_at_night_and_the_others_stay() {
    each_store(|town| async move {
        note(&town, "old").await;
        read_everything(&town).await;
        town.clock.advance_ms(401 * DAY_MS);
        note(&town, "new").await;
        read_everything(&town).await;
        done(&town, "ground.retention", json!({})).await;
        assert_eq!(town.ask(events).await, 1, "the log is kept for 400 days");
        assert_eq!(town.ask(acts).await, 2, "the record of acts for five years");
        let rows = town.call(admin(), "ground.retention", json!({})).await.unwrap();
        let of =
            |table: &str| rows.as_array().unwrap().iter().find(|row| row["table"] == table).unwrap().clone();
        assert_eq!(
            (of("ground_event")["removed"].as_i64(), of("ground_event")["days"].as_i64()),
            (Some(1), Some(400))
        );
        assert_eq!(of("ground_audit")["removed"], 0);
    });
}

#[test]
fn an_event_that_somebody_still_has_to_read_stays_however_old() {
    each_store(|town| async move {
        note(&town, "read").await;
        read_everything(&town).await;
        note(&town, "not read").await;
        town.clock.advance_ms(500 * DAY_MS);
        done(&town, "ground.purge", json!({"table": "ground_event"})).await;
        assert_eq!(town.ask(events).await, 1);
        read_everything(&town).await;
        done(&town, "ground.purge", json!({"table": "ground_event"})).await;
        assert_eq!(town.ask(events).await, 0);
    });
}

#[test]
fn nothing_is_forgotten_before_every_reader_has_begun() {
    each_store(|town| async move {
        note(&town, "first").await;
        town.clock.advance_ms(500 * DAY_MS);
        done(&town, "ground.purge", json!({"table": "ground_event"})).await;
        assert_eq!(town.ask(events).await, 1);
    });
}

#[test]
fn the_house_may_keep_rows_longer_or_for_good() {
    each_store(|town| async move {
        note(&town, "old").await;
        read_everything(&town).await;
        town.clock.advance_ms(6 * 365 * DAY_MS);
        let own = BTreeMap::from([("ground_audit".to_owned(), 0), ("ground_event".to_owned(), 3_000)]);
        town.house.retention_days.store(Arc::new(own));
        done(&town, "ground.retention", json!({})).await;
        assert_eq!((town.ask(events).await, town.ask(acts).await), (1, 1));
        town.house.retention_days.store(Arc::default());
        done(&town, "ground.retention", json!({})).await;
        assert_eq!((town.ask(events).await, town.ask(acts).await), (0, 0));
    });
}

#[test]
fn many_rows_go_range_by_range() {
    each_store(|town| async move {
        town.city()
            .db
            .write(|tx| {
                (0..2_500).try_for_each(|nth: i64| {
                    tx.put(
                        sql!(
                            "insert into ground_once (city, who, key, action, digest, answer, at_ms)
                             values (?1, 'anyone', ?2, 'probe.note', '', '', ?3)"
                        ),
                        params![nth.to_string(), START_MS - nth],
                    )
                })
            })
            .await
            .unwrap();
        town.clock.advance_ms(4 * DAY_MS);
        done(&town, "ground.purge", json!({"table": "ground_once"})).await;
        let left = town.ask(|tx| count(tx, sql!("select count(*) from ground_once where city = ?1"))).await;
        assert_eq!(left, 0);
    });
}

#[test]
fn only_staff_see_how_long_things_are_kept() {
    each_store(|town| async move {
        assert_eq!(
            town.call(resident(5), "ground.retention", json!({})).await.unwrap_err().code(),
            "refused"
        );
        assert_eq!(
            town.call(Who::anyone(), "ground.retention", json!({})).await.unwrap_err().code(),
            "signed-out"
        );
    });
}

#[test]
fn chosen_people_are_counted_once_joined_to_and_given_up() {
    each_store(|town| async move {
        let cx = town.cx(Who::system());
        let people: Vec<i64> = (1..=2_300).collect();
        let id = town
            .city()
            .db
            .write(move |tx| {
                let id = selection::begin(tx, &cx, "避難の呼びかけ", "防災課")?;
                selection::add(tx, &id, &people)?;
                selection::add(tx, &id, &[1, 2, 2_301])?;
                Ok(id)
            })
            .await
            .unwrap();
        let wanted = id.clone();
        let (head, some) = town
            .ask(move |tx| Ok((selection::head(tx, &wanted)?, selection::people(tx, &wanted, 2_299, 10)?)))
            .await;
        assert_eq!((head.count, head.purpose.as_str()), (2_301, "避難の呼びかけ"));
        assert_eq!(some, [2_300, 2_301]);
        let (cx, gone) = (town.cx(Who::system()), id.clone());
        town.city().db.write(move |tx| selection::discard(tx, &cx, &gone)).await.unwrap();
        done(&town, "ground.retention", json!({})).await;
        assert_eq!(town.ask(move |tx| selection::people(tx, &id, 0, 10)).await, Vec::<i64>::new());
    });
}

#[test]
fn a_forgotten_selection_goes_after_a_week() {
    each_store(|town| async move {
        let cx = town.cx(Who::system());
        let begin = move |tx: &mut Tx<'_>| {
            let id = selection::begin(tx, &cx, "a", "b")?;
            selection::add(tx, &id, &[1, 2, 3])?;
            Ok(id)
        };
        let id = town.city().db.write(begin).await.unwrap();
        town.clock.advance_ms(6 * DAY_MS);
        done(&town, "ground.retention", json!({})).await;
        let kept = id.clone();
        assert_eq!(town.ask(move |tx| selection::people(tx, &kept, 0, 10)).await, [1, 2, 3]);
        town.clock.advance_ms(2 * DAY_MS);
        // The rows go in one night, the head at the latest in the next.
        done(&town, "ground.purge", json!({"table": "ground_selection"})).await;
        done(&town, "ground.purge", json!({"table": "ground_selection_head"})).await;
        let gone = town.city().db.read(move |tx| selection::head(tx, &id)).await;
        assert_eq!(gone.unwrap_err().code(), "missing");
    });
}

fn house_with(town: &Town, keys: &str) -> Arc<House> {
    let house = House::build(Plan {
        ports: ground::ports::Ports::closed(),
        clock: town.clock.clone(),
        rooms: rooms(),
        keeper: Arc::new(PlainKeeper),
        sealer: Sealer::read(keys).unwrap(),
        assets: Assets::default(),
        version: "0.0.0",
        shared: town.city().db.shared().clone(),
    });
    Arc::new(house.unwrap())
}

fn system_of(house: &Arc<House>, town: &Town) -> Cx {
    Cx::new(house, town.city(), Who::system(), Lang::Ja, Via::Job)
}

#[test]
fn secrets_are_sealed_anew_with_the_newest_key_and_open_under_their_own_name_only() {
    each_store(|town| async move {
        let old_key = Sealer::line("old", &[1; 32]);
        let both = format!("{}{old_key}", Sealer::line("new", &[2; 32]));
        let (before, after) = (house_with(&town, &old_key), house_with(&town, &both));
        let alone = house_with(&town, &Sealer::line("new", &[2; 32]));
        let cx = system_of(&before, &town);
        town.city()
            .db
            .write(move |tx| {
                secrets::put(tx, &cx, "messages.mail_password", b"first")?;
                secrets::put(tx, &cx, "messages.mail_password", b"open sesame")?;
                (0..150).try_for_each(|nth| secrets::put(tx, &cx, &format!("probe.{nth:03}"), b"x"))
            })
            .await
            .unwrap();
        let cx = system_of(&after, &town);
        let (opened, old) = town
            .ask(move |tx| {
                Ok((
                    secrets::get(tx, &cx, "messages.mail_password")?,
                    secrets::sealed_with_older_keys(tx, &cx)?,
                ))
            })
            .await;
        assert_eq!((opened.as_deref(), old), (Some(&b"open sesame"[..]), 151));

        let worker_house = after.clone();
        let stop = ground::jobs::Stop::default();
        let lanes = (ground::jobs::Lane::Urgent, ground::jobs::Lane::Bulk);
        let working = tokio::spawn(ground::jobs::work(
            worker_house,
            town.city().clone(),
            "w".to_owned(),
            lanes,
            stop.clone(),
        ));
        let cx = system_of(&after, &town);
        town.city().db.write(move |tx| tx.enqueue(&cx, secrets::RESEAL, None, &json!({}))).await.unwrap();
        until("every secret is sealed anew", || async {
            let cx = system_of(&after, &town);
            town.ask(move |tx| secrets::sealed_with_older_keys(tx, &cx)).await == 0
        })
        .await;
        stop.set();
        working.await.unwrap();
        // The old key can go.
        let cx = system_of(&alone, &town);
        let opened = town.ask(move |tx| secrets::get(tx, &cx, "messages.mail_password")).await;
        assert_eq!(opened.as_deref(), Some(&b"open sesame"[..]));
        let sealed = town.ask(|tx| {
            tx.one(
                sql!("select sealed from ground_secret where city = ?1 and name = 'probe.001'"),
                params![],
                |row| row.get::<String>(0),
            )
        });
        let sealed = sealed.await;
        // Carried to another name, it does not open; another city has none of these.
        town.city()
            .db
            .write(move |tx| {
                tx.exec(
                    sql!("update ground_secret set sealed = ?2 where city = ?1 and name = 'probe.002'"),
                    params![sealed.as_str()],
                )
            })
            .await
            .unwrap();
        let cx = system_of(&alone, &town);
        let moved = town.city().db.read(move |tx| secrets::get(tx, &cx, "probe.002")).await;
        assert!(moved.is_err());
        let cx = Cx::new(&alone, town.other_city(), Who::system(), Lang::Ja, Via::Job);
        let elsewhere = town.other_city().db.read(move |tx| secrets::get(tx, &cx, "probe.001")).await;
        assert_eq!(elsewhere, Ok(None));
    });
}

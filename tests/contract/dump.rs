//! Backup, restore and moving: what leaves one database arrives whole in the other, or not at all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ground::city::City;
use ground::clock::Stopwatch;
use ground::db::bulk::{EVENTS, tables};
use ground::db::{Db, Migration, Postgres, PostgresSize, SqliteSize, Store};
use ground::dump::{self, Home, Label, Restored, Stores, derived, on_a_thread};
use ground::events::step;
use ground::fault::Fault;
use ground::house::migrations_of;
use ground::search::{self, Doc, Visibility};
use ground::who::Who;
use ground::words::Lang;
use serde_json::json;
use tempfile::TempDir;
use tests::Town;
use tests::cluster;
use tests::probe::{self, READER};
use tests::town::{Ground, START_MS, admin, each_store, facts, rooms, runtime};

use super::until;

static COPIER: ground::events::Reader = READER;

fn program() -> Vec<Migration> {
    migrations_of(&rooms())
}

async fn note(town: &Town, city: &Arc<City>, text: &str) {
    town.call_in(city, admin(), "probe.note", json!({"text": text})).await.expect("written");
}

async fn reading(town: &Town, value: f64) {
    town.call(admin(), "probe.read", json!({"value": value})).await.expect("written");
}

/// A little of everything, with a reader that has read only the beginning.
async fn live_in(town: &Arc<Town>) {
    for text in ["一", "two\n\"quoted\"", "𠮷野家", "four", "five"] {
        note(town, town.city(), text).await;
        // Another city's events stand between this one's.
        note(town, town.other_city(), text).await;
    }
    until("the reader has read the beginning", || async {
        let room = 2 - town.ask(probe::copies).await.len() as i64;
        room == 0 || step(&town.house, town.city(), &COPIER, room).await.unwrap() as i64 == room
    })
    .await;
    reading(town, 0.1).await;
    reading(town, -1e300).await;
    let cx = town.cx(Who::system());
    town.city()
        .db
        .write(move |tx| {
            tx.enqueue(&cx, "probe.count", Some("once"), &json!({"kind": "probe.count"}))?;
            let doc = Doc {
                kind: "probe.note",
                id: "1".to_owned(),
                lang: Lang::Ja,
                title: "避難所".to_owned(),
                body: "体育館の避難所を開きました。".to_owned(),
                href: "/notes/1".to_owned(),
                visibility: Visibility::Public,
                department: None,
                weight: 0,
                at_ms: START_MS,
            };
            search::put(tx, &doc)
        })
        .await
        .unwrap();
}

/// Lets the reader read until it has copied so many notes. It does not pass a transaction that is still running anywhere
/// in the cluster, and other tests run some.
async fn read_on(town: &Arc<Town>, city: &Arc<City>, count: usize) -> Vec<String> {
    until("the reader has read on", || async {
        while step(&town.house, city, &COPIER, 100).await.unwrap() > 0 {}
        town.ask_in(city, probe::copies).await.len() >= count
    })
    .await;
    town.ask_in(city, probe::copies).await
}

async fn found(town: &Town, city: &Arc<City>) -> usize {
    let cx = town.cx_in(city, Who::anyone());
    let query = search::Query { words: "避難".to_owned(), ..search::Query::default() };
    city.db.read(move |tx| search::find(tx, &cx, &query)).await.unwrap().rows.len()
}

/// Opens the city that is being served, for a backup.
fn opened(town: &Town, city: &Arc<City>) -> impl FnOnce() -> Result<Stores, Fault> + Send + 'static {
    let city = city.clone();
    let address = town.postgres_address();
    let folder = match &town.ground {
        Ground::Sqlite { folder } => folder.path().join(&*city.slug),
        Ground::Postgres { .. } => PathBuf::new(),
    };
    move || match address {
        Some(url) => Stores::read_postgres(&url, &city.slug),
        None => Stores::read_live(&folder, &city),
    }
}

fn label(slug: &str) -> Label {
    Label { machiya: "0.1.0", slug: slug.to_owned(), now_ms: START_MS, key_file: None }
}

async fn back_up(town: &Town, city: &Arc<City>, into: &Path) -> dump::Done {
    let (open, label, into) = (opened(town, city), label(&city.slug), into.to_owned());
    on_a_thread(move || dump::backup(open()?, &program(), &label, &into, &mut |_| {}))
        .await
        .expect("backed up")
}

async fn put_back(
    file: &Path,
    home: &Home,
    slug: Option<&'static str>,
    replace: bool,
) -> Result<Restored, Fault> {
    let (file, home) = (file.to_owned(), home.clone());
    on_a_thread(move || {
        dump::restore(&file, &home, slug, replace, &program(), "0.1.0", START_MS, &mut |_| {})
    })
    .await
}

/// Somewhere else to live: a folder, and a database of the same cluster, gone when dropped.
struct Elsewhere {
    folder: TempDir,
    database: Ground,
    url: String,
}

impl Elsewhere {
    async fn new() -> Elsewhere {
        let (base, database) = (cluster::address(), cluster::new_name("elsewhere"));
        cluster::administer(&base, &format!("create database {database}")).await.unwrap();
        let url = cluster::address_of(&base, &database);
        Elsewhere { folder: cluster::scratch(), database: Ground::Postgres { base, database }, url }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(format!("{name}.machiya"))
    }

    /// A folder's home and a database's.
    fn homes(&self) -> [Home; 2] {
        assert!(matches!(self.database, Ground::Postgres { .. }));
        let data = self.path().join("data");
        std::fs::create_dir_all(&data).unwrap();
        [Home::Folder(data), Home::Postgres { url: self.url.clone(), folder: self.path().to_owned() }]
    }
}

/// Reads a city that nobody serves.
fn closed(home: &Home, slug: &str) -> Result<Stores, Fault> {
    match home {
        Home::Folder(data) => Stores::read_folder(&data.join(slug), slug),
        Home::Postgres { url, .. } => Stores::read_postgres(url, slug),
    }
}

/// Serves a city from where it was restored to.
fn served(town: &Town, home: &Home, slug: &str) -> Arc<City> {
    let shared = town.house.shared.clone();
    let [db, context, files] = match home {
        Home::Folder(data) => Store::ALL.map(|store| {
            let file = data.join(slug).join(format!("{}.db", store.name()));
            Db::sqlite(&file, slug, store, SqliteSize { cache_kib: 1024, readers: 1 }, shared.clone())
                .unwrap()
        }),
        Home::Postgres { url, .. } => {
            let postgres = Postgres::open(url, PostgresSize { writers: 2, readers: 1 }, shared).unwrap();
            Store::ALL.map(|store| Db::postgres(postgres.clone(), slug, store))
        }
    };
    Arc::new(City::new(slug, facts(slug, "戻した町"), db, context, files))
}

#[test]
fn what_leaves_one_database_arrives_whole_in_the_other_and_comes_back() {
    each_store(|town| async move {
        live_in(&town).await;
        let there = Elsewhere::new().await;
        let first = there.file("first");
        back_up(&town, town.city(), &first).await;
        let held = dump::contents(&first, &program()).unwrap();
        assert_eq!(held["probe_note"].rows, 5);
        assert!(!held.contains_key("ground_search_words"));
        for (nth, home) in there.homes().into_iter().enumerate() {
            put_back(&first, &home, None, false).await.expect("restored");
            let (again, source, slug) =
                (there.file(&format!("again-{nth}")), home.clone(), town.city().slug.clone());
            on_a_thread({
                let again = again.clone();
                move || dump::backup(closed(&source, &slug)?, &program(), &label(&slug), &again, &mut |_| {})
            })
            .await
            .unwrap();
            assert_eq!(dump::contents(&again, &program()).unwrap(), held, "{home:?}");
        }
    });
}

#[test]
fn moving_compares_both_sides_and_leaves_the_source_alone() {
    each_store(|town| async move {
        live_in(&town).await;
        let there = Elsewhere::new().await;
        let [folder, database] = there.homes();
        // To the other database, and from there back to this one's kind.
        let way = if town.is_postgres() { [folder, database] } else { [database, folder] };
        let (open, slug) = (opened(&town, town.city()), town.city().slug.clone());
        let moved = on_a_thread({
            let way = way.clone();
            move || {
                let first = dump::move_to(open()?, &way[0], &slug, &program(), START_MS, &mut |_| {})?;
                let second = dump::move_to(
                    closed(&way[0], &slug)?,
                    &way[1],
                    &slug,
                    &program(),
                    START_MS,
                    &mut |_| {},
                )?;
                let twice =
                    dump::move_to(closed(&way[0], &slug)?, &way[1], &slug, &program(), START_MS, &mut |_| {});
                assert_eq!(twice.unwrap_err().code(), "restore-city-exists");
                Ok((first.rows, second.rows))
            }
        })
        .await
        .expect("moved");
        assert_eq!(moved.0, moved.1);
        assert_eq!(town.ask(probe::notes).await, 5);
        let (second, slug) = (way[1].clone(), town.city().slug.clone());
        let stood = on_a_thread(move || {
            // Back again, as when another city could not follow.
            let stands = || dump::stands_in(&second, &slug, &program(), START_MS);
            let before = stands()?;
            dump::take_back(&second, &slug, &program(), START_MS)?;
            Ok((before, stands()?))
        })
        .await;
        assert_eq!(stood.unwrap(), (true, false));
        for home in &way[..1] {
            let city = served(&town, home, &town.city().slug);
            assert_eq!(found(&town, &city).await, 1, "what is found by words is found there, too");
        }
    });
}

#[test]
fn a_reader_goes_on_where_it_stood_wherever_the_city_went() {
    each_store(|town| async move {
        live_in(&town).await;
        let there = Elsewhere::new().await;
        let file = there.file("one");
        back_up(&town, town.city(), &file).await;
        for home in there.homes() {
            put_back(&file, &home, None, false).await.expect("restored");
            let city = served(&town, &home, &town.city().slug);
            note(&town, &city, "after").await;
            let copies = read_on(&town, &city, 6).await;
            assert_eq!(copies, ["一", "two\n\"quoted\"", "𠮷野家", "four", "five", "after"], "{home:?}");
        }
    });
}

#[test]
fn a_city_is_restored_beside_itself_under_another_slug() {
    each_store(|town| async move {
        live_in(&town).await;
        let there = Elsewhere::new().await;
        let file = there.file("one");
        back_up(&town, town.city(), &file).await;
        let home = match &town.ground {
            Ground::Sqlite { folder } => Home::Folder(folder.path().to_owned()),
            Ground::Postgres { .. } => {
                Home::Postgres { url: town.postgres_address().unwrap(), folder: there.path().to_owned() }
            }
        };
        let fault = put_back(&file, &home, None, false).await.unwrap_err();
        assert_eq!(fault.code(), "restore-city-exists");
        assert_eq!(put_back(&file, &home, Some("third"), false).await.unwrap().slug, "third");
        let third = served(&town, &home, "third");
        assert_eq!(town.ask_in(&third, probe::notes).await, 5);
        assert_eq!(found(&town, &third).await, 1);
        // The two know nothing of each other.
        note(&town, &third, "only there").await;
        assert_eq!(town.ask_in(&third, probe::notes).await, 6);
        assert_eq!(town.ask(probe::notes).await, 5);
        assert_eq!(read_on(&town, &third, 6).await.len(), 6);
        assert_eq!(town.ask(probe::copies).await.len(), 2);
    });
}

#[test]
fn replacing_a_city_keeps_the_old_one_aside() {
    each_store(|town| async move {
        live_in(&town).await;
        let there = Elsewhere::new().await;
        let file = there.file("one");
        back_up(&town, town.city(), &file).await;
        for home in there.homes() {
            put_back(&file, &home, None, false).await.unwrap();
            let city = served(&town, &home, &town.city().slug);
            note(&town, &city, "later").await;
            drop(city);
            let restored = put_back(&file, &home, None, true).await.expect("replaced");
            let city = served(&town, &home, &town.city().slug);
            assert_eq!(town.ask_in(&city, probe::notes).await, 5);
            assert_eq!(found(&town, &city).await, 1);
            let aside = restored.aside.expect("the old one is somewhere");
            match home {
                Home::Folder(_) => {
                    let (slug, program) = (town.city().slug.clone(), program());
                    let table = tables(&program, derived::TABLES)
                        .unwrap()
                        .into_iter()
                        .find(|table| table.name == "probe_note");
                    let mut old = Stores::read_folder(&aside, &slug).unwrap();
                    assert_eq!(old.count(&table.unwrap()).unwrap(), 6);
                }
                Home::Postgres { .. } => {
                    assert_eq!(dump::contents(&aside, &program()).unwrap()["probe_note"].rows, 6);
                }
            }
        }
    });
}

#[test]
fn writes_during_a_backup_are_wholly_in_or_wholly_out_on_all_stores() {
    each_store(|town| async move {
        let stop = Arc::new(AtomicBool::new(false));
        // First a note in one store, then a reading in the other: at no moment are there more readings than notes, or
        // more than one note without its reading.
        let writing = tokio::spawn({
            let (town, stop) = (town.clone(), stop.clone());
            async move {
                let mut written = 0;
                while !stop.load(Ordering::SeqCst) {
                    note(&town, town.city(), "one of many").await;
                    reading(&town, 1.5).await;
                    written += 1;
                }
                written
            }
        });
        let [notes, events, readings] = ["probe_note", EVENTS, "probe_reading"].map(|name| {
            tables(&program(), derived::TABLES).unwrap().into_iter().find(|table| table.name == name).unwrap()
        });
        let looks: Vec<_> = (0..60).map(|_| opened(&town, town.city())).collect();
        let seen = on_a_thread(move || {
            let mut seen = Vec::new();
            for look in looks {
                // What a backup would begin to read.
                let mut stores = look()?;
                let counts = [&notes, &events, &readings].map(|table| stores.count(table).unwrap());
                stores.keep()?;
                assert_eq!(counts[0], counts[1], "a note and its event are one act");
                assert!(
                    counts[2] <= counts[0] && counts[0] <= counts[2] + 1,
                    "notes, events, readings: {counts:?}"
                );
                seen.push(counts[0]);
            }
            Ok(seen)
        })
        .await
        .expect("no look saw half of anything");
        stop.store(true, Ordering::SeqCst);
        let written: i64 = writing.await.unwrap();
        assert!(seen.is_sorted() && *seen.last().unwrap() <= written);
        assert!(seen.first() < seen.last(), "nothing was written meanwhile, so nothing was tried: {seen:?}");
    });
}

#[test]
fn nobody_waits_long_when_a_backup_finds_one_store_busy() {
    runtime().block_on(async {
        let town = Arc::new(Town::on_sqlite().await);
        for busy in [Store::City, Store::Context] {
            let holding = tokio::spawn({
                let db = town.city().store(busy).clone();
                async move {
                    let hold = |_: &mut ground::db::Tx<'_>| {
                        std::thread::sleep(Duration::from_millis(900));
                        Ok(())
                    };
                    db.write(hold).await.unwrap();
                }
            });
            let look = opened(&town, town.city());
            let looking = tokio::spawn(on_a_thread(move || look()?.keep()));
            let mut longest_ms = 0;
            while !holding.is_finished() {
                let clock = Stopwatch::new();
                match busy {
                    Store::City => reading(&town, 1.0).await,
                    _ => note(&town, town.city(), "meanwhile").await,
                }
                longest_ms = longest_ms.max(clock.ms());
            }
            looking.await.unwrap().expect("the backup began when the store was free");
            assert!(longest_ms < 400, "a write waited {longest_ms} ms for a backup that could not begin");
        }
    });
}

#[test]
fn a_backup_begins_in_read_only_mode_too() {
    each_store(|town| async move {
        live_in(&town).await;
        town.house.shared.set_read_only(true);
        let there = Elsewhere::new().await;
        back_up(&town, town.city(), &there.file("quiet")).await;
        let refused = town.call(admin(), "probe.note", json!({"text": "no"})).await.unwrap_err();
        assert_eq!(refused.code(), "read-only");
    });
}

#[test]
fn an_interrupted_restore_leaves_nothing_behind() {
    each_store(|town| async move {
        live_in(&town).await;
        let there = Elsewhere::new().await;
        let file = there.file("one");
        back_up(&town, town.city(), &file).await;
        for home in there.homes() {
            let (path, interrupted) = (file.clone(), home.clone());
            // The first reading only checks; the program dies in the second, after most tables.
            let died = on_a_thread(move || {
                let mut checked = 0;
                dump::restore(
                    &path,
                    &interrupted,
                    Some("third"),
                    false,
                    &program(),
                    "0.1.0",
                    START_MS,
                    &mut |count| {
                        checked += u32::from(count.table == "probe_note");
                        assert!(checked < 2, "the power goes out (this belongs to the test)");
                    },
                )
            })
            .await;
            assert!(died.is_err());
            match &home {
                Home::Folder(data) => assert!(!data.join("third").exists()),
                Home::Postgres { .. } => {
                    let source = home.clone();
                    on_a_thread(move || {
                        let mut stores = closed(&source, "third")?;
                        for table in tables(&program(), derived::TABLES)? {
                            assert_eq!(stores.count(&table)?, 0, "{}", table.name);
                        }
                        Ok(())
                    })
                    .await
                    .unwrap();
                }
            }
            assert_eq!(put_back(&file, &home, Some("third"), false).await.expect("restored").slug, "third");
        }
    });
}

#[test]
fn backups_know_every_table_and_column_that_a_city_has() {
    let known: BTreeSet<(String, String)> = tables(&program(), derived::TABLES)
        .unwrap()
        .into_iter()
        .flat_map(|table| {
            let name = table.name.clone();
            table.fields.into_iter().map(move |field| (name.clone(), field.name))
        })
        .collect();
    let of_no_city = |table: &str| {
        table == "ground_migration"
            || table.starts_with("sqlite_")
            || derived::TABLES.iter().any(|name| table == *name || table.starts_with(&format!("{name}_")))
    };
    each_store(|town| {
        let known = known.clone();
        async move {
            let mut there = BTreeSet::new();
            match &town.ground {
                Ground::Sqlite { folder } => {
                    for store in Store::ALL {
                        let path = folder.path().join("first").join(format!("{}.db", store.name()));
                        let connection = rusqlite::Connection::open(path).unwrap();
                        let mut columns = connection
                            .prepare("select m.name, c.name from sqlite_schema m, pragma_table_info(m.name) c where m.type = 'table'")
                            .unwrap();
                        let rows = columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
                        there.extend(rows.map(Result::unwrap));
                    }
                }
                Ground::Postgres { .. } => {
                    let address = town.postgres_address().unwrap();
                    let (client, connection) =
                        tokio_postgres::connect(&address, tokio_postgres::NoTls).await.unwrap();
                    tokio::spawn(connection);
                    let rows = client
                        .query("select table_name::text, column_name::text from information_schema.columns where table_schema = 'public'", &[])
                        .await
                        .unwrap();
                    there.extend(rows.iter().map(|row| (row.get(0), row.get(1))));
                }
            }
            there.retain(|(table, column): &(String, String)| !of_no_city(table) && column != "city");
            assert_eq!(known, there);
        }
    });
}

/// A number that a database draws means nothing elsewhere and is drawn anew on arrival, in the same order. Whoever adds
/// such a column keeps its numbers nowhere else, or teaches `ground::dump` to translate them; then the table joins this
/// list.
#[test]
fn drawn_numbers_stand_only_in_tables_that_backups_number_anew() {
    let drawn: Vec<String> = tables(&program(), derived::TABLES)
        .unwrap()
        .into_iter()
        .filter(|table| table.fields.iter().any(|field| field.grows))
        .map(|table| table.name)
        .collect();
    assert_eq!(drawn, [EVENTS, "ground_search"]);
}

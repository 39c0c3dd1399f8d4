//! Leaving: waited for, taken back, and then nothing of a person is left but numbers.

use std::process::Command;
use std::sync::Arc;

use ground::db::Migration;
use ground::dump::{self, Label, Stores};
use ground::seal;
use ground::who::Who;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{Ground, START_MS, each_store_of_the_house};

use super::{DAY_MS, agree, helper, one, own, resident, run, save, sign_in};
use crate::contract::people::{administrator, who};

/// Everything that the city's stores hold, as one text.
async fn everything(town: &Arc<Town>) -> String {
    let folder = tests::cluster::scratch();
    let file = folder.path().join("all.backup");
    let (city, address, into) = (town.city().clone(), town.postgres_address(), file.clone());
    let own = match &town.ground {
        Ground::Sqlite { folder } => folder.path().join(&*city.slug),
        Ground::Postgres { .. } => std::path::PathBuf::new(),
    };
    let program: Vec<Migration> =
        tests::rooms::migrations().into_iter().chain(tests::probe::ROOM.migrations.iter().copied()).collect();
    dump::on_a_thread(move || {
        let stores = match address {
            Some(url) => Stores::read_postgres(&url, &city.slug),
            None => Stores::read_live(&own, &city),
        }?;
        let label = Label { machiya: "0.1.0", slug: city.slug.to_string(), now_ms: START_MS, key_file: None };
        dump::backup(stores, &program, &label, &into, &mut |_| {})
    })
    .await
    .expect("backed up");
    let script = "import sys,zlib\nraw=open(sys.argv[1],'rb').read()\nsys.stdout.buffer.write(zlib.decompressobj(31).decompress(raw[raw.index(b'\\n')+1:]))";
    let out = Command::new("python3").args(["-c", script]).arg(&file).output().expect("python runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("text")
}

/// Erases to the end, as workers would.
async fn erase(town: &Arc<Town>) {
    run(town, "people.leaving_due").await;
    let waiting = || {
        town.ask(|tx| {
            tx.opt(
                sql!("select id, body from ground_job where city = ?1 and kind = 'people.erase' order by id limit 1"),
                params![],
                |row| Ok((row.get::<String>(0)?, row.get::<Value>(1)?)),
            )
        })
    };
    let jobs = town.house.rooms.iter().flat_map(|room| room.jobs).find(|job| job.name == "people.erase");
    let ground::jobs::JobRun::InTx(erase) = jobs.expect("a job").run else { panic!("in a transaction") };
    for _ in 0..100 {
        let Some((job, body)) = waiting().await else { return };
        let cx = town.cx(Who::system());
        town.city()
            .db
            .write(move |tx| {
                erase(tx, &cx, &body)?;
                tx.put(sql!("delete from ground_job where city = ?1 and id = ?2"), params![job.as_str()])
            })
            .await
            .expect("a range is erased");
    }
    panic!("it never ends");
}

#[test]
fn who_leaves_leaves_nothing_but_numbers() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "消田 消子", "vanish@example.jp").await;
        let agent = resident(&town, 12, "下田 太郎", "agent@example.jp").await;
        agree(&town, &person, &agent, helper(&["profile"])).await;
        agree(&town, &agent, &person, json!({"asked": "household"})).await;
        save(&town, &person, |input| {
            input["address"] = json!("消町９９９番地");
            input["phone"] = json!("090-9999-7777");
        })
        .await
        .expect("saved");
        let before = everything(&town).await;
        let traces = ["消田", "vanish@example.jp", "消町", "090-9999-7777"];
        assert!(traces.iter().all(|trace| before.contains(trace)), "the search finds what is there");

        let leaving = town.call(person.clone(), "people.ask_leaving", json!({})).await.expect("asked");
        assert_eq!(leaving["due_ms"].as_i64(), Some(START_MS + 14 * DAY_MS));
        erase(&town).await;
        assert!(who(&town, "vanish@example.jp").await.is_some(), "not before its day");
        town.call(person.clone(), "people.take_back_leaving", json!({})).await.expect("taken back");
        town.clock.advance_ms(20 * DAY_MS);
        erase(&town).await;
        let person = sign_in(&town, own(&person), "vanish@example.jp").await;

        town.call(person.clone(), "people.ask_leaving", json!({})).await.expect("asked again");
        town.clock.advance_ms(14 * DAY_MS);
        erase(&town).await;
        assert!(who(&town, "vanish@example.jp").await.is_none());
        let after = everything(&town).await;
        let left: Vec<&str> = traces.into_iter().filter(|trace| after.contains(trace)).collect();
        assert_eq!(left, Vec::<&str>::new());
        // Nobody gets the number again, and those who stay are whole.
        let no: i64 = town
            .ask(|tx| one(tx, sql!("select count(*) from people_account where city = ?1 and person_no = 11")))
            .await;
        assert_eq!(no, 1);
        let family = town.call(agent, "people.family", json!({})).await.expect("read");
        assert_eq!(family["household"]["members"].as_array().map(Vec::len), Some(1));
        assert!(family["i_act"].as_array().is_some_and(Vec::is_empty));
    });
}

#[test]
fn the_last_administrator_and_the_only_parent_cannot_go() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let fault = town.call(admin, "people.ask_leaving", json!({})).await.unwrap_err();
        assert_eq!(fault.code(), "people-last-admin");
        let parent = resident(&town, 11, "上田 花", "parent@example.jp").await;
        let add = json!({"name": "上田 子", "birth": "2020-01-01"});
        let child = town.call(parent.clone(), "people.add_child", add).await.expect("added");
        let fault = town.call(parent.clone(), "people.ask_leaving", json!({})).await.unwrap_err();
        assert_eq!(fault.code(), "people-children-alone");
        let of_child = json!({"child": child["account"]});
        town.call(parent.clone(), "people.ask_leaving", of_child).await.expect("the child first");
        town.call(parent, "people.ask_leaving", json!({})).await.expect("then the parent");
    });
}

#[test]
fn accounts_that_nobody_uses_go_only_where_the_city_says_so() {
    each_store_of_the_house(|town| async move {
        let person = resident(&town, 11, "上田 花", "person@example.jp").await;
        let used = resident(&town, 12, "下田 太郎", "used@example.jp").await;
        town.clock.advance_ms(800 * DAY_MS);
        run(&town, "people.dormant").await;
        let waiting = || town.ask(|tx| one(tx, sql!("select count(*) from people_leaving where city = ?1")));
        assert_eq!(waiting().await, 0, "as delivered, nobody is sent away");
        let rule =
            json!({"code": "dormant_notice_days", "valid_from": "2026-01-01", "value": 730, "basis": "規則"});
        town.call(Who::operator(), "people.save_rule", rule).await.expect("decided");
        sign_in(&town, own(&used), "used@example.jp").await;
        run(&town, "people.dormant").await;
        assert_eq!(waiting().await, 1);
        // Signing in again is using it.
        let reader =
            town.house.rooms.iter().flat_map(|room| room.readers).find(|one| one.name == "people.back_again");
        let cx = town.cx(Who { account: Some(own(&person)), ..Who::anyone() });
        let account = own(&person);
        let signed_in = move |tx: &mut ground::db::Tx<'_>| {
            tx.emit(&cx, "people.signed_in", account.as_str(), json!({"session": seal::token_digest("x")}))
        };
        town.city().db.write(signed_in).await.expect("signed in");
        for _ in 0..20 {
            ground::events::step(&town.house, town.city(), reader.expect("a reader"), 100)
                .await
                .expect("read on");
        }
        assert_eq!(waiting().await, 0);
    });
}

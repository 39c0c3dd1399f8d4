//! Two cities in one installation never see each other.

use ground::fault::Kind;
use ground::house::Cities;
use ground::who::{Role, Who};
use serde_json::{Value, json};
use std::sync::Arc;
use tests::Town;
use tests::probe;
use tests::town::{admin, each_store, facts, id, person, staff_of};

async fn live(town: &Arc<Town>, city: usize) -> Value {
    let city = town.cities[city].clone();
    let name = city.slug.to_string();
    let editor = staff_of(3, Role::Editor);
    let note = json!({"text": format!("in {name}"), "department": id(3)});
    let note = town.call_in(&city, admin(), "probe.note", note).await.expect("written");
    let edit = json!({"id": note["id"], "text": format!("edited in {name}"), "rev": 1});
    town.call_in(&city, editor, "probe.edit", edit).await.expect("edited");
    town.call_in(&city, person(7, &[Role::Resident]), "probe.take_seat", json!({"seat": "a"}))
        .await
        .expect("free here");
    town.call_in(&city, admin(), "probe.read", json!({"value": 1.0})).await.expect("written");
    let cx = town.cx_in(&city, Who::system());
    city.db
        .write(move |tx| tx.enqueue(&cx, "probe.count", Some("same key"), &json!({"kind": "probe.count"})))
        .await
        .expect("left");
    note
}

#[test]
fn the_same_life_in_two_cities_stays_apart() {
    each_store(|town| async move {
        let first = live(&town, 0).await;
        live(&town, 1).await;
        for city in &town.cities {
            let list = town.call_in(city, admin(), "probe.notes", json!({})).await.expect("read");
            let rows = list["rows"].as_array().expect("rows").clone();
            assert_eq!(rows.len(), 1, "{rows:?}");
            assert_eq!(rows[0]["text"], format!("edited in {}", city.slug));
            assert_eq!(town.ask_in(city, |tx| probe::jobs(tx, "probe.count")).await, 1);
            assert_eq!(city.context.read(probe::readings).await.expect("read"), 1);
            assert_eq!(town.ask_in(city, probe::events).await, 1, "its own event only");
            let audit = town.call_in(city, admin(), "ground.audit", json!({})).await.expect("read");
            assert_eq!(audit["rows"].as_array().expect("rows").len(), 3);
        }
        // What belongs to one city is missing in the other, even for those who may do everything there.
        let foreign = json!({"id": first["id"], "text": "mine now", "rev": 2});
        let fault = town
            .call_in(&town.cities[1], staff_of(3, Role::Editor), "probe.edit", foreign)
            .await
            .unwrap_err();
        assert_eq!(fault.kind(), Kind::Missing);
        let list = town.call(admin(), "probe.notes", json!({})).await.expect("read");
        assert_eq!(list["rows"][0]["text"], "edited in first", "nothing happened to it");
    });
}

#[test]
fn a_worker_of_one_city_leaves_the_jobs_of_the_other_alone() {
    each_store(|town| async move {
        live(&town, 0).await;
        live(&town, 1).await;
        let worker = super::Worker::start(&town, town.city(), "worker");
        super::until("the job of the first city is done", || async {
            town.ask(|tx| probe::marks(tx, "probe.count")).await == 1
        })
        .await;
        worker.stop().await;
        assert_eq!(town.ask_in(town.other_city(), |tx| probe::jobs(tx, "probe.count")).await, 1);
        assert_eq!(town.ask_in(town.other_city(), |tx| probe::marks(tx, "probe.count")).await, 0);
    });
}

#[test]
fn a_host_name_alone_chooses_the_city() {
    each_store(|town| async move {
        let claimed = facts("second", "二ノ町");
        let claimed = ground::city::CityFacts { hosts: vec!["ni.example.jp".to_owned()], ..claimed };
        town.other_city().set_facts(claimed);
        let cities = Cities::clone(&town.house.cities.load());
        let slug = |host: &str| cities.of_host(host).map(|city| city.slug.to_string());
        assert_eq!(slug("second.localhost").as_deref(), Some("second"));
        assert_eq!(slug("NI.example.jp").as_deref(), Some("second"));
        assert_eq!(slug("first.localhost").as_deref(), Some("first"));
        assert_eq!(slug("127.0.0.1").as_deref(), Some("first"), "any other name leads to the default city");
    });
}

#[test]
fn facts_are_saved_once_and_the_second_clerk_sees_both_versions() {
    each_store(|town| async move {
        let input = |name: &str, rev: i64| {
            json!({"name": name, "zone": "Asia/Tokyo", "public_url": "http://first.localhost:8080",
                   "languages": ["ja", "ja-x-easy", "en"], "rev": rev})
        };
        town.call(admin(), "ground.save_city", input("みどり町", 1)).await.expect("saved");
        assert_eq!(town.city().facts().name, "みどり町", "every page shows it at once");
        let fault = town.call(admin(), "ground.save_city", input("あおば町", 1)).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Outdated);
        assert_eq!(fault.theirs().expect("what stands")["name"], "みどり町");
        let other = town.ask_in(town.other_city(), ground::city::read_facts).await.expect("there");
        assert_eq!(other.name, "二ノ町");
    });
}

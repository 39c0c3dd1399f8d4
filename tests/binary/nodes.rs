//! Several nodes on one PostgreSQL database: servers, and workers without HTTP.

use serde_json::json;
use tests::cluster::{address, address_of, administer, new_name};
use tests::town::runtime;

use super::Desk;

/// A database of one's own in the cluster of the test run.
fn database() -> String {
    let (base, name) = (address(), new_name("nodes"));
    runtime().block_on(administer(&base, &format!("create database {name}"))).expect("a new database");
    address_of(&base, &name)
}

/// A second machine: its own folder and address, the same key.
fn beside(first: &Desk, url: &str) -> Desk {
    let key = first.data().join("machiya.key").display().to_string();
    Desk::new().with("MACHIYA_DATABASE", url).with("MACHIYA_KEY_FILE", &key)
}

#[test]
fn work_without_postgres_is_refused() {
    let ended = Desk::new().run(&["work"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("PostgreSQL"), "{}", ended.err);
}

#[test]
fn a_city_that_one_node_adds_and_changes_is_soon_known_to_the_others() {
    let url = database();
    let first = Desk::new().with("MACHIYA_DATABASE", &url);
    first.add_city("shio", "汐町");
    let one = first.serve();
    let second = beside(&first, &url);
    let mut two = second.serve();
    first.add_city("nami", "波町");
    let ask = |host: &str| format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes();
    let sees = |host: &str, name: &str| {
        second
            .client()
            .send(&ask(host))
            .is_ok_and(|answer| answer.status == 200 && answer.text().contains(name))
    };
    two.wait_for("the second node serves the new city", || sees("nami.localhost", "波町"));
    let mut facts = first.done_json(&["call", "ground.city", "--city", "nami"]);
    let map = facts.as_object_mut().expect("facts");
    map.remove("demo");
    map.insert("name".to_owned(), json!("大波町"));
    first.done(&["call", "ground.save_city", "--city", "nami", "--json", &facts.to_string()]);
    two.wait_for("the second node shows the new name", || sees("nami.localhost", "大波町"));
    assert!(one.stop().success() && two.stop().success());
}

#[test]
fn workers_do_what_servers_leave() {
    let url = database();
    let first = Desk::new().with("MACHIYA_DATABASE", &url).with("MACHIYA_WORKERS", "off");
    first.add_city("shio", "汐町");
    let server = first.serve();
    first.done(&["key", "rotate"]);
    let waiting = |desk: &Desk| {
        let jobs = desk.done_json(&["call", "ground.jobs"]);
        jobs["rows"]
            .as_array()
            .map_or(0, |rows| rows.iter().filter(|job| job["kind"] == "ground.reseal").count())
    };
    assert_eq!(waiting(&first), 1, "nobody works yet");
    let second = beside(&first, &url);
    let mut worker = second.start("work");
    worker.wait_for("the job is done", || waiting(&first) == 0);
    assert!(worker.stop().success());
    assert!(server.stop().success());
}

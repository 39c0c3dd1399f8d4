//! What a server does not start on: a folder that another one holds, and data of a newer program.

use std::path::Path;

use tests::cluster::{self, Cluster, scratch};
use tests::server::Plan;
use tests::town::runtime;

fn refused(plan: &Plan, words: &[&str]) {
    for args in [&["serve"][..], &["demo"]] {
        let output = plan.run(args);
        let said =
            String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success(), "{args:?} must be refused: {said}");
        for word in words {
            assert!(said.contains(word), "{args:?} says {word:?}: {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
}

fn city_store(data: &Path) -> std::path::PathBuf {
    let folders = std::fs::read_dir(data).expect("the data folder").flatten();
    folders.map(|entry| entry.path().join("city.db")).find(|path| path.exists()).expect("the city's store")
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let folder = scratch();
    let data = folder.path().join("data");
    let plan = Plan::on_sqlite(&data);
    let server = plan.demo();
    refused(&plan, &[data.to_str().expect("a plain path"), &server.pid().to_string()]);
    assert_eq!(server.client().get("/").expect("answered").status, 200);
    assert!(server.stop().success());
    // The lock is gone with its holder.
    assert!(plan.demo().stop().success());
}

#[test]
fn a_lock_of_a_server_that_died_holds_nobody_up() {
    let folder = scratch();
    let plan = Plan::on_sqlite(&folder.path().join("data"));
    plan.demo().kill_9();
    assert!(plan.demo().stop().success());
}

#[test]
fn a_binary_older_than_its_data_is_refused_and_touches_nothing() {
    let newer = "insert into ground_migration (room, store, number, name, checksum, at_ms)
                 values ('ground', 'city', 999, 'from the future', 'x', 0)";
    let folder = scratch();
    let data = folder.path().join("data");
    let plan = Plan::on_sqlite(&data);
    assert!(plan.demo().stop().success());
    let connection = rusqlite::Connection::open(city_store(&data)).expect("opened");
    connection.execute_batch(newer).expect("written");
    drop(connection);
    let before = std::fs::read(city_store(&data)).expect("read");
    refused(&plan, &["ground/city/999"]);
    assert!(std::fs::read(city_store(&data)).expect("read") == before, "not a byte has changed");

    let folder = scratch();
    let cluster = Cluster::start();
    let plan = Plan::on_postgres(&folder.path().join("data"), &cluster.url());
    assert!(plan.demo().stop().success());
    runtime().block_on(cluster::administer(&cluster.url(), newer)).expect("written");
    refused(&plan, &["ground/city/999"]);
}

#[test]
fn a_damaged_key_file_is_named_and_not_replaced() {
    let folder = scratch();
    let data = folder.path().join("data");
    let plan = Plan::on_sqlite(&data);
    assert!(plan.demo().stop().success());
    let key = data.join("machiya.key");
    std::fs::write(&key, "a not-a-key\n").expect("written");
    refused(&plan, &["machiya.key"]);
    assert_eq!(std::fs::read_to_string(&key).expect("there"), "a not-a-key\n");
}

#[test]
fn settings_that_are_wrong_are_refused_with_file_and_line() {
    let folder = scratch();
    let plan = Plan::on_sqlite(&folder.path().join("data"));
    std::fs::write(folder.path().join("machiya.toml"), "memory = \"256MB\"\nlisten_on = \"127.0.0.1:1\"\n")
        .expect("written");
    refused(&plan, &["machiya.toml", "2", "listen_on"]);
}

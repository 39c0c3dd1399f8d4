//! Cities and actions, through the lock where no server runs and through the socket where one does.

use serde_json::json;

use super::{Desk, mode_of};

#[test]
fn a_city_is_added_and_asked_with_and_without_a_server() {
    let desk = Desk::new();
    assert!(desk.add_city("shio", "汐町").contains("/sign-in/link/"));
    assert_eq!(desk.done_json(&["call", "ground.city"])["name"], "汐町");

    let server = desk.serve();
    assert_eq!(mode_of(&desk.data().join("machiya.sock")), 0o600);
    let link = desk.add_city("nami", "波町");
    let link = link.lines().find(|line| line.starts_with("http")).expect("the link").to_owned();
    let asked = desk.run(&["call", "ground.city"]);
    assert_eq!(asked.code, 2, "with two cities nobody guesses: {}", asked.out);
    assert_eq!(desk.done_json(&["call", "ground.city", "--city", "nami"])["name"], "波町");

    // The new city is served at once, under its own name, and its first administrator can come in.
    let path = link.split_once(&desk.port.to_string()).expect("the port").1.to_owned();
    let host = format!("nami.localhost:{}", desk.port);
    let raw = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes();
    let page = desk.client().send(&raw(&path)).expect("answered");
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(desk.client().send(&raw("/")).expect("answered").text().contains("波町"));

    assert!(server.stop().success());
    assert!(!desk.data().join("machiya.sock").exists());
    let cities = desk.done_json(&["city", "list", "--json"]);
    assert_eq!(cities.as_array().map(Vec::len), Some(2));
}

#[test]
fn what_was_wrong_with_a_call_is_said_the_same_way_on_both_paths() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let wrong = ["call", "ground.save_city", "--json", "{\"name\":\"\",\"zone\":\"Nowhere/Else\"}"];
    let alone = desk.run(&wrong);
    let server = desk.serve();
    let through = desk.run(&wrong);
    assert_eq!((alone.code, through.code), (2, 2));
    assert!(alone.err.contains("public_url"), "{}", alone.err);
    assert_eq!(alone.err, through.err);
    let unknown = desk.run(&["call", "ground.citi"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("ground.city"), "{}", unknown.err);
    assert!(server.stop().success());
}

#[test]
fn input_comes_from_a_file_and_acts_are_in_the_audit() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let facts = desk.done_json(&["call", "ground.city"]);
    let mut input = facts.clone();
    let map = input.as_object_mut().expect("facts");
    map.remove("demo");
    map.insert("name".to_owned(), json!("新汐町"));
    desk.write("facts.json", &input.to_string());
    assert_eq!(desk.done_json(&["call", "ground.save_city", "--json", "@facts.json"])["name"], "新汐町");
    let again = desk.run(&["call", "ground.save_city", "--json", "@facts.json"]);
    assert_eq!(again.code, 1, "edited from an older revision: {}", again.err);
    let audit = desk.done_json(&["call", "ground.audit", "--json", "{\"action\":\"ground.save_city\"}"]);
    assert_eq!(audit["rows"][0]["actor"], "operator");
    assert_eq!(audit["rows"][0]["via"], "command");
}

#[test]
fn a_command_speaks_for_an_account_with_that_accounts_rights() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let staff = desk.done_json(&["call", "people.staff"]);
    let admin = staff["rows"][0]["id"].as_str().expect("the first administrator").to_owned();
    let mine = desk.done_json(&["call", "people.departments", "--as", &admin]);
    assert!(mine.is_object() || mine.is_array());
    let nobody = desk.run(&["call", "people.departments", "--as", "01M7VQBH9GDYCSP84JE70KQB8B"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.err.contains("01M7VQBH9GDYCSP84JE70KQB8B"), "{}", nobody.err);
    let refused = desk.run(&["call", "people.invite_admin", "--as", &admin]);
    assert_eq!(refused.code, 1, "only the command line itself makes such a link: {}", refused.out);
}

#[test]
fn while_only_reading_the_server_answers_and_takes_nothing_in() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    assert_eq!(desk.run(&["read-only", "on"]).code, 1, "there is no server to tell");
    let server = desk.serve();
    desk.done(&["read-only", "on"]);
    assert_eq!(desk.run(&["city", "add", "nami", "--name", "波町"]).code, 1);
    assert_eq!(desk.client().get("/").expect("answered").status, 200);
    desk.done(&["read-only", "off"]);
    desk.add_city("nami", "波町");
    assert!(server.stop().success());
}

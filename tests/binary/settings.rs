//! Settings: wrong ones stop the start, all at once; every one is explained.

use super::{Desk, mode_of};

#[test]
fn wrong_settings_are_refused_with_file_line_and_remedy() {
    let desk = Desk::new().with("MACHIYA_WORKRES", "on");
    desk.write("machiya.toml", "# the town\nmemory = \"lots\"\n\n[limits]\nbodi = \"1MB\"\n");
    let ended = desk.run(&["serve"]);
    assert_eq!(ended.code, 2, "{}", ended.err);
    for words in ["machiya.toml:2", "memory", "256MB", "machiya.toml:5", "limits.body", "MACHIYA_WORKERS"] {
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
    assert!(!desk.data().exists(), "nothing is made before the settings are right");
}

#[test]
fn every_setting_is_shown_with_its_source_and_no_secret() {
    let desk = Desk::new();
    desk.write("machiya.toml", "database = \"postgres://town:hunter2@127.0.0.1:1/town\"\n");
    let all = desk.done_json(&["settings", "--json"]);
    let all = all.as_array().expect("a list");
    let of = |name: &str| all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!(of("listen")["source"], "MACHIYA_LISTEN");
    assert_eq!(of("database")["source"], "machiya.toml:1");
    assert_eq!(of("database")["value"], "postgres://town:•••@127.0.0.1:1/town");
    assert_eq!(of("memory")["value"], "256MB");
    assert!(all.iter().all(|one| !one["meaning"].as_str().expect("text").is_empty()));
    assert!(!desk.done(&["settings"]).contains("hunter2"));
}

#[test]
fn check_changes_nothing_and_says_what_is_wrong() {
    let desk = Desk::new();
    let out = desk.done(&["check"]);
    assert!(out.contains("will be made"), "{out}");
    assert!(!desk.data().exists());
    desk.write("data", "a file where a folder should be");
    let ended = desk.run(&["check"]);
    assert_eq!(ended.code, 1, "{}", ended.out);
    assert!(ended.out.contains("is no folder"), "{}", ended.out);
}

#[test]
fn usage_is_explained_in_japanese_and_english() {
    let desk = Desk::new();
    assert!(desk.done(&["--lang", "ja", "--help"]).contains("サーバーを動かす"));
    assert!(desk.done(&["--help"]).contains("Run the server"));
    assert_eq!(desk.run(&["dance"]).code, 2);
}

#[test]
fn doctor_names_what_needs_somebody() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let port = desk.port.to_string();
    let safe = desk.run(&["doctor"]);
    assert_eq!(safe.code, 0, "{}", safe.out);
    let desk = desk.with("MACHIYA_LISTEN", &format!("0.0.0.0:{port}"));
    let said = desk.run(&["doctor", "--json"]);
    assert_eq!(said.code, 1, "{}", said.out);
    let findings: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let codes: Vec<&str> =
        findings.as_array().expect("a list").iter().filter_map(|one| one["code"].as_str()).collect();
    for code in ["plain-http", "no-backup-folder", "jobs-done", "no-server", "fsync"] {
        assert!(codes.iter().any(|known| known.starts_with(code)), "{code}: {codes:?}");
    }
    assert_eq!(mode_of(&desk.data()), 0o700);
}

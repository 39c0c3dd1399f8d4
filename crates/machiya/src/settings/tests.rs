use proptest::prelude::*;

use super::*;

fn from_file(source: &str) -> Result<Loaded, Vec<Fault>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("machiya.toml");
    std::fs::write(&path, source).unwrap();
    load(&Places { config: Some(path), env: BTreeMap::new(), retention_tables: vec!["ground_event"] })
}

fn from_env(pairs: &[(&str, &str)]) -> Result<Loaded, Vec<Fault>> {
    let env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load(&Places { config: None, env, retention_tables: vec!["ground_event"] })
}

fn arg(fault: &Fault, name: &str) -> String {
    let words = ground::words::WordFiles {
        ja: Box::leak(format!("fault-{} = {{ ${name} }}\n", fault.code()).into_boxed_str()),
        ja_easy: "",
        en: "",
    };
    let words = ground::words::Words::read(&[words]).unwrap();
    fault.title(&words.tongue(ground::words::Lang::Ja))
}

#[test]
fn every_default_of_the_table_is_good() {
    let mut settings = Settings::default();
    for setting in TABLE {
        assert!((setting.set)(&mut settings, setting.kind, setting.default).is_some(), "{}", setting.name);
        assert!(!setting.ja.is_empty() && !setting.en.is_empty(), "{}", setting.name);
    }
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.memory_bytes, 256 << 20);
    assert!(settings.check_together().is_empty());
}

#[test]
fn names_are_told_apart_in_the_environment_too() {
    let mut names: Vec<String> = TABLE.iter().map(Setting::env).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), TABLE.len());
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("town.toml");
    std::fs::write(&path, "listen = \"127.0.0.1:1\"\n[retention]\nground_event = 30\n").unwrap();
    let env = BTreeMap::from([
        ("MACHIYA_CONFIG".to_owned(), path.display().to_string()),
        ("MACHIYA_LISTEN".to_owned(), "127.0.0.1:2".to_owned()),
    ]);
    let loaded = load(&Places { config: None, env, retention_tables: vec!["ground_event"] }).ok().unwrap();
    assert_eq!(loaded.settings.listen.port(), 2);
    assert_eq!(loaded.settings.retention_days.get("ground_event"), Some(&30));
    assert_eq!(loaded.given["listen"].1, Source::Env("MACHIYA_LISTEN".to_owned()));
    assert_eq!(loaded.given["retention.ground_event"].1, Source::File(path, 3));
}

#[test]
fn a_relative_path_in_the_file_starts_at_the_file() {
    let loaded = from_file("data = \"town\"\n").ok().unwrap();
    assert!(loaded.settings.data.is_absolute() && loaded.settings.data.ends_with("town"));
}

#[test]
fn every_mistake_is_named_at_once_with_its_line() {
    let faults = from_file("\nmemory = \"lots\"\nlimit.body = \"1MB\"\nworkers = 3\n").err().unwrap();
    let codes: Vec<&str> = faults.iter().map(Fault::code).collect();
    assert_eq!(codes, ["setting-unknown-near", "setting-wrong-size", "setting-wrong-switch"]);
    let lines: Vec<String> =
        faults.iter().map(|fault| arg(fault, "place").rsplit(':').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["3", "2", "4"]);
    assert_eq!(arg(&faults[0], "hint"), "limits.body");
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_one() {
    let faults = from_env(&[("MACHIYA_LISTN", "127.0.0.1:80")]).err().unwrap();
    assert_eq!(arg(&faults[0], "hint"), "MACHIYA_LISTEN");
    let faults = from_env(&[("MACHIYA_COLOUR_OF_THE_SEA", "blue")]).err().unwrap();
    assert_eq!(faults[0].code(), "setting-unknown");
    assert_eq!(from_env(&[("MACHIYA_RETENTION_NOTHING", "1")]).err().unwrap().len(), 1);
}

#[test]
fn an_open_broker_needs_loopback() {
    let open = ("MACHIYA_CONTEXT_ACCESS", "open");
    assert!(from_env(&[open]).is_ok());
    let faults = from_env(&[open, ("MACHIYA_LISTEN", "0.0.0.0:8080")]).err().unwrap();
    assert_eq!(faults[0].code(), "setting-context-open");
}

#[test]
fn half_a_certificate_and_sqlite_without_workers_are_refused() {
    let faults = from_env(&[("MACHIYA_TLS_KEY", "key.pem"), ("MACHIYA_WORKERS", "off")]).err().unwrap();
    let codes: Vec<&str> = faults.iter().map(Fault::code).collect();
    assert_eq!(codes, ["setting-tls-pair", "setting-workers-off"]);
}

#[test]
fn a_file_named_by_hand_must_be_there() {
    let places = Places {
        config: Some("/nonexistent/machiya.toml".into()),
        env: BTreeMap::new(),
        retention_tables: Vec::new(),
    };
    assert_eq!(load(&places).err().unwrap()[0].code(), "setting-file");
}

#[test]
fn secrets_are_never_shown() {
    let of = |name: &str| TABLE.iter().find(|setting| setting.name == name).unwrap();
    let shown_address = shown(of("database"), "postgres://town:hu:nter2@db.example/machiya?password=hunter3");
    assert_eq!(shown_address, "postgres://town:•••@db.example/machiya");
    assert_eq!(shown(of("metrics.token"), "0123456789abcdef"), "•••");
    assert_eq!(shown(of("listen"), "127.0.0.1:80"), "127.0.0.1:80");
    let faults = from_env(&[("MACHIYA_DATABASE", "mysql://town:hunter2@db")]).err().unwrap();
    assert!(!arg(&faults[0], "value").contains("hunter2"));
}

proptest! {
    #[test]
    fn any_value_is_taken_or_refused_without_a_crash(text in "\\PC{0,40}") {
        let mut settings = Settings::default();
        for setting in TABLE {
            let _ = (setting.set)(&mut settings, setting.kind, &text);
            let _ = shown(setting, &text);
        }
    }

    #[test]
    fn a_wrong_number_names_its_own_line(lines in 0usize..20, wrong in "[a-z]{1,8}") {
        let source = format!("{}limits.requests = \"{wrong}\"\n", "# sea\n".repeat(lines));
        let faults = from_file(&source).err().unwrap();
        let end = format!(":{}", lines + 1);
        prop_assert!(arg(&faults[0], "place").ends_with(&end));
    }
}

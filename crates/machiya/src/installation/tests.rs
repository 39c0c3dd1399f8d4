use super::*;
use ground::words::Lang;

fn settings(folder: &Path) -> Arc<Settings> {
    Arc::new(Settings { data: folder.to_owned(), ..Settings::default() })
}

fn facts(name: &str, host: &str) -> CityFacts {
    CityFacts {
        name: name.to_owned(),
        zone: "Asia/Tokyo".to_owned(),
        public_url: format!("https://{host}"),
        hosts: vec![host.to_owned()],
        languages: Lang::ALL.to_vec(),
        mail_from: String::new(),
        demo: false,
        rev: 1,
    }
}

#[tokio::test]
async fn a_city_is_there_again_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let one = Installation::open(settings(folder.path()), Purpose::Serve).await.unwrap();
    one.add_city("shio", facts("汐町", "shio.example")).await.unwrap();
    assert_eq!(one.add_city("shio", facts("汐町", "x.example")).await.err().unwrap().code(), "city-exists");
    assert_eq!(
        one.add_city("nami", facts("波町", "shio.example")).await.err().unwrap().code(),
        "host-claimed"
    );
    assert_eq!(one.add_city("../nami", facts("波町", "y.example")).await.err().unwrap().code(), "city-slug");
    drop(one);
    let two = Installation::open(settings(folder.path()), Purpose::Serve).await.unwrap();
    assert_eq!(two.city("shio").unwrap().facts().name, "汐町");
    assert_eq!(two.city_or_only(None).unwrap().slug.as_ref(), "shio");
    let cities = two.house.cities.load();
    assert_eq!(cities.of_host("anything.example").unwrap().slug.as_ref(), "shio");
}

#[tokio::test]
async fn with_several_cities_nobody_guesses() {
    let folder = tempfile::tempdir().unwrap();
    let one = Installation::open(settings(folder.path()), Purpose::Serve).await.unwrap();
    assert_eq!(one.city_or_only(None).err().unwrap().code(), "no-city");
    one.add_city("shio", facts("汐町", "shio.example")).await.unwrap();
    one.add_city("nami", facts("波町", "nami.example")).await.unwrap();
    assert_eq!(one.city_or_only(None).err().unwrap().code(), "which-city");
    let cities = one.house.cities.load();
    assert!(cities.of_host("anything.example").is_none());
    assert_eq!(cities.of_host("nami.example").unwrap().slug.as_ref(), "nami");
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _one = Installation::open(settings(folder.path()), Purpose::Serve).await.unwrap();
    for purpose in [Purpose::Serve, Purpose::Command] {
        let fault = Installation::open(settings(folder.path()), purpose).await.err().unwrap();
        assert_eq!(fault.code(), "folder-held");
    }
}

#[tokio::test]
async fn data_without_its_key_is_not_opened_with_another() {
    let folder = tempfile::tempdir().unwrap();
    let one = Installation::open(settings(folder.path()), Purpose::Serve).await.unwrap();
    one.add_city("shio", facts("汐町", "shio.example")).await.unwrap();
    drop(one);
    std::fs::remove_file(folder.path().join("machiya.key")).unwrap();
    let fault = Installation::open(settings(folder.path()), Purpose::Serve).await.err().unwrap();
    assert_eq!(fault.code(), "key-missing");
    assert!(!folder.path().join("machiya.key").exists());
}

#[test]
fn memory_is_shared_out_within_its_limit() {
    for cities in [1, 3, 40] {
        let kib: i64 = Store::ALL
            .iter()
            .map(|store| share(256 << 20, cities, *store))
            .map(|size| size.cache_kib + i64::try_from(size.readers + 2).unwrap() * (size.cache_kib / 4))
            .sum();
        assert!(kib * i64::try_from(cities).unwrap() <= 257 << 10, "{cities}: {kib}");
    }
}

#[tokio::test]
async fn operators_call_actions_where_no_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let one = Installation::open(settings(folder.path()), Purpose::Command).await.unwrap();
    one.add_city("shio", facts("汐町", "shio.example")).await.unwrap();
    let ask = |name, input| (crate::operator::operation(name).unwrap().run)(one.clone(), input);
    let act = serde_json::json!({"city": "shio", "action": "ground.city", "input": {}, "as": null});
    assert_eq!(ask("call", act).await.unwrap()["name"], "汐町");
    let act = serde_json::json!({"city": "shio", "action": "ground.citi", "input": {}, "as": null});
    let fault = ask("call", act).await.unwrap_err();
    assert_eq!(fault.code(), "action-unknown");
    assert_eq!(ask("status", serde_json::Value::Null).await.unwrap()["cities"][0], "shio");
    let findings = ask("health", serde_json::Value::Null).await.unwrap();
    assert!(findings.as_array().unwrap().iter().any(|finding| finding["word"] == "jobs-done"), "{findings}");
}

#[tokio::test]
async fn a_city_that_could_not_be_added_leaves_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let one = Installation::open(settings(folder.path()), Purpose::Serve).await.unwrap();
    one.house.shared.set_read_only(true);
    assert_eq!(one.add_city("shio", facts("汐町", "shio.example")).await.err().unwrap().code(), "read-only");
    assert!(!folder.path().join("shio").exists());
}

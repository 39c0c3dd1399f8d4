//! What visitors, programs and attackers meet.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use super::site::{Site, read_all};

const RESIDENT: (&str, &str) = ("cookie", "machiya_local=good");
const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

/// The token of the form on a page.
fn token(page: &str) -> String {
    let rest = page.split("name=\"_token\" value=\"").nth(1).unwrap_or_else(|| panic!("no token in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_in_the_language_that_is_asked_for() {
    let site = Site::open().await;
    let japanese = site.get("/note/%E9%81%BF%E9%9B%A3").await;
    assert_eq!(japanese.status, 200);
    assert!(
        japanese.body.contains("<html lang=\"ja\"")
            && japanese.body.contains("避難")
            && japanese.body.contains("保存")
    );
    let english = site.get("/note/x?lang=en").await;
    assert!(english.body.contains("<html lang=\"en\""));
    assert!(english.header("set-cookie").starts_with("lang=en;"));
    let cookie = site
        .send("GET", "/note/x", &[("cookie", "lang=ja-x-easy; text=large"), ("accept-language", "en")], "")
        .await;
    assert!(cookie.body.contains("<html lang=\"ja-x-easy\" data-text=\"large\""));
    let wish = site.send("GET", "/note/x", &[("accept-language", "en-GB,ja;q=0.5")], "").await;
    assert!(wish.body.contains("<html lang=\"en\""));
    let head = site.send("HEAD", "/note/x", &[], "").await;
    assert!(head.status == 200 && head.body.is_empty() && head.header("content-length") != "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_says_so_to_people_and_programs() {
    let site = Site::open().await;
    let page = site.get("/nowhere").await;
    assert_eq!(page.status, 404);
    assert!(page.body.contains("ページが見つかりません") && page.body.contains(page.header("x-request-id")));
    assert_eq!(site.send("GET", "/api/v1/none/such", &[("accept", "text/html")], "").await.code(), "missing");
    assert_eq!(site.send("GET", "/nowhere", &[], "").await.code(), "missing");
    let slash = site.get("/note/x/?q=1").await;
    assert_eq!((slash.status, slash.header("location")), (308, "/note/x?q=1"));
    let method = site.send("DELETE", "/form", &[("accept", "text/html")], "").await;
    assert_eq!((method.status, method.header("allow")), (405, "GET, POST, HEAD, OPTIONS"));
    assert_eq!(site.send("OPTIONS", "/form", &[], "").await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_own_forms_with_their_token_are_taken() {
    let site = Site::open().await;
    let page = site.send("GET", "/form", &[RESIDENT], "").await;
    assert_eq!(page.header("cache-control"), "private, no-store");
    let body = format!("name=a&_token={}", token(&page.body));
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let send = |headers: Vec<(&'static str, &'static str)>, body: String| {
        let site = &site;
        async move {
            site.send("POST", "/form", &[headers, vec![kind, ("accept", "text/html")]].concat(), &body).await
        }
    };
    assert_eq!(send(vec![RESIDENT, ("sec-fetch-site", "cross-site")], body.clone()).await.status, 403);
    assert_eq!(send(vec![RESIDENT, ("origin", "https://evil.example")], body.clone()).await.status, 403);
    assert_eq!(send(vec![OWN_PAGE], body.clone()).await.status, 403, "a token is for its session only");
    assert_eq!(send(vec![RESIDENT, OWN_PAGE], "name=a".into()).await.status, 403);
    assert_eq!(send(vec![RESIDENT, OWN_PAGE], "name=%ff".into()).await.status, 400);
    for _ in 0..2 {
        let done = send(vec![RESIDENT, OWN_PAGE], body.clone()).await;
        assert_eq!(
            (done.status, done.header("location")),
            (303, "/form?done=saved"),
            "pressing twice is one act"
        );
    }
    assert_eq!(site.get("/api/v1/try/read?name=a").await.json()["rev"], 1);
    let large = send(vec![RESIDENT, OWN_PAGE], format!("name={}", "a".repeat(300_000))).await;
    assert!(large.status == 413 && large.body.contains("256KB"), "{large:?}");
    let sent_json = site.post("/form", &[RESIDENT, OWN_PAGE, ("accept", "text/html")], "{}").await;
    assert_eq!(sent_json.status, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_must_sign_in_is_led_there_and_back() {
    let site = Site::open().await;
    let led = site.get("/own?a=1").await;
    assert_eq!((led.status, led.header("location")), (303, "/sign-in?back=/own%3Fa%3D1"));
    assert_eq!(site.send("GET", "/own", &[RESIDENT], "").await.status, 200);
    assert_eq!(site.send("GET", "/own", &[("cookie", "machiya_local=stolen")], "").await.status, 303);
    // A session without https is good on its own machine only.
    let behind = [RESIDENT, ("x-forwarded-for", "198.51.100.7")];
    let proxied = Site::open_with(|settings| settings.trusted_proxies = proxies(), true).await;
    assert_eq!(proxied.send("GET", "/own", &behind, "").await.status, 303);
    let secure = proxied.send("GET", "/note/x", &[("x-forwarded-proto", "https")], "").await;
    assert_eq!(secure.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(
        site.send("GET", "/note/x", &[("x-forwarded-proto", "https")], "")
            .await
            .header("strict-transport-security"),
        ""
    );
}

fn proxies() -> Vec<crate::settings::Network> {
    let env = [("MACHIYA_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned())].into();
    let places = crate::settings::Places { config: None, env, retention_tables: vec![] };
    let Ok(loaded) = crate::settings::load(&places) else { panic!("the settings are wrong") };
    loaded.settings.trusted_proxies
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_reads_and_writes() {
    let site = Site::open().await;
    let saved = site
        .post("/api/v1/try/save", &[RESIDENT, OWN_PAGE, ("idempotency-key", "k1")], r#"{"name":"a"}"#)
        .await;
    assert_eq!((saved.status, saved.header("etag")), (200, "\"1\""), "{saved:?}");
    let again = site
        .post("/api/v1/try/save", &[RESIDENT, OWN_PAGE, ("idempotency-key", "k1")], r#"{"name":"a"}"#)
        .await;
    assert_eq!(again.json()["rev"], 1, "the same key is the same act");
    let outdated = site.post("/api/v1/try/save", &[RESIDENT, OWN_PAGE], r#"{"name":"a"}"#).await;
    assert_eq!((outdated.status, outdated.json()["current"]["rev"].clone()), (412, 1.into()));
    let matched =
        site.post("/api/v1/try/save", &[RESIDENT, OWN_PAGE, ("if-match", "\"1\"")], r#"{"name":"a"}"#).await;
    assert_eq!(matched.json()["rev"], 2);
    let read = site.get("/api/v1/try/read?name=a&size=3").await;
    assert_eq!((read.status, read.header("etag")), (200, "\"2\""));
    let known = site.send("GET", "/api/v1/try/read?name=a", &[("if-none-match", "\"2\"")], "").await;
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    assert_eq!(site.post("/api/v1/try/read", &[], r#"{"name":"a"}"#).await.json()["rev"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_names_what_is_wrong() {
    let site = Site::open().await;
    let field =
        |said: &super::site::Said| said.json()["errors"][0]["field"].as_str().unwrap_or_default().to_owned();
    let wrong_type = site.get("/api/v1/try/read?name=a&size=many").await;
    assert_eq!((wrong_type.status, field(&wrong_type)), (422, "size".to_owned()));
    assert_eq!(field(&site.get("/api/v1/try/read?name=a&colour=red").await), "colour");
    assert_eq!(field(&site.get("/api/v1/try/read").await), "name");
    let post = |body: &'static str| site.post("/api/v1/try/read", &[], body);
    assert_eq!(post("{").await.code(), "not-json");
    assert_eq!(post("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[").await.code(), "too-deep");
    assert_eq!(field(&post(r#"{"name":"a","size":10}"#).await), "size");
    assert_eq!(site.raw(b"POST /api/v1/try/read HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{\"name\":\"\xff\"}").await.code(), "not-utf8");
    assert_eq!(
        site.send("POST", "/api/v1/try/read", &[("content-type", "text/plain")], "{}").await.code(),
        "media"
    );
    assert_eq!(site.get("/api/v1/try/save").await.status, 405);
    let large =
        site.post("/api/v1/try/read", &[], &format!("{{\"name\":\"{}\"}}", "a".repeat(1_100_000))).await;
    assert_eq!(large.code(), "too-large");
    let anyone = site.post("/api/v1/try/save", &[], r#"{"name":"a"}"#).await;
    assert_eq!((anyone.status, anyone.code().as_str()), (401, "signed-out"));
    for foreign in [vec![RESIDENT], vec![RESIDENT, ("origin", "https://evil.example")]] {
        assert_eq!(site.post("/api/v1/try/save", &foreign, r#"{"name":"a"}"#).await.code(), "other-origin");
    }
    assert_eq!(
        site.post("/api/v1/try/save", &[RESIDENT, OWN_PAGE, ("if-match", "x")], "{}").await.code(),
        "if-match"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_that_play_tricks_are_refused() {
    let site = Site::open().await;
    for path in [
        "/../etc/passwd",
        "/%2e%2e/x",
        "//evil.example",
        "/note//x",
        "/note/%00",
        "/note/%ff",
        "/note/x?q=%ff",
    ] {
        let said = site.get(path).await;
        assert_eq!(said.status, 400, "{path}: {said:?}");
    }
    let long = site.get(&format!("/{}", "a".repeat(9_000))).await;
    assert_eq!(long.status, 414);
    let wide = site.send("GET", "/", &[("x-big", &"a".repeat(80_000))], "").await;
    assert_eq!(wide.status, 431);
    assert_eq!(site.raw(b"nonsense\r\n\r\n").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_a_room_is_an_answer_with_a_number() {
    let site = Site::open().await;
    let said = site.get("/broken").await;
    assert_eq!(said.status, 500);
    assert!(!said.header("x-request-id").is_empty() && said.body.contains(said.header("x-request-id")));
    assert!(!said.body.contains("a mistake in a room"), "what went wrong inside is for the log");
    assert_eq!(site.get("/slow").await.status, 504);
    assert_eq!(site.get("/note/x").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn doors_take_what_they_take() {
    let site = Site::open().await;
    assert_eq!(site.send("POST", "/echo/a%2Fb", &[], "hello").await.body, "anyone a/b hello");
    assert_eq!(site.send("POST", "/echo/x", &[RESIDENT, OWN_PAGE], "").await.body, "somebody x ");
    assert_eq!(
        site.send("POST", "/echo/x", &[RESIDENT], "").await.body,
        "anyone x ",
        "no foreign form acts in a person's name"
    );
    assert_eq!(site.send("POST", "/echo/x", &[], &"a".repeat(65)).await.code(), "too-large");
    let stream = site.get("/stream").await;
    assert!(stream.header("transfer-encoding") == "chunked" && stream.body.contains("three"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_health_and_version_are_served() {
    let site = Site::open().await;
    let css = site.house.assets.css.clone();
    let file = site.send("GET", &css, &[("accept-encoding", "gzip")], "").await;
    assert_eq!((file.status, file.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    assert_eq!(file.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(site.get("/assets/none.css").await.status, 404);
    assert_eq!(site.get("/version").await.body, r#"{"name":"machiya","version":"0.0.0"}"#);
    assert_eq!(site.get("/health/live").await.status, 200);
    assert_eq!(site.get("/health/ready").await.json()["status"], "ready");
    assert!(site.get("/metrics").await.body.contains("machiya_http_requests_total"));
    let outside = site.send("GET", "/metrics", &[("x-forwarded-for", "198.51.100.7")], "").await;
    assert_eq!(outside.status, 404, "figures are not for everybody");
    let manifest = site.get("/manifest.webmanifest").await;
    assert_eq!(manifest.json()["name"], "霧野市");
    assert_eq!(site.get("/sw.js").await.header("cache-control"), "no-cache");
    assert!(site.get("/robots.txt").await.body.contains("Disallow: /staff"));
    assert!(site.get("/favicon.ico").await.header("content-type").starts_with("image/"));
    let offline = site.get("/offline").await;
    assert!(offline.header("cache-control").starts_with("public"));
}

#[tokio::test(flavor = "multi_thread")]
async fn developers_find_every_action() {
    let site = Site::open().await;
    let document = site.get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/v1/try/save"]["post"].is_object());
    assert_eq!(document["paths"]["/api/v1/try/read"]["get"]["parameters"][0]["name"], "name");
    let names: Vec<_> = document["paths"]["/api/v1/ground/jobs"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"paging.after".to_owned()), "{names:?}");
    references_lead_somewhere(&document, &document);
    let list = site.get("/developers").await;
    assert!(list.status == 200 && list.body.contains("/developers/actions/try.read"));
    let one = site.get("/developers/actions/try.read").await;
    assert!(one.status == 200 && one.body.contains("curl -X POST"));
    assert_eq!(site.get("/developers/actions/none.such").await.status, 404);
    assert_eq!(site.get("/developers/kit").await.status, 200);
}

fn references_lead_somewhere(part: &serde_json::Value, whole: &serde_json::Value) {
    match part {
        serde_json::Value::Object(map) => {
            if let Some(target) = map.get("$ref").and_then(|target| target.as_str()) {
                let pointer = target.strip_prefix('#').unwrap();
                assert!(whole.pointer(pointer).is_some(), "{target} leads nowhere");
            }
            map.values().for_each(|value| references_lead_somewhere(value, whole));
        }
        serde_json::Value::Array(list) => {
            list.iter().for_each(|value| references_lead_somewhere(value, whole))
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_no_city_claims_is_told_so() {
    let site = Site::open_with(|_| {}, false).await;
    for host in ["kirino.example", "kirino.localhost:8080", "KIRINO.example:80"] {
        assert_eq!(site.send("GET", "/note/x", &[("host", host)], "").await.status, 200, "{host}");
    }
    let lost = site.send("GET", "/note/x", &[("host", "other.example"), ("accept", "text/html")], "").await;
    assert_eq!(lost.status, 421);
    assert!(lost.body.contains("このアドレスのポータルはありません"));
    assert_eq!(site.send("GET", "/health/live", &[("host", "other.example")], "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_too_often_waits() {
    let site = Site::open_with(|settings| settings.rate_requests_per_minute = 1, true).await;
    let mut last = site.get("/note/x").await;
    assert_eq!(last.header("ratelimit-policy"), "\"requests\";q=1;w=60");
    for _ in 0..10 {
        last = site.get("/note/x").await;
    }
    assert_eq!(last.status, 429);
    assert!(last.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert!(last.header("ratelimit").starts_with("\"requests\";r=0;t="));
    assert_eq!(site.get("/health/live").await.status, 200);
    let other = Site::open_with(|settings| settings.rate_requests_per_minute = 0, true).await;
    assert_eq!(other.get("/api/v1/try/seldom?name=a").await.status, 200);
    assert_eq!(other.get("/api/v1/try/seldom?name=a").await.code(), "too-many");
    assert_eq!(other.get("/note/x").await.header("ratelimit"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_finished_before_the_end() {
    let site = Site::open().await;
    let idle = site.connect().await;
    let mut busy = site.connect().await;
    busy.write_all(b"GET /soon HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    site.stop.set();
    assert_eq!(read_all(busy).await.status, 200);
    assert_eq!(read_all(idle).await.status, 0);
    assert!(tokio::time::timeout(Duration::from_secs(5), site.served).await.unwrap().unwrap().is_ok());
    assert!(tokio::net::TcpStream::connect(site.address).await.is_err(), "nothing new is taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_requests_are_worked_on_at_once() {
    let site = Site::open_with(|settings| settings.requests_max = 1, true).await;
    let mut busy = site.connect().await;
    busy.write_all(b"GET /soon HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let refused = site.get("/note/x").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    assert_eq!(read_all(busy).await.status, 200);
    assert_eq!(site.get("/note/x").await.status, 200);
}

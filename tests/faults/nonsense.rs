//! Nonsense from outside: each gets a clear answer, and the server goes on.

use serde_json::json;
use tests::cluster::scratch;
use tests::http::{Answer, Client};
use tests::server::{Plan, Server};

const JSON: (&str, &str) = ("content-type", "application/json");

fn problem(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:machiya:fault:{code}"), "{what}: {problem}");
    assert_eq!(problem["status"], status);
    for words in ["title", "detail"] {
        let said = problem[words].as_str().unwrap_or_default();
        assert!(!said.is_empty() && !said.starts_with("fault-"), "{what} is said in words: {problem}");
    }
}

fn well(server: &Server) {
    assert_eq!(server.client().get("/").expect("the server is well").status, 200);
}

#[test]
fn bodies_that_are_no_input_are_named() {
    let folder = scratch();
    let server = Plan::on_sqlite(&folder.path().join("data")).demo();
    let cookie = server.signed_in_as("admin");
    let mut client = server.client().with_cookie(&cookie);
    let mut send =
        |body: &[u8]| client.ask("POST", "/api/v1/people/save_district", &[JSON], body).expect("answered");
    for (body, status, code) in [
        (&b"{\"slug\":"[..], 400, "not-json"),
        (b"{\"slug\":\"a-b\",\"name\":\"x\"} and more", 400, "not-json"),
        (b"{'slug': 1}", 400, "not-json"),
        (b"{\"slug\":\"\xff\xfe\"}", 400, "not-utf8"),
        (b"{\"slug\": 7, \"name\": \"x\"}", 422, "invalid"),
        (b"[1, 2, 3]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"{\"slug\":\"a-b\",\"name\":\"x\",\"colour\":\"red\"}", 422, "invalid"),
        (b"{\"slug\":\"a-b\",\"name\":\"x\",\"place\":1e400}", 400, "not-json"),
        (b"{\"slug\":\"a-b\",\"name\":\"x\",\"place\":99999999999999999999}", 422, "invalid"),
    ] {
        problem(&send(body), status, code, &String::from_utf8_lossy(body));
    }
    let deep = ["[".repeat(5_000), "]".repeat(5_000)].concat();
    problem(&send(format!("{{\"slug\": {deep}}}").as_bytes()), 400, "too-deep", "5,000 brackets");
    let long = json!({"slug": "a-b", "name": "あ".repeat(500_000)}).to_string();
    problem(&send(long.as_bytes()), 413, "too-large", "more than the limit of a body");

    // A body that is not read to its end costs the connection.
    let mut client = server.client().with_cookie(&cookie);
    let answer = client.call("ground.audit", &json!({"actor": "a\u{0}b"})).expect("answered");
    problem(&answer, 422, "nul-character", "U+0000");

    // The field is named, with its path.
    let answer = client.call("people.save_district", &json!({"slug": "A B", "name": ""})).expect("answered");
    let errors = answer.json()["errors"].clone();
    let fields: Vec<&str> =
        errors.as_array().expect("errors").iter().filter_map(|one| one["field"].as_str()).collect();
    assert!(fields.contains(&"slug") && fields.contains(&"name"), "{errors}");
    for error in errors.as_array().expect("errors") {
        let said = error["message"].as_str().unwrap_or_default();
        assert!(!said.is_empty() && !said.starts_with("field-"), "{error}");
    }
    let answer = client.ask("POST", "/api/v1/people/save_district", &[("content-type", "text/xml")], b"<a/>");
    problem(&answer.expect("answered"), 415, "media", "XML");
    well(&server);
}

#[test]
fn paths_that_climb_lead_nowhere() {
    let folder = scratch();
    let server = Plan::on_sqlite(&folder.path().join("data")).demo();
    for path in [
        "/../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/....//....//etc/passwd",
        "/files/..%2f..%2fmachiya.key",
        "/pages/%00",
        "/pages/%ff%fe",
        "/pages/%",
        "/pages/%zz",
        "//evil.example/",
        "/pages/..;/staff",
        "/staff%2f..%2f",
        "/\\..\\..\\windows",
        "/machiya.key",
        "/data/machiya.key",
        "/.git/config",
    ] {
        let answer = server.client().get(path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        assert!((300..500).contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
        assert!(!answer.text().contains("root:"), "{path}");
        let to = answer.header("location");
        assert!(!to.starts_with("//") && !to.contains("evil"), "{path} leads to {to}");
    }
    let long = format!("/pages/{}", "a".repeat(100_000));
    let answer = server.client().get(&long).expect("answered");
    assert!([400, 404, 414, 431].contains(&answer.status), "{}", answer.status);
    well(&server);
}

#[test]
fn requests_that_are_no_requests_do_no_harm() {
    let folder = scratch();
    let server = Plan::on_sqlite(&folder.path().join("data")).demo();
    let many_headers: String = (0..2_000).map(|number| format!("x-{number}: 1\r\n")).collect();
    let samples: Vec<Vec<u8>> = vec![
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nhost: \xff\xfe\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nhost: localhost\r\ncookie: \xff=\xfe; ;;=;machiya_local=\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nhost: localhost\r\naccept-language: ;;q=\xff,,,\r\n\r\n".to_vec(),
        b"GET /?%ff=%fe&after=%00&&&= HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999999999999\r\n\r\n".to_vec(),
        b"POST /api/v1/ground/city HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
        b"POST /api/v1/ground/city HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n".to_vec(),
        b"BREW /coffee HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec(),
        format!("GET / HTTP/1.1\r\nhost: localhost\r\n{many_headers}\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "a".repeat(1_000_000)).into_bytes(),
        vec![0; 100_000],
    ];
    for sample in &samples {
        // An answer or a closed door, both are good; an inner fault or a hanging connection is not.
        if let Ok(answer) = Client::new(server.port).send(sample) {
            let start = String::from_utf8_lossy(&sample[..sample.len().min(60)]).into_owned();
            assert_ne!(answer.status, 500, "{start:?}: {}", answer.text());
        }
    }
    well(&server);
    assert!(!server.said().contains("panicked"), "{}", server.said());
}

#[test]
fn what_does_not_exist_is_said_so_in_the_way_it_was_asked() {
    let folder = scratch();
    let server = Plan::on_sqlite(&folder.path().join("data")).demo();
    let mut client = server.client();
    problem(&client.call("people.fly", &json!({})).expect("answered"), 404, "missing", "an unknown action");
    problem(&client.call("nowhere.fly", &json!({})).expect("answered"), 404, "missing", "an unknown room");
    let wrong = client.ask("DELETE", "/api/v1/ground/city", &[], b"").expect("answered");
    problem(&wrong, 405, "method", "a method that is not taken");
    assert!(wrong.header("allow").contains("POST"), "it says which are");
    let page = client.ask("GET", "/nowhere", &[("accept", "text/html")], b"").expect("answered");
    assert_eq!(page.status, 404);
    assert!(
        page.header("content-type").starts_with("text/html") && page.text().contains("<h1"),
        "{}",
        page.text()
    );
    let key =
        client.call_once("messages.rate_page", &json!({"slug": "about", "helpful": true}), Some("bad key"));
    problem(&key.expect("answered"), 400, "idempotency-key", "a key with a space");
    well(&server);
}

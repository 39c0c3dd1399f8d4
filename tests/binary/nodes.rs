//! Several nodes on one PostgreSQL database: servers, and workers without HTTP.

use base64::Engine as _;
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

/// Who a service of the demonstration city is.
const SERVICE: &str = "01DEM0M1MAM0R1000000000001:demo-watch-secret";

/// The demonstration city on a database that others share.
fn demonstration(url: &str) -> (Desk, super::Running) {
    let desk = Desk::new().with("MACHIYA_DATABASE", url);
    let mut running = desk.start("demo");
    let log = running.log.clone();
    running.wait_for("the demonstration city is up", || {
        std::fs::read_to_string(&log).is_ok_and(|said| said.contains("/sign-in"))
    });
    (desk, running)
}

/// Off is off on every machine: a person turns a consent off at one process while services ask at two others. Once the
/// person was told that it is off, no process gives anything or counts them among the many, whatever the moment.
#[test]
fn what_one_process_turns_off_no_other_gives_away() {
    let url = database();
    let (first, one) = demonstration(&url);
    let others = [beside(&first, &url), beside(&first, &url)];
    let running = others.each_ref().map(Desk::serve);
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(SERVICE));
    let form = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let answer =
        first.client().ask("POST", "/oauth/token", &form, b"grant_type=client_credentials").expect("a token");
    let bearer = format!("Bearer {}", answer.json()["access_token"].as_str().expect("a token"));
    let token = ground::seal::token([7u8; 32]);
    let input = json!({"part": "resident", "session_digest": ground::seal::token_digest(&token)});
    let signed_in = first.client().call("people.demo_sign_in", &input).expect("an answer");
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    let cookie = format!("{}={token}", ground::session::COOKIE_LOCAL);
    let mut person = first.client().with_cookie(&cookie);
    let mut decide = |decision: &str| {
        let input = json!({"purpose": "watch-over", "version": 1, "decision": decision});
        let answer = person.call("people.decide_consent", &input).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    // Under which name the service knows the person: of all that are chosen, the one who is not when it is off.
    let chosen = |desk: &Desk| -> std::collections::BTreeSet<String> {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = json!({"purpose": "watch-over", "attributes": ["name"]}).to_string();
        let patient = |method: &str, path: &str, body: &[u8]| {
            for _ in 0..200 {
                let answer = desk.client().ask(method, path, &headers, body).expect("an answer");
                if answer.status != 429 {
                    return answer;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            panic!("the limit of requests never let this through");
        };
        let made = patient("POST", "/personal/v1/selections", body.as_bytes());
        assert_eq!(made.status, 201, "{}", made.text());
        let list = patient("GET", made.header("location"), b"").json();
        assert!(list["next"].is_null(), "all of them are on one page");
        list["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .filter_map(|row| row.as_str().map(str::to_owned))
            .collect()
    };
    decide("given");
    let with = chosen(&others[0]);
    decide("withdrawn");
    let without = chosen(&others[1]);
    let subject = with.difference(&without).next().expect("the person").clone();
    assert_eq!(with.len(), without.len() + 1);

    let off = std::sync::atomic::AtomicBool::new(true);
    let over = std::sync::atomic::AtomicBool::new(false);
    let path = format!("/personal/v1/people/{subject}?purpose=watch-over&attributes=name");
    /// Whatever happens, those who ask stop asking.
    struct Over<'o>(&'o std::sync::atomic::AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, std::sync::atomic::Ordering::SeqCst);
        }
    }
    std::thread::scope(|scope| {
        let ends = Over(&over);
        let asking = others.each_ref().map(|desk| {
            let (bearer, path, off, over) = (&bearer, &path, &off, &over);
            scope.spawn(move || {
                use std::sync::atomic::Ordering::SeqCst;
                let (mut client, mut seen) = (desk.client(), [0usize; 2]);
                while !over.load(SeqCst) {
                    // Off before the question and still off after the answer: nothing may have been given between.
                    let before = off.load(SeqCst);
                    let answer =
                        client.ask("GET", path, &[("authorization", bearer)], b"").expect("an answer");
                    // The limit of requests is each process's own, and no answer to the question.
                    if answer.status == 429 {
                        std::thread::sleep(std::time::Duration::from_millis(50));
                        continue;
                    }
                    let given = answer.json()["given"].get("name").is_some();
                    if before && off.load(SeqCst) {
                        assert!(!given, "given after off");
                    }
                    seen[usize::from(given)] += 1;
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                seen
            })
        });
        use std::sync::atomic::Ordering::SeqCst;
        for _ in 0..12 {
            off.store(false, SeqCst);
            decide("given");
            std::thread::sleep(std::time::Duration::from_millis(40));
            decide("withdrawn");
            // Told that it is off.
            off.store(true, SeqCst);
            for desk in &others {
                assert!(!chosen(desk).contains(&subject), "chosen after off");
            }
        }
        drop(ends);
        for thread in asking {
            let [withheld, given] = thread.join().expect("nothing was given after off");
            assert!(withheld > 0 && given > 0, "both were seen: {withheld} without, {given} with");
        }
    });
    for node in running {
        assert!(node.stop().success());
    }
    assert!(one.stop().success());
}

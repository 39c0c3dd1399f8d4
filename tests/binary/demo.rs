//! The demonstration city: made once, continued, never mixed with a real one.

use super::{Desk, Running};

impl Desk {
    fn demo(&self) -> Running {
        let mut running = self.start("demo");
        let log = running.log.clone();
        running.wait_for("it says how to sign in", || {
            std::fs::read_to_string(&log).is_ok_and(|said| said.contains("/sign-in"))
        });
        running
    }

    fn departments(&self) -> String {
        self.done(&["call", "people.departments"])
    }
}

#[test]
fn a_demonstration_goes_on_where_it_was_also_at_another_address() {
    let desk = Desk::new();
    let first = desk.demo();
    let before = desk.departments();
    assert_eq!(desk.client().get("/").expect("answered").status, 200);
    assert!(first.stop().success());

    let port = tests::cluster::free_port();
    let desk = desk.with("MACHIYA_LISTEN", &format!("127.0.0.1:{port}"));
    let again = desk.demo();
    assert!(!again.said().contains("Making"), "{}", again.said());
    assert_eq!(desk.departments(), before);
    let facts = desk.done_json(&["call", "ground.city"]);
    assert_eq!(facts["public_url"], format!("http://localhost:{port}"));
    assert!(again.stop().success());
}

#[test]
fn a_demonstration_that_was_not_finished_is_made_again() {
    let desk = Desk::new();
    assert!(desk.demo().stop().success());
    let before = desk.departments();
    desk.write("data/demo-unfinished", "homachi");
    let again = desk.demo();
    assert!(again.said().contains("Making"), "{}", again.said());
    assert_ne!(desk.departments(), before, "made again, it has new ids");
    assert!(!desk.data().join("demo-unfinished").exists());
    assert!(again.stop().success());
}

#[test]
fn a_demonstration_is_not_put_beside_a_real_city() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let ended = desk.run(&["demo"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("shio") && ended.err.contains("MACHIYA_DATA"), "{}", ended.err);
}

#[test]
fn an_address_in_use_is_said_before_anything_is_served() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let _taken = std::net::TcpListener::bind(("127.0.0.1", desk.port)).expect("a free port");
    let ended = desk.run(&["serve"]);
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains(&desk.port.to_string()), "{}", ended.err);
    assert!(!desk.data().join("machiya.sock").exists());
}

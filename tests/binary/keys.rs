//! The key file: made once, closed to others, rotated while the server runs.

use std::os::unix::fs::PermissionsExt as _;

use super::{Desk, mode_of};

#[test]
fn a_key_that_others_can_read_stops_the_start_until_it_is_closed() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let key = desk.data().join("machiya.key");
    assert_eq!(mode_of(&key), 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("our own file");
    let ended = desk.run(&["serve"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("chmod 600"), "{}", ended.err);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("our own file");
    assert!(desk.serve().stop().success());
}

#[test]
fn a_lost_key_is_not_replaced_behind_anybodys_back() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    std::fs::remove_file(desk.data().join("machiya.key")).expect("it was there");
    let ended = desk.run(&["serve"]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("machiya key new"), "{}", ended.err);
    desk.done(&["key", "new"]);
    assert_eq!(desk.run(&["key", "new"]).code, 1, "there is one now");
    assert!(desk.serve().stop().success());
}

#[test]
fn keys_change_under_a_running_server() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let mut server = desk.serve();
    desk.done(&["key", "rotate"]);
    assert_eq!(desk.done(&["key", "show-age"]).lines().count(), 2);
    server.wait_for("the older key is no longer needed", || desk.run(&["key", "drop-old"]).code == 0);
    assert_eq!(desk.done(&["key", "show-age"]).lines().count(), 1);
    assert_eq!(mode_of(&desk.data().join("machiya.key")), 0o600);
    assert_eq!(desk.client().get("/").expect("answered").status, 200);
    assert!(server.stop().success());
}

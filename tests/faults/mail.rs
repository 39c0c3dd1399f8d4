//! `kill -9` between queueing and sending: the letter that was acknowledged arrives after the restart, once.

use std::time::Duration;

use serde_json::json;
use tests::cluster::scratch;
use tests::server::Plan;
use tests::sink::Sink;

#[test]
fn a_letter_that_was_acknowledged_survives_a_fall_of_the_server() {
    let folder = scratch();
    let mut sink = Sink::start();
    sink.down();
    let mut plan = Plan::on_sqlite(&folder.path().join("data"));
    plan.env = vec![
        ("MACHIYA_MAIL_SERVER", sink.url()),
        ("MACHIYA_MAIL_FROM", "info@homachi.example.jp".to_owned()),
    ];
    let server = plan.demo();
    let letter = json!({"to": "taro@example.jp", "subject": "お知らせ", "plain": "本文", "kind": "notice",
                        "urgent": true});
    let called = plan.run(&["call", "gate.send_mail", "--json", &letter.to_string()]);
    assert!(called.status.success(), "{}", String::from_utf8_lossy(&called.stderr));
    server.kill_9();
    sink.up();
    let server = plan.demo();
    let since = ground::clock::Stopwatch::new();
    // A try that was under way when the server fell is taken up again when its lease ends, after a minute.
    while sink.taken().is_empty() && since.seconds() < 100.0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    // Long enough for a second one, if there were one.
    std::thread::sleep(Duration::from_secs(3));
    let taken = sink.taken();
    assert_eq!(taken.len(), 1, "{}", server.said());
    assert_eq!(
        (taken[0].to.as_slice(), taken[0].text().trim()),
        (["taro@example.jp".to_owned()].as_slice(), "本文")
    );
}

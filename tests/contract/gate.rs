//! The outside: letters are queued with the act, sealed, sent later, and never lost.

use std::sync::Arc;
use std::time::Duration;

use gate::{MailServer, Tls};
use ground::fault::{Fault, Kind};
use ground::ports::Ports;
use ground::who::Who;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::sink::{Mood, Sink, ports_with};
use tests::town::{Plot, START_MS, admin, each_store_of, each_store_of_the_house, resident};

use super::{Worker, until};

const MINUTE_MS: i64 = 60_000;

fn a_code(to: &str) -> Value {
    json!({"to": to, "subject": "確認コード 123456", "plain": "確認コードは 123456 です。", "kind": "sign_in_code",
           "secret": true, "until_ms": START_MS + 10 * MINUTE_MS})
}

fn a_notice(to: &str) -> Value {
    json!({"to": to, "subject": "お知らせ", "plain": "明日は休みです。\n.\n以上", "html": "<p>明日は休みです。</p>",
           "kind": "notice", "headers": {"List-Unsubscribe": "<https://first.example.jp/u>"}})
}

/// As another room queues a letter: within its own act.
async fn queue(town: &Town, input: Value) -> Value {
    let cx = town.cx(Who::system());
    let queued = town.city().db.write(move |tx| cx.call(tx, "gate.send_mail", input.clone())).await;
    queued.expect("queued")
}

async fn only_mail(town: &Town) -> Value {
    let list = town.call(admin(), "gate.mails", json!({})).await.expect("listed");
    assert_eq!(list["rows"].as_array().expect("rows").len(), 1, "{list}");
    list["rows"][0].clone()
}

async fn until_it_is(town: &Arc<Town>, state: &str) -> Value {
    until(state, || async { only_mail(town).await["state"] == state }).await;
    only_mail(town).await
}

async fn until_tried(town: &Arc<Town>, tries: i64) -> Value {
    until("a try", || async { only_mail(town).await["tries"].as_i64() >= Some(tries) }).await;
    only_mail(town).await
}

/// What pages are told.
async fn mail_open(town: &Town) -> Value {
    town.call(Who::anyone(), "gate.mail_open", json!({})).await.expect("told")
}

async fn sealed(town: &Town) -> String {
    town.ask(|tx| {
        tx.one(sql!("select sealed from gate_mail where city = ?1"), params![], |row| row.get::<String>(0))
    })
    .await
}

fn with_ports(ports: Ports) -> Plot {
    Plot::house().with_ports(ports)
}

#[test]
fn a_letter_is_queued_sealed_and_opens_again() {
    each_store_of_the_house(|town| async move {
        assert_eq!(queue(&town, a_code("taro@example.jp")).await["state"], "waiting");
        let letter = town.letter_to("taro@example.jp").await;
        assert_eq!(letter.code(6), "123456");
        assert!(letter.mail.urgent, "a secret with an end goes before others");
        let sealed = sealed(&town).await;
        assert!(!sealed.contains("123456") && !sealed.contains("taro"), "{sealed}");
        assert_eq!(mail_open(&town).await, json!({"open": false, "answering": false}));
    });
}

#[test]
fn an_act_that_fails_sends_nothing() {
    each_store_of_the_house(|town| async move {
        let cx = town.cx(Who::system());
        let failed: Result<(), Fault> = town
            .city()
            .db
            .write(move |tx| {
                cx.call(tx, "gate.send_mail", a_code("taro@example.jp"))?;
                Err(Fault::new(Kind::Conflict, "exists"))
            })
            .await;
        assert!(failed.is_err());
        assert!(town.letters().await.is_empty());
    });
}

#[test]
fn letters_that_nobody_could_send_are_not_queued() {
    each_store_of_the_house(|town| async move {
        for (field, value) in [
            ("to", json!("taro")),
            ("to", json!("taro@example.jp\r\nBcc: evil@example.com")),
            ("to", json!("<taro@example.jp>")),
            ("subject", json!("題\r\nBcc: evil@example.com")),
            ("plain", json!("")),
            ("kind", json!("for taro")),
            ("headers", json!({"Bcc": "evil@example.com"})),
            ("headers", json!({"List-Id": "x\r\nBcc: evil@example.com"})),
            ("reply_to", json!("x y@example.jp")),
        ] {
            let mut input = a_notice("taro@example.jp");
            input[field] = value;
            let refused = town.call(Who::system(), "gate.send_mail", input.clone()).await.unwrap_err();
            assert_eq!(refused.kind(), Kind::Invalid, "{input}");
        }
        assert!(town.letters().await.is_empty());
    });
}

#[test]
fn a_letter_arrives_once_and_nothing_of_it_stays() {
    let sink = Sink::start();
    each_store_of(&with_ports(sink.ports()), |town| {
        let before = sink.taken().len();
        let sink = &sink;
        async move {
            let worker = Worker::start(&town, town.city(), "one");
            queue(&town, a_code("taro@example.jp")).await;
            let row = until_it_is(&town, "sent").await;
            worker.stop().await;
            let taken = sink.taken()[before..].to_vec();
            assert_eq!(taken.len(), 1);
            assert_eq!(taken[0].to, ["taro@example.jp"]);
            assert_eq!(taken[0].from, "bounce@first.example.jp", "what comes back does not come to a person");
            assert!(taken[0].text().starts_with("確認コードは 123456 です。"), "{}", taken[0].data);
            assert!(
                taken[0].header("from").ends_with("<info@first.example.jp>"),
                "{}",
                taken[0].header("from")
            );
            assert_eq!(
                taken[0].header("message-id"),
                format!("<{}@first.localhost>", row["id"].as_str().unwrap())
            );
            assert_eq!(taken[0].header("auto-submitted"), "auto-generated");
            assert_eq!(row["whole"], false);
            assert_eq!(sealed(&town).await, "");
            assert_eq!(mail_open(&town).await, json!({"open": true, "answering": true}));
        }
    });
}

#[test]
fn a_letter_with_two_parts_and_dots_arrives_whole() {
    let sink = Sink::start();
    each_store_of(&with_ports(sink.ports()), |town| {
        let sink = &sink;
        async move {
            let worker = Worker::start(&town, town.city(), "one");
            queue(&town, a_notice("hanako@example.jp")).await;
            until_it_is(&town, "sent").await;
            worker.stop().await;
            let taken = sink.taken().pop().expect("taken");
            assert!(taken.header("content-type").starts_with("multipart/alternative"), "{}", taken.data);
            assert_eq!(taken.header("list-unsubscribe"), "<https://first.example.jp/u>");
        }
    });
}

#[test]
fn a_mail_server_that_is_down_gets_its_letters_when_it_is_back() {
    for postgres in [false, true] {
        let mut sink = Sink::start();
        sink.down();
        tests::town::runtime().block_on(async {
            let plot = with_ports(sink.ports());
            let town = if postgres { Town::postgres(plot).await } else { Town::sqlite(plot).await };
            let town = Arc::new(town);
            let worker = Worker::start(&town, town.city(), "one");
            queue(&town, a_code("taro@example.jp")).await;
            let row = until_tried(&town, 1).await;
            assert_eq!((row["state"].as_str(), row["cause"].as_str()), (Some("waiting"), Some("mail-down")));
            assert_eq!(mail_open(&town).await, json!({"open": true, "answering": false}));
            let state = town.call(admin(), "gate.mail_state", json!({})).await.expect("told");
            assert_eq!((state["waiting"].as_i64(), state["cause"].as_str()), (Some(1), Some("mail-down")));
            for tries in 2..4 {
                town.clock.advance_ms(MINUTE_MS);
                until_tried(&town, tries).await;
            }
            sink.up();
            town.clock.advance_ms(MINUTE_MS);
            // Whoever comes within two seconds of a failure is told that it is down.
            until("sent", || async {
                town.clock.advance_ms(3_000);
                only_mail(&town).await["state"] == "sent"
            })
            .await;
            worker.stop().await;
            assert_eq!(sink.taken().len(), 1);
            assert_eq!(mail_open(&town).await["answering"], true);
        });
    }
}

#[test]
fn a_code_whose_time_is_over_is_not_sent() {
    let sink = Sink::start();
    each_store_of(&with_ports(sink.ports()), |town| {
        let sink = &sink;
        async move {
            queue(&town, a_code("taro@example.jp")).await;
            town.clock.advance_ms(11 * MINUTE_MS);
            let worker = Worker::start(&town, town.city(), "one");
            let row = until_it_is(&town, "expired").await;
            worker.stop().await;
            assert_eq!((row["cause"].as_str(), row["whole"].as_bool()), (Some("mail-expired"), Some(false)));
            assert!(sink.taken().is_empty());
        }
    });
}

#[test]
fn a_refusal_is_final_with_its_cause_and_without_anybodys_address() {
    let sink = Sink::start();
    sink.feel(Mood::Says("550 5.1.1 <taro@example.jp>: no such user"));
    each_store_of(&with_ports(sink.ports()), |town| async move {
        let worker = Worker::start(&town, town.city(), "one");
        queue(&town, a_code("taro@example.jp")).await;
        let row = until_it_is(&town, "refused").await;
        worker.stop().await;
        assert_eq!(row["said"], "550 5.1.1 … no such user");
        assert_eq!(
            (row["tries"].as_i64(), row["whole"].as_bool()),
            (Some(1), Some(false)),
            "a secret is erased"
        );
        assert_eq!(row["host"], "example.jp");
        assert!(!row.to_string().contains("taro"));
        let failed = town
            .ask(|tx| {
                let all = sql!("select body from ground_event where city = ?1 and name = 'gate.mail_failed'");
                tx.one(all, params![], |row| row.get::<String>(0))
            })
            .await;
        assert_eq!(
            serde_json::from_str::<Value>(&failed).unwrap(),
            json!({"kind": "sign_in_code", "state": "refused"})
        );
        assert_eq!(mail_open(&town).await["answering"], true, "a server that refuses is there");
        let over = town.call(admin(), "gate.retry_mail", json!({"id": row["id"]})).await.unwrap_err();
        assert_eq!(over.code(), "mail-over");
    });
}

#[test]
fn staff_try_a_refused_letter_again_or_give_it_up() {
    let sink = Sink::start();
    each_store_of(&with_ports(sink.ports()), |town| {
        let before = sink.taken().len();
        sink.feel(Mood::Says("554 5.7.1 not today"));
        let sink = &sink;
        async move {
            let worker = Worker::start(&town, town.city(), "one");
            queue(&town, a_notice("taro@example.jp")).await;
            let row = until_it_is(&town, "refused").await;
            assert_eq!(row["whole"], true, "what is no secret can be tried again");
            town.call(admin(), "gate.retry_mail", json!({"id": row["id"]})).await.expect("tried again");
            until_tried(&town, 3).await;
            sink.feel(Mood::Good);
            town.call(admin(), "gate.retry_mail", json!({"id": row["id"]})).await.expect("tried again");
            until_it_is(&town, "sent").await;
            assert_eq!(sink.taken().len(), before + 1);
            worker.stop().await;
            let second = queue(&town, a_notice("hanako@example.jp")).await;
            let given_up =
                town.call(admin(), "gate.give_up_mail", json!({"id": second["id"]})).await.expect("given up");
            assert_eq!(
                (given_up["state"].as_str(), given_up["whole"].as_bool()),
                (Some("dropped"), Some(false))
            );
            assert!(town.letters().await.is_empty());
        }
    });
}

#[test]
fn a_server_that_puts_letters_off_is_not_down() {
    let sink = Sink::start();
    each_store_of(&with_ports(sink.ports()), |town| {
        sink.feel(Mood::Says("450 4.2.0 try again in a minute"));
        let sink = &sink;
        async move {
            let worker = Worker::start(&town, town.city(), "one");
            queue(&town, a_notice("taro@example.jp")).await;
            let row = until_tried(&town, 1).await;
            assert_eq!((row["state"].as_str(), row["cause"].as_str()), (Some("waiting"), Some("mail-later")));
            assert_eq!(mail_open(&town).await["answering"], true);
            sink.feel(Mood::Good);
            town.clock.advance_ms(MINUTE_MS);
            until_it_is(&town, "sent").await;
            worker.stop().await;
        }
    });
}

#[test]
fn what_is_wrong_with_the_server_is_no_letters_fault() {
    let wants_login = Sink::with_login("city", "right");
    let login = |password: &str| MailServer {
        user: Some("city".to_owned()),
        password: password.to_owned(),
        ..wants_login.server()
    };
    let (nonsense, plain) = (Sink::start(), Sink::start());
    nonsense.feel(Mood::Nonsense);
    for (server, cause) in [
        (login("wrong"), "mail-login"),
        (wants_login.server(), "mail-login"),
        (nonsense.server(), "mail-down"),
        (MailServer { tls: Tls::Always, ..plain.server() }, "mail-unsafe"),
        (MailServer { from: String::new(), ..plain.server() }, "mail-no-sender"),
    ] {
        tests::town::runtime().block_on(async {
            let town = Arc::new(Town::sqlite(with_ports(ports_with(server, None))).await);
            let worker = Worker::start(&town, town.city(), "one");
            queue(&town, a_notice("taro@example.jp")).await;
            let row = until_tried(&town, 1).await;
            worker.stop().await;
            assert_eq!((row["state"].as_str(), row["cause"].as_str()), (Some("waiting"), Some(cause)));
            assert_eq!(mail_open(&town).await["answering"], false);
        });
    }
    tests::town::runtime().block_on(async {
        let town = Arc::new(Town::sqlite(with_ports(ports_with(login("right"), None))).await);
        let worker = Worker::start(&town, town.city(), "one");
        queue(&town, a_notice("taro@example.jp")).await;
        until_it_is(&town, "sent").await;
        worker.stop().await;
    });
    assert_eq!(wants_login.taken().len(), 1);
}

#[test]
fn letters_go_over_tls_to_a_server_whose_certificate_is_trusted() {
    let sink = Sink::with_tls();
    tests::town::runtime().block_on(async {
        let town = Arc::new(Town::sqlite(with_ports(sink.ports())).await);
        let worker = Worker::start(&town, town.city(), "one");
        queue(&town, a_notice("taro@example.jp")).await;
        until_it_is(&town, "sent").await;
        worker.stop().await;
        assert!(sink.taken().iter().all(|taken| taken.encrypted));
        let strange = Arc::new(Town::sqlite(with_ports(ports_with(sink.server(), None))).await);
        let worker = Worker::start(&strange, strange.city(), "one");
        queue(&strange, a_notice("taro@example.jp")).await;
        assert_eq!(
            until_tried(&strange, 1).await["cause"],
            "mail-down",
            "nobody vouches for this certificate"
        );
        worker.stop().await;
    });
    assert_eq!(sink.taken().len(), 1);
}

#[test]
fn many_letters_share_a_few_connections() {
    let sink = Sink::start();
    tests::town::runtime().block_on(async {
        let town = Arc::new(Town::sqlite(with_ports(sink.ports())).await);
        let worker = Worker::start(&town, town.city(), "one");
        for number in 0..60 {
            queue(&town, a_notice(&format!("resident{number}@example.jp"))).await;
        }
        until("all sent", || async { sink.taken().len() == 60 }).await;
        worker.stop().await;
        assert!(sink.connections() <= 8, "{} connections", sink.connections());
    });
}

#[test]
fn a_slow_mail_server_holds_nobody_up() {
    let sink = Sink::start();
    sink.feel(Mood::Slow(Duration::from_secs(3)));
    tests::town::runtime().block_on(async {
        let town = Arc::new(Town::sqlite(with_ports(sink.ports())).await);
        let worker = Worker::start(&town, town.city(), "one");
        queue(&town, a_notice("taro@example.jp")).await;
        until("handed over", || async { sink.taken().len() == 1 }).await;
        let since = ground::clock::Stopwatch::new();
        for _ in 0..20 {
            queue(&town, a_code("hanako@example.jp")).await;
        }
        assert!(since.seconds() < 2.0, "queueing waits for no server: {} s", since.seconds());
        worker.stop().await;
    });
}

#[test]
fn only_a_demonstration_city_shows_its_letters() {
    each_store_of_the_house(|town| async move {
        for who in [Who::anyone(), resident(5), admin(), Who::operator()] {
            let refused = town.call(who, "gate.outbox", json!({})).await.unwrap_err();
            assert!([Kind::Refused, Kind::SignedOut].contains(&refused.kind()));
        }
        let mut facts = (*town.city().facts()).clone();
        facts.demo = true;
        town.city().set_facts(facts);
        assert_eq!(queue(&town, a_code("taro@example.jp")).await["state"], "kept");
        town.clock.advance_ms(1);
        queue(&town, a_notice("hanako@example.jp")).await;
        let letters = town.call(Who::anyone(), "gate.outbox", json!({})).await.expect("shown");
        assert_eq!(letters["rows"][0]["to"], "hanako@example.jp", "the newest first");
        assert_eq!(letters["rows"][1]["plain"], "確認コードは 123456 です。");
        assert_eq!(mail_open(&town).await, json!({"open": false, "answering": false, "outbox": "/outbox"}));
        let first = town.call(Who::anyone(), "gate.outbox", json!({"rows": 1})).await.expect("shown");
        let after = json!({"rows": 1, "after": first["next"]});
        let second = town.call(Who::anyone(), "gate.outbox", after).await.expect("shown");
        assert_eq!(second["rows"][0]["to"], "taro@example.jp");
        assert!(second.get("next").is_none());
        let jobs = town
            .ask(|tx| {
                let all = sql!("select count(*) from ground_job where city = ?1 and kind in ('gate.deliver', 'gate.deliver_urgent')");
                tx.one(all, params![], |row| row.get::<i64>(0))
            })
            .await;
        assert_eq!(jobs, 0, "nobody tries to send them");
    });
}

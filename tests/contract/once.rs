//! Idempotency: the same press is one act with one answer.

use futures_util::future::join_all;
use ground::fault::Kind;
use ground::who::Role;
use serde_json::json;
use tests::probe;
use tests::town::{admin, each_store, person};

#[test]
fn the_same_key_twice_is_one_act_with_the_same_answer() {
    each_store(|town| async move {
        let note = json!({"text": "once"});
        let first = town.call_once(admin(), "probe.note", note.clone(), "key-1").await.expect("written");
        let second =
            town.call_once(admin(), "probe.note", note.clone(), "key-1").await.expect("answered again");
        assert_eq!(first, second);
        assert_eq!(town.ask(probe::notes).await, 1);
        assert_eq!(town.ask(probe::audit).await.len(), 1);
        let third =
            town.call_once(admin(), "probe.note", note, "key-2").await.expect("another key, another act");
        assert_ne!(first["id"], third["id"]);
    });
}

#[test]
fn ten_presses_at_the_same_moment_are_one_act() {
    each_store(|town| async move {
        let presses = (0..10).map(|_| {
            let town = town.clone();
            async move { town.call_once(admin(), "probe.note", json!({"text": "once"}), "key").await }
        });
        let answers: Vec<_> = join_all(presses).await.into_iter().map(|one| one.expect("answered")).collect();
        assert!(answers.iter().all(|one| *one == answers[0]), "{answers:?}");
        assert_eq!(town.ask(probe::notes).await, 1);
    });
}

#[test]
fn the_same_key_with_another_content_is_refused() {
    each_store(|town| async move {
        town.call_once(admin(), "probe.note", json!({"text": "one"}), "key").await.expect("written");
        for (action, input) in
            [("probe.note", json!({"text": "two"})), ("probe.note_then_fail", json!({"text": "one"}))]
        {
            let fault = town.call_once(admin(), action, input, "key").await.unwrap_err();
            assert_eq!((fault.kind(), fault.code()), (Kind::Invalid, "idempotency-reused"));
        }
        assert_eq!(town.ask(probe::notes).await, 1);
    });
}

#[test]
fn a_key_belongs_to_the_person_and_the_city_that_sent_it() {
    each_store(|town| async move {
        let note = json!({"text": "once"});
        town.call_once(admin(), "probe.note", note.clone(), "key").await.expect("written");
        let colleague = person(2, &[Role::Staff]);
        town.call_once(colleague, "probe.note", note, "key").await.expect("another person's own act");
        assert_eq!(town.ask(probe::notes).await, 2);
    });
}

#[test]
fn a_failed_act_keeps_no_answer() {
    each_store(|town| async move {
        for _ in 0..2 {
            let fault = town
                .call_once(admin(), "probe.note_then_fail", json!({"text": "x"}), "key")
                .await
                .unwrap_err();
            assert_eq!(fault.fields()[0].word, "field-pattern", "it fails by itself each time");
        }
    });
}

//! Idempotency: the same press is one act with one answer.

use futures_util::future::join_all;
use ground::fault::Kind;
use ground::who::{Role, Who};
use serde_json::json;
use tests::probe;
use tests::town::{admin, each_store, each_store_of_the_house, person};

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

#[test]
fn an_answer_that_holds_a_secret_is_given_once_and_never_kept() {
    each_store_of_the_house(|town| async move {
        let invite = || town.call_once(Who::operator(), "people.invite_admin", json!({}), "key");
        let first = invite().await.expect("a link");
        let link = first["path"].as_str().expect("the path of the link").to_owned();
        let again = invite().await.unwrap_err();
        assert_eq!((again.kind(), again.code()), (Kind::Conflict, "answered-once"));
        let kept = town.ask(probe::kept_answers).await;
        assert!(!kept.is_empty() && kept.iter().all(|answer| !answer.contains(&link)), "{kept:?}");
    });
}

#[test]
fn nothing_is_prepared_for_somebody_who_may_not() {
    each_store_of_the_house(|town| async move {
        // The file is no table at all: whoever may stage an import is told so, others are refused before anybody looks.
        let nonsense = json!({"kind": "departments", "source": "x.csv", "file": "AAECAw=="});
        let fault = town.call(person(2, &[Role::Staff]), "people.stage_import", nonsense).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused);
        let audit = town.ask(probe::audit).await;
        assert!(audit.iter().any(|row| row.1 == "people.stage_import" && row.3 == "refused"), "{audit:?}");
    });
}

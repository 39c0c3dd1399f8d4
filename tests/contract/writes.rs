//! Transactions: neighbours, locks, revisions, audit, what cannot be stored.

use std::sync::Arc;

use futures_util::future::join_all;
use ground::fault::Kind;
use ground::who::{Role, Who};
use serde_json::json;
use tests::probe;
use tests::town::{admin, each_store, id, person, resident, staff_of};

#[test]
fn a_failing_action_does_not_undo_its_neighbours() {
    each_store(|town| async move {
        // Sent at once, so that good and bad ones share a commit.
        let acts = (0..60).map(|number| {
            let town = town.clone();
            async move {
                let action = if number % 3 == 0 { "probe.note_then_fail" } else { "probe.note" };
                (number, town.call(admin(), action, json!({"text": format!("note {number}")})).await)
            }
        });
        for (number, outcome) in join_all(acts).await {
            assert_eq!(outcome.is_err(), number % 3 == 0, "{number}: {outcome:?}");
        }
        assert_eq!(town.ask(probe::notes).await, 40);
        // The events of the failed ones are gone with their rows.
        assert_eq!(town.ask(probe::events).await, 40);
    });
}

#[test]
fn two_hundred_writes_at_once_are_all_there() {
    each_store(|town| async move {
        let acts = (0..200).map(|number| {
            let town = town.clone();
            async move { town.call(admin(), "probe.note", json!({"text": format!("note {number}")})).await }
        });
        for outcome in join_all(acts).await {
            outcome.expect("written");
        }
        assert_eq!(town.ask(probe::notes).await, 200);
        assert_eq!(town.ask(probe::audit).await.len(), 200, "every act of a person has its audit row");
    });
}

#[test]
fn a_panic_inside_an_action_is_its_own_fault_only() {
    each_store(|town| async move {
        let broken = town.city().db.write(|_| -> Result<(), ground::fault::Fault> { panic!("a mistake") });
        let good = town.call(admin(), "probe.note", json!({"text": "still here"}));
        let (broken, good) = tokio::join!(broken, good);
        assert_eq!(broken.unwrap_err().code(), "internal");
        good.expect("the writer goes on");
        assert_eq!(town.ask(probe::notes).await, 1);
    });
}

#[test]
fn a_lock_makes_looking_and_taking_one_step() {
    each_store(|town| async move {
        let takers =
            (0..24).map(|number| {
                let town = town.clone();
                async move {
                    town.call(resident(100 + number), "probe.take_seat", json!({"seat": "front row"})).await
                }
            });
        let outcomes = join_all(takers).await;
        let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(taken, 1, "exactly one gets the seat: {outcomes:?}");
        for refused in outcomes.into_iter().filter_map(Result::err) {
            assert_eq!(refused.code(), "exists");
        }
        assert_eq!(town.ask(|tx| probe::seats(tx, "front row")).await, 1);
    });
}

#[test]
fn a_lock_in_one_city_does_not_hold_the_other() {
    each_store(|town| async move {
        let (held, release) = (Arc::new(tokio::sync::Notify::new()), Arc::new(std::sync::Barrier::new(2)));
        let (told, waits) = (held.clone(), release.clone());
        let first = town.city().db.clone();
        let holder = tokio::spawn(async move {
            first
                .write(move |tx| {
                    tx.lock("seat/a")?;
                    // Asking a question sends the lock on its way.
                    probe::notes(tx)?;
                    told.notify_one();
                    waits.wait();
                    Ok(())
                })
                .await
        });
        held.notified().await;
        let city = town.other_city().clone();
        let other = town.call_in(&city, resident(5), "probe.take_seat", json!({"seat": "a"}));
        tokio::time::timeout(std::time::Duration::from_secs(4), other)
            .await
            .expect("not held up")
            .expect("taken");
        release.wait();
        holder.await.expect("joined").expect("committed");
    });
}

#[test]
fn the_second_of_two_clerks_sees_what_the_first_saved() {
    each_store(|town| async move {
        let editor = || staff_of(3, Role::Editor);
        let note = json!({"text": "draft", "department": id(3)});
        let note = town.call(admin(), "probe.note", note).await.expect("written");
        let edit = |text: &str, rev: i64| json!({"id": note["id"], "text": text, "rev": rev});
        let (one, two) = tokio::join!(
            town.call(editor(), "probe.edit", edit("mine", 1)),
            town.call(editor(), "probe.edit", edit("also mine", 1))
        );
        let (saved, refused) = match (one, two) {
            (Ok(saved), Err(refused)) | (Err(refused), Ok(saved)) => (saved, refused),
            other => panic!("exactly one may win: {other:?}"),
        };
        assert_eq!(refused.kind(), Kind::Outdated);
        assert_eq!(refused.theirs(), Some(&saved), "the conflict shows the version that stands");
        let again =
            town.call(editor(), "probe.edit", edit("merged", 2)).await.expect("with the new revision");
        assert_eq!(again["rev"], 3);
    });
}

#[test]
fn acts_and_refusals_of_people_are_recorded_with_ids_only() {
    each_store(|town| async move {
        town.call(admin(), "probe.note", json!({"text": "山田花子 090-0000-0000"})).await.expect("written");
        // Rows of one millisecond have no order among themselves.
        town.clock.advance_ms(1);
        let refused = town.call(resident(9), "probe.note", json!({"text": "山田花子"})).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Refused);
        let nobody = town.call(Who::anyone(), "probe.note", json!({"text": "x"})).await.unwrap_err();
        assert_eq!(nobody.kind(), Kind::SignedOut);
        town.call(Who::system(), "probe.note", json!({"text": "by the program"})).await.expect("written");
        let rows = town.ask(probe::audit).await;
        let short: Vec<(&str, &str, &str)> = rows
            .iter()
            .map(|(actor, action, _, outcome)| (actor.as_str(), action.as_str(), outcome.as_str()))
            .collect();
        let (one, nine) = (id(1).to_string(), id(9).to_string());
        assert_eq!(
            short,
            [(one.as_str(), "probe.note", "done"), (nine.as_str(), "probe.note", "refused")],
            "the program's own acts are in the event log instead"
        );
        assert!(!format!("{rows:?}").contains("山田"), "no personal value in the audit");
    });
}

#[test]
fn an_unaudited_or_failed_act_leaves_no_audit_row() {
    each_store(|town| async move {
        town.call(admin(), "probe.read", json!({"value": 1.5})).await.expect("written");
        town.call(admin(), "probe.note_then_fail", json!({"text": "x"})).await.unwrap_err();
        assert_eq!(town.ask(probe::audit).await, []);
    });
}

#[test]
fn u0000_is_refused_before_either_database_sees_it() {
    each_store(|town| async move {
        let fault = town.call(admin(), "probe.note", json!({"text": "a\u{0}b"})).await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::Invalid, "nul-character"));
        assert_eq!(town.ask(probe::notes).await, 0);
    });
}

#[test]
fn text_of_any_kind_comes_back_as_it_was() {
    each_store(|town| async move {
        for text in [
            "𠮷野家の髙橋さん",
            "🏮👨‍👩‍👧",
            "it's \"quoted\" \\ $1 ?1 {json(a, b)}",
            "\u{200f}العربية",
            "e\u{301}",
        ] {
            let note = town.call(admin(), "probe.note", json!({"text": text})).await.expect("written");
            let list = town.call(admin(), "probe.notes", json!({"rows": 500})).await.expect("read");
            let rows = list["rows"].as_array().expect("rows");
            assert!(rows.iter().any(|row| row["id"] == note["id"] && row["text"] == text), "{text}");
        }
    });
}

#[test]
fn read_only_mode_refuses_writes_and_keeps_reading() {
    each_store(|town| async move {
        town.call(admin(), "probe.note", json!({"text": "before"})).await.expect("written");
        town.house.shared.set_read_only(true);
        let fault = town.call(admin(), "probe.note", json!({"text": "during"})).await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::Unavailable, "read-only"));
        assert!(fault.retry_after_s().is_some(), "it says when to come back");
        assert_eq!(town.ask(probe::notes).await, 1);
        town.house.shared.set_read_only(false);
        town.call(admin(), "probe.note", json!({"text": "after"})).await.expect("written");
    });
}

#[test]
fn a_reading_action_cannot_write() {
    each_store(|town| async move {
        let wrote = town.city().db.read(|tx| probe::switch(tx, "x", true)).await;
        assert_eq!(wrote.unwrap_err().code(), "internal");
        let wrote = town.city().db.read_quick(|tx| probe::switch(tx, "x", true)).await;
        assert_eq!(wrote.unwrap_err().code(), "internal");
    });
}

#[test]
fn an_action_is_called_within_another_of_its_own_store_only() {
    each_store(|town| async move {
        let cx = town.cx(admin());
        let acting = cx.clone();
        let crossed = town
            .city()
            .db
            .write(move |tx| acting.call(tx, "probe.read", json!({"value": 1.0})))
            .await
            .unwrap_err();
        assert!(crossed.to_string().contains("another store"), "{crossed}");
        assert_eq!(town.city().context.read(probe::readings).await.expect("read"), 0);
        let acting = cx.clone();
        let nested =
            town.city().db.write(move |tx| acting.call(tx, "probe.note", json!({"text": "inner"}))).await;
        nested.expect("the same store");
        // The right is checked for the inner action too.
        let acting = town.cx(person(8, &[Role::Resident]));
        let refused =
            town.city().db.write(move |tx| acting.call(tx, "probe.note", json!({"text": "x"}))).await;
        assert_eq!(refused.unwrap_err().kind(), Kind::Refused);
    });
}

#[test]
fn an_act_writes_one_store_only() {
    each_store(|town| async move {
        town.call(admin(), "probe.read", json!({"value": 21.5})).await.expect("written");
        town.call(admin(), "probe.note", json!({"text": "one"})).await.expect("written");
        assert_eq!(town.city().context.read(probe::readings).await.expect("read"), 1);
        assert_eq!(town.ask(probe::notes).await, 1);
        if !town.is_postgres() {
            // Two files: the tables of one store are not even known in the other.
            assert!(town.city().db.read(probe::readings).await.is_err());
            assert!(town.city().context.read(probe::notes).await.is_err());
        }
    });
}

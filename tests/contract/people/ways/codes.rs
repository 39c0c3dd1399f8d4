//! Codes by e-mail.

use futures_util::future::join_all;
use ground::fault::Kind;
use ground::who::{Level, Who};
use ground::{params, sql};
use serde_json::{Value, json};
use tests::town::each_store_of_the_house;

use super::{ask, browser, call_from, code, come_again, count, enter, letters, resident, session_digest};
use crate::contract::people::who;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn other_than(code: &str, nth: usize) -> String {
    let number: u64 = code.parse().expect("digits");
    format!("{:08}", (number + 1 + nth as u64) % 100_000_000)
}

#[test]
fn a_new_address_becomes_an_account_only_after_the_short_page() {
    each_store_of_the_house(|town| async move {
        let accounts = sql!("select count(*) from people_account where city = ?1");
        let one = browser('a');
        ask(&town, "Hanako@Example.jp", &one).await.expect("sent");
        let sent = code(&town, &one).await;
        assert!(sent.len() == 8 && sent.bytes().all(|byte| byte.is_ascii_digit()));
        let tried = enter(&town, &one, &format!("{} {}", &sent[..4], &sent[4..]), "t").await.expect("right");
        assert_eq!(tried["step"], "newcomer");
        assert_eq!(count(&town, accounts).await, 0);
        let join = |agrees: bool| json!({"browser": one, "name": "町屋 花子", "agrees": agrees, "session_digest": session_digest("t")});
        let fault = town.call(Who::anyone(), "people.join", join(false)).await.unwrap_err();
        assert_eq!(super::super::words_of(&fault), [("agrees", "field-people-agree")]);
        assert_eq!(count(&town, accounts).await, 0);
        town.call(Who::anyone(), "people.join", join(true)).await.expect("joined");
        let me = who(&town, "t").await.expect("signed in");
        assert_eq!((me.level, me.strong, me.pending.is_some()), (Level::Mail, false, false));
        let again = town.call(Who::anyone(), "people.join", join(true)).await.unwrap_err();
        assert_eq!(again.code(), "people-newcomer-over");
        assert_eq!(count(&town, accounts).await, 1);
        assert!(come_again(&town, "hanako@example.jp", &browser('b'), "u").await.is_some());
        assert_eq!(count(&town, accounts).await, 1);
    });
}

#[test]
fn a_code_works_once_in_the_browser_that_asked_and_for_ten_minutes() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        let (one, two) = (browser('b'), browser('c'));
        ask(&town, "a@example.jp", &one).await.expect("sent");
        let sent = code(&town, &one).await;
        for foreign in [two.as_str(), "", "nonsense"] {
            assert_eq!(enter(&town, foreign, &sent, "t").await.expect("answered")["step"], "over");
        }
        assert!(who(&town, "t").await.is_none());
        assert_eq!(enter(&town, &one, &sent, "t").await.expect("right")["step"], "in");
        assert_eq!(enter(&town, &one, &sent, "u").await.expect("answered")["step"], "over", "replayed");
        assert!(who(&town, "u").await.is_none());

        ask(&town, "a@example.jp", &one).await.expect("sent");
        let late = code(&town, &one).await;
        town.clock.advance_ms(10 * MINUTE_MS);
        assert_eq!(enter(&town, &one, &late, "u").await.expect("answered")["step"], "over");
    });
}

#[test]
fn of_two_codes_for_one_address_only_the_last_counts() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        let (one, two) = (browser('b'), browser('c'));
        ask(&town, "a@example.jp", &one).await.expect("sent");
        let first = code(&town, &one).await;
        ask(&town, "a@example.jp", &two).await.expect("sent");
        let second = code(&town, &two).await;
        assert_eq!(enter(&town, &one, &first, "t").await.expect("answered")["step"], "over");
        assert_eq!(enter(&town, &two, &second, "t").await.expect("right")["step"], "in");
    });
}

/// Everything that an attempt leaves in the store, by table.
async fn traces(town: &tests::Town) -> Vec<i64> {
    let mut all = Vec::new();
    for what in [
        sql!("select count(*) from people_attempt where city = ?1"),
        sql!("select count(*) from people_tally where city = ?1"),
        sql!("select count(*) from people_sign_in where city = ?1"),
        sql!("select count(*) from gate_mail where city = ?1"),
        sql!("select count(*) from ground_event where city = ?1"),
        sql!("select count(*) from ground_audit where city = ?1"),
    ] {
        all.push(count(town, what).await);
    }
    all
}

#[test]
fn nobody_learns_whether_an_address_has_an_account() {
    each_store_of_the_house(|town| async move {
        resident(&town, "known@example.jp", &browser('a')).await;
        // Both have been asked for before.
        ask(&town, "nobody@example.jp", &browser('d')).await.expect("sent");
        let mut told: Vec<(Vec<Value>, Vec<i64>)> = Vec::new();
        for (mail, holds) in [("known@example.jp", browser('b')), ("nobody@example.jp", browser('c'))] {
            let before = traces(&town).await;
            let mut answers = vec![ask(&town, mail, &holds).await.expect("sent")];
            let right = code(&town, &holds).await;
            for nth in 0..6 {
                answers.push(enter(&town, &holds, &other_than(&right, nth), "t").await.expect("answered"));
            }
            let after = traces(&town).await;
            told.push((answers, after.iter().zip(before).map(|(after, before)| after - before).collect()));
        }
        assert_eq!(told[0], told[1], "the same answers, and the same work");
        let asked =
            told[0].0.iter().map(|answer| answer["step"].as_str().unwrap_or("sent")).collect::<Vec<_>>();
        assert_eq!(asked, ["sent", "wrong", "wrong", "wrong", "wrong", "over", "over"]);
    });
}

#[test]
fn after_five_wrong_tries_even_the_right_code_is_dead() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        let one = browser('b');
        ask(&town, "a@example.jp", &one).await.expect("sent");
        let right = code(&town, &one).await;
        for nth in 0..5 {
            enter(&town, &one, &other_than(&right, nth), "t").await.expect("answered");
        }
        assert_eq!(enter(&town, &one, &right, "t").await.expect("answered")["step"], "over");
        assert!(who(&town, "t").await.is_none());
        let found = town.call(Who::operator(), "people.sign_ins", json!({})).await.expect("listed");
        assert_eq!(found["rows"][0]["entry"]["signals"], json!(["guessing"]));
        assert_eq!(found["rows"][0]["name"], "", "residents are shown without their names");
    });
}

#[test]
fn guesses_at_once_are_counted_one_by_one() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        let one = browser('b');
        ask(&town, "a@example.jp", &one).await.expect("sent");
        let right = code(&town, &one).await;
        let guesses = (0..12).map(|nth| {
            let (town, one, guess) = (town.clone(), one.clone(), other_than(&right, nth));
            async move { enter(&town, &one, &guess, "t").await }
        });
        let steps: Vec<String> = join_all(guesses)
            .await
            .into_iter()
            .filter_map(Result::ok)
            .map(|answer| answer["step"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert!(steps.iter().filter(|step| *step == "wrong").count() <= 4, "{steps:?}");
        assert_eq!(enter(&town, &one, &right, "t").await.expect("answered")["step"], "over");

        // Of many who enter the right one at once, one gets in.
        ask(&town, "a@example.jp", &one).await.expect("sent");
        let right = code(&town, &one).await;
        let presses = (0..8).map(|nth| {
            let (town, one, right) = (town.clone(), one.clone(), right.clone());
            async move { enter(&town, &one, &right, &format!("t{nth}")).await }
        });
        let got_in = join_all(presses).await.into_iter().filter_map(Result::ok);
        assert_eq!(got_in.filter(|answer| answer["step"] == "in").count(), 1);
    });
}

#[test]
fn an_address_under_attack_rests_with_a_letter_and_others_do_not() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        let one = browser('b');
        for _ in 0..3 {
            ask(&town, "a@example.jp", &one).await.expect("sent");
            let right = code(&town, &one).await;
            for nth in 0..5 {
                enter(&town, &one, &other_than(&right, nth), "t").await.expect("answered");
            }
            town.clock.advance_ms(HOUR_MS);
        }
        assert_eq!(letters(&town).await.iter().filter(|kind| *kind == "sign_in_resting").count(), 1);
        let fault = ask(&town, "a@example.jp", &browser('c')).await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::TooMany, "people-code-rests"));
        ask(&town, "b@example.jp", &browser('d')).await.expect("nobody else is held up");
        town.clock.advance_ms(24 * HOUR_MS);
        assert!(come_again(&town, "a@example.jp", &browser('e'), "t").await.is_some());
    });
}

#[test]
fn neither_an_address_nor_a_network_gets_codes_without_end() {
    each_store_of_the_house(|town| async move {
        for _ in 0..6 {
            ask(&town, "a@example.jp", &browser('a')).await.expect("sent");
        }
        let fault = ask(&town, "a@example.jp", &browser('b')).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::TooMany);
        assert!(fault.retry_after_s().is_some_and(|wait| wait > 3_000));
        town.clock.advance_ms(HOUR_MS);
        ask(&town, "a@example.jp", &browser('b')).await.expect("an hour later");

        let from = |nth: usize, address: &'static str| {
            let input = json!({"mail": format!("n{nth}@example.jp"), "browser": browser('c')});
            call_from(&town, address, "people.ask_code", input)
        };
        for nth in 0..120 {
            from(nth, "198.51.100.7").await.expect("sent");
        }
        assert_eq!(from(120, "198.51.100.7").await.unwrap_err().kind(), Kind::TooMany);
        from(121, "198.51.100.8").await.expect("another network");
        let keys: Vec<String> = town
            .ask(|tx| {
                tx.all(sql!("select key from people_tally where city = ?1"), params![], |row| row.get(0))
            })
            .await;
        let told = keys.iter().any(|key| key.contains("198.51") || key.contains('@'));
        assert!(!told, "limits keep neither addresses nor networks in the clear");
    });
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_good_again() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        let one = browser('b');
        town.clock.advance_ms(48 * HOUR_MS);
        ask(&town, "a@example.jp", &one).await.expect("sent");
        let sent = code(&town, &one).await;
        town.clock.advance_ms(-2 * HOUR_MS);
        assert_eq!(enter(&town, &one, &sent, "t").await.expect("answered")["step"], "over");
        // And nobody is kept out by limits of a future that is gone.
        for _ in 0..6 {
            ask(&town, "a@example.jp", &one).await.expect("sent");
        }
        let again = code(&town, &one).await;
        assert_eq!(enter(&town, &one, &again, "t").await.expect("right")["step"], "in");
    });
}

#[test]
fn two_who_begin_at_once_with_one_address_share_one_account() {
    each_store_of_the_house(|town| async move {
        let mut ready = Vec::new();
        for letter in ['a', 'b'] {
            let holds = browser(letter);
            ask(&town, "a@example.jp", &holds).await.expect("sent");
            let sent = code(&town, &holds).await;
            assert_eq!(enter(&town, &holds, &sent, "t").await.expect("right")["step"], "newcomer");
            ready.push(holds);
        }
        let joins = ready.into_iter().map(|holds| {
            let town = town.clone();
            async move {
                let input = json!({"browser": holds, "name": "花子", "agrees": true,
                                   "session_digest": session_digest(&holds)});
                town.call(Who::anyone(), "people.join", input).await.expect("joined")["account"].clone()
            }
        });
        let accounts = join_all(joins).await;
        assert_eq!(accounts[0], accounts[1]);
    });
}

#[test]
fn a_locked_account_stays_shut_whatever_is_shown() {
    each_store_of_the_house(|town| async move {
        let me = resident(&town, "a@example.jp", &browser('a')).await;
        let id = json!({"id": me.account});
        town.call(Who::operator(), "people.lock_account", id.clone()).await.expect("locked");
        assert!(who(&town, "a@example.jp").await.is_none(), "its sessions ended");
        let one = browser('b');
        ask(&town, "a@example.jp", &one).await.expect("the same answer as ever");
        let sent = code(&town, &one).await;
        assert_eq!(enter(&town, &one, &sent, "t").await.expect("answered")["step"], "locked");
        assert!(who(&town, "t").await.is_none());
        town.call(Who::operator(), "people.unlock_account", id).await.expect("unlocked");
        assert!(come_again(&town, "a@example.jp", &one, "t").await.is_some());
    });
}

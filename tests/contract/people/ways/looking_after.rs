//! Looking after one's ways: fresh sign-ins, a new address, "that was not me", the counter, pages.

use std::sync::Arc;

use ground::fault::Kind;
use ground::who::{Level, Role, Who};
use ground::words::Lang;
use ground::{params, sql};
use serde_json::json;
use tests::Town;
use tests::town::{each_store_of_the_house, person};

use super::{ask, attempt, browser, call_from, code, come_again, enter, letters, resident};
use crate::contract::people::pages::{form, open};
use crate::contract::people::{link_of, use_link, who};

const MINUTE_MS: i64 = 60_000;

fn clerk() -> Who {
    person(5_001, &[Role::Staff, Role::Clerk])
}

#[test]
fn what_is_important_asks_for_a_sign_in_that_is_minutes_old() {
    each_store_of_the_house(|town| async move {
        let me = resident(&town, "a@example.jp", &browser('a')).await;
        let input = json!({"browser": browser('a')});
        town.call(me.clone(), "people.start_totp", input.clone()).await.expect("just signed in");
        town.clock.advance_ms(15 * MINUTE_MS);
        let fault = town.call(me.clone(), "people.start_totp", input.clone()).await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::Refused, "again"));
        town.clock.advance_ms(-60 * MINUTE_MS);
        let fault = town.call(me, "people.start_totp", input).await.unwrap_err();
        assert_eq!(fault.code(), "again", "a sign-in from the future is none");
    });
}

#[test]
fn a_new_address_is_confirmed_and_the_old_one_is_told() {
    each_store_of_the_house(|town| async move {
        let me = resident(&town, "old@example.jp", &browser('a')).await;
        resident(&town, "taken@example.jp", &browser('b')).await;
        let one = browser('c');
        let ask_new = |mail: &str| json!({"mail": mail, "browser": one});
        let take = |code: &str| json!({"browser": one, "code": code});
        town.call(me.clone(), "people.ask_new_mail", ask_new("taken@example.jp")).await.expect("same answer");
        let sent = attempt(&town, "new_mail", &one).await.expect("waits")["code"].clone();
        let fault =
            town.call(me.clone(), "people.take_new_mail", take(sent.as_str().unwrap())).await.unwrap_err();
        assert_eq!(super::super::words_of(&fault), [("mail", "field-people-mail-taken")]);

        town.call(me.clone(), "people.ask_new_mail", ask_new("new@example.jp")).await.expect("sent");
        let sent = attempt(&town, "new_mail", &one).await.expect("waits")["code"].clone();
        let wrong = town.call(me.clone(), "people.take_new_mail", take("00000000")).await.expect("answered");
        assert_eq!((&wrong["step"], &wrong["tries_left"]), (&json!("wrong"), &json!(4)));
        let foreign = Who { account: Some(tests::town::id(4)), ..me.clone() };
        let over = town.call(foreign, "people.take_new_mail", take(sent.as_str().unwrap())).await;
        assert_eq!(over.expect("answered")["step"], "over", "somebody else’s code");
        town.call(me.clone(), "people.take_new_mail", take(sent.as_str().unwrap())).await.expect("taken");
        let now = town.call(me, "people.me", json!({})).await.expect("me");
        assert_eq!(now["mail"], "new@example.jp");
        assert_eq!(letters(&town).await.iter().filter(|kind| *kind == "account_changed").count(), 1);
        assert!(come_again(&town, "new@example.jp", &browser('d'), "t").await.is_some());
    });
}

#[test]
fn that_was_not_me_ends_the_others_and_locks_the_way() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        let thief = come_again(&town, "a@example.jp", &browser('b'), "thief").await.expect("in");
        let me = who(&town, "a@example.jp").await.expect("mine");
        let history = town.call(me.clone(), "people.sign_in_history", json!({})).await.expect("read");
        let entry = history["rows"][0]["id"].clone();
        let fault =
            town.call(tests::town::resident(77), "people.not_me", json!({"id": entry})).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused, "not one’s own");
        town.call(me.clone(), "people.not_me", json!({"id": entry})).await.expect("shut out");
        assert!(who(&town, "thief").await.is_none() && who(&town, "a@example.jp").await.is_some());
        assert!(thief.session.is_some());
        assert_eq!(ask(&town, "a@example.jp", &browser('b')).await.unwrap_err().code(), "people-code-rests");
        let listed = town
            .call(Who::operator(), "people.sign_ins", json!({"signal": "not_me"}))
            .await
            .expect("staff see it");
        assert_eq!(listed["rows"].as_array().map(Vec::len), Some(1));
        town.call(me, "people.wake_mail", json!({})).await.expect("by its person");
        ask(&town, "a@example.jp", &browser('b')).await.expect("sent again");
    });
}

#[test]
fn the_counter_vouches_for_a_person_and_helps_them_back_in() {
    each_store_of_the_house(|town| async move {
        let me = resident(&town, "a@example.jp", &browser('a')).await;
        let seen = json!({"account": me.account, "document": "driving_licence"});
        town.call(clerk(), "people.checked_at_counter", seen.clone()).await.expect("noted");
        let now = who(&town, "a@example.jp").await.expect("known");
        assert_eq!(now.level, Level::Counter);
        let shown = town.call(now.clone(), "people.identity", json!({})).await.expect("read");
        assert_eq!((&shown["level"], &shown["how"]), (&json!("counter"), &json!("driving_licence")));
        let both = Who { roles: Arc::from([Role::Staff, Role::Clerk]), ..now };
        let fault = town.call(both, "people.checked_at_counter", seen).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused, "nobody vouches for themselves");

        let asked = json!({"account": me.account, "document": "passport", "reason": "電話をなくした"});
        let link = town.call(clerk(), "people.counter_link", asked).await.expect("a link");
        use_link(&town, Who::anyone(), link_of(&link), "back").await.expect("back in");
        assert!(who(&town, "back").await.is_some_and(|who| who.account == me.account && who.strong));
        assert!(use_link(&town, Who::anyone(), link_of(&link), "again").await.is_err());
        let by: String = town
            .ask(|tx| {
                tx.one(
                    sql!("select actor from ground_audit where city = ?1 and action = 'people.counter_link'"),
                    params![],
                    |row| row.get(0),
                )
            })
            .await;
        assert_eq!(Some(by.as_str()), clerk().account.as_ref().map(|id| id.as_str()));
    });
}

#[test]
fn the_last_way_in_stays() {
    each_store_of_the_house(|town| async move {
        let me = resident(&town, "a@example.jp", &browser('a')).await;
        let account = me.account.clone().expect("an account");
        town.city()
            .db
            .write(move |tx| {
                tx.put(sql!("update people_account set mail = '' where city = ?1 and id = ?2"), params![&account])?;
                for (nth, kind) in [(1, "provider"), (2, "totp")] {
                    tx.put(
                        sql!(
                            "insert into people_way (city, id, account, kind, issuer, subject, label, body, made_ms,
                                                     used_ms, locked_ms)
                             values (?1, ?2, ?3, ?4, 'x', ?2, '', '', 0, 0, 0)"
                        ),
                        params![tests::town::id(nth), &account, kind],
                    )?;
                }
                Ok(())
            })
            .await
            .expect("ways");
        let remove = |nth| json!({"id": tests::town::id(nth)});
        let fault = town.call(me.clone(), "people.remove_way", remove(1)).await.unwrap_err();
        assert_eq!(fault.code(), "people-last-way", "a second factor alone leads nowhere");
        town.call(me, "people.remove_way", remove(2)).await.expect("not a way in");
    });
}

#[test]
fn what_is_unusual_is_seen_by_staff() {
    each_store_of_the_house(|town| async move {
        resident(&town, "a@example.jp", &browser('a')).await;
        ask(&town, "a@example.jp", &browser('b')).await.expect("sent");
        let right = code(&town, &browser('b')).await;
        let other = json!({"browser": browser('b'), "code": right, "agent": "Safari / iPhone",
                           "session_digest": super::session_digest("t")});
        town.call(Who::anyone(), "people.enter_code", other).await.expect("in");
        // Eleven failures from one network, at addresses that nobody has.
        for nth in 0..11 {
            let holds = browser(char::from(b'c' + nth));
            ask(&town, &format!("n{nth}@example.jp"), &holds).await.expect("sent");
            let input = json!({"browser": holds, "code": "1", "session_digest": super::session_digest("x")});
            call_from(&town, "203.0.113.9", "people.enter_code", input).await.expect("wrong");
        }
        let listed = town.call(Who::operator(), "people.sign_ins", json!({})).await.expect("listed");
        let signals: Vec<String> = listed["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["entry"]["signals"].to_string())
            .collect();
        assert_eq!(signals.iter().filter(|one| one.contains("network")).count(), 2, "{signals:?}");
        assert_eq!(signals.iter().filter(|one| one.contains("new_browser")).count(), 1);
        assert!(!listed.to_string().contains("203.0.113.9"));
    });
}

#[test]
fn signing_in_leads_back_into_this_site_only() {
    each_store_of_the_house(|town| async move {
        for (nth, (back, to)) in [
            ("/my/profile?x=1", "/my/profile?x=1"),
            ("//evil.example", "/my"),
            ("https://evil.example/my", "/my"),
            ("/\\evil.example", "/my"),
            ("/sign-in/second", "/my"),
        ]
        .into_iter()
        .enumerate()
        {
            let holds = browser('a');
            let mail = format!("p{nth}@example.jp");
            resident(&town, &mail, &holds).await;
            let asked = ask_with(&town, &mail, back, &holds).await;
            assert_eq!(asked, "/sign-in/code");
            let right = code(&town, &holds).await;
            let entered = enter_by_page(&town, &holds, &right).await;
            assert_eq!(entered, to, "{back}");
        }
    });
}

async fn ask_with(town: &Arc<Town>, mail: &str, back: &str, holds: &str) -> String {
    let fields = [("mail", mail), ("back", back)];
    let sent = open_holding(town, "/sign-in/code", &fields, holds).await;
    assert!(sent.cookies.iter().any(|cookie| cookie.starts_with(&format!("machiya_attempt={holds};"))));
    sent.location
}

async fn enter_by_page(town: &Arc<Town>, holds: &str, code: &str) -> String {
    open_holding(town, "/sign-in/code/enter", &[("code", code)], holds).await.location
}

async fn open_holding(
    town: &Arc<Town>,
    path: &str,
    fields: &[(&str, &str)],
    holds: &str,
) -> crate::contract::people::pages::Opened {
    let sent = form(fields).map(|sent| sent.holding(holds));
    open(town, &Who::anyone(), Lang::Ja, path, sent).await.expect("answered")
}

#[test]
fn pages_show_ways_history_and_identity() {
    each_store_of_the_house(|town| async move {
        let me = resident(&town, "a@example.jp", &browser('a')).await;
        for (path, words) in [
            ("/my/security", "a@example.jp"),
            ("/my/sign-ins", "Firefox / Linux"),
            ("/my/identity?need=counter&back=/my", "窓口"),
            ("/sign-in/offer", "data-passkey=\"make\""),
            ("/sign-in/totp", "<svg"),
        ] {
            let page = open(&town, &me, Lang::Ja, path, None).await.expect("shown");
            assert!(page.status == 200 && page.body.contains(words), "{path}");
        }
        let page = open(&town, &Who::anyone(), Lang::Ja, "/sign-in", None).await.expect("shown");
        assert!(page.body.contains("name=\"mail\"") && page.body.contains("data-passkey=\"use\""));
        let wrong = enter(&town, &browser('z'), "1", "t").await.expect("answered");
        assert_eq!(wrong["step"], "over");
    });
}

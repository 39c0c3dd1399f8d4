//! The second factor.

use ground::fault::{Fault, Kind};
use ground::who::{Role, Who};
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::each_store_of_the_house;
use totp_rs::{Algorithm, Builder, Secret};

use super::{browser, come_again, letters, resident, session_digest};
use crate::contract::people::{administrator, hire, link_of, use_link, who};

/// What the telephone shows now.
fn number(town: &Town, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_secret(secret).build_noncompliant();
    totp.generate(town.house.clock.now_ms().unsigned_abs() / 1_000).to_string()
}

async fn start(town: &Town, who: &Who, browser: &str) -> Result<String, Fault> {
    let new = town.call(who.clone(), "people.start_totp", json!({"browser": browser})).await?;
    Ok(new["secret"].as_str().expect("a secret").to_owned())
}

async fn confirm(town: &Town, who: &Who, browser: &str, code: &str, token: &str) -> Result<Value, Fault> {
    let input = json!({"browser": browser, "code": code, "session_digest": session_digest(token)});
    town.call(who.clone(), "people.confirm_totp", input).await
}

async fn show(town: &Town, who: &Who, code: &str, token: &str) -> Result<Value, Fault> {
    let input = json!({"code": code, "session_digest": session_digest(token), "agent": "Firefox / Linux"});
    town.call(who.clone(), "people.enter_second", input).await
}

/// A clerk who has come half way by a link.
async fn half_way(town: &std::sync::Arc<Town>) -> (Who, Who) {
    let admin = administrator(town).await;
    let id = hire(town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
    let link = town.call(admin.clone(), "people.invite_staff", json!({"id": id})).await.expect("a link");
    use_link(town, Who::anyone(), link_of(&link), "half").await.expect("the first factor");
    (admin, who(town, "half").await.expect("half way"))
}

#[test]
fn staff_are_nobody_until_they_have_shown_a_second_factor() {
    each_store_of_the_house(|town| async move {
        let (_, clerk) = half_way(&town).await;
        assert!(clerk.account.is_none() && clerk.pending.is_some() && !clerk.has(Role::Staff));
        for action in ["people.me", "people.staff", "people.sessions", "people.security", "ground.desk"] {
            let fault = town.call(clerk.clone(), action, json!({})).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::SignedOut, "{action}");
        }
        // What the machine itself would never ask: nothing but showing or making a second factor.
        let seen = town.call(clerk.clone(), "people.second", json!({})).await.expect("what to show");
        assert_eq!((&seen["totp"], &seen["passkey"]), (&json!(false), &json!(false)));
        let secret = start(&town, &clerk, &browser('a')).await.expect("a secret");
        let wrong = confirm(&town, &clerk, &browser('a'), "000000", "full").await.expect("answered");
        assert_eq!(wrong["step"], "wrong");
        let made =
            confirm(&town, &clerk, &browser('a'), &number(&town, &secret), "full").await.expect("made");
        assert_eq!(made["codes"].as_array().map(Vec::len), Some(10));
        let clerk = who(&town, "full").await.expect("signed in");
        assert!(clerk.strong && clerk.has(Role::Clerk) && clerk.account.is_some());
        assert!(who(&town, "half").await.is_none(), "the session of the first factor is gone");
    });
}

#[test]
fn a_number_opens_once_and_the_first_factor_alone_makes_no_second_one() {
    each_store_of_the_house(|town| async move {
        let (_, clerk) = half_way(&town).await;
        let secret = start(&town, &clerk, &browser('a')).await.expect("a secret");
        let first = number(&town, &secret);
        confirm(&town, &clerk, &browser('a'), &first, "full").await.expect("made");
        let half = come_again(&town, "clerk@city.example", &browser('b'), "half").await.expect("half way");
        assert!(half.pending.is_some());
        for action in ["people.start_totp", "people.start_passkey"] {
            let input = json!({"browser": browser('b')});
            let fault = town.call(half.clone(), action, input).await.unwrap_err();
            assert_eq!(fault.code(), "people-second-first", "{action}");
        }
        assert_eq!(show(&town, &half, &first, "t").await.expect("answered")["step"], "wrong", "replayed");
        town.clock.advance_ms(30_000);
        let next = number(&town, &secret);
        assert_eq!(show(&town, &half, &next, "t").await.expect("answered")["step"], "in");
        assert!(who(&town, "t").await.is_some_and(|who| who.strong && who.has(Role::Staff)));
    });
}

#[test]
fn a_code_from_paper_works_once_and_wrong_ones_make_it_rest() {
    each_store_of_the_house(|town| async move {
        let (_, clerk) = half_way(&town).await;
        let secret = start(&town, &clerk, &browser('a')).await.expect("a secret");
        let made =
            confirm(&town, &clerk, &browser('a'), &number(&town, &secret), "full").await.expect("made");
        let paper = made["codes"][3].as_str().expect("a code").to_uppercase();
        let half = come_again(&town, "clerk@city.example", &browser('b'), "half").await.expect("half way");
        assert_eq!(show(&town, &half, &paper, "t").await.expect("answered")["step"], "in");
        let half = come_again(&town, "clerk@city.example", &browser('c'), "half").await.expect("half way");
        for _ in 0..5 {
            assert_eq!(show(&town, &half, &paper, "u").await.expect("answered")["step"], "wrong");
        }
        let other = made["codes"][4].as_str().expect("a code");
        let fault = show(&town, &half, other, "u").await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::TooMany, "people-second-rests"));
        town.clock.advance_ms(15 * 60_000);
        assert_eq!(show(&town, &half, other, "u").await.expect("answered")["step"], "in");
        let kept: Vec<String> = town
            .ask(|tx| {
                tx.all(
                    sql!(
                        "select digest from people_recovery where city = ?1
                         union all select body from people_way where city = ?1
                         union all select body from people_attempt where city = ?1"
                    ),
                    params![],
                    |row| row.get(0),
                )
            })
            .await;
        let raw = Secret::try_from_base32(&secret).expect("base 32");
        let raw = format!("{:?}", raw.as_ref());
        assert!(kept.len() > 10 && kept.iter().all(|text| !text.contains(&secret) && !text.contains(&raw)));
        assert!(letters(&town).await.iter().any(|kind| kind == "account_changed"));
    });
}

#[test]
fn a_resident_who_wants_a_second_factor_is_asked_for_it() {
    each_store_of_the_house(|town| async move {
        let me = resident(&town, "a@example.jp", &browser('a')).await;
        let secret = start(&town, &me, &browser('a')).await.expect("a secret");
        confirm(&town, &me, &browser('a'), &number(&town, &secret), "full").await.expect("made");
        let half = come_again(&town, "a@example.jp", &browser('b'), "half").await.expect("half way");
        assert!(half.pending.is_some() && half.account.is_none());
        town.clock.advance_ms(30_000);
        show(&town, &half, &number(&town, &secret), "t").await.expect("shown");
        assert!(who(&town, "t").await.is_some_and(|who| who.strong && who.has(Role::Resident)));
    });
}

#[test]
fn a_lost_second_factor_is_taken_away_by_somebody_else_only() {
    each_store_of_the_house(|town| async move {
        let (admin, clerk) = half_way(&town).await;
        let secret = start(&town, &clerk, &browser('a')).await.expect("a secret");
        confirm(&town, &clerk, &browser('a'), &number(&town, &secret), "full").await.expect("made");
        let oneself = json!({"id": admin.account});
        let fault = town.call(admin.clone(), "people.reset_second", oneself).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused);
        let clerk = who(&town, "full").await.expect("signed in");
        // Who may take it away sees that there is one; a colleague sees nothing of it.
        let one = json!({"id": clerk.account});
        let seen = town.call(admin.clone(), "people.staff_member", one.clone()).await.expect("seen");
        assert_eq!((&seen["comes_by"]["totp"], &seen["comes_by"]["passkeys"]), (&json!(true), &json!(0)));
        assert_eq!(seen["comes_by"]["last_ms"], json!(town.house.clock.now_ms()));
        let seen = town.call(clerk.clone(), "people.staff_member", one.clone()).await.expect("seen");
        assert!(seen.get("comes_by").is_none());
        town.call(admin.clone(), "people.reset_second", one.clone()).await.expect("taken away");
        let seen = town.call(admin, "people.staff_member", one).await.expect("seen");
        assert_eq!(seen["comes_by"]["totp"], json!(false));
        assert!(who(&town, "full").await.is_none());
        let half = come_again(&town, "clerk@city.example", &browser('b'), "half").await.expect("half way");
        start(&town, &half, &browser('b')).await.expect("a new one");
    });
}

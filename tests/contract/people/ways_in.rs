//! Links, sessions, locking.

use futures_util::future::join_all;
use ground::fault::Kind;
use ground::who::{Role, Who};
use ground::{params, sql};
use serde_json::json;
use tests::town::each_store_of_the_house;

use super::{administrator, hire, link_of, sign_in, use_link, who};

const HOUR_MS: i64 = 3_600_000;

#[test]
fn the_first_administrator_comes_in_by_a_link_once() {
    each_store_of_the_house(|town| async move {
        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        let link = link_of(&made).to_owned();
        let seen = town.call(Who::anyone(), "people.link", json!({"token": link})).await.expect("shown");
        assert_eq!(seen["purpose"], "first_admin");
        let seen_again = town.call(Who::anyone(), "people.link", json!({"token": link})).await;
        assert!(seen_again.is_ok(), "looking does not use it up");

        let admin = sign_in(&town, &link, "secret").await;
        assert!(admin.has(Role::Admin) && admin.has(Role::Staff) && !admin.has(Role::Operator));
        let fault = use_link(&town, Who::anyone(), &link, "second").await.unwrap_err();
        assert_eq!((fault.kind(), fault.code()), (Kind::Missing, "people-link"));
        assert!(who(&town, "second").await.is_none());

        // The same person is invited again, not a second one made.
        let again = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        assert_eq!(again["account"], made["account"]);
    });
}

#[test]
fn unknown_used_and_ended_links_get_the_same_answer() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let clerk = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let invite = || town.call(admin.clone(), "people.invite_staff", json!({"id": clerk}));
        let (old, new) = (invite().await.expect("a link"), invite().await.expect("another"));
        // Made again, the first one is worth nothing.
        let superseded = use_link(&town, Who::anyone(), link_of(&old), "a").await.unwrap_err();
        let unknown = use_link(&town, Who::anyone(), "nothing-such", "a").await.unwrap_err();
        town.clock.advance_ms(72 * HOUR_MS);
        let ended = use_link(&town, Who::anyone(), link_of(&new), "a").await.unwrap_err();
        for fault in [&superseded, &unknown, &ended] {
            assert_eq!((fault.kind(), fault.code(), fault.fields().len()), (Kind::Missing, "people-link", 0));
        }
        let seen =
            town.call(Who::anyone(), "people.link", json!({"token": link_of(&new)})).await.unwrap_err();
        assert_eq!(seen.code(), "people-link");
    });
}

#[test]
fn a_link_from_before_the_clock_was_set_back_is_none() {
    each_store_of_the_house(|town| async move {
        town.clock.advance_ms(100 * HOUR_MS);
        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        town.clock.advance_ms(-80 * HOUR_MS);
        let fault = use_link(&town, Who::anyone(), link_of(&made), "a").await.unwrap_err();
        assert_eq!(fault.code(), "people-link");
        let again = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        sign_in(&town, link_of(&again), "b").await;
    });
}

#[test]
fn of_many_who_press_at_once_one_gets_in() {
    each_store_of_the_house(|town| async move {
        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        let link = link_of(&made).to_owned();
        let presses = (0..8).map(|nth| {
            let (town, link) = (town.clone(), link.clone());
            async move { use_link(&town, Who::anyone(), &link, &format!("token {nth}")).await.is_ok() }
        });
        let got_in = join_all(presses).await.into_iter().filter(|ok| *ok).count();
        assert_eq!(got_in, 1);
        let sessions: i64 = town
            .ask(|tx| {
                tx.one(sql!("select count(*) from people_session where city = ?1"), params![], |row| {
                    row.get(0)
                })
            })
            .await;
        assert_eq!(sessions, 1);
    });
}

#[test]
fn tokens_are_nowhere_in_the_store() {
    each_store_of_the_house(|town| async move {
        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        let link = link_of(&made).to_owned();
        sign_in(&town, &link, "a session's own secret").await;
        let kept: Vec<String> = town
            .ask(|tx| {
                tx.all(
                    sql!(
                        "select digest from people_session where city = ?1
                         union all select digest from people_link where city = ?1
                         union all select body from ground_event where city = ?1
                         union all select object from ground_audit where city = ?1"
                    ),
                    params![],
                    |row| row.get(0),
                )
            })
            .await;
        assert!(kept.len() > 3);
        assert!(kept.iter().all(|text| !text.contains(&link) && !text.contains("own secret")));
    });
}

#[test]
fn signing_in_ends_the_session_one_came_with() {
    each_store_of_the_house(|town| async move {
        let first = administrator(&town).await;
        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        use_link(&town, first, link_of(&made), "fresh").await.expect("signed in");
        assert!(who(&town, "administrator").await.is_none(), "no session outlives a new sign-in");
        assert!(who(&town, "fresh").await.is_some());
    });
}

#[test]
fn a_session_ends_by_itself_and_on_request() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let listed = town.call(admin.clone(), "people.sessions", json!({})).await.expect("listed");
        assert_eq!(listed["rows"][0]["this_one"], true);
        assert_eq!(listed["rows"][0]["agent"], "Firefox / Linux");

        // Signed in on a second device, then signed out everywhere else.
        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        let second = sign_in(&town, link_of(&made), "second").await;
        let ended = town.call(second.clone(), "people.end_other_sessions", json!({})).await.expect("ended");
        assert_eq!(ended["sessions"], 1);
        assert!(who(&town, "administrator").await.is_none());

        town.call(second.clone(), "people.sign_out", json!({})).await.expect("signed out");
        assert!(who(&town, "second").await.is_none());

        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        sign_in(&town, link_of(&made), "third").await;
        town.clock.advance_ms(12 * HOUR_MS - 1);
        assert!(who(&town, "third").await.is_some());
        town.clock.advance_ms(1);
        assert!(who(&town, "third").await.is_none(), "a working day is over");
    });
}

#[test]
fn nobody_ends_the_session_of_somebody_else() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let clerk = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let made =
            town.call(admin.clone(), "people.invite_staff", json!({"id": clerk})).await.expect("a link");
        let clerk = sign_in(&town, link_of(&made), "clerk").await;
        for (by, of) in [(&admin, &clerk), (&clerk, &admin)] {
            let session = of.session.clone().expect("a session");
            let fault =
                town.call(by.clone(), "people.end_session", json!({"id": session})).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::Refused);
        }
        assert!(who(&town, "clerk").await.is_some());
    });
}

#[test]
fn locking_ends_sessions_and_links_at_once() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let id = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let invite = || town.call(admin.clone(), "people.invite_staff", json!({"id": id}));
        sign_in(&town, link_of(&invite().await.expect("a link")), "clerk").await;
        let waiting = invite().await.expect("another link");
        let epoch = town.house.session_epoch();

        let locked = town.call(admin.clone(), "people.lock_staff", json!({"id": id})).await.expect("locked");
        assert_eq!(locked["member"]["state"], "locked");
        assert!(town.house.session_epoch() > epoch, "who remembers sessions is told to forget them");
        assert!(who(&town, "clerk").await.is_none());
        assert!(use_link(&town, Who::anyone(), link_of(&waiting), "again").await.is_err());
        assert_eq!(invite().await.unwrap_err().code(), "people-locked");

        town.call(admin.clone(), "people.unlock_staff", json!({"id": id})).await.expect("unlocked");
        assert!(who(&town, "clerk").await.is_none(), "the old session stays ended");
        sign_in(&town, link_of(&invite().await.expect("a new link")), "clerk again").await;
    });
}

#[test]
fn there_is_always_an_administrator() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let own = admin.account.clone().expect("an account");
        let lock = |id: &ground::id::Id| town.call(admin.clone(), "people.lock_staff", json!({"id": id}));
        assert_eq!(lock(&own).await.unwrap_err().code(), "people-last-admin");
        let demote =
            json!({"id": own, "name": "管理者", "mail": "admin@city.example", "roles": [], "rev": 1});
        let fault = town.call(admin.clone(), "people.save_staff", demote).await.unwrap_err();
        assert_eq!(super::words_of(&fault), [("roles", "field-people-last-admin")]);

        let second = hire(&town, &Who::operator(), "second@city.example", "二人目", &["admin"]).await;
        lock(&own).await.expect("now there is another");
        // Of the two, the locked one does not count.
        let fault = lock(&second).await.unwrap_err();
        assert_eq!(fault.code(), "people-last-admin");
    });
}

#[test]
fn being_seen_is_noted() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        town.clock.advance_ms(HOUR_MS);
        let (keeper, session) = (town.house.keeper.clone(), admin.session.clone().expect("a session"));
        let now_ms = town.house.clock.now_ms();
        town.city().db.write(move |tx| keeper.note_seen(tx, &session, now_ms)).await.expect("noted");
        let listed = town.call(admin, "people.sessions", json!({})).await.expect("listed");
        assert_eq!(listed["rows"][0]["seen_ms"], now_ms);
    });
}

#[test]
fn the_command_line_can_speak_for_an_account_that_is_not_locked() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let id = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let (keeper, of) = (town.house.keeper.clone(), id.clone());
        let clerk = town.ask(move |tx| keeper.of_account(tx, &of)).await.expect("known");
        assert_eq!(&*clerk.roles, [Role::Staff, Role::Clerk]);
        assert!(clerk.session.is_none());
        town.call(admin, "people.lock_staff", json!({"id": id})).await.expect("locked");
        let keeper = town.house.keeper.clone();
        assert!(town.ask(move |tx| keeper.of_account(tx, &id)).await.is_none());
    });
}

#[test]
fn a_full_account_lets_its_oldest_session_go() {
    each_store_of_the_house(|town| async move {
        let mut first = None;
        for nth in 0..25 {
            town.clock.advance_ms(1_000);
            let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
            let who = sign_in(&town, link_of(&made), &format!("token {nth}")).await;
            first.get_or_insert(who);
        }
        let listed = town
            .call(first.expect("one"), "people.sessions", json!({"paging": {"rows": 100}}))
            .await
            .expect("listed");
        assert_eq!(listed["rows"].as_array().expect("rows").len(), 20);
        assert!(who(&town, "token 4").await.is_none());
        assert!(who(&town, "token 5").await.is_some());
    });
}

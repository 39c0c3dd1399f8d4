//! Policies of a city, deputies, and what takes two.

use std::sync::Arc;

use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::page::may_ever;
use ground::who::{Role, Who};
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::each_store_of_the_house;

use super::{administrator, department, hire, link_of, sign_in, who, words_of};

const DAY_MS: i64 = 86_400_000;

/// A member of staff as they come with a session.
fn staff(account: &Id, roles: &[Role]) -> Who {
    Who {
        account: Some(account.clone()),
        roles: [Role::Staff].iter().chain(roles).copied().collect(),
        strong: true,
        ..Who::default()
    }
}

/// A second administrator, made from the server.
async fn second_admin(town: &Arc<Town>) -> Who {
    let id = hire(town, &Who::operator(), "second@city.example", "二人目", &["admin"]).await;
    staff(&id, &[Role::Admin])
}

async fn policy(town: &Town, by: &Who, name: &str, cedar: &str) -> Result<Value, Fault> {
    town.call(by.clone(), "people.save_policy", json!({"name": name, "cedar": cedar})).await
}

fn this(view: &Value) -> Value {
    json!({"id": view["policy"]["id"], "rev": view["policy"]["rev"]})
}

fn deciding(view: &Value, approve: bool) -> Value {
    json!({"id": view["policy"]["id"], "rev": view["policy"]["rev"], "approve": approve})
}

/// Written and proposed by one, approved by the other.
async fn in_force(town: &Town, one: &Who, other: &Who, name: &str, cedar: &str) -> Value {
    let saved = policy(town, one, name, cedar).await.expect("saved");
    let proposed = town.call(one.clone(), "people.propose_policy", this(&saved)).await.expect("proposed");
    town.call(other.clone(), "people.decide_policy", deciding(&proposed, true)).await.expect("approved")
}

const NO_TEAMS: &str = "forbid (principal in Role::\"clerk\", action == Action::\"people.teams\", resource);";

#[test]
fn a_policy_needs_two_and_then_counts_at_once() {
    each_store_of_the_house(|town| async move {
        let (one, other) = (administrator(&town).await, second_admin(&town).await);
        let clerk = staff(&hire(&town, &one, "c@city.example", "窓口", &["clerk"]).await, &[Role::Clerk]);
        let teams = || town.call(clerk.clone(), "people.teams", json!({}));
        let saved = policy(&town, &one, "窓口はチームを見ない", NO_TEAMS).await.expect("saved");
        let fault =
            town.call(other.clone(), "people.decide_policy", deciding(&saved, true)).await.unwrap_err();
        assert_eq!(fault.code(), "people-not-now", "nobody asked yet");
        let proposed = town.call(one.clone(), "people.propose_policy", this(&saved)).await.expect("proposed");
        let fault =
            town.call(one.clone(), "people.decide_policy", deciding(&proposed, true)).await.unwrap_err();
        assert_eq!(fault.code(), "people-second-person");
        teams().await.expect("a proposal forbids nothing");
        let stands = town
            .call(other.clone(), "people.decide_policy", deciding(&proposed, true))
            .await
            .expect("approved");
        assert_eq!(stands["policy"]["in_force"], 1);
        assert_eq!(teams().await.unwrap_err().kind(), Kind::Refused);
        assert!(!may_ever(&town.cx(clerk.clone()), "people.teams"), "the menu agrees");
        town.call(one.clone(), "people.teams", json!({})).await.expect("others are not meant");
        town.call_in(town.other_city(), clerk.clone(), "people.teams", json!({}))
            .await
            .expect("nor other cities");

        // Whoever proposes to take a forbid back does not decide on it, either.
        let leaving = town.call(one.clone(), "people.retire_policy", this(&stands)).await.expect("proposed");
        assert_eq!(leaving["policy"]["state"], "retiring");
        assert_eq!(teams().await.unwrap_err().kind(), Kind::Refused);
        let fault =
            town.call(one.clone(), "people.decide_policy", deciding(&leaving, true)).await.unwrap_err();
        assert_eq!(fault.code(), "people-second-person");
        town.call(other, "people.decide_policy", deciding(&leaving, true)).await.expect("retired");
        teams().await.expect("open again");
    });
}

#[test]
fn a_permit_adds_a_right_and_is_taken_back_by_one() {
    each_store_of_the_house(|town| async move {
        let (one, other) = (administrator(&town).await, second_admin(&town).await);
        let id = hire(&town, &one, "c@city.example", "窓口", &["clerk"]).await;
        let clerk = staff(&id, &[Role::Clerk]);
        let input = json!({"slug": "flood", "name": "水防班", "members": ["c@city.example"]});
        town.call(one.clone(), "people.save_team", input).await.expect("saved");
        let audit = || town.call(clerk.clone(), "ground.audit", json!({}));
        assert_eq!(audit().await.unwrap_err().kind(), Kind::Refused);
        let cedar = "permit (principal in Team::\"flood\", action == Action::\"ground.audit\", resource) when { principal.strong };";
        let stands = in_force(&town, &one, &other, "水防班は記録を見る", cedar).await;
        audit().await.expect("permitted");
        assert!(may_ever(&town.cx(clerk.clone()), "ground.audit"));
        let weak = Who { strong: false, ..clerk.clone() };
        assert_eq!(town.call(weak, "ground.audit", json!({})).await.unwrap_err().kind(), Kind::Refused);

        let ask = json!({"action": "ground.audit"});
        let may = town.call(one.clone(), "people.who_may", ask).await.expect("told");
        let row = may["rows"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == json!(id)));
        assert_eq!(row.expect("the clerk is among them")["reasons"][0]["name"], "水防班は記録を見る");

        town.call(one.clone(), "people.retire_policy", this(&stands)).await.expect("retired");
        assert_eq!(audit().await.unwrap_err().kind(), Kind::Refused);
    });
}

#[test]
fn forbidding_everything_leaves_the_way_back_open() {
    each_store_of_the_house(|town| async move {
        let (one, other) = (administrator(&town).await, second_admin(&town).await);
        let stands =
            in_force(&town, &one, &other, "すべて禁じる", "forbid (principal, action, resource);").await;
        let fault =
            town.call(one.clone(), "people.save_team", json!({"slug": "x", "name": "x"})).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused);
        // One's own account, the ways in, and the pages on which it can be taken back.
        town.call(one.clone(), "people.me", json!({})).await.expect("one's own account");
        town.call(one.clone(), "people.policies", json!({})).await.expect("the policies");
        let fault = town.call(Who::anyone(), "people.link", json!({"token": "x"})).await.unwrap_err();
        assert_ne!(fault.kind(), Kind::Refused, "somebody can still sign in");
        let leaving = town.call(one.clone(), "people.retire_policy", this(&stands)).await.expect("proposed");
        town.call(other, "people.decide_policy", deciding(&leaving, true)).await.expect("retired");
        town.call(one, "people.save_team", json!({"slug": "x", "name": "x"})).await.expect("open again");
    });
}

#[test]
fn a_policy_that_makes_no_sense_is_not_kept_and_its_place_is_told() {
    each_store_of_the_house(|town| async move {
        let one = administrator(&town).await;
        department(&town, &one, "01", "").await;
        let fault =
            policy(&town, &one, "a", "forbid (principal,\n action == Action::\"people.fly\", resource);")
                .await
                .unwrap_err();
        assert_eq!(words_of(&fault), [("cedar", "field-people-policy-action")]);
        assert_eq!(
            fault.fields()[0].args.iter().find(|(name, _)| name == "line").map(|(_, value)| value.as_str()),
            Some("2")
        );
        let fault = policy(&town, &one, "a", "forbid (principal in Department::\"99\", action, resource);")
            .await
            .unwrap_err();
        assert_eq!(words_of(&fault), [("cedar", "field-people-policy-department")]);
        policy(
            &town,
            &one,
            "a",
            "forbid (principal in Department::\"01\", action in Action::\"writes\", resource);",
        )
        .await
        .expect("a department that was just added is known");
        let listed = town.call(one, "people.policies", json!({})).await.expect("listed");
        assert_eq!(listed["rows"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn a_policy_is_tried_before_anybody_approves_it() {
    each_store_of_the_house(|town| async move {
        let one = administrator(&town).await;
        hire(&town, &one, "c@city.example", "窓口", &["clerk"]).await;
        let input = json!({"cedar": NO_TEAMS, "person": "c@city.example", "action": "people.teams"});
        let tried = town.call(one.clone(), "people.try_policy", input).await.expect("tried");
        assert_eq!((&tried["before"], &tried["after"]), (&json!(true), &json!(false)));
        assert_eq!(tried["before_reasons"][0]["declared"], "staff:city");
        let me = json!({"cedar": "forbid (principal, action, resource);", "person": "c@city.example", "action": "people.me"});
        let tried = town.call(one, "people.try_policy", me).await.expect("tried");
        assert_eq!((&tried["after"], &tried["kept_open"]), (&json!(true), &json!(true)));
    });
}

#[test]
fn nobody_becomes_administrator_by_one_word() {
    each_store_of_the_house(|town| async move {
        let one = administrator(&town).await;
        let wanted = hire(&town, &one, "new@city.example", "新人", &["editor", "admin"]).await;
        let member = |view: &Value| view["member"]["roles"].clone();
        let ask = json!({"id": wanted});
        let view = town.call(one.clone(), "people.staff_member", ask.clone()).await.expect("read");
        assert_eq!((member(&view), &view["admin_asked"]), (json!(["editor"]), &json!(true)));
        let requests = town.call(one.clone(), "people.admin_requests", json!({})).await.expect("listed");
        let decide = json!({"id": requests["rows"][0]["request"]["id"], "grant": true});
        let fault = town.call(one.clone(), "people.decide_admin", decide.clone()).await.unwrap_err();
        assert_eq!(fault.code(), "people-second-person");
        let themselves = staff(&wanted, &[Role::Admin]);
        let fault = town.call(themselves, "people.decide_admin", decide.clone()).await.unwrap_err();
        assert_eq!(fault.code(), "people-second-person");
        let other = second_admin(&town).await;
        town.call(other.clone(), "people.decide_admin", decide.clone()).await.expect("granted");
        let view = town.call(one.clone(), "people.staff_member", ask).await.expect("read");
        assert_eq!((member(&view), &view["admin_asked"]), (json!(["editor", "admin"]), &json!(false)));
        let fault = town.call(other, "people.decide_admin", decide).await.unwrap_err();
        assert_eq!(fault.code(), "people-not-now", "it is decided once");
    });
}

/// A page of a department, as a draft.
async fn save_page(town: &Town, who: &Who, department: &Value, slug: &str) -> Result<Value, Fault> {
    let input =
        json!({"slug": slug, "department": department, "texts": {"ja": {"title": "題", "body": "本文"}}});
    town.call(who.clone(), "messages.save_page", input).await
}

#[test]
fn a_deputy_begins_and_ends_by_the_clock_and_is_named_in_the_audit() {
    each_store_of_the_house(|town| async move {
        let one = administrator(&town).await;
        let of = department(&town, &one, "01", "").await["department"]["id"].clone();
        let input = json!({"name": "書く人", "kana": "", "mail": "e@city.example", "department": "01", "roles": ["editor"]});
        let editor = town.call(one.clone(), "people.save_staff", input).await.expect("hired");
        let editor: Id = serde_json::from_value(editor["member"]["id"].clone()).expect("an id");
        let clerk = staff(&hire(&town, &one, "c@city.example", "窓口", &["clerk"]).await, &[Role::Clerk]);
        let own = staff(&editor, &[Role::Editor]);
        let today = town.cx(one.clone()).now().date();
        let day = |days: i64| today.checked_add(jiff::Span::new().days(days)).expect("a day").to_string();

        let of_another = json!({"person": "e@city.example", "for_person": "c@city.example", "from": day(1), "until": day(2)});
        let fault = town.call(own.clone(), "people.save_deputy", of_another).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused, "a deputy is named for oneself");
        let input = json!({"person": "c@city.example", "from": day(1), "until": day(2)});
        let deputy = town.call(own.clone(), "people.save_deputy", input.clone()).await.expect("named");
        assert_eq!(deputy["state"], "standing");
        let fault = town.call(own.clone(), "people.save_deputy", input).await.unwrap_err();
        assert_eq!(words_of(&fault), [("from", "field-people-deputy-overlaps")]);

        assert_eq!(save_page(&town, &clerk, &of, "a").await.unwrap_err().kind(), Kind::Refused);
        town.clock.advance_ms(DAY_MS);
        save_page(&town, &clerk, &of, "a").await.expect("from midnight on");
        assert!(may_ever(&town.cx(clerk.clone()), "messages.save_page"));
        let audit = town
            .call(one.clone(), "ground.audit", json!({"action": "messages.save_page", "outcome": "done"}))
            .await;
        let audit = audit.expect("read");
        assert_eq!(audit["rows"][0]["stands_in_for"], json!(editor));
        assert_eq!(audit["rows"][0]["actor"], json!(clerk.account));

        // Whoever is locked is stood in for by nobody, at once; unlocked, it goes on.
        town.call(one.clone(), "people.lock_staff", json!({"id": editor})).await.expect("locked");
        assert_eq!(save_page(&town, &clerk, &of, "b").await.unwrap_err().kind(), Kind::Refused);
        town.call(one.clone(), "people.unlock_staff", json!({"id": editor})).await.expect("unlocked");
        save_page(&town, &clerk, &of, "b").await.expect("again");

        town.clock.advance_ms(2 * DAY_MS);
        assert_eq!(save_page(&town, &clerk, &of, "c").await.unwrap_err().kind(), Kind::Refused, "it is over");
        let input = json!({"person": "c@city.example", "from": day(3), "until": day(9)});
        let deputy = town.call(own.clone(), "people.save_deputy", input).await.expect("named");
        save_page(&town, &clerk, &of, "c").await.expect("today already");
        town.call(own, "people.end_deputy", json!({"id": deputy["id"]})).await.expect("ended");
        assert_eq!(save_page(&town, &clerk, &of, "d").await.unwrap_err().kind(), Kind::Refused);
    });
}

#[test]
fn an_administrators_deputy_takes_two() {
    each_store_of_the_house(|town| async move {
        let (one, other) = (administrator(&town).await, second_admin(&town).await);
        let clerk = staff(&hire(&town, &one, "c@city.example", "窓口", &["clerk"]).await, &[Role::Clerk]);
        let today = town.cx(one.clone()).now().date().to_string();
        let input = json!({"person": "c@city.example", "from": today, "until": today});
        let deputy = town.call(one.clone(), "people.save_deputy", input).await.expect("asked");
        assert_eq!(deputy["state"], "asked");
        let policies = || town.call(clerk.clone(), "people.policies", json!({}));
        assert_eq!(policies().await.unwrap_err().kind(), Kind::Refused);
        let agree = json!({"id": deputy["id"], "agree": true});
        let fault = town.call(one.clone(), "people.decide_deputy", agree.clone()).await.unwrap_err();
        assert_eq!(fault.code(), "people-second-person");
        town.call(other, "people.decide_deputy", agree).await.expect("agreed");
        policies().await.expect("stands in for an administrator");
    });
}

#[test]
fn whoever_is_locked_is_out_at_once() {
    each_store_of_the_house(|town| async move {
        let one = administrator(&town).await;
        let id = hire(&town, &one, "c@city.example", "窓口", &["clerk"]).await;
        let link = town.call(one.clone(), "people.invite_staff", json!({"id": id})).await.expect("a link");
        sign_in(&town, link_of(&link), "clerk").await;
        assert!(who(&town, "clerk").await.is_some());
        town.call(one.clone(), "people.lock_staff", json!({"id": id})).await.expect("locked");
        assert!(who(&town, "clerk").await.is_none());
        let left: i64 = town
            .ask(move |tx| {
                let count = sql!("select count(*) from people_session where city = ?1 and account = ?2");
                tx.one(count, params![&id], |row| row.get(0))
            })
            .await;
        assert_eq!(left, 0, "no node finds a session any more");
    });
}

#[test]
fn what_a_person_may_is_told_with_the_right_it_comes_from() {
    each_store_of_the_house(|town| async move {
        let (one, other) = (administrator(&town).await, second_admin(&town).await);
        hire(&town, &one, "c@city.example", "窓口", &["clerk"]).await;
        in_force(&town, &one, &other, "窓口はチームを見ない", NO_TEAMS).await;
        let what =
            town.call(one, "people.what_may", json!({"person": "c@city.example"})).await.expect("told");
        let rows = what["rows"].as_array().expect("rows");
        let row = |action: &str| rows.iter().find(|row| row["action"] == action);
        assert_eq!(row("people.deputies").expect("may")["reasons"][0]["declared"], "staff:city");
        let teams = row("people.teams").expect("told as well");
        assert_eq!(
            (&teams["permitted"], &teams["reasons"][0]["name"]),
            (&json!(false), &json!("窓口はチームを見ない"))
        );
        assert!(row("people.save_policy").is_none(), "what is neither permitted nor forbidden is left out");
    });
}

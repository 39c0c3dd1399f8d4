//! Staff and residents: nobody is looked up without a duty and a reason, and the counter serves who has no computer.

use std::sync::Arc;

use ground::fault::Kind;
use ground::id::Id;
use ground::who::{Role, Who};
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{each_store_of_the_house, person};

fn clerk() -> Who {
    person(903, &[Role::Staff, Role::Clerk])
}

fn grounds(purpose: &str) -> Value {
    json!({"purpose": purpose, "why": "counter", "reason": "転入届の受付"})
}

/// A purpose that is a duty, and one that is a favour.
async fn purposes(town: &Town) {
    let input = json!({"code": "citizens", "name": "市民課", "kind": "city", "contact": "電話 0999"});
    let saved = town.call(Who::operator(), "people.save_recipient", input).await.expect("a recipient");
    let words = json!({"name": "窓口", "what_for": "届け出を受けるため", "explained": "くわしく"});
    for (code, basis) in [("counter", "law"), ("favour", "consent")] {
        let input = json!({"code": code, "recipient": saved["id"], "attributes": ["name", "kana", "birth"],
            "data_class": "personal", "sharing": "inside", "legal_basis": basis, "basis_law": "住民基本台帳法第12条",
            "words": {"ja": words, "ja-x-easy": words, "en": words}});
        let made = town.call(Who::operator(), "people.save_purpose", input).await.expect("saved");
        let step = json!({"code": code, "rev": made["purpose"]["rev"]});
        let made = town.call(Who::operator(), "people.propose_purpose", step).await.expect("proposed");
        let step = json!({"code": code, "rev": made["purpose"]["rev"]});
        let approver = person(902, &[Role::Staff, Role::Approver]);
        town.call(approver, "people.approve_purpose", step).await.expect("approved");
    }
}

async fn register(town: &Town, name: &str, kana: &str, birth: &str) -> Id {
    let input = json!({"name": name, "kana": kana, "birth": birth, "phone": "0999-00-0000", "document": "運転免許証"});
    let added = town.call(clerk(), "people.add_resident", input).await.expect("registered");
    added["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// The reasons that stand in the record of uses.
async fn recorded(town: &Arc<Town>) -> Vec<String> {
    town.ask(|tx| {
        tx.all(
            sql!("select reason from people_access where city = ?1 order by person_no, id"),
            params![],
            |row| row.get::<String>(0),
        )
    })
    .await
}

#[test]
fn nobody_is_looked_up_without_a_duty_and_a_reason() {
    each_store_of_the_house(|town| async move {
        purposes(&town).await;
        let hana = register(&town, "紙野 花", "かみの はな", "1940-05-01").await;
        register(&town, "紙野 太郎", "カミノ タロウ", "1938-02-11").await;
        let find = |input: Value| town.call(clerk(), "people.find_residents", input);
        let favour = find(json!({"grounds": grounds("favour"), "name": "紙野"})).await.expect_err("a favour");
        assert_eq!(favour.fields()[0].word, "field-people-duty");
        let silent = json!({"purpose": "counter", "why": "counter", "reason": "  "});
        let silent = find(json!({"grounds": silent, "name": "紙野"})).await.expect_err("no reason");
        assert_eq!(silent.kind(), Kind::Invalid);
        let short =
            find(json!({"grounds": grounds("counter"), "name": "紙"})).await.expect_err("half the town");
        assert_eq!(short.fields()[0].word, "field-people-find-more");
        assert_eq!(recorded(&town).await, Vec::<String>::new(), "nothing was seen, nothing is recorded");

        let found = find(json!({"grounds": grounds("counter"), "name": "紙野", "kana": "カミノ"}))
            .await
            .expect("found");
        let people = found["people"].as_array().expect("people");
        assert_eq!(people.len(), 2);
        assert_eq!(people[0]["given"]["name"], "紙野 太郎", "in the order of readings");
        assert_eq!(recorded(&town).await.len(), 2, "each person found was seen");
        let one = find(json!({"grounds": grounds("counter"), "birth": "1940-05-01"})).await.expect("found");
        assert_eq!(one["people"][0]["id"], json!(hana));

        let look = json!({"person": hana, "grounds": grounds("counter")});
        let view = town.call(clerk(), "people.resident", look).await.expect("seen");
        assert_eq!(view["given"]["birth"], "1940-05-01");
        assert_eq!(view["given"].get("phone"), None, "what the purpose does not name is not shown");
        let reasons = recorded(&town).await;
        assert_eq!(reasons.len(), 4);
        assert!(reasons.iter().all(|reason| reason.ends_with("転入届の受付")), "{reasons:?}");
    });
}

/// A mass export by one member of staff, whichever way they take: they are stopped, are shown nobody, and the
/// administrators hear of it.
#[test]
fn whoever_looks_up_too_many_is_shown_nobody_in_any_way() {
    each_store_of_the_house(|town| async move {
        purposes(&town).await;
        let mut people = Vec::new();
        for nth in 1..=4 {
            people.push(register(&town, "紙野 花", &format!("カミノ {nth}"), "1940-05-01").await);
        }
        let admin = person(901, &[Role::Staff, Role::Admin]);
        let limit = json!({"kind": "staff", "span": "hour", "from_on": "2026-04-01", "people": 3});
        town.call(admin.clone(), "people.save_use_limit", limit).await.expect("set");
        let look = |nth: usize| {
            let input = json!({"person": people[nth], "grounds": grounds("counter")});
            town.call(clerk(), "people.resident", input)
        };
        let begin = |nth: usize| {
            let input = json!({"person": people[nth], "reason": "住所の届け", "document": "旅券"});
            town.call(clerk(), "people.begin_counter", input)
        };
        for nth in 0..2 {
            assert_eq!(look(nth).await.expect("seen")["stopped"], json!(false));
        }
        let stopped = town.call(admin.clone(), "people.stopped_uses", json!({}));
        assert_eq!(stopped.await.expect("a list")["rows"], json!([]));
        // The third is usual; a search that shows four is too many, and shows nobody.
        let search = json!({"grounds": grounds("counter"), "name": "紙野"});
        let found = town.call(clerk(), "people.find_residents", search).await.expect("answered");
        assert_eq!((&found["stopped"], &found["people"]), (&json!(true), &json!([])));
        let seen = look(3).await.expect("answered");
        assert_eq!(
            (&seen["stopped"], &seen["given"], &seen["not_known"]),
            (&json!(true), &json!({}), &json!([]))
        );
        let visit = begin(3).await.expect("answered");
        assert_eq!((&visit["stopped"], visit.get("id")), (&json!(true), None), "nobody is acted for");
        let list = town.call(admin, "people.stopped_uses", json!({})).await.expect("a list");
        assert_eq!(list["rows"].as_array().map(Vec::len), Some(1), "told, and told once");
        let tried = recorded(&town).await;
        assert!(
            tried.iter().any(|reason| reason == "住所の届け"),
            "the attempt stands in the record: {tried:?}"
        );
    });
}

#[test]
fn too_many_are_nobody() {
    each_store_of_the_house(|town| async move {
        purposes(&town).await;
        for nth in 1..=21 {
            register(&town, "紙野 花", &format!("カミノ {nth}"), "1940-05-01").await;
        }
        let input = json!({"grounds": grounds("counter"), "name": "紙野"});
        let found = town.call(clerk(), "people.find_residents", input).await.expect("answered");
        assert_eq!((&found["too_many"], found["people"].as_array().map(Vec::len)), (&json!(true), Some(0)));
        assert_eq!(recorded(&town).await, Vec::<String>::new());
    });
}

#[test]
fn somebody_on_paper_is_registered_once_and_known_by_a_document() {
    each_store_of_the_house(|town| async move {
        let hana = register(&town, "紙野 花", "かみの はな", "1940-05-01").await;
        let again =
            json!({"name": "紙野 はな", "kana": "カミノ ハナ", "birth": "1940-05-01", "document": "旅券"});
        let fault = town.call(clerk(), "people.add_resident", again).await.expect_err("the same person");
        assert_eq!(fault.fields()[0].word, "field-people-resident-known");
        let known = town
            .ask(move |tx| {
                tx.one(
                    sql!("select level, level_how, kind from people_account where city = ?1 and id = ?2"),
                    params![&hana],
                    |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
                )
            })
            .await;
        assert_eq!(known, ("counter".to_owned(), "運転免許証".to_owned(), "resident".to_owned()));
        let editor = person(904, &[Role::Staff, Role::Editor]);
        let input = json!({"name": "紙野", "kana": "カミノ", "birth": "1950-05-01", "document": "旅券"});
        let fault = town.call(editor, "people.add_resident", input).await.expect_err("not at the counter");
        assert_eq!(fault.kind(), Kind::Refused);
    });
}

//! Departments, staff, districts, and one's own details.

use ground::fault::Kind;
use ground::who::Who;
use serde_json::{Value, json};
use tests::town::each_store_of_the_house;

use super::{administrator, department, hire, words_of};

#[test]
fn the_second_of_two_who_save_sees_both_versions() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let first = department(&town, &admin, "01", "").await;
        let id = first["department"]["id"].clone();
        let change = |name: &str| json!({"id": id, "code": "01", "name": name, "rev": 1});
        town.call(admin.clone(), "people.save_department", change("総務部")).await.expect("saved");
        let fault =
            town.call(admin.clone(), "people.save_department", change("総務人事部")).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Outdated);
        let theirs = fault.theirs().expect("what stands");
        assert_eq!(theirs["department"]["name"]["ja"]["text"], "総務部");
        assert_eq!(theirs["department"]["rev"], 2);
        assert_eq!(theirs["saved_by_name"], "管理者");
    });
}

#[test]
fn a_code_is_taken_once_and_no_department_stands_under_itself() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let top = department(&town, &admin, "01", "").await;
        department(&town, &admin, "0101", "01").await;
        let save = |input: Value| town.call(admin.clone(), "people.save_department", input);
        let fault = save(json!({"code": "01", "name": "別"})).await.unwrap_err();
        assert_eq!(words_of(&fault), [("code", "field-people-code-taken")]);
        let fault = save(json!({"code": "02", "name": "別", "parent": "77"})).await.unwrap_err();
        assert_eq!(words_of(&fault), [("parent", "field-people-department-unknown")]);
        let circle =
            json!({"id": top["department"]["id"], "code": "01", "name": "上", "parent": "0101", "rev": 1});
        let fault = save(circle).await.unwrap_err();
        assert_eq!(words_of(&fault), [("parent", "field-people-parent")]);
        let fault = save(json!({"code": "a b", "name": " ", "place": 10_000})).await.unwrap_err();
        let paths: Vec<&str> = words_of(&fault).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["code", "name", "place"]);
    });
}

#[test]
fn the_tree_is_listed_with_each_department_under_its_parent() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        for (code, parent) in [("02", ""), ("01", ""), ("0102", "01"), ("0201", "02"), ("0101", "01")] {
            department(&town, &admin, code, parent).await;
        }
        let rows = town.call(admin, "people.departments", json!({})).await.expect("listed");
        let told: Vec<(u64, &str)> = rows
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| (row["depth"].as_u64().unwrap_or(9), row["code"].as_str().unwrap_or_default()))
            .collect();
        assert_eq!(told, [(0, "01"), (1, "0101"), (1, "0102"), (0, "02"), (1, "0201")]);
    });
}

#[test]
fn a_department_is_closed_only_when_it_is_empty() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let top = department(&town, &admin, "01", "").await;
        let below = department(&town, &admin, "0101", "01").await;
        let close = |of: &Value| {
            let input = json!({"id": of["department"]["id"], "closed_on": "2026-04-01", "rev": 1});
            town.call(admin.clone(), "people.close_department", input)
        };
        assert_eq!(close(&top).await.unwrap_err().code(), "people-department-in-use");
        let in_it = json!({"name": "職員", "mail": "a@city.example", "department": "0101"});
        let member = town.call(admin.clone(), "people.save_staff", in_it).await.expect("hired");
        assert_eq!(close(&below).await.unwrap_err().code(), "people-department-in-use");
        let out = json!({"id": member["member"]["id"], "name": "職員", "mail": "a@city.example", "rev": 1});
        town.call(admin.clone(), "people.save_staff", out).await.expect("moved");
        close(&below).await.expect("closed");
        close(&top).await.expect("closed");
        let open = town.call(admin.clone(), "people.departments", json!({})).await.expect("listed");
        assert_eq!(open.as_array().map(Vec::len), Some(0));
        let all =
            town.call(admin.clone(), "people.departments", json!({"closed": true})).await.expect("listed");
        assert_eq!(all.as_array().map(Vec::len), Some(2));
        let into = json!({"name": "新人", "mail": "b@city.example", "department": "0101"});
        let fault = town.call(admin, "people.save_staff", into).await.unwrap_err();
        assert_eq!(words_of(&fault), [("department", "field-people-department-closed")]);
    });
}

#[test]
fn staff_are_listed_by_their_reading_page_by_page() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let names = ["ウエダ", "アオキ", "イトウ", "アオキ", "エンドウ", "アオキ"];
        for (nth, name) in names.iter().enumerate() {
            hire(&town, &admin, &format!("s{nth}@city.example"), name, &[]).await;
        }
        let mut seen = Vec::new();
        let mut after = String::new();
        for _ in 0..20 {
            let ask = json!({"paging": {"after": after, "rows": 2}});
            let page = town.call(admin.clone(), "people.staff", ask).await.expect("a page");
            let rows = page["rows"].as_array().expect("rows");
            seen.extend(rows.iter().map(|row| (row["kana"].as_str().unwrap().to_owned(), row["id"].clone())));
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        let kana: Vec<&str> = seen.iter().map(|(kana, _)| kana.as_str()).collect();
        // The administrator of the set-up has no reading yet and comes first.
        assert_eq!(kana, ["", "アオキ", "アオキ", "アオキ", "イトウ", "ウエダ", "エンドウ"]);
        let ids: std::collections::BTreeSet<String> = seen.iter().map(|(_, id)| id.to_string()).collect();
        assert_eq!(ids.len(), 7, "nobody twice");
    });
}

#[test]
fn an_address_belongs_to_one_person_however_it_is_written() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        hire(&town, &admin, "Hanako@City.Example", "花子", &[]).await;
        let twice = json!({"name": "別人", "mail": " ｈａｎａｋｏ@city.example"});
        let fault = town.call(admin.clone(), "people.save_staff", twice).await.unwrap_err();
        assert_eq!(words_of(&fault), [("mail", "field-people-mail-taken")]);
        let king = json!({"name": "王", "mail": "king@city.example", "roles": ["operator"]});
        let fault = town.call(admin, "people.save_staff", king).await.unwrap_err();
        assert_eq!(words_of(&fault), [("roles", "field-people-role")]);
    });
}

#[test]
fn a_new_post_takes_effect_at_once() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let section = department(&town, &admin, "0203", "").await;
        let id = hire(&town, &admin, "a@city.example", "職員", &["editor"]).await;
        let made = town.call(admin.clone(), "people.invite_staff", json!({"id": id})).await.expect("a link");
        super::sign_in(&town, super::link_of(&made), "token").await;
        let epoch = town.house.session_epoch();
        let change = json!({"id": id, "name": "職員", "mail": "a@city.example", "department": "0203", "roles": ["clerk"], "rev": 1});
        town.call(admin, "people.save_staff", change).await.expect("saved");
        assert!(town.house.session_epoch() > epoch);
        let who = super::who(&town, "token").await.expect("still signed in");
        assert!(who.has(ground::who::Role::Clerk) && !who.has(ground::who::Role::Editor));
        assert_eq!(who.department.map(|id| id.to_string()).as_deref(), section["department"]["id"].as_str());
    });
}

#[test]
fn everybody_changes_only_themselves_and_sees_what_stands() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let me = town.call(admin.clone(), "people.me", json!({})).await.expect("me");
        assert_eq!(me["id"].as_str(), admin.account.as_ref().map(|id| id.as_str()));
        let save = |lang: &str, rev: i64| json!({"name": "  町屋　花子 ", "lang": lang, "rev": rev});
        let saved = town.call(admin.clone(), "people.save_me", save("en", 1)).await.expect("saved");
        assert_eq!((saved["name"].as_str(), saved["lang"].as_str()), (Some("町屋 花子"), Some("en")));
        let who = super::who(&town, "administrator").await.expect("known");
        assert_eq!(who.lang, Some(ground::words::Lang::En));
        let fault = town.call(admin.clone(), "people.save_me", save("ja", 1)).await.unwrap_err();
        assert_eq!((fault.kind(), &fault.theirs().expect("theirs")["rev"]), (Kind::Outdated, &json!(2)));
        let fault = town.call(Who::anyone(), "people.me", json!({})).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::SignedOut);
    });
}

#[test]
fn everybody_finds_the_district_of_a_block_however_it_is_written() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let district = |slug: &str, name: &str| {
            town.call(admin.clone(), "people.save_district", json!({"slug": slug, "name": name}))
        };
        let north = district("north", "北部地区").await.expect("saved");
        let south = district("south", "南部地区").await.expect("saved");
        let fault = district("north", "別").await.unwrap_err();
        assert_eq!(words_of(&fault), [("slug", "field-people-slug-taken")]);
        let put = |into: &Value, name: &str| {
            let input = json!({"district": into["district"]["id"], "name": name, "postal": "１２３４５６７"});
            town.call(admin.clone(), "people.save_block", input)
        };
        put(&north, "大字 北町一丁目").await.expect("put");
        let find = |name: &str| town.call(Who::anyone(), "people.district_of", json!({"block": name}));
        let found = find("北町１丁目").await.expect("found");
        assert_eq!(found["district"]["slug"], "north");
        assert_eq!(found["block"]["postal"], "123-4567");
        // The same block, said to belong elsewhere, moves.
        put(&south, "北町1丁目").await.expect("moved");
        assert_eq!(find("北町一丁目").await.expect("found")["district"]["slug"], "south");
        assert_eq!(find("どこにもない町").await.unwrap_err().kind(), Kind::Missing);
        let other = town.call_in(
            town.other_city(),
            Who::anyone(),
            "people.district_of",
            json!({"block": "北町1丁目"}),
        );
        assert_eq!(other.await.unwrap_err().kind(), Kind::Missing);
    });
}

#[test]
fn the_set_up_list_knows_what_is_done() {
    each_store_of_the_house(|town| async move {
        let done = |who: Who| {
            let town = town.clone();
            async move {
                let rows = town.call(who, "ground.desk", json!({})).await.expect("the list");
                let rows = rows.as_array().expect("rows").clone();
                rows.into_iter()
                    .filter(|row| row["word"].as_str().is_some_and(|word| word.starts_with("people-")))
                    .map(|row| row["done"] == true)
                    .collect::<Vec<_>>()
            }
        };
        let admin = administrator(&town).await;
        assert_eq!(done(admin.clone()).await, [true, false, false, false]);
        department(&town, &admin, "01", "").await;
        hire(&town, &admin, "a@city.example", "職員", &["editor"]).await;
        let district = json!({"slug": "north", "name": "北部"});
        let district = town.call(admin.clone(), "people.save_district", district).await.expect("saved");
        assert_eq!(
            done(admin.clone()).await,
            [true, true, true, false],
            "a district without blocks is half done"
        );
        let block = json!({"district": district["district"]["id"], "name": "北町"});
        town.call(admin.clone(), "people.save_block", block).await.expect("saved");
        assert_eq!(done(admin).await, [true; 4]);
    });
}

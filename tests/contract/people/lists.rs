//! Lists from a spreadsheet: looked at first, taken over in ranges, the same outcome when done twice.

use std::sync::Arc;

use ground::fault::{Fault, Kind};
use ground::who::Who;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::each_store_of_the_house;

use super::administrator;
use crate::contract::{Worker, until};

/// Base 64, as the API takes files.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for piece in bytes.chunks(3) {
        let given =
            piece.iter().fold(0u32, |so_far, byte| so_far << 8 | u32::from(*byte)) << (8 * (3 - piece.len()));
        for nth in 0..4 {
            let letter = LETTERS[(given >> (18 - 6 * nth)) as usize & 63];
            out.push(if nth <= piece.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

async fn stage(town: &Town, by: &Who, kind: &str, table: &str) -> Result<Value, Fault> {
    let input = json!({"kind": kind, "source": "list.csv", "file": base64(table.as_bytes())});
    town.call(by.clone(), "people.stage_import", input).await
}

async fn look(town: &Town, by: &Who, import: &Value) -> Value {
    town.call(by.clone(), "people.import", json!({"id": import["id"]})).await.expect("a preview")
}

fn counts(view: &Value) -> [i64; 4] {
    ["added", "changed", "same", "wrong"].map(|key| view["counts"][key].as_i64().expect("a count"))
}

async fn take_over(town: &Arc<Town>, by: &Who, import: &Value) -> Value {
    let worker = Worker::start(town, town.city(), "worker");
    town.call(by.clone(), "people.take_over_import", json!({"id": import["id"]})).await.expect("begun");
    until("the list is taken over", || async { look(town, by, import).await["import"]["state"] == "done" })
        .await;
    worker.stop().await;
    look(town, by, import).await
}

async fn imported_events(town: &Town) -> i64 {
    town.ask(|tx| {
        tx.one(
            sql!("select count(*) from ground_event where city = ?1 and name = 'people.imported'"),
            params![],
            |row| row.get(0),
        )
    })
    .await
}

const DEPARTMENTS: &str = "部署コード,部署名,上位部署コード,電話\n0101,総務課,01,1\n01,総務部,,2\n0102,人事課,01,3\n\
                           0109,迷子課,99,4\n,名無し課,01,5\n";

#[test]
fn nothing_is_written_before_it_is_taken_over_and_the_preview_says_what_will_be() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let import = stage(&town, &admin, "departments", DEPARTMENTS).await.expect("read");
        let view = look(&town, &admin, &import).await;
        assert_eq!(counts(&view), [3, 0, 0, 2]);
        assert_eq!(view["import"]["unknown_columns"], json!(["電話"]));
        let rows = view["rows"]["rows"].as_array().expect("rows");
        let told: Vec<(i64, &str)> = rows
            .iter()
            .map(|row| (row["line"].as_i64().unwrap(), row["verdict"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [(2, "added"), (3, "added"), (4, "added"), (5, "wrong"), (6, "wrong")]);
        assert_eq!(rows[3]["faults"][0]["word"], "field-people-department-unknown");
        assert_eq!(rows[4]["faults"][0]["word"], "field-required");
        let departments = town.call(admin.clone(), "people.departments", json!({})).await.expect("listed");
        assert_eq!(departments.as_array().map(Vec::len), Some(0), "nothing yet");
        let wrong = json!({"id": import["id"], "only": "wrong"});
        let only = town.call(admin, "people.import", wrong).await.expect("a preview");
        assert_eq!(only["rows"]["rows"].as_array().map(Vec::len), Some(2));
    });
}

#[test]
fn taking_over_twice_is_taking_over_once() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let import = stage(&town, &admin, "departments", DEPARTMENTS).await.expect("read");
        let done = take_over(&town, &admin, &import).await;
        assert_eq!(counts(&done), [3, 0, 0, 2]);
        take_over(&town, &admin, &import).await;
        assert_eq!(imported_events(&town).await, 1);

        let again = stage(&town, &admin, "departments", DEPARTMENTS).await.expect("read");
        let view = look(&town, &admin, &again).await;
        assert_eq!(counts(&view), [0, 0, 3, 2], "the same list changes nothing");
        take_over(&town, &admin, &again).await;
        let rows = town.call(admin.clone(), "people.departments", json!({})).await.expect("listed");
        let revs: Vec<i64> =
            rows.as_array().unwrap().iter().map(|row| row["rev"].as_i64().unwrap()).collect();
        assert_eq!(revs, [1, 1, 1], "what is the same is not saved anew");

        let moved = "部署コード,部署名,上位部署コード\n0102,人事研修課,\n";
        let third = stage(&town, &admin, "departments", moved).await.expect("read");
        let view = look(&town, &admin, &third).await;
        let changes = &view["rows"]["rows"][0]["changes"];
        assert_eq!(changes[0], json!({"field": "name", "before": "人事課", "after": "人事研修課"}));
        assert_eq!(changes[1], json!({"field": "parent", "before": "01", "after": ""}));
    });
}

#[test]
fn a_long_list_goes_in_ranges_even_with_several_workers() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let mut table = String::from("町字,地区,地区コード,郵便番号\n");
        for number in 0..450 {
            table.push_str(&format!("第{number}町,地区{},d{},{:07}\n", number % 7, number % 7, number));
        }
        let import = stage(&town, &admin, "blocks", &table).await.expect("read");
        assert_eq!(import["parts"], 5);
        let first = look(&town, &admin, &import).await;
        assert_eq!(counts(&first), [450, 0, 0, 0]);
        assert!(first["rows"]["next"].is_string(), "the preview has pages");
        let workers = ["a", "b", "c"].map(|name| Worker::start(&town, town.city(), name));
        town.call(admin.clone(), "people.take_over_import", json!({"id": import["id"]}))
            .await
            .expect("begun");
        until("the list is taken over", || async {
            look(&town, &admin, &import).await["import"]["state"] == "done"
        })
        .await;
        for worker in workers {
            worker.stop().await;
        }
        let done = look(&town, &admin, &import).await;
        assert_eq!(counts(&done), [450, 0, 0, 0]);
        let districts = town.call(admin.clone(), "people.districts", json!({})).await.expect("listed");
        assert_eq!(districts.as_array().map(Vec::len), Some(7), "each new district once");
        let found =
            town.call(Who::anyone(), "people.district_of", json!({"block": "第449町"})).await.expect("found");
        assert_eq!(found["district"]["slug"], "d1");
        let nameless = stage(&town, &admin, "blocks", "町字,地区\n別町,知らない地区\n").await.expect("read");
        assert_eq!(counts(&look(&town, &admin, &nameless).await), [0, 0, 0, 1]);
    });
}

#[test]
fn a_list_of_staff_makes_posts_and_keeps_what_it_does_not_mention() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        super::department(&town, &admin, "0101", "").await;
        let table = "氏名,フリガナ,メール,所属コード,役職,権限\n町屋 花子,まちや はなこ,Hanako@city.example,0101,主任,原稿、窓口\n\
                     町屋 太郎,,taro@city.example,9999,,\n";
        let import = stage(&town, &admin, "staff", table).await.expect("read");
        let done = take_over(&town, &admin, &import).await;
        assert_eq!(counts(&done), [1, 0, 0, 1]);
        let staff = || async {
            let listed = town.call(admin.clone(), "people.staff", json!({})).await.expect("listed");
            let rows = listed["rows"].as_array().expect("rows").clone();
            rows.into_iter().find(|row| row["mail"] == "hanako@city.example").expect("hired")
        };
        let hanako = staff().await;
        assert_eq!(hanako["kana"], "マチヤ ハナコ");
        assert_eq!(hanako["roles"], json!(["editor", "clerk"]));
        assert_eq!(hanako["department_code"], "0101");

        // Only the name: everything else stays.
        let renamed = "氏名,メール,役職\n山田 花子,hanako@city.example,\n";
        let import = stage(&town, &admin, "staff", renamed).await.expect("read");
        take_over(&town, &admin, &import).await;
        let after = staff().await;
        assert_eq!((&after["name"], &after["title"]), (&json!("山田 花子"), &json!("主任")));
        assert_eq!((&after["roles"], &after["rev"]), (&hanako["roles"], &json!(2)));
    });
}

#[test]
fn no_list_takes_the_last_administrator_away() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let own = json!({"id": admin.account, "name": "管理者", "mail": "admin@city.example", "roles": ["admin"], "rev": 1});
        town.call(admin.clone(), "people.save_staff", own).await.expect("saved");
        let table = "氏名,メール,権限\n管理者,admin@city.example,なし\n";
        let import = stage(&town, &admin, "staff", table).await.expect("read");
        let view = look(&town, &admin, &import).await;
        assert_eq!(view["rows"]["rows"][0]["faults"][0]["word"], "field-people-last-admin");
        take_over(&town, &admin, &import).await;
        let member = json!({"id": admin.account});
        let member = town.call(admin, "people.staff_member", member).await.expect("there");
        assert_eq!(member["member"]["roles"], json!(["admin"]));
    });
}

#[test]
fn a_list_waits_a_day_and_can_be_thrown_away() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let import = stage(&town, &admin, "departments", DEPARTMENTS).await.expect("read");
        let take = || town.call(admin.clone(), "people.take_over_import", json!({"id": import["id"]}));
        town.clock.advance_ms(24 * 3_600_000);
        assert_eq!(take().await.unwrap_err().code(), "people-import-ended");
        town.call(admin.clone(), "people.discard_import", json!({"id": import["id"]})).await.expect("gone");
        assert_eq!(take().await.unwrap_err().kind(), Kind::Missing);
        let left: i64 = town
            .ask(|tx| {
                tx.one(sql!("select count(*) from people_import_part where city = ?1"), params![], |row| {
                    row.get(0)
                })
            })
            .await;
        assert_eq!(left, 0);
    });
}

#[test]
fn what_is_no_table_is_refused_with_its_reason() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let fault = stage(&town, &admin, "departments", "なにか,べつのもの\n1,2\n").await.unwrap_err();
        assert_eq!(fault.code(), "table-columns-missing");
        let fault = stage(&town, &admin, "departments", "部署コード,部署名\n").await.unwrap_err();
        assert_eq!(fault.code(), "table-empty");
        let input = json!({"kind": "departments", "file": "これは base64 ではない"});
        let fault = town.call(admin, "people.stage_import", input).await.unwrap_err();
        assert_eq!(super::words_of(&fault), [("file", "field-unreadable")]);
    });
}

//! Lists: pages with a cursor show every row once, whatever is written meanwhile.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::Town;
use tests::town::{admin, each_store};

async fn page(town: &Town, after: &str, rows: i64) -> (Vec<String>, Option<String>) {
    let list =
        town.call(admin(), "probe.notes", json!({"after": after, "rows": rows})).await.expect("a page");
    let texts = list["rows"].as_array().expect("rows").iter();
    let texts = texts.map(|row| row["text"].as_str().expect("text").to_owned()).collect();
    (texts, list.get("next").and_then(Value::as_str).map(str::to_owned))
}

#[test]
fn pages_are_complete_and_without_doubles_while_others_write() {
    each_store(|town| async move {
        for number in 0..43 {
            town.clock.advance_ms(1);
            town.call(admin(), "probe.note", json!({"text": format!("old {number}")}))
                .await
                .expect("written");
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut after = String::new();
        let mut turns = 0;
        loop {
            let (texts, next) = page(&town, &after, 5).await;
            assert!(texts.len() <= 5);
            for text in texts {
                *seen.entry(text).or_default() += 1;
            }
            turns += 1;
            // Somebody writes between the pages, later and (by a clock that runs behind) earlier than what was read.
            let back = if turns % 2 == 0 { 1 } else { -30 };
            town.clock.advance_ms(back);
            town.call(admin(), "probe.note", json!({"text": format!("new {turns}")})).await.expect("written");
            town.clock.advance_ms(-back + 1);
            match next {
                Some(next) if turns < 100 => after = next,
                Some(_) => panic!("the list never ends"),
                None => break,
            }
        }
        for number in 0..43 {
            assert_eq!(seen.get(&format!("old {number}")), Some(&1), "old {number} is shown exactly once");
        }
        assert!(seen.values().all(|times| *times == 1), "nothing is shown twice: {seen:?}");
    });
}

#[test]
fn the_last_page_names_no_next_one() {
    each_store(|town| async move {
        assert_eq!(page(&town, "", 5).await, (Vec::new(), None));
        for number in 0..5 {
            town.call(admin(), "probe.note", json!({"text": format!("{number}")})).await.expect("written");
        }
        assert_eq!(page(&town, "", 5).await.1, None);
        assert!(page(&town, "", 4).await.1.is_some());
    });
}

#[test]
fn ids_sort_the_same_way_on_both_databases() {
    each_store(|town| async move {
        for number in 0..30 {
            town.clock.advance_ms(number % 3);
            town.call(admin(), "probe.note", json!({"text": "x"})).await.expect("written");
        }
        let list = town.call(admin(), "probe.notes", json!({"rows": 500})).await.expect("read");
        let ids: Vec<&str> =
            list["rows"].as_array().unwrap().iter().filter_map(|row| row["id"].as_str()).collect();
        assert_eq!(ids.len(), 30);
        assert!(ids.is_sorted(), "by their bytes");
    });
}

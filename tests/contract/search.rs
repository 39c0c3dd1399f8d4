//! Search on both databases: what is put is found, by those who may see it, once, best first.

use std::sync::Arc;

use ground::fault::Fault;
use ground::list::{List, Paging};
use ground::search::{self, Doc, Hit, Query, Visibility};
use ground::who::{Role, Who};
use ground::words::Lang;
use tests::town::{START_MS, id, resident, staff_of};
use tests::{Town, each_store};

fn doc(number: u32, title: &str, body: &str) -> Doc {
    Doc {
        kind: "probe.page",
        id: format!("{number}"),
        lang: Lang::Ja,
        title: title.to_owned(),
        body: body.to_owned(),
        href: format!("/pages/{number}"),
        visibility: Visibility::Public,
        department: Some(id(1)),
        weight: 0,
        at_ms: START_MS + i64::from(number),
    }
}

async fn put(town: &Town, docs: Vec<Doc>) {
    town.city().db.write(move |tx| docs.iter().try_for_each(|doc| search::put(tx, doc))).await.unwrap();
}

async fn find(town: &Town, who: Who, query: Query) -> List<Hit> {
    let cx = town.cx(who);
    town.city().db.read(move |tx| search::find(tx, &cx, &query)).await.unwrap()
}

async fn ids(town: &Arc<Town>, who: Who, words: &str) -> Vec<String> {
    let query = Query { words: words.to_owned(), ..Query::default() };
    find(town, who, query).await.rows.into_iter().map(|hit| hit.id).collect()
}

#[test]
fn what_is_put_is_found_with_titles_first_and_the_newest_before_the_older() {
    each_store(|town| async move {
        put(
            &town,
            vec![
                doc(1, "避難所の一覧", "市内の指定避難所です。"),
                doc(2, "防災訓練", "当日は避難所を開きます。Bring your KIDS, too."),
                doc(3, "広報", "避難所だより"),
                doc(4, "東京都庁", "関係のない話"),
            ],
        )
        .await;
        assert_eq!(ids(&town, Who::anyone(), "避難").await, ["1", "3", "2"]);
        assert_eq!(ids(&town, Who::anyone(), "避難所 訓練").await, ["2"]);
        assert_eq!(ids(&town, Who::anyone(), "ｋｉｄ").await, ["2"]);
        assert_eq!(ids(&town, Who::anyone(), "庁").await, ["4"]);
        assert_eq!(ids(&town, Who::anyone(), "\"避難所を開き\"").await, ["2"]);
        assert!(ids(&town, Who::anyone(), "東都").await.is_empty());
        assert!(ids(&town, Who::anyone(), "「」 -- ' * & | !").await.is_empty());
        assert!(ids(&town, Who::anyone(), "").await.is_empty());
    });
}

#[test]
fn a_new_version_replaces_the_old_and_what_is_removed_is_gone() {
    each_store(|town| async move {
        put(&town, vec![doc(1, "古い題名", "本文")]).await;
        put(&town, vec![doc(1, "新しい題名", "本文")]).await;
        assert!(ids(&town, Who::anyone(), "古い").await.is_empty());
        assert_eq!(ids(&town, Who::anyone(), "新しい").await, ["1"]);
        town.city().db.write(|tx| search::remove(tx, "probe.page", "1")).await.unwrap();
        assert!(ids(&town, Who::anyone(), "新しい").await.is_empty());
    });
}

#[test]
fn nobody_finds_what_they_may_not_see_nor_what_is_another_citys() {
    each_store(|town| async move {
        let mut for_staff = doc(1, "職員向けの避難計画", "");
        for_staff.visibility = Visibility::Staff;
        let mut for_department = doc(2, "防災課の避難計画", "");
        for_department.visibility = Visibility::Department(id(7));
        put(&town, vec![for_staff, for_department, doc(3, "避難計画", "")]).await;
        assert_eq!(ids(&town, Who::anyone(), "避難計画").await, ["3"]);
        assert_eq!(ids(&town, resident(5), "避難計画").await, ["3"]);
        assert_eq!(ids(&town, staff_of(8, Role::Editor), "避難計画").await, ["3", "1"]);
        assert_eq!(ids(&town, staff_of(7, Role::Editor), "避難計画").await, ["3", "2", "1"]);
        let cx = town.cx_in(town.other_city(), Who::anyone());
        let query = Query { words: "避難計画".to_owned(), ..Query::default() };
        let elsewhere = town.other_city().db.read(move |tx| search::find(tx, &cx, &query)).await.unwrap();
        assert!(elsewhere.rows.is_empty());
    });
}

#[test]
fn a_thing_in_several_languages_is_shown_once_in_the_readers() {
    each_store(|town| async move {
        let mut english = doc(1, "Shelters 避難所", "");
        english.lang = Lang::En;
        put(&town, vec![english, doc(1, "避難所", "")]).await;
        let query = Query { words: "避難所".to_owned(), ..Query::default() };
        let found = find(&town, Who::anyone(), query).await;
        assert_eq!(found.rows.len(), 1);
        assert_eq!(found.rows[0].lang, Lang::Ja);
        // Found by its English words only, it is shown in English.
        let query = Query { words: "shelters".to_owned(), ..Query::default() };
        assert_eq!(find(&town, Who::anyone(), query).await.rows[0].lang, Lang::En);
    });
}

#[test]
fn pages_of_finds_neither_repeat_nor_leave_out() {
    each_store(|town| async move {
        put(&town, (1..=23).map(|number| doc(number, &format!("会議 第{number}回"), "議事録")).collect())
            .await;
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let query = Query {
                words: "会議".to_owned(),
                paging: Paging { after: after.clone(), rows: 5 },
                ..Query::default()
            };
            let page = find(&town, Who::anyone(), query).await;
            seen.extend(page.rows.into_iter().map(|hit| hit.id));
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        let expected: Vec<String> = (1..=23).rev().map(|number| number.to_string()).collect();
        assert_eq!(seen, expected);
        let window = Query {
            words: "会議".to_owned(),
            kinds: vec!["probe.page".to_owned()],
            from_ms: Some(START_MS + 3),
            until_ms: Some(START_MS + 5),
            ..Query::default()
        };
        let found = find(&town, Who::anyone(), window.clone()).await;
        assert_eq!(found.rows.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["4", "3"]);
        let other = Query { kinds: vec!["probe.other".to_owned()], ..window };
        assert!(find(&town, Who::anyone(), other).await.rows.is_empty());
    });
}

#[test]
fn the_words_can_be_made_anew_from_the_documents() {
    each_store(|town| async move {
        put(&town, (1..=120).map(|number| doc(number, &format!("回覧 {number}"), "")).collect()).await;
        let mut from = Some(0);
        let mut turns = 0;
        while let Some(after) = from {
            from = town
                .city()
                .db
                .write(move |tx| -> Result<_, Fault> { search::rebuild(tx, after) })
                .await
                .unwrap();
            turns += 1;
        }
        assert!(turns > 2, "long work is cut into ranges");
        let query = Query {
            words: "回覧".to_owned(),
            paging: Paging { rows: 500, ..Paging::default() },
            ..Query::default()
        };
        assert_eq!(find(&town, Who::anyone(), query).await.rows.len(), 120);
    });
}

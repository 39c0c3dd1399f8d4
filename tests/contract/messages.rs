//! Pages, from the first draft to the last revision, on both databases.

use std::sync::Arc;

use ground::events::{self, Reader};
use ground::fault::Fault;
use ground::form::FormData;
use ground::html::TextSize;
use ground::id::Id;
use ground::page::{Page, PageMethod, Visit, foot_links};
use ground::room::Room;
use ground::who::{Role, Who};
use ground::words::Lang;
use ground::{params, sql};
use http::StatusCode;
use serde_json::{Value, json};
use tests::Town;
use tests::rooms::ROOMS;
use tests::town::{admin, each_store_of_the_house, id, person, staff_of};

use super::{Worker, until};

const WASTE: u128 = 7;
const BOOKS: u128 = 8;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The room that these stories are about.
fn room() -> &'static Room {
    ROOMS.iter().copied().find(|room| room.name == "messages").expect("the house has it")
}

fn editor() -> Who {
    staff_of(WASTE, Role::Editor)
}

/// Somebody else of the same department.
fn approver() -> Who {
    Who { account: Some(id(7_001)), ..staff_of(WASTE, Role::Approver) }
}

fn anyone() -> Who {
    Who::anyone()
}

fn draft(slug: &str) -> Value {
    json!({
        "slug": slug, "department": id(WASTE), "place": 10,
        "texts": {
            "ja": {"title": "ごみの出し方", "body": "## 収集日\n\n避難所の前にも集積所があります。"},
            "en": {"title": "Waste", "body": "Bring it out by 8."},
        },
    })
}

fn changed(page: &Value, ja: &str) -> Value {
    let mut next = draft(page["slug"].as_str().unwrap());
    next["id"] = page["id"].clone();
    next["rev"] = page["rev"].clone();
    next["texts"]["ja"]["body"] = ja.into();
    next
}

async fn saved(town: &Town, slug: &str) -> Value {
    town.call(editor(), "messages.save_page", draft(slug)).await.expect("saved")
}

async fn publish(town: &Town, who: Who, page: &Value) -> Result<Value, Fault> {
    town.call(who, "messages.publish_page", json!({"id": page["id"], "rev": page["rev"]})).await
}

/// A page that everybody reads.
async fn live(town: &Town, slug: &str) -> Value {
    let page = saved(town, slug).await;
    publish(town, approver(), &page).await.expect("published")
}

async fn read(town: &Town, slug: &str) -> Result<Value, Fault> {
    town.call(anyone(), "messages.page", json!({"slug": slug})).await
}

async fn found(town: &Town, words: &str) -> Vec<String> {
    let list = town.call(anyone(), "messages.search", json!({"words": words})).await.expect("searched");
    list["rows"].as_array().unwrap().iter().map(|hit| hit["href"].as_str().unwrap().to_owned()).collect()
}

fn reader(name: &str) -> &'static Reader {
    room().readers.iter().find(|reader| reader.name == name).expect("the room has it")
}

/// Lets the room's reader follow the log until the page's list of open translations says this. On PostgreSQL an event
/// is read once no older transaction of the whole cluster is running, so it may take a moment.
async fn translations_due(town: &Town, langs: Value) {
    let reader = reader("messages.translations");
    until(&format!("the translations due are {langs}"), || async {
        events::step(&town.house, town.city(), reader, 100).await.expect("followed");
        let list = town.call(editor(), "messages.staff_pages", json!({})).await.expect("listed");
        list["rows"][0]["translations_due"] == langs
    })
    .await;
}

async fn needing(town: &Town, what: &str) -> Vec<String> {
    let list = town.call(editor(), "messages.staff_pages", json!({what: true})).await.expect("listed");
    list["rows"].as_array().unwrap().iter().map(|row| row["slug"].as_str().unwrap().to_owned()).collect()
}

/// Opens a page of the room, or sends its form, as a browser does.
async fn open(
    town: &Town,
    who: Who,
    lang: Lang,
    (method, pattern): (PageMethod, &str),
    slots: &[(&str, &str)],
    fields: &[(&str, &str)],
) -> Result<(StatusCode, String), Fault> {
    let page: &Page = room()
        .pages
        .iter()
        .find(|page| page.method == method && page.path == pattern)
        .expect("there is such a page");
    let cx = ground::cx::Cx::new(&town.house, town.city(), who, lang, ground::cx::Via::Page);
    let pairs = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let data = FormData::from_pairs(pairs)?;
    let (query, form) = match method {
        PageMethod::Get => (data, FormData::default()),
        PageMethod::Post => (FormData::default(), data),
    };
    let foot = foot_links(&cx).await;
    let token = (method == PageMethod::Post).then(|| cx.id().to_string());
    let visit = Visit {
        path: pattern.to_owned(),
        slots: slots.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        query,
        form,
        text_size: TextSize::Normal,
        agent: String::new(),
        attempt: String::new(),
        token,
        foot,
        cx,
    };
    let reply = (page.run)(&visit).await?;
    let ground::door::Body::Whole(body) = reply.body else { panic!("a page is whole") };
    let location = reply.headers.get("location").map(|value| value.to_str().unwrap().to_owned());
    Ok((reply.status, location.unwrap_or_else(|| String::from_utf8(body.to_vec()).unwrap())))
}

const GET: PageMethod = PageMethod::Get;
const POST: PageMethod = PageMethod::Post;

#[test]
fn a_page_goes_from_the_draft_to_everybody_and_back() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        assert_eq!((page["state"].as_str(), page["live_rev"].as_i64()), (Some("draft"), Some(0)));
        assert_eq!(read(&town, "waste").await.unwrap_err().code(), "missing");
        assert!(found(&town, "避難").await.is_empty());

        let page = publish(&town, approver(), &page).await.unwrap();
        assert_eq!((page["state"].as_str(), page["live_rev"].as_i64()), (Some("published"), Some(1)));
        let shown = read(&town, "waste").await.unwrap();
        assert_eq!((shown["title"].as_str(), shown["lang"].as_str()), (Some("ごみの出し方"), Some("ja")));
        assert_eq!(found(&town, "避難").await, ["/pages/waste"], "two letters are enough");
        assert_eq!(found(&town, "bring").await, ["/pages/waste"]);

        let withdrawn = town
            .call(approver(), "messages.withdraw_page", json!({"id": page["id"], "rev": 1}))
            .await
            .unwrap();
        assert_eq!(withdrawn["state"], "withdrawn");
        assert_eq!(read(&town, "waste").await.unwrap_err().code(), "missing");
        assert!(found(&town, "避難").await.is_empty());
        publish(&town, approver(), &withdrawn).await.expect("it can come back");
        assert_eq!(found(&town, "避難").await, ["/pages/waste"]);
    });
}

#[test]
fn an_edited_page_stays_as_it_was_until_the_new_text_is_let_out() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        let edited = town.call(editor(), "messages.save_page", changed(&page, "新しい本文")).await.unwrap();
        assert_eq!(
            (edited["state"].as_str(), edited["rev"].as_i64(), edited["live_rev"].as_i64()),
            (Some("draft"), Some(2), Some(1))
        );
        assert!(read(&town, "waste").await.unwrap()["body"].as_str().unwrap().contains("収集日"));
        publish(&town, approver(), &edited).await.unwrap();
        assert_eq!(read(&town, "waste").await.unwrap()["body"], "新しい本文");
        assert!(found(&town, "避難").await.is_empty(), "the old text is not found any more");
        assert_eq!(publish(&town, approver(), &edited).await.unwrap_err().code(), "messages-already-public");
    });
}

#[test]
fn whoever_saved_a_revision_does_not_let_it_out() {
    each_store_of_the_house(|town| async move {
        let both = Who { roles: Arc::from([Role::Staff, Role::Editor, Role::Approver]), ..editor() };
        let page = town.call(both.clone(), "messages.save_page", draft("waste")).await.unwrap();
        assert_eq!(publish(&town, both.clone(), &page).await.unwrap_err().code(), "messages-own-words");
        let input = json!({"id": page["id"], "rev": 1, "bypass": true});
        let refused = town.call(both, "messages.publish_page", input.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "messages-own-words", "only an administrator can pass by");

        let again = town.call(admin(), "messages.save_page", changed(&page, "管理者の文")).await.unwrap();
        assert_eq!(publish(&town, admin(), &again).await.unwrap_err().code(), "messages-own-words-admin");
        let input = json!({"id": page["id"], "rev": 2, "bypass": true});
        town.call(admin(), "messages.publish_page", input).await.unwrap();
        let versions =
            town.call(editor(), "messages.page_versions", json!({"id": page["id"]})).await.unwrap();
        let passed: Vec<_> =
            versions["rows"].as_array().unwrap().iter().map(|row| row["bypass"].as_bool().unwrap()).collect();
        assert_eq!(passed, [true, false], "it stands with the revision");
    });
}

#[test]
fn a_department_writes_its_own_pages_and_no_others() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        let stranger = staff_of(BOOKS, Role::Editor);
        let refused =
            town.call(stranger.clone(), "messages.save_page", changed(&page, "x")).await.unwrap_err();
        assert_eq!(refused.code(), "refused");
        let mut given = changed(&page, "x");
        given["department"] = json!(id(BOOKS));
        let refused = town.call(editor(), "messages.save_page", given.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "refused", "giving a page away needs the right on both sides");
        let mut whole = draft("city");
        whole["department"] = Value::Null;
        assert_eq!(
            town.call(editor(), "messages.save_page", whole.clone()).await.unwrap_err().code(),
            "refused"
        );
        town.call(admin(), "messages.save_page", whole)
            .await
            .expect("pages of the whole city are the administrators'");
        town.call(admin(), "messages.save_page", given).await.expect("an administrator may give it");
        let elsewhere =
            town.call_in(town.other_city(), admin(), "messages.staff_page", json!({"id": page["id"]})).await;
        assert_eq!(elsewhere.unwrap_err().code(), "missing", "another city does not know it");
    });
}

#[test]
fn a_scheduled_page_goes_out_at_its_instant_and_not_before() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        let at_ms = tests::town::START_MS + HOUR_MS;
        let input = json!({"id": page["id"], "rev": 1, "at_ms": at_ms});
        let past = json!({"id": page["id"], "rev": 1, "at_ms": tests::town::START_MS});
        let fault = town.call(approver(), "messages.publish_page", past).await.unwrap_err();
        assert_eq!(fault.fields()[0].path, "at_ms");
        let page = town.call(approver(), "messages.publish_page", input).await.unwrap();
        assert_eq!((page["state"].as_str(), page["publish_ms"].as_i64()), (Some("scheduled"), Some(at_ms)));
        let worker = Worker::start(&town, town.city(), "worker");
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        assert_eq!(read(&town, "waste").await.unwrap_err().code(), "missing");
        town.clock.advance_ms(HOUR_MS);
        until("the page is out", || async { read(&town, "waste").await.is_ok() }).await;
        worker.stop().await;
        let now = town.call(editor(), "messages.staff_page", json!({"id": page["id"]})).await.unwrap();
        assert_eq!(
            (now["state"].as_str(), now["approved_by"].as_str()),
            (Some("published"), Some(id(7_001).as_str()))
        );
    });
}

#[test]
fn what_was_scheduled_does_not_go_out_after_an_edit() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        let at_ms = tests::town::START_MS + HOUR_MS;
        let input = json!({"id": page["id"], "rev": 1, "at_ms": at_ms});
        let page = town.call(approver(), "messages.publish_page", input).await.unwrap();
        town.call(editor(), "messages.save_page", changed(&page, "まだ早い")).await.unwrap();
        town.clock.advance_ms(2 * HOUR_MS);
        let worker = Worker::start(&town, town.city(), "worker");
        until("the job is done", || async {
            let left = town.ask(|tx| {
                tx.one(
                    sql!("select count(*) from ground_job where city = ?1 and kind = 'messages.publish_due'"),
                    params![],
                    |row| row.get::<i64>(0),
                )
            });
            left.await == 0
        })
        .await;
        worker.stop().await;
        assert_eq!(read(&town, "waste").await.unwrap_err().code(), "missing");
    });
}

#[test]
fn a_schedule_can_be_called_off() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        let at_ms = tests::town::START_MS + HOUR_MS;
        let input = json!({"id": page["id"], "rev": 1, "at_ms": at_ms});
        town.call(approver(), "messages.publish_page", input).await.unwrap();
        let off = town
            .call(approver(), "messages.withdraw_page", json!({"id": page["id"], "rev": 1}))
            .await
            .unwrap();
        assert_eq!(off["state"], "draft");
        let again =
            town.call(approver(), "messages.withdraw_page", json!({"id": page["id"], "rev": 1})).await;
        assert_eq!(again.unwrap_err().code(), "messages-not-public");
    });
}

#[test]
fn two_clerks_who_save_the_same_page_both_see_both_texts() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        town.call(admin(), "messages.save_page", changed(&page, "管理者の文")).await.unwrap();
        let fault = town.call(editor(), "messages.save_page", changed(&page, "担当の文")).await.unwrap_err();
        assert_eq!(fault.code(), "outdated");
        assert_eq!(fault.theirs().unwrap()["rev"], 2);

        let id = page["id"].as_str().unwrap();
        let fields = [
            ("rev", "1"),
            ("slug", "waste"),
            ("department", &self::id(WASTE).to_string()),
            ("place", "10"),
            ("texts.ja.title", "ごみの出し方"),
            ("texts.ja.body", "担当の文"),
        ];
        let (status, html) =
            open(&town, editor(), Lang::Ja, (POST, "/staff/pages/{id}"), &[("id", id)], &fields)
                .await
                .unwrap();
        assert_eq!(status, StatusCode::PRECONDITION_FAILED);
        assert!(html.contains("担当の文") && html.contains("管理者の文"), "both texts stand side by side");
        assert!(html.contains(r#"name="rev" value="2""#), "the choice is saved over what stands now");
    });
}

#[test]
fn an_earlier_text_comes_back_as_a_new_revision() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        let page = town.call(editor(), "messages.save_page", changed(&page, "二つ目")).await.unwrap();
        let input = json!({"id": page["id"], "rev": 2, "version": 1});
        let back = town.call(editor(), "messages.restore_page_version", input).await.unwrap();
        assert_eq!((back["rev"].as_i64(), back["state"].as_str()), (Some(3), Some("draft")));
        assert!(back["body"]["ja"]["text"].as_str().unwrap().contains("収集日"));
        assert_eq!(back["body"]["ja"]["of_rev"], back["body"]["en"]["of_rev"], "the translation fits again");
        let versions = town
            .call(editor(), "messages.page_versions", json!({"id": page["id"], "paging": {"rows": 2}}))
            .await
            .unwrap();
        assert_eq!(versions["rows"][0]["restored_from"], 1);
        assert_eq!(versions["rows"].as_array().unwrap().len(), 2);
        let rest = json!({"id": page["id"], "paging": {"after": versions["next"], "rows": 2}});
        let rest = town.call(editor(), "messages.page_versions", rest).await.unwrap();
        assert_eq!((rest["rows"][0]["rev"].as_i64(), rest["next"].as_str()), (Some(1), None));
        let none = json!({"id": page["id"], "rev": 3, "version": 9});
        assert_eq!(
            town.call(editor(), "messages.restore_page_version", none).await.unwrap_err().code(),
            "missing"
        );
    });
}

#[test]
fn translations_that_fell_behind_are_listed_once_the_page_is_out() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        translations_due(&town, json!(["ja-x-easy"])).await;

        let page = town.call(editor(), "messages.save_page", changed(&page, "変わった")).await.unwrap();
        publish(&town, approver(), &page).await.unwrap();
        translations_due(&town, json!(["en", "ja-x-easy"])).await;
        assert_eq!(needing(&town, "translation_due").await, ["waste"]);
        let ask = json!({"slug": "waste", "lang": "en"});
        let shown = town.call(anyone(), "messages.page", ask).await.unwrap();
        assert_eq!(shown["is_older"], true, "a reader of the translation hears of it");

        let mut right = changed(&page, "変わった");
        right["still_right"] = json!(["en"]);
        let page = town.call(editor(), "messages.save_page", right).await.unwrap();
        publish(&town, approver(), &page).await.unwrap();
        translations_due(&town, json!(["ja-x-easy"])).await;

        let input = json!({"id": page["id"], "rev": page["rev"]});
        town.call(approver(), "messages.withdraw_page", input).await.unwrap();
        translations_due(&town, json!([])).await;
        assert!(needing(&town, "translation_due").await.is_empty());
    });
}

#[test]
fn a_page_that_nobody_looked_at_for_a_year_asks_for_it() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        let review = |town: Arc<Town>| async move {
            let cx = town.cx(Who::system());
            town.city()
                .db
                .write(move |tx| tx.enqueue(&cx, "messages.review", None, &json!({})))
                .await
                .unwrap();
            let worker = Worker::start(&town, town.city(), "worker");
            until("the review is done", || async {
                town.ask(|tx| {
                    tx.one(
                        sql!("select count(*) from ground_job where city = ?1 and kind = 'messages.review'"),
                        params![],
                        |row| row.get::<i64>(0),
                    )
                })
                .await
                    == 0
            })
            .await;
            worker.stop().await;
        };
        town.clock.advance_ms(364 * DAY_MS);
        review(town.clone()).await;
        assert!(needing(&town, "review_due").await.is_empty());
        town.clock.advance_ms(2 * DAY_MS);
        review(town.clone()).await;
        assert_eq!(needing(&town, "review_due").await, ["waste"]);
        let waiting = town.call(editor(), "messages.waiting", json!({})).await.unwrap();
        assert_eq!(waiting["reviews"], 1);
        town.call(editor(), "messages.review_page", json!({"id": page["id"], "rev": 1})).await.unwrap();
        assert!(needing(&town, "review_due").await.is_empty());
    });
}

#[test]
fn readers_say_whether_a_page_helped_and_nobody_knows_who() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        for helpful in [true, true, false] {
            town.call(anyone(), "messages.rate_page", json!({"slug": "waste", "helpful": helpful}))
                .await
                .unwrap();
        }
        town.clock.advance_ms(8 * DAY_MS);
        town.call(
            person(5, &[Role::Resident]),
            "messages.rate_page",
            json!({"slug": "waste", "helpful": true}),
        )
        .await
        .unwrap();
        let rates = town.call(editor(), "messages.page_rates", json!({"id": page["id"]})).await.unwrap();
        assert_eq!((rates["yes"].as_i64(), rates["no"].as_i64()), (Some(3), Some(1)));
        let weeks = rates["weeks"].as_array().unwrap();
        assert_eq!(weeks.len(), 12);
        assert_eq!(
            (weeks[11]["yes"].as_i64(), weeks[10]["yes"].as_i64(), weeks[10]["no"].as_i64()),
            (Some(1), Some(2), Some(1))
        );
        let gone =
            town.call(anyone(), "messages.rate_page", json!({"slug": "nothing", "helpful": true})).await;
        assert_eq!(gone.unwrap_err().code(), "missing");
        let rows = town
            .ask(|tx| {
                tx.one(
                    sql!(
                        "select count(*) from ground_audit where city = ?1 and action = 'messages.rate_page'"
                    ),
                    params![],
                    |row| row.get::<i64>(0),
                )
            })
            .await;
        assert_eq!(rows, 0, "a vote leaves no record of an act");
    });
}

#[test]
fn old_votes_go_and_young_ones_stay() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        town.call(anyone(), "messages.rate_page", json!({"slug": "waste", "helpful": true})).await.unwrap();
        town.clock.advance_ms(10 * DAY_MS);
        town.call(anyone(), "messages.rate_page", json!({"slug": "waste", "helpful": false})).await.unwrap();
        let rule = room().retention.iter().find(|rule| rule.table == "messages_helpful").unwrap();
        let before = tests::town::START_MS + DAY_MS;
        let gone = town.city().db.write(move |tx| tx.exec((rule.purge)(), params![before])).await.unwrap();
        assert_eq!(gone, 1);
        let rates = town.call(editor(), "messages.page_rates", json!({"id": page["id"]})).await.unwrap();
        assert_eq!((rates["yes"].as_i64(), rates["no"].as_i64()), (Some(0), Some(1)));
    });
}

#[test]
fn old_revisions_go_but_never_the_present_or_the_public_one() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        let page = town.call(editor(), "messages.save_page", changed(&page, "二")).await.unwrap();
        let page = town.call(editor(), "messages.save_page", changed(&page, "三")).await.unwrap();
        let rule = room().retention.iter().find(|rule| rule.table == "messages_page_version").unwrap();
        let gone = town.city().db.write(|tx| tx.exec((rule.purge)(), params![i64::MAX])).await.unwrap();
        assert_eq!(gone, 1);
        let versions =
            town.call(editor(), "messages.page_versions", json!({"id": page["id"]})).await.unwrap();
        let left: Vec<_> =
            versions["rows"].as_array().unwrap().iter().map(|row| row["rev"].as_i64().unwrap()).collect();
        assert_eq!(left, [3, 1]);
    });
}

#[test]
fn an_address_is_taken_once_and_stays() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        let taken = town.call(editor(), "messages.save_page", draft("waste")).await.unwrap_err();
        assert_eq!(taken.fields()[0].word, "field-page-slug-taken");
        let mut moved = changed(&page, "x");
        moved["slug"] = "rubbish".into();
        let stays = town.call(editor(), "messages.save_page", moved).await.unwrap_err();
        assert_eq!(stays.fields()[0].word, "field-page-slug-stays");
        let wrong = town.call(editor(), "messages.save_page", draft("No Slug")).await.unwrap_err();
        assert_eq!(
            (wrong.fields()[0].path.as_str(), wrong.fields()[0].word.as_str()),
            ("slug", "field-page-slug")
        );
    });
}

#[test]
fn every_city_begins_with_its_standing_pages_once() {
    each_store_of_the_house(|town| async move {
        let made = town.call(Who::operator(), "messages.seed_pages", json!({})).await.unwrap();
        assert_eq!(made["made"].as_array().unwrap().len(), 5);
        let again = town.call(Who::operator(), "messages.seed_pages", json!({})).await.unwrap();
        assert_eq!(again["made"], json!([]));
        let list = town.call(admin(), "messages.staff_pages", json!({"state": "draft"})).await.unwrap();
        let item = &room().setup[0];
        let cx = town.cx(admin());
        let is_done = |cx: ground::cx::Cx| town.ask(move |tx| (item.done)(tx, &cx));
        assert!(!is_done(cx.clone()).await);
        for page in list["rows"].as_array().unwrap() {
            publish(&town, admin(), page).await.unwrap();
        }
        assert!(is_done(cx.clone()).await);
        let foot: Vec<String> = foot_links(&cx).await.into_iter().map(|link| link.href).collect();
        assert_eq!(
            foot,
            ["about", "contact", "privacy", "terms", "accessibility"].map(|slug| format!("/pages/{slug}"))
        );
        let privacy = read(&town, "privacy").await.unwrap();
        assert!(
            privacy["body"].as_str().unwrap().starts_with("一ノ町は"),
            "the city's own name stands in the text"
        );
        let other = town.call_in(town.other_city(), anyone(), "messages.pages", json!({})).await.unwrap();
        assert_eq!(other["rows"], json!([]), "the other city has none of them");
    });
}

#[test]
fn a_city_with_a_new_name_is_found_by_it() {
    each_store_of_the_house(|town| async move {
        let mut input = draft("about");
        input["texts"]["ja"]["body"] = "{city}の市役所です。".into();
        let page = town.call(editor(), "messages.save_page", input).await.unwrap();
        publish(&town, approver(), &page).await.unwrap();
        assert_eq!(found(&town, "一ノ町").await, ["/pages/about"]);

        let mut facts = town.call(admin(), "ground.city", json!({})).await.unwrap();
        facts["name"] = "帆待市".into();
        facts.as_object_mut().unwrap().remove("demo");
        town.call(admin(), "ground.save_city", facts).await.unwrap();
        let worker = Worker::start(&town, town.city(), "worker");
        until("the page is found by the new name", || async {
            events::step(&town.house, town.city(), reader("messages.city_name"), 100)
                .await
                .expect("followed");
            found(&town, "帆待市").await == ["/pages/about"]
        })
        .await;
        worker.stop().await;
        assert!(found(&town, "一ノ町").await.is_empty());
        assert_eq!(read(&town, "about").await.unwrap()["body"], "帆待市の市役所です。");
    });
}

#[test]
fn the_foot_of_the_page_follows_what_is_published() {
    each_store_of_the_house(|town| async move {
        let cx = town.cx(anyone());
        assert!(foot_links(&cx).await.is_empty());
        let mut input = draft("waste");
        input["in_footer"] = true.into();
        let page = town.call(editor(), "messages.save_page", input).await.unwrap();
        publish(&town, approver(), &page).await.unwrap();
        assert_eq!(foot_links(&cx).await.len(), 1);
        town.call(approver(), "messages.withdraw_page", json!({"id": page["id"], "rev": 1})).await.unwrap();
        assert!(foot_links(&cx).await.is_empty());
    });
}

#[test]
fn long_lists_come_in_pages_without_gaps() {
    each_store_of_the_house(|town| async move {
        for number in 0..7 {
            live(&town, &format!("page-{number}")).await;
            town.clock.advance_ms(if number % 2 == 0 { 0 } else { 5 });
        }
        let every = |who: Who, action: &'static str, ask: Value| {
            let town = town.clone();
            async move {
                let (mut slugs, mut after) = (Vec::new(), String::new());
                loop {
                    let mut input = ask.clone();
                    input["paging"] = json!({"after": after, "rows": 2});
                    let list = town.call(who.clone(), action, input).await.unwrap();
                    slugs.extend(
                        list["rows"]
                            .as_array()
                            .unwrap()
                            .iter()
                            .map(|row| row["slug"].as_str().unwrap().to_owned()),
                    );
                    match list["next"].as_str() {
                        Some(next) => after = next.to_owned(),
                        None => return slugs,
                    }
                }
            }
        };
        let in_order: Vec<String> = (0..7).map(|number| format!("page-{number}")).collect();
        assert_eq!(every(anyone(), "messages.pages", json!({})).await, in_order);
        let mut newest = every(anyone(), "messages.pages", json!({"order": "newest"})).await;
        assert_eq!(newest.first().map(String::as_str), Some("page-6"));
        newest.sort();
        assert_eq!(newest, in_order);
        let mut staff = every(editor(), "messages.staff_pages", json!({})).await;
        staff.sort();
        assert_eq!(staff, in_order);
        assert_eq!(every(editor(), "messages.staff_pages", json!({"state": "draft"})).await, [""; 0]);
    });
}

#[test]
fn a_reader_sees_the_page_the_mark_and_the_language_it_is_in() {
    each_store_of_the_house(|town| async move {
        live(&town, "waste").await;
        let page = |lang| open(&town, anyone(), lang, (GET, "/pages/{slug}"), &[("slug", "waste")], &[]);
        let (status, ja) = page(Lang::Ja).await.unwrap();
        assert_eq!(status, StatusCode::OK);
        assert!(ja.contains("<h2>収集日</h2>") && ja.contains("一ノ町の公式ページ") && ja.contains("第1版"));
        let (_, easy) = page(Lang::JaEasy).await.unwrap();
        assert!(easy.contains(r#"<h1 lang="ja">"#) && easy.contains(r#"<div class="prose" lang="ja">"#));
        let (_, en) = page(Lang::En).await.unwrap();
        assert!(en.contains("<h1>Waste</h1>") && en.contains("Version 1"));

        let fields = [("helpful", "yes")];
        let (status, to) =
            open(&town, anyone(), Lang::Ja, (POST, "/pages/{slug}/helpful"), &[("slug", "waste")], &fields)
                .await
                .unwrap();
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/pages/waste?done=page-rated"));
        let (_, thanks) = open(
            &town,
            anyone(),
            Lang::Ja,
            (GET, "/pages/{slug}"),
            &[("slug", "waste")],
            &[("done", "page-rated")],
        )
        .await
        .unwrap();
        assert!(thanks.contains("ご回答ありがとうございました") && !thanks.contains("/helpful"));
        let gone = open(&town, anyone(), Lang::Ja, (GET, "/pages/{slug}"), &[("slug", "none")], &[]).await;
        assert_eq!(gone.unwrap_err().code(), "missing");
    });
}

#[test]
fn the_search_page_marks_what_was_found_and_helps_when_nothing_was() {
    each_store_of_the_house(|town| async move {
        live(&town, "waste").await;
        let ask = |words: &'static str| {
            let town = town.clone();
            async move { open(&town, anyone(), Lang::Ja, (GET, "/search"), &[], &[("q", words)]).await.unwrap().1 }
        };
        let html = ask("避難").await;
        assert!(html.contains("<mark>避難</mark>") && html.contains("/pages/waste"));
        let html = ask("水族館").await;
        assert!(html.contains("「水族館」は見つかりませんでした") && html.contains("/pages"));
        assert!(ask("").await.contains("短い言葉"));
        assert!(!ask("<script>").await.contains("<script>"), "what was typed is shown as letters");
    });
}

#[test]
fn a_form_with_mistakes_comes_back_with_what_was_typed() {
    each_store_of_the_house(|town| async move {
        let department = id(WASTE).to_string();
        let fields = [
            ("slug", "Wrong Slug"),
            ("department", department.as_str()),
            ("place", "10"),
            ("texts.ja.title", "題名だけ"),
            ("texts.ja.body", ""),
            ("texts.en.body", "Only a body"),
        ];
        let (status, html) =
            open(&town, editor(), Lang::Ja, (POST, "/staff/pages/new"), &[], &fields).await.unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("Wrong Slug") && html.contains("題名だけ") && html.contains("Only a body"));
        assert!(html.contains("summary-wrong"));
        let fields: Vec<_> = fields
            .into_iter()
            .map(|(name, value)| match name {
                "slug" => (name, "right"),
                "texts.ja.body" | "texts.en.title" => (name, "文"),
                _ => (name, value),
            })
            .filter(|(name, _)| !name.starts_with("texts.en"))
            .collect();
        let (status, to) =
            open(&town, editor(), Lang::Ja, (POST, "/staff/pages/new"), &[], &fields).await.unwrap();
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(to.starts_with("/staff/pages/") && to.ends_with("?done=saved"), "{to}");
    });
}

#[test]
fn the_page_of_release_says_why_it_was_refused_and_keeps_the_date() {
    each_store_of_the_house(|town| async move {
        let page = saved(&town, "waste").await;
        let id = page["id"].as_str().unwrap();
        let send = |who: Who, fields: &'static [(&'static str, &'static str)]| {
            let (town, id) = (town.clone(), id.to_owned());
            async move {
                open(&town, who, Lang::Ja, (POST, "/staff/pages/{id}/publish"), &[("id", &id)], fields)
                    .await
                    .unwrap()
            }
        };
        let (status, html) = send(approver(), &[("rev", "1"), ("when", "later"), ("at", "someday")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("someday") && html.contains("summary-wrong"));
        let both = Who { roles: Arc::from([Role::Staff, Role::Editor, Role::Approver]), ..editor() };
        let (status, html) = send(both, &[("rev", "1"), ("when", "now")]).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(html.contains("自分が保存した版は公開できません"));
        let (status, to) =
            send(approver(), &[("rev", "1"), ("when", "later"), ("at", "2026-04-02T09:00")]).await;
        assert_eq!((status, to), (StatusCode::SEE_OTHER, format!("/staff/pages/{id}?done=page-scheduled")));
        let page = town.call(editor(), "messages.staff_page", json!({"id": id})).await.unwrap();
        assert_eq!(page["publish_ms"], tests::town::START_MS + DAY_MS, "on the city's own clock");
    });
}

#[test]
fn staff_pages_open_for_staff_of_every_department() {
    each_store_of_the_house(|town| async move {
        let page = live(&town, "waste").await;
        let id = page["id"].as_str().unwrap();
        let reader = staff_of(BOOKS, Role::Clerk);
        for (pattern, slots) in [
            ("/staff/pages", vec![]),
            ("/staff/pages/{id}", vec![("id", id)]),
            ("/staff/pages/{id}/preview", vec![("id", id)]),
            ("/staff/pages/{id}/release", vec![("id", id)]),
            ("/staff/pages/{id}/versions", vec![("id", id)]),
            ("/staff/pages/{id}/versions/{rev}", vec![("id", id), ("rev", "1")]),
            ("/staff/pages/{id}/votes", vec![("id", id)]),
        ] {
            let (status, html) =
                open(&town, reader.clone(), Lang::Ja, (GET, pattern), &slots, &[]).await.unwrap();
            assert_eq!(status, StatusCode::OK, "{pattern}");
            assert!(html.contains("ごみの出し方"), "{pattern}");
            assert!(!html.contains("messages-"), "{pattern} shows the key of a word");
            let refused = open(&town, anyone(), Lang::Ja, (GET, pattern), &slots, &[]).await;
            assert_eq!(refused.unwrap_err().code(), "signed-out", "{pattern}");
        }
        let (_, html) = open(&town, reader.clone(), Lang::Ja, (GET, "/staff/pages/{id}"), &[("id", id)], &[])
            .await
            .unwrap();
        assert!(!html.contains("texts.ja.body"), "another department's page is read, not edited");
        let (_, csv) =
            open(&town, reader, Lang::Ja, (GET, "/staff/pages"), &[], &[("format", "csv")]).await.unwrap();
        assert!(csv.starts_with('\u{feff}') && csv.contains("/pages/waste"));
    });
}

#[test]
fn the_demonstration_city_is_filled_once() {
    each_store_of_the_house(|town| async move {
        let mut facts = (*town.city().facts()).clone();
        facts.demo = true;
        town.city().set_facts(facts);
        for _ in 0..2 {
            for room in
                town.house.rooms.iter().filter(|room| room.name == "people" || room.name == "messages")
            {
                if let Some(demo) = room.demo {
                    demo(town.cx(Who::operator())).await.expect("filled");
                }
            }
        }
        let public = town.call(anyone(), "messages.pages", json!({"paging": {"rows": 500}})).await.unwrap();
        let rows = public["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 27, "five standing pages and twenty-two more");
        assert!(
            rows.iter().filter(|row| !row["department"].is_null()).count() >= 20,
            "departments answer for them"
        );
        let all = town.call(admin(), "messages.staff_pages", json!({"paging": {"rows": 500}})).await.unwrap();
        let count =
            |state: &str| all["rows"].as_array().unwrap().iter().filter(|row| row["state"] == state).count();
        assert_eq!((count("scheduled"), count("draft")), (1, 1));
        assert!(found(&town, "避難").await.contains(&"/pages/shelters".to_owned()));
        let waste: Id =
            rows.iter().find(|row| row["slug"] == "waste").unwrap()["id"].as_str().unwrap().parse().unwrap();
        let rates = town.call(admin(), "messages.page_rates", json!({"id": waste})).await.unwrap();
        assert_eq!(rates["yes"].as_i64().unwrap() + rates["no"].as_i64().unwrap(), 60);
    });
}

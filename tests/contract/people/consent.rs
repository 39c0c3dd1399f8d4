//! Consent: a purpose made by two, a switch that is off at once, a new version that asks again, and an end that comes
//! by itself.

use std::sync::Arc;

use ground::fault::Kind;
use ground::id::Id;
use ground::who::{Acting, Role, Scope, Who};
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{START_MS, each_store_of_the_house, id, person};

use super::super::{Worker, until};

const DAY_MS: i64 = 24 * 3_600_000;

fn writer() -> Who {
    person(901, &[Role::Staff, Role::Editor])
}

fn approver() -> Who {
    person(902, &[Role::Staff, Role::Approver])
}

/// Somebody with both rights: what they wrote they may still not approve.
fn both(number: u128) -> Who {
    person(number, &[Role::Staff, Role::Editor, Role::Approver])
}

async fn resident(town: &Town, number: u128, birth: &'static str) -> Who {
    let account = id(number);
    let person_no = i64::try_from(number).expect("small");
    town.city()
        .db
        .write(move |tx| {
            tx.put(
                sql!(
                    "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev,
                                                 created_ms, saved_ms, saved_by)
                     values (?1, ?2, ?3, 'resident', '住民 花子', 'ジュウミン', ?4, '', 'active', 1, ?5, ?5, 'operator')"
                ),
                params![&account, person_no, format!("p{person_no}@example.jp"), START_MS],
            )?;
            tx.put(
                sql!(
                    "insert into people_resident (city, account, household, birth, block, district, langs)
                     values (?1, ?2, '', ?3, '', '', 'ja')"
                ),
                params![&account, birth],
            )
        })
        .await
        .expect("a resident");
    Who { account: Some(id(number)), roles: Arc::from([Role::Resident]), ..Who::default() }
}

async fn recipient(town: &Town, code: &str) -> Id {
    let input =
        json!({"code": code, "name": format!("提供先 {code}"), "kind": "city", "contact": "電話 0999"});
    let saved = town.call(Who::operator(), "people.save_recipient", input).await.expect("a recipient");
    saved["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// A purpose as the form sends it.
fn purpose(code: &str, recipient: &Id) -> Value {
    let words = json!({"name": "本のお知らせ", "what_for": "本が届いたことを知らせるため", "explained": "月に2通まで"});
    json!({"code": code, "recipient": recipient, "attributes": ["name", "mail"], "data_class": "personal",
           "sharing": "inside", "legal_basis": "consent", "kept_days": 30, "consent_days": 365, "asks_again": true,
           "words": {"ja": words, "ja-x-easy": words, "en": words}})
}

fn with(mut input: Value, changes: &Value) -> Value {
    for (key, value) in changes.as_object().expect("an object") {
        input[key] = value.clone();
    }
    input
}

async fn propose(town: &Town, input: Value) -> Value {
    let code = input["code"].clone();
    let saved = town.call(writer(), "people.save_purpose", input).await.expect("saved");
    let rev = &saved["purpose"]["rev"];
    town.call(writer(), "people.propose_purpose", json!({"code": code, "rev": rev})).await.expect("proposed")
}

async fn approved(town: &Town, input: Value) -> Value {
    let proposed = propose(town, input).await;
    let step = json!({"code": proposed["purpose"]["code"], "rev": proposed["purpose"]["rev"]});
    town.call(approver(), "people.approve_purpose", step).await.expect("approved")
}

async fn say(
    town: &Town,
    who: &Who,
    code: &str,
    version: i64,
    decision: &str,
) -> Result<Value, ground::fault::Fault> {
    let input = json!({"purpose": code, "version": version, "decision": decision});
    town.call(who.clone(), "people.decide_consent", input).await
}

/// Where the person stands by their own page.
async fn stands(town: &Town, who: &Who, code: &str) -> String {
    let board = town.call(who.clone(), "people.consents", json!({})).await.expect("the switchboard");
    let row = board["rows"].as_array().expect("rows").iter().find(|row| row["purpose"]["code"] == code);
    row.map_or("", |row| row["stands"].as_str().expect("a word")).to_owned()
}

/// Whether the city may use the person's name for it now.
async fn is_used(town: &Town, who: &Who, code: &str) -> bool {
    let subject = who.subject().cloned().expect("a person");
    let input = json!({"subject": subject, "purpose": code, "attributes": ["name"], "reason": "確認"});
    let released = town.call(writer(), "people.release", input).await.expect("answered");
    released["given"].get("name").is_some()
}

async fn history(town: &Town, who: &Who, code: &str) -> Vec<String> {
    let rows =
        town.call(who.clone(), "people.consent_history", json!({"purpose": code})).await.expect("rows");
    let rows = rows["rows"].as_array().expect("rows").clone();
    rows.iter().map(|row| row["state"].as_str().expect("a word").to_owned()).collect()
}

#[test]
fn what_one_writes_another_puts_in_force() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        // Half a translation cannot be proposed.
        let mut half = purpose("books", &library);
        half["words"]["en"] = json!({"name": "Books"});
        let saved = town.call(both(911), "people.save_purpose", half).await.expect("a draft may be half");
        let step = json!({"code": "books", "rev": saved["purpose"]["rev"]});
        let fault = town.call(both(911), "people.propose_purpose", step).await.expect_err("not whole");
        assert_eq!(fault.fields()[0].path, "words.en.what_for");
        // A second person writes in it; now neither of the two may approve.
        let whole = with(purpose("books", &library), &json!({"rev": saved["purpose"]["rev"]}));
        let saved = town.call(both(912), "people.save_purpose", whole).await.expect("saved");
        let step = json!({"code": "books", "rev": saved["purpose"]["rev"]});
        let proposed = town.call(both(912), "people.propose_purpose", step).await.expect("proposed");
        let step = json!({"code": "books", "rev": proposed["purpose"]["rev"]});
        for one in [911, 912] {
            let fault =
                town.call(both(one), "people.approve_purpose", step.clone()).await.expect_err("their own");
            assert_eq!((fault.kind(), fault.code()), (Kind::Refused, "people-own-purpose"));
        }
        assert_eq!(
            stands(&town, &resident(&town, 7, "1980-01-01").await, "books").await,
            "",
            "nobody sees it yet"
        );
        let notice = json!({"code": "books", "version": 1});
        let fault =
            town.call(Who::anyone(), "people.purpose_notice", notice.clone()).await.expect_err("not yet");
        assert_eq!(fault.kind(), Kind::Missing);
        // Sent back, written again, approved by somebody else.
        let back = with(step, &json!({"note": "目的を短く"}));
        let back = town.call(approver(), "people.return_purpose", back).await.expect("sent back");
        assert_eq!(back["versions"][0]["note"], "目的を短く");
        let step = json!({"code": "books", "rev": back["purpose"]["rev"]});
        let proposed = town.call(both(911), "people.propose_purpose", step.clone()).await.expect("proposed");
        let old = town.call(approver(), "people.approve_purpose", step).await.expect_err("an older revision");
        assert_eq!(old.kind(), Kind::Outdated);
        let step = json!({"code": "books", "rev": proposed["purpose"]["rev"]});
        let view = town.call(approver(), "people.approve_purpose", step).await.expect("approved");
        assert_eq!(
            (&view["purpose"]["version"], &view["versions"][0]["state"]),
            (&json!(1), &json!("approved"))
        );
        town.call(Who::anyone(), "people.purpose_notice", notice).await.expect("anybody may read it now");
    });
}

#[test]
fn off_is_off_at_once() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        approved(&town, purpose("books", &library)).await;
        let me = resident(&town, 7, "1980-01-01").await;
        assert_eq!(stands(&town, &me, "books").await, "waiting");
        assert!(!is_used(&town, &me, "books").await, "nothing before an answer");
        let ask = json!({"person": me.account, "purpose": "books"});
        let clerk = person(903, &[Role::Staff, Role::Clerk]);
        for asked in [true, false] {
            let answer =
                town.call(clerk.clone(), "people.request_consent", ask.clone()).await.expect("answered");
            assert_eq!(answer["asked"], asked, "nobody is asked twice");
        }
        assert!(!is_used(&town, &me, "books").await, "a question is no answer");
        town.clock.advance_ms(1_000);
        let given = say(&town, &me, "books", 1, "given").await.expect("given");
        assert_eq!(given["ends_ms"], START_MS + 1_000 + 365 * DAY_MS);
        assert!(is_used(&town, &me, "books").await);
        let again = say(&town, &me, "books", 1, "given").await.expect("a second press");
        assert_eq!(again["changed"], false);
        town.clock.advance_ms(1_000);
        say(&town, &me, "books", 1, "withdrawn").await.expect("off");
        assert!(!is_used(&town, &me, "books").await, "off is off");
        assert_eq!(stands(&town, &me, "books").await, "off");
        say(&town, &me, "books", 1, "withdrawn").await.expect("off twice is off once");
        assert_eq!(history(&town, &me, "books").await, ["withdrawn", "given", "requested"]);
        let other = resident(&town, 8, "1980-01-01").await;
        assert_eq!(history(&town, &other, "books").await, Vec::<String>::new(), "nobody reads another's");
    });
}

#[test]
fn a_version_that_takes_more_asks_again_and_one_that_takes_less_need_not() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        let first = approved(&town, purpose("books", &library)).await;
        let (me, silent) = (resident(&town, 7, "1980-01-01").await, resident(&town, 8, "1980-01-01").await);
        say(&town, &me, "books", 1, "given").await.expect("given");
        say(&town, &silent, "books", 1, "given").await.expect("given");
        let rev = &first["purpose"]["rev"];
        let more = json!({"attributes": ["name", "mail", "phone"], "asks_again": false, "rev": rev});
        let fault = town
            .call(writer(), "people.save_purpose", with(purpose("books", &library), &more))
            .await
            .expect_err("nobody is spared the question");
        assert_eq!(fault.fields()[0].path, "asks_again");
        let more = with(purpose("books", &library), &with(more, &json!({"asks_again": true})));
        let second = approved(&town, more).await;
        // From the approval on, before any job has run.
        assert!(!is_used(&town, &me, "books").await);
        assert_eq!(stands(&town, &me, "books").await, "waiting");
        let fault = say(&town, &me, "books", 1, "given").await.expect_err("a yes to what was read before");
        assert_eq!(fault.code(), "people-purpose-changed");
        // Histories are told in the order of time, and the clock of a story stands still.
        town.clock.advance_ms(1_000);
        let worker = Worker::start(&town, town.city(), "test");
        until("everybody is asked", || async { history(&town, &silent, "books").await[0] == "requested" })
            .await;
        worker.stop().await;
        assert_eq!(stands(&town, &silent, "books").await, "waiting");
        town.clock.advance_ms(1_000);
        say(&town, &me, "books", 2, "given").await.expect("given");
        assert!(is_used(&town, &me, "books").await);
        // Less: fewer data, shorter. The yes stands.
        let less = json!({"attributes": ["name"], "kept_days": 7, "asks_again": false, "rev": second["purpose"]["rev"]});
        approved(&town, with(purpose("books", &library), &less)).await;
        assert!(is_used(&town, &me, "books").await);
        assert_eq!(stands(&town, &me, "books").await, "on");
        assert_eq!(history(&town, &me, "books").await, ["given", "requested", "given"]);
    });
}

#[test]
fn an_end_is_announced_and_comes_whether_or_not_anybody_works() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        approved(&town, purpose("books", &library)).await;
        let me = resident(&town, 7, "1980-01-01").await;
        say(&town, &me, "books", 1, "given").await.expect("given");
        let letters = || {
            town.ask(|tx| {
                let all =
                    sql!("select count(*) from gate_mail where city = ?1 and kind = 'consent_reminder'");
                tx.one(all, params![], |row| row.get::<i64>(0))
            })
        };
        nightly(&town).await;
        assert_eq!(letters().await, 0, "a year ahead nobody is reminded");
        town.clock.advance_ms(340 * DAY_MS);
        nightly(&town).await;
        assert_eq!(letters().await, 1);
        nightly(&town).await;
        assert_eq!(letters().await, 1, "once is enough");
        assert!(is_used(&town, &me, "books").await);
        town.clock.advance_ms(26 * DAY_MS);
        assert!(!is_used(&town, &me, "books").await, "over is over, before any job has run");
        assert_eq!(stands(&town, &me, "books").await, "off");
        nightly(&town).await;
        assert_eq!(history(&town, &me, "books").await, ["expired", "given"]);
        nightly(&town).await;
        assert_eq!(history(&town, &me, "books").await.len(), 2, "it ends once");
        say(&town, &me, "books", 1, "given").await.expect("given again");
        assert!(is_used(&town, &me, "books").await);
    });
}

/// A child has no post of its own: the parent hears that its consent ends, and whose it is.
#[test]
fn a_parent_is_reminded_of_a_childs_consent() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        approved(&town, purpose("books", &library)).await;
        let (parent, _) = (resident(&town, 7, "1985-01-01").await, resident(&town, 8, "2016-03-01").await);
        town.city()
            .db
            .write(|tx| {
                tx.put(
                    sql!("update people_account set mail = '', name = '住民 小花' where city = ?1 and id = ?2"),
                    params![id(8)],
                )?;
                tx.put(
                    sql!(
                        "insert into people_mandate
                             (city, id, person, agent, relation, scopes, state, starts_on, ends_on, starts_ms, ends_ms,
                              note, document, made_ms, made_by, answered_ms, ended_ms, ended_by, used_ms, reminded_ms)
                         values (?1, ?2, ?3, ?4, 'parent', 'consents', 'active', '2026-01-01', '', 0, 0, '', '',
                                 ?5, ?4, ?5, 0, '', 0, 0)"
                    ),
                    params![id(32), id(8), id(7), START_MS],
                )
            })
            .await
            .expect("a child and its parent");
        let acting = Acting {
            person: id(8),
            mandate: id(32),
            scopes: Arc::from([Scope::Consents]),
            shown_name: "子".to_owned(),
            ends_ms: 0,
        };
        let who = Who { acting: Some(Arc::new(acting)), ..parent };
        say(&town, &who, "books", 1, "given").await.expect("given");
        town.clock.advance_ms(340 * DAY_MS);
        nightly(&town).await;
        let letters = town.letters().await;
        let told: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        assert_eq!(told, ["p7@example.jp"]);
        assert!(letters[0].subject.contains("住民 小花"), "{}", letters[0].subject);
    });
}

/// What the clock does every night.
async fn nightly(town: &Arc<Town>) {
    let cx = town.cx(Who::system());
    town.city()
        .db
        .write(move |tx| tx.enqueue(&cx, "people.consent_ends", None, &json!({})))
        .await
        .expect("left");
    let worker = Worker::start(town, town.city(), "night");
    until("the night is over", || async {
        let waiting =
            sql!("select count(*) from ground_job where city = ?1 and kind = 'people.consent_ends'");
        town.ask(move |tx| tx.one(waiting, params![], |row| row.get::<i64>(0))).await == 0
    })
    .await;
    worker.stop().await;
}

#[test]
fn a_parent_says_yes_for_a_child_and_the_child_says_no() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        approved(&town, purpose("books", &library)).await;
        // Ten years old on the first day of the story.
        let (parent, child) =
            (resident(&town, 7, "1985-01-01").await, resident(&town, 8, "2016-03-01").await);
        let fault = say(&town, &child, "books", 1, "given").await.expect_err("too young");
        assert_eq!(fault.code(), "people-consent-minor");
        for (number, relation, may) in [(31, "helper", false), (32, "parent", true)] {
            let (mandate, agent, child) = (id(number), id(7), id(8));
            town.city()
                .db
                .write(move |tx| {
                    tx.put(
                        sql!(
                            "insert into people_mandate
                                 (city, id, person, agent, relation, scopes, state, starts_on, ends_on, starts_ms, ends_ms,
                                  note, document, made_ms, made_by, answered_ms, ended_ms, ended_by, used_ms, reminded_ms)
                             values (?1, ?2, ?3, ?4, ?5, 'consents', 'active', '2026-01-01', '', 0, 0, '', '',
                                     ?6, ?4, ?6, 0, '', 0, 0)"
                        ),
                        params![&mandate, &child, &agent, relation, START_MS],
                    )
                })
                .await
                .expect("a mandate");
            let acting = Acting {
                person: id(8),
                mandate: id(number),
                scopes: Arc::from([Scope::Consents]),
                shown_name: "子".to_owned(),
                ends_ms: 0,
            };
            let who = Who { acting: Some(Arc::new(acting)), ..parent.clone() };
            let said = say(&town, &who, "books", 1, "given").await;
            assert_eq!(said.is_ok(), may, "{relation}");
        }
        let rows = town.call(child.clone(), "people.consent_history", json!({})).await.expect("rows");
        assert_eq!(rows["rows"][0]["actor"], json!(id(7)), "whoever acts is recorded beside the person");
        assert_eq!(rows["rows"][0]["acting"], json!(id(32)));
        assert!(is_used(&town, &child, "books").await);
        say(&town, &child, "books", 1, "withdrawn").await.expect("no is always heard");
        assert!(!is_used(&town, &child, "books").await);
        // The city lowers the age from a day on: until then nothing changes.
        let age = json!({"from_on": "2026-05-01", "years": 10});
        town.call(Who::operator(), "people.save_consent_age", age).await.expect("set");
        say(&town, &child, "books", 1, "given").await.expect_err("not yet");
        town.clock.advance_ms(31 * DAY_MS);
        say(&town, &child, "books", 1, "given").await.expect("old enough now");
    });
}

#[test]
fn a_receipt_says_all_that_the_standard_asks_for() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        approved(&town, purpose("books", &library)).await;
        approved(&town, purpose("news", &library)).await;
        let me = resident(&town, 7, "1980-01-01").await;
        let none =
            town.call(me.clone(), "people.consent_receipts", json!({})).await.expect_err("nothing yet");
        assert_eq!(none.kind(), Kind::Missing);
        say(&town, &me, "books", 1, "given").await.expect("given");
        town.clock.advance_ms(DAY_MS);
        say(&town, &me, "books", 1, "withdrawn").await.expect("off");
        say(&town, &me, "news", 1, "given").await.expect("given");
        let one =
            town.call(me.clone(), "people.consent_receipts", json!({"purpose": "books"})).await.expect("one");
        let all = town.call(me.clone(), "people.consent_receipts", json!({})).await.expect("all");
        assert_eq!(one["records"].as_array().map(Vec::len), Some(1));
        assert_eq!(all["records"].as_array().map(Vec::len), Some(2));
        for receipt in [&one, &all] {
            assert_eq!(receipt["@type"], "dpv:ConsentReceipt");
            for field in ["schema_version", "receipt_id", "issued"] {
                assert!(receipt[field].is_string(), "{field}");
            }
            assert_whole(receipt);
        }
        assert!(!one.to_string().contains(id(7).as_str()), "the account's own id is nobody else's business");
        let events = one["records"][0]["consent_events"].as_array().expect("events");
        let said: Vec<(&str, &str)> = events
            .iter()
            .map(|event| (event["event_time"].as_str().unwrap(), event["event_state"].as_str().unwrap()))
            .collect();
        assert_eq!(
            said,
            [("2026-04-01T00:00:00Z", "dpv:ConsentGiven"), ("2026-04-02T00:00:00Z", "dpv:ConsentWithdrawn")]
        );
        assert_eq!(events[0]["validity_duration"], format!("PT{}S", 365 * 86_400));
        let other = resident(&town, 8, "1980-01-01").await;
        say(&town, &other, "books", 1, "given").await.expect("given");
        let theirs =
            town.call(other, "people.consent_receipts", json!({"purpose": "books"})).await.expect("theirs");
        let record = |receipt: &Value, field: &str| receipt["records"][0][field].clone();
        for field in ["record_id", "pii_principal_id"] {
            assert_ne!(record(&one, field), record(&theirs, field), "{field}");
        }
        assert_eq!(record(&one, "record_id"), all["records"][0]["record_id"], "one record keeps its id");
    });
}

/// Every field that ISO/IEC TS 27560 wants of a record, and no name that the context does not know.
fn assert_whole(receipt: &Value) {
    let known = receipt["@context"].as_object().expect("a context");
    let mut names = Vec::new();
    names_in(receipt, &mut names);
    for name in names.iter().filter(|name| !name.starts_with('@')) {
        assert!(known.contains_key(name), "the context does not say what {name} is");
    }
    for record in receipt["records"].as_array().expect("records") {
        for field in ["schema_version", "record_id", "pii_principal_id"] {
            assert!(record[field].is_string(), "{field}");
        }
        let processing = &record["pii_processing"][0];
        for field in ["privacy_notice", "language"] {
            assert!(processing[field].is_string(), "{field}");
        }
        let purpose = &processing["purposes"][0];
        for field in [
            "purpose",
            "lawful_basis",
            "collection_method",
            "retention_period",
            "jurisdiction",
            "withdrawal_method",
        ] {
            assert!(purpose[field].as_str().is_some_and(|said| !said.is_empty()), "{field}");
        }
        for field in [
            "pii_information",
            "pii_controllers",
            "recipient_third_parties",
            "processing_methods",
            "storage_locations",
            "privacy_rights",
        ] {
            assert!(purpose[field].as_array().is_some_and(|said| !said.is_empty()), "{field}");
        }
        let parties: Vec<&str> = record["party_identification"]
            .as_array()
            .expect("parties")
            .iter()
            .map(|party| party["@id"].as_str().expect("an id"))
            .collect();
        for reference in [&purpose["pii_controllers"][0], &purpose["recipient_third_parties"][0]] {
            assert!(parties.contains(&reference.as_str().expect("a reference")), "{reference}");
        }
        for party in record["party_identification"].as_array().expect("parties") {
            for field in ["party_name", "party_address", "party_contact", "party_role", "party_type"] {
                assert!(party[field].as_str().is_some_and(|said| !said.is_empty()), "{field}");
            }
        }
        for event in record["consent_events"].as_array().expect("events") {
            for field in ["event_time", "entity_id", "event_type", "event_state"] {
                assert!(event[field].is_string(), "{field}");
            }
        }
    }
}

fn names_in(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inside) in map.iter().filter(|(name, _)| *name != "@context") {
                names.push(name.clone());
                names_in(inside, names);
            }
        }
        Value::Array(list) => list.iter().for_each(|one| names_in(one, names)),
        _ => {}
    }
}

#[test]
fn a_retired_purpose_uses_nobody_and_can_still_be_left() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        let view = approved(&town, purpose("books", &library)).await;
        let me = resident(&town, 7, "1980-01-01").await;
        say(&town, &me, "books", 1, "given").await.expect("given");
        let closing = json!({"id": library, "code": "library", "name": "図書館", "kind": "city", "contact": "電話",
                             "closed": true, "rev": 1});
        let fault = town.call(Who::operator(), "people.save_recipient", closing).await.expect_err("in use");
        assert_eq!(fault.code(), "people-recipient-in-use");
        let step = json!({"code": "books", "rev": view["purpose"]["rev"]});
        town.call(approver(), "people.retire_purpose", step).await.expect("retired");
        assert!(!is_used(&town, &me, "books").await);
        assert_eq!(stands(&town, &me, "books").await, "", "it is on the switchboard no more");
        let fault = say(&town, &me, "books", 1, "given").await.expect_err("nobody can join");
        assert_eq!(fault.code(), "people-purpose-retired");
        town.clock.advance_ms(1_000);
        say(&town, &me, "books", 1, "withdrawn").await.expect("but leave");
        assert_eq!(history(&town, &me, "books").await, ["withdrawn", "given"]);
    });
}

/// Many walks through yes, no, time and new versions: whatever happens, after a no nothing says yes any more.
#[test]
fn after_a_no_no_way_of_reading_says_yes() {
    each_store_of_the_house(|town| async move {
        let library = recipient(&town, "library").await;
        let mut view = approved(&town, purpose("books", &library)).await;
        let people = [resident(&town, 7, "1980-01-01").await, resident(&town, 8, "1990-01-01").await];
        let mut allows = [false, false];
        let mut dice: u64 = 0x5EED_CAFE;
        let mut throw = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        let mut version = 1;
        for step in 0..150 {
            let at = usize::try_from(throw(2)).expect("small");
            let me = &people[at];
            match throw(8) {
                0..=2 => {
                    say(&town, me, "books", version, "given").await.expect("given");
                    allows[at] = true;
                }
                3 | 4 => {
                    say(&town, me, "books", version, "withdrawn").await.expect("withdrawn");
                    allows[at] = false;
                }
                5 => {
                    say(&town, me, "books", version, "refused").await.expect("refused");
                    allows[at] = false;
                }
                6 if version < 5 => {
                    let asks_again = throw(2) == 0;
                    let next = json!({"rev": view["purpose"]["rev"], "asks_again": asks_again});
                    view = approved(&town, with(purpose("books", &library), &next)).await;
                    version += 1;
                    if asks_again {
                        allows = [false, false];
                    }
                }
                7 if throw(6) == 0 => {
                    town.clock.advance_ms(366 * DAY_MS);
                    allows = [false, false];
                }
                _ => town.clock.advance_ms(1_000),
            }
            for (who, allowed) in people.iter().zip(allows) {
                assert_eq!(is_used(&town, who, "books").await, allowed, "step {step}: release");
                assert_eq!(
                    stands(&town, who, "books").await == "on",
                    allowed,
                    "step {step}: the switchboard"
                );
            }
        }
    });
}

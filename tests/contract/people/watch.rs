//! The security organisation: gaps, incidents on their way up, and the knowledge check.

use std::sync::Arc;

use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::{Role, Who};
use serde_json::{Value, json};
use tests::Town;
use tests::town::each_store_of_the_house;

use super::{administrator, department, hire};
use crate::contract::{Worker, until};

const HOUR_MS: i64 = 3_600_000;

/// Somebody of the staff, by number.
async fn member(town: &Arc<Town>, admin: &Who, nth: usize) -> Who {
    let mail: &'static str = Box::leak(format!("m{nth}@city.example").into_boxed_str());
    let account = hire(town, admin, mail, "職員", &[]).await;
    Who { account: Some(account), roles: Arc::from([Role::Staff]), ..Who::default() }
}

async fn appoint(
    town: &Town,
    admin: &Who,
    asset: Option<&Value>,
    nth: usize,
    from: &str,
    to: &str,
) -> Result<Value, Fault> {
    let mut input = json!({"mail": format!("m{nth}@city.example"), "starts_on": from, "ends_on": to});
    if let Some(asset) = asset {
        input["asset"] = asset.clone();
    }
    town.call(admin.clone(), "people.appoint", input).await
}

async fn asset(town: &Town, admin: &Who, kind: &str, code: &str, system: &str) -> Value {
    let input = json!({"kind": kind, "code": code, "name": format!("{kind} {code}"), "system": system});
    let saved = town.call(admin.clone(), "people.save_watch_asset", input).await.expect("saved");
    saved["asset"]["id"].clone()
}

async fn gaps(town: &Town, admin: &Who) -> (bool, i64) {
    let now = town.call(admin.clone(), "people.watch", json!({})).await.expect("told");
    let counts = now["counts"].as_array().expect("counts");
    let missing = counts.iter().map(|count| count["missing"].as_i64().expect("a number")).sum();
    (now["has_ciso"].as_bool().expect("told"), missing)
}

#[test]
fn what_nobody_answers_for_is_a_gap_and_nothing_else_is() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        for nth in 0..3 {
            member(&town, &admin, nth).await;
        }
        assert_eq!(gaps(&town, &admin).await, (false, 0));
        let system = asset(&town, &admin, "system", "S1", "").await;
        let data = asset(&town, &admin, "data", "D1", "S1").await;
        assert_eq!(gaps(&town, &admin).await, (false, 2));
        appoint(&town, &admin, None, 0, "2026-04-01", "").await.expect("a CISO");
        appoint(&town, &admin, Some(&system), 1, "2026-04-01", "2026-04-20").await.expect("a manager");
        appoint(&town, &admin, Some(&data), 2, "2026-04-02", "").await.expect("from tomorrow");
        assert_eq!(gaps(&town, &admin).await, (true, 1), "tomorrow is not today");
        town.clock.advance_ms(24 * HOUR_MS);
        assert_eq!(gaps(&town, &admin).await, (true, 0));
        // What ends soon without anybody to follow is told before it is a gap.
        let now = town.call(admin.clone(), "people.watch", json!({})).await.expect("told");
        assert_eq!(now["ending"].as_array().map(Vec::len), Some(1));
        appoint(&town, &admin, Some(&system), 2, "2026-04-21", "").await.expect("a successor");
        let now = town.call(admin.clone(), "people.watch", json!({})).await.expect("told");
        assert_eq!(now["ending"].as_array().map(Vec::len), Some(0));
        town.clock.advance_ms(20 * 24 * HOUR_MS);
        assert_eq!(gaps(&town, &admin).await, (true, 0), "one follows the other without a day between");
        // Somebody who is locked out answers for nothing.
        let listed =
            town.call(admin.clone(), "people.watch_asset", json!({"id": system})).await.expect("told");
        let holder = listed["posts"][0]["account"].clone();
        town.call(admin.clone(), "people.lock_staff", json!({"id": holder})).await.expect("locked");
        assert_eq!(gaps(&town, &admin).await, (true, 2));
        // What is no longer used needs nobody.
        let closed =
            json!({"id": data, "code": "D1", "name": "data D1", "closed_on": "2026-04-01", "rev": 1});
        town.call(admin.clone(), "people.save_watch_asset", closed).await.expect("closed");
        assert_eq!(gaps(&town, &admin).await, (true, 1));
    });
}

#[test]
fn there_is_one_at_a_time_who_answers() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        for nth in 0..3 {
            member(&town, &admin, nth).await;
        }
        let system = asset(&town, &admin, "system", "S1", "").await;
        appoint(&town, &admin, Some(&system), 0, "2026-01-01", "").await.expect("first");
        appoint(&town, &admin, Some(&system), 1, "2026-05-01", "").await.expect("second");
        let view = town.call(admin.clone(), "people.watch_asset", json!({"id": system})).await.expect("told");
        assert_eq!(view["posts"][1]["ends_on"], "2026-04-30");
        let fault = appoint(&town, &admin, Some(&system), 2, "2026-03-01", "").await.unwrap_err();
        assert_eq!(fault.fields()[0].word, "field-people-watch-later");
        let longer = json!({"id": view["posts"][1]["id"], "ends_on": ""});
        let fault = town.call(admin.clone(), "people.end_appointment", longer).await.unwrap_err();
        assert_eq!(fault.fields()[0].word, "field-people-watch-later");
        for (mail, from, to, field) in [
            ("nobody@city.example", "2026-06-01", "", "mail"),
            ("m2@city.example", "2026-06-01", "2026-05-01", "ends_on"),
            ("m2@city.example", "", "", "starts_on"),
        ] {
            let input = json!({"asset": system, "mail": mail, "starts_on": from, "ends_on": to});
            let fault = town.call(admin.clone(), "people.appoint", input).await.unwrap_err();
            assert_eq!(fault.fields()[0].path, field);
        }
        // Data stands on a system, and a system on nothing.
        let wrong = json!({"kind": "system", "code": "S2", "name": "x", "system": "S1"});
        let fault = town.call(admin.clone(), "people.save_watch_asset", wrong).await.unwrap_err();
        assert_eq!(fault.fields()[0].path, "system");
    });
}

/// A house with a CISO (0), a system manager (1), an information manager (2) and somebody who reports (3).
async fn organisation(town: &Arc<Town>) -> (Who, Vec<Who>) {
    let admin = administrator(town).await;
    let mut people = Vec::new();
    for nth in 0..5 {
        people.push(member(town, &admin, nth).await);
    }
    let system = asset(town, &admin, "system", "S1", "").await;
    let data = asset(town, &admin, "data", "D1", "S1").await;
    appoint(town, &admin, None, 0, "2026-01-01", "").await.expect("a CISO");
    appoint(town, &admin, Some(&system), 1, "2026-01-01", "").await.expect("a manager");
    appoint(town, &admin, Some(&data), 2, "2026-01-01", "").await.expect("a manager");
    (admin, people)
}

async fn report(town: &Town, who: &Who, severity: &str) -> Value {
    let input = json!({"title": "誤って渡した", "what": "別の人の書類を渡した", "asset": "D1", "severity": severity,
                       "happened_ms": tests::town::START_MS});
    town.call(who.clone(), "people.report_incident", input).await.expect("reported")
}

async fn step(town: &Town, who: &Who, id: &Value, rev: i64, act: &str) -> Result<Value, Fault> {
    let input = json!({"id": id, "rev": rev, "do": act, "note": "確かめた"});
    town.call(who.clone(), "people.step_incident", input).await
}

#[test]
fn an_incident_goes_up_and_is_closed_by_somebody_high_enough() {
    each_store_of_the_house(|town| async move {
        let (admin, people) = organisation(&town).await;
        let [ciso, system, information, reporter, other] = [0, 1, 2, 3, 4].map(|nth| &people[nth]);
        let made = report(&town, reporter, "middle").await;
        let id = made["incident"]["id"].clone();
        assert_eq!(
            (made["incident"]["stage"].as_str(), made["may_close"].as_bool()),
            (Some("system"), Some(false))
        );
        // Whom it does not concern sees nothing of it, not in the list either; nor does an administrator.
        for stranger in [other, &admin] {
            let fault = town.call(stranger.clone(), "people.incident", json!({"id": id})).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::Refused);
            let list = town.call(stranger.clone(), "people.incidents", json!({})).await.expect("a list");
            assert_eq!(list["rows"], json!([]));
        }
        for concerned in [ciso, system, information, reporter] {
            let list = town.call(concerned.clone(), "people.incidents", json!({})).await.expect("a list");
            assert_eq!(list["rows"].as_array().map(Vec::len), Some(1));
        }
        // The one who reported notes more, and does not close; nor does somebody below.
        assert!(step(&town, reporter, &id, 1, "note").await.is_ok());
        assert_eq!(step(&town, reporter, &id, 2, "close").await.unwrap_err().kind(), Kind::Refused);
        assert_eq!(step(&town, information, &id, 2, "close").await.unwrap_err().kind(), Kind::Refused);
        assert_eq!(step(&town, system, &id, 1, "close").await.unwrap_err().kind(), Kind::Outdated);
        let passed = step(&town, system, &id, 2, "pass").await.expect("passed up");
        assert_eq!(
            (passed["incident"]["stage"].as_str(), passed["incident"]["due_ms"].as_i64()),
            (Some("ciso"), Some(0))
        );
        let closed = step(&town, ciso, &id, 3, "close").await.expect("closed");
        assert_eq!(closed["incident"]["stage"], "closed");
        assert!(closed["incident"]["closed_ms"].as_i64().expect("a time") > 0);
        assert_eq!(closed["steps"].as_array().map(Vec::len), Some(4));
        assert_eq!(step(&town, ciso, &id, 4, "note").await.unwrap_err().kind(), Kind::Refused);
    });
}

#[test]
fn a_worse_severity_lifts_it_and_closing_looks_at_the_new_one() {
    each_store_of_the_house(|town| async move {
        let (_, people) = organisation(&town).await;
        let made = report(&town, &people[3], "low").await;
        let id = made["incident"]["id"].clone();
        assert_eq!(made["incident"]["stage"], "information");
        let worse =
            |act: &str| json!({"id": id, "rev": 1, "do": act, "note": "外に出ていた", "severity": "high"});
        let fault = town.call(people[2].clone(), "people.step_incident", worse("close")).await.unwrap_err();
        assert_eq!(fault.code(), "people-watch-close");
        let lifted =
            town.call(people[2].clone(), "people.step_incident", worse("note")).await.expect("noted");
        assert_eq!(lifted["incident"]["stage"], "ciso");
    });
}

async fn rounds(town: &Arc<Town>) {
    let cx = town.cx(Who::system());
    let leave = move |tx: &mut ground::db::Tx<'_>| tx.enqueue(&cx, "people.watch_round", None, &json!({}));
    town.city().db.write(leave).await.expect("left");
    let worker = Worker::start(town, town.city(), "watch");
    let looked = town.clone();
    until("the rounds are done", || {
        let town = looked.clone();
        async move {
            let jobs = ground::sql!(
                "select count(*) from ground_job where city = ?1 and kind = 'people.watch_round' and state <> 'dead'"
            );
            town.ask(move |tx| tx.one(jobs, ground::params![], |row| row.get::<i64>(0))).await == 0
        }
    })
    .await;
    worker.stop().await;
}

#[test]
fn what_nobody_takes_up_goes_up_by_itself_until_the_ciso_has_it() {
    each_store_of_the_house(|town| async move {
        let (_, people) = organisation(&town).await;
        let made = report(&town, &people[3], "low").await;
        let id = made["incident"]["id"].clone();
        let stage = || async {
            let view =
                town.call(people[0].clone(), "people.incident", json!({"id": id})).await.expect("told");
            (
                view["incident"]["stage"].as_str().expect("a stage").to_owned(),
                view["steps"].as_array().map(Vec::len),
            )
        };
        rounds(&town).await;
        assert_eq!(stage().await, ("information".to_owned(), Some(1)), "there is still time");
        town.clock.advance_ms(72 * HOUR_MS);
        rounds(&town).await;
        assert_eq!(stage().await, ("system".to_owned(), Some(2)));
        rounds(&town).await;
        assert_eq!(stage().await, ("system".to_owned(), Some(2)), "once, not at every look");
        town.clock.advance_ms(72 * HOUR_MS);
        rounds(&town).await;
        town.clock.advance_ms(1_000 * HOUR_MS);
        rounds(&town).await;
        assert_eq!(stage().await, ("ciso".to_owned(), Some(3)), "with the CISO it waits");
    });
}

async fn open_check(town: &Town, admin: &Who) -> Value {
    for (ask, right) in [("一つ目", 0), ("二つ目", 1)] {
        let input =
            json!({"ask": ask, "choices": ["ア", "イ"], "right": right, "because": "理由", "used": true});
        town.call(admin.clone(), "people.save_watch_question", input).await.expect("saved");
    }
    let input = json!({"title": "理解度", "pass_percent": 100, "deadline": "2026-04-30", "remind_on": "2026-04-20",
                       "state": "open"});
    town.call(admin.clone(), "people.save_watch_check", input).await.expect("open")["check"]["id"].clone()
}

async fn answer(town: &Town, who: &Who, check: &Value, answers: &[i64]) -> Result<Value, Fault> {
    town.call(who.clone(), "people.answer_watch_check", json!({"id": check, "answers": answers})).await
}

#[test]
fn a_check_asks_what_stood_when_it_was_opened_and_tells_the_answers_afterwards() {
    each_store_of_the_house(|town| async move {
        let (admin, people) = organisation(&town).await;
        let empty = json!({"title": "空", "pass_percent": 80, "deadline": "2026-04-30", "state": "open"});
        let fault = town.call(admin.clone(), "people.save_watch_check", empty).await.unwrap_err();
        assert_eq!(fault.fields()[0].word, "field-people-watch-no-questions");
        let check = open_check(&town, &admin).await;
        let bank = town.call(admin.clone(), "people.watch_questions", json!({})).await.expect("listed");
        let mut changed = bank[0]["question"].clone();
        changed["id"] = bank[0]["id"].clone();
        changed["version"] = json!(1);
        changed["right"] = json!(1);
        town.call(admin.clone(), "people.save_watch_question", changed.clone()).await.expect("a new version");
        assert_eq!(
            town.call(admin.clone(), "people.save_watch_question", changed).await.unwrap_err().kind(),
            Kind::Outdated
        );

        let mine = town.call(people[3].clone(), "people.my_watch_check", json!({})).await.expect("asked");
        assert!(
            !mine.to_string().contains("理由") && mine["questions"][0]["right"].is_null(),
            "no answers before"
        );
        let listed = town.call(people[3].clone(), "people.watch_checks", json!({})).await.expect("listed");
        assert_eq!(listed[0]["questions"], json!([]));
        assert_eq!(answer(&town, &people[3], &check, &[0]).await.unwrap_err().fields()[0].path, "answers");
        let wrong = answer(&town, &people[3], &check, &[1, 1]).await.expect("answered");
        assert_eq!(
            (wrong["taken"]["right"].as_i64(), wrong["taken"]["passed"].as_bool()),
            (Some(1), Some(false))
        );
        assert_eq!(wrong["questions"][0]["right"], 0, "as it was when the check was opened");
        let good = answer(&town, &people[3], &check, &[0, 1]).await.expect("answered again");
        assert_eq!(
            (good["taken"]["passed"].as_bool(), good["taken"]["tries"].as_i64()),
            (Some(true), Some(2))
        );
        assert_eq!(
            answer(&town, &people[3], &check, &[1, 1]).await.unwrap_err().code(),
            "people-watch-passed"
        );

        let second =
            json!({"title": "二つ目", "pass_percent": 80, "deadline": "2026-04-30", "state": "open"});
        let fault = town.call(admin.clone(), "people.save_watch_check", second).await.unwrap_err();
        assert_eq!(fault.fields()[0].word, "field-people-watch-one-open");
        let back = json!({"id": check, "title": "理解度", "pass_percent": 1, "deadline": "2026-04-30", "state": "draft", "rev": 1});
        let fault = town.call(admin.clone(), "people.save_watch_check", back).await.unwrap_err();
        assert_eq!(fault.fields()[0].word, "field-people-watch-opened");
        town.clock.advance_ms(31 * 24 * HOUR_MS);
        assert_eq!(answer(&town, &people[4], &check, &[0, 1]).await.unwrap_err().code(), "people-watch-over");
        rounds(&town).await;
        let listed = town.call(admin, "people.watch_checks", json!({})).await.expect("listed");
        assert_eq!(listed[0]["state"], "closed");
    });
}

#[test]
fn results_are_told_by_section_and_never_of_few() {
    each_store_of_the_house(|town| async move {
        let (admin, people) = organisation(&town).await;
        let check = open_check(&town, &admin).await;
        for code in ["100", "200"] {
            department(&town, &admin, code, "").await;
        }
        let sections = || async {
            let view =
                town.call(admin.clone(), "people.watch_check", json!({"id": check})).await.expect("told");
            let rows = view["sections"].as_array().expect("rows").clone();
            rows.iter()
                .map(|row| (row["code"].as_str().expect("a code").to_owned(), row["taken"].as_i64()))
                .collect::<Vec<_>>()
        };
        // Six in one section, two in another.
        let mut takers = Vec::new();
        for (nth, code) in ["100", "100", "100", "100", "100", "100", "200", "200"].into_iter().enumerate() {
            let input = json!({"name": "職員", "mail": format!("t{nth}@city.example"), "department": code});
            let saved = town.call(admin.clone(), "people.save_staff", input).await.expect("hired");
            let account: Id = saved["member"]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
            takers.push(Who { account: Some(account), roles: Arc::from([Role::Staff]), ..Who::default() });
        }
        for who in &takers[..4] {
            answer(&town, who, &check, &[0, 1]).await.expect("answered");
        }
        assert!(sections().await.is_empty(), "four are too few for anything");
        for who in &takers[4..7] {
            answer(&town, who, &check, &[1, 1]).await.expect("answered");
        }
        assert_eq!(
            sections().await,
            [(String::new(), Some(7))],
            "one alone would be found by taking six away"
        );
        // Person by person it is told to the CISO, and to nobody else.
        for stranger in [&admin, &people[1], &takers[0]] {
            let fault = town
                .call(stranger.clone(), "people.watch_check_people", json!({"id": check}))
                .await
                .unwrap_err();
            assert_eq!(fault.kind(), Kind::Refused);
        }
        let rows = town
            .call(people[0].clone(), "people.watch_check_people", json!({"id": check}))
            .await
            .expect("told");
        let passed =
            rows["rows"].as_array().expect("rows").iter().filter(|row| row["passed"] == true).count();
        assert_eq!(passed, 4);
    });
}

#[test]
fn those_who_have_not_passed_are_reminded_once() {
    each_store_of_the_house(|town| async move {
        let (admin, people) = organisation(&town).await;
        let check = open_check(&town, &admin).await;
        answer(&town, &people[3], &check, &[0, 1]).await.expect("passed");
        answer(&town, &people[4], &check, &[1, 1]).await.expect("not passed");
        rounds(&town).await;
        assert!(town.letters().await.is_empty(), "it is not the day");
        town.clock.advance_ms(20 * 24 * HOUR_MS);
        rounds(&town).await;
        rounds(&town).await;
        let to: Vec<String> = town.letters().await.into_iter().map(|letter| letter.to).collect();
        assert!(!to.contains(&"m3@city.example".to_owned()));
        let once = |address: &str| to.iter().filter(|to| *to == address).count();
        assert_eq!((once("m4@city.example"), once("m0@city.example")), (1, 1));
    });
}

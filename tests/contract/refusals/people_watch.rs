//! The security organisation: the register is the administrators', incidents are for those whom they concern, and what
//! one person made of the knowledge check is for that person and the CISO.

use std::sync::Arc;

use ground::id::Id;
use ground::who::{Role, Who};
use serde_json::{Value, json};
use tests::Town;

use super::lines::{line, nothing};
use super::seeds::Seeds;
use super::{Foreign, Line};

pub struct WatchSeeds {
    pub asset: Id,
    pub post: Id,
    pub incident: Id,
    pub question: Id,
    pub check: Id,
}

async fn done(town: &Town, who: Who, action: &str, input: Value) -> Value {
    town.call(who, action, input).await.unwrap_or_else(|fault| panic!("{action}: {fault}"))
}

fn id(value: &Value) -> Id {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("an id: {value}"))
}

fn question() -> Value {
    json!({"ask": "席を離れるときは", "choices": ["ロックする", "そのまま"], "right": 0, "because": "見られるため",
           "used": true})
}

/// The account of the seeds is CISO, and reported the incident.
pub async fn sow(town: &Town, account: &Id) -> WatchSeeds {
    let house = Who::operator;
    done(town, house(), "people.appoint", json!({"mail": "first@example.jp", "starts_on": "2026-01-01"}))
        .await;
    let mut assets = Vec::new();
    for code in ["S1", "S2"] {
        let asset =
            done(town, house(), "people.save_watch_asset", json!({"code": code, "name": "システム"})).await;
        assets.push(id(&asset["asset"]["id"]));
    }
    let appoint = json!({"asset": assets[1], "mail": "staff0@example.jp", "starts_on": "2026-01-01"});
    let post = done(town, house(), "people.appoint", appoint).await;
    let reporter = Who { account: Some(account.clone()), roles: Arc::from([Role::Staff]), ..Who::default() };
    let report = json!({"title": "紛失", "what": "端末がない", "happened_ms": 1});
    let incident = done(town, reporter, "people.report_incident", report).await;
    let question = done(town, house(), "people.save_watch_question", question()).await;
    let check = json!({"title": "理解度", "pass_percent": 80, "deadline": "2026-12-31", "state": "open"});
    let check = done(town, house(), "people.save_watch_check", check).await;
    WatchSeeds {
        asset: assets.remove(0),
        post: id(&post["id"]),
        incident: id(&incident["incident"]["id"]),
        question: id(&question["id"]),
        check: id(&check["check"]["id"]),
    }
}

fn strangers(seeds: &Seeds) -> Vec<Who> {
    vec![seeds.elsewhere(Role::Admin), seeds.elsewhere(Role::Editor), seeds.nowhere(Role::Clerk)]
}

pub const LINES: &[Line] = &[
    line("people.watch", nothing),
    line("people.watch_assets", nothing),
    line("people.watch_asset", |seeds| json!({"id": seeds.watch.asset})),
    line(
        "people.save_watch_asset",
        |seeds| json!({"id": seeds.watch.asset, "code": "S1", "name": "別の名前", "rev": 1}),
    ),
    line(
        "people.appoint",
        |seeds| json!({"asset": seeds.watch.asset, "mail": "staff0@example.jp", "starts_on": "2026-05-01"}),
    ),
    line("people.end_appointment", |seeds| json!({"id": seeds.watch.post, "ends_on": "2026-06-30"})),
    line(
        "people.report_incident",
        |_| json!({"title": "不審なメール", "what": "開いていない", "happened_ms": 1}),
    ),
    line("people.incidents", nothing),
    Line {
        foreign: Foreign::InItself(strangers),
        ..line("people.incident", |seeds| json!({"id": seeds.watch.incident}))
    },
    Line {
        foreign: Foreign::InItself(strangers),
        ..line(
            "people.step_incident",
            |seeds| json!({"id": seeds.watch.incident, "note": "見つかった", "rev": 1}),
        )
    },
    line("people.watch_questions", nothing),
    line("people.save_watch_question", |seeds| {
        let mut input = question();
        input["id"] = json!(seeds.watch.question);
        input["version"] = json!(1);
        input
    }),
    line("people.watch_checks", nothing),
    line("people.watch_check", |seeds| json!({"id": seeds.watch.check})),
    line("people.save_watch_check", |seeds| {
        json!({"id": seeds.watch.check, "title": "理解度", "pass_percent": 80, "deadline": "2026-11-30",
                       "state": "open", "rev": 1})
    }),
    line("people.my_watch_check", nothing),
    line("people.answer_watch_check", |seeds| json!({"id": seeds.watch.check, "answers": [0]})),
    Line {
        foreign: Foreign::InItself(strangers),
        ..line("people.watch_check_people", |seeds| json!({"id": seeds.watch.check}))
    },
];

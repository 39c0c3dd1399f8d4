use ground::fault::Kind;
use ground::who::{Role, Who};
use serde_json::json;

use super::Line;
use super::lines::{line, nothing, of_others, oneself};
use super::profile_seeds::CODE;
use super::seeds::Seeds;

fn strangers(seeds: &Seeds) -> Vec<Who> {
    vec![seeds.resident(), seeds.elsewhere(Role::Admin)]
}

pub const LINES: &[Line] = &[
    of_others("people.act_for", strangers, |seeds| json!({"id": seeds.profile.mandate})),
    oneself("people.stop_acting", nothing),
    line(
        "people.begin_counter",
        |seeds| json!({"person": seeds.profile.person, "reason": "住所の届け", "document": "運転免許証"}),
    ),
    line("people.end_counter", nothing),
    oneself("people.my_profile", nothing),
    Line {
        done: Some(Kind::Outdated),
        ..oneself("people.save_profile", |_| json!({"name": "管理 太郎", "rev": 99}))
    },
    // Only while somebody is served at the counter, and here nobody is.
    Line {
        done: Some(Kind::Refused),
        ..line("people.verify_profile", |_| json!({"fields": ["name"], "document": "運転免許証"}))
    },
    line("people.set_block_point", |_| json!({"block": "北町一丁目", "latitude": 34.0, "longitude": 131.8})),
    oneself("people.family", nothing),
    oneself("people.invite", |_| json!({"asked": "household"})),
    line("people.invitation", |_| json!({"code": CODE})),
    line("people.accept_invitation", |_| json!({"code": CODE})),
    of_others("people.take_back_invitation", strangers, |seeds| json!({"id": seeds.profile.invitation})),
    oneself("people.name_household", |_| json!({"name": "わが家"})),
    oneself("people.leave_household", nothing),
    oneself("people.add_child", |_| json!({"name": "子ども", "birth": "2020-01-01"})),
    line("people.record_mandate", |seeds| {
        json!({"person": seeds.profile.child, "agent_mail": "person@example.jp", "relation": "guardian",
                       "scopes": ["profile"], "ends_on": "2027-03-31", "document": "登記事項証明書"})
    }),
    of_others(
        "people.answer_mandate",
        strangers,
        |seeds| json!({"id": seeds.profile.mandate_offered, "yes": true}),
    ),
    of_others("people.end_mandate", strangers, |seeds| json!({"id": seeds.profile.mandate_to_end})),
    oneself("people.acts_for_me", nothing),
    oneself("people.takeouts", nothing),
    oneself("people.ask_takeout", nothing),
    of_others("people.takeout_file", strangers, |seeds| json!({"id": seeds.profile.takeout})),
    of_others("people.leaving", strangers, |seeds| json!({"child": seeds.profile.child})),
    of_others("people.ask_leaving", strangers, |seeds| json!({"child": seeds.profile.child})),
    of_others("people.take_back_leaving", strangers, |seeds| json!({"child": seeds.profile.child})),
    of_others(
        "people.hand_over",
        strangers,
        |seeds| json!({"child": seeds.profile.child, "mail": "child@example.jp"}),
    ),
    line("people.rules", nothing),
    line(
        "people.save_rule",
        |_| json!({"code": "child_own_age", "valid_from": "2026-04-01", "value": 16, "basis": "規則 第3条"}),
    ),
];

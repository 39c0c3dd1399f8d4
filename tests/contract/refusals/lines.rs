//! One line for every action.

use ground::fault::Kind;
use ground::who::{Role, Who};
use serde_json::{Value, json};

use super::seeds::{Seeds, departments_table, session_digest};
use super::{Foreign, Line};

pub(super) const fn line(action: &'static str, input: fn(&Seeds) -> Value) -> Line {
    Line { action, input, foreign: Foreign::Nobody, done: None }
}

/// An action on the actor's own things alone.
pub(super) const fn oneself(action: &'static str, input: fn(&Seeds) -> Value) -> Line {
    Line { foreign: Foreign::OnlyOneself, ..line(action, input) }
}

/// An action whose narrower rights are tried with these.
pub(super) const fn of_others(
    action: &'static str,
    others: fn(&Seeds) -> Vec<Who>,
    input: fn(&Seeds) -> Value,
) -> Line {
    Line { foreign: Foreign::Others(others), ..line(action, input) }
}

fn editors(seeds: &Seeds) -> Vec<Who> {
    vec![seeds.elsewhere(Role::Editor), seeds.nowhere(Role::Editor)]
}

fn approvers(seeds: &Seeds) -> Vec<Who> {
    vec![seeds.elsewhere(Role::Approver), seeds.nowhere(Role::Approver)]
}

fn editors_and_approvers(seeds: &Seeds) -> Vec<Who> {
    editors(seeds).into_iter().chain(approvers(seeds)).collect()
}

pub(super) fn nothing(_: &Seeds) -> Value {
    json!({})
}

pub const LINES: &[Line] = &[
    // The floor.
    line("ground.city", nothing),
    line(
        "ground.save_city",
        |_| json!({"name": "町", "zone": "Asia/Tokyo", "public_url": "http://first.localhost:8080", "languages": ["ja"], "rev": 1}),
    ),
    line("ground.jobs", nothing),
    line("ground.retry_job", |seeds| json!({"id": seeds.job_to_retry})),
    line("ground.dismiss_job", |seeds| json!({"id": seeds.job_to_dismiss})),
    line("ground.audit", nothing),
    line("ground.rights", nothing),
    line("ground.desk", nothing),
    line("ground.retention", nothing),
    Line {
        foreign: Foreign::InItself(|seeds| {
            vec![Who::anyone(), seeds.resident(), seeds.elsewhere(Role::Admin)]
        }),
        ..line("ground.file", |seeds| json!({"id": seeds.file}))
    },
    // People.
    oneself("people.me", nothing),
    oneself("people.profile", nothing),
    oneself("people.save_me", |_| json!({"name": "管理 太郎", "rev": 1})),
    oneself("people.sessions", nothing),
    oneself("people.end_other_sessions", nothing),
    line("people.link", |seeds| json!({"token": seeds.link})),
    // Only a demonstration city lets anybody in, and this is none: refused to everybody.
    Line {
        foreign: Foreign::InItself(|seeds| {
            vec![Who::anyone(), seeds.resident(), seeds.elsewhere(Role::Admin), Who::operator()]
        }),
        done: Some(Kind::Refused),
        ..line("people.demo_sign_in", |_| json!({"part": "admin", "session_digest": session_digest()}))
    },
    line("people.invite_admin", |_| json!({"mail": "third@example.jp"})),
    line("people.invite_staff", |seeds| json!({"id": seeds.staff})),
    line("people.departments", nothing),
    line("people.department", |seeds| json!({"id": seeds.department})),
    line(
        "people.save_department",
        |seeds| json!({"id": seeds.department, "code": "100", "name": "総務企画課", "rev": 1}),
    ),
    line(
        "people.close_department",
        |seeds| json!({"id": seeds.empty_department, "closed_on": "2026-04-30", "rev": 1}),
    ),
    line("people.staff", nothing),
    line("people.staff_member", |seeds| json!({"id": seeds.staff})),
    line(
        "people.save_staff",
        |seeds| json!({"id": seeds.staff, "name": "職員", "mail": "staff0@example.jp", "department": "100", "roles": ["editor"], "rev": 1}),
    ),
    line("people.lock_staff", |seeds| json!({"id": seeds.staff_to_lock})),
    line("people.unlock_staff", |seeds| json!({"id": seeds.staff_locked})),
    line("people.districts", nothing),
    line("people.district", |seeds| json!({"id": seeds.district})),
    line("people.district_of", |_| json!({"block": "北町１丁目"})),
    line("people.blocks", |seeds| json!({"district": seeds.district})),
    line(
        "people.save_district",
        |seeds| json!({"id": seeds.district, "slug": "north", "name": "北部地区", "rev": 1}),
    ),
    line("people.save_block", |seeds| json!({"district": seeds.district, "name": "北町二丁目"})),
    line("people.remove_block", |seeds| json!({"key": seeds.block})),
    // Messages.
    line("messages.pages", nothing),
    line("messages.page", |seeds| json!({"slug": seeds.page_slug})),
    line("messages.rate_page", |seeds| json!({"slug": seeds.page_slug, "helpful": true})),
    line("messages.search", |_| json!({"words": "お知らせ"})),
    line("messages.staff_pages", nothing),
    line("messages.staff_page", |seeds| json!({"id": seeds.page})),
    line("messages.page_versions", |seeds| json!({"id": seeds.page})),
    line("messages.page_rates", |seeds| json!({"id": seeds.page_live})),
    line("messages.waiting", nothing),
    of_others(
        "messages.review_page",
        editors_and_approvers,
        |seeds| json!({"id": seeds.page_live, "rev": 1}),
    ),
    of_others("messages.withdraw_page", approvers, |seeds| json!({"id": seeds.page_to_withdraw, "rev": 1})),
    of_others("messages.publish_page", approvers, |seeds| json!({"id": seeds.page, "rev": 1})),
    of_others("messages.save_page", editors, |seeds| {
        json!({"id": seeds.page, "rev": 1, "slug": "draft", "department": seeds.department,
               "texts": {"ja": {"title": "新しい題", "body": "新しい本文です。"}}})
    }),
    of_others(
        "messages.restore_page_version",
        editors,
        |seeds| json!({"id": seeds.page, "rev": 2, "version": 1}),
    ),
    line("messages.seed_pages", nothing),
    line("people.imports", nothing),
    line("people.import", |seeds| json!({"id": seeds.import_to_take_over})),
    line("people.stage_import", |_| json!({"kind": "departments", "file": departments_table()})),
    line("people.take_over_import", |seeds| json!({"id": seeds.import_to_take_over})),
    line("people.discard_import", |seeds| json!({"id": seeds.import_to_discard})),
    // Last: these end the session that the others are tried with.
    of_others(
        "people.end_session",
        |seeds| vec![seeds.resident(), seeds.elsewhere(Role::Admin)],
        |seeds| json!({"id": seeds.session}),
    ),
    line("people.use_link", |seeds| json!({"token": seeds.link, "session_digest": session_digest()})),
    oneself("people.sign_out", nothing),
];

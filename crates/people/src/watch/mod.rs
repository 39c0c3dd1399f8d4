//! The security organisation: who answers for what, incidents, the yearly knowledge check.
//!
//! Words: the *CISO* answers for the whole city; a *system* has its manager (統括 for one that others stand on, 個別 for
//! one of a section), a *data set* its information manager, a *terminal* the one who uses it. A *gap* is something for
//! which nobody answers today. An *incident* begins where its severity says, goes up by hand or by the clock, and is
//! closed by somebody high enough. Results of the check are told by section, in groups of five people at least; what one
//! person made of it is seen by that person and the CISO.

mod actions;
mod demo;
mod model;
mod pages;
mod rules;
mod store;

use ground::db::{Migration, Store};
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use ground::room::{Retention, Room};
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 9,
    name: "watch",
    sql: include_str!("../../migrations/city-009-watch.sql"),
}];

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    city("people.watch", Role::Staff),
    city("people.watch", Role::Operator),
    city("people.watch_assets", Role::Staff),
    city("people.watch_assets", Role::Operator),
    city("people.watch_asset", Role::Staff),
    city("people.watch_asset", Role::Operator),
    city("people.save_watch_asset", Role::Admin),
    city("people.save_watch_asset", Role::Operator),
    city("people.appoint", Role::Admin),
    city("people.appoint", Role::Operator),
    city("people.end_appointment", Role::Admin),
    city("people.end_appointment", Role::Operator),
    city("people.report_incident", Role::Staff),
    // Who may see which is decided by what they reported and answer for.
    city("people.incidents", Role::Staff),
    city("people.incidents", Role::Operator),
    city("people.incident", Role::Staff),
    city("people.incident", Role::Operator),
    city("people.step_incident", Role::Staff),
    city("people.watch_questions", Role::Admin),
    city("people.watch_questions", Role::Operator),
    city("people.save_watch_question", Role::Admin),
    city("people.save_watch_question", Role::Operator),
    city("people.watch_checks", Role::Staff),
    city("people.watch_checks", Role::Operator),
    city("people.watch_check", Role::Staff),
    city("people.watch_check", Role::Operator),
    city("people.save_watch_check", Role::Admin),
    city("people.save_watch_check", Role::Operator),
    // Whoever asks and answers does so for themselves; the input names nobody.
    city("people.my_watch_check", Role::Staff),
    city("people.answer_watch_check", Role::Staff),
    // The CISO alone; the action itself looks who that is.
    city("people.watch_check_people", Role::Staff),
];

const RETENTION: &[Retention] = &[
    Retention { table: "people_watch_step", days: 3_650, purge: store::old_steps },
    Retention { table: "people_watch_incident", days: 3_650, purge: store::old_incidents },
    Retention { table: "people_watch_result", days: 1_100, purge: store::old_results },
];

const JOBS: &[JobKind] = &[JobKind {
    name: actions::round::ROUND,
    lane: Lane::Normal,
    tries_max: 5,
    run: JobRun::InTx(actions::round::round),
}];

const SCHEDULES: &[Schedule] =
    &[Schedule { name: "people.watch_hourly", cron: "7 * * * *", kind: actions::round::ROUND }];

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    jobs: JOBS,
    schedules: SCHEDULES,
    retention: RETENTION,
    demo: Some(demo::fill),
    events: &[("people.watch_saved", 1), ("people.appointed", 1), ("people.incident", 1)],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/watch/ja.ftl"),
    ja_easy: include_str!("../../words/watch/ja-x-easy.ftl"),
    en: include_str!("../../words/watch/en.ftl"),
};

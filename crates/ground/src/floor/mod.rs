//! The floor as a room of its own: the city's facts, jobs, audit, rights, home page and staff desk.

pub mod actions;
mod pages;

use crate::db::{Migration, Store};
use crate::jobs::{EVENT_AGAIN, JobKind, JobRun, Lane};
use crate::room::{Room, SetupItem};
use crate::who::{Grant, Reach, Role};
use crate::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "ground",
    store: Store::City,
    number: 1,
    name: "start",
    sql: include_str!("../../migrations/city-001-start.sql"),
}];

const GRANTS: &[Grant] = &[
    Grant::new("ground.city", Role::Anyone, Reach::City),
    Grant::new("ground.save_city", Role::Admin, Reach::City),
    Grant::new("ground.save_city", Role::Operator, Reach::City),
    Grant::new("ground.jobs", Role::Admin, Reach::City),
    Grant::new("ground.jobs", Role::Operator, Reach::City),
    Grant::new("ground.retry_job", Role::Admin, Reach::City),
    Grant::new("ground.retry_job", Role::Operator, Reach::City),
    Grant::new("ground.dismiss_job", Role::Admin, Reach::City),
    Grant::new("ground.dismiss_job", Role::Operator, Reach::City),
    Grant::new("ground.audit", Role::Admin, Reach::City),
    Grant::new("ground.audit", Role::Auditor, Reach::City),
    Grant::new("ground.audit", Role::Operator, Reach::City),
    Grant::new("ground.rights", Role::Staff, Reach::City),
    Grant::new("ground.rights", Role::Operator, Reach::City),
    Grant::new("ground.desk", Role::Staff, Reach::City),
];

const JOBS: &[JobKind] = &[JobKind {
    name: EVENT_AGAIN,
    lane: Lane::Normal,
    tries_max: 5,
    run: JobRun::InTx(crate::events::take_again),
}];

const SETUP: &[SetupItem] = &[
    SetupItem {
        word: "setup-name",
        href: "/staff/city",
        done: |_, cx| Ok(!cx.city().facts().name.is_empty()),
    },
    SetupItem {
        word: "setup-zone",
        href: "/staff/city",
        done: |_, cx| Ok(!cx.city().facts().zone.is_empty()),
    },
    SetupItem {
        word: "setup-public-url",
        href: "/staff/city",
        // An address of this machine leads nobody else here; for a demonstration city that is as it should be.
        done: |_, cx| {
            let facts = cx.city().facts();
            Ok(facts.demo || !facts.public_url.contains("localhost"))
        },
    },
    SetupItem {
        word: "setup-mail",
        href: "/staff/city",
        done: |_, cx| Ok(!cx.city().facts().mail_from.is_empty()),
    },
    SetupItem {
        word: "setup-languages",
        href: "/staff/city",
        done: |_, cx| Ok(!cx.city().facts().languages.is_empty()),
    },
];

/// The floor's own room.
pub const ROOM: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    jobs: JOBS,
    setup: SETUP,
    events: &[("ground.city_saved", 1), ("ground.job_retried", 1), ("ground.job_dismissed", 1)],
    ..Room::empty("ground", WORDS)
};

pub const WORDS: WordFiles = WordFiles {
    ja: concat!(
        include_str!("../../words/ground/ja.ftl"),
        "\n",
        include_str!("../../words/stores/ja.ftl"),
        "\n",
        include_str!("../../words/kit/ja.ftl")
    ),
    ja_easy: concat!(
        include_str!("../../words/ground/ja-x-easy.ftl"),
        "\n",
        include_str!("../../words/stores/ja-x-easy.ftl"),
        "\n",
        include_str!("../../words/kit/ja-x-easy.ftl")
    ),
    en: concat!(
        include_str!("../../words/ground/en.ftl"),
        "\n",
        include_str!("../../words/stores/en.ftl"),
        "\n",
        include_str!("../../words/kit/en.ftl")
    ),
};

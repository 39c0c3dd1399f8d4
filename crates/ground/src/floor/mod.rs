//! The floor as a room of its own: the city's facts, jobs, audit, rights, home page and staff desk.

pub mod actions;
mod audit;
mod pages;
mod retention_page;

use crate::db::{Migration, Store};
use crate::jobs::{EVENT_AGAIN, JobKind, JobRun, Lane, Schedule};
use crate::room::{Room, SetupItem};
use crate::who::{Grant, Reach, Role};
use crate::words::WordFiles;

const fn migration(store: Store, number: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration { room: "ground", store, number, name, sql }
}

const MIGRATIONS: &[Migration] = &[
    migration(Store::City, 1, "start", include_str!("../../migrations/city-001-start.sql")),
    migration(Store::City, 2, "search", include_str!("../../migrations/city-002-search.sql")),
    migration(Store::City, 3, "keeping", include_str!("../../migrations/city-003-keeping.sql")),
    migration(Store::City, 4, "files", include_str!("../../migrations/city-004-files.sql")),
    migration(Store::City, 5, "acting", include_str!("../../migrations/city-005-acting.sql")),
    migration(Store::City, 6, "audit", include_str!("../../migrations/city-006-audit.sql")),
    migration(Store::Files, 1, "start", include_str!("../../migrations/files-001-start.sql")),
];

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
    Grant::new("ground.retention", Role::Staff, Reach::City),
    Grant::new("ground.retention", Role::Operator, Reach::City),
    // Everybody may ask; each file says who may read it.
    Grant::new("ground.file", Role::Anyone, Reach::City),
];

const fn job(name: &'static str, lane: Lane, run: JobRun) -> JobKind {
    JobKind { name, lane, tries_max: 5, run }
}

const JOBS: &[JobKind] = &[
    job(EVENT_AGAIN, Lane::Normal, JobRun::InTx(crate::events::take_again)),
    job(crate::search::REBUILD, Lane::Bulk, JobRun::InTx(crate::search::rebuild_range)),
    job(crate::selection::DISCARD, Lane::Bulk, JobRun::InTx(crate::selection::discard_range)),
    job(crate::retention::NIGHTLY, Lane::Bulk, JobRun::InTx(crate::retention::nightly)),
    job(crate::retention::PURGE, Lane::Bulk, JobRun::Outside(crate::retention::purge)),
    job(crate::secrets::RESEAL, Lane::Bulk, JobRun::InTx(crate::secrets::reseal_range)),
    job(crate::files::COLLECT, Lane::Bulk, JobRun::Outside(crate::files::collect)),
];

/// The quiet hours: after midnight's own work, before the morning's.
const SCHEDULES: &[Schedule] = &[
    Schedule { name: "ground.retention", cron: "20 2 * * *", kind: crate::retention::NIGHTLY },
    Schedule { name: "ground.reseal", cron: "50 2 * * *", kind: crate::secrets::RESEAL },
    Schedule { name: "ground.collect_files", cron: "20 3 * * *", kind: crate::files::COLLECT },
];

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
pub static ROOM: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    jobs: JOBS,
    doors: &[crate::files::DOOR],
    schedules: SCHEDULES,
    retention: crate::retention::RULES,
    setup: SETUP,
    erase: &[crate::room::Erase { name: "ground.once", range: crate::once::erase }],
    events: &[("ground.city_saved", 1), ("ground.job_retried", 1), ("ground.job_dismissed", 1)],
    ..Room::empty("ground", WORDS)
};

pub const WORDS: WordFiles = WordFiles {
    ja: concat!(
        include_str!("../../words/ground/ja.ftl"),
        "\n",
        include_str!("../../words/stores/ja.ftl"),
        "\n",
        include_str!("../../words/dump/ja.ftl"),
        "\n",
        include_str!("../../words/kit/ja.ftl")
    ),
    ja_easy: concat!(
        include_str!("../../words/ground/ja-x-easy.ftl"),
        "\n",
        include_str!("../../words/stores/ja-x-easy.ftl"),
        "\n",
        include_str!("../../words/dump/ja-x-easy.ftl"),
        "\n",
        include_str!("../../words/kit/ja-x-easy.ftl")
    ),
    en: concat!(
        include_str!("../../words/ground/en.ftl"),
        "\n",
        include_str!("../../words/stores/en.ftl"),
        "\n",
        include_str!("../../words/dump/en.ftl"),
        "\n",
        include_str!("../../words/kit/en.ftl")
    ),
};

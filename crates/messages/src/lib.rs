//! What the city tells. So far: its *standing pages*, written and approved by staff, read by everybody.
//!
//! Words: a *page* has a *slug* (its name in the address), a title and a body in up to three languages, and a department
//! that answers for it (none: the whole city). Staff save *revisions*; one of them may be *live*, which is what
//! everybody reads. A page that is edited stays live as it was until the new revision is let out.
//!
//! Invariants: whoever saved a revision does not let it out (an administrator may, and it is recorded). A live page is
//! one row of `messages_page_live` and one document per language in the search, both written in the transaction that lets
//! it out. Every saved revision is kept. A slug stays once the page was public. A vote says nothing about who cast it.
//!
//! Events: `messages.page_saved`, `page_scheduled`, `page_published`, `page_withdrawn`, `page_reviewed`; bodies hold the
//! slug, the revision and the department. A vote is no event: there are too many, and the counts say enough.
//!
//! Readers: `messages.translations` keeps the list of translations that are missing or older than their public Japanese;
//! `messages.city_name` puts pages that say `{city}` into the search anew when the city's facts change.
//!
//! Rights: everybody reads public pages and votes; all staff read every page and its revisions; editors save and approvers
//! let out within their department; administrators everywhere, and the pages of the whole city are theirs alone.
//!
//! Views for other rooms: `v_messages_page` (public pages: page, slug, rev, department, live_ms) and
//! `v_messages_helpful` (page, votes, helpful).

pub mod actions;
mod after;
mod content;
mod demo;
mod found;
mod markdown;
mod memory;
pub mod model;
mod names;
mod pages;
mod rules;
mod shelf;
mod store;

#[cfg(test)]
mod tests;

use ground::db::{Migration, Store};
use ground::room::{Retention, Room, SetupItem};
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "messages",
    store: Store::City,
    number: 1,
    name: "start",
    sql: include_str!("../migrations/city-001-start.sql"),
}];

const GRANTS: &[Grant] = &[
    Grant::new("messages.pages", Role::Anyone, Reach::City),
    Grant::new("messages.page", Role::Anyone, Reach::City),
    Grant::new("messages.rate_page", Role::Anyone, Reach::City),
    Grant::new("messages.search", Role::Anyone, Reach::City),
    Grant::new("messages.staff_pages", Role::Staff, Reach::City),
    Grant::new("messages.staff_pages", Role::Operator, Reach::City),
    Grant::new("messages.staff_page", Role::Staff, Reach::City),
    Grant::new("messages.staff_page", Role::Operator, Reach::City),
    Grant::new("messages.page_versions", Role::Staff, Reach::City),
    Grant::new("messages.page_versions", Role::Operator, Reach::City),
    Grant::new("messages.page_rates", Role::Staff, Reach::City),
    Grant::new("messages.page_rates", Role::Operator, Reach::City),
    Grant::new("messages.waiting", Role::Staff, Reach::City),
    Grant::new("messages.waiting", Role::Operator, Reach::City),
    Grant::new("messages.save_page", Role::Editor, Reach::OwnDepartment),
    Grant::new("messages.save_page", Role::Admin, Reach::City),
    Grant::new("messages.save_page", Role::Operator, Reach::City),
    Grant::new("messages.restore_page_version", Role::Editor, Reach::OwnDepartment),
    Grant::new("messages.restore_page_version", Role::Admin, Reach::City),
    Grant::new("messages.restore_page_version", Role::Operator, Reach::City),
    Grant::new("messages.publish_page", Role::Approver, Reach::OwnDepartment),
    Grant::new("messages.publish_page", Role::Admin, Reach::City),
    Grant::new("messages.publish_page", Role::Operator, Reach::City),
    Grant::new("messages.withdraw_page", Role::Approver, Reach::OwnDepartment),
    Grant::new("messages.withdraw_page", Role::Admin, Reach::City),
    Grant::new("messages.withdraw_page", Role::Operator, Reach::City),
    Grant::new("messages.review_page", Role::Editor, Reach::OwnDepartment),
    Grant::new("messages.review_page", Role::Approver, Reach::OwnDepartment),
    Grant::new("messages.review_page", Role::Admin, Reach::City),
    Grant::new("messages.review_page", Role::Operator, Reach::City),
    Grant::new("messages.seed_pages", Role::Admin, Reach::City),
    Grant::new("messages.seed_pages", Role::Operator, Reach::City),
];

const SETUP: &[SetupItem] = &[SetupItem {
    word: "messages-setup-standing",
    href: "/staff/pages",
    done: |tx, _| {
        let standing = i64::try_from(model::STANDING.len()).unwrap_or(i64::MAX);
        Ok(store::live_slugs(tx, &model::STANDING)? >= standing)
    },
}];

const RETENTION: &[Retention] = &[
    Retention { table: "messages_helpful", days: 730, purge: store::purge_votes },
    // Ten years, as long as public documents are commonly kept.
    Retention { table: "messages_page_version", days: 3_650, purge: store::purge_versions },
];

pub const WORDS: WordFiles = WordFiles {
    ja: include_str!("../words/ja.ftl"),
    ja_easy: include_str!("../words/ja-x-easy.ftl"),
    en: include_str!("../words/en.ftl"),
};

pub static ROOM: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    foot: Some(shelf::foot),
    jobs: after::JOBS,
    schedules: after::SCHEDULES,
    readers: after::READERS,
    retention: RETENTION,
    setup: SETUP,
    demo: Some(demo::fill),
    events: &[
        ("messages.page_saved", 1),
        ("messages.page_scheduled", 1),
        ("messages.page_published", 1),
        ("messages.page_withdrawn", 1),
        ("messages.page_reviewed", 1),
    ],
    ..Room::empty("messages", WORDS)
};

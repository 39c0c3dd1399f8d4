//! People: accounts and the ways into them, staff and departments, districts.
//!
//! Words: an *account* is a person's one account, a resident's or staff's; a *session* is a browser that is signed in;
//! a *link* signs somebody in once; a *post* is what a member of staff is, where; a *department* is 部 or 課, in a tree;
//! a *district* is 地区, and a *block* (町字) of the town belongs to one; an *import* is a list that was read in, is
//! looked at, and then taken over.
//!
//! Invariants: tokens of sessions and links are kept as digests only. A locked account has no session and no link that
//! works. There is always an administrator who can act. Codes of departments, slugs of districts, keys of blocks and
//! e-mail addresses are taken once. A post and its account have one revision: the account's. Nothing of an import is
//! written before somebody takes it over, and taking the same list over twice changes nothing the second time.
//!
//! Events (ids only): `people.account_saved`, `account_locked`, `account_unlocked`, `signed_in`, `signed_out`,
//! `link_made`, `staff_saved`, `department_saved`, `district_saved`, `block_saved`, `block_removed`, `imported`.
//!
//! Rights: everybody looks after their own account; staff read the organisation; administrators change it. No action
//! shows a resident to anybody else.

mod actions;
mod attribute;
mod consent;
mod demo;
mod import;
mod keeper;
mod model;
mod oauth;
mod pages;
mod profile;
mod release;
mod residents;
mod rights;
mod rules;
mod store;
mod watch;
mod ways;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use ground::db::{Migration, Sql, Store};
use ground::jobs::{JobKind, JobRun, Lane};
use ground::room::{Retention, Room, SetupItem};
use ground::sql;
use ground::who::{Gatekeeper, Grant, Reach, Role};
use ground::words::WordFiles;

pub use actions::links::{
    INVITE_ADMIN, INVITE_STAFF, InviteAdmin, InviteStaff, LINK_HOURS, MadeLink, USE_LINK, UseLink,
};
pub use actions::sessions::{DEMO_SIGN_IN, DemoSignIn, SignedIn};
pub use demo::DemoPart;
pub use keeper::Keeper;

/// The room, part by part: a folder each, with its own tables, verbs, pages and words.
pub static PARTS: [&Room; 10] = [
    &ROOM,
    &ways::PART,
    &ways::relying::PART,
    &profile::PART,
    &consent::PART,
    &oauth::PART,
    // After the purposes and the programs: its demonstration data names both.
    &release::PART,
    &rights::PART,
    &residents::PART,
    &watch::PART,
];

/// The gatekeeper that `machiya` gives to the house.
pub fn keeper() -> Arc<dyn Gatekeeper> {
    Arc::new(Keeper)
}

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 1,
    name: "start",
    sql: include_str!("../migrations/city-001-start.sql"),
}];

const fn own(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::Own)
}

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    own("people.me"),
    own("people.profile"),
    own("people.save_me"),
    own("people.sessions"),
    own("people.end_session"),
    own("people.end_other_sessions"),
    own("people.sign_out"),
    city("people.demo_sign_in", Role::Anyone),
    city("people.link", Role::Anyone),
    city("people.use_link", Role::Anyone),
    city("people.invite_admin", Role::Operator),
    city("people.invite_staff", Role::Admin),
    city("people.departments", Role::Staff),
    city("people.departments", Role::Operator),
    // Other rooms show which department answers for something.
    city("people.departments", Role::System),
    city("people.department", Role::Staff),
    city("people.department", Role::Operator),
    city("people.save_department", Role::Admin),
    city("people.save_department", Role::Operator),
    city("people.close_department", Role::Admin),
    city("people.close_department", Role::Operator),
    city("people.staff", Role::Staff),
    city("people.staff", Role::Operator),
    city("people.staff_member", Role::Staff),
    city("people.staff_member", Role::Operator),
    city("people.save_staff", Role::Admin),
    city("people.save_staff", Role::Operator),
    city("people.lock_staff", Role::Admin),
    city("people.lock_staff", Role::Operator),
    city("people.unlock_staff", Role::Admin),
    city("people.unlock_staff", Role::Operator),
    city("people.districts", Role::Anyone),
    city("people.district_of", Role::Anyone),
    city("people.district", Role::Staff),
    city("people.district", Role::Operator),
    city("people.blocks", Role::Staff),
    city("people.blocks", Role::Operator),
    city("people.save_district", Role::Admin),
    city("people.save_district", Role::Operator),
    city("people.save_block", Role::Admin),
    city("people.save_block", Role::Operator),
    city("people.remove_block", Role::Admin),
    city("people.remove_block", Role::Operator),
    city("people.imports", Role::Admin),
    city("people.imports", Role::Operator),
    city("people.import", Role::Admin),
    city("people.import", Role::Operator),
    city("people.stage_import", Role::Admin),
    city("people.stage_import", Role::Operator),
    city("people.take_over_import", Role::Admin),
    city("people.take_over_import", Role::Operator),
    city("people.discard_import", Role::Admin),
    city("people.discard_import", Role::Operator),
];

const RETENTION: &[Retention] = &[
    Retention { table: "people_session", days: 1, purge: old_sessions },
    Retention { table: "people_link", days: 30, purge: old_links },
    Retention { table: "people_import_part", days: 1, purge: old_import_parts },
    Retention { table: "people_import", days: 90, purge: old_imports },
];

fn old_sessions() -> &'static Sql {
    sql!(
        "delete from people_session where city = ?1 and digest in (
             select s.digest from people_session s where s.city = ?1 and s.ends_ms < ?2 order by s.ends_ms limit 500)"
    )
}

fn old_links() -> &'static Sql {
    sql!(
        "delete from people_link where city = ?1 and digest in (
             select l.digest from people_link l where l.city = ?1 and l.ends_ms < ?2 order by l.ends_ms limit 500)"
    )
}

fn old_import_parts() -> &'static Sql {
    sql!(
        "delete from people_import_part where city = ?1 and made_ms < ?2 and import in (
             select p.import from people_import_part p where p.city = ?1 and p.made_ms < ?2
             order by p.made_ms limit 20)"
    )
}

fn old_imports() -> &'static Sql {
    sql!(
        "delete from people_import where city = ?1 and id in (
             select i.id from people_import i where i.city = ?1 and i.made_ms < ?2 order by i.made_ms limit 500)"
    )
}

const JOBS: &[JobKind] = &[JobKind {
    name: actions::imports::IMPORT_RANGE,
    lane: Lane::Normal,
    tries_max: 5,
    run: JobRun::InTx(actions::imports::take_over_part),
}];

const SETUP: &[SetupItem] = &[
    SetupItem {
        word: "people-setup-admin",
        href: "/staff/people",
        done: |tx, _| Ok(!store::staff::active_admins(tx)?.is_empty()),
    },
    SetupItem {
        word: "people-setup-departments",
        href: "/staff/departments",
        done: |tx, _| Ok(store::departments::count(tx)? > 0),
    },
    SetupItem {
        word: "people-setup-staff",
        href: "/staff/people",
        done: |tx, _| store::staff::any_colleague(tx),
    },
    SetupItem {
        word: "people-setup-districts",
        href: "/staff/districts",
        done: |tx, _| Ok(store::districts::count(tx)? > 0 && store::districts::any_block(tx)?),
    },
];

pub static ROOM: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    jobs: JOBS,
    retention: RETENTION,
    setup: SETUP,
    demo: Some(demo::fill),
    events: &[
        ("people.account_saved", 1),
        ("people.account_locked", 1),
        ("people.account_unlocked", 1),
        ("people.signed_in", 1),
        ("people.signed_out", 1),
        ("people.link_made", 1),
        ("people.staff_saved", 1),
        ("people.department_saved", 1),
        ("people.district_saved", 1),
        ("people.block_saved", 1),
        ("people.block_removed", 1),
        ("people.imported", 1),
    ],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../words/ja.ftl"),
    ja_easy: include_str!("../words/ja-x-easy.ftl"),
    en: include_str!("../words/en.ftl"),
};

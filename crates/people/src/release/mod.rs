//! The only way of a personal attribute to anybody else, and the record of every use.
//!
//! [`release`] gives attributes of one person, answered one by one, and writes the use into the record in the same
//! transaction: also when nothing was given. `people.select` chooses many, as a selection to join on with one entry and
//! its members. Whoever reads their own data needs none of this.
//!
//! Words: an *entry* of the record is one use; its *members* are who was in a use of many; the *seal* numbers and chains
//! entries once they are committed; a *head* is the chain's last link at the end of a day; somebody who used more
//! people's data than a *limit* allows is *stopped* until another person has looked at it.
//!
//! Invariants: off is off. A use of one person and a decision of theirs lock the person; a use of many locks the purpose
//! alone, and a decision shares it. A use is never dated before the consent it rests on, nor a decision before a use
//! that was made before it. No entry is ever changed or taken out, but by the years, and emptied by an erasure that says
//! so itself. To the outside a person is named by what that service's sector knows, never by an id or number of ours.
//!
//! Events (ids only): `people.use_stopped`, `use_let_go`, `use_asked_about`, `use_answered`.
//!
//! Rights: staff use what the city does itself or has a duty to do; services what was agreed with them; the house's own
//! rooms everything. Everybody reads their own record, and who acts for them (scope `record`); auditors and
//! administrators read who used data, and never whose.

mod actions;
mod demo;
mod entry;
mod heads;
mod limits;
mod many;
mod may;
mod members;
mod pages;
mod personal;
mod questions;
mod record;
mod seal;
mod single;
mod values;

#[cfg(test)]
mod tests;

use ground::db::{Migration, Sql, Store};
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Grant, Reach, Role, Scope};
use ground::words::WordFiles;

pub(crate) use record::{AskRecord, of_person};
pub(crate) use seal::{erase, not_before};
pub(crate) use single::{Ask, Released, Why, release, visit_at_counter};

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 4,
    name: "release",
    sql: include_str!("../../migrations/city-004-release.sql"),
}];

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const fn own(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::Own).for_others(Scope::Record)
}

const GRANTS: &[Grant] = &[
    city("people.release", Role::Staff),
    city("people.release", Role::Service),
    city("people.release", Role::System),
    city("people.select", Role::Staff),
    city("people.select", Role::Service),
    city("people.select", Role::System),
    city("people.count", Role::Staff),
    city("people.count", Role::Service),
    city("people.count", Role::System),
    city("people.still_allowed", Role::System),
    own("people.record"),
    own("people.use"),
    own("people.ask_about_use"),
    own("people.my_questions"),
    city("people.questions", Role::Staff),
    Grant::new("people.question", Role::Staff, Reach::OwnDepartment),
    city("people.question", Role::Admin),
    city("people.question", Role::Auditor),
    Grant::new("people.answer_question", Role::Staff, Reach::OwnDepartment),
    city("people.answer_question", Role::Admin),
    city("people.uses", Role::Admin),
    city("people.uses", Role::Auditor),
    city("people.uses", Role::Operator),
    city("people.stopped_uses", Role::Admin),
    city("people.stopped_uses", Role::Auditor),
    city("people.lift_stop", Role::Admin),
    city("people.use_limits", Role::Admin),
    city("people.use_limits", Role::Auditor),
    city("people.save_use_limit", Role::Admin),
    city("people.personal", Role::Service),
    city("people.personal_select", Role::Service),
    city("people.personal_selected", Role::Service),
    city("people.personal_consents", Role::Service),
    city("people.personal_openapi", Role::Anyone),
    city("people.record_head", Role::Anyone),
    city("people.verify_record", Role::Operator),
    city("people.verify_record", Role::Auditor),
    city("people.verify_record", Role::Admin),
];

/// As long as claims for harm by an unlawful use may be raised in the usual case; a city may set other years.
const RECORD_DAYS: i64 = 5 * 365;

const RETENTION: &[Retention] = &[
    Retention { table: "people_access", days: RECORD_DAYS, purge: old_entries },
    Retention { table: "people_access_member", days: RECORD_DAYS, purge: old_members },
    Retention { table: "people_access_head", days: RECORD_DAYS, purge: old_heads },
    Retention { table: "people_access_tally", days: 40, purge: old_tallies },
    Retention { table: "people_access_block", days: RECORD_DAYS, purge: old_blocks },
    Retention { table: "people_access_question", days: RECORD_DAYS, purge: old_questions },
];

/// Ids follow time: the oldest by id are the oldest by time. What is not sealed yet stays.
fn old_entries() -> &'static Sql {
    sql!(
        "delete from people_access where city = ?1 and place > 0 and id in (
             select a.id from (select o.id, o.at_ms from people_access o where o.city = ?1 order by o.id limit 1000) a
             where a.at_ms < ?2)"
    )
}

/// Members whose entry is gone.
fn old_members() -> &'static Sql {
    sql!(
        "delete from people_access_member where city = ?1 and access in (
             select m.access from (select o.access from people_access_member o where o.city = ?1
                                   order by o.access limit 1000) m
             where not exists (select 1 from people_access a
                               where a.city = ?1 and a.id = m.access and a.at_ms >= ?2))"
    )
}

/// The newest stays: the chain goes on from it.
fn old_heads() -> &'static Sql {
    sql!(
        "delete from people_access_head where city = ?1 and at_ms < ?2 and exists (
             select 1 from people_access_head h where h.city = ?1 and h.day > people_access_head.day)"
    )
}

fn old_tallies() -> &'static Sql {
    sql!(
        "delete from people_access_tally where city = ?1 and (actor, hour_ms, slot) in (
             select t.actor, t.hour_ms, t.slot from people_access_tally t where t.city = ?1 and t.hour_ms < ?2
             order by t.hour_ms limit 1000)"
    )
}

/// Whoever is still stopped stays so.
fn old_blocks() -> &'static Sql {
    sql!(
        "delete from people_access_block where city = ?1 and lifted_ms > 0 and id in (
             select b.id from (select k.id, k.at_ms from people_access_block k where k.city = ?1
                               order by k.id limit 1000) b
             where b.at_ms < ?2)"
    )
}

fn old_questions() -> &'static Sql {
    sql!(
        "delete from people_access_question where city = ?1 and id in (
             select b.id from (select q.id, q.asked_ms from people_access_question q where q.city = ?1
                               order by q.id limit 1000) b
             where b.asked_ms < ?2)"
    )
}

const EVENTS: &[(&str, i64)] = &[
    ("people.use_stopped", 1),
    ("people.use_let_go", 1),
    ("people.use_asked_about", 1),
    ("people.use_answered", 1),
];

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    doors: personal::DOORS,
    jobs: &[heads::JOB],
    schedules: &[heads::SCHEDULE],
    rounds: &[seal::ROUND],
    retention: RETENTION,
    events: EVENTS,
    demo: Some(demo::fill),
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/release/ja.ftl"),
    ja_easy: include_str!("../../words/release/ja-x-easy.ftl"),
    en: include_str!("../../words/release/en.ftl"),
};

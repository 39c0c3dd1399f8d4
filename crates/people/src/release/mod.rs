//! The only way of a personal attribute to anybody else, and the record of every use.
//!
//! [`release`] gives attributes of one person, answered one by one, and writes the use into the record in the same
//! transaction: also when nothing was given. Whoever reads their own data needs none of this.

mod actions;
mod clients;
mod entry;
mod may;
mod single;
mod values;

#[cfg(test)]
mod tests;

use ground::db::{Migration, Sql, Store};
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

#[expect(unused_imports, reason = "for the other parts of the room")]
pub(crate) use single::{Ask, Released, Why, release};

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

const GRANTS: &[Grant] = &[
    city("people.release", Role::Staff),
    city("people.release", Role::Service),
    city("people.release", Role::System),
];

/// As long as claims for harm by an unlawful use may be raised in the usual case; a city may set other years.
const RECORD_DAYS: i64 = 5 * 365;

const RETENTION: &[Retention] = &[
    Retention { table: "people_access", days: RECORD_DAYS, purge: old_entries },
    Retention { table: "people_access_member", days: RECORD_DAYS, purge: old_members },
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

pub const PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    retention: RETENTION,
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/release/ja.ftl"),
    ja_easy: include_str!("../../words/release/ja-x-easy.ftl"),
    en: include_str!("../../words/release/en.ftl"),
};

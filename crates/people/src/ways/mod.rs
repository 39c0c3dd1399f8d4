//! How people come in: codes by e-mail, passkeys, other providers, second factors; the levels of assurance; the history of signing in.

pub(crate) mod arrive;
pub(crate) mod attempt;
pub(crate) mod history;
pub(crate) mod store;
pub(crate) mod tally;

pub(crate) use arrive::{Newcomer, WAYS_MAX, come_in, expect_newcomer, link, linked, raise};
pub(crate) use store::WayKind;

use ground::db::{Migration, Sql, Store};
use ground::room::{Retention, Room};
use ground::sql;
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 2,
    name: "ways",
    sql: include_str!("../../migrations/city-002-ways.sql"),
}];

const RETENTION: &[Retention] = &[
    Retention { table: "people_attempt", days: 1, purge: old_attempts },
    Retention { table: "people_tally", days: 1, purge: old_tallies },
    Retention { table: "people_sign_in", days: 400, purge: old_sign_ins },
    Retention { table: "people_recovery", days: 400, purge: old_recoveries },
];

fn old_attempts() -> &'static Sql {
    sql!(
        "delete from people_attempt where city = ?1 and digest in (
             select a.digest from people_attempt a where a.city = ?1 and a.ends_ms < ?2
             order by a.ends_ms limit 500)"
    )
}

fn old_tallies() -> &'static Sql {
    sql!(
        "delete from people_tally where city = ?1 and key in (
             select t.key from people_tally t where t.city = ?1 and t.ends_ms < ?2 order by t.ends_ms limit 500)"
    )
}

/// Ids follow time: the oldest thousand by id are the oldest by time.
fn old_sign_ins() -> &'static Sql {
    sql!(
        "delete from people_sign_in where city = ?1 and id in (
             select s.id from (select o.id, o.at_ms from people_sign_in o where o.city = ?1 order by o.id limit 1000) s
             where s.at_ms < ?2)"
    )
}

/// Used ones only: one that was never used is still good.
fn old_recoveries() -> &'static Sql {
    sql!(
        "delete from people_recovery where city = ?1 and digest in (
             select r.digest from people_recovery r where r.city = ?1 and r.used_ms > 0 and r.used_ms < ?2 limit 500)"
    )
}

pub const PART: Room = Room {
    migrations: MIGRATIONS,
    retention: RETENTION,
    events: &[("people.way_added", 1), ("people.level_raised", 1)],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/ways/ja.ftl"),
    ja_easy: include_str!("../../words/ways/ja-x-easy.ftl"),
    en: include_str!("../../words/ways/en.ftl"),
};

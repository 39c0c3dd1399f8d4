//! My page: what people tell the city about themselves; households, and acting for others; taking data along, and
//! leaving.

mod actions;
mod mandate;
mod pages;
mod store;

use ground::db::{Migration, Sql, Store};
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 5,
    name: "profile",
    sql: include_str!("../../migrations/city-005-profile.sql"),
}];

const fn own(action: &'static str) -> Grant {
    Grant::new(action, Role::Anyone, Reach::Own)
}

const GRANTS: &[Grant] = &[
    own("people.act_for"),
    own("people.stop_acting"),
    Grant::new("people.begin_counter", Role::Clerk, Reach::City),
    Grant::new("people.end_counter", Role::Clerk, Reach::City),
];

const RETENTION: &[Retention] = &[
    Retention { table: "people_mandate", days: 5 * 365, purge: old_mandates },
    Retention { table: "people_invitation", days: 30, purge: old_invitations },
    Retention { table: "people_takeout", days: 30, purge: old_takeouts },
    Retention { table: "people_leaving", days: 3 * 365, purge: old_leavings },
];

fn old_mandates() -> &'static Sql {
    sql!(
        "delete from people_mandate where city = ?1 and id in (
             select m.id from people_mandate m where m.city = ?1 and m.ended_ms > 0 and m.ended_ms < ?2
             order by m.id limit 500)"
    )
}

fn old_invitations() -> &'static Sql {
    sql!(
        "delete from people_invitation where city = ?1 and digest in (
             select i.digest from people_invitation i where i.city = ?1 and i.ends_ms < ?2
             order by i.ends_ms limit 500)"
    )
}

fn old_takeouts() -> &'static Sql {
    sql!(
        "delete from people_takeout where city = ?1 and id in (
             select o.id from people_takeout o where o.city = ?1 and o.ends_ms < ?2 order by o.ends_ms limit 500)"
    )
}

fn old_leavings() -> &'static Sql {
    sql!(
        "delete from people_leaving where city = ?1 and account in (
             select l.account from people_leaving l where l.city = ?1 and l.done_ms > 0 and l.done_ms < ?2
             order by l.done_ms limit 500)"
    )
}

pub const PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    retention: RETENTION,
    events: &[
        ("people.acting_begun", 1),
        ("people.acting_ended", 1),
        ("people.mandate_made", 1),
        ("people.mandate_ended", 1),
    ],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/profile/ja.ftl"),
    ja_easy: include_str!("../../words/profile/ja-x-easy.ftl"),
    en: include_str!("../../words/profile/en.ftl"),
};

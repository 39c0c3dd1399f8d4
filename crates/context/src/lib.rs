//! Things and places, now and over time: the city's NGSI-LD broker (ETSI GS CIM 009).
//!
//! Words: an *entity* has an id, *types*, *scopes* and *attributes*; its *body* is the stored text, in the internal form of
//! the leaf `ngsi`; its *shape* says which types and attributes it has, and is shared by all that look alike; a *tenant* is
//! a sub-space of the city; a *@context* says what short names mean; the *class* of a type says who may see its entities.
//!
//! Invariants: an id stands once in a tenant. A change and its event are one transaction. The body is the truth: shape, cell
//! and expiry are made from it each time it is written. Nothing is fetched while a writer waits. An entity is as closed as
//! the most closed of its types; whoever may not see it is told that there is none.
//!
//! Events: each change is one row of `context_event` in the store `context` (what was added, updated and deleted, each
//! instance before and after), which is outbox and source of the history; the city's own event log holds nothing of it.
//!
//! Rights: everybody reads entities whose types are public; whoever works for the city reads internal ones; personal ones are
//! answered to nobody over the API. Administrators and the command line change entities and set classes. While
//! `MACHIYA_CONTEXT_ACCESS` is open, everybody on this machine acts as the command line does.

mod actions;
mod ask;
mod contexts;
mod demo;
mod doors;
mod find;
mod memory;
mod model;
mod pages;
mod say;
mod store;

use ground::cx::Cx;
use ground::db::{Migration, Store};
use ground::room::{Retention, Room, Speech};
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

pub use ask::{Accept, Ask, Said};
pub use model::Class;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "context",
    store: Store::Context,
    number: 1,
    name: "start",
    sql: include_str!("../migrations/context-001-start.sql"),
}];

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    city("context.retrieve_entity", Role::Anyone),
    city("context.query_entities", Role::Anyone),
    city("context.search_entities", Role::Anyone),
    city("context.types", Role::Anyone),
    city("context.type", Role::Anyone),
    city("context.attributes", Role::Anyone),
    city("context.attribute", Role::Anyone),
    city("context.ld_context", Role::Anyone),
    city("context.ld_contexts", Role::Staff),
    city("context.ld_contexts", Role::Operator),
    city("context.kinds", Role::Staff),
    city("context.kinds", Role::Operator),
    city("context.set_class", Role::Admin),
    city("context.set_class", Role::Operator),
    city("context.create_entity", Role::Admin),
    city("context.create_entity", Role::Operator),
    city("context.append_attributes", Role::Admin),
    city("context.append_attributes", Role::Operator),
    city("context.update_attributes", Role::Admin),
    city("context.update_attributes", Role::Operator),
    city("context.merge_entity", Role::Admin),
    city("context.merge_entity", Role::Operator),
    city("context.replace_entity", Role::Admin),
    city("context.replace_entity", Role::Operator),
    city("context.update_attribute", Role::Admin),
    city("context.update_attribute", Role::Operator),
    city("context.replace_attribute", Role::Admin),
    city("context.replace_attribute", Role::Operator),
    city("context.delete_attribute", Role::Admin),
    city("context.delete_attribute", Role::Operator),
    city("context.delete_entity", Role::Admin),
    city("context.delete_entity", Role::Operator),
    city("context.purge_entities", Role::Admin),
    city("context.purge_entities", Role::Operator),
    city("context.create_entities", Role::Admin),
    city("context.create_entities", Role::Operator),
    city("context.upsert_entities", Role::Admin),
    city("context.upsert_entities", Role::Operator),
    city("context.update_entities", Role::Admin),
    city("context.update_entities", Role::Operator),
    city("context.merge_entities", Role::Admin),
    city("context.merge_entities", Role::Operator),
    city("context.delete_entities", Role::Admin),
    city("context.delete_entities", Role::Operator),
    city("context.add_ld_context", Role::Admin),
    city("context.add_ld_context", Role::Operator),
    city("context.delete_ld_context", Role::Admin),
    city("context.delete_ld_context", Role::Operator),
];

const RETENTION: &[Retention] = &[
    // What is over is not shown from that moment on; a day later its row goes, too.
    Retention { table: "context_entity", days: 1, purge: store::entities::purge },
    Retention { table: "context_event", days: 400, purge: store::events::purge },
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
    demo: Some(demo::fill),
    doors: doors::DOORS,
    speech: Some(Speech { under: "/ngsi-ld/v1", say: doors::said }),
    retention: RETENTION,
    ..Room::empty("context", WORDS)
};

/// Now, in microseconds.
pub(crate) fn now_us(cx: &Cx) -> i64 {
    cx.now_ms().saturating_mul(1_000)
}

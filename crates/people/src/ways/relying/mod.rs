//! Signing in through providers of other organisations: LINE, the national digital authentication app, any provider of
//! OpenID Connect.
//!
//! Somebody goes to the provider with an attempt that is bound to their browser (`ways::attempt`), and comes back with a
//! code. The code is given for tokens outside of any transaction; then one transaction signs in, links, or leads on.
//! An account belongs to a subject of an issuer, never to an e-mail address that a provider names.

mod actions;
mod claims;
mod demo;
mod key;
mod model;
mod outside;
mod pages;
mod presets;
mod profile;
mod store;
mod token;

#[cfg(test)]
mod tests;

use ground::db::{Migration, Store};
use ground::room::Room;
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

pub(crate) use pages::{again_panel, is_offered};
pub(crate) use profile::take_over_later;
pub(crate) use store::open_issuers;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 10,
    name: "relying",
    sql: include_str!("../../../migrations/city-010-relying.sql"),
}];

const fn city(action: &'static str, role: Role) -> Grant {
    Grant::new(action, role, Reach::City)
}

const GRANTS: &[Grant] = &[
    city("people.providers", Role::Admin),
    city("people.providers", Role::Auditor),
    city("people.providers", Role::Operator),
    city("people.provider", Role::Admin),
    city("people.provider", Role::Auditor),
    city("people.provider", Role::Operator),
    city("people.save_provider", Role::Admin),
    city("people.save_provider", Role::Operator),
    city("people.try_provider", Role::Admin),
    city("people.try_provider", Role::Operator),
    city("people.open_providers", Role::Anyone),
    city("people.go_to_provider", Role::Anyone),
    Grant::new("people.link_provider", Role::Anyone, Reach::Own),
    city("people.come_back", Role::Anyone),
];

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions: actions::all,
    grants: GRANTS,
    pages: pages::PAGES,
    panels: pages::PANELS,
    demo: Some(demo::fill),
    events: &[("people.provider_saved", 1)],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../../words/relying/ja.ftl"),
    ja_easy: include_str!("../../../words/relying/ja-x-easy.ftl"),
    en: include_str!("../../../words/relying/en.ftl"),
};

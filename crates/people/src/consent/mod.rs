//! Purposes and recipients, and what each person allows.
//!
//! Words: a *recipient* is given data; a *purpose* says what data, for what, to whom, how long, on what ground; each
//! *version* of it is approved by somebody else than its writer and never changes afterwards. A *consent* is a person's
//! yes to a version; its *history* is only ever added to.
//!
//! Invariants: a consent changes through [`decide`] alone. Off is off at once. A yes to an older version counts only
//! while no newer one asks again. A yes for a child is a parent's.

pub(crate) mod decide;
mod minors;
pub(crate) mod model;
pub(crate) mod standing;
pub(crate) mod store;

use ground::db::{Migration, Store};
use ground::room::Room;
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 3,
    name: "consent",
    sql: include_str!("../../migrations/city-003-consent.sql"),
}];

pub const PART: Room = Room {
    migrations: MIGRATIONS,
    events: &[
        ("people.consent_requested", 1),
        ("people.consent_given", 1),
        ("people.consent_refused", 1),
        ("people.consent_withdrawn", 1),
        ("people.consent_expired", 1),
    ],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/consent/ja.ftl"),
    ja_easy: include_str!("../../words/consent/ja-x-easy.ftl"),
    en: include_str!("../../words/consent/en.ftl"),
};

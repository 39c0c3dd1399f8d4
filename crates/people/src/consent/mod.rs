//! Purposes and recipients, and what each person allows.

pub(crate) mod standing;

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

pub const PART: Room = Room { migrations: MIGRATIONS, ..Room::empty("people", WORDS) };

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/consent/ja.ftl"),
    ja_easy: include_str!("../../words/consent/ja-x-easy.ftl"),
    en: include_str!("../../words/consent/en.ftl"),
};

//! The only way of a personal attribute to anybody else, and the record of every use.

use ground::db::{Migration, Store};
use ground::room::Room;
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 4,
    name: "release",
    sql: include_str!("../../migrations/city-004-release.sql"),
}];

pub const PART: Room = Room { migrations: MIGRATIONS, ..Room::empty("people", WORDS) };

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/release/ja.ftl"),
    ja_easy: include_str!("../../words/release/ja-x-easy.ftl"),
    en: include_str!("../../words/release/en.ftl"),
};

//! How people come in: codes by e-mail, passkeys, other providers, second factors; the levels of assurance; the history of signing in.

use ground::db::{Migration, Store};
use ground::room::Room;
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 2,
    name: "ways",
    sql: include_str!("../../migrations/city-002-ways.sql"),
}];

pub const PART: Room = Room { migrations: MIGRATIONS, ..Room::empty("people", WORDS) };

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/ways/ja.ftl"),
    ja_easy: include_str!("../../words/ways/ja-x-easy.ftl"),
    en: include_str!("../../words/ways/en.ftl"),
};

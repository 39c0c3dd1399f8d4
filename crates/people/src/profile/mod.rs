//! My page: what people tell the city about themselves; households, and acting for others; taking data along, and leaving.

use ground::db::{Migration, Store};
use ground::room::Room;
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 5,
    name: "profile",
    sql: include_str!("../../migrations/city-005-profile.sql"),
}];

pub const PART: Room = Room { migrations: MIGRATIONS, ..Room::empty("people", WORDS) };

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/profile/ja.ftl"),
    ja_easy: include_str!("../../words/profile/ja-x-easy.ftl"),
    en: include_str!("../../words/profile/en.ftl"),
};

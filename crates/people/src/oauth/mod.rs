//! The city as an identity provider for its other services: clients, tokens, keys.

use ground::room::Room;
use ground::words::WordFiles;

pub const PART: Room = Room::empty("people", WORDS);

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/oauth/ja.ftl"),
    ja_easy: include_str!("../../words/oauth/ja-x-easy.ftl"),
    en: include_str!("../../words/oauth/en.ftl"),
};

//! The security organisation: who answers for what, incidents, the yearly knowledge check.

use ground::room::Room;
use ground::words::WordFiles;

pub const PART: Room = Room::empty("people", WORDS);

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/watch/ja.ftl"),
    ja_easy: include_str!("../../words/watch/ja-x-easy.ftl"),
    en: include_str!("../../words/watch/en.ftl"),
};

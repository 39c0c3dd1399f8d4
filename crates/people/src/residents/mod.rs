//! What staff see of residents, and the counter.

use ground::room::Room;
use ground::words::WordFiles;

pub const PART: Room = Room::empty("people", WORDS);

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/residents/ja.ftl"),
    ja_easy: include_str!("../../words/residents/ja-x-easy.ftl"),
    en: include_str!("../../words/residents/en.ftl"),
};

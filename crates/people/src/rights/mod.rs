//! Who may do what, and why: policies, deputies, and acts that need two.

use ground::room::Room;
use ground::words::WordFiles;

pub const PART: Room = Room::empty("people", WORDS);

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/rights/ja.ftl"),
    ja_easy: include_str!("../../words/rights/ja-x-easy.ftl"),
    en: include_str!("../../words/rights/en.ftl"),
};

//! Gate: the outside world, behind the ports that `ground` declares. The only room that opens connections (law 3).
//!
//! Words: a *letter* is an e-mail; a *queue* holds what is to be sent.

use ground::room::Room;
use ground::words::WordFiles;

pub const ROOM: Room = Room::empty("gate", WORDS);

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../words/ja.ftl"),
    ja_easy: include_str!("../words/ja-x-easy.ftl"),
    en: include_str!("../words/en.ftl"),
};

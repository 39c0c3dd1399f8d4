//! The rooms of the house: the one place that joins them. A new room is one line here.

use std::sync::Arc;

use ground::room::Room;
use ground::who::Gatekeeper;
use ground::words::{WordFiles, Words};

/// The words of the command line and of the server itself.
const WORDS: WordFiles = WordFiles {
    ja: concat!(include_str!("../words/ja.ftl"), "\n", include_str!("../words/moving/ja.ftl")),
    ja_easy: concat!(
        include_str!("../words/ja-x-easy.ftl"),
        "\n",
        include_str!("../words/moving/ja-x-easy.ftl")
    ),
    en: concat!(include_str!("../words/en.ftl"), "\n", include_str!("../words/moving/en.ftl")),
};

/// What the binary adds: words only.
static BINARY: Room = Room::empty("machiya", WORDS);

/// Every room, in the order in which a demonstration city is filled.
pub const ALL: &[&Room] = &joined(&[
    &[&ground::floor::ROOM, &gate::ROOM],
    &people::PARTS,
    &[&messages::ROOM, &context::ROOM, &crate::server::developers::ROOM, &BINARY],
]);

const COUNT: usize = 6 + people::PARTS.len();

#[expect(clippy::indexing_slicing, reason = "runs while compiling, where a wrong index is an error")]
const fn joined(groups: &[&[&'static Room]]) -> [&'static Room; COUNT] {
    let mut all = [&BINARY; COUNT];
    let (mut at, mut group) = (0, 0);
    while group < groups.len() {
        let mut one = 0;
        while one < groups[group].len() {
            all[at] = groups[group][one];
            at += 1;
            one += 1;
        }
        group += 1;
    }
    all
}

pub fn keeper() -> Arc<dyn Gatekeeper> {
    people::keeper()
}

/// The words of all rooms, for what is said before there is a house.
pub fn words() -> Result<Words, String> {
    let files: Vec<WordFiles> = ALL.iter().map(|room| room.words).collect();
    Words::read(&files)
}

/// Tables whose rows grow old.
pub fn retention_tables() -> Vec<&'static str> {
    ALL.iter().flat_map(|room| room.retention).map(|rule| rule.table).collect()
}

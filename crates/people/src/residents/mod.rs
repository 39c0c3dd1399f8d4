//! What staff see of residents, and the counter.
//!
//! Nobody looks somebody up without a purpose that is a duty and a reason in words; each person found and each page
//! opened is a release, written into the record that the resident reads. What the purpose does not name is not shown.
//!
//! At the counter a clerk looks at a document, notes the level, makes a link for somebody who lost every way in (both
//! are verbs of the part `ways`), and acts for the person present (the part `profile`); residents without a computer
//! get an account on paper.

mod find;
mod pages;
mod paper;

use ground::action::AnyAction;
use ground::db::{Migration, Store};
use ground::room::Room;
use ground::who::{Grant, Reach, Role};
use ground::words::WordFiles;

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 8,
    name: "residents",
    sql: include_str!("../../migrations/city-008-residents.sql"),
}];

fn actions() -> Vec<AnyAction> {
    vec![find::DUTIES.any(), find::FIND_RESIDENTS.any(), find::RESIDENT.any(), paper::ADD_RESIDENT.any()]
}

const fn clerk(action: &'static str) -> Grant {
    Grant::new(action, Role::Clerk, Reach::City)
}

const GRANTS: &[Grant] = &[
    clerk("people.duties"),
    clerk("people.find_residents"),
    clerk("people.resident"),
    clerk("people.add_resident"),
];

pub static PART: Room = Room {
    migrations: MIGRATIONS,
    actions,
    grants: GRANTS,
    pages: pages::PAGES,
    events: &[("people.resident_added", 1)],
    ..Room::empty("people", WORDS)
};

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/residents/ja.ftl"),
    ja_easy: include_str!("../../words/residents/ja-x-easy.ftl"),
    en: include_str!("../../words/residents/en.ftl"),
};

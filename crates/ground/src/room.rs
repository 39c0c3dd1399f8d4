//! What a room declares: everything that the rest of the house knows of it.

use crate::action::AnyAction;
use crate::db::Migration;
use crate::events::Reader;
use crate::jobs::{JobKind, Schedule};
use crate::page::Page;
use crate::rounds::Round;
use crate::who::Grant;
use crate::words::WordFiles;

/// A row of the retention table: how long rows of a table are kept by default.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    pub table: &'static str,
    pub days: i64,
    /// Deletes at most a range of rows older than an instant (`?2`), so that the writer is never held long.
    pub purge: fn() -> &'static crate::db::Sql,
}

/// One thing that a new city sets up.
#[derive(Clone, Copy)]
pub struct SetupItem {
    pub word: &'static str,
    pub href: &'static str,
    pub done: fn(&mut crate::db::Tx<'_>, &crate::cx::Cx) -> Result<bool, crate::fault::Fault>,
}

/// A person, as rooms know their rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub account: crate::id::Id,
    /// The number under which bulk rows know them.
    pub person_no: i64,
}

/// A range of what a room knows of one person.
#[derive(Debug, Default)]
pub struct Taken {
    pub rows: Vec<serde_json::Value>,
    /// Ask again with this for what follows; absent at the end.
    pub next: Option<String>,
}

type Take =
    fn(&mut crate::db::Tx<'_>, &crate::cx::Cx, &Person, after: &str) -> Result<Taken, crate::fault::Fault>;

/// What a room hands over when somebody takes their data along: one file of it, asked for range by range.
#[derive(Clone, Copy)]
pub struct Takeout {
    /// The file's name without its ending, in letters and hyphens.
    pub file: &'static str,
    /// The word for its heading. Under `<word>-<field>` stands the word for a field, where there is one.
    pub word: &'static str,
    pub rows: Take,
}

/// What a room erases when somebody leaves: at most a range each time, asked until it answers that nothing is left.
#[derive(Clone, Copy)]
pub struct Erase {
    pub name: &'static str,
    pub range: fn(&mut crate::db::Tx<'_>, &crate::cx::Cx, &Person) -> Result<bool, crate::fault::Fault>,
}

/// Says a fault with the status it would have, for a request (by its number) at a path.
pub type Say = fn(
    &crate::fault::Fault,
    http::StatusCode,
    &crate::words::Tongue,
    request: &str,
    path: &str,
) -> crate::door::Reply;

/// A protocol with words of its own for what goes wrong, also for what the house says at its paths.
pub struct Speech {
    /// "/ngsi-ld/v1"
    pub under: &'static str,
    pub say: Say,
}

impl Speech {
    pub fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.under).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

type Foot = for<'v> fn(&'v crate::cx::Cx) -> crate::action::Boxed<'v, Vec<crate::html::Link>>;

type Demo = fn(crate::cx::Cx) -> crate::action::Boxed<'static, Result<(), crate::fault::Fault>>;

/// A room, as a static in its `lib.rs`: a constant would be compiled again, with all its pages, wherever it is named.
pub struct Room {
    pub name: &'static str,
    pub words: WordFiles,
    pub migrations: &'static [Migration],
    pub actions: fn() -> Vec<AnyAction>,
    pub grants: &'static [Grant],
    pub pages: &'static [Page],
    pub panels: &'static [crate::page::Panel],
    /// Links at the foot of every page that staff write, such as the privacy policy. Asked for on every page: it
    /// answers from memory (see `City::kept`).
    pub foot: Option<Foot>,
    pub doors: &'static [crate::door::Door],
    /// When its doors speak of faults in a protocol's own words. A slash at the end of an address means nothing there.
    pub speech: Option<Speech>,
    pub jobs: &'static [JobKind],
    pub schedules: &'static [Schedule],
    pub readers: &'static [Reader],
    /// What looks for its own work, again and again.
    pub rounds: &'static [Round],
    pub retention: &'static [Retention],
    /// What the set-up list of a new city shows of this room.
    pub setup: &'static [SetupItem],
    /// Fills a fictional demonstration city, through the room's own actions.
    pub demo: Option<Demo>,
    /// The events it emits, each with its version.
    pub events: &'static [(&'static str, i64)],
    /// What it hands to somebody who takes their data along.
    pub takeout: &'static [Takeout],
    /// What it erases of somebody who leaves.
    pub erase: &'static [Erase],
}

fn no_actions() -> Vec<AnyAction> {
    Vec::new()
}

impl Room {
    /// A room with nothing in it, to build on: `Room { pages: &PAGES, ..Room::empty("messages", WORDS) }`.
    pub const fn empty(name: &'static str, words: WordFiles) -> Room {
        Room {
            name,
            words,
            migrations: &[],
            actions: no_actions,
            grants: &[],
            pages: &[],
            panels: &[],
            foot: None,
            doors: &[],
            speech: None,
            jobs: &[],
            schedules: &[],
            readers: &[],
            rounds: &[],
            retention: &[],
            setup: &[],
            demo: None,
            events: &[],
            takeout: &[],
            erase: &[],
        }
    }
}

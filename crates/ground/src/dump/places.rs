//! What means something in one database only, made to mean the same everywhere.
//!
//! Numbers that a database draws are counted from one in the order of reading. A place in the event log (a cursor, a
//! parked event) becomes the count of events at or before it: no reader skips or repeats anything elsewhere. A job that
//! somebody held waits again: whoever held it is not there.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::db::Param;
use crate::db::bulk::{EVENTS, Stores, Table};
use crate::fault::Fault;
use crate::jobs::EVENT_AGAIN;

/// Stands for the place of an event that is no longer kept.
const GONE: i64 = i64::MAX;

/// How the rows of a table are made to mean the same everywhere.
enum Meaning {
    /// They do already.
    Same,
    Events {
        writer: usize,
    },
    /// Tables with columns `writer` and `seq` hold places in the event log.
    Cursor {
        writer: usize,
        seq: usize,
    },
    Jobs {
        kind: usize,
        body: usize,
        state: usize,
        until: usize,
        by: usize,
    },
}

fn meaning(table: &Table) -> Meaning {
    let place = |name: &str| table.place_of(name);
    if table.name == EVENTS
        && let Some(writer) = place("writer")
    {
        return Meaning::Events { writer };
    }
    if let (Some(writer), Some(seq)) = (place("writer"), place("seq")) {
        return Meaning::Cursor { writer, seq };
    }
    if table.name == "ground_job"
        && let (Some(kind), Some(body), Some(state), Some(until), Some(by)) =
            (place("kind"), place("body"), place("state"), place("lease_until_ms"), place("lease_by"))
    {
        return Meaning::Jobs { kind, body, state, until, by };
    }
    Meaning::Same
}

/// Takes rows of a table to the form that means the same everywhere.
pub struct Outward<'t> {
    meaning: Meaning,
    grows: Vec<usize>,
    ranks: BTreeMap<(i64, i64), (i64, bool)>,
    rows: i64,
    table: &'t Table,
}

impl<'t> Outward<'t> {
    /// Looks up the places that the table's rows name.
    pub fn new(stores: &mut Stores, table: &'t Table) -> Result<Outward<'t>, Fault> {
        let meaning = meaning(table);
        let mut ranks = BTreeMap::new();
        if matches!(meaning, Meaning::Cursor { .. } | Meaning::Jobs { .. }) {
            stores.each(table, &mut |row| {
                if let Some(place) = named(&meaning, &row) {
                    ranks.insert(place, (0, false));
                }
                Ok(())
            })?;
        }
        for ((writer, seq), rank) in &mut ranks {
            *rank = stores.rank_of_event(*writer, *seq)?;
        }
        let grows = table.fields.iter().enumerate().filter(|(_, field)| field.grows);
        Ok(Outward { meaning, grows: grows.map(|(place, _)| place).collect(), ranks, rows: 0, table })
    }

    pub fn turn(&mut self, row: &mut [Param]) -> Result<(), Fault> {
        self.rows += 1;
        for place in &self.grows {
            set(row, *place, Param::Int(self.rows));
        }
        let named = named(&self.meaning, row);
        let rank = named.and_then(|place| self.ranks.get(&place).copied());
        match (&self.meaning, rank) {
            (Meaning::Same, _) => {}
            (Meaning::Events { writer }, _) => set(row, *writer, Param::Int(0)),
            (Meaning::Cursor { writer, seq }, Some((rank, _))) => {
                set(row, *writer, Param::Int(0));
                set(row, *seq, Param::Int(rank));
            }
            (Meaning::Cursor { .. }, None) => {
                return Err(Fault::internal(format!("{} names no place", self.table.name)));
            }
            (Meaning::Jobs { body, state, until, by, .. }, rank) => {
                if row.get(*state) == Some(&Param::from("leased")) {
                    set(row, *state, Param::from("waiting"));
                    set(row, *until, Param::Int(0));
                    set(row, *by, Param::from(""));
                }
                match rank {
                    Some((rank, true)) => set_place(row, *body, (0, rank)),
                    Some((_, false)) => set_place(row, *body, (GONE, 0)),
                    None => {}
                }
            }
        }
        Ok(())
    }
}

/// Takes rows of a table from that form to what it is called where they arrive.
pub struct Homeward {
    meaning: Meaning,
    found: BTreeMap<i64, (i64, i64)>,
}

impl Homeward {
    pub fn new(table: &Table) -> Homeward {
        Homeward { meaning: meaning(table), found: BTreeMap::new() }
    }

    pub fn turn(&mut self, stores: &mut Stores, row: &mut [Param]) -> Result<(), Fault> {
        let Some((writer, rank)) = named(&self.meaning, row) else { return Ok(()) };
        if writer == GONE {
            return Ok(());
        }
        let place = match self.found.get(&rank) {
            Some(place) => *place,
            None if rank <= 0 => (0, 0),
            None => stores
                .nth_event(rank)?
                .ok_or_else(|| Fault::internal(format!("there is no event {rank} to stand at")))?,
        };
        self.found.insert(rank, place);
        match &self.meaning {
            Meaning::Cursor { writer, seq } => {
                set(row, *writer, Param::Int(place.0));
                set(row, *seq, Param::Int(place.1));
            }
            Meaning::Jobs { body, .. } => set_place(row, *body, place),
            Meaning::Same | Meaning::Events { .. } => {}
        }
        Ok(())
    }
}

fn set(row: &mut [Param], place: usize, value: Param) {
    if let Some(old) = row.get_mut(place) {
        *old = value;
    }
}

/// The place in the event log that a row names.
fn named(meaning: &Meaning, row: &[Param]) -> Option<(i64, i64)> {
    match meaning {
        Meaning::Same | Meaning::Events { .. } => None,
        Meaning::Cursor { writer, seq } => match (row.get(*writer), row.get(*seq)) {
            (Some(Param::Int(writer)), Some(Param::Int(seq))) => Some((*writer, *seq)),
            _ => None,
        },
        Meaning::Jobs { kind, body, .. } => {
            let Some(Param::Text(kind)) = row.get(*kind) else { return None };
            if kind != EVENT_AGAIN {
                return None;
            }
            let body = parked(row, *body)?;
            Some((body.get("writer")?.as_i64()?, body.get("seq")?.as_i64()?))
        }
    }
}

fn parked(row: &[Param], body: usize) -> Option<Value> {
    let Some(Param::Text(text)) = row.get(body) else { return None };
    serde_json::from_str(text).ok()
}

fn set_place(row: &mut [Param], body: usize, place: (i64, i64)) {
    if let Some(Value::Object(mut map)) = parked(row, body) {
        map.insert("writer".to_owned(), place.0.into());
        map.insert("seq".to_owned(), place.1.into());
        set(row, body, Param::Text(Value::Object(map).to_string()));
    }
}

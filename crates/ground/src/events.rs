//! The event log: what happened, in an order that readers can trust, on both databases.
//!
//! An event is a row written with the act. Readers go through the log in order and keep their cursor in the same
//! transaction as their effects. On PostgreSQL a number given early may be committed late; therefore a reader's order
//! is (writing transaction, number), and it never goes past the oldest transaction that is still running.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::city::City;
use crate::cx::{Cx, Via};
use crate::db::{Topic, Tx};
use crate::fault::Fault;
use crate::house::House;
use crate::id::Id;
use crate::jobs;
use crate::who::Who;
use crate::words::Lang;
use crate::{params, sql};

/// Events that a reader takes in one transaction.
const BATCH_EVENTS: i64 = 100;
/// Readers look this often even when nobody wakes them.
const POLL: Duration = Duration::from_millis(500);
/// After so many failures an event goes to the dead-letter list, and the reader goes on.
const TRIES: u32 = 5;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: Id,
    pub writer: i64,
    pub seq: i64,
    pub at_ms: i64,
    pub name: String,
    pub version: i64,
    pub object: String,
    pub body: Value,
    pub actor: String,
    /// The account acted for; empty when the actor acted for themselves.
    pub acting: String,
}

/// A room's reader of the log.
pub struct Reader {
    /// "messages.search": room and purpose; the name of its cursor.
    pub name: &'static str,
    /// The events it wants.
    pub wants: &'static [&'static str],
    /// Its effect, in the same transaction as its cursor. May be run again.
    pub run: fn(&mut Tx<'_>, &Cx, &Event) -> Result<(), Fault>,
}

impl Tx<'_> {
    /// Writes an event. `body` holds ids and facts, never personal values (law 9).
    pub fn emit(&mut self, cx: &Cx, name: &'static str, object: &str, body: Value) -> Result<(), Fault> {
        let version = version_of(cx.house(), name)?;
        self.put(
            sql!(
                "insert into ground_event (city, writer, id, at_ms, name, version, object, body, actor, request,
                                           acting)
                 values (?1, {writer}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
            ),
            params![
                cx.id(),
                cx.now_ms(),
                name,
                version,
                object,
                &body,
                cx.who().written(),
                cx.request(),
                cx.who().acting_for()
            ],
        )?;
        self.wake(Topic::Events);
        Ok(())
    }
}

fn version_of(house: &House, name: &str) -> Result<i64, Fault> {
    let room = name.split('.').next().unwrap_or(name);
    house
        .rooms
        .iter()
        .filter(|known| known.name == room)
        .flat_map(|known| known.events)
        .find(|(event, _)| *event == name)
        .map(|(_, version)| *version)
        .ok_or_else(|| Fault::internal(format!("the event {name} is not declared by its room")))
}

/// The place of a reader in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub writer: i64,
    pub seq: i64,
}

/// The events after a place, up to the oldest transaction that is still running.
pub fn after(tx: &mut Tx<'_>, cursor: Cursor, at_most: i64) -> Result<Vec<Event>, Fault> {
    tx.all(
        sql!(
            "select e.id, e.writer, e.seq, e.at_ms, e.name, e.version, e.object, e.body, e.actor,
                    e.acting
             from ground_event e
             where e.city = ?1 and (e.writer > ?2 or (e.writer = ?2 and e.seq > ?3)) and e.writer < {oldest_writer}
             order by e.writer, e.seq limit ?4"
        ),
        params![cursor.writer, cursor.seq, at_most],
        |row| {
            Ok(Event {
                id: row.get(0)?,
                writer: row.get(1)?,
                seq: row.get(2)?,
                at_ms: row.get(3)?,
                name: row.get(4)?,
                version: row.get(5)?,
                object: row.get(6)?,
                body: row.get(7)?,
                actor: row.get(8)?,
                acting: row.get(9)?,
            })
        },
    )
}

fn cursor_of(tx: &mut Tx<'_>, reader: &str) -> Result<Cursor, Fault> {
    let kept = tx.opt(
        sql!("select writer, seq from ground_cursor where city = ?1 and reader = ?2"),
        params![reader],
        |row| Ok(Cursor { writer: row.get(0)?, seq: row.get(1)? }),
    )?;
    Ok(kept.unwrap_or(Cursor { writer: -1, seq: -1 }))
}

fn keep_cursor(tx: &mut Tx<'_>, reader: &str, cursor: Cursor, now_ms: i64) -> Result<(), Fault> {
    tx.exec(
        sql!(
            "insert into ground_cursor (city, reader, writer, seq, at_ms) values (?1, ?2, ?3, ?4, ?5)
             on conflict (city, reader) do update
             set writer = excluded.writer, seq = excluded.seq, at_ms = excluded.at_ms"
        ),
        params![reader, cursor.writer, cursor.seq, now_ms],
    )?;
    Ok(())
}

/// Takes one batch for one reader; answers how many events it passed.
pub async fn step(
    house: &Arc<House>,
    city: &Arc<City>,
    reader: &'static Reader,
    at_most: i64,
) -> Result<usize, Fault> {
    // Most looks find nothing: those cost a read, not a turn of the writer.
    let look = |tx: &mut Tx<'_>| {
        let start = cursor_of(tx, reader.name)?;
        Ok(!after(tx, start, 1)?.is_empty())
    };
    let waiting = city.db.read_quick(look).await?;
    if !waiting {
        return Ok(0);
    }
    let cx = Cx::new(house, city, Who::system(), Lang::Ja, Via::Job);
    let mark = cx.mark();
    city.db
        .write(move |tx| {
            cx.rewind(mark);
            // One reader at a time, on any node.
            tx.lock(&format!("reader/{}", reader.name))?;
            let start = cursor_of(tx, reader.name)?;
            let events = after(tx, start, at_most)?;
            for event in events.iter().filter(|event| reader.wants.contains(&event.name.as_str())) {
                (reader.run)(tx, &cx, event)?;
            }
            if let Some(last) = events.last() {
                keep_cursor(tx, reader.name, Cursor { writer: last.writer, seq: last.seq }, cx.now_ms())?;
            }
            Ok(events.len())
        })
        .await
}

/// Follows the log for one reader in one city until the program stops.
pub async fn follow(house: Arc<House>, city: Arc<City>, reader: &'static Reader, stop: jobs::Stop) {
    let mut failures = 0;
    let mut bell = house.shared.listen(Topic::Events);
    while !stop.is_set() {
        // After a failure, one event at a time, so that the broken one is found.
        let at_most = if failures == 0 { BATCH_EVENTS } else { 1 };
        match step(&house, &city, reader, at_most).await {
            Ok(0) => {
                tokio::select! {
                    () = bell.wait(POLL) => {}
                    () = stop.wait() => {}
                }
            }
            Ok(_) => failures = 0,
            Err(fault) if fault.kind() == crate::fault::Kind::Unavailable => tokio::time::sleep(POLL).await,
            Err(fault) => {
                failures += 1;
                tracing::warn!(reader = reader.name, %fault, failures, "an event could not be taken in");
                if failures > TRIES {
                    match park(&house, &city, reader, &fault).await {
                        Ok(()) => failures = 0,
                        Err(fault) => {
                            tracing::error!(reader = reader.name, %fault, "an event could not be parked")
                        }
                    }
                }
                tokio::time::sleep(POLL * failures.min(10)).await;
            }
        }
    }
}

/// Puts the event that cannot be taken in on the dead-letter list, and moves the cursor past it.
async fn park(
    house: &Arc<House>,
    city: &Arc<City>,
    reader: &'static Reader,
    why: &Fault,
) -> Result<(), Fault> {
    let cx = Cx::new(house, city, Who::system(), Lang::Ja, Via::Job);
    let why = why.to_string();
    let mark = cx.mark();
    city.db
        .write(move |tx| {
            cx.rewind(mark);
            tx.lock(&format!("reader/{}", reader.name))?;
            let start = cursor_of(tx, reader.name)?;
            let Some(event) = after(tx, start, 1)?.into_iter().next() else { return Ok(()) };
            let body = serde_json::json!({"reader": reader.name, "writer": event.writer, "seq": event.seq});
            jobs::bury(tx, &cx, jobs::EVENT_AGAIN, &body, &why)?;
            keep_cursor(tx, reader.name, Cursor { writer: event.writer, seq: event.seq }, cx.now_ms())
        })
        .await
}

/// Takes in one parked event again: the job behind "try again" on the dead-letter list.
pub(crate) fn take_again(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let number = |key: &str| body.get(key).and_then(Value::as_i64).unwrap_or(-1);
    let name = body.get("reader").and_then(Value::as_str).unwrap_or_default().to_owned();
    let readers = cx.house().rooms.iter().flat_map(|room| room.readers);
    let Some(reader) = readers.into_iter().find(|reader| reader.name == name) else {
        return Err(Fault::internal(format!("there is no reader {name}")));
    };
    let before = Cursor { writer: number("writer"), seq: number("seq") - 1 };
    match after(tx, before, 1)?.into_iter().next() {
        Some(event) => (reader.run)(tx, cx, &event),
        None => Ok(()),
    }
}

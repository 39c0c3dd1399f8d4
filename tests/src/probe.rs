//! A room that tries the floor out: it uses everything a room can, in the smallest way.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::{Migration, Store, Tx};
use ground::events::{Event, Reader};
use ground::fault::{Fault, Kind};
use ground::floor::actions::Nothing;
use ground::id::Id;
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use ground::list::{List, Paging};
use ground::room::Room;
use ground::who::{Grant, Object, Reach, Role};
use ground::words::WordFiles;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const MIGRATIONS: &[Migration] = &[
    Migration {
        room: "probe",
        store: Store::City,
        number: 1,
        name: "start",
        sql: "create table probe_note (
            city text not null, id text not null, body text not null, department text, rev bigint not null,
            primary key (city, id)
        ) {clustered};
        create table probe_seat (city text not null, id text not null, seat text not null, primary key (city, id)) {clustered};
        create table probe_copy (city text not null, id text not null, seq bigint not null, body text not null, primary key (city, id)) {clustered};
        create table probe_done (city text not null, id text not null, kind text not null, at_ms bigint not null, primary key (city, id)) {clustered};
        create table probe_switch (city text not null, name text not null, primary key (city, name)) {clustered};",
    },
    Migration {
        room: "probe",
        store: Store::Context,
        number: 1,
        name: "start",
        sql: "create table probe_reading (city text not null, id text not null, value double precision not null, primary key (city, id)) {clustered};",
    },
];

const GRANTS: &[Grant] = &[
    Grant::new("probe.note", Role::Staff, Reach::City),
    Grant::new("probe.note", Role::System, Reach::City),
    Grant::new("probe.note_then_fail", Role::Staff, Reach::City),
    Grant::new("probe.edit", Role::Editor, Reach::OwnDepartment),
    Grant::new("probe.notes", Role::Staff, Reach::City),
    Grant::new("probe.take_seat", Role::Resident, Reach::Own),
    Grant::new("probe.read", Role::Staff, Reach::City),
];

/// Turns up in lists that tests make; never in the product.
pub static ROOM: Room = Room {
    migrations: MIGRATIONS,
    actions: || vec![NOTE.any(), NOTE_THEN_FAIL.any(), EDIT.any(), NOTES.any(), TAKE_SEAT.any(), READ.any()],
    grants: GRANTS,
    jobs: JOBS,
    schedules: &[Schedule { name: "probe.daily", cron: "0 6 * * *", kind: "probe.count" }],
    readers: &[READER],
    events: &[("probe.noted", 1)],
    ..Room::empty(
        "probe",
        WordFiles { ja: "probe = 試し\n", ja_easy: "probe = ためし\n", en: "probe = Probe\n" },
    )
};

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Note {
    #[garde(length(chars, min = 1, max = 200))]
    pub text: String,
    #[garde(skip)]
    #[serde(default)]
    pub department: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteRow {
    pub id: Id,
    pub text: String,
    pub rev: i64,
}

fn whole_city<In>(_: &mut Tx<'_>, _: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::of_city("note"))
}

fn write_note(tx: &mut Tx<'_>, cx: &Cx, note: &Note) -> Result<NoteRow, Fault> {
    let id = cx.id();
    tx.put(
        sql!("insert into probe_note (city, id, body, department, rev) values (?1, ?2, ?3, ?4, 1)"),
        params![&id, note.text.as_str(), note.department.as_ref()],
    )?;
    tx.emit(cx, "probe.noted", id.as_str(), json!({"text": note.text}))?;
    Ok(NoteRow { id, text: note.text.clone(), rev: 1 })
}

/// Writes a row and an event.
pub const NOTE: Action<Note, NoteRow> =
    Action::writes("probe.note", whole_city, write_note).emits(&["probe.noted"]);

/// Writes the same, and then says no.
pub const NOTE_THEN_FAIL: Action<Note, NoteRow> =
    Action::writes("probe.note_then_fail", whole_city, |tx, cx, note| {
        write_note(tx, cx, note)?;
        Err(Fault::field("text", "field-pattern"))
    })
    .emits(&["probe.noted"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    #[garde(skip)]
    pub id: Id,
    #[garde(length(chars, min = 1, max = 200))]
    pub text: String,
    #[garde(skip)]
    pub rev: i64,
}

fn note_object(tx: &mut Tx<'_>, _: &Cx, input: &Edit) -> Result<Object, Fault> {
    let department = tx.one(
        sql!("select department from probe_note where city = ?1 and id = ?2"),
        params![&input.id],
        |row| row.get::<Option<Id>>(0),
    )?;
    Ok(Object::new("note", &input.id).department(department))
}

/// Changes a note that nobody changed in between.
pub const EDIT: Action<Edit, NoteRow> = Action::writes("probe.edit", note_object, |tx, _, input| {
    tx.lock(&format!("probe/{}", input.id))?;
    let now = tx.one(
        sql!("select id, body, rev from probe_note where city = ?1 and id = ?2"),
        params![&input.id],
        |row| Ok(NoteRow { id: row.get(0)?, text: row.get(1)?, rev: row.get(2)? }),
    )?;
    if now.rev != input.rev {
        return Err(Fault::outdated(serde_json::to_value(now).map_err(Fault::internal)?));
    }
    tx.exec(
        sql!("update probe_note set body = ?3, rev = rev + 1 where city = ?1 and id = ?2"),
        params![&input.id, input.text.as_str()],
    )?;
    Ok(NoteRow { id: input.id.clone(), text: input.text.clone(), rev: now.rev + 1 })
});

/// Notes, page by page.
pub const NOTES: Action<Paging, List<NoteRow>> = Action::reads("probe.notes", whole_city, |tx, _, paging| {
    let rows = tx.all(
        sql!("select id, body, rev from probe_note where city = ?1 and id > ?2 order by id limit ?3"),
        params![paging.after(), paging.rows() + 1],
        |row| Ok(NoteRow { id: row.get(0)?, text: row.get(1)?, rev: row.get(2)? }),
    )?;
    Ok(List::cut(rows, paging.rows(), |row| row.id.to_string()))
});

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    #[garde(length(chars, min = 1, max = 20))]
    pub seat: String,
}

/// Looks whether the seat is free, then takes it. No index helps: only the lock does.
pub const TAKE_SEAT: Action<Seat, Nothing> = Action::writes(
    "probe.take_seat",
    |_, cx, _| Ok(Object::of_city("seat").owner(cx.who().account.clone())),
    |tx, cx, input| {
        tx.lock(&format!("seat/{}", input.seat))?;
        let taken = tx.opt(
            sql!("select id from probe_seat where city = ?1 and seat = ?2"),
            params![input.seat.as_str()],
            |row| row.get::<Id>(0),
        )?;
        if taken.is_some() {
            return Err(Fault::exists());
        }
        tx.exec(
            sql!("insert into probe_seat (city, id, seat) values (?1, ?2, ?3)"),
            params![cx.id(), input.seat.as_str()],
        )?;
        Ok(Nothing {})
    },
);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    #[garde(skip)]
    pub value: f64,
}

/// Writes into the context store.
pub const READ: Action<Reading, Nothing> =
    Action::writes("probe.read", whole_city, |tx, cx, input: &Reading| {
        tx.exec(
            sql!("insert into probe_reading (city, id, value) values (?1, ?2, ?3)"),
            params![cx.id(), input.value],
        )?;
        Ok(Nothing {})
    })
    .in_store(Store::Context)
    .unaudited();

/// Copies every note, in the order of the log. While the switch `poison` is on, it cannot take "poison" in.
pub const READER: Reader = Reader { name: "probe.copy", wants: &["probe.noted"], run: copy };

fn copy(tx: &mut Tx<'_>, _: &Cx, event: &Event) -> Result<(), Fault> {
    let text = event.body.get("text").and_then(Value::as_str).unwrap_or_default();
    let place =
        tx.one(sql!("select count(*) from probe_copy where city = ?1"), params![], |row| row.get::<i64>(0))?;
    // Its own row first: whatever goes wrong afterwards must take it back.
    tx.exec(
        sql!("insert into probe_copy (city, id, seq, body) values (?1, ?2, ?3, ?4)"),
        params![&event.id, place, text],
    )?;
    if text == "poison" && is_on(tx, "poison")? {
        return Err(Fault::internal("the reader cannot take this in"));
    }
    Ok(())
}

fn is_on(tx: &mut Tx<'_>, name: &str) -> Result<bool, Fault> {
    let row =
        tx.opt(sql!("select name from probe_switch where city = ?1 and name = ?2"), params![name], |row| {
            row.get::<String>(0)
        })?;
    Ok(row.is_some())
}

/// Turns a switch on or off; jobs and readers look at them.
pub fn switch(tx: &mut Tx<'_>, name: &str, on: bool) -> Result<(), Fault> {
    if on {
        tx.exec(sql!("insert into probe_switch (city, name) values (?1, ?2)"), params![name])?;
    } else {
        tx.exec(sql!("delete from probe_switch where city = ?1 and name = ?2"), params![name])?;
    }
    Ok(())
}

const JOBS: &[JobKind] = &[
    JobKind { name: "probe.urgent", lane: Lane::Urgent, tries_max: 5, run: JobRun::InTx(done) },
    JobKind { name: "probe.soon", lane: Lane::Soon, tries_max: 5, run: JobRun::InTx(done) },
    JobKind { name: "probe.count", lane: Lane::Normal, tries_max: 5, run: JobRun::InTx(done) },
    JobKind { name: "probe.bulk", lane: Lane::Bulk, tries_max: 5, run: JobRun::InTx(done) },
    JobKind { name: "probe.flaky", lane: Lane::Normal, tries_max: 3, run: JobRun::InTx(flaky) },
    JobKind {
        name: "probe.outside",
        lane: Lane::Normal,
        tries_max: 5,
        run: JobRun::Outside(|cx, body| {
            Box::pin(async move {
                let db = cx.city().db.clone();
                db.write(move |tx| done(tx, &cx, &body)).await
            })
        }),
    },
];

fn done(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or("probe.count");
    tx.exec(
        sql!("insert into probe_done (city, id, kind, at_ms) values (?1, ?2, ?3, ?4)"),
        params![cx.id(), kind, cx.now_ms()],
    )?;
    Ok(())
}

fn flaky(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    done(tx, cx, body)?;
    if is_on(tx, "broken")? {
        return Err(Fault::new(Kind::Conflict, "exists").detail("the peer says no"));
    }
    Ok(())
}

/// How often jobs of a kind left their mark.
pub fn marks(tx: &mut Tx<'_>, kind: &str) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from probe_done where city = ?1 and kind = ?2"), params![kind], |row| {
        row.get(0)
    })
}

/// How many events were written, read or not yet: on PostgreSQL readers wait for every open transaction of the whole
/// cluster, other tests' included.
pub fn events(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from ground_event where city = ?1"), params![], |row| row.get(0))
}

/// How many notes stand.
pub fn notes(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from probe_note where city = ?1"), params![], |row| row.get(0))
}

/// What the reader copied, in the order in which it did.
pub fn copies(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    tx.all(sql!("select body from probe_copy where city = ?1 order by seq, id"), params![], |row| row.get(0))
}

/// Seats taken under one name.
pub fn seats(tx: &mut Tx<'_>, seat: &str) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from probe_seat where city = ?1 and seat = ?2"), params![seat], |row| {
        row.get(0)
    })
}

/// Readings in the context store.
pub fn readings(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from probe_reading where city = ?1"), params![], |row| row.get(0))
}

/// A job as it stands: state, tries, due.
pub fn job(tx: &mut Tx<'_>, kind: &str) -> Result<Option<(String, i64, i64)>, Fault> {
    tx.opt(
        sql!("select state, tries, due_ms from ground_job where city = ?1 and kind = ?2 order by id"),
        params![kind],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// How many jobs of a kind there are, in whatever state.
pub fn jobs(tx: &mut Tx<'_>, kind: &str) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from ground_job where city = ?1 and kind = ?2"), params![kind], |row| {
        row.get(0)
    })
}

/// Audit rows: actor, action, object, outcome.
pub fn audit(tx: &mut Tx<'_>) -> Result<Vec<(String, String, String, String)>, Fault> {
    tx.all(
        sql!("select actor, action, object, outcome from ground_audit where city = ?1 order by id"),
        params![],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )
}

/// The answers kept for requests that are sent again.
pub fn kept_answers(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    tx.all(sql!("select answer from ground_once where city = ?1"), params![], |row| row.get(0))
}

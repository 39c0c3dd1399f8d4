//! What is known of the entities without asking the store: which there are, values that were asked for, bodies read lately.
//!
//! Only where nobody else writes to the store (SQLite); elsewhere the store is asked. It is read from the store the first
//! time somebody asks for more than one entity, beside the requests, and follows each change once that is durable and
//! before its writer is answered. It only says where to look: what is answered is decided on the body, which a transaction
//! reads. So it may know too much for a moment, and never too little of what was acknowledged.

mod bodies;
mod cell;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use ground::aside::beside;
use ground::cx::Cx;
use ground::db::{Store, Tx};
use ground::fault::Fault;
use ngsi::query::q::{Simple, SimpleTest};

use crate::store::{Found, entities};
use bodies::Bodies;
use table::Table;

/// Entities read in one transaction while an index is made.
const LOAD_ROWS: i64 = 5_000;
const FILL_ROWS: i64 = 1_000;
/// Wishes for columns that wait at most.
const WISHES_MAX: usize = 32;
/// A shape with fewer entities needs no column: its bodies are looked at.
const COLUMN_ROWS_MIN: usize = 500;
/// Tenants that are known at most; the others are asked for in the store.
const TENANTS_MAX: usize = 200;

/// What became of an entity.
#[derive(Clone, Debug)]
pub struct Note {
    pub rid: i64,
    /// The shape it had, if it was there.
    pub before: Option<i64>,
    pub after: Option<Stands>,
}

#[derive(Clone, Debug)]
pub struct Stands {
    pub shape: i64,
    pub body: Arc<str>,
    /// 0 for what stays.
    pub expires_us: i64,
}

#[derive(Default)]
struct Index {
    tables: HashMap<i64, Table>,
    /// Entities that end by themselves: their shape and their end.
    ending: BTreeMap<i64, (i64, i64)>,
}

#[derive(Default)]
enum State {
    #[default]
    Unknown,
    /// What changes while it is read.
    Loading(Vec<Note>),
    Ready(Index),
}

#[derive(Clone, PartialEq, Eq)]
struct Wish {
    tenant: String,
    shape: i64,
    attribute: String,
}

/// Of one city.
#[derive(Default)]
pub struct Memory {
    tenants: RwLock<HashMap<String, Arc<RwLock<State>>>>,
    bodies: OnceLock<Bodies>,
    wishes: Mutex<Vec<Wish>>,
}

/// What stands at a place of the list, and how many there are.
pub struct Window {
    pub rids: Vec<i64>,
    pub more: bool,
    pub count: u64,
}

fn locked<T>(result: Result<T, PoisonError<T>>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// The memory of a city, where there is one.
pub fn of(cx: &Cx) -> Option<Arc<Memory>> {
    cx.city().store(Store::Context).is_ours_alone().then(|| cx.city().kept::<Memory>())
}

impl Memory {
    pub fn bodies(&self, cx: &Cx) -> &Bodies {
        self.bodies.get_or_init(|| Bodies::new(cx.city().store(Store::Context).cache_bytes()))
    }

    fn tenant(&self, tenant: &str) -> Option<Arc<RwLock<State>>> {
        locked(self.tenants.read()).get(tenant).cloned()
    }

    /// Notes a change, once it is durable.
    pub fn changed(&self, tenant: &str, id: &str, note: Note) {
        if let Some(bodies) = self.bodies.get() {
            bodies.changed(tenant, id);
        }
        let Some(state) = self.tenant(tenant) else { return };
        match &mut *locked(state.write()) {
            State::Unknown => {}
            State::Loading(notes) => notes.push(note),
            State::Ready(index) => index.note(&note),
        }
    }

    /// The part of a list of all entities of these shapes, in the order in which they were made.
    pub fn window(
        &self,
        tenant: &str,
        shapes: &[i64],
        skip: u64,
        rows: usize,
        now_us: i64,
    ) -> Option<Window> {
        let state = self.tenant(tenant)?;
        let state = locked(state.read());
        let State::Ready(index) = &*state else { return None };
        if index.ending.values().any(|(shape, ends_us)| *ends_us <= now_us && shapes.contains(shape)) {
            return None;
        }
        let count = index.of(shapes).map(|table| table.rows() as u64).sum();
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let mut rids: Vec<i64> = match shapes {
            [one] => index.tables.get(one)?.from(skip).take(rows.saturating_add(1)).collect(),
            _ => index.merged(shapes, skip, rows.saturating_add(1)),
        };
        let more = rids.len() > rows;
        rids.truncate(rows);
        Some(Window { rids, more, count })
    }

    /// Up to `at_most` entities of these shapes behind `after` that may meet all conditions; whether there may be more.
    pub fn candidates(
        &self,
        tenant: &str,
        shapes: &[i64],
        all: &[Simple],
        after: i64,
        at_most: usize,
    ) -> Option<(Vec<i64>, bool)> {
        let state = self.tenant(tenant)?;
        let state = locked(state.read());
        let State::Ready(index) = &*state else { return None };
        let (mut found, mut more) = (Vec::new(), false);
        for shape in shapes {
            let Some(table) = index.tables.get(shape) else { continue };
            let (rids, rest) = table.candidates(after, &table.tests(all), at_most);
            found.extend(rids);
            more |= rest;
            if table.rows() >= COLUMN_ROWS_MIN {
                all.iter()
                    .filter(|simple| {
                        simple.test != SimpleTest::Exists && !table.has_column(&simple.attribute)
                    })
                    .for_each(|simple| self.wish(tenant, *shape, &simple.attribute));
            }
        }
        if shapes.len() > 1 {
            found.sort_unstable();
            more |= found.len() > at_most;
            found.truncate(at_most);
        }
        Some((found, more))
    }

    fn wish(&self, tenant: &str, shape: i64, attribute: &str) {
        let wish = Wish { tenant: tenant.to_owned(), shape, attribute: attribute.to_owned() };
        let mut wishes = locked(self.wishes.lock());
        if wishes.len() < WISHES_MAX && !wishes.contains(&wish) {
            wishes.push(wish);
        }
    }

    /// Answers whether the index of a tenant has to be read, and notes that somebody does.
    fn begin(&self, tenant: &str) -> Option<Arc<RwLock<State>>> {
        if let Some(state) = self.tenant(tenant)
            && !matches!(&*locked(state.read()), State::Unknown)
        {
            return None;
        }
        let state = {
            let mut tenants = locked(self.tenants.write());
            if tenants.len() >= TENANTS_MAX && !tenants.contains_key(tenant) {
                return None;
            }
            tenants.entry(tenant.to_owned()).or_default().clone()
        };
        let begins = {
            let mut state = locked(state.write());
            let begins = matches!(&*state, State::Unknown);
            if begins {
                *state = State::Loading(Vec::new());
            }
            begins
        };
        begins.then_some(state)
    }
}

impl Index {
    fn of<'i>(&'i self, shapes: &'i [i64]) -> impl Iterator<Item = &'i Table> {
        shapes.iter().filter_map(|shape| self.tables.get(shape))
    }

    fn merged(&self, shapes: &[i64], skip: usize, rows: usize) -> Vec<i64> {
        let mut heads: Vec<_> = self.of(shapes).map(|table| table.from(0).peekable()).collect();
        let mut next = || {
            let least = heads.iter_mut().filter_map(|head| head.peek().copied().map(|rid| (rid, head)));
            least.min_by_key(|(rid, _)| *rid).and_then(|(_, head)| head.next())
        };
        for _ in 0..skip {
            if next().is_none() {
                return Vec::new();
            }
        }
        std::iter::from_fn(next).take(rows).collect()
    }

    fn note(&mut self, note: &Note) {
        if let Some(before) = note.before
            && note.after.as_ref().is_none_or(|after| after.shape != before)
            && let Some(table) = self.tables.get_mut(&before)
        {
            table.remove(note.rid);
        }
        self.ending.remove(&note.rid);
        if let Some(after) = &note.after {
            self.tables.entry(after.shape).or_default().put(note.rid, &after.body);
            if after.expires_us > 0 {
                self.ending.insert(note.rid, (after.shape, after.expires_us));
            }
        }
    }
}

/// Sees to it that the index of a tenant is there soon, and the columns that were missed.
pub fn prepare(cx: &Cx, tenant: &str) {
    let Some(memory) = of(cx) else { return };
    if let Some(state) = memory.begin(tenant) {
        let (cx, tenant) = (cx.clone(), tenant.to_owned());
        beside("the index of the entities", async move {
            let read = load(&cx, &tenant).await;
            let mut state = locked(state.write());
            let notes = match std::mem::take(&mut *state) {
                State::Loading(notes) => notes,
                _ => Vec::new(),
            };
            // After a failure the next who asks tries again.
            let mut index = read?;
            notes.iter().for_each(|note| index.note(note));
            *state = State::Ready(index);
            Ok(())
        });
    }
    for wish in std::mem::take(&mut *locked(memory.wishes.lock())) {
        let (cx, memory) = (cx.clone(), memory.clone());
        beside("a column of values", async move { fill(&cx, &memory, &wish).await });
    }
}

/// Reads which entities there are. Each range is a transaction of its own: what changes in between is noted.
async fn load(cx: &Cx, tenant: &str) -> Result<Index, Fault> {
    let mut index = Index::default();
    let mut after = 0;
    loop {
        let within = tenant.to_owned();
        let range = move |tx: &mut Tx<'_>| entities::shapes_of(tx, &within, after, LOAD_ROWS);
        let rows = cx.city().store(Store::Context).read(range).await?;
        for (rid, shape, expires_us) in &rows {
            index.tables.entry(*shape).or_default().put_unseen(*rid);
            if *expires_us > 0 {
                index.ending.insert(*rid, (*shape, *expires_us));
            }
        }
        match rows.last() {
            Some((rid, ..)) if i64::try_from(rows.len()) == Ok(LOAD_ROWS) => after = *rid,
            _ => return Ok(index),
        }
    }
}

/// Adds a column to the table of a shape, and reads its values.
async fn fill(cx: &Cx, memory: &Memory, wish: &Wish) -> Result<(), Fault> {
    let Some(state) = memory.tenant(&wish.tenant) else { return Ok(()) };
    let with = |run: &mut dyn FnMut(&mut Table)| match &mut *locked(state.write()) {
        State::Ready(index) => {
            if let Some(table) = index.tables.get_mut(&wish.shape) {
                run(table);
            }
        }
        State::Unknown | State::Loading(_) => {}
    };
    with(&mut |table| table.add_column(&wish.attribute));
    let mut after = 0;
    loop {
        let (tenant, shape, now_us) = (wish.tenant.clone(), wish.shape, crate::now_us(cx));
        let attribute = wish.attribute.clone();
        let range = move |tx: &mut Tx<'_>| {
            let rows = entities::page(tx, &tenant, &[shape], after, FILL_ROWS, now_us)?;
            Ok(rows.into_iter().map(|one| (one.rid, cell::of(&one.body, &attribute))).collect::<Vec<_>>())
        };
        let rows = cx.city().store(Store::Context).read(range).await?;
        with(&mut |table| rows.iter().for_each(|(rid, value)| table.fill(&wish.attribute, *rid, *value)));
        match rows.last() {
            Some((rid, _)) if i64::try_from(rows.len()) == Ok(FILL_ROWS) => after = *rid,
            _ => return Ok(()),
        }
    }
}

/// Reads one entity: from memory, or from the store, and then it is kept. `seen` is the count of changes before the
/// transaction began; without one, or in a transaction that may write, the store is asked.
pub fn by_rid(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    rid: i64,
    seen: Option<u64>,
) -> Result<Option<Found>, Fault> {
    let now_us = crate::now_us(cx);
    let (Some(seen), Some(memory), false) = (seen, of(cx), tx.can_write()) else {
        return Ok(entities::by_rid(tx, rid, now_us)?.map(|(_, found)| found));
    };
    let bodies = memory.bodies(cx);
    if let Some(found) = bodies.by_rid(tenant, rid) {
        return Ok(Some(found));
    }
    let Some((id, found)) = entities::by_rid(tx, rid, now_us)? else { return Ok(None) };
    bodies.keep(tenant, &id, seen, &found);
    Ok(Some(found))
}

/// The same by its id.
pub fn by_id(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    id: &str,
    seen: Option<u64>,
) -> Result<Option<Found>, Fault> {
    let now_us = crate::now_us(cx);
    let (Some(seen), Some(memory), false) = (seen, of(cx), tx.can_write()) else {
        return entities::find(tx, tenant, id, now_us);
    };
    let bodies = memory.bodies(cx);
    if let Some(found) = bodies.by_id(tenant, id) {
        return Ok(Some(found));
    }
    let found = entities::find(tx, tenant, id, now_us)?;
    if let Some(found) = &found {
        bodies.keep(tenant, id, seen, found);
    }
    Ok(found)
}

/// The count of changes, for whoever is about to begin a transaction that reads.
pub fn seen(cx: &Cx) -> Option<u64> {
    of(cx).map(|memory| memory.bodies(cx).seen())
}

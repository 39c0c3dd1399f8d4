//! Finding entities: which shapes may fit, which rows those have, and which of them meet the whole query.

use std::cell::RefCell;
use std::collections::HashSet;

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ngsi::entity::LOCATION;
use ngsi::query::q::SimpleTest;
use ngsi::query::{EntityQuery, Linked, Prefilter, Stored, Unlinked};

use crate::memory;
use crate::store::shapes::Known;
use crate::store::{Found, cells, classes, entities, shapes};

/// Rows that are read at a time: few at first, more while nothing is found.
const ROWS_FIRST: i64 = 128;
const ROWS_MAX: i64 = 2_048;
/// The same of entities that the memory names.
const CANDIDATES_FIRST: usize = 32;
const CANDIDATES_MAX: usize = 2_048;
const CANDIDATES_KEPT: usize = 64;

/// What of a query is decided before a body is looked at.
pub struct Plan {
    pub shapes: Vec<i64>,
    /// Every entity of these shapes is an answer.
    pub whole: bool,
    filter: Prefilter,
    by_id: bool,
    /// How many changes there had been before this transaction (`memory::seen`); none: the store is asked for everything.
    seen: Option<u64>,
}

pub fn plan(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    query: &EntityQuery,
    seen: Option<u64>,
) -> Result<Plan, Fault> {
    let filter = query.prefilter();
    let classes = classes::all(tx)?;
    let fits = |shape: &Known| {
        classes.shows(cx, shape.types.iter().map(String::as_str))
            && (filter.any_of.is_empty()
                || filter.any_of.iter().any(|one| {
                    one.types.as_ref().is_none_or(|tree| tree.holds(&|iri| shape.types.contains(iri)))
                }))
            && (filter.attrs.is_empty() || filter.attrs.iter().any(|iri| shape.has_attr(iri)))
            && filter.all.iter().all(|simple| shape.has_attr(&simple.attribute))
            && leaves_something(query, shape)
    };
    let shapes = shapes::all(tx, cx, tenant)?;
    let shapes: Vec<i64> = shapes.iter().filter(|shape| fits(shape)).map(|shape| shape.no).collect();
    let by_id = !filter.any_of.is_empty() && filter.any_of.iter().all(|one| !one.ids.is_empty());
    let whole = filter.covers
        && filter.all.iter().all(|simple| matches!(simple.test, SimpleTest::Exists))
        && filter.any_of.iter().all(|one| one.ids.is_empty());
    let seen = seen.filter(|_| !tx.can_write());
    Ok(Plan { shapes, whole, filter, by_id, seen })
}

/// Whether anything of an entity is left once `pick` and `omit` have been heeded; one of which nothing is left is no answer.
pub fn leaves_something(query: &EntityQuery, shape: &Known) -> bool {
    let shown = |name: &str| {
        query.pick.as_ref().is_none_or(|pick| pick.get(name).is_some())
            && !query.omit.as_ref().and_then(|omit| omit.get(name)).is_some_and(|one| one.linked.is_empty())
    };
    let (pick, omit) = (&query.pick, &query.omit);
    if pick.is_none() && omit.is_none() {
        return true;
    }
    let members =
        ["id", "type"].into_iter().chain(pick.iter().flat_map(|_| ["scope", "createdAt", "modifiedAt"]));
    members.chain(shape.attrs.iter().map(|(name, _)| name.as_str())).any(shown)
}

/// Follows relationships to entities that may be seen.
struct Follow<'x, 't> {
    tx: RefCell<&'x mut Tx<'t>>,
    cx: &'x Cx,
    tenant: &'x str,
}

impl Linked for Follow<'_, '_> {
    fn with(&self, id: &str, then: &mut dyn FnMut(Stored<'_>)) {
        let Ok(mut tx) = self.tx.try_borrow_mut() else { return };
        if let Ok(Some(found)) = visible(&mut tx, self.cx, self.tenant, id, None) {
            drop(tx);
            then(Stored { body: &found.body, times: &found.times });
        }
    }
}

/// An entity by its id, if it may be seen.
pub fn visible(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    id: &str,
    seen: Option<u64>,
) -> Result<Option<Found>, Fault> {
    let Some(found) = memory::by_id(tx, cx, tenant, id, seen)? else { return Ok(None) };
    let shape = shapes::by_number(tx, cx, found.shape)?;
    let seen = classes::all(tx)?.shows(cx, shape.types.iter().map(String::as_str));
    Ok(seen.then_some(found))
}

fn meets(tx: &mut Tx<'_>, cx: &Cx, tenant: &str, query: &EntityQuery, one: &Found) -> bool {
    let stored = Stored { body: &one.body, times: &one.times };
    if query.follows_links() {
        query.matches(stored, &Follow { tx: RefCell::new(tx), cx, tenant })
    } else {
        query.matches(stored, &Unlinked)
    }
}

/// Hands over what meets a query, in the order in which it was made, from behind `after` on, until `take` has enough.
/// Answers where that was; nothing when all was handed over.
pub fn each(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    query: &EntityQuery,
    after: i64,
    take: &mut dyn FnMut(Found) -> Result<bool, Fault>,
) -> Result<Option<i64>, Fault> {
    let plan = plan(tx, cx, tenant, query, None)?;
    each_of(tx, cx, tenant, query, &plan, after, take)
}

/// The same where the memory says which entities may be meant; nothing when it does not know.
fn each_in_memory(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    query: &EntityQuery,
    plan: &Plan,
    after: i64,
    take: &mut dyn FnMut(Found) -> Result<bool, Fault>,
) -> Result<Option<Option<i64>>, Fault> {
    let Some(memory) = memory::of(cx) else { return Ok(None) };
    let fitting: HashSet<i64> = plan.shapes.iter().copied().collect();
    let (mut after, mut rows, mut looked) = (after, CANDIDATES_FIRST, 0usize);
    loop {
        let known = memory.candidates(tenant, &plan.shapes, &plan.filter.all, after, rows);
        let Some((rids, more)) = known else { return Ok(None) };
        for rid in rids {
            after = rid;
            // Whoever looks at many does not push out what others look at.
            looked += 1;
            let seen = plan.seen.filter(|_| looked <= CANDIDATES_KEPT);
            let Some(one) = memory::by_rid(tx, cx, tenant, rid, seen)? else { continue };
            let fits = fitting.contains(&one.shape) && (plan.whole || meets(tx, cx, tenant, query, &one));
            if fits && !take(one)? {
                return Ok(Some(Some(after)));
            }
        }
        if !more {
            return Ok(Some(None));
        }
        rows = (rows * 2).min(CANDIDATES_MAX);
    }
}

pub fn each_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    query: &EntityQuery,
    plan: &Plan,
    after: i64,
    take: &mut dyn FnMut(Found) -> Result<bool, Fault>,
) -> Result<Option<i64>, Fault> {
    if plan.shapes.is_empty() {
        return Ok(None);
    }
    let now_us = crate::now_us(cx);
    let fitting: HashSet<i64> = plan.shapes.iter().copied().collect();
    let ranges = match &plan.filter.geo {
        Some((property, boxes)) if property == LOCATION => Some(cells::ranges(boxes)),
        _ => None,
    };
    let from_memory = !plan.by_id && ranges.is_none() && plan.seen.is_some() && !plan.filter.all.is_empty();
    if from_memory && let Some(end) = each_in_memory(tx, cx, tenant, query, plan, after, take)? {
        return Ok(end);
    }
    let (mut after, mut rows) = (after, ROWS_FIRST);
    loop {
        let page = if plan.by_id {
            let ids: Vec<String> =
                plan.filter.any_of.iter().flat_map(|one| one.ids.iter().cloned()).collect();
            let all = entities::by_ids(tx, tenant, &ids, now_us)?;
            all.into_iter().filter(|one| one.rid > after).collect()
        } else if let Some(ranges) = &ranges {
            entities::in_cells(tx, tenant, ranges, after, rows, now_us)?
        } else {
            entities::page(tx, tenant, &plan.shapes, after, rows, now_us)?
        };
        let read = i64::try_from(page.len()).unwrap_or(i64::MAX);
        for one in page {
            after = one.rid;
            let fits = fitting.contains(&one.shape) && (plan.whole || meets(tx, cx, tenant, query, &one));
            if fits && !take(one)? {
                return Ok(Some(after));
            }
        }
        if plan.by_id || read < rows {
            return Ok(None);
        }
        rows = (rows * 2).min(ROWS_MAX);
    }
}

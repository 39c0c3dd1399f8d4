//! Changing entities, one at a time (clauses 5.6.1 to 5.6.6 and 5.6.17 to 5.6.21).

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ngsi::entity::{Change, Entity, Untouched};
use ngsi::query::{Selector, Types};
use ngsi::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::ask::{Ask, Said, What, missing};
use crate::find;
use crate::now_us;
use crate::say::fault;
use crate::store::{Found, Row, classes, entities, events, row, shapes, tenants};

/// Entities that one step of a purge changes: few enough that nobody waits long.
const PURGE_ROWS: usize = 200;

fn wrong() -> Fault {
    Fault::internal("an operation was prepared as another")
}

pub fn create(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::New(row) = &ask.ready()?.what else { return Err(wrong()) };
    tenants::ensure(tx, cx, &ask.tenant)?;
    if !entities::insert(tx, cx, &ask.tenant, row)? {
        return Err(fault(exists(&row.id)));
    }
    Ok(Said { location: Some(location(&row.id)), ..Said::nothing(201) })
}

pub fn exists(id: &str) -> Error {
    Error::new(
        ErrorKind::AlreadyExists,
        format!("there is an entity {id} already; change it, or choose another id"),
    )
}

pub fn location(id: &str) -> String {
    format!("/ngsi-ld/v1/entities/{}", crate::doors::escaped(id))
}

/// The entity in the path, to be changed.
fn stands(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<(Found, Entity), Fault> {
    tenants::check(tx, cx, &ask.tenant)?;
    let found = entities::find_to_change(tx, &ask.tenant, &ask.id, now_us(cx))?
        .ok_or_else(|| missing("entity", &ask.id))?;
    shown(tx, cx, &ask.id, &found)?;
    of_type(ask, &found)?;
    let entity = row::entity(&found.body, &found.times)?;
    Ok((found, entity))
}

/// What may not be seen cannot be changed over the API, and is as if it were not there.
pub fn shown(tx: &mut Tx<'_>, cx: &Cx, id: &str, found: &Found) -> Result<(), Fault> {
    let shape = shapes::by_number(tx, cx, found.shape)?;
    let seen = classes::all(tx)?.shows(cx, shape.types.iter().map(String::as_str));
    if seen { Ok(()) } else { Err(missing("entity", id)) }
}

/// When the request names types, only an entity of these is meant.
fn of_type(ask: &Ask, found: &Found) -> Result<(), Fault> {
    let Some(types) = ask.parameter("type").filter(|types| !types.is_empty()) else { return Ok(()) };
    let types = Types::parse(types).map_err(fault)?.expand(&*ask.ready()?.context).map_err(fault)?;
    let selector = Selector { types: Some(types), ..Selector::default() };
    if selector.matches(&found.body) { Ok(()) } else { Err(missing("entity of this type", &ask.id)) }
}

/// Stores what has become of an entity.
pub fn store(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    found: &Found,
    entity: &Entity,
    change: &Change,
) -> Result<(), Fault> {
    if change.is_empty() {
        return Ok(());
    }
    let changed = events::changed(change, entity);
    entities::update(tx, cx, tenant, found, &Row::of(entity), &changed)
}

/// 204, or 207 with what was left as it was.
fn outcome(change: &Change) -> Said {
    if change.not_updated.is_empty() {
        return Said::nothing(204);
    }
    let mut updated: Vec<&str> = change.attrs();
    updated.dedup();
    let left: Vec<Value> = change
        .not_updated
        .iter()
        .map(|one| json!({"attributeName": one.attr, "reason": one.reason}))
        .collect();
    Said::json(207, json!({"updated": updated, "notUpdated": left}).to_string())
}

pub fn append(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Fragment(fragment) = &ask.ready()?.what else { return Err(wrong()) };
    let (found, mut entity) = stands(tx, cx, ask)?;
    let change = entity.append((**fragment).clone(), !ask.opts("noOverwrite"), now_us(cx)).map_err(fault)?;
    store(tx, cx, &ask.tenant, &found, &entity, &change)?;
    Ok(outcome(&change))
}

pub fn update(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Fragment(fragment) = &ask.ready()?.what else { return Err(wrong()) };
    let (found, mut entity) = stands(tx, cx, ask)?;
    let had_scopes = !entity.scopes.is_empty();
    let mut change = entity.update((**fragment).clone(), now_us(cx)).map_err(fault)?;
    if !had_scopes && !fragment.scopes.is_empty() {
        let reason = "the entity has no scope to update; append one".to_owned();
        change.not_updated.push(Untouched { attr: "scope".to_owned(), dataset: None, reason });
    }
    store(tx, cx, &ask.tenant, &found, &entity, &change)?;
    Ok(outcome(&change))
}

pub fn merge(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Fragment(fragment) = &ask.ready()?.what else { return Err(wrong()) };
    let observed_at = ask.parameter("observedAt");
    if observed_at.is_some_and(|at| ngsi::time::parse_us(at).is_none()) {
        return Err(fault(
            Error::bad("'observedAt' is a DateTime in UTC, as in 2026-01-31T09:30:00Z").under("observedAt"),
        ));
    }
    let (found, mut entity) = stands(tx, cx, ask)?;
    let change =
        entity.merge((**fragment).clone(), now_us(cx), observed_at, ask.parameter("lang")).map_err(fault)?;
    store(tx, cx, &ask.tenant, &found, &entity, &change)?;
    Ok(Said::nothing(204))
}

pub fn replace(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Fragment(other) = &ask.ready()?.what else { return Err(wrong()) };
    let (found, mut entity) = stands(tx, cx, ask)?;
    let change = entity.replace((**other).clone(), now_us(cx)).map_err(fault)?;
    let changed = events::changed(&change, &entity);
    entities::update(tx, cx, &ask.tenant, &found, &Row::of(&entity), &changed)?;
    Ok(Said::nothing(204))
}

pub fn update_attr(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Attr(attr, Some(instance)) = &ask.ready()?.what else { return Err(wrong()) };
    let (found, mut entity) = stands(tx, cx, ask)?;
    let change = entity.partial(attr, (**instance).clone(), now_us(cx)).map_err(fault)?;
    store(tx, cx, &ask.tenant, &found, &entity, &change)?;
    Ok(Said::nothing(204))
}

pub fn replace_attr(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Attr(attr, Some(instance)) = &ask.ready()?.what else { return Err(wrong()) };
    let (found, mut entity) = stands(tx, cx, ask)?;
    let change = entity.replace_attr(attr, (**instance).clone(), now_us(cx)).map_err(fault)?;
    store(tx, cx, &ask.tenant, &found, &entity, &change)?;
    Ok(Said::nothing(204))
}

pub fn delete_attr(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Attr(attr, None) = &ask.ready()?.what else { return Err(wrong()) };
    let all = ask.flag("deleteAll")?;
    let dataset = ask.parameter("datasetId").filter(|id| !id.is_empty());
    if dataset.is_some_and(|id| id != "@none" && !ngsi::names::is_iri(id)) {
        return Err(fault(Error::bad("'datasetId' is a URI").under("datasetId")));
    }
    let (found, mut entity) = stands(tx, cx, ask)?;
    let change = entity.delete_attr(attr, dataset, all, now_us(cx)).map_err(fault)?;
    store(tx, cx, &ask.tenant, &found, &entity, &change)?;
    Ok(Said::nothing(204))
}

pub fn delete(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    tenants::check(tx, cx, &ask.tenant)?;
    let found = entities::find_to_change(tx, &ask.tenant, &ask.id, now_us(cx))?
        .ok_or_else(|| missing("entity", &ask.id))?;
    shown(tx, cx, &ask.id, &found)?;
    of_type(ask, &found)?;
    entities::delete(tx, cx, &ask.tenant, &ask.id, &found)?;
    Ok(Said::nothing(204))
}

/// One step of a purge: what it names is deleted, or freed of attributes. It says where it goes on.
pub fn purge(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Query(query) = &ask.ready()?.what else { return Err(wrong()) };
    tenants::check(tx, cx, &ask.tenant)?;
    let mut found = Vec::new();
    let end = find::each(tx, cx, &ask.tenant, query, ask.cursor, &mut |one| {
        found.push(one);
        Ok(found.len() < PURGE_ROWS)
    })?;
    for one in &found {
        let mut entity = row::entity(&one.body, &one.times)?;
        if query.keep.is_empty() && query.drop.is_empty() {
            entities::delete(tx, cx, &ask.tenant, &entity.id, one)?;
            continue;
        }
        let gone = |attr: &str| {
            if query.drop.is_empty() {
                !query.keep.iter().any(|kept| kept == attr)
            } else {
                query.drop.iter().any(|dropped| dropped == attr)
            }
        };
        let change = entity.purge(&gone, now_us(cx));
        store(tx, cx, &ask.tenant, one, &entity, &change)?;
    }
    Ok(Said { cursor: end, ..Said::nothing(204) })
}

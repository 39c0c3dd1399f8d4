//! Changing many entities in one transaction (clauses 5.6.7 to 5.6.10 and 5.6.20). One that fails does not undo the others.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ngsi::entity::Entity;
use ngsi::{Error, ErrorKind};
use serde_json::{Value, json};

use super::provide::{exists, shown, store};
use crate::ask::{Ask, Item, Said, What};
use crate::now_us;
use crate::say::{error_of, problem_of};
use crate::store::{Found, Row, entities, events, row, tenants};

/// What became of a batch.
#[derive(Default)]
struct Outcome {
    created: Vec<String>,
    updated: Vec<String>,
    errors: Vec<Value>,
}

impl Outcome {
    fn failed(&mut self, id: &str, error: &Error) {
        self.errors.push(json!({"entityId": id, "error": problem_of(error)}));
    }

    /// A fault of the house ends the whole batch; an error of the specification is said of its entity.
    fn take(&mut self, id: &str, done: Result<Done, Fault>) -> Result<(), Fault> {
        match done {
            Ok(Done::Created) => self.created.push(id.to_owned()),
            Ok(Done::Updated) => self.updated.push(id.to_owned()),
            Err(fault) => match error_of(&fault).filter(|error| error.kind != ErrorKind::InternalError) {
                Some(error) => self.failed(id, &error),
                None => return Err(fault),
            },
        }
        Ok(())
    }

    /// Everything done: `all_done`; else 207 with what was done and what was not.
    fn said(self, all_done: impl FnOnce(&Outcome) -> Said) -> Said {
        if self.errors.is_empty() {
            return all_done(&self);
        }
        let success: Vec<&String> = self.created.iter().chain(&self.updated).collect();
        Said::json(207, json!({"success": success, "errors": self.errors}).to_string())
    }
}

enum Done {
    Created,
    Updated,
}

fn items(ask: &Ask) -> Result<&[Item], Fault> {
    match &ask.ready()?.what {
        What::Batch(items) => Ok(items),
        _ => Err(Fault::internal("an operation was prepared as another")),
    }
}

fn each(
    tx: &mut Tx<'_>,
    cx: &Cx,
    ask: &Ask,
    one: impl Fn(&mut Tx<'_>, &Cx, &Ask, &Entity) -> Result<Done, Fault>,
) -> Result<Outcome, Fault> {
    let mut outcome = Outcome::default();
    for item in items(ask)? {
        match &item.entity {
            Err(error) => outcome.failed(&item.id, error),
            Ok(entity) => {
                let done = one(tx, cx, ask, entity);
                outcome.take(&item.id, done)?;
            }
        }
    }
    Ok(outcome)
}

fn create_one(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask, entity: &Entity) -> Result<Done, Fault> {
    let mut entity = entity.clone();
    entity.stamp(now_us(cx));
    if entities::insert(tx, cx, &ask.tenant, &Row::of(&entity))? {
        Ok(Done::Created)
    } else {
        Err(crate::say::fault(exists(&entity.id)))
    }
}

/// The entity of this id as it stands, if it does.
fn standing(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask, id: &str) -> Result<Option<(Found, Entity)>, Fault> {
    let Some(found) = entities::find_to_change(tx, &ask.tenant, id, now_us(cx))? else { return Ok(None) };
    shown(tx, cx, id, &found)?;
    let entity = row::entity(&found.body, &found.times)?;
    Ok(Some((found, entity)))
}

fn is_there(standing: Option<(Found, Entity)>, id: &str) -> Result<(Found, Entity), Fault> {
    standing.ok_or_else(|| crate::ask::missing("entity", id))
}

fn ids(ids: &[String]) -> String {
    json!(ids).to_string()
}

pub fn create(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    tenants::ensure(tx, cx, &ask.tenant)?;
    let outcome = each(tx, cx, ask, create_one)?;
    Ok(outcome.said(|done| Said::json(201, ids(&done.created))))
}

pub fn upsert(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    tenants::ensure(tx, cx, &ask.tenant)?;
    let updates = ask.opts("update");
    let outcome = each(tx, cx, ask, |tx, cx, ask, entity| {
        let Some((found, mut stands)) = standing(tx, cx, ask, &entity.id)? else {
            return create_one(tx, cx, ask, entity);
        };
        let change = if updates {
            stands.append(entity.clone(), true, now_us(cx))
        } else {
            stands.replace(entity.clone(), now_us(cx))
        };
        let change = change.map_err(crate::say::fault)?;
        let changed = events::changed(&change, &stands);
        entities::update(tx, cx, &ask.tenant, &found, &Row::of(&stands), &changed)?;
        Ok(Done::Updated)
    })?;
    Ok(outcome.said(|done| {
        if done.created.is_empty() { Said::nothing(204) } else { Said::json(201, ids(&done.created)) }
    }))
}

pub fn update(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    tenants::check(tx, cx, &ask.tenant)?;
    let overwrites = !ask.opts("noOverwrite");
    let outcome = each(tx, cx, ask, |tx, cx, ask, entity| {
        let (found, mut stands) = is_there(standing(tx, cx, ask, &entity.id)?, &entity.id)?;
        let change = if overwrites {
            stands.update(entity.clone(), now_us(cx))
        } else {
            stands.append(entity.clone(), false, now_us(cx))
        };
        let change = change.map_err(crate::say::fault)?;
        store(tx, cx, &ask.tenant, &found, &stands, &change)?;
        if let Some(left) = change.not_updated.first() {
            let error = Error::bad(format!("{} was left as it is: {}", left.attr, left.reason));
            return Err(crate::say::fault(error));
        }
        Ok(Done::Updated)
    })?;
    Ok(outcome.said(|_| Said::nothing(204)))
}

pub fn merge(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    tenants::check(tx, cx, &ask.tenant)?;
    let outcome = each(tx, cx, ask, |tx, cx, ask, entity| {
        let (found, mut stands) = is_there(standing(tx, cx, ask, &entity.id)?, &entity.id)?;
        let change = stands
            .merge(entity.clone(), now_us(cx), ask.parameter("observedAt"), ask.parameter("lang"))
            .map_err(crate::say::fault)?;
        store(tx, cx, &ask.tenant, &found, &stands, &change)?;
        Ok(Done::Updated)
    })?;
    Ok(outcome.said(|_| Said::nothing(204)))
}

pub fn delete(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Ids(wanted) = &ask.ready()?.what else {
        return Err(Fault::internal("an operation was prepared as another"));
    };
    tenants::check(tx, cx, &ask.tenant)?;
    let mut outcome = Outcome::default();
    for one in wanted {
        match one {
            Err((id, error)) => outcome.failed(id, error),
            Ok(id) => {
                let done = delete_one(tx, cx, ask, id);
                outcome.take(id, done)?;
            }
        }
    }
    Ok(outcome.said(|_| Said::nothing(204)))
}

fn delete_one(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask, id: &str) -> Result<Done, Fault> {
    let found = entities::find_to_change(tx, &ask.tenant, id, now_us(cx))?;
    let found = found.ok_or_else(|| crate::ask::missing("entity", id))?;
    shown(tx, cx, id, &found)?;
    entities::delete(tx, cx, &ask.tenant, id, &found)?;
    Ok(Done::Updated)
}

//! What changed: one row for each change of an entity, written with it.

use ground::cx::Cx;
use ground::db::{Sql, Tx};
use ground::fault::Fault;
use ground::{params, sql};
use ngsi::entity::{Change, Entity, Touched};
use serde_json::{Map, Value, json};

/// What happened to an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Created,
    Changed,
    Deleted,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Created => "created",
            Kind::Changed => "changed",
            Kind::Deleted => "deleted",
        }
    }
}

/// A change, as it is kept: for each instance what was there before and what is there now, in the internal form.
pub fn changed(change: &Change, entity: &Entity) -> String {
    let list = |touched: &[Touched]| -> Value {
        touched
            .iter()
            .map(|one| {
                let mut said = Map::new();
                said.insert("attr".to_owned(), one.attr.clone().into());
                if let Some(dataset) = &one.dataset {
                    said.insert("datasetId".to_owned(), dataset.clone().into());
                }
                if let Some(before) =
                    one.previous.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok())
                {
                    said.insert("before".to_owned(), before);
                }
                if let Some(now) = entity.instance(&one.attr, one.dataset.as_deref())
                    && let Ok(now) = serde_json::from_str::<Value>(&now.body())
                {
                    said.insert("now".to_owned(), now);
                }
                Value::Object(said)
            })
            .collect()
    };
    let mut said = Map::new();
    for (name, touched) in
        [("added", &change.added), ("updated", &change.updated), ("deleted", &change.deleted)]
    {
        if !touched.is_empty() {
            said.insert(name.to_owned(), list(touched));
        }
    }
    if !change.types_added.is_empty() {
        said.insert("types".to_owned(), json!(change.types_added));
    }
    if let Some(scopes) = &change.scopes_before {
        said.insert("scopesBefore".to_owned(), json!(scopes));
    }
    Value::Object(said).to_string()
}

/// Writes the row of a change. `body` is the whole entity when it was made, or as it was when it went.
pub fn write(
    tx: &mut Tx<'_>,
    cx: &Cx,
    tenant: &str,
    kind: Kind,
    (id, types): (&str, &str),
    changed: &str,
    body: &str,
) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into context_event (city, writer, tenant, entity, kind, at_us, types, changed, body)
             values (?1, {writer}, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ),
        params![tenant, id, kind.name(), crate::now_us(cx), types, changed, body],
    )
}

/// The oldest thousand are looked at, so that the log is never walked through.
pub fn purge() -> &'static Sql {
    sql!(
        "delete from context_event where city = ?1 and seq in (
             select e.seq from (select o.seq, o.at_us from context_event o where o.city = ?1
                                order by o.seq limit 1000) e
             where e.at_us < cast(?2 as bigint) * 1000)"
    )
}

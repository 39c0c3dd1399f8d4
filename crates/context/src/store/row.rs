//! An entity ready to be stored: its texts, and what is kept beside them. Made outside the transaction.

use ngsi::entity::{Entity, LOCATION};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::cells;
use crate::say::fault;
use ground::fault::Fault;

#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub body: String,
    pub times: String,
    pub created_us: i64,
    pub modified_us: i64,
    /// 0 for an entity that stays.
    pub expires_us: i64,
    pub cell: Option<i64>,
    pub shape: Shape,
}

/// Which types and attributes an entity has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub digest: String,
    /// JSON: IRIs.
    pub types: String,
    /// JSON: pairs of an IRI and the kind of the attribute.
    pub attrs: String,
}

impl Shape {
    pub fn of(entity: &Entity) -> Shape {
        let mut types: Vec<&str> = entity.types.iter().map(String::as_str).collect();
        types.sort_unstable();
        types.dedup();
        let mut attrs: Vec<(&str, &str)> = entity
            .attrs
            .iter()
            .flat_map(|(name, instances)| instances.iter().map(|one| (name.as_str(), one.kind.name())))
            .collect();
        attrs.sort_unstable();
        attrs.dedup();
        let types = json!(types).to_string();
        let attrs = Value::from_iter(attrs.into_iter().map(|(name, kind)| json!([name, kind]))).to_string();
        let digest = digest(&SHA256, format!("{types}{attrs}").as_bytes());
        let digest = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Shape { digest, types, attrs }
    }
}

impl Row {
    pub fn of(entity: &Entity) -> Row {
        let expires = entity.expires_at.as_deref().and_then(ngsi::time::parse_us).unwrap_or(0);
        let place = entity.attrs.get(LOCATION).and_then(|instances| instances.first());
        Row {
            id: entity.id.clone(),
            body: entity.body(),
            times: entity.times(),
            created_us: entity.created_us,
            modified_us: entity.modified_us,
            expires_us: expires.max(0),
            cell: place.map(|one| cells::of_geometry(&one.value)),
            shape: Shape::of(entity),
        }
    }
}

/// The entity of a stored text.
pub fn entity(body: &str, times: &str) -> Result<Entity, Fault> {
    Entity::from_stored(body, times).map_err(fault)
}

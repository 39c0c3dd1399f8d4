//! Tests; their names carry the clause that they are about.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::entity::{Entity, Reading};
use crate::ld::{Context, Resolved, resolve};
use crate::render::{self, Style};

mod changes;
mod contexts;
mod properties;
mod reading;
mod rendering;
mod small;

/// A context from its value, where no document is needed.
fn context(value: &Value) -> Arc<Context> {
    match resolve(value, None, &|_| None).expect("a context") {
        Resolved::Ready(context) => context,
        Resolved::Missing(urls) => panic!("needs {urls:?}"),
    }
}

/// A small town's context.
fn town() -> Arc<Context> {
    context(&json!({
        "ex": "https://town.example/ns#",
        "避難所": "ex:Shelter",
        "名称": "ex:name",
        "水位": "ex:waterLevel",
        "精度": {"@id": "ex:accuracy"},
        "担当": {"@id": "ex:keeper", "@type": "@id"},
        "Gauge": "ex:Gauge",
        "accuracy": "ex:plainAccuracy"
    }))
}

fn read(value: &Value, reading: Reading) -> Result<Entity, crate::Error> {
    Entity::read(value.to_string().as_bytes(), &town(), reading)
}

fn create(value: &Value) -> Entity {
    let mut entity = read(value, Reading::Create).expect("an entity");
    entity.stamp(1_000_000);
    entity
}

fn refused(value: &Value, reading: Reading) -> crate::Error {
    match read(value, reading) {
        Ok(entity) => panic!("was taken: {}", entity.body()),
        Err(error) => error,
    }
}

fn shown(entity: &Entity, style: &Style<'_>) -> Value {
    let mut out = String::new();
    render::entity(&entity.body(), &entity.times(), &town(), style, &mut out).expect("an answer");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

use ground::fault::Kind;
use serde_json::{Value, json};

use super::Line;
use super::lines::{line, nothing};

const ID: &str = "urn:ngsi-ld:Gauge:refused";

fn entity(id: &str) -> String {
    json!({"id": id, "type": "Gauge", "level": {"type": "Property", "value": 1}}).to_string()
}

fn fragment() -> Value {
    json!({"id": ID, "body": "{\"level\":{\"type\":\"Property\",\"value\":2}}"})
}

fn on_level(body: &str) -> Value {
    json!({"id": ID, "attr": "level", "body": body})
}

/// Everybody may ask; what is not public is not there for them.
const fn hidden(action: &'static str, input: fn(&super::seeds::Seeds) -> Value) -> Line {
    Line { done: Some(Kind::Missing), ..line(action, input) }
}

pub const LINES: &[Line] = &[
    line("context.create_entity", |_| json!({"body": entity(ID)})),
    line("context.append_attributes", |_| fragment()),
    line("context.update_attributes", |_| fragment()),
    line("context.merge_entity", |_| fragment()),
    line("context.update_attribute", |_| on_level("{\"value\":3}")),
    line("context.replace_attribute", |_| on_level("{\"type\":\"Property\",\"value\":4}")),
    line("context.replace_entity", |_| json!({"id": ID, "body": entity(ID)})),
    line("context.delete_attribute", |_| json!({"id": ID, "attr": "level"})),
    hidden("context.retrieve_entity", |_| json!({"id": ID})),
    line("context.query_entities", |_| json!({"parameters": [["type", "Gauge"]]})),
    line(
        "context.search_entities",
        |_| json!({"body": "{\"type\":\"Query\",\"entities\":[{\"type\":\"Gauge\"}]}"}),
    ),
    line("context.types", nothing),
    hidden("context.type", |_| json!({"id": "Gauge"})),
    line("context.attributes", nothing),
    hidden("context.attribute", |_| json!({"id": "level"})),
    line("context.delete_entity", |_| json!({"id": ID})),
    line("context.create_entities", |_| json!({"body": format!("[{}]", entity(ID))})),
    line("context.upsert_entities", |_| json!({"body": format!("[{}]", entity(ID))})),
    line("context.update_entities", |_| json!({"body": format!("[{}]", entity(ID))})),
    line("context.merge_entities", |_| json!({"body": format!("[{}]", entity(ID))})),
    line("context.delete_entities", |_| json!({"body": json!([ID]).to_string()})),
    line("context.purge_entities", |_| json!({"parameters": [["type", "Gauge"]]})),
    line("context.add_ld_context", |_| json!({"body": "{\"@context\":{\"a\":\"https://a.example/a\"}}"})),
    line("context.ld_contexts", nothing),
    line("context.ld_context", |_| json!({"id": CORE})),
    line("context.delete_ld_context", |_| json!({"id": CORE, "parameters": [["reload", "true"]]})),
    line("context.kinds", nothing),
    line(
        "context.set_class",
        |_| json!({"kind": "https://uri.etsi.org/ngsi-ld/default-context/Gauge", "class": "internal", "rev": 0}),
    ),
];

const CORE: &str = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";

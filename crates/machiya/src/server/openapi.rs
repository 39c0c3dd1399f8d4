//! `/api/openapi.json`: OpenAPI 3.1 out of the registry. Schemas are the actions' own (JSON Schema 2020-12).

use std::sync::OnceLock;

use bytes::Bytes;
use ground::action::AnyAction;
use ground::house::House;
use ground::words::{Lang, Tongue};
use serde_json::{Map, Value, json};

/// The document in each language, made when it is first asked for.
#[derive(Default)]
pub struct Kept {
    documents: [OnceLock<Bytes>; 3],
}

impl Kept {
    pub fn document(&self, house: &House, lang: Lang) -> Bytes {
        let [ja, ja_easy, en] = &self.documents;
        let place = match lang {
            Lang::Ja => ja,
            Lang::JaEasy => ja_easy,
            Lang::En => en,
        };
        place.get_or_init(|| document(house, &house.words.tongue(lang)).to_string().into()).clone()
    }
}

/// The whole document.
pub fn document(house: &House, t: &Tongue) -> Value {
    let mut schemas = Schemas::default();
    schemas.all.insert("Problem".into(), problem_schema());
    let mut paths = Map::new();
    let mut rooms: Vec<&str> = Vec::new();
    for action in house.actions() {
        if !rooms.contains(&action.room()) {
            rooms.push(action.room());
        }
        let path = format!("/api/v1/{}/{}", action.room(), action.verb());
        paths.insert(path, operations(house, action, t, &mut schemas));
    }
    let tags: Vec<Value> =
        rooms.iter().map(|room| json!({"name": *room, "description": room_name(room, t)})).collect();
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "machiya",
            "version": house.version,
            "description": t.t("developers-api-lead"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.all,
            "responses": {"Problem": {
                "description": t.t("developers-problem"),
                "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }},
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": t.t("developers-idempotency"),
                    "schema": {"type": "string", "minLength": 1, "maxLength": ground::once::KEY_MAX},
                },
                "IfMatch": {
                    "name": "If-Match", "in": "header", "required": false,
                    "description": t.t("developers-if-match"),
                    "schema": {"type": "string", "examples": ["\"3\""]},
                },
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": ground::session::COOKIE},
            },
        },
    })
}

/// The room as the reference architecture calls it, where it has a name there.
pub fn room_name<'t>(room: &'t str, t: &'t Tongue) -> String {
    let word = format!("developers-room-{room}");
    if t.knows(&word) { t.t(&word).to_owned() } else { room.to_owned() }
}

fn operations(house: &House, action: &AnyAction, t: &Tongue, schemas: &mut Schemas) -> Value {
    let input = schemas.lift(action.name, action.input.as_value());
    let output = schemas.lift(action.name, action.output.as_value());
    let rights: Vec<String> = house
        .grants(action.name)
        .iter()
        .map(|grant| format!("{}:{}", grant.role.name(), grant.reach.name()))
        .collect();
    let open = house.grants(action.name).iter().any(|grant| grant.role == ground::who::Role::Anyone);
    let security = if open { json!([{}, {"session": []}]) } else { json!([{"session": []}]) };
    let common = |method: &str| {
        let mut responses = Map::new();
        responses.insert(
            "200".into(),
            json!({
                "description": t.t("developers-answer"),
                "content": {"application/json": {"schema": output}},
            }),
        );
        for status in statuses(action.writes()) {
            responses.insert((*status).into(), json!({"$ref": "#/components/responses/Problem"}));
        }
        json!({
            "operationId": format!("{}_{method}", action.name.replace('.', "_")),
            "summary": t.t(&action.word()),
            "tags": [action.room()],
            "security": security,
            "responses": responses,
            "x-machiya-action": action.name,
            "x-machiya-emits": action.emits,
            "x-machiya-rights": rights,
        })
    };
    let mut post = common("post");
    put(
        &mut post,
        "requestBody",
        json!({"required": true, "content": {"application/json": {"schema": input}}}),
    );
    let mut out = Map::new();
    if action.writes() {
        let mut headers = vec![json!({"$ref": "#/components/parameters/IdempotencyKey"})];
        if super::coerce::Shape::of(action.input.as_value()).has("rev") {
            headers.push(json!({"$ref": "#/components/parameters/IfMatch"}));
        }
        put(&mut post, "parameters", headers.into());
    } else {
        let mut get = common("get");
        let mut parameters = Vec::new();
        query_parameters(action.input.as_value(), action.input.as_value(), &input, "", &mut parameters);
        put(&mut get, "parameters", parameters.into());
        out.insert("get".into(), get);
    }
    out.insert("post".into(), post);
    Value::Object(out)
}

fn statuses(writes: bool) -> &'static [&'static str] {
    if writes {
        &["400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "500", "503", "504"]
    } else {
        &["400", "401", "403", "404", "413", "415", "422", "429", "500", "503", "504"]
    }
}

fn put(operation: &mut Value, name: &str, value: Value) {
    if let Some(map) = operation.as_object_mut() {
        map.insert(name.to_owned(), value);
    }
}

/// Fields of an input as query parameters: `paging.after` for a field inside another.
fn query_parameters(schema: &Value, root: &Value, lifted: &Value, prefix: &str, out: &mut Vec<Value>) {
    let empty = Vec::new();
    let required = schema.get("required").and_then(Value::as_array).unwrap_or(&empty);
    let fields = schema.get("properties").and_then(Value::as_object);
    for (name, field) in fields.into_iter().flatten() {
        let target = field
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|target| root.pointer(target.strip_prefix('#')?));
        if prefix.is_empty()
            && let Some(inner) = target.filter(|inner| inner.get("properties").is_some())
        {
            query_parameters(inner, root, &Value::Null, &format!("{name}."), out);
            continue;
        }
        // Where the field was lifted along with its input, its references lead to the right place.
        let shown = lifted.pointer(&format!("/properties/{name}")).or(target).unwrap_or(field);
        out.push(json!({
            "name": format!("{prefix}{name}"),
            "in": "query",
            "required": prefix.is_empty() && required.contains(&Value::from(name.as_str())),
            "schema": shown,
        }));
    }
}

/// All named schemas of the document.
#[derive(Default)]
struct Schemas {
    all: Map<String, Value>,
    /// As they came, to see whether two of one name are the same.
    raw: Map<String, Value>,
}

impl Schemas {
    /// Moves a schema's own definitions to the document's, and turns its references there.
    fn lift(&mut self, action: &str, schema: &Value) -> Value {
        let mut schema = schema.clone();
        let definitions = match schema.as_object_mut() {
            Some(map) => {
                map.remove("$schema");
                map.remove("$defs")
            }
            None => None,
        };
        let Some(Value::Object(definitions)) = definitions else { return schema };
        let mut names = Map::new();
        for (name, definition) in &definitions {
            let taken = self.raw.get(name).is_some_and(|known| known != definition) || name == "Problem";
            let kept = if taken { format!("{}.{name}", action.replace('.', "_")) } else { name.clone() };
            names.insert(name.clone(), kept.into());
        }
        for (name, definition) in definitions {
            let kept = names.get(&name).and_then(Value::as_str).unwrap_or(&name).to_owned();
            let mut turned = definition.clone();
            turn(&mut turned, &names);
            self.raw.entry(kept.clone()).or_insert(definition);
            self.all.entry(kept).or_insert(turned);
        }
        turn(&mut schema, &names);
        schema
    }
}

fn turn(schema: &mut Value, names: &Map<String, Value>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref")
                && let Some(kept) = target.strip_prefix("#/$defs/").and_then(|name| names.get(name)?.as_str())
            {
                *target = format!("#/components/schemas/{kept}");
            }
            map.values_mut().for_each(|value| turn(value, names));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| turn(value, names)),
        _ => {}
    }
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "examples": ["urn:machiya:fault:outdated"]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "code", "message"],
                    "properties": {
                        "field": {"type": "string"},
                        "code": {"type": "string"},
                        "message": {"type": "string"},
                    },
                },
            },
            "current": {},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_of_one_name_are_shared_when_equal_and_told_apart_when_not() {
        let mut schemas = Schemas::default();
        let with = |kind: &str| json!({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"type": kind}}, "$schema": "x"});
        let target =
            |schema: &Value| schema.pointer("/properties/a/$ref").and_then(Value::as_str).unwrap().to_owned();
        assert_eq!(target(&schemas.lift("r.one", &with("string"))), "#/components/schemas/A");
        assert_eq!(target(&schemas.lift("r.two", &with("string"))), "#/components/schemas/A");
        assert_eq!(target(&schemas.lift("r.three", &with("integer"))), "#/components/schemas/r_three.A");
        assert_eq!(schemas.all.len(), 2);
    }
}

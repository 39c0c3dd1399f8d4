//! From a query string to an action's input: texts become numbers, truths and lists as the input's schema asks.
//!
//! `?paging.rows=20&state=dead&tags=a&tags=b` becomes `{"paging":{"rows":20},"state":"dead","tags":["a","b"]}`. What
//! does not fit stays text, so that reading the input names the field.

use std::collections::BTreeMap;

use ground::fault::Fault;
use ground::form::FormData;
use serde_json::{Map, Value};

/// Schemas that refer to themselves are followed this far.
const DEPTH_MAX: usize = 6;

/// What an input takes, as far as texts must be told apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Text,
    Number,
    Truth,
    List(Box<Shape>),
    Fields(BTreeMap<String, Shape>),
}

impl Shape {
    /// The shape that a JSON Schema describes.
    pub fn of(schema: &Value) -> Shape {
        shape(schema, schema, 0)
    }

    pub fn has(&self, field: &str) -> bool {
        matches!(self, Shape::Fields(fields) if fields.contains_key(field))
    }

    /// An input from a query string.
    pub fn read(&self, query: &str) -> Result<Value, Fault> {
        let form = FormData::from_urlencoded(query)?;
        let mut input = Map::new();
        for (name, text) in form.pairs() {
            // The language of the answer may be asked for everywhere.
            if name == "lang" && !self.has(name) {
                continue;
            }
            put(&mut input, self, name, text);
        }
        Ok(Value::Object(input))
    }
}

fn shape(schema: &Value, root: &Value, depth: usize) -> Shape {
    if depth > DEPTH_MAX {
        return Shape::Text;
    }
    let again = |schema: &Value| shape(schema, root, depth + 1);
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let found = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return found.map_or(Shape::Text, again);
    }
    for word in ["anyOf", "oneOf", "allOf"] {
        if let Some(choices) = schema.get(word).and_then(Value::as_array) {
            let not_null = choices.iter().find(|choice| choice.get("type") != Some(&Value::from("null")));
            return not_null.map_or(Shape::Text, again);
        }
    }
    match kind(schema) {
        "integer" | "number" => Shape::Number,
        "boolean" => Shape::Truth,
        "array" => Shape::List(Box::new(schema.get("items").map_or(Shape::Text, again))),
        "object" => {
            let fields = schema.get("properties").and_then(Value::as_object);
            let fields = fields.into_iter().flatten().map(|(name, field)| (name.clone(), again(field)));
            Shape::Fields(fields.collect())
        }
        _ => Shape::Text,
    }
}

/// The type of a schema; of several, the one that is not null.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ => "",
    }
}

fn put(into: &mut Map<String, Value>, shape: &Shape, name: &str, text: &str) {
    let Shape::Fields(fields) = shape else { return };
    if let Some((first, rest)) = name.split_once('.')
        && let Some(inner @ Shape::Fields(_)) = fields.get(first)
    {
        let place = into.entry(first).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(map) = place {
            put(map, inner, rest, text);
        }
        return;
    }
    match fields.get(name) {
        Some(Shape::List(each)) => {
            let place = into.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = place {
                list.push(value(each, text));
            }
        }
        // A field of a web form that was left empty was not given.
        Some(Shape::Number | Shape::Truth) if text.is_empty() => {}
        Some(shape) => {
            into.insert(name.to_owned(), value(shape, text));
        }
        None => {
            into.insert(name.to_owned(), Value::from(text));
        }
    }
}

fn value(shape: &Shape, text: &str) -> Value {
    let read = match shape {
        Shape::Number => number(text.trim()),
        Shape::Truth => match text {
            "true" | "1" | "on" => Some(Value::Bool(true)),
            "false" | "0" | "off" => Some(Value::Bool(false)),
            _ => None,
        },
        Shape::Text | Shape::List(_) | Shape::Fields(_) => None,
    };
    read.unwrap_or_else(|| Value::from(text))
}

fn number(text: &str) -> Option<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn sample() -> Shape {
        Shape::of(&json!({
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "size": {"type": ["integer", "null"]},
                "share": {"type": "number"},
                "open": {"type": "boolean"},
                "tags": {"type": "array", "items": {"type": "integer"}},
                "paging": {"$ref": "#/$defs/Paging"},
                "kind": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Kind"}]}
            },
            "$defs": {
                "Paging": {"type": "object", "properties": {"after": {"type": "string"}, "rows": {"type": "integer"}}},
                "Kind": {"type": "string", "enum": ["a", "b"]}
            }
        }))
    }

    #[test]
    fn texts_become_what_the_schema_asks() {
        let query =
            "name=7&size=3&share=0.5&open=true&tags=1&tags=2&paging.rows=20&paging.after=9&kind=a&lang=en";
        let expected = json!({
            "name": "7", "size": 3, "share": 0.5, "open": true, "tags": [1, 2],
            "paging": {"rows": 20, "after": "9"}, "kind": "a",
        });
        assert_eq!(sample().read(query).unwrap(), expected);
        assert!(sample().has("size") && !sample().has("rev"));
    }

    #[test]
    fn what_does_not_fit_stays_text_for_the_fault_to_name_it() {
        let expected = json!({"size": "three", "colour": "red", "paging": {"x": "1"}, "a.b": "2"});
        assert_eq!(sample().read("size=three&colour=red&paging.x=1&a.b=2&share=").unwrap(), expected);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}}});
        assert!(Shape::of(&schema).has("a"));
    }

    proptest! {
        #[test]
        fn any_query_is_read_without_a_crash(query in "([a-z.]{0,12}=[\\PC]{0,8}&?){0,6}") {
            if let Ok(input) = sample().read(&query) {
                prop_assert!(input.is_object());
            }
        }

        #[test]
        fn numbers_survive(size in any::<i64>()) {
            prop_assert_eq!(sample().read(&format!("size={size}")).unwrap(), json!({"size": size}));
        }
    }
}

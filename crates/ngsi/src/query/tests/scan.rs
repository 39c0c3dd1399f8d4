use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::query::scan::{each, elements, member, members, number, string};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

#[test]
fn broken_text_ends_early_and_harms_nothing() {
    for text in [
        "",
        "{",
        "{\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":[1,",
        "[",
        "[1",
        "[\"",
        "[,]",
        "{,}",
        "{\"a\" 1}",
        "\"\\",
        "[[[[",
    ] {
        members(text).count();
        elements(text).count();
        member(text, "a");
        each(text).count();
        string(text);
        number(text);
    }
}

proptest! {
    #[test]
    fn every_member_and_element_is_found(value in json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let parse = |t: &str| serde_json::from_str::<Value>(t).unwrap();
        match &value {
            Value::Object(of) => {
                prop_assert_eq!(members(&text).count(), of.len());
                for (name, expected) in of {
                    prop_assert_eq!(&parse(member(&text, name).unwrap()), &parse(&expected.to_string()));
                }
                prop_assert!(member(&text, "a name that is too long").is_none());
            }
            Value::Array(of) => {
                let found: Vec<Value> = elements(&text).map(parse).collect();
                prop_assert_eq!(found, of.iter().map(|v| parse(&v.to_string())).collect::<Vec<_>>());
            }
            Value::String(expected) => prop_assert_eq!(string(&text).unwrap().into_owned(), expected.clone()),
            Value::Number(expected) => prop_assert_eq!(number(&text), expected.to_string().parse().ok()),
            _ => {}
        }
    }

    #[test]
    fn any_text_is_gone_through(text in ".{0,60}", name in ".{0,3}") {
        members(&text).count();
        elements(&text).count();
        member(&text, &name);
        string(&text);
    }
}

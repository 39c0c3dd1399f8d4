//! The evaluation over stored text against a plain one over trees, written from the clause alone.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::{Names, Others, at_least, iri};
use crate::query::q::{Compiled, Expr, Op, Path, Stored, Term, Test, Value};
use crate::time::parse_us;

/// The values that a path addresses, each with what its instance is.
fn targets<'a>(entity: &'a Json, path: &Path) -> Vec<(&'a str, Vec<Json>)> {
    let mut level: Vec<&Json> = vec![entity];
    for name in &path.names {
        let name = iri(name);
        level = level
            .into_iter()
            .filter_map(|of| of.get(&name))
            .flat_map(|found| match found {
                Json::Array(of) => of.iter().collect(),
                one => vec![one],
            })
            .collect();
    }
    level
        .into_iter()
        .filter_map(|instance| {
            let kind = instance["type"].as_str().unwrap();
            let values = match kind {
                "Relationship" if path.inside.is_empty() => flat(&instance["object"]),
                "Relationship" => return None,
                "LanguageProperty" => {
                    let map = instance["languageMap"].as_object().unwrap();
                    let wanted = |l: &String| match path.inside.as_slice() {
                        [] => true,
                        [lang] => lang == "*" || lang == l,
                        _ => false,
                    };
                    let found: Vec<Json> =
                        map.iter().filter(|(l, _)| wanted(l)).flat_map(|(_, v)| flat(v)).collect();
                    if found.is_empty() {
                        return None;
                    }
                    found
                }
                _ => {
                    let mut value = &instance["value"];
                    for member in &path.inside {
                        value = match value {
                            Json::Object(of) => of.get(member)?,
                            Json::Array(of) => of.get(member.parse::<usize>().ok()?)?,
                            _ => return None,
                        };
                    }
                    // An array stays one target for orders and patterns.
                    return Some((if value.is_array() { "array" } else { kind }, flat(value)));
                }
            };
            Some((kind, values))
        })
        .collect()
}

fn flat(value: &Json) -> Vec<Json> {
    match value {
        Json::Array(of) => of.clone(),
        one => vec![one.clone()],
    }
}

fn order(target: &Json, value: &Value) -> Option<std::cmp::Ordering> {
    match (untyped(target), value) {
        (Json::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(b),
        (Json::Bool(a), Value::Bool(b)) => (a == b).then_some(std::cmp::Ordering::Equal),
        (Json::String(a), Value::Text(b)) => match (parse_us(a), parse_us(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => Some(a.cmp(b)),
        },
        (Json::String(a), Value::Word(b)) => Some(a.cmp(b)),
        (Json::String(a), Value::Moment(b)) => Some(parse_us(a)?.cmp(&parse_us(b)?)),
        _ => None,
    }
}

/// The value of a typed value of JSON-LD; anything else is itself.
fn untyped(value: &Json) -> &Json {
    value.get("@value").unwrap_or(value)
}

fn same(target: &Json, value: &Value) -> bool {
    order(target, value).is_some_and(|o| o.is_eq())
}

fn inside(target: &Json, from: &Value, to: &Value) -> bool {
    order(target, from).is_some_and(|o| o.is_ge()) && order(target, to).is_some_and(|o| o.is_le())
}

fn term(entity: &Json, term: &Term) -> bool {
    let targets = targets(entity, &term.path);
    let any = |f: &dyn Fn(&str, &[Json]) -> bool| targets.iter().any(|(kind, values)| f(kind, values));
    let ordered = |kind: &str| kind != "Relationship" && kind != "array";
    match &term.test {
        Test::Exists => !targets.is_empty(),
        Test::Absent => targets.is_empty(),
        Test::Compare(Op::Eq, v) => any(&|_, all| all.iter().any(|t| same(t, v))),
        Test::Compare(Op::Ne, v) => any(&|_, all| !all.iter().any(|t| same(t, v))),
        Test::Compare(op, v) => any(&|kind, all| {
            ordered(kind)
                && all.iter().any(|t| {
                    order(t, v).is_some_and(|o| match op {
                        Op::Gt => o.is_gt(),
                        Op::Ge => o.is_ge(),
                        Op::Lt => o.is_lt(),
                        _ => o.is_le(),
                    })
                })
        }),
        Test::OneOf(equal, list) => {
            any(&|_, all| all.iter().any(|t| list.iter().any(|v| same(t, v))) == *equal)
        }
        Test::Range(equal, from, to) => {
            any(&|kind, all| kind != "Relationship" && all.iter().any(|t| inside(t, from, to)) == *equal)
        }
        Test::Like(positive, pattern, _) => any(&|kind, all| {
            let texts: Vec<&str> = all.iter().filter_map(Json::as_str).collect();
            let found = texts.iter().any(|t| t.contains(pattern.as_str()));
            ordered(kind) && !texts.is_empty() && found == *positive
        }),
    }
}

fn expr(entity: &Json, of: &Expr) -> bool {
    match of {
        Expr::And(of) => of.iter().all(|e| expr(entity, e)),
        Expr::Or(of) => of.iter().any(|e| expr(entity, e)),
        Expr::Term(of) => term(entity, of),
    }
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        (-2_i32..4).prop_map(|n| json!(n)),
        Just(json!(1.5)),
        "[ab水\"\\\\]{0,2}".prop_map(Json::String),
        any::<bool>().prop_map(Json::Bool),
        Just(Json::Null),
        Just(json!("2026-01-01T00:00:00Z")),
        Just(json!("2026-01-01T00:00:00.000Z")),
        Just(json!("2026-01-02T00:00:00Z")),
        Just(json!({"@type": "DateTime", "@value": "2026-01-02T00:00:00Z"})),
        Just(json!({"@type": "x", "@value": 2})),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    prop_oneof![
        4 => scalar(),
        1 => prop::collection::vec(scalar(), 0..3).prop_map(Json::Array),
        1 => prop::collection::btree_map("[ab0水]", scalar(), 0..3).prop_map(|m| json!(m)),
    ]
}

fn instance() -> impl Strategy<Value = Json> {
    let language = prop::collection::btree_map(
        "en|ja|de",
        prop_oneof![
            "[ab水]{0,2}".prop_map(Json::String),
            prop::collection::vec("[ab水]{0,2}", 1..3).prop_map(|v| json!(v)),
        ],
        1..3,
    );
    prop_oneof![
        3 => value().prop_map(|v| json!({"type": "Property", "value": v})),
        1 => language.prop_map(|m| json!({"type": "LanguageProperty", "languageMap": m})),
        1 => "urn:x:[ab]".prop_map(|o| json!({"type": "Relationship", "object": o})),
        1 => prop::collection::vec("urn:x:[ab]", 1..3).prop_map(|o| json!({"type": "Relationship", "object": o})),
    ]
}

fn attribute() -> impl Strategy<Value = Json> {
    let with_subs =
        (instance(), prop::collection::btree_map("[pq]", instance(), 0..2)).prop_map(|(mut one, subs)| {
            for (name, sub) in subs {
                one.as_object_mut().unwrap().insert(iri(&name), sub);
            }
            one
        });
    let with_subs = with_subs.boxed();
    prop_oneof![
        3 => with_subs.clone(),
        1 => prop::collection::vec(with_subs, 2..4).prop_map(|all| {
            let numbered = all.into_iter().enumerate().map(|(n, mut one)| {
                if n > 0 {
                    one.as_object_mut().unwrap().insert("datasetId".to_owned(), json!(format!("urn:ds:{n}")));
                }
                one
            });
            Json::Array(numbered.collect())
        }),
    ]
}

fn entity() -> impl Strategy<Value = Json> {
    prop::collection::btree_map("[pqr]", attribute(), 0..3).prop_map(|attributes| {
        let mut members = Map::new();
        members.insert("id".to_owned(), json!("urn:x:1"));
        members.insert("type".to_owned(), json!([iri("T")]));
        members.extend(attributes.into_iter().map(|(name, a)| (iri(&name), a)));
        Json::Object(members)
    })
}

fn asked() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-2_i32..4).prop_map(|n| Value::Number(f64::from(n))),
        "[ab水\"\\\\]{0,2}".prop_map(Value::Text),
        Just(Value::Text("2026-01-01T00:00:00Z".to_owned())),
        Just(Value::Moment("2026-01-01T12:00:00Z".to_owned())),
        Just(Value::Moment("2026-01-01T00:00:00Z".to_owned())),
        Just(Value::Number(1.5)),
    ]
}

fn equal() -> impl Strategy<Value = Value> {
    prop_oneof![4 => asked(), 1 => any::<bool>().prop_map(Value::Bool), 1 => "urn:x:[ab]".prop_map(Value::Word)]
}

fn question() -> impl Strategy<Value = Term> {
    let path = (prop::collection::vec("[pqr]", 1..3), prop::collection::vec("[ab01*水]|en|ja", 0..2))
        .prop_map(|(names, inside)| Path { hops: Vec::new(), names, inside });
    let op = prop_oneof![Just(Op::Gt), Just(Op::Ge), Just(Op::Lt), Just(Op::Le)];
    let test = prop_oneof![
        Just(Test::Exists),
        Just(Test::Absent),
        equal().prop_map(|v| Test::Compare(Op::Eq, v)),
        equal().prop_map(|v| Test::Compare(Op::Ne, v)),
        (op, asked()).prop_map(|(op, v)| Test::Compare(op, v)),
        (any::<bool>(), prop::collection::vec(equal(), 2..4)).prop_map(|(e, l)| Test::OneOf(e, l)),
        (any::<bool>(), -2_i32..4, -2_i32..4).prop_map(|(e, a, b)| {
            Test::Range(e, Value::Number(f64::from(a)), Value::Number(f64::from(b)))
        }),
        (any::<bool>(), "[ab水]").prop_map(|(p, t)| Test::Like(p, t, true)),
    ];
    (path, test).prop_map(|(path, test)| Term { path, test })
}

fn questions() -> impl Strategy<Value = Expr> {
    question().prop_map(Expr::Term).prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner, 2..4).prop_map(Expr::Or),
        ]
    })
}

/// Does a store that keeps side columns as `Simple` describes let the entity pass?
fn passes(entity: &Json, simple: &crate::query::q::Simple) -> bool {
    use crate::query::q::SimpleTest;
    fn holds(test: &SimpleTest, value: &Json) -> bool {
        let value = untyped(value);
        let by = |op: &Op, order: Option<std::cmp::Ordering>| {
            order.is_some_and(|o| match op {
                Op::Eq => o.is_eq(),
                Op::Ne => o.is_ne(),
                Op::Gt => o.is_gt(),
                Op::Ge => o.is_ge(),
                Op::Lt => o.is_lt(),
                Op::Le => o.is_le(),
            })
        };
        match test {
            SimpleTest::Exists => true,
            SimpleTest::Number(op, n) => by(op, value.as_f64().and_then(|v| v.partial_cmp(n))),
            SimpleTest::Text(op, t) => by(op, value.as_str().map(|v| v.cmp(t.as_str()))),
            SimpleTest::Bool(b) => value.as_bool() == Some(*b),
            SimpleTest::Instant(op, us) => by(op, value.as_str().and_then(parse_us).map(|v| v.cmp(us))),
            SimpleTest::Any(of) => of.iter().any(|t| holds(t, value)),
            SimpleTest::NumberRange(a, b) => value.as_f64().is_some_and(|v| *a <= v && v <= *b),
        }
    }
    let Some(attribute) = entity.get(&simple.attribute) else { return false };
    flat(attribute).iter().any(|instance| {
        if simple.test == SimpleTest::Exists {
            return true;
        }
        let values: Vec<Json> = if let Some(map) = instance.get("languageMap") {
            map.as_object().unwrap().values().flat_map(flat).collect()
        } else {
            let value = instance.get("value").or_else(|| instance.get("object")).unwrap();
            if value.is_array() && !simple.in_arrays { Vec::new() } else { flat(value) }
        };
        values.iter().any(|v| holds(&simple.test, v))
    })
}

proptest! {
    #![proptest_config(at_least(2_000))]

    #[test]
    fn c4_9_evaluation_is_that_of_a_plain_model(entity in entity(), asked in questions()) {
        let text = entity.to_string();
        let compiled = Compiled::new(&asked, &Names, &[]).unwrap();
        let met = compiled.matches(Stored { body: &text, times: "" }, &Others(Vec::new()));
        prop_assert_eq!(met, expr(&entity, &asked), "{} on {}", asked, text);
        let pretty = serde_json::to_string_pretty(&entity).unwrap();
        let same = compiled.matches(Stored { body: &pretty, times: "" }, &Others(Vec::new()));
        prop_assert_eq!(met, same, "blanks change nothing");
        // What a store decides never loses a match, and decides alone where it says so.
        let (all, whole) = compiled.simple();
        let passed = all.iter().all(|s| passes(&entity, s));
        prop_assert!(passed || !met, "{} is lost by {:?} on {}", asked, all, text);
        prop_assert!(!whole || passed == met, "{} is not decided by {:?} on {}", asked, all, text);
    }
}

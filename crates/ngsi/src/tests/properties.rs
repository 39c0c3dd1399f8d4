//! What holds for every document: nothing panics, and what was read comes back the same.

use proptest::prelude::*;

use super::*;
use crate::entity::{Instance, Kind, Reading, read_instance};
use crate::json::Json;
use crate::ld::DEFAULT_VOCAB;
use crate::render::{Format, Languages};

/// How often a property is tried, where the environment does not say it (`make fuzz` does).
fn cases(usual: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() {
        config
    } else {
        ProptestConfig { cases: usual, ..config }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("水位".to_owned()),
        Just("名称".to_owned()),
        Just("精度".to_owned()),
        Just("ex:other".to_owned()),
        Just("https://elsewhere.example/ns#属性".to_owned()),
        "[a-z]{4,7}[_0-9]".prop_map(|name| name),
        "[あ-ん]{1,4}".prop_map(|name| name),
    ]
}

fn uri() -> impl Strategy<Value = String> {
    prop_oneof![
        "urn:[a-z]{1,6}:[a-z0-9あ-ん]{1,8}",
        "https://[a-z]{1,8}\\.example/[a-z0-9/%\u{e9}]{0,0}[a-z0-9]{1,8}"
    ]
}

fn moment() -> impl Strategy<Value = String> {
    (0_i64..4_000_000_000_000_000).prop_map(crate::time::text)
}

fn opaque() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!({"type": "Point", "coordinates": [1, 2]})),
        Just(json!({"type": "Property", "value": 3})),
        Just(json!({"value": 3, "object": "x"})),
        Just(json!({"observedAt": 3})),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(
                prop_oneof![
                    "[a-z]{1,6}",
                    Just("type".to_owned()),
                    Just("値".to_owned()),
                    Just("@type".to_owned())
                ],
                inner,
                0..4
            )
            .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn value_of(kind: Kind) -> BoxedStrategy<Value> {
    let texts = prop_oneof![
        "\\PC{0,8}".prop_map(Value::from),
        prop::collection::vec("\\PC{0,8}", 1..3).prop_map(Value::from)
    ];
    match kind {
        Kind::Property => opaque().boxed(),
        Kind::GeoProperty => (-180.0..180.0, -90.0..90.0)
            .prop_map(|(x, y): (f64, f64)| json!({"type": "Point", "coordinates": [x, y]}))
            .boxed(),
        Kind::Relationship => {
            prop_oneof![uri().prop_map(Value::from), prop::collection::vec(uri(), 1..4).prop_map(Value::from)]
                .boxed()
        }
        Kind::LanguageProperty => prop::collection::hash_map("ja|en|fr-CH|@none|zh-Hant-TW", texts, 1..4)
            .prop_map(|map| Value::Object(map.into_iter().collect()))
            .boxed(),
        Kind::VocabProperty => prop_oneof![
            name().prop_map(Value::from),
            "[a-z]{1,4}-[a-z]{1,4}".prop_map(Value::from),
            prop::collection::vec(name(), 1..3).prop_map(Value::from)
        ]
        .boxed(),
        Kind::JsonProperty => prop::collection::hash_map("\\PC{0,6}", opaque(), 0..3)
            .prop_map(|map| Value::Object(map.into_iter().collect()))
            .boxed(),
        Kind::ListProperty => prop::collection::vec(opaque(), 0..4).prop_map(Value::from).boxed(),
        Kind::ListRelationship => prop::collection::vec(uri(), 0..4)
            .prop_map(|uris| uris.into_iter().map(|uri| json!({"object": uri})).collect())
            .boxed(),
    }
}

fn instance(depth: u32) -> BoxedStrategy<Value> {
    let kinds = Kind::ALL.map(|kind| value_of(kind).prop_map(move |value| (kind, value)).boxed());
    let base = proptest::strategy::Union::new(kinds).prop_map(|(kind, value)| {
        let mut one = json!({"type": kind.name()});
        one[kind.member()] = value;
        (kind, one)
    });
    let more =
        (prop::option::of(moment()), prop::option::of("[A-Z]{3}"), prop::option::of(moment()), any::<bool>());
    let subs = if depth == 0 {
        Just(serde_json::Map::new()).boxed()
    } else {
        prop::collection::hash_map(name(), attribute(depth - 1), 0..3)
            .prop_map(|map| map.into_iter().collect())
            .boxed()
    };
    (base, more, subs)
        .prop_map(|((kind, mut one), (observed, unit, expires, extra), subs)| {
            for (name, sub) in subs {
                one[name] = sub;
            }
            if let Some(at) = observed {
                one["observedAt"] = json!(at);
            }
            if let Some(at) = expires.filter(|_| extra) {
                one["expiresAt"] = json!(at);
            }
            if let Some(unit) = unit
                && matches!(kind, Kind::Property | Kind::GeoProperty | Kind::ListProperty)
            {
                one["unitCode"] = json!(unit);
            }
            if extra && kind.is_relationship() {
                one["objectType"] = json!(["避難所", "Gauge"]);
            }
            one
        })
        .boxed()
}

fn attribute(depth: u32) -> BoxedStrategy<Value> {
    prop_oneof![
        3 => instance(depth),
        1 => (prop::collection::vec(instance(depth), 2..4), any::<bool>()).prop_map(|(mut all, default)| {
            for (at, one) in all.iter_mut().enumerate() {
                if at > 0 || !default {
                    one["datasetId"] = json!(format!("urn:d:{at}"));
                }
            }
            Value::from(all)
        }),
    ]
    .boxed()
}

fn document() -> impl Strategy<Value = Value> {
    let scopes = prop_oneof![Just(json!(null)), Just(json!("/北県/川町")), Just(json!(["/a", "b_1"]))];
    let attrs = prop::collection::hash_map(name(), attribute(2), 0..6);
    (uri(), prop::collection::vec(name(), 1..3), scopes, attrs, prop::option::of(moment())).prop_map(
        |(id, types, scopes, attrs, expires)| {
            let mut entity = json!({"id": id, "type": types});
            for (name, value) in attrs {
                entity[name] = value;
            }
            if !scopes.is_null() {
                entity["scope"] = scopes;
            }
            if let Some(at) = expires {
                entity["expiresAt"] = json!(at);
            }
            entity
        },
    )
}

/// Names that stand for one IRI under two spellings make a document that is refused, which is right.
fn taken(document: &Value) -> Option<Entity> {
    let mut entity = read(document, Reading::Create).ok()?;
    entity.stamp(1_000_000);
    Some(entity)
}

fn rendered(entity: &Entity, style: &Style<'_>) -> String {
    let mut out = String::new();
    render::entity(&entity.body(), &entity.times(), &town(), style, &mut out).expect("an answer");
    out
}

/// The entity without what only an answer with the system's times shows.
fn without_expiry(entity: &Entity) -> Entity {
    fn strip(instances: &mut Vec<Instance>) {
        for one in instances {
            one.expires_at = None;
            one.subs.values_mut().for_each(strip);
        }
    }
    let mut entity = entity.clone();
    entity.expires_at = None;
    entity.attrs.values_mut().for_each(strip);
    entity
}

/// Random changes of a document's text, so that it is nearly one.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    (document(), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 0..4)).prop_map(
        |(document, blows)| {
            let mut text = document.to_string().into_bytes();
            for (place, byte, how) in blows {
                let at = place.index(text.len());
                match how {
                    0 => text[at] = byte,
                    1 => {
                        text.remove(at);
                    }
                    _ => text.insert(at, byte),
                }
            }
            text
        },
    )
}

const READINGS: [Reading; 7] = [
    Reading::Create,
    Reading::Append,
    Reading::Update,
    Reading::Partial,
    Reading::Merge,
    Reading::Temporal,
    Reading::TemporalFragment,
];

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn what_is_stored_is_what_was_read(document in document()) {
        let Some(entity) = taken(&document) else { return Ok(()) };
        let stored = Entity::from_stored(&entity.body(), &entity.times()).expect("stored");
        prop_assert_eq!(&stored, &entity);
        prop_assert_eq!(stored.body(), entity.body());
    }

    #[test]
    fn an_answer_is_read_back_as_the_same_entity(document in document()) {
        let Some(entity) = taken(&document) else { return Ok(()) };
        for format in [Format::Normalized, Format::Concise] {
            let text = rendered(&entity, &Style { format, ..Style::default() });
            let mut again = Entity::read(text.as_bytes(), &town(), Reading::Create)
                .map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
            again.stamp(1_000_000);
            prop_assert_eq!(&again, &without_expiry(&entity), "{:?}: {}", format, text);
        }
    }

    #[test]
    fn one_pass_and_the_model_give_the_same_answer(document in document(), context in any::<bool>(), late in any::<bool>()) {
        let Some(entity) = taken(&document) else { return Ok(()) };
        let style = Style { context, now_us: late.then_some(2_000_000_000_000_000), ..Style::default() };
        let mut plain = String::new();
        render::entity(&entity.body(), "", &town(), &style, &mut plain).expect("an answer");
        let mut model = String::new();
        render::model_entity(&entity, &town(), &style, &mut model).expect("an answer");
        prop_assert_eq!(plain, model);
    }

    #[test]
    fn every_answer_is_json(document in document(), sys_attrs in any::<bool>(), lang in any::<bool>(), geo in any::<bool>()) {
        let Some(entity) = taken(&document) else { return Ok(()) };
        for format in [Format::Normalized, Format::Concise, Format::Simplified] {
            let style = Style {
                format,
                sys_attrs,
                lang: lang.then(|| Languages::parse("ja,*;q=0.1").expect("languages")),
                geojson: geo.then(|| render::Geometry { property: "https://town.example/ns#waterLevel".to_owned(), dataset: None }),
                context: true,
                ..Style::default()
            };
            let text = rendered(&entity, &style);
            prop_assert!(Json::parse(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn changes_end_in_entities_that_are_stored_and_read_back(
        base in document(),
        patch in document(),
        how in 0..6_u8,
        bare in prop::collection::hash_map(name(), opaque(), 0..2),
    ) {
        let Some(mut entity) = taken(&base) else { return Ok(()) };
        let mut patch = patch;
        patch["id"] = json!(entity.id.clone());
        for (name, value) in bare {
            patch[name] = value;
        }
        let fragment = |reading| read(&patch, reading);
        let before = entity.clone();
        let outcome = match how {
            0 => fragment(Reading::Append).and_then(|patch| entity.append(patch, true, 2_000_000)),
            1 => fragment(Reading::Append).and_then(|patch| entity.append(patch, false, 2_000_000)),
            2 => fragment(Reading::Update).and_then(|patch| entity.update(patch, 2_000_000)),
            3 => fragment(Reading::Merge).and_then(|patch| entity.merge(patch, 2_000_000, Some("2026-01-01T00:00:00Z"), Some("ja"))),
            4 => fragment(Reading::Create).and_then(|patch| entity.replace(patch, 2_000_000)),
            _ => {
                let attr = before.attrs.keys().next().cloned().unwrap_or_default();
                entity.delete_attr(&attr, None, true, 2_000_000)
            }
        };
        let Ok(change) = outcome else { return Ok(()) };
        let stored = Entity::from_stored(&entity.body(), &entity.times()).expect("stored");
        prop_assert_eq!(&stored, &entity);
        prop_assert!(!entity.body().contains("urn:ngsi-ld:null"));
        prop_assert_eq!(entity.created_us, before.created_us);
        // What the change says is what changed.
        for one in &change.added {
            prop_assert!(before.instance(&one.attr, one.dataset.as_deref()).is_none() && one.previous.is_none());
            prop_assert!(entity.instance(&one.attr, one.dataset.as_deref()).is_some());
        }
        for one in change.updated.iter().chain(&change.deleted) {
            let stood = before.instance(&one.attr, one.dataset.as_deref()).expect("stood");
            prop_assert_eq!(one.previous.clone(), Some(stood.body()));
        }
        for one in &change.deleted {
            prop_assert!(entity.instance(&one.attr, one.dataset.as_deref()).is_none());
        }
        for (attr, instances) in &before.attrs {
            for one in instances {
                let named = change.updated.iter().chain(&change.deleted).any(|touched| &touched.attr == attr && touched.dataset == one.dataset);
                if !named {
                    prop_assert_eq!(entity.instance(attr, one.dataset.as_deref()), Some(one));
                }
            }
        }
    }

    #[test]
    fn damaged_documents_are_read_or_refused(bytes in damaged()) {
        for reading in READINGS {
            if let Err(error) = Entity::read(&bytes, &town(), reading) {
                prop_assert_eq!(error.status(), 400, "{}", error);
            }
        }
        if let Ok(json) = Json::parse_bytes(&bytes) {
            for simplified in [true, false] {
                let _ = Entity::read_json(&json, &town(), Reading::Merge, simplified);
            }
            let _ = read_instance("https://town.example/ns#waterLevel", &json, &town(), Reading::Partial);
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let _ = Entity::from_stored(text, "");
            let mut out = String::new();
            let _ = render::entity(text, text, &town(), &Style::default(), &mut out);
            let _ = render::entity(text, text, &town(), &Style { sys_attrs: true, ..Style::default() }, &mut out);
        }
    }
}

fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-d]{1,2}",
        "[あ-う]{1,2}",
        "[a-c]:[a-c]{1,2}",
        Just("location".to_owned()),
        Just("a-b".to_owned()),
        Just("@vocab".to_owned()),
        Just("almostFull".to_owned()),
    ]
}

fn meaning() -> impl Strategy<Value = Value> {
    let iri = prop_oneof![
        "https://[a-c]\\.example/([a-c]{0,2}[/#])?[a-dあ-う]{0,2}",
        term(),
        Just(DEFAULT_VOCAB.to_owned()),
        Just(format!("{DEFAULT_VOCAB}a")),
        Just("https://uri.etsi.org/ngsi-ld/location".to_owned()),
        Just("@id".to_owned()),
    ];
    prop_oneof![
        6 => iri.clone().prop_map(Value::from),
        1 => Just(Value::Null),
        2 => (iri, any::<bool>()).prop_map(|(iri, prefix)| json!({"@id": iri, "@prefix": prefix})),
        1 => Just(json!({"@type": "@id"})),
    ]
}

fn any_context() -> impl Strategy<Value = Value> {
    prop::collection::hash_map(term(), meaning(), 0..7)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

fn some_iri() -> impl Strategy<Value = String> {
    prop_oneof![
        "https://[a-c]\\.example/([a-c]{0,2}[/#])?[a-dあ-う]{0,2}(/[a-c]:[a-c])?",
        "urn:[a-c]{1,3}:[a-cあ-う]{1,2}",
        "[a-dあ-う]{1,2}(-b)?".prop_map(|name| format!("{DEFAULT_VOCAB}{name}")),
        Just(format!("{DEFAULT_VOCAB}almostFull")),
        Just(format!("{DEFAULT_VOCAB}type")),
        Just("https://uri.etsi.org/ngsi-ld/location".to_owned()),
        Just("https://uri.etsi.org/ngsi-ld/else".to_owned()),
    ]
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn no_iri_is_written_as_a_name_of_another(value in any_context(), iri in some_iri()) {
        let Ok(Resolved::Ready(context)) = resolve(&value, None, &|_| None) else { return Ok(()) };
        let short = context.compact(&iri).into_owned();
        prop_assert_eq!(context.expand(&short), Ok(iri.clone()), "{} in {}", short, value);
        let short = context.compact_value(&iri).into_owned();
        prop_assert_eq!(context.expand_value(&short), Ok(iri.clone()), "{} in {}", short, value);
    }

    #[test]
    fn a_name_comes_back_as_one_of_its_names(value in any_context(), name in term()) {
        let Ok(Resolved::Ready(context)) = resolve(&value, None, &|_| None) else { return Ok(()) };
        let Ok(iri) = context.expand(&name) else { return Ok(()) };
        // An IRI that looks like a compact one of this context cannot be written otherwise; JSON-LD warns of it too.
        let again = context.compact(&iri).into_owned();
        if again != iri {
            prop_assert_eq!(context.expand(&again), Ok(iri));
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,10}".prop_map(Value::from),
        "https://[a-c]\\.example/[a-c]?".prop_map(Value::from),
    ];
    let key = prop_oneof![
        term(),
        Just("@context".to_owned()),
        Just("@import".to_owned()),
        Just("@id".to_owned()),
        Just("@reverse".to_owned()),
        Just("@base".to_owned()),
        Just("@propagate".to_owned()),
        "\\PC{0,6}".prop_map(|key| key),
    ];
    leaf.prop_recursive(4, 30, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn anything_is_a_context_or_refused(value in any_json(), document in any_json()) {
        let document = Arc::new(json!({"@context": document}));
        for base in [None, Some("https://a.example/b/c"), Some("nonsense")] {
            let outcome = resolve(&value, base, &|url| url.contains("a.example").then(|| Arc::clone(&document)));
            match outcome {
                Ok(Resolved::Ready(context)) => {
                    let _ = (context.links().member.len(), context.weight());
                    prop_assert!(Json::parse(&context.links().member).is_ok());
                }
                Ok(Resolved::Missing(urls)) => prop_assert!(!urls.is_empty()),
                Err(error) => prop_assert_eq!(error.status(), 400, "{}", error),
            }
        }
    }
}

/// The properties above skip what is refused; most of what is made must not be.
#[test]
fn most_documents_and_contexts_that_are_made_are_taken() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut documents = 0;
    let mut contexts = 0;
    for _ in 0..100 {
        let made = document().new_tree(&mut runner).expect("a document").current();
        documents += usize::from(taken(&made).is_some());
        let made = any_context().new_tree(&mut runner).expect("a context").current();
        contexts += usize::from(matches!(resolve(&made, None, &|_| None), Ok(Resolved::Ready(_))));
    }
    assert!(documents > 60 && contexts > 60, "{documents} documents and {contexts} contexts of 100");
}

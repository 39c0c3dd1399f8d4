//! The operations.

use super::*;
use crate::entity::{Change, Reading, read_instance};
use crate::error::ErrorKind;
use crate::json::Json;

const LEVEL: &str = "https://town.example/ns#waterLevel";
const NAME: &str = "https://town.example/ns#name";
const NOW: i64 = 2_000_000;

fn gauge() -> Entity {
    create(&json!({
        "id": "urn:ngsi-ld:Gauge:1", "type": "Gauge", "scope": "/a",
        "水位": [
            {"type": "Property", "value": 25, "unitCode": "CEL", "observedAt": "2022-03-14T01:59:26.535Z",
             "精度": {"type": "Property", "value": 0.1}},
            {"type": "Property", "value": 26, "datasetId": "urn:d:1"}
        ],
        "名称": {"type": "LanguageProperty", "languageMap": {"ja": "青川", "en": "Aokawa"}},
        "住所": {"type": "Property", "value": {"street": "Straße des 17. Juni", "city": "Berlin", "country": "Germany"}},
        "担当": {"type": "Relationship", "object": "urn:a:1"},
        "location": {"type": "Point", "coordinates": [1, 2]}
    }))
}

fn fragment(value: &Value, reading: Reading) -> Entity {
    read(value, reading).expect("a fragment")
}

fn partial(entity: &mut Entity, attr: &str, value: &Value) -> Result<Change, crate::Error> {
    let text = value.to_string();
    let json = Json::parse(&text).expect("JSON");
    let iri = town().expand(attr).expect("a name");
    entity.partial(&iri, read_instance(&iri, &json, &town(), Reading::Partial)?, NOW)
}

fn answer(entity: &Entity) -> Value {
    let again = Entity::from_stored(&entity.body(), &entity.times()).expect("stored");
    assert_eq!(&again, entity);
    shown(entity, &Style::default())
}

#[test]
fn clause_5_5_8_example_1_a_partial_update_leaves_what_it_does_not_name() {
    let mut entity = gauge();
    let change = partial(
        &mut entity,
        "水位",
        &json!({"type": "Property", "value": 100, "observedAt": "2022-03-14T13:00:00.000Z"}),
    )
    .expect("a change");
    let level = &answer(&entity)["水位"][0];
    assert_eq!(level["value"], json!(100));
    assert_eq!(level["observedAt"], json!("2022-03-14T13:00:00.000Z"));
    assert_eq!(level["unitCode"], json!("CEL"));
    assert_eq!(level["精度"]["value"], json!(0.1));
    let [updated] = change.updated.as_slice() else { panic!("{change:?}") };
    assert_eq!((updated.attr.as_str(), updated.dataset.as_deref()), (LEVEL, None));
    assert!(updated.previous.as_deref().is_some_and(|before| before.contains("\"value\":25")));
    let one = entity.instance(LEVEL, None).expect("an instance");
    assert_eq!((one.created_us, one.modified_us, entity.modified_us), (1_000_000, NOW, NOW));
    let other = entity.instance(LEVEL, Some("urn:d:1")).expect("an instance");
    assert_eq!(other.modified_us, 1_000_000);
}

#[test]
fn clause_5_5_8_example_2_an_update_replaces_the_attribute() {
    let mut entity = gauge();
    let patch = json!({"水位": {"type": "Property", "value": 100, "observedAt": "2022-03-14T13:00:00.000Z"}});
    entity.update(fragment(&patch, Reading::Update), NOW).expect("a change");
    let level = &answer(&entity)["水位"][0];
    assert_eq!(level, &json!({"type": "Property", "value": 100, "observedAt": "2022-03-14T13:00:00.000Z"}));
    assert_eq!(entity.instance(LEVEL, None).map(|one| one.created_us), Some(1_000_000));
}

#[test]
fn clause_5_5_8_example_3_the_null_deletes() {
    let mut entity = gauge();
    let patch = json!({"水位": {"value": "urn:ngsi-ld:null"}, "名称": {"languageMap": {"@none": "urn:ngsi-ld:null"}},
        "担当": "urn:ngsi-ld:null", "none": "urn:ngsi-ld:null", "scope": "urn:ngsi-ld:null"});
    let change = entity.update(fragment(&patch, Reading::Update), NOW).expect("a change");
    assert_eq!(change.deleted.len(), 3);
    assert_eq!(change.scopes_before.as_deref(), Some(["/a".to_owned()].as_slice()));
    let answer = answer(&entity);
    assert_eq!(answer["水位"], json!({"type": "Property", "value": 26, "datasetId": "urn:d:1"}));
    assert!(answer.get("名称").is_none() && answer.get("担当").is_none() && answer.get("none").is_none());
    assert!(!entity.body().contains("ngsi-ld:null"));
}

#[test]
fn clause_5_6_2_scopes_and_types() {
    let mut entity = gauge();
    let change =
        entity.update(fragment(&json!({"type": ["Gauge", "避難所"], "scope": "/b"}), Reading::Update), NOW);
    assert_eq!(change.expect("a change").types_added, ["https://town.example/ns#Shelter"]);
    assert_eq!((entity.types.len(), entity.scopes.as_slice()), (2, ["/b".to_owned()].as_slice()));
    // Without a scope there is none to replace.
    entity.delete_attr("https://uri.etsi.org/ngsi-ld/scope", None, false, NOW).expect("a change");
    let change = entity.update(fragment(&json!({"scope": "/c"}), Reading::Update), NOW + 1).expect("nothing");
    assert!(change.is_empty() && entity.scopes.is_empty());
    assert_eq!(entity.modified_us, NOW);
    let other = fragment(&json!({"id": "urn:other:1", "水位": 1}), Reading::Update);
    assert_eq!(entity.update(other, NOW).expect_err("another id").kind, ErrorKind::BadRequestData);
}

#[test]
fn clause_5_6_3_append_with_and_without_overwriting() {
    let more = json!({"水位": {"value": 1}, "新": 2, "scope": ["/a", "/b"], "type": "避難所"});
    let mut entity = gauge();
    let change = entity.append(fragment(&more, Reading::Append), true, NOW).expect("a change");
    assert_eq!((change.updated.len(), change.added.len()), (1, 1));
    assert_eq!(answer(&entity)["水位"][0], json!({"type": "Property", "value": 1}));
    let mut entity = gauge();
    let change = entity.append(fragment(&more, Reading::Append), false, NOW).expect("a change");
    assert_eq!((change.updated.len(), change.added.len(), change.not_updated.len()), (0, 1, 1));
    assert_eq!(change.not_updated.first().map(|one| one.attr.as_str()), Some(LEVEL));
    assert_eq!(answer(&entity)["水位"][0]["value"], json!(25));
    assert_eq!(entity.scopes, ["/a", "/b"]);
    let before = entity.body();
    let change = entity.append(fragment(&json!({"scope": "/a", "水位": 1}), Reading::Append), false, NOW + 1);
    assert!(change.expect("nothing").is_empty());
    assert_eq!((entity.body(), entity.modified_us), (before, NOW));
}

#[test]
fn clause_5_6_4_what_a_partial_update_may_not() {
    let mut entity = gauge();
    let kind = |result: Result<Change, crate::Error>| result.expect_err("was taken").kind;
    assert_eq!(kind(partial(&mut entity, "無い", &json!({"value": 1}))), ErrorKind::ResourceNotFound);
    assert_eq!(
        kind(partial(&mut entity, "水位", &json!({"value": 1, "datasetId": "urn:d:9"}))),
        ErrorKind::ResourceNotFound
    );
    assert_eq!(
        kind(partial(&mut entity, "水位", &json!({"type": "Relationship", "object": "urn:a:b"}))),
        ErrorKind::BadRequestData
    );
    assert_eq!(kind(partial(&mut entity, "水位", &json!({"object": "urn:a:b"}))), ErrorKind::BadRequestData);
    assert_eq!(kind(partial(&mut entity, "担当", &json!({"unitCode": "MTR"}))), ErrorKind::BadRequestData);
    assert_eq!(kind(partial(&mut entity, "location", &json!({"value": 3}))), ErrorKind::BadRequestData);
    assert_eq!(kind(partial(&mut entity, "scope", &json!({"value": "/b"}))), ErrorKind::BadRequestData);
    assert_eq!(
        kind(partial(&mut entity, "担当", &json!({"value": "urn:ngsi-ld:null"}))),
        ErrorKind::BadRequestData
    );
    assert_eq!(entity, gauge());
}

#[test]
fn clause_5_6_4_members_and_sub_attributes_are_deleted_by_the_null() {
    let mut entity = gauge();
    let patch = json!({"unitCode": "urn:ngsi-ld:null", "精度": "urn:ngsi-ld:null", "新": {"value": 1}});
    partial(&mut entity, "水位", &patch).expect("a change");
    let level = &answer(&entity)["水位"][0];
    assert!(level.get("unitCode").is_none() && level.get("精度").is_none());
    assert_eq!(level["新"]["value"], json!(1));
    let change = partial(&mut entity, "水位", &json!({"value": "urn:ngsi-ld:null", "datasetId": "urn:d:1"}))
        .expect("a change");
    assert_eq!(change.deleted.len(), 1);
    assert!(answer(&entity)["水位"].is_object());
}

#[test]
fn clause_5_6_5_deleting() {
    let mut entity = gauge();
    assert_eq!(
        entity.delete_attr(NAME, Some("urn:d:1"), false, NOW).expect_err("none").kind,
        ErrorKind::ResourceNotFound
    );
    entity.delete_attr(LEVEL, None, false, NOW).expect("a change");
    assert!(entity.instance(LEVEL, None).is_none() && entity.instance(LEVEL, Some("urn:d:1")).is_some());
    assert_eq!(
        entity.delete_attr(LEVEL, None, false, NOW).expect_err("none").kind,
        ErrorKind::ResourceNotFound
    );
    let mut entity = gauge();
    entity.delete_attr(LEVEL, Some("urn:d:1"), false, NOW).expect("a change");
    assert!(answer(&entity)["水位"].is_object());
    let mut entity = gauge();
    let change = entity.delete_attr(LEVEL, None, true, NOW).expect("a change");
    assert_eq!(change.deleted.len(), 2);
    assert!(!entity.attrs.contains_key(LEVEL));
    assert!(entity.delete_attr("scope", None, false, NOW).is_ok());
    assert_eq!(
        entity.delete_attr("scope", None, false, NOW).expect_err("none").kind,
        ErrorKind::ResourceNotFound
    );
}

#[test]
fn clause_5_5_12_examples_of_merging() {
    let mut entity = gauge();
    let patch = json!({
        "水位": {"type": "Property", "value": 100, "observedAt": "2022-03-14T13:00:00.000Z"},
        "住所": {"type": "Property", "value": {"street": "Pariser Platz", "country": "urn:ngsi-ld:null", "more": {"a": 1, "b": "urn:ngsi-ld:null"}}},
        "名称": {"languageMap": {"en": "urn:ngsi-ld:null", "fr": "Fleuve"}},
        "新": {"value": {"keep": 1, "drop": "urn:ngsi-ld:null"}}
    });
    let change = entity.merge(fragment(&patch, Reading::Merge), NOW, None, None).expect("a change");
    assert_eq!((change.updated.len(), change.added.len()), (3, 1));
    let answer = answer(&entity);
    assert_eq!(answer["水位"][0]["unitCode"], json!("CEL"));
    assert_eq!(answer["水位"][0]["value"], json!(100));
    assert_eq!(
        answer["住所"]["value"],
        json!({"street": "Pariser Platz", "city": "Berlin", "more": {"a": 1}})
    );
    assert_eq!(answer["名称"]["languageMap"], json!({"ja": "青川", "fr": "Fleuve"}));
    assert_eq!(answer["新"]["value"], json!({"keep": 1}));
}

#[test]
fn clause_5_6_17_bare_values_keep_the_type_that_stands() {
    let mut entity = gauge();
    let patch = json!({
        "担当": "urn:a:2", "名称": "白川", "水位": 7, "location": {"type": "Point", "coordinates": [3, 4]}, "新": "語"
    });
    entity
        .merge(fragment(&patch, Reading::Merge), NOW, Some("2026-01-01T00:00:00Z"), Some("ja"))
        .expect("a change");
    let shown = answer(&entity);
    assert_eq!(shown["担当"], json!({"type": "Relationship", "object": "urn:a:2"}));
    assert_eq!(shown["名称"]["languageMap"], json!({"ja": "白川", "en": "Aokawa"}));
    assert_eq!(shown["水位"][0]["value"], json!(7));
    assert_eq!(shown["水位"][0]["unitCode"], json!("CEL"));
    assert_eq!(shown["水位"][0]["observedAt"], json!("2026-01-01T00:00:00Z"));
    assert!(shown["水位"][1].get("observedAt").is_none());
    assert_eq!(shown["location"]["value"]["coordinates"], json!([3, 4]));
    assert_eq!(shown["新"], json!({"type": "LanguageProperty", "languageMap": {"ja": "語"}}));
    for (patch, lang) in [
        (json!({"担当": 5}), None),
        (json!({"担当": "no uri"}), None),
        (json!({"名称": "x"}), None),
        (json!({"名称": 5}), Some("ja")),
        (json!({"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1]}}}), None),
    ] {
        let wrong = read(&patch, Reading::Merge).and_then(|patch| gauge().merge(patch, NOW, None, lang));
        assert_eq!(wrong.expect_err("was taken").kind, ErrorKind::BadRequestData, "{patch}");
    }
}

#[test]
fn clause_5_6_17_sub_attributes_types_and_nulls() {
    let mut entity = gauge();
    let patch = json!({
        "水位": {"精度": {"type": "Property", "value": 0.2}, "unitCode": "urn:ngsi-ld:null", "新": {"value": 1}},
        "担当": {"type": "Property", "value": 3}, "scope": "/z", "expiresAt": "2027-01-01T00:00:00Z"
    });
    entity.merge(fragment(&patch, Reading::Merge), NOW, None, None).expect("a change");
    let shown = answer(&entity);
    assert_eq!(shown["水位"][0]["value"], json!(25));
    assert_eq!(shown["水位"][0]["精度"]["value"], json!(0.2));
    assert_eq!(shown["水位"][0]["新"]["value"], json!(1));
    assert!(shown["水位"][0].get("unitCode").is_none());
    assert_eq!(shown["担当"], json!({"type": "Property", "value": 3}));
    assert_eq!(
        (entity.scopes.as_slice(), entity.expires_at.as_deref()),
        (["/z".to_owned()].as_slice(), Some("2027-01-01T00:00:00Z"))
    );
    let gone = json!({"水位": {"type": "Property", "精度": "urn:ngsi-ld:null"}, "住所": "urn:ngsi-ld:null",
        "expiresAt": "urn:ngsi-ld:null", "無": "urn:ngsi-ld:null"});
    let change = entity.merge(fragment(&gone, Reading::Merge), NOW + 1, None, None).expect("a change");
    assert!(change.expiry_changed && entity.expires_at.is_none());
    assert_eq!(change.deleted.len(), 1);
    assert!(answer(&entity)["水位"][0].get("精度").is_none());
    assert_eq!(answer(&entity)["水位"][0]["value"], json!(25));
    // Without the type it is a value, and the value that stands is no object.
    let unclear = fragment(&json!({"水位": {"新": "urn:ngsi-ld:null"}}), Reading::Merge);
    assert_eq!(entity.merge(unclear, NOW, None, None).expect_err("unclear").kind, ErrorKind::BadRequestData);
    // A new attribute needs its value.
    let empty = fragment(&json!({"新しい": {"unitCode": "MTR"}}), Reading::Merge);
    assert!(entity.merge(empty, NOW, None, None).is_err());
}

#[test]
fn clause_5_6_18_replacing_the_entity() {
    let mut entity = gauge();
    let other = fragment(
        &json!({"id": "urn:ngsi-ld:Gauge:1", "type": "避難所", "水位": 1, "新": 2}),
        Reading::Create,
    );
    let change = entity.replace(other, NOW).expect("a change");
    assert_eq!((change.added.len(), change.updated.len(), change.deleted.len()), (1, 1, 5));
    assert_eq!((entity.created_us, entity.modified_us), (1_000_000, NOW));
    assert_eq!(
        answer(&entity),
        json!({
            "id": "urn:ngsi-ld:Gauge:1", "type": "避難所", "水位": {"type": "Property", "value": 1}, "新": {"type": "Property", "value": 2}
        })
    );
    let foreign = fragment(&json!({"id": "urn:other:1", "type": "Gauge"}), Reading::Create);
    assert!(entity.replace(foreign, NOW).is_err());
}

#[test]
fn clause_5_6_19_replacing_an_attribute() {
    let replace = |entity: &mut Entity, attr: &str, value: Value| {
        let text = value.to_string();
        let json = Json::parse(&text).expect("JSON");
        let one = read_instance(attr, &json, &town(), Reading::Append)?;
        entity.replace_attr(attr, one, NOW)
    };
    let mut entity = gauge();
    replace(&mut entity, LEVEL, json!({"type": "Relationship", "object": "urn:a:9"})).expect("a change");
    assert_eq!(answer(&entity)["水位"][0], json!({"type": "Relationship", "object": "urn:a:9"}));
    assert_eq!(
        entity.instance(LEVEL, None).map(|one| (one.created_us, one.modified_us)),
        Some((1_000_000, NOW))
    );
    let missing = replace(&mut entity, LEVEL, json!({"value": 1, "datasetId": "urn:d:9"}));
    assert_eq!(missing.expect_err("none").kind, ErrorKind::ResourceNotFound);
    assert!(replace(&mut entity, "https://uri.etsi.org/ngsi-ld/scope", json!({"value": "/a"})).is_err());
    assert!(replace(&mut entity, LEVEL, json!({"value": "urn:ngsi-ld:null"})).is_err());
}

#[test]
fn clause_5_6_21_purging() {
    let mut entity = gauge();
    let change = entity.purge(&|attr| attr == LEVEL || attr == NAME, NOW);
    assert_eq!((change.deleted.len(), entity.attrs.len()), (3, 3));
    assert!(entity.purge(&|_| false, NOW).is_empty());
}

#[test]
fn clause_4_22_what_has_expired() {
    let mut entity = create(&json!({
        "id": "urn:a:b", "type": "Gauge", "expiresAt": "2026-01-03T00:00:00Z",
        "水位": [{"value": 1}, {"value": 2, "datasetId": "urn:d:1", "expiresAt": "2026-01-01T00:00:00Z"}],
        "名称": {"value": 1, "expiresAt": "2026-01-02T00:00:00Z", "精度": {"value": 1, "expiresAt": "2025-12-31T00:00:00Z"}}
    }));
    let day = |text: &str| crate::time::parse_us(text).expect("a moment");
    assert_eq!(entity.next_expiry_us(), Some(day("2025-12-31T00:00:00Z")));
    assert!(
        !entity.is_expired(day("2026-01-02T23:59:59Z")) && entity.is_expired(day("2026-01-03T00:00:00Z"))
    );
    assert!(!entity.drop_expired(day("2025-12-30T00:00:00Z")));
    assert!(entity.drop_expired(day("2026-01-01T00:00:00Z")));
    assert_eq!(entity.attrs.values().flatten().count(), 2);
    assert!(entity.drop_expired(day("2026-01-02T00:00:00Z")));
    assert_eq!(entity.attrs.len(), 1);
}

#[test]
fn times_are_stored_only_where_they_differ() {
    let mut entity = gauge();
    assert_eq!(entity.times(), "{\"\":[1000000,1000000]}");
    partial(&mut entity, "水位", &json!({"value": 1})).expect("a change");
    assert_eq!(
        entity.times(),
        format!(
            "{{\"\":[1000000,2000000],\"{LEVEL}\":{{\"\":[1000000,2000000,\
             {{\"https://town.example/ns#accuracy\":{{\"\":[1000000,1000000]}}}}]}}}}"
        )
    );
    assert_eq!(Entity::from_stored(&entity.body(), &entity.times()).expect("stored"), entity);
    for (body, times) in
        [("", ""), ("[]", ""), ("{}", "[]"), ("{\"a:b\":1}", ""), ("{\"id\":1}", "{\"\":[1]}"), ("{}", "{}")]
    {
        assert_eq!(
            Entity::from_stored(body, times).expect_err(body).kind,
            ErrorKind::InternalError,
            "{body} {times}"
        );
    }
}

#[test]
fn entities_do_not_grow_past_their_limits() {
    use crate::entity::{ATTRS_MAX, INSTANCES_MAX, TYPES_MAX};
    let mut entity = gauge();
    let half = |from: usize| -> Value {
        let attrs: serde_json::Map<String, Value> =
            (from..from + ATTRS_MAX / 2).map(|at| (format!("a{at}"), json!(at))).collect();
        Value::Object(attrs)
    };
    assert!(entity.append(fragment(&half(0), Reading::Append), true, NOW).is_ok());
    assert!(entity.append(fragment(&half(ATTRS_MAX), Reading::Append), true, NOW).is_err());
    let many = |from: usize| -> Value {
        (from..from + 600).map(|at| json!({"value": at, "datasetId": format!("urn:d:{at}")})).collect()
    };
    let mut entity = gauge();
    assert!(entity.merge(fragment(&json!({"新": many(0)}), Reading::Merge), NOW, None, None).is_ok());
    assert!(
        entity.merge(fragment(&json!({"新": many(INSTANCES_MAX)}), Reading::Merge), NOW, None, None).is_err()
    );
    let types: Vec<String> = (0..TYPES_MAX).map(|at| format!("T{at}")).collect();
    assert!(gauge().update(fragment(&json!({"type": types}), Reading::Update), NOW).is_err());
    // A large value is merged in a moment.
    let large = |from: usize| -> Value {
        Value::Object((from..from + 40_000).map(|at| (format!("k{at}"), json!(at))).collect())
    };
    let mut entity = gauge();
    entity
        .merge(fragment(&json!({"水位": {"value": large(0)}}), Reading::Merge), NOW, None, None)
        .expect("a change");
    entity
        .merge(fragment(&json!({"水位": {"value": large(20_000)}}), Reading::Merge), NOW, None, None)
        .expect("a change");
    assert_eq!(answer(&entity)["水位"][0]["value"].as_object().map(serde_json::Map::len), Some(60_000));
}

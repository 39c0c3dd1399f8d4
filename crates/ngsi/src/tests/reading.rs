//! Reading of entities.

use super::*;
use crate::entity::{Given, Kind, read_instance};
use crate::error::ErrorKind;
use crate::json::Json;

fn gauge(attr: &str, value: Value) -> Value {
    let mut entity = json!({"id": "urn:ngsi-ld:Gauge:1", "type": "Gauge"});
    entity[attr] = value;
    entity
}

fn refuses(attr: &str, value: Value) -> crate::Error {
    let error = refused(&gauge(attr, value), Reading::Create);
    assert_eq!(error.kind, ErrorKind::BadRequestData);
    assert!(error.at.as_deref().is_some_and(|at| at.starts_with(attr)), "{error}");
    error
}

#[test]
fn clause_4_5_2_concise_and_normalized_are_the_same_entity() {
    let concise = create(&json!({
        "id": "urn:ngsi-ld:Gauge:1", "type": "Gauge", "水位": 2.5,
        "location": {"type": "Point", "coordinates": [139.7, 35.6]},
        "名称": {"languageMap": {"ja": "青川", "en": "Aokawa"}},
        "担当": {"object": "urn:ngsi-ld:Person:1"},
        "raw": {"json": {"type": "x"}}, "word": {"vocab": "避難所"}, "list": {"valueList": [1, 2]},
        "route": {"objectList": ["urn:a:1", {"object": "urn:a:2"}]},
        "area": {"value": {"type": "Point", "coordinates": [1.0, 2.0]}, "精度": 3},
        "values": [1, {"a": 2}]
    }));
    let normalized = create(&json!({
        "@id": "urn:ngsi-ld:Gauge:1", "@type": ["Gauge"], "水位": {"@type": "Property", "value": 2.5},
        "location": {"type": "GeoProperty", "value": "{\"coordinates\": [139.7, 35.6], \"type\": \"Point\"}"},
        "名称": {"type": "LanguageProperty", "languageMap": {"ja": "青川", "en": "Aokawa"}},
        "担当": {"type": "Relationship", "object": "urn:ngsi-ld:Person:1"},
        "raw": {"type": "JsonProperty", "json": {"type": "x"}}, "word": {"type": "VocabProperty", "vocab": "ex:Shelter"},
        "list": {"type": "ListProperty", "valueList": [1, 2]},
        "route": {"type": "ListRelationship", "objectList": [{"object": "urn:a:1"}, {"object": "urn:a:2"}]},
        "area": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1.0, 2.0]},
                 "精度": {"type": "Property", "value": 3}},
        "values": {"type": "Property", "value": [1, {"a": 2}]}
    }));
    // Members of an object have no order, and serde keeps one or not as other crates ask it to.
    let unordered = |entity: &Entity| serde_json::from_str::<Value>(&entity.body()).expect("a body");
    assert_eq!(unordered(&concise), unordered(&normalized));
    let stored = Entity::from_stored(&concise.body(), &concise.times()).expect("stored");
    assert_eq!(stored, concise);
    let answer = shown(&stored, &Style::default());
    assert_eq!(answer["水位"]["value"], json!(2.5));
    assert_eq!(answer["type"], json!("Gauge"));
    assert_eq!(answer["word"]["vocab"], json!("避難所"));
    assert_eq!(answer["route"]["objectList"][0], json!({"object": "urn:a:1"}));
}

#[test]
fn clause_4_5_1_the_entity_itself() {
    for value in [
        json!([]),
        json!("x"),
        json!({"type": "Gauge"}),
        json!({"id": "urn:a:b"}),
        json!({"id": "no uri", "type": "Gauge"}),
        json!({"id": 1, "type": "Gauge"}),
        json!({"id": "urn:ngsi-ld:null", "type": "Gauge"}),
        json!({"id": "urn:a:b", "type": []}),
        json!({"id": "urn:a:b", "type": "9Gauge"}),
        json!({"id": "urn:a:b", "type": ["Gauge", 2]}),
        json!({"id": "urn:a:b", "@id": "urn:a:b", "type": "Gauge"}),
        json!({"id": "urn:a:b", "type": "Gauge", "@type": "Gauge"}),
        json!({"id": "urn:a:b", "type": "Gauge", "scope": "a-b"}),
        json!({"id": "urn:a:b", "type": "Gauge", "scope": ["/ok", "9bad"]}),
        json!({"id": "urn:a:b", "type": "Gauge", "scope": "urn:ngsi-ld:null"}),
        json!({"id": "urn:a:b", "type": "Gauge", "expiresAt": "tomorrow"}),
        json!({"id": "urn:a:b", "type": "Gauge", "createdAt": {"type": "Property", "value": 1}}),
    ] {
        assert_eq!(refused(&value, Reading::Create).kind, ErrorKind::BadRequestData, "{value}");
    }
    let entity = create(&json!({
        "id": "urn:a:b", "type": ["避難所", "Gauge", "ex:Gauge"], "scope": ["/北県/川町", "/a", "/a"],
        "createdAt": "2026-01-01T00:00:00Z", "expiresAt": "2026-02-01T00:00:00Z"
    }));
    assert_eq!(entity.types, ["https://town.example/ns#Shelter", "https://town.example/ns#Gauge"]);
    assert_eq!(entity.scopes, ["/北県/川町", "/a"]);
    assert_eq!(
        entity.body(),
        "{\"id\":\"urn:a:b\",\"type\":[\"https://town.example/ns#Shelter\",\"https://town.example/ns#Gauge\"],\
         \"scope\":[\"/北県/川町\",\"/a\"],\"expiresAt\":\"2026-02-01T00:00:00Z\"}"
    );
}

#[test]
fn clause_4_5_1_members_of_attributes_are_no_attributes() {
    for name in [
        "datasetId",
        "instanceId",
        "observedAt",
        "value",
        "unitCode",
        "object",
        "lang",
        "entity",
        "previousValue",
    ] {
        refuses(name, json!({"type": "Property", "value": 1}));
    }
    let whole = "https://uri.etsi.org/ngsi-ld/hasValue";
    refuses(whole, json!({"type": "Property", "value": 1}));
    refuses("speed", json!({"type": "Property", "value": 1, "@context": {"speed": "https://e.example/s"}}));
    refuses("speed", json!({"type": "Property", "value": 1, "@list": []}));
    refuses("my attr", json!(1));
    // A name of the user's own for a member is still that member.
    let alias =
        context(&json!({"値": "https://uri.etsi.org/ngsi-ld/hasValue", "層": {"@id": "ngsi-ld:scope"}}));
    for document in [
        r#"{"id":"urn:a:b","type":"T","値":1}"#,
        r#"{"id":"urn:a:b","type":"T","層":1}"#,
        r#"{"id":"urn:a:b","type":"T","a":{"value":1,"値":2}}"#,
    ] {
        assert!(Entity::read(document.as_bytes(), &alias, Reading::Create).is_err(), "{document}");
    }
    create(&gauge("水位", json!({"@type": "DateTime", "@value": "2026-01-01T00:00:00Z"})));
}

#[test]
fn clause_4_2_2_an_attribute_has_its_value() {
    for value in [
        json!({"type": "Property"}),
        json!({"type": "Relationship"}),
        json!({"type": "LanguageProperty"}),
        json!({"type": "Property", "value": null}),
        json!(null),
        json!({"unitCode": "MTR"}),
        json!({"type": "Strange", "value": 1}),
        json!({"type": 1, "value": 1}),
        json!({"value": 1, "object": "urn:a:b"}),
    ] {
        refuses("水位", value);
    }
}

#[test]
fn clause_4_5_2_and_4_5_3_members_that_a_kind_never_has() {
    let property = [
        json!({"object": "urn:a:b"}),
        json!({"languageMap": {"en": "x"}}),
        json!({"valueList": [1]}),
        json!({"previousValue": 0}),
        json!({"entityIdSealed": "x"}),
        json!({"entity": {}}),
        json!({"objectType": "Gauge"}),
    ];
    let relationship = [
        json!({"unitCode": "MTR"}),
        json!({"value": 42}),
        json!({"languageMap": {"en": "x"}}),
        json!({"previousObject": "urn:a:b"}),
        json!({"valueType": "xsd:double"}),
    ];
    let with = |base: Value, more: &Value| {
        let mut all = base;
        for (name, value) in more.as_object().expect("members") {
            all[name.as_str()] = value.clone();
        }
        all
    };
    for more in property {
        refuses("a", with(json!({"type": "Property", "value": 1}), &more));
    }
    for more in relationship {
        refuses("a", with(json!({"type": "Relationship", "object": "urn:a:b"}), &more));
    }
    for value in [
        json!({"type": "JsonProperty", "json": {"a": 1}, "unitCode": "MTR"}),
        json!({"type": "JsonProperty", "json": {"a": 1}, "value": 1}),
        json!({"type": "JsonProperty", "json": 5}),
        json!({"type": "ListProperty", "valueList": [1], "value": 3}),
        json!({"type": "ListProperty", "valueList": 1}),
        json!({"type": "ListRelationship", "objectList": ["not a uri"]}),
        json!({"type": "ListRelationship", "objectList": [{"object": "urn:a:b", "more": 1}]}),
        json!({"type": "VocabProperty", "vocab": 1}),
        json!({"type": "VocabProperty", "vocab": []}),
        json!({"type": "LanguageProperty", "languageMap": {"en": 5}}),
        json!({"type": "LanguageProperty", "languageMap": {"en": ["a", 5]}}),
        json!({"type": "LanguageProperty", "languageMap": {"": "x"}}),
        json!({"type": "LanguageProperty", "languageMap": "x"}),
        json!({"type": "LanguageProperty", "languageMap": {"en": "x"}, "valueType": "xsd:string"}),
        json!({"type": "LanguageProperty", "languageMap": {"en": "x"}, "unitCode": "MTR"}),
        json!({"type": "Relationship", "object": "not a uri"}),
        json!({"type": "Relationship", "object": []}),
        json!({"type": "Property", "value": 1, "observedAt": "2026-08-10T12:00:00+02:00"}),
        json!({"type": "Property", "value": 1, "observedAt": {"type": "Property", "value": "2026-08-10T12:00:00Z"}}),
        json!({"type": "Property", "value": 1, "unitCode": 3}),
        json!({"type": "Property", "value": 1, "datasetId": "no uri"}),
        json!({"type": "Property", "value": 1, "expiresAt": "2026-13-45T00:00:00Z"}),
        json!({"type": "Property", "value": 1, "精度": {"type": "Property"}}),
    ] {
        refuses("a", value);
    }
    create(&gauge(
        "a",
        json!({"type": "Relationship", "object": ["urn:a:b", "urn:a:c"], "objectType": ["Gauge", "避難所"]}),
    ));
    create(&gauge(
        "a",
        json!({"type": "Property", "value": 1, "valueType": "xsd:double", "unitCode": "MTR", "lang": "ja"}),
    ));
    create(&gauge(
        "a",
        json!({"type": "LanguageProperty", "languageMap": {"en": ["a", "b"], "@none": "c"}, "valueType": "langString"}),
    ));
}

#[test]
fn clause_4_5_5_instances() {
    let entity = create(&gauge(
        "水位",
        json!([
            {"value": 2, "datasetId": "urn:d:1"}, {"type": "Property", "value": 1, "datasetId": "@none"}, {"value": 3, "datasetId": "urn:d:2"}
        ]),
    ));
    let instances = &entity.attrs["https://town.example/ns#waterLevel"];
    let datasets: Vec<Option<&str>> = instances.iter().map(|one| one.dataset.as_deref()).collect();
    assert_eq!(datasets, [None, Some("urn:d:1"), Some("urn:d:2")]);
    refuses("水位", json!([{"value": 1}, {"value": 2, "datasetId": "@none"}]));
    refuses("水位", json!([{"value": 1, "datasetId": "urn:d:1"}, {"value": 2, "datasetId": "urn:d:1"}]));
    let error = refuses("水位", json!([{"value": 1}, 2]));
    assert_eq!(error.at.as_deref(), Some("水位[1]"));
    // One attribute under its name and its IRI is one attribute too many.
    let twice = json!({"id": "urn:a:b", "type": "Gauge", "水位": 1, "https://town.example/ns#waterLevel": 2});
    assert_eq!(refused(&twice, Reading::Create).kind, ErrorKind::BadRequestData);
}

#[test]
fn clause_4_5_2_2_proofs_and_sub_attributes() {
    let mut nested = json!({"type": "Property", "value": 0});
    for _ in 0..14 {
        nested = json!({"type": "Property", "value": 0, "精度": nested});
    }
    let entity = create(&gauge("a", nested.clone()));
    assert_eq!(Entity::from_stored(&entity.body(), &entity.times()).expect("stored"), entity);
    for _ in 0..4 {
        nested = json!({"type": "Property", "value": 0, "精度": nested});
    }
    refuses("a", nested);
    let proof = json!({"type": "Property", "entityIdSealed": "urn:a:b", "entityTypeSealed": "Gauge", "value": {"proofValue": "z"}});
    let entity = create(&gauge("ngsildproof", proof.clone()));
    assert_eq!(shown(&entity, &Style::default())["ngsildproof"], proof);
    refuses("ngsildproof", json!({"type": "Property", "value": "no object"}));
    refuses("ngsildproof", json!({"type": "Property", "value": {"a": 1}, "entityTypeSealed": 42}));
}

#[test]
fn clause_4_7_geometries() {
    let fine = [
        json!({"type": "Point", "coordinates": [139.7, 35.6]}),
        json!({"type": "Point", "coordinates": [-180, 90, 3776.5]}),
        json!({"type": "MultiPoint", "coordinates": [[0, 0], [1, 1]]}),
        json!({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}),
        json!({"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]], [[2, 2], [3, 3]]]}),
        json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}),
        json!({"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0.0]]]]}),
    ];
    for value in fine {
        let entity = create(&gauge("location", json!({"type": "GeoProperty", "value": value})));
        assert_eq!(entity.attrs[crate::entity::LOCATION][0].kind, Kind::GeoProperty);
        assert_eq!(create(&gauge("location", value)).body(), entity.body());
    }
    let wrong = [
        json!({"type": "GeometryCollection", "geometries": []}),
        json!({"type": "Point", "coordinates": [139.7]}),
        json!({"type": "Point", "coordinates": [1, 2, 3, 4]}),
        json!({"type": "Point", "coordinates": ["1", 2]}),
        json!({"type": "Point", "coordinates": [35.6, 139.7]}),
        json!({"type": "Point", "coordinates": [180.1, 0]}),
        json!({"type": "Point", "coordinates": [0, 0, null]}),
        json!({"type": "Point"}),
        json!({"type": "Circle", "coordinates": [0, 0]}),
        json!({"type": "LineString", "coordinates": [[0, 0]]}),
        json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}),
        json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]]]}),
        json!({"type": "Polygon", "coordinates": []}),
        json!("not a geometry"),
        json!("\"Point\""),
        json!(7),
    ];
    for value in wrong {
        refuses("location", json!({"type": "GeoProperty", "value": value}));
    }
    refuses("location", json!({"type": "Property", "value": 7}));
    refuses("location", json!(7));
    let huge = Entity::read(
        br#"{"id":"urn:a:b","type":"T","location":{"type":"Point","coordinates":[1e999,0]}}"#,
        &town(),
        Reading::Create,
    );
    assert!(huge.is_err());
}

#[test]
fn clause_5_5_4_where_the_null_may_stand() {
    let none = "urn:ngsi-ld:null";
    let whole = [
        json!(none),
        json!({"type": "Property", "value": none}),
        json!({"type": "Relationship", "object": none}),
        json!({"type": "Relationship", "object": ["urn:a:b", none]}),
        json!({"type": "LanguageProperty", "languageMap": {"@none": none}}),
        json!({"type": "LanguageProperty", "languageMap": {"fr": none, "en": "x"}}),
        json!({"type": "ListProperty", "valueList": [none]}),
        json!({"type": "ListRelationship", "objectList": [none]}),
        json!({"type": "VocabProperty", "vocab": none}),
        json!({"type": "Property", "value": 1, "sub": {"type": "Property", "value": none}}),
        json!({"type": "Property", "value": {"a": {"b": none}}}),
        json!({"type": "Property", "value": [{"b": none}]}),
        json!({"type": "Property", "value": 1, "unitCode": none}),
    ];
    for value in &whole {
        refuses("a", value.clone());
        assert!(read(&json!({"a": value}), Reading::Append).is_err());
    }
    // The escaped word is the same word.
    let escaped = br#"{"id":"urn:a:b","type":"T","a":{"value":{"x":"urn:ngsi\u002dld:null"}}}"#;
    assert!(Entity::read(escaped, &town(), Reading::Create).is_err());
    for value in &whole[..1] {
        let fragment = read(&json!({"a": value}), Reading::Update).expect("a fragment");
        assert_eq!(fragment.attrs.values().flatten().next().map(|one| one.given), Some(Given::Null));
    }
    assert!(read(&json!({"a": {"value": {"b": none}}}), Reading::Update).is_err());
    for reading in [Reading::Update, Reading::Partial, Reading::Merge] {
        assert!(read(&json!({"a": {"datasetId": none, "value": 1}}), reading).is_err());
        assert!(read(&json!({"type": none}), reading).is_err());
    }
    assert!(
        read(&json!({"a": {"value": {"b": none}}, "scope": none, "expiresAt": none}), Reading::Merge).is_ok()
    );
}

#[test]
fn clause_5_6_4_the_fragment_of_one_attribute() {
    let attr = "https://town.example/ns#waterLevel";
    let fragment = |text: &str, reading: Reading| {
        let json = Json::parse(text).expect("JSON");
        read_instance(attr, &json, &town(), reading)
    };
    assert!(fragment("{}", Reading::Partial).is_err());
    assert!(fragment(r#"{"@context":{}}"#, Reading::Partial).is_err());
    assert!(fragment("[1]", Reading::Partial).is_err());
    assert!(fragment("3", Reading::Partial).is_err());
    let one = fragment(r#"{"unitCode":"CMT","@context":{"a":"https://a.example/"}}"#, Reading::Partial)
        .expect("a fragment");
    assert_eq!((one.unit_code.as_deref(), one.value.as_str()), (Some("CMT"), ""));
    assert!(fragment(r#"{"unitCode":"CMT"}"#, Reading::Append).is_err());
    assert!(fragment(r#"{"datasetId":"urn:ngsi-ld:null"}"#, Reading::Partial).is_err());
}

#[test]
fn clause_4_5_4_the_simplified_representation_as_input() {
    let text = json!({
        "水位": 3, "担当": "urn:a:b", "住所": {"type": "PostalAddress", "value": 1}, "名称": {"languageMap": {"ja": "x"}},
        "語": {"vocab": "避難所"}, "raw": {"json": {"a": 1}}, "location": {"type": "Point", "coordinates": [1, 2]},
        "速度": {"dataset": {"@none": 1, "urn:d:1": 2}}
    })
    .to_string();
    let json = Json::parse(&text).expect("JSON");
    let entity = Entity::read_json(&json, &town(), Reading::Merge, true).expect("a fragment");
    let kind = |name: &str| entity.attrs[&town().expand(name).expect(name)][0].kind;
    assert_eq!(kind("住所"), Kind::Property);
    assert_eq!(kind("名称"), Kind::LanguageProperty);
    assert_eq!(kind("語"), Kind::VocabProperty);
    assert_eq!(kind("raw"), Kind::JsonProperty);
    assert_eq!(kind("location"), Kind::GeoProperty);
    assert_eq!(entity.attrs[&town().expand("速度").expect("a name")].len(), 2);
}

#[test]
fn clause_4_5_7_the_temporal_representation() {
    let entity = read(
        &json!({
            "id": "urn:a:b", "type": "Gauge",
            "水位": [
                {"type": "Property", "value": 1, "observedAt": "2026-01-01T00:00:00Z", "instanceId": "urn:i:1"},
                {"type": "Property", "value": 2, "observedAt": "2026-01-02T00:00:00Z"},
                {"type": "Property", "value": "urn:ngsi-ld:null", "observedAt": "2026-01-03T00:00:00Z", "deletedAt": "2026-01-03T00:00:00Z"}
            ],
            "scope": [{"type": "Property", "value": "/a"}, {"type": "Property", "value": ["/b", "/c"]}]
        }),
        Reading::Temporal,
    )
    .expect("an entity in time");
    assert_eq!(entity.attrs["https://town.example/ns#waterLevel"].len(), 3);
    assert_eq!(entity.scopes, ["/b", "/c"]);
    assert!(read(&json!({"水位": [{"value": 1}]}), Reading::Temporal).is_err());
    assert!(read(&json!({"水位": [{"value": 1}]}), Reading::TemporalFragment).is_ok());
}

//! Answers.

use std::borrow::Cow;

use super::*;
use crate::entity::{LOCATION, Reading};
use crate::ld::CORE_URL;
use crate::render::{Format, Geometry, Languages, Linked, Member, Projection};

fn shelter() -> Entity {
    create(&json!({
        "id": "urn:ngsi-ld:Shelter:1", "type": ["避難所", "Gauge"], "scope": ["/a", "/b"], "expiresAt": "2030-01-01T00:00:00Z",
        "水位": [
            {"type": "Property", "value": 55, "unitCode": "MTR", "observedAt": "2026-01-01T00:00:00Z", "精度": {"value": 1}},
            {"type": "Property", "value": 11, "datasetId": "urn:d:gps", "expiresAt": "2026-01-01T00:00:00Z"}
        ],
        "名称": {"type": "LanguageProperty", "languageMap": {"ja": "学校", "en": "School"}},
        "生": {"type": "JsonProperty", "json": {"type": "x", "水位": 1}},
        "語": {"type": "VocabProperty", "vocab": ["避難所", "non-commercial"]},
        "列": {"type": "ListProperty", "valueList": [1.20, 3]},
        "担当": {"type": "Relationship", "object": "urn:a:1", "objectType": "Gauge"},
        "路": {"type": "ListRelationship", "objectList": ["urn:a:1", "urn:a:2"]},
        "住所": {"type": "Property", "value": {"type": "PostalAddress", "a": 1}},
        "印": {"type": "Property", "value": {"type": "Point", "coordinates": [1, 2]}},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [3, 4]}}
    }))
}

fn styled(format: Format) -> Style<'static> {
    Style { format, ..Style::default() }
}

#[test]
fn clause_4_5_2_2_normalized() {
    let entity = shelter();
    let answer = shown(&entity, &Style::default());
    assert_eq!(answer["type"], json!(["避難所", "Gauge"]));
    assert_eq!(answer["scope"], json!(["/a", "/b"]));
    assert_eq!(answer["水位"][0]["精度"], json!({"type": "Property", "value": 1}));
    assert_eq!(answer["語"]["vocab"], json!(["避難所", "non-commercial"]));
    assert_eq!(answer["担当"]["objectType"], json!("Gauge"));
    assert!(!answer.to_string().contains("expiresAt") && !answer.to_string().contains("createdAt"));
    // Nobody's context: whole IRIs, but for the default vocabulary.
    let mut out = String::new();
    render::entity(&entity.body(), "", &Context::core(), &Style::default(), &mut out).expect("an answer");
    assert!(
        out.contains("\"https://town.example/ns#waterLevel\":[{\"type\":\"Property\",\"value\":55"),
        "{out}"
    );
    assert!(out.contains("\"vocab\":[\"https://town.example/ns#Shelter\",\"non-commercial\"]"), "{out}");
    assert!(out.contains("\"列\":{\"type\":\"ListProperty\",\"valueList\":[1.2,3]}"), "{out}");
}

#[test]
fn clause_4_5_4_simplified() {
    let answer = shown(&shelter(), &styled(Format::Simplified));
    assert_eq!(
        answer,
        json!({
            "id": "urn:ngsi-ld:Shelter:1", "type": ["避難所", "Gauge"], "scope": ["/a", "/b"],
            "水位": {"dataset": {"@none": 55, "urn:d:gps": 11}},
            "名称": {"languageMap": {"ja": "学校", "en": "School"}},
            "生": {"json": {"type": "x", "水位": 1}},
            "語": {"vocab": ["避難所", "non-commercial"]},
            "列": [1.2, 3], "担当": "urn:a:1", "路": ["urn:a:1", "urn:a:2"],
            "住所": {"type": "PostalAddress", "a": 1}, "印": {"type": "Point", "coordinates": [1, 2]},
            "location": {"type": "Point", "coordinates": [3, 4]}
        })
    );
}

#[test]
fn clause_4_5_2_3_concise_is_terse_and_lossless() {
    let mut entity = shelter();
    let style = styled(Format::Concise);
    let answer = shown(&entity, &style);
    assert_eq!(answer["列"], json!({"valueList": [1.2, 3]}));
    assert_eq!(answer["location"], json!({"type": "Point", "coordinates": [3, 4]}));
    assert_eq!(answer["印"], json!({"type": "Property", "value": {"type": "Point", "coordinates": [1, 2]}}));
    assert_eq!(answer["住所"], json!({"value": {"type": "PostalAddress", "a": 1}}));
    assert_eq!(answer["水位"][1], json!({"value": 11, "datasetId": "urn:d:gps"}));
    assert_eq!(answer["路"], json!({"objectList": ["urn:a:1", "urn:a:2"]}));
    let mut again = read(&answer, Reading::Create).expect("read back");
    again.stamp(1_000_000);
    // What only the system's times show is not in a plain answer.
    entity.expires_at = None;
    entity.attrs.values_mut().flatten().for_each(|one| one.expires_at = None);
    entity.attrs.sort_keys();
    again.attrs.sort_keys();
    assert_eq!(again, entity);
}

#[test]
fn clause_4_8_the_systems_times() {
    let style = Style { sys_attrs: true, ..Style::default() };
    let answer = shown(&shelter(), &style);
    assert_eq!(answer["createdAt"], json!("1970-01-01T00:00:01Z"));
    assert_eq!(answer["expiresAt"], json!("2030-01-01T00:00:00Z"));
    assert_eq!(answer["水位"][0]["modifiedAt"], json!("1970-01-01T00:00:01Z"));
    assert_eq!(answer["水位"][0]["精度"]["createdAt"], json!("1970-01-01T00:00:01Z"));
    assert_eq!(answer["水位"][1]["expiresAt"], json!("2026-01-01T00:00:00Z"));
    // Simplified values have no place for times of attributes.
    let answer = shown(&shelter(), &Style { format: Format::Simplified, ..style });
    assert_eq!(answer["modifiedAt"], json!("1970-01-01T00:00:01Z"));
    assert_eq!(answer["担当"], json!("urn:a:1"));
}

#[test]
fn clause_4_22_expired_instances_are_not_shown() {
    let late = Style { now_us: crate::time::parse_us("2026-01-01T00:00:00Z"), ..Style::default() };
    assert!(shown(&shelter(), &late)["水位"].is_object());
    let early = Style { now_us: crate::time::parse_us("2025-12-31T23:59:59Z"), ..Style::default() };
    assert!(shown(&shelter(), &early)["水位"].is_array());
}

#[test]
fn clause_4_5_5_views_by_dataset() {
    let style = |wanted: &[&str]| Style {
        datasets: wanted.iter().map(|one| (*one).to_owned()).collect(),
        ..Style::default()
    };
    let gps = shown(&shelter(), &style(&["urn:d:gps"]));
    assert_eq!(gps["水位"]["value"], json!(11));
    assert!(gps.get("名称").is_none());
    assert_eq!(shown(&shelter(), &style(&["@none"]))["水位"]["value"], json!(55));
    assert!(shown(&shelter(), &style(&["@none", "urn:d:gps"]))["水位"].is_array());
}

#[test]
fn clause_4_15_one_language() {
    let style = |filter: &str, format| Style {
        lang: Some(Languages::parse(filter).expect(filter)),
        format,
        ..Style::default()
    };
    let answer = shown(&shelter(), &style("ja", Format::Normalized));
    assert_eq!(answer["名称"], json!({"type": "Property", "value": "学校", "lang": "ja"}));
    let answer = shown(&shelter(), &style("ja-x-easy,en;q=0.3", Format::Concise));
    assert_eq!(answer["名称"], json!({"value": "学校", "lang": "ja"}));
    // Any text will do.
    for asked in ["*", "de"] {
        let name = shown(&shelter(), &style(asked, Format::Simplified))["名称"].clone();
        assert!([json!("学校"), json!("School")].contains(&name), "{asked}: {name}");
    }
}

#[test]
fn clause_4_5_16_features() {
    let feature = |property: &str, dataset: Option<&str>, format| Style {
        geojson: Some(Geometry { property: property.to_owned(), dataset: dataset.map(str::to_owned) }),
        format,
        context: true,
        ..Style::default()
    };
    let answer = shown(&shelter(), &feature(LOCATION, None, Format::Normalized));
    assert_eq!(answer["id"], json!("urn:ngsi-ld:Shelter:1"));
    assert_eq!(answer["type"], json!("Feature"));
    assert_eq!(answer["geometry"], json!({"type": "Point", "coordinates": [3, 4]}));
    assert_eq!(answer["properties"]["type"], json!(["避難所", "Gauge"]));
    assert_eq!(answer["properties"]["location"]["type"], json!("GeoProperty"));
    assert!(answer["properties"].get("id").is_none() && answer.get("@context").is_some());
    let answer = shown(&shelter(), &feature(LOCATION, None, Format::Simplified));
    assert_eq!(answer["properties"]["location"], json!({"type": "Point", "coordinates": [3, 4]}));
    assert_eq!(answer["properties"]["水位"]["dataset"]["@none"], json!(55));
    assert!(shown(&shelter(), &feature(LOCATION, Some("urn:d:9"), Format::Normalized))["geometry"].is_null());
    assert!(shown(&shelter(), &feature("https://town.example/ns#waterLevel", None, Format::Normalized))["geometry"].is_null());
    let entity = shelter();
    let texts = [(entity.body(), entity.times()), (entity.body(), entity.times())];
    let mut out = String::new();
    let pairs = texts.iter().map(|(body, times)| (body.as_str(), times.as_str()));
    render::feature_collection(pairs, &town(), &Style { context: true, ..Style::default() }, &mut out)
        .expect("an answer");
    let all: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(all["type"], json!("FeatureCollection"));
    assert_eq!(all["features"].as_array().map(Vec::len), Some(2));
    assert!(all["features"][0].get("@context").is_none() && all.get("@context").is_some());
}

fn picked(names: &[(&str, &[&str])]) -> Projection {
    let member = |name: &str, linked: Projection| {
        let name = if matches!(name, "id" | "type" | "scope") {
            name.to_owned()
        } else {
            town().expand(name).expect(name)
        };
        Member { name, linked }
    };
    Projection {
        members: names
            .iter()
            .map(|(name, inner)| {
                member(
                    name,
                    Projection {
                        members: inner.iter().map(|name| member(name, Projection::default())).collect(),
                    },
                )
            })
            .collect(),
    }
}

#[test]
fn clause_4_21_pick_and_omit() {
    for format in [Format::Normalized, Format::Simplified] {
        let pick = |names: &[(&str, &[&str])]| {
            let style = Style { pick: Some(picked(names)), format, ..Style::default() };
            shown(&shelter(), &style).as_object().expect("an object").keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(pick(&[("名称", &[])]), ["名称"]);
        assert_eq!(pick(&[("id", &[]), ("type", &[]), ("列", &[])]), ["id", "type", "列"]);
        assert_eq!(pick(&[("無い", &[])]), [""; 0]);
        let omit = Style {
            omit: Some(picked(&[("id", &[]), ("scope", &[]), ("水位", &[])])),
            format,
            ..Style::default()
        };
        let answer = shown(&shelter(), &omit);
        assert!(answer.get("id").is_none() && answer.get("scope").is_none() && answer.get("水位").is_none());
        assert!(answer.get("type").is_some() && answer.get("名称").is_some());
        let attrs = Style {
            attrs: Some(vec!["https://town.example/ns#name".to_owned()]),
            format,
            ..Style::default()
        };
        let answer = shown(&shelter(), &attrs);
        assert_eq!(answer.as_object().map(serde_json::Map::len), Some(4));
    }
    let style = Style { pick: Some(picked(&[("無い", &[])])), context: true, ..Style::default() };
    assert_eq!(shown(&shelter(), &style).as_object().map(serde_json::Map::len), Some(1));
}

struct Town(Vec<Entity>);

impl Linked for Town {
    fn linked(&self, id: &str, _: &[String]) -> Option<Cow<'_, Entity>> {
        self.0.iter().find(|one| one.id == id).map(Cow::Borrowed)
    }
}

#[test]
fn clause_4_5_23_2_linked_entities_inline() {
    let one = |id: &str, to: Value| {
        create(&json!({"id": id, "type": "Gauge", "名称": {"value": id}, "水位": 1, "担当": {"object": to}}))
    };
    let town = Town(vec![
        one("urn:a:2", json!("urn:a:3")),
        one("urn:a:3", json!("urn:a:1")),
        one("urn:a:4", json!("urn:none:1")),
    ]);
    let start = one("urn:a:1", json!("urn:a:2"));
    let style = |level| Style { linked: Some(&town), join_level: level, ..Style::default() };
    let answer = shown(&start, &style(1));
    assert_eq!(answer["担当"]["object"], json!("urn:a:2"));
    assert_eq!(answer["担当"]["entity"]["id"], json!("urn:a:2"));
    assert!(answer["担当"]["entity"]["担当"].get("entity").is_none());
    // The way back is not walked again.
    let answer = shown(&start, &style(9));
    assert_eq!(answer["担当"]["entity"]["担当"]["entity"]["id"], json!("urn:a:3"));
    assert!(answer["担当"]["entity"]["担当"]["entity"]["担当"].get("entity").is_none());
    let simplified = shown(&start, &Style { format: Format::Simplified, ..style(1) });
    assert_eq!(simplified["担当"]["担当"], json!("urn:a:3"));
    let projected = Style { pick: Some(picked(&[("id", &[]), ("担当", &["id", "名称"])])), ..style(2) };
    assert_eq!(
        shown(&start, &projected),
        json!({"id": "urn:a:1", "担当": {"type": "Relationship", "object": "urn:a:2",
            "entity": {"id": "urn:a:2", "名称": {"type": "Property", "value": "urn:a:2"}}}})
    );
    let without =
        Style { omit: Some(picked(&[("水位", &[]), ("担当", &["名称", "水位"])])), ..style(1) };
    let answer = shown(&start, &without);
    assert!(answer.get("水位").is_none() && answer.get("名称").is_some());
    assert!(answer["担当"]["entity"].get("名称").is_none() && answer["担当"]["entity"].get("担当").is_some());
    let many = create(&json!({"id": "urn:a:9", "type": "Gauge",
        "路": {"objectList": ["urn:none:1", "urn:a:2", "urn:a:4"]}, "先": {"object": ["urn:a:4"]}}));
    let answer = shown(&many, &style(1));
    assert_eq!(answer["路"]["entityList"].as_array().map(Vec::len), Some(2));
    assert_eq!(answer["先"]["entity"].as_array().map(Vec::len), Some(1));
    let simplified = shown(&many, &Style { format: Format::Simplified, ..style(1) });
    assert_eq!(simplified["路"][0], json!("urn:none:1"));
    assert_eq!(simplified["路"][1]["id"], json!("urn:a:2"));
}

#[test]
fn clause_6_3_5_the_context_in_the_body() {
    let entity = create(&json!({"id": "urn:a:b", "type": "Gauge"}));
    let mut out = String::new();
    let style = Style { context: true, ..Style::default() };
    render::entity(&entity.body(), "", &Context::core(), &style, &mut out).expect("an answer");
    assert_eq!(
        out,
        format!(
            "{{\"id\":\"urn:a:b\",\"type\":\"https://town.example/ns#Gauge\",\"@context\":\"{CORE_URL}\"}}"
        )
    );
}

#[test]
fn what_is_not_in_the_internal_form_is_an_error() {
    for body in [
        "",
        "[",
        "{",
        "{\"id\"",
        "{\"a:b\":",
        "{\"a:b\":{",
        "{\"a:b\":{\"type\":\"x",
        "{\"type\":[\"a:b\"",
        "{\"type\":1}",
        "x",
    ] {
        for style in [Style::default(), styled(Format::Simplified)] {
            let mut out = String::new();
            assert!(render::entity(body, "", &Context::core(), &style, &mut out).is_err(), "{body}");
        }
    }
}

#[test]
fn clause_5_8_6_what_was_before_and_what_was_deleted() {
    let before = shelter();
    let mut after = Entity { id: before.id.clone(), types: before.types.clone(), ..Entity::default() };
    for (attr, instances) in &before.attrs {
        let all =
            instances.iter().map(|one| crate::entity::Instance::deleted(one).with_previous(one)).collect();
        after.attrs.insert(attr.clone(), all);
    }
    let mut out = String::new();
    let style = Style { deleted_us: Some(0), ..Style::default() };
    render::model_entity(&after, &town(), &style, &mut out).expect("an answer");
    let answer: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(answer["deletedAt"], json!("1970-01-01T00:00:00Z"));
    assert_eq!(answer["名称"]["languageMap"], json!({"@none": "urn:ngsi-ld:null"}));
    assert_eq!(answer["名称"]["previousLanguageMap"]["ja"], json!("学校"));
    assert_eq!(answer["語"]["vocab"], json!("urn:ngsi-ld:null"));
    assert_eq!(answer["語"]["previousVocab"], json!(["避難所", "non-commercial"]));
    assert_eq!(answer["路"]["objectList"], json!(["urn:ngsi-ld:null"]));
    assert_eq!(answer["水位"][1]["previousValue"], json!(11));
    assert_eq!(answer["水位"][1]["datasetId"], json!("urn:d:gps"));
    out.clear();
    let style = Style { format: Format::Simplified, ..style };
    render::model_entity(&after, &town(), &style, &mut out).expect("an answer");
    let answer: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(answer["location"], json!("urn:ngsi-ld:null"));
    assert_eq!(answer["水位"]["dataset"]["@none"], json!("urn:ngsi-ld:null"));
}

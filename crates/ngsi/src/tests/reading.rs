//! Reading of entities.

use serde_json::json;

use super::*;

#[test]
fn clause_4_5_2_concise_and_normalized_are_the_same_entity() {
    let concise = create(&json!({
        "id": "urn:ngsi-ld:Gauge:1", "type": "Gauge", "水位": 2.5,
        "location": {"type": "Point", "coordinates": [139.7, 35.6]},
        "名称": {"languageMap": {"ja": "荒川", "en": "Arakawa"}},
        "担当": {"object": "urn:ngsi-ld:Person:1"}
    }));
    let normalized = create(&json!({
        "id": "urn:ngsi-ld:Gauge:1", "type": "Gauge", "水位": {"type": "Property", "value": 2.5},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [139.7, 35.6]}},
        "名称": {"type": "LanguageProperty", "languageMap": {"ja": "荒川", "en": "Arakawa"}},
        "担当": {"type": "Relationship", "object": "urn:ngsi-ld:Person:1"}
    }));
    assert_eq!(concise.body(), normalized.body());
    let stored = Entity::from_stored(&concise.body(), &concise.times()).expect("stored");
    assert_eq!(stored.body(), concise.body());
    let answer = shown(&stored, &Style::default());
    assert_eq!(answer["水位"]["value"], json!(2.5));
    assert_eq!(answer["type"], json!("Gauge"));
}

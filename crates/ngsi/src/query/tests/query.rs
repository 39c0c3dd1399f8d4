use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Names, Others, body, iri, kind_of};
use crate::entity::{Entity, Reading};
use crate::error::{Error, ErrorKind};
use crate::ld::Context;
use crate::query::q::{Op, SimpleTest, Stored};
use crate::query::{EntityQuery, Join, Method, TimeProperty, Types, Use};

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |p: &str| p.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned())).unwrap();
    if text.is_empty() { Vec::new() } else { text.split('&').map(pair).collect() }
}

fn read(text: &str, used: Use) -> Result<EntityQuery, Error> {
    EntityQuery::parse(&pairs(text), &Names, used)
}

fn posted(of: &Value, text: &str, used: Use) -> Result<EntityQuery, Error> {
    EntityQuery::from_body(of.as_object().unwrap(), &pairs(text), &Names, used)
}

#[track_caller]
fn refused(text: &str, used: Use) {
    assert_eq!(kind_of(read(text, used)), ErrorKind::BadRequestData, "{text}");
}

const WINDOW: &str = "timerel=after&timeAt=2020-01-01T00:00:00Z";

#[test]
fn c5_7_2_4_a_query_must_not_be_too_wide() {
    for ok in [
        "type=A",
        "attrs=水位",
        "q=水位",
        "local=true",
        "type=*",
        "georel=equals&geometry=Point&coordinates=[1,2]",
        "attrs=createdAt,水位",
        "q=createdAt>2020-01-01T00:00:00Z;水位",
        "type=A&id=urn:x:1",
    ] {
        assert!(read(ok, Use::Entities).is_ok(), "{ok}");
        assert!(read(&format!("{ok}&{WINDOW}"), Use::Temporal).is_ok(), "{ok}");
    }
    for wide in [
        "",
        "id=urn:x:1",
        "idPattern=.*",
        "scopeQ=/a",
        "attrs=createdAt",
        "q=modifiedAt>\"2020-01-01T00:00:00Z\"",
        "pick=name",
        "local=false",
        "type=&attrs=",
    ] {
        refused(wide, Use::Entities);
        assert!(read(wide, Use::Retrieve).is_ok(), "{wide}");
    }
    assert_eq!(read("", Use::Entities).unwrap_err().at.as_deref(), Some("type"));
}

#[test]
fn c6_4_3_2_type_star_stays_here() {
    let q = read("type=*", Use::Entities).unwrap();
    assert!(q.local);
    assert_eq!(q.selectors[0].types, Some(Types::All));
    refused("type=*&local=false", Use::Entities);
    assert!(!read("type=A&local=false", Use::Entities).unwrap().local);
}

#[test]
fn c5_7_2_4_projections_do_not_contradict() {
    refused("type=A&pick=name&omit=name", Use::Entities);
    refused("type=A&pick=name&attrs=x", Use::Entities);
    refused("type=A&omit=name&attrs=x", Use::Entities);
    refused("type=A&attrs=owner{name}", Use::Entities);
    let q = read("type=A&pick=id,name&omit=x", Use::Entities).unwrap();
    assert_eq!(q.pick.unwrap().members[1].name, iri("name"));
    refused("type=A&keep=a&drop=b", Use::Purge);
    assert_eq!(read("type=A&drop=b", Use::Purge).unwrap().drop, [iri("b")]);
}

#[test]
fn c5_7_2_4_paths_over_relationships_need_a_join_that_goes_as_far() {
    refused("type=A&q=owner{name}==\"x\"", Use::Entities);
    refused("type=A&q=owner{works{name}}==\"x\"&join=inline&joinLevel=1", Use::Entities);
    refused("type=A&pick=owner{name}", Use::Entities);
    refused("type=A&pick=a{b{c}}&join=inline&joinLevel=1", Use::Entities);
    refused("type=A&omit=a{b{c}}&join=flat", Use::Entities);
    refused("type=A&pick=owner{name}&join=@none", Use::Entities);
    let q =
        read("type=A&q=owner{works{name}}==\"x\"&join=flat&joinLevel=2&containedBy=urn:x:1", Use::Entities)
            .unwrap();
    assert_eq!((q.join, q.join_level, q.follows_links()), (Join::Flat, 2, true));
    for bad in ["joinLevel=0", "joinLevel=11", "joinLevel=-1", "joinLevel=x", "join=both", "containedBy=x"] {
        refused(&format!("type=A&{bad}"), Use::Entities);
    }
    // Time has no links.
    for bad in ["pick=owner{name}", "q=owner{name}==\"x\"", "pick=owner{name}&join=inline"] {
        refused(&format!("type=A&{WINDOW}&{bad}"), Use::Temporal);
    }
    refused("pick=owner{name}", Use::RetrieveTemporal);
    // A subscription follows them by itself.
    let subscription =
        json!({"type": "Subscription", "entities": [{"type": "A"}], "q": "isConnectedTo{batteryLevel}<0.5"});
    assert!(posted(&subscription, "", Use::Subscription).unwrap().follows_links());
}

#[test]
fn c5_7_2_4_what_else_is_refused() {
    for bad in [
        "id=not a uri",
        "id=urn:x:1,,urn:x:2",
        "idPattern=(",
        "q=((",
        "csf=))bad((",
        "georel=near;maxDistance==1",
        "geometry=Point&coordinates=[1,2]",
        "georel=equals&geometry=Point",
        "georel=equals&geometry=Point&coordinates=x",
        "scopeQ=/",
        "orderBy=location;dist-asc",
        "orderBy=a;up",
        "collation=!!nope",
        "orderBy=a&collation=!!nope",
        "datasetId=x",
        "local=yes",
        "count=1",
        "limit=-1",
        "limit=x",
        "limit=0",
        "offset=-1",
        "limit=99999999999",
        "entityMap=1",
        "entityMapLifetime=x",
        "splitEntities=no",
        "type=A",
        "expandValues=a b",
        "jsonKeys=,",
        "geometryProperty=a b",
        "orderBy=a&orderFrom=[1]",
        "orderGeometry=Circle&orderBy=a",
        "lang=a\u{7}",
    ] {
        refused(&format!("type=A&{bad}"), Use::Entities);
    }
    let many: Vec<(String, String)> = (0..101).map(|n| (format!("p{n}"), String::new())).collect();
    assert_eq!(kind_of(EntityQuery::parse(&many, &Names, Use::Entities)), ErrorKind::BadRequestData);
}

#[test]
fn c6_4_3_2_all_parameters_together() {
    let q = read(
        "type=(避難所;公共施設)|学校&id=urn:x:1,urn:x:2&idPattern=^urn:x&q=水位>2.5&csf=name==\"x\"&scopeQ=/東京/#&\
         georel=near;maxDistance==500&geometry=Point&coordinates=[139.7,35.6]&geoproperty=observationSpace&lang=ja,en;q=0.8&\
         datasetId=@none,urn:ds:1&limit=20&offset=40&count=true&options=sysAttrs,concise&format=simplified&orderBy=水位;desc&\
         entityMap=true&entityMapLifetime=PT10M&splitEntities=false&geometryProperty=location&expandValues=a&jsonKeys=b&unheard=1",
        Use::Entities,
    )
    .unwrap();
    assert_eq!(q.dataset_ids, ["@none", "urn:ds:1"]);
    assert_eq!((q.limit, q.offset, q.count), (Some(20), 40, true));
    assert_eq!(q.options, ["sysAttrs", "concise"]);
    assert_eq!(q.format.as_deref(), Some("simplified"));
    assert_eq!(q.lang.as_deref(), Some("ja,en;q=0.8"));
    assert_eq!(q.unknown, ["unheard"]);
    assert_eq!(q.entity_map_lifetime.unwrap().to_string(), "PT10M");
    assert_eq!(q.geometry_property, Some(iri("location")));
    assert_eq!(q.geo.as_ref().unwrap().property, iri("observationSpace"));
    let pre = q.prefilter();
    assert_eq!(pre.any_of[0].ids, ["urn:x:1", "urn:x:2"]);
    assert_eq!(
        pre.any_of[0].types.as_ref().unwrap().to_string(),
        format!("({};{})|{}", iri("避難所"), iri("公共施設"), iri("学校"))
    );
    assert_eq!(pre.all[0].test, SimpleTest::Number(Op::Gt, 2.5));
    assert_eq!(pre.geo.as_ref().unwrap().0, iri("observationSpace"));
    assert!(!pre.covers);
    assert!(read("type=A&q=水位>2.5&id=urn:x:1", Use::Entities).unwrap().prefilter().covers);
    assert!(!read("type=A&q=水位>2.5&idPattern=x", Use::Entities).unwrap().prefilter().covers);
    assert!(!read("type=A&scopeQ=/a", Use::Entities).unwrap().prefilter().covers);
}

#[test]
fn c5_7_2_matching_asks_for_all_that_is_given() {
    let entity = body(
        r#"{"id":"urn:x:1","type":["~避難所"],"scope":["/東京/中央区"],"~水位":{"type":"Property","value":2.6},
        "~location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[139.7,35.6]}}}"#,
    );
    let ask = |text: &str| {
        read(text, Use::Entities).unwrap().matches(Stored { body: &entity, times: "" }, &Others(Vec::new()))
    };
    let all = "type=避難所&id=urn:x:1&idPattern=x:[0-9]$&attrs=水位,x&q=水位>2.5&scopeQ=/東京/#&georel=near;maxDistance==500&geometry=Point&coordinates=[139.7,35.601]";
    assert!(ask(all));
    for (from, to) in [
        ("type=避難所", "type=学校"),
        ("id=urn:x:1", "id=urn:x:2"),
        ("x:[0-9]$", "x:[2-9]$"),
        ("attrs=水位,x", "attrs=x"),
        ("水位>2.5", "水位>2.6"),
        ("/東京/#", "/大阪/#"),
        ("35.601", "35.61"),
    ] {
        assert!(!ask(&all.replacen(from, to, 1)), "{to}");
    }
    assert!(ask("type=*"));
    // When it was created is known of every entity.
    assert!(ask("type=避難所&attrs=x,createdAt"));
    assert!(read("type=A&attrs=x,createdAt", Use::Entities).unwrap().prefilter().attrs.is_empty());
}

#[test]
fn c5_7_2_what_the_codec_writes_is_what_a_query_reads() {
    let context = Context::core();
    let received = r#"{"id":"urn:x:1","type":["避難所","施設"],"scope":"/東京/中央区","水位":[{"type":"Property","value":2.6,"observedAt":"2026-01-31T09:00:00.5Z",
        "精度":{"type":"Property","value":0.1}},{"type":"Property","value":"高い","datasetId":"urn:ds:1"}],
        "名称":{"type":"LanguageProperty","languageMap":{"ja":"中央 \"A\"","en":["Centre","Middle"]}},"種別":{"type":"VocabProperty","vocab":"学校"},
        "管理":{"type":"Relationship","object":["urn:x:2","urn:x:3"]},"列":{"type":"ListProperty","valueList":[1,2]},
        "先":{"type":"ListRelationship","objectList":["urn:x:4"]},"票":{"type":"JsonProperty","json":{"a":{"b":[1,null]}}},
        "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[139.7,35.6]}}}"#;
    let mut entity = Entity::read(received.as_bytes(), &context, Reading::Create).unwrap();
    entity.stamp(1_769_850_000_000_000);
    let ask = |text: &str| {
        let query = EntityQuery::parse(&pairs(text), &*context, Use::Entities)
            .unwrap_or_else(|e| panic!("{text}: {e}"));
        query.matches_entity(&entity, &Others(Vec::new()))
    };
    for yes in [
        "type=(避難所;施設)",
        "type=x|避難所",
        "q=水位>2.5",
        "q=水位==\"高い\"",
        "q=水位.observedAt>2026-01-31T09:00:00Z",
        "q=水位.精度<1",
        "q=名称[ja]==\"中央 \\\"A\\\"\"",
        "q=名称==Middle",
        "q=種別==学校&expandValues=種別",
        "q=管理==urn:x:3",
        "q=列==2",
        "q=先==urn:x:4",
        "q=票[a.b.0]==1",
        "attrs=location",
        "type=避難所&scopeQ=/東京/#",
        "georel=near;maxDistance==10&geometry=Point&coordinates=[139.7,35.6]",
        "q=createdAt==2026-01-31T09:00:00Z;水位",
        "q=水位.modifiedAt<=2026-01-31T09:00:00Z",
        "q=種別",
    ] {
        assert!(ask(yes), "{yes}");
    }
    for no in ["q=種別==学校", "type=(避難所;x)", "q=票[a.b.2]", "q=先==urn:x:2", "q=名称[fr]", "attrs=無い"]
    {
        assert!(!ask(no), "{no}");
    }
}

#[test]
fn c5_2_23_the_body_of_a_query() {
    let of = json!({
        "type": "Query", "@context": "https://example.org/c.jsonld",
        "entities": [{"type": "A", "id": ["urn:x:1", "urn:x:2"], "idPattern": "("}, {"type": "B,C", "idPattern": "^urn"}],
        "q": "speed>100", "attrs": ["speed"], "scopeQ": "/a", "lang": "ja", "datasetId": ["@none"], "csf": "a",
        "geoQ": {"georel": "within", "geometry": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]], "geoproperty": "g"},
        "ordering": {"orderBy": ["location;dist-asc", "id;desc"], "coordinates": [8, 40], "geometry": "Point", "collation": "ja"},
        "join": "inline", "joinLevel": 3, "containedBy": ["urn:x:9"], "expandValues": "kind", "entityMap": true,
        "entityMapLifetime": "PT5M", "splitEntities": true, "jsonKeys": "t",
    });
    let q = posted(&of, "limit=5&count=true", Use::Entities).unwrap();
    // An id outweighs a pattern, which is then not even looked at.
    assert_eq!(q.selectors[0].ids.len(), 2);
    assert!(q.selectors[0].id_pattern.is_none());
    assert!(q.selectors[1].id_pattern.is_some());
    assert_eq!((q.limit, q.count, q.join_level), (Some(5), true, 3));
    assert_eq!(q.geo.unwrap().property, iri("g"));
    assert!(q.order_by.is_some() && q.csf.is_some() && q.entity_map);
    let own = |id: &str, t: &str| body(&format!(r#"{{"id":"{id}","type":["~{t}"]}}"#));
    let q = posted(
        &json!({"type": "Query", "entities": [{"type": "A", "id": "urn:x:1"}, {"type": "B"}]}),
        "",
        Use::Entities,
    )
    .unwrap();
    assert!(q.selects(&own("urn:x:1", "A")) && q.selects(&own("urn:y", "B")));
    assert!(!q.selects(&own("urn:x:2", "A")));
    let picked = posted(
        &json!({"type": "Query", "entities": [{"type": "A"}], "pick": ["a,b", "c"]}),
        "",
        Use::Entities,
    )
    .unwrap();
    assert_eq!(picked.pick.unwrap().members.len(), 3);
}

#[test]
fn c5_2_12_values_in_a_body_may_be_encoded_as_in_a_url() {
    let named = |name: &str| {
        body(&format!(r#"{{"id":"urn:x:1","type":["~A"],"~name":{{"type":"Property","value":"{name}"}}}}"#))
    };
    let of = |q: &str| json!({"type": "Query", "entities": [{"type": "A"}], "q": q});
    let ask = |q: &EntityQuery, name: &str| {
        q.matches(Stored { body: &named(name), times: "" }, &Others(Vec::new()))
    };
    let q = posted(&of("name==\"Eiffel%20Tower\""), "", Use::Subscription).unwrap();
    assert!(ask(&q, "Eiffel Tower") && ask(&q, "Eiffel%20Tower") && !ask(&q, "Eiffel"));
    let q = posted(&of("name!=\"%E6%B0%B4\""), "", Use::Entities).unwrap();
    assert!(!ask(&q, "水") && !ask(&q, "%E6%B0%B4") && ask(&q, "火"));
    for plain in ["100%", "%zz", "%E6", "%"] {
        let q = posted(&of(&format!("name==\"{plain}\"")), "", Use::Entities).unwrap();
        assert!(ask(&q, plain) && !ask(&q, "火"), "{plain}");
    }
    // In a URL the text has been decoded once, and once is enough.
    let q = read("type=A&q=name==\"Eiffel%20Tower\"", Use::Entities).unwrap();
    assert!(!ask(&q, "Eiffel Tower") && ask(&q, "Eiffel%20Tower"));
}

#[test]
fn c5_2_23_what_a_body_may_not_say() {
    for bad in [
        json!({"type": "NotQuery", "entities": [{"type": "A"}]}),
        json!({"entities": [{"type": "A"}]}),
        json!({"type": "Query"}),
        json!({"type": "Query", "entities": []}),
        json!({"type": "Query", "entities": {}}),
        json!({"type": "Query", "entities": [1]}),
        json!({"type": "Query", "entities": [{"id": "urn:x:1"}]}),
        json!({"type": "Query", "entities": [{"type": "A", "id": "x"}]}),
        json!({"type": "Query", "entities": [{"type": "A", "id": ["urn:x:1", 5]}]}),
        json!({"type": "Query", "entities": [{"type": ["A"]}]}),
        json!({"type": "Query", "entities": [{"type": ""}]}),
    ] {
        assert_eq!(kind_of(posted(&bad, "", Use::Entities)), ErrorKind::BadRequestData, "{bad}");
    }
    for (name, bad) in [
        ("q", json!(42)),
        ("q", json!("")),
        ("q", json!(null)),
        ("attrs", json!([])),
        ("attrs", json!("a")),
        ("attrs", json!(["a b"])),
        ("pick", json!([])),
        ("pick", json!(["a{"])),
        ("omit", json!([1])),
        ("joinLevel", json!(0)),
        ("joinLevel", json!(1.5)),
        ("joinLevel", json!("1")),
        ("join", json!("x")),
        ("temporalQ", json!({"timerel": "after", "timeAt": "2020-01-01T00:00:00Z"})),
        ("geoQ", json!("x")),
        ("geoQ", json!({})),
        ("geoQ", json!({"georel": "within"})),
        ("geoQ", json!({"georel": 1})),
        ("geoQ", json!({"georel": "within", "geometry": "Point", "coordinates": 5})),
        ("ordering", json!([])),
        ("ordering", json!({})),
        ("ordering", json!({"orderBy": "a"})),
        ("ordering", json!({"orderBy": ["location;dist-asc"]})),
        ("ordering", json!({"orderBy": ["location;dist-asc"], "coordinates": "8,40"})),
        ("ordering", json!({"orderBy": ["location;dist-asc"], "coordinates": [8, 40], "geometry": 5})),
        ("ordering", json!({"orderBy": ["id;asc"], "collation": "not a bcp47 tag!!"})),
        ("scopeQ", json!("")),
        ("datasetId", json!(["x"])),
        ("datasetId", json!([])),
        ("containedBy", json!([])),
        ("entityMap", json!("true")),
        ("splitEntities", json!(1)),
        ("csf", json!("((")),
        ("lang", json!(1)),
        ("expandValues", json!(1)),
    ] {
        let mut of = json!({"type": "Query", "entities": [{"type": "A"}]});
        of[name] = bad.clone();
        assert_eq!(kind_of(posted(&of, "", Use::Entities)), ErrorKind::BadRequestData, "{name} {bad}");
    }
    let star = json!({"type": "Query", "entities": [{"type": "*"}]});
    assert!(posted(&star, "", Use::Entities).unwrap().local);
    assert!(posted(&star, "local=false", Use::Entities).is_err());
    let many = json!({"type": "Query", "entities": vec![json!({"type": "A"}); 101]});
    assert_eq!(kind_of(posted(&many, "", Use::Entities)), ErrorKind::TooComplexQuery);
}

#[test]
fn c5_7_4_temporal_parameters() {
    let q = read(&format!("type=A&{WINDOW}&timeproperty=modifiedAt&lastN=20&orderBy=id;desc"), Use::Temporal)
        .unwrap();
    let temporal = q.temporal.unwrap();
    assert_eq!((temporal.property, temporal.last_n), (TimeProperty::ModifiedAt, Some(20)));
    assert_eq!(q.order_by.unwrap().by_id(), Some(false));
    for bad in [
        "orderBy=name",
        "lastN=0",
        "timeproperty=x",
        "endTimeAt=x&timerel=between",
        "csf=))bad((",
        "options=aggregatedValues",
        "options=aggregatedValues&aggrMethods=mean",
        "format=aggregatedValues&aggrMethods=avg&aggrPeriodDuration=1h",
    ] {
        let window = if bad.contains("timerel") { "timeAt=2020-01-01T00:00:00Z" } else { WINDOW };
        refused(&format!("type=A&{window}&{bad}"), Use::Temporal);
    }
    refused("type=A", Use::Temporal);
    refused("type=A&timeAt=2020-01-01T00:00:00Z", Use::Temporal);
    refused("timeAt=2020-01-01T00:00:00Z", Use::RetrieveTemporal);
    assert!(read("lastN=5", Use::RetrieveTemporal).unwrap().temporal.unwrap().interval.is_none());
    let q = read(
        &format!("type=A&{WINDOW}&options=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=PT1H"),
        Use::Temporal,
    );
    assert_eq!(q.unwrap().temporal.unwrap().aggregation.unwrap().methods, [Method::Avg, Method::Max]);
    // A format outweighs the options; without aggregation its parameters mean nothing.
    let q = read(
        &format!("type=A&{WINDOW}&format=temporalValues&options=aggregatedValues&aggrMethods=nonsense"),
        Use::Temporal,
    );
    assert!(q.unwrap().temporal.unwrap().aggregation.is_none());
}

#[test]
fn c5_2_21_the_temporal_query_of_a_body() {
    let of = |temporal: Value| json!({"type": "Query", "entities": [{"type": "A"}], "temporalQ": temporal});
    let at = "2020-01-01T00:00:00Z";
    let q = posted(
        &of(
            json!({"timerel": "between", "timeAt": at, "endTimeAt": "2021-01-01T00:00:00Z", "lastN": 1, "timeproperty": "createdAt",
            "aggrMethods": ["avg", "min"], "aggrPeriodDuration": "P1D"}),
        ),
        "options=aggregatedValues",
        Use::Temporal,
    );
    let temporal = q.unwrap().temporal.unwrap();
    assert_eq!((temporal.last_n, temporal.aggregation.unwrap().methods.len()), (Some(1), 2));
    let mut other = of(json!({"timerel": "after", "timeAt": at}));
    other["aggrParams"] = json!({"aggrMethods": "avg,sum"});
    assert_eq!(
        posted(&other, "format=aggregatedValues", Use::Temporal)
            .unwrap()
            .temporal
            .unwrap()
            .aggregation
            .unwrap()
            .methods
            .len(),
        2
    );
    for bad in [
        json!({}),
        json!({"timerel": "after"}),
        json!({"timeAt": at}),
        json!({"timerel": "during", "timeAt": at}),
        json!({"timerel": "between", "timeAt": at}),
        json!({"timerel": "after", "timeAt": at, "lastN": 0}),
        json!({"timerel": "after", "timeAt": at, "lastN": 1.5}),
        json!({"timerel": "after", "timeAt": at, "timeproperty": "x"}),
        json!({"timerel": "after", "timeAt": 5}),
    ] {
        assert_eq!(kind_of(posted(&of(bad.clone()), "", Use::Temporal)), ErrorKind::BadRequestData, "{bad}");
    }
    assert_eq!(
        kind_of(posted(&json!({"type": "Query", "entities": [{"type": "A"}]}), "", Use::Temporal)),
        ErrorKind::BadRequestData
    );
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!("A")),
        Just(json!("urn:x:1")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(
                "type|id|idPattern|georel|geometry|coordinates|timerel|timeAt|lastN|orderBy",
                inner,
                0..4
            )
            .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

const NAMES: &str = "type|id|idPattern|attrs|pick|omit|q|csf|scopeQ|georel|geometry|coordinates|orderBy|orderFrom|collation|lang|\
    datasetId|join|joinLevel|local|limit|offset|count|options|format|timerel|timeAt|endTimeAt|lastN|aggrMethods|aggrPeriodDuration|x";

proptest! {
    #[test]
    fn c6_4_3_2_any_parameters_are_read_or_refused(given in prop::collection::vec((NAMES, ".{0,20}"), 0..6)) {
        for used in [Use::Entities, Use::Retrieve, Use::Temporal, Use::RetrieveTemporal, Use::Purge] {
            let _ = EntityQuery::parse(&given, &Names, used);
        }
    }

    #[test]
    fn c5_2_23_any_body_is_read_or_refused(
        given in prop::collection::btree_map("entities|q|geoQ|temporalQ|attrs|pick|ordering|join|joinLevel|datasetId|aggrParams|containedBy", json_value(), 0..5)
    ) {
        let mut of: serde_json::Map<String, Value> = given.into_iter().collect();
        for used in [Use::Subscription, Use::Entities, Use::Temporal] {
            let _ = EntityQuery::from_body(&of, &[], &Names, used);
            of.insert("type".to_owned(), json!("Query"));
        }
    }
}

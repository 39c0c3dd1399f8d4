use geo::{Geometry, Validation};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Names, at_least, body, iri, kind_of};
use crate::error::ErrorKind;
use crate::query::geo::{
    BoundingBox, GeoQ, Georel, LOCATION, NEAR_POSITIONS_MAX, POSITIONS_MAX, Shape, metres, read_stored,
};

fn ask(georel: &str, geometry: &str, coordinates: &Value) -> GeoQ {
    GeoQ::parse(georel, geometry, coordinates, None, &Names)
        .unwrap_or_else(|e| panic!("{georel} {geometry} {coordinates}: {}", e.detail))
}

fn at(shape: &str, coordinates: &Value) -> String {
    body(&format!(
        r#"{{"id":"urn:x:1","type":["~T"],"~location":{{"type":"GeoProperty","value":{{"type":"{shape}","coordinates":{coordinates}}}}}}}"#
    ))
}

/// A square with a hole in its middle.
fn ring() -> Value {
    json!([[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]])
}

#[test]
fn c4_10_georel_grammar() {
    for good in [
        "near;maxDistance==2000",
        "near;minDistance==0.5",
        "near;maxDistance==1e3",
        "within",
        "contains",
        "overlaps",
        "intersects",
        "equals",
        "disjoint",
    ] {
        let read = Georel::parse(good).unwrap();
        assert_eq!(Georel::parse(&read.to_string()).unwrap(), read, "{good}");
    }
    for bad in [
        "",
        "near",
        "near;",
        "near;maxDistance",
        "near;maxDistance==",
        "near;maxDistance==0",
        "near;maxDistance==-1",
        "near;maxDistance==inf",
        "near;maxDistance==NaN",
        "near;maxDistance==1e400",
        "near;maxDistance==5;minDistance==1",
        "near;maxDistance=5",
        "near;distance==5",
        "touches",
        "Within",
        "within;x",
        "near;maxDistance==+5",
    ] {
        assert_eq!(kind_of(Georel::parse(bad)), ErrorKind::BadRequestData, "{bad}");
    }
}

#[test]
fn c4_10_coordinates_must_fit_the_geometry() {
    for (shape, good) in [
        ("Point", json!([139.7, 35.6])),
        ("Point", json!("[139.7, 35.6]")),
        ("Point", json!([139.7, 35.6, 12.5])),
        ("MultiPoint", json!([[1, 2]])),
        ("LineString", json!([[1, 2], [3, 4]])),
        ("MultiLineString", json!([[[1, 2], [3, 4]]])),
        ("Polygon", ring()),
        ("MultiPolygon", json!([ring()])),
    ] {
        ask("intersects", shape, &good);
    }
    for (shape, bad) in [
        ("Point", json!([])),
        ("Point", json!([1])),
        ("Point", json!([1, 2, 3, 4])),
        ("Point", json!(["1", "2"])),
        ("Point", json!([181, 0])),
        ("Point", json!([0, -90.1])),
        ("Point", json!([[1, 2]])),
        ("Point", json!("1,2")),
        ("Point", json!("[1,2")),
        ("Point", json!({"x": 1})),
        ("Point", json!(null)),
        ("MultiPoint", json!([])),
        ("LineString", json!([[1, 2]])),
        ("Polygon", json!([[[0, 0], [1, 0], [0, 0]]])),
        ("Polygon", json!([[[0, 0], [1, 0], [1, 1], [0, 1]]])),
        ("Polygon", json!([])),
        ("MultiPolygon", json!([[]])),
        ("GeometryCollection", json!([1, 2])),
        ("point", json!([1, 2])),
        ("", json!([1, 2])),
    ] {
        let read = GeoQ::parse("within", shape, &bad, None, &Names);
        assert_eq!(kind_of(read), ErrorKind::BadRequestData, "{shape} {bad}");
    }
}

#[test]
fn c4_10_limits() {
    let points = |n: usize| Value::Array(vec![json!([1, 2]); n]);
    let read = |rel: &str, n| GeoQ::parse(rel, "MultiPoint", &points(n), None, &Names);
    assert!(read("within", POSITIONS_MAX).is_ok());
    assert_eq!(kind_of(read("within", POSITIONS_MAX + 1)), ErrorKind::TooComplexQuery);
    assert!(read("near;maxDistance==1", NEAR_POSITIONS_MAX).is_ok());
    assert_eq!(kind_of(read("near;maxDistance==1", NEAR_POSITIONS_MAX + 1)), ErrorKind::TooComplexQuery);
    let deep = Value::String("[".repeat(100_000));
    assert_eq!(kind_of(GeoQ::parse("within", "Point", &deep, None, &Names)), ErrorKind::BadRequestData);
}

#[test]
fn c4_10_relations_with_a_point() {
    let inside = at("Point", &json!([2, 2]));
    let hole = at("Point", &json!([5, 5]));
    let edge = at("Point", &json!([0, 5]));
    let away = at("Point", &json!([20, 20]));
    let holds = |rel: &str, e: &str| ask(rel, "Polygon", &ring()).matches(e);
    assert_eq!([&inside, &hole, &edge, &away].map(|e| holds("within", e)), [true, false, false, false]);
    assert_eq!([&inside, &hole, &edge, &away].map(|e| holds("intersects", e)), [true, false, true, false]);
    assert_eq!([&inside, &hole, &edge, &away].map(|e| holds("disjoint", e)), [false, true, false, true]);
    assert!(!holds("contains", &inside) && !holds("equals", &inside) && !holds("overlaps", &inside));
    let same = ask("equals", "Point", &json!([2, 2.0]));
    assert!(same.matches(&inside) && !same.matches(&hole));
    assert!(ask("contains", "Point", &json!([2, 2])).matches(&inside));
}

#[test]
fn c4_10_relations_of_areas_and_lines() {
    let small = json!([[[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]]);
    let across = json!([[[-5, 1], [5, 1], [5, 3], [-5, 3], [-5, 1]]]);
    let far = json!([[[50, 50], [51, 50], [51, 51], [50, 50]]]);
    let square = json!([[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]);
    // The same square from another corner, the other way round.
    let turned = json!([[[10, 10], [10, 0], [0, 0], [0, 10], [10, 10]]]);
    let of = |coordinates: &Value| at("Polygon", coordinates);
    assert!(ask("within", "Polygon", &square).matches(&of(&small)));
    assert!(ask("contains", "Polygon", &small).matches(&of(&square)));
    assert!(!ask("contains", "Polygon", &far).matches(&of(&square)));
    assert!(ask("overlaps", "Polygon", &square).matches(&of(&across)));
    assert!(!ask("overlaps", "Polygon", &square).matches(&of(&small)));
    assert!(ask("equals", "Polygon", &turned).matches(&of(&square)));
    assert!(ask("disjoint", "Polygon", &far).matches(&of(&square)));
    assert!(ask("intersects", "LineString", &json!([[-1, 5], [11, 5]])).matches(&of(&square)));
    let road = at("LineString", &json!([[1, 1], [3, 3]]));
    assert!(ask("within", "MultiPolygon", &json!([square, far])).matches(&road));
    assert!(ask("equals", "LineString", &json!([[3, 3], [1, 1]])).matches(&road));
    assert!(ask("overlaps", "LineString", &json!([[2, 2], [5, 5]])).matches(&road));
    assert!(ask("intersects", "MultiPoint", &json!([[9, 9], [2, 2]])).matches(&road));
}

#[test]
fn c4_10_near_measures_metres_on_the_ellipsoid() {
    // Tokyo Station to Shinjuku Station: 6.07 km on the ellipsoid.
    let tokyo = at("Point", &json!([139.767_1, 35.681_2]));
    let near =
        |metres: u32| ask(&format!("near;maxDistance=={metres}"), "Point", &json!([139.700_4, 35.689_6]));
    assert!(near(6_150).matches(&tokyo));
    assert!(!near(6_000).matches(&tokyo));
    let far =
        |metres: u32| ask(&format!("near;minDistance=={metres}"), "Point", &json!([139.700_4, 35.689_6]));
    assert!(far(6_000).matches(&tokyo));
    assert!(!far(6_150).matches(&tokyo));
    // One degree of the equator and of a meridian differ on the ellipsoid: 111.320 and 110.574 km.
    let point = |x: f64, y: f64| Geometry::Point(geo::Point::new(x, y));
    let along = metres(&point(0.0, 0.0), &point(1.0, 0.0)).unwrap();
    let up = metres(&point(0.0, 0.0), &point(0.0, 1.0)).unwrap();
    assert!((along - 111_319.5).abs() < 1.0 && (up - 110_574.4).abs() < 1.0, "{along} {up}");
}

#[test]
fn c4_10_near_goes_to_the_nearest_place_of_both() {
    let line = json!([[0, 60], [10, 60]]);
    let probe = at("Point", &json!([10, 60.009]));
    assert!(ask("near;maxDistance==2000", "LineString", &line).matches(&probe));
    assert!(!ask("near;maxDistance==900", "LineString", &line).matches(&probe));
    assert!(!ask("near;maxDistance==2000", "LineString", &json!([[0, 61], [10, 61]])).matches(&probe));
    let polar = at("LineString", &json!([[1, 85], [0, 85.6]]));
    assert!(ask("near;maxDistance==20000", "Point", &json!([0, 85])).matches(&polar));
    assert!(!ask("near;maxDistance==5000", "Point", &json!([0, 85])).matches(&polar));
    // Inside an area there is no distance, in its hole there is.
    let inside = at("Point", &json!([2, 2]));
    assert!(ask("near;maxDistance==1", "Polygon", &ring()).matches(&inside));
    let hole = at("Point", &json!([5, 5]));
    assert!(!ask("near;maxDistance==100000", "Polygon", &ring()).matches(&hole));
    assert!(ask("near;maxDistance==112000", "Polygon", &ring()).matches(&hole));
    assert!(ask("near;minDistance==100000", "Polygon", &ring()).matches(&hole));
    assert!(!ask("near;minDistance==1", "Polygon", &ring()).matches(&inside));
}

#[test]
fn c4_10_near_sees_across_the_180th_meridian() {
    let fiji = at("Point", &json!([-179.99, -17]));
    let q = ask("near;maxDistance==5000", "Point", &json!([179.99, -17]));
    assert!(q.matches(&fiji));
    let boxes = q.boxes().unwrap();
    assert_eq!(boxes.len(), 2);
    let own = BoundingBox { west: -179.99, south: -17.0, east: -179.99, north: -17.0 };
    assert!(boxes.iter().any(|b| b.touches(&own)));
    let line = ask("near;maxDistance==5000", "LineString", &json!([[179.9, -17], [179.99, -17]]));
    assert!(line.matches(&fiji));
}

#[test]
fn c4_10_the_target_is_a_geo_property_any_instance_of_it() {
    let q = ask("within", "Polygon", &ring());
    assert_eq!(q.property, LOCATION);
    let none = body(r#"{"id":"urn:x:1","type":["~T"]}"#);
    assert!(!q.matches(&none));
    // Not even disjoint holds for what is not there.
    assert!(!ask("disjoint", "Point", &json!([0, 0])).matches(&none));
    let no_geo = body(r#"{"~location":{"type":"Property","value":{"type":"Point","coordinates":[2,2]}}}"#);
    assert!(!q.matches(&no_geo));
    let two = body(
        r#"{"~location":[{"type":"GeoProperty","value":{"type":"Point","coordinates":[20,20]}},
        {"type":"GeoProperty","value":{"type":"Point","coordinates":[2,2]},"datasetId":"urn:ds:1"}]}"#,
    );
    assert!(q.matches(&two));
    let other = GeoQ::parse("within", "Polygon", &ring(), Some("避難口"), &Names).unwrap();
    assert_eq!(other.property, iri("避難口"));
    assert!(!other.matches(&two));
    assert!(GeoQ::parse("within", "Polygon", &ring(), Some("a b"), &Names).is_err());
    for broken in [
        r#"{"type":"Point"}"#,
        r#"{"type":"Point","coordinates":[2]}"#,
        r#"{"type":"X","coordinates":[2,2]}"#,
        "1",
        "",
    ] {
        assert!(read_stored(broken).is_none(), "{broken}");
    }
}

#[test]
fn c4_10_boxes_for_a_store() {
    assert!(ask("disjoint", "Polygon", &ring()).boxes().is_none());
    assert!(ask("near;minDistance==5", "Polygon", &ring()).boxes().is_none());
    let within = ask("within", "Polygon", &ring());
    assert_eq!(within.boxes().unwrap(), [BoundingBox { west: 0.0, south: 0.0, east: 10.0, north: 10.0 }]);
    let pole = ask("near;maxDistance==5000", "Point", &json!([10, 89.99]));
    assert_eq!(pole.boxes().unwrap()[0].west, -180.0);
    assert_eq!(pole.boxes().unwrap()[0].east, 180.0);
    assert_eq!(Shape::named("Point"), Some(Shape::Point));
}

fn position() -> impl Strategy<Value = (f64, f64)> {
    prop_oneof![
        3 => (-180.0..=180.0, -90.0..=90.0),
        1 => (-180.0..=180.0, 79.0..=90.0),
        1 => (prop_oneof![Just(-180.0), Just(180.0), Just(179.999)], -90.0..=90.0),
    ]
}

fn geometry() -> impl Strategy<Value = (&'static str, Value)> {
    let small = (-20_i32..20, -20_i32..20).prop_map(|(x, y)| json!([x, y]));
    let line = prop::collection::vec(small.clone(), 2..5).prop_map(Value::Array);
    let ring = prop::collection::vec(small.clone(), 3..6).prop_map(|mut of| {
        of.push(of[0].clone());
        Value::Array(of)
    });
    prop_oneof![
        small.clone().prop_map(|c| ("Point", c)),
        prop::collection::vec(small, 1..4).prop_map(|c| ("MultiPoint", Value::Array(c))),
        line.clone().prop_map(|c| ("LineString", c)),
        prop::collection::vec(line, 1..3).prop_map(|c| ("MultiLineString", Value::Array(c))),
        ring.clone().prop_map(|c| ("Polygon", json!([c]))),
        prop::collection::vec(ring, 1..3)
            .prop_map(|c| ("MultiPolygon", Value::Array(c.into_iter().map(|r| json!([r])).collect()))),
    ]
}

proptest! {
    #![proptest_config(at_least(600))]

    #[test]
    fn c4_10_any_georel_is_read_or_refused(text in "(near;)?(max|min)?(Distance)?(==)?.{0,10}") {
        let _ = Georel::parse(&text);
    }

    #[test]
    fn c4_10_any_coordinates_are_read_or_refused(text in "[\\[\\],0-9.e-]{0,40}", shape in "Point|MultiPoint|LineString|Polygon|MultiPolygon") {
        let _ = GeoQ::parse("within", &shape, &Value::String(text), None, &Names);
    }

    #[test]
    fn c4_10_no_box_misses_a_match((ax, ay) in position(), (bx, by) in position(), reach in 1.0..1e7_f64) {
        let (a, b) = (geo::Point::new(ax, ay), geo::Point::new(bx, by));
        let q = GeoQ::new(Georel::Nearer(reach), Geometry::Point(a), LOCATION.to_owned());
        let exact = metres(&Geometry::Point(a), &Geometry::Point(b)).unwrap();
        let met = q.relates(&Geometry::Point(b));
        prop_assert_eq!(met, exact <= reach, "{} within {}", exact, reach);
        let own = BoundingBox { west: bx, south: by, east: bx, north: by };
        prop_assert!(!met || q.boxes().unwrap().iter().any(|b| b.touches(&own)), "{:?} misses {:?}", q.boxes(), own);
    }

    #[test]
    fn c4_10_no_box_misses_a_match_at_its_edge((ax, ay) in position(), bearing in 0.0..360.0_f64, reach in 1.0..5e6_f64) {
        use geo::{Destination, Geodesic};
        let a = geo::Point::new(ax, ay);
        let b = Geodesic.destination(a, bearing, reach * 0.999_999);
        let q = GeoQ::new(Georel::Nearer(reach), Geometry::Point(a), LOCATION.to_owned());
        prop_assert!(q.relates(&Geometry::Point(b)));
        let own = BoundingBox { west: b.x(), south: b.y(), east: b.x(), north: b.y() };
        prop_assert!(q.boxes().unwrap().iter().any(|b| b.touches(&own)), "{:?} misses {:?}", q.boxes(), own);
    }

    #[test]
    fn c4_10_distances_do_not_know_where_longitude_begins(
        from in (-180.0..-170.0_f64, -60.0..60.0_f64), a in (170.0..180.0_f64, -60.0..60.0_f64), b in (170.0..180.0_f64, -60.0..60.0_f64),
    ) {
        for turn in [1.0, -1.0] {
            let line = |shift: f64| geo::LineString::from(vec![(turn * (a.0 - shift), a.1), (turn * (b.0 - shift), b.1)]);
            let point = |x: f64| geo::Point::new(turn * x, from.1);
            let there = metres(&point(from.0).into(), &line(0.0).into()).unwrap();
            let here = metres(&point(from.0 + 360.0 - 90.0).into(), &line(90.0).into()).unwrap();
            prop_assert!((there - here).abs() < 1e-3 * here.max(1.0), "{} {}", there, here);
        }
    }

    #[test]
    fn c4_10_no_place_on_a_line_is_much_nearer_than_its_distance(
        (x, y) in (-20.0..20.0_f64, -89.0..89.0_f64), (ax, ay) in (-20.0..20.0_f64, -6.0..6.0_f64), (bx, by) in (-20.0..20.0_f64, -6.0..6.0_f64),
    ) {
        use geo::{Distance, Geodesic};
        let up = |off: f64| (y + off).clamp(-89.9, 89.9);
        let (a, b) = ((ax, up(ay)), (bx, up(by)));
        let point = geo::Point::new(x, y);
        let found = metres(&point.into(), &geo::LineString::from(vec![a, b]).into()).unwrap();
        let sampled = (0..=300).map(|n| {
            let t = f64::from(n) / 300.0;
            Geodesic.distance(point, geo::Point::new(a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t))
        }).fold(f64::INFINITY, f64::min);
        // Sampling itself misses the nearest place by up to half a step.
        let step = Geodesic.distance(geo::Point::from(a), geo::Point::from(b)) / 300.0;
        prop_assert!(found <= sampled * 1.01 + 1.0, "{} is farther than {}", found, sampled);
        prop_assert!(found >= sampled - step, "{} is nearer than {}", found, sampled);
    }

    #[test]
    fn c4_10_relations_agree_with_each_other(target in geometry(), reference in geometry()) {
        let entity = at(target.0, &target.1);
        let holds = |rel: &str| ask(rel, reference.0, &reference.1).matches(&entity);
        prop_assert_ne!(holds("intersects"), holds("disjoint"));
        if holds("within") || holds("contains") || holds("equals") || holds("overlaps") {
            prop_assert!(holds("intersects"), "{:?} {:?}", target, reference);
        }
        if holds("intersects") {
            prop_assert!(holds("near;maxDistance==1"));
        }
        prop_assert!(!(holds("near;maxDistance==50000") && holds("near;minDistance==50000")));
        // A ring that crosses itself, or areas that overlap, have no inside that all would agree on.
        let valid = |(shape, coordinates): &(&str, Value)| {
            crate::query::geo::geometry(Shape::named(shape).unwrap(), &coordinates.to_string()).unwrap().is_valid()
        };
        if valid(&target) && valid(&reference) {
            let back = at(reference.0, &reference.1);
            let turned = ask("contains", target.0, &target.1).matches(&back);
            prop_assert_eq!(holds("within"), turned);
        }
    }
}

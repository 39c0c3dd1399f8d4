use std::cmp::Ordering;

use geo::{Geometry, Point};
use proptest::prelude::*;
use serde_json::json;

use super::{Names, body, iri, kind_of};
use crate::error::ErrorKind;
use crate::query::q::Stored;
use crate::query::{Direction, OrderBy, OrderTerm};

fn order(terms: &str, from: Option<(f64, f64)>, collation: Option<&str>) -> OrderBy {
    let from = from.map(|(x, y)| Geometry::Point(Point::new(x, y)));
    OrderBy::new(&OrderTerm::parse_list(terms).unwrap(), from, collation, &Names).unwrap()
}

/// Sorts values of the attribute `a` and gives them in their order.
fn sorted(order: &OrderBy, values: &[&str]) -> Vec<String> {
    let mut all: Vec<(String, _)> = values
        .iter()
        .map(|value| {
            let entity = if value.is_empty() {
                body(r#"{"id":"urn:x:1","type":["~T"]}"#)
            } else {
                body(&format!(
                    r#"{{"id":"urn:x:1","type":["~T"],"~a":{{"type":"Property","value":{value}}}}}"#
                ))
            };
            ((*value).to_owned(), order.keys(Stored { body: &entity, times: "" }))
        })
        .collect();
    all.sort_by(|a, b| order.compare(&a.1, &b.1));
    all.into_iter().map(|(value, _)| value).collect()
}

#[test]
fn c4_23_2_kinds_in_their_order() {
    let expected = [
        "-3",
        "2",
        "10",
        "\"B\"",
        "\"a\"",
        "\"水\"",
        r#"{"x":1}"#,
        "[1]",
        "false",
        "true",
        "\"09:00:00Z\"",
        "\"2026-01-02\"",
        "\"2026-01-01T00:00:00Z\"",
        "\"2026-01-01T00:00:00.5Z\"",
        "null",
        "",
    ];
    let mut mixed = expected;
    mixed.reverse();
    mixed.swap(2, 9);
    assert_eq!(sorted(&order("a", None, None), &mixed), expected);
    // Descending turns what there is; null and what is not there stay last.
    let mut turned: Vec<&str> = expected[..14].iter().rev().copied().collect();
    turned.extend(["null", ""]);
    assert_eq!(sorted(&order("a;desc", None, None), &mixed), turned);
}

#[test]
fn c4_23_3_collation() {
    // In Japanese あ and ア are equal at the usual strength, so the order given stays.
    let words = ["\"A\"", "\"b\"", "\"á\"", "\"い\"", "\"あ\"", "\"ア\""];
    assert_eq!(
        sorted(&order("a", None, None), &words),
        ["\"A\"", "\"b\"", "\"á\"", "\"あ\"", "\"い\"", "\"ア\""]
    );
    let root = ["\"A\"", "\"á\"", "\"b\"", "\"あ\"", "\"ア\"", "\"い\""];
    for name in ["und", "und-x-icu", "ja", "ja-JP", "de-u-co-phonebk", "und-u-ks-identic"] {
        assert_eq!(sorted(&order("a", None, Some(name)), &words), root, "{name}");
    }
    let german = ["\"Zebra\"", "\"Ähre\""];
    assert_eq!(sorted(&order("a", None, Some("de")), &german), ["\"Ähre\"", "\"Zebra\""]);
    assert_eq!(sorted(&order("a", None, None), &german), ["\"Zebra\"", "\"Ähre\""]);
    // At the first level case and accents are one; the order given stays.
    assert_eq!(
        sorted(&order("a", None, Some("und-u-ks-level1")), &["\"B\"", "\"b\"", "\"A\""]),
        ["\"A\"", "\"B\"", "\"b\""]
    );
    for bad in ["!!nope", "not a bcp47 tag!!", "", "und-u-ks-never", "日本語"] {
        assert_eq!(kind_of(OrderBy::new(&[], None, Some(bad), &Names)), ErrorKind::BadRequestData, "{bad}");
    }
}

#[test]
fn c4_23_3_by_distance() {
    let at = |x: f64, y: f64| {
        body(&format!(
            r#"{{"id":"urn:x:1","~location":{{"type":"GeoProperty","value":{{"type":"Point","coordinates":[{x},{y}]}}}}}}"#
        ))
    };
    let (near, mid, far) = (at(8.01, 40.01), at(9.0, 41.0), at(20.0, 50.0));
    let text = body(r#"{"id":"urn:x:1","~location":{"type":"Property","value":"here"}}"#);
    let none = body(r#"{"id":"urn:x:1"}"#);
    for (terms, expected) in [
        ("location;dist-asc", [&near, &mid, &far, &text, &none]),
        ("location;dist-desc", [&far, &mid, &near, &text, &none]),
    ] {
        let order = order(terms, Some((8.0, 40.0)), None);
        let mut all = [&none, &mid, &text, &far, &near];
        all.sort_by(|a, b| {
            let keys = |e: &str| order.keys(Stored { body: e, times: "" });
            order.compare(&keys(a), &keys(b))
        });
        assert_eq!(all, expected, "{terms}");
    }
    let terms = OrderTerm::parse_list("location;dist-asc").unwrap();
    assert_eq!(kind_of(OrderBy::new(&terms, None, None, &Names)), ErrorKind::BadRequestData);
}

#[test]
fn c4_23_3_by_parts_languages_members_and_times() {
    let one = body(
        r#"{"id":"urn:x:1","type":["~A"],"~a":{"type":"Property","value":{"city":"Zurich"},"observedAt":"2026-01-02T00:00:00Z"},
        "~n":{"type":"LanguageProperty","languageMap":{"en":"a","ja":"い"}},"~b":{"type":"Property","value":1}}"#,
    );
    let two = body(
        r#"{"id":"urn:x:2","type":["~B"],"~a":{"type":"Property","value":{"city":"Amsterdam"},"observedAt":"2026-01-03T00:00:00Z"},
        "~n":{"type":"LanguageProperty","languageMap":{"en":"b","ja":"あ"}},"~b":{"type":"Property","value":1}}"#,
    );
    let (one, two) =
        (Stored { body: &one, times: r#"{"":[5,9]}"# }, Stored { body: &two, times: r#"{"":[6,8]}"# });
    for (terms, expected) in [
        ("a[city]", Ordering::Greater),
        ("a.observedAt", Ordering::Less),
        ("a[nothing]", Ordering::Equal),
        ("id", Ordering::Less),
        ("id;desc", Ordering::Greater),
        ("type", Ordering::Less),
        ("n", Ordering::Less),
        ("n[ja]", Ordering::Greater),
        ("createdAt", Ordering::Less),
        ("modifiedAt", Ordering::Greater),
        ("b,a[city]", Ordering::Greater),
        ("b,a[city];desc,id", Ordering::Less),
        ("b", Ordering::Equal),
    ] {
        let order = order(terms, None, None);
        assert_eq!(order.compare(&order.keys(one), &order.keys(two)), expected, "{terms}");
    }
    let japanese = order("n", None, None).in_language(Some("ja".to_owned()));
    assert_eq!(japanese.compare(&japanese.keys(one), &japanese.keys(two)), Ordering::Greater);
    assert_eq!(order("id;desc", None, None).by_id(), Some(false));
    assert_eq!(order("id,b", None, None).by_id(), None);
}

#[test]
fn c4_23_3_what_the_grammar_refuses() {
    for bad in ["", ",", "a,", "a;", "a;up", "a;asc;desc", "a b", "a[", "r{a}", "1", "a;dist"] {
        assert_eq!(kind_of(OrderTerm::parse_list(bad)), ErrorKind::BadRequestData, "{bad}");
    }
    let many = ["a"; 9].join(",");
    assert_eq!(kind_of(OrderTerm::parse_list(&many)), ErrorKind::TooComplexQuery);
    let read = OrderTerm::parse_list("名称,位置;dist-desc").unwrap();
    assert_eq!(read[1].direction, Direction::DistDesc);
    assert_eq!(read[1].to_string(), "位置;dist-desc");
}

#[test]
fn an_order_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&order("a", None, Some("ja")));
}

proptest! {
    #[test]
    fn c4_23_any_text_is_read_or_refused(text in ".{0,30}", near in "[ab,;\\[\\].{}]{0,12}(;desc)?") {
        let _ = OrderTerm::parse_list(&text);
        if let Ok(read) = OrderTerm::parse_list(&near) {
            let printed: Vec<String> = read.iter().map(ToString::to_string).collect();
            prop_assert_eq!(OrderTerm::parse_list(&printed.join(",")), Ok(read));
        }
    }

    #[test]
    fn c4_23_it_is_an_order(values in prop::collection::vec(prop_oneof![
        Just(json!(null)), any::<bool>().prop_map(|b| json!(b)), (-3..3_i32).prop_map(|n| json!(n)), ".{0,2}".prop_map(|t| json!(t)),
        Just(json!("2026-01-01")), Just(json!([1])), Just(json!({"a": 1})),
    ], 3), desc in any::<bool>()) {
        let order = order(if desc { "a;desc" } else { "a" }, None, None);
        let keys: Vec<_> = values.iter().map(|v| {
            let entity = format!(r#"{{"{}":{{"type":"Property","value":{v}}}}}"#, iri("a"));
            order.keys(Stored { body: &entity, times: "" })
        }).collect();
        let c = |a: usize, b: usize| order.compare(&keys[a], &keys[b]);
        prop_assert_eq!(c(0, 1), c(1, 0).reverse());
        prop_assert!(!(c(0, 1).is_le() && c(1, 2).is_le()) || c(0, 2).is_le());
    }
}

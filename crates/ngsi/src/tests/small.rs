//! The small grammars: JSON, times, names, geometries, languages.

use proptest::prelude::*;

use super::*;
use crate::json::{DEPTH_MAX, Json, VALUES_MAX, quoted};
use crate::render::Languages;
use crate::{names, time};

#[test]
fn clause_5_5_4_what_is_not_json_is_refused_with_its_place() {
    for text in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "nul",
        "truex",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "\"",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"a\nb\"",
        "[1] 2",
        "{\"a\" 1}",
        "[1 2]",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "\u{feff}{}",
        "NaN",
        "-",
        "[\"a\": 1]",
        "'a'",
    ] {
        let error = Json::parse(text).expect_err(text);
        assert_eq!(error.type_uri(), "https://uri.etsi.org/ngsi-ld/errors/InvalidRequest", "{text:?}");
        assert!(error.at.as_deref().is_some_and(|at| at.starts_with("line ")), "{text:?}");
    }
    assert!(Json::parse_bytes(b"\"\xff\"").is_err());
    let error = Json::parse("{\n  \"a\": 1,,\n}").expect_err("wrong");
    assert_eq!(error.at.as_deref(), Some("line 2, byte 10"));
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Json::parse(&deep(DEPTH_MAX)).is_ok());
    assert!(Json::parse(&deep(DEPTH_MAX + 1)).is_err());
    let wide = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
    assert!(Json::parse(&wide(VALUES_MAX)).is_ok());
    assert!(Json::parse(&wide(VALUES_MAX + 1)).is_err());
    let keys = |more: &str| {
        let members: Vec<String> = (0..30).map(|at| format!("\"k{at}\":{at}")).collect();
        format!("{{{}{more}}}", members.join(","))
    };
    assert!(Json::parse(&keys("")).is_ok());
    assert!(Json::parse(&keys(",\"k3\":1")).is_err());
    assert!(Json::parse(&keys(",\"k29\":1")).is_err());
}

#[test]
fn clause_4_6_3_numbers_and_texts_are_kept_as_received() {
    let text = "{ \"a\" : 1.10E+2 , \"b\" : [ 12345678901234567890.123 , -0 , \"\\u3042\\/あ\" ] }";
    let json = Json::parse(text).expect("JSON");
    assert_eq!(json.written(), "{\"a\":1.10E+2,\"b\":[12345678901234567890.123,-0,\"\\u3042\\/あ\"]}");
    assert_eq!(json.get("b").and_then(|b| b.array()?.get(2)?.text()).as_deref(), Some("あ/あ"));
}

#[test]
fn clause_4_6_3_moments() {
    assert_eq!(time::parse_us("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(time::parse_us("2026-01-31T09:30:00.5Z"), Some(1_769_851_800_500_000));
    assert_eq!(time::parse_us("2026-01-31T09:30:00,123456Z"), Some(1_769_851_800_123_456));
    assert_eq!(time::parse_us("2024-02-29T23:59:59Z"), Some(1_709_251_199_000_000));
    assert_eq!(time::text(1_769_851_800_500_000), "2026-01-31T09:30:00.500Z");
    assert_eq!(time::text(1_769_851_800_000_001), "2026-01-31T09:30:00.000001Z");
    assert_eq!(time::text(-1), "1969-12-31T23:59:59.999999Z");
    for text in [
        "2026-13-45T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2026-01-31",
        "2026-01-31T09:30Z",
        "2026-01-31T09:30:00",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:30:00+09:00",
        "2026-01-31T09:30:00.Z",
        "2026-01-31T09:30:00.1234567Z",
        "2026-01-31t09:30:00Z",
        "not-a-date",
        "",
        "２０２６-01-31T09:30:00Z",
        "2026-01-31T09:60:00Z",
        "2026-1-31T09:30:00Z",
    ] {
        assert_eq!(time::parse_us(text), None, "{text}");
    }
    assert!(time::is_date("2026-01-31") && !time::is_date("2026-01-32"));
    assert!(time::is_time("09:30:00Z") && !time::is_time("09:30:00"));
}

#[test]
fn clause_4_5_1_ids() {
    for id in [
        "urn:ngsi-ld:避難所:川町-1",
        "https://town.example/施設/1?x=%E6%B8%AF#a",
        "urn:ngsi-ld:Ciudad:París",
        "a:b",
        "did:web:x",
    ] {
        assert!(names::is_iri(id), "{id}");
    }
    for id in [
        "",
        "urn",
        "urn:",
        ":x",
        "urn:a b",
        "urn:a\"",
        "urn:<a>",
        "urn:a%2",
        "urn:a%zz",
        "1urn:x",
        "urn:a|b",
        "urn:a\u{7f}b",
        "あ:い",
    ] {
        assert!(!names::is_iri(id), "{id}");
    }
    for code in [
        0x202e_u32, 0x200b, 0xfeff, 0x2028, 0xa0, 0x3c, 0xfe0f, 0xe0100, 0xfdd0, 0xfffe, 0x115f, 0x3164,
        0xffa0, 0x2800, 0x3000, 0x1fffe,
    ] {
        let id = format!("urn:ngsi-ld:Vehicle:A{}B", char::from_u32(code).expect("a character"));
        assert!(!names::is_iri(&id), "{code:x}");
    }
    assert!(!names::is_iri(&format!("urn:{}", "x".repeat(names::IRI_MAX_BYTES))));
}

#[test]
fn clause_4_18_scopes() {
    for scope in ["/Madrid", "Madrid", "/Madrid/Gardens/ParqueNorte", "/北県/川町_1"] {
        assert!(names::is_scope(scope), "{scope}");
    }
    for scope in ["", "/", "9bad", "/a//b", "a-b", "/a/", "urn:ngsi-ld:null", "/a b"] {
        assert!(!names::is_scope(scope), "{scope}");
    }
}

#[test]
fn clause_4_15_languages() {
    let map = Json::parse(r#"{"de":"Haus","fr-CH":"Maison","@none":"家","ja":["家","いえ"]}"#).expect("JSON");
    let chosen = |filter: &str| {
        let languages = Languages::parse(filter).expect(filter);
        languages.choose(&map).map(|(tag, _)| tag.to_owned()).expect("a text")
    };
    assert_eq!(chosen("de"), "de");
    assert_eq!(chosen("DE"), "de");
    assert_eq!(chosen("fr"), "fr-CH");
    assert_eq!(chosen("ja-x-easy"), "ja");
    assert_eq!(chosen("en;q=0.5,ja;q=0.9"), "ja");
    assert_eq!(chosen("de;q=0.1, fr-CH"), "fr-CH");
    assert_eq!(chosen("de;q=0,ja;q=0.1"), "ja");
    // Nothing fits: some text is better than none.
    assert_eq!(chosen("en"), "@none");
    assert_eq!(chosen("*"), "@none");
    assert_eq!(chosen("en,*;q=0.5"), "@none");
    for wrong in ["", "e n", "en;q=2", "en;q=x", "en;x=1", "漢字", "en,,ja"] {
        assert!(Languages::parse(wrong).is_err(), "{wrong}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no such number", |number| number.is_finite())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn json_is_read_as_serde_reads_it(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.expect("JSON");
        let json = Json::parse(&text).expect("read");
        let back: Value = serde_json::from_str(&json.written()).expect("JSON");
        // Serde reads a number from its digits in its own way; the digits are what is kept.
        prop_assert_eq!(back, serde_json::from_str::<Value>(&text).expect("JSON"));
        prop_assert!(json.written().len() <= text.len());
    }

    #[test]
    fn what_is_read_is_json_to_serde_too(text in "[\\[\\]{}\",:0-9a-z\\\\eE+. -]{0,24}") {
        if Json::parse(&text).is_ok() {
            prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Json::parse_bytes(&bytes);
    }

    #[test]
    fn texts_are_written_and_read_back(text in any::<String>()) {
        let written = quoted(&text);
        prop_assert_eq!(Json::parse(&written).expect("read").text().expect("a text"), text.clone());
        prop_assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), text);
    }

    #[test]
    fn moments_are_written_and_read_back(us in -62_167_219_200_000_000_i64..=253_402_300_799_999_999) {
        prop_assert_eq!(time::parse_us(&time::text(us)), Some(us));
    }

    #[test]
    fn any_text_is_a_moment_or_none(text in any::<String>()) {
        let _ = (time::parse_us(&text), time::is_date(&text), time::is_time(&text), names::is_iri(&text), names::is_scope(&text));
        let _ = Languages::parse(&text);
    }
}

use proptest::prelude::*;
use serde_json::{Value, json};

use super::kind_of;
use crate::error::ErrorKind;
use crate::query::aggregate::{Sample, aggregate};
use crate::query::time::{civil, days, write_time};
use crate::query::{Aggregation, Duration, Interval, Method, TemporalQ, TimeProperty};
use crate::time::{parse_us, text};

fn us(text: &str) -> i64 {
    parse_us(text).unwrap()
}

#[test]
fn c4_11_bounds() {
    let at = us("2020-08-01T12:05:00Z");
    let read =
        |rel: &str, end: Option<&str>| Interval::parse(rel, Some("2020-08-01T12:05:00.000Z"), end).unwrap();
    let before = read("before", None);
    assert!(before.contains(at - 1) && !before.contains(at));
    let after = read("after", None);
    assert!(after.contains(at) && !after.contains(at - 1));
    let between = read("between", Some("2020-08-01T12:06:00Z"));
    assert!(between.contains(at) && between.contains(at + 59_999_999) && !between.contains(at + 60_000_000));
}

#[test]
fn c4_11_what_is_refused() {
    let ok = Some("2020-08-01T12:05:00Z");
    for (rel, at, end) in [
        ("during", ok, None),
        ("", ok, None),
        ("between", ok, None),
        ("before", None, None),
        ("after", Some("2020-08-01"), None),
        ("after", Some("2020-08-01T12:05:00+09:00"), None),
        ("after", Some(""), None),
        ("after", Some("2020-13-01T00:00:00Z"), None),
        ("after", Some("2020-02-30T00:00:00Z"), None),
        ("between", ok, Some("x")),
        ("between", ok, Some("2019-01-01T00:00:00Z")),
    ] {
        assert_eq!(kind_of(Interval::parse(rel, at, end)), ErrorKind::BadRequestData, "{rel} {at:?} {end:?}");
    }
    for bad in ["0", "-1", "1.5", "", "x", "+1", "99999999999"] {
        assert_eq!(kind_of(TemporalQ::parse_last_n(bad)), ErrorKind::BadRequestData, "{bad}");
    }
    assert_eq!(TemporalQ::parse_last_n("20"), Ok(20));
    assert_eq!(kind_of(TimeProperty::parse("observed")), ErrorKind::BadRequestData);
    assert_eq!(TimeProperty::parse("deletedAt").unwrap().name(), "deletedAt");
}

#[test]
fn c4_11_an_instance_without_the_property_does_not_match() {
    let interval = Some(Interval::parse("after", Some("2020-01-01T00:00:00Z"), None).unwrap());
    let q = TemporalQ { interval, ..TemporalQ::default() };
    assert!(!q.contains(None));
    assert!(q.contains(Some(us("2020-01-01T00:00:00Z"))));
    assert!(TemporalQ::default().contains(None));
}

#[test]
fn c4_5_19_durations() {
    let read = |t: &str| Duration::read(t);
    assert_eq!(read("P3Y6M4DT12H30M5S").unwrap().to_string(), "P3Y6M4DT12H30M5S");
    assert_eq!(read("P2W").unwrap().to_string(), "P14D");
    assert_eq!(read("PT36H").unwrap().to_string(), "P1DT12H");
    assert_eq!(read("PT0.5S").unwrap().us, 500_000);
    for zero in ["PT0S", "P0D", "P0Y", "PT0H0M0S"] {
        assert!(read(zero).unwrap().is_zero(), "{zero}");
    }
    for bad in [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P1H",
        "PT1D",
        "P1D1Y",
        "P1W1D",
        "P1WT1H",
        "P-1D",
        "P1.5D",
        "PT1M1H",
        "P1Y1Y",
        "PT1.S",
        "PT.5S",
        "P0001-01-01",
        "P99999Y",
        "p1d",
        "P1D ",
        "P1年",
        "PT1.1234567S",
        "P1DT",
    ] {
        assert!(read(bad).is_none(), "{bad}");
    }
}

#[test]
fn c4_5_19_months_are_those_of_the_calendar() {
    let month = Duration::read("P1M").unwrap();
    let from = us("2024-01-31T10:00:00Z");
    assert_eq!(text(month.after(from, 1).unwrap()), "2024-02-29T10:00:00Z");
    assert_eq!(text(month.after(from, 2).unwrap()), "2024-03-31T10:00:00Z");
    assert_eq!(text(month.after(from, -2).unwrap()), "2023-11-30T10:00:00Z");
    assert_eq!(month.index(from, us("2024-02-29T09:59:59Z")), Some(0));
    assert_eq!(month.index(from, us("2024-02-29T10:00:00Z")), Some(1));
}

fn property(value: &Value) -> String {
    json!({"type": "Property", "value": value}).to_string()
}

fn asked(methods: &str, period: &str) -> Aggregation {
    let methods: Vec<String> = methods.split(',').map(str::to_owned).collect();
    Aggregation::parse(&methods, Some(period)).unwrap()
}

/// Aggregates values an hour apart, from midnight.
fn of(values: &[Value], methods: &str, period: &str) -> Vec<(Method, Vec<Value>)> {
    let instances: Vec<String> = values.iter().map(property).collect();
    let samples: Vec<Sample<'_>> = instances
        .iter()
        .zip(0_i64..)
        .map(|(instance, n)| Sample { at_us: us("2026-01-01T00:00:00Z") + n * 3_600_000_000, instance })
        .collect();
    let found = aggregate(&samples, &asked(methods, period), None).unwrap();
    found.into_iter().map(|(m, periods)| (m, periods.into_iter().map(|p| p.value).collect())).collect()
}

fn all(values: &[Value]) -> Value {
    let every = "avg,distinctCount,max,min,stddev,sum,sumsq,totalCount";
    let mut answer = serde_json::Map::new();
    for (method, mut values) in of(values, every, "P0D") {
        assert_eq!(values.len(), 1);
        answer.insert(method.name().to_owned(), values.remove(0));
    }
    Value::Object(answer)
}

#[test]
fn c4_5_19_1_by_kind_of_value() {
    assert_eq!(
        all(&[json!(2), json!(4), json!(4), json!(4), json!(5), json!(5), json!(7), json!(9)]),
        json!({"avg": 5, "distinctCount": 5, "max": 9, "min": 2, "stddev": 2, "sum": 40, "sumsq": 232, "totalCount": 8})
    );
    assert_eq!(
        all(&[json!(true), json!(false), json!(true), json!(false)]),
        json!({"avg": 0.5, "distinctCount": 2, "max": 1, "min": 0, "stddev": 0.5, "sum": 2, "sumsq": 2, "totalCount": 4})
    );
    assert_eq!(
        all(&[json!("b"), json!("あ"), json!("a"), json!("b")]),
        json!({"distinctCount": 3, "max": "あ", "min": "a", "totalCount": 4})
    );
    assert_eq!(
        all(&[json!([1, 2, 3]), json!([]), json!(["x", {"y": [1]}, 3])]),
        json!({"avg": 2, "distinctCount": 3, "max": 3, "min": 0, "sum": 6, "totalCount": 3})
    );
    assert_eq!(
        all(&[json!({"a": 1, "b": 2}), json!({"b": 2.0, "a": 1})]),
        json!({"distinctCount": 2, "totalCount": 2})
    );
    assert_eq!(
        all(&[json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})]),
        json!({"distinctCount": 1, "totalCount": 2})
    );
    assert_eq!(
        all(&[json!("2026-01-01T00:00:00.5Z"), json!("2025-01-01T00:00:00Z")]),
        json!({"distinctCount": 2, "max": "2026-01-01T00:00:00.5Z", "min": "2025-01-01T00:00:00Z", "totalCount": 2})
    );
    assert_eq!(
        all(&[json!("2026-01-01"), json!("2025-01-01")]),
        json!({"distinctCount": 2, "max": "2026-01-01", "min": "2025-01-01", "totalCount": 2})
    );
    assert_eq!(
        all(&[json!("08:00:00Z"), json!("09:00:01Z")]),
        json!({"avg": "08:30:00.500Z", "distinctCount": 2, "max": "09:00:01Z", "min": "08:00:00Z", "totalCount": 2})
    );
    assert_eq!(all(&[json!(1), json!(1.0), json!(1e0)])["distinctCount"], json!(1));
    assert_eq!(all(&[json!(1e308), json!(1e308)])["sum"], Value::Null);
    // Of several kinds the most frequent counts.
    assert_eq!(all(&[json!(1), json!("x"), json!(5)])["avg"], json!(3));
    assert_eq!(all(&[json!(1), json!("x"), json!(5)])["totalCount"], json!(3));
}

#[test]
fn c4_5_19_1_relationships_and_uris_are_counted() {
    let instances = [
        r#"{"type":"Relationship","object":"urn:x:1"}"#,
        r#"{"type":"Relationship","object":"urn:x:2"}"#,
        r#"{"type":"Relationship","object":"urn:x:1"}"#,
    ];
    let samples: Vec<Sample<'_>> = instances.iter().map(|instance| Sample { at_us: 0, instance }).collect();
    let count = |methods: &str, samples: &[Sample<'_>]| {
        let found = aggregate(samples, &asked(methods, "PT0S"), None).unwrap();
        found.into_iter().map(|(m, p)| (m.name(), p[0].value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(
        count("distinctCount,max,totalCount", &samples),
        [("distinctCount", json!(2)), ("totalCount", json!(3))]
    );
    // Nothing that can be applied is nothing at all: the attribute is not eligible.
    assert!(count("avg,max", &samples).is_empty());
    let vocab = [Sample { at_us: 0, instance: r#"{"type":"VocabProperty","vocab":"https://x.org/a"}"# }];
    assert_eq!(count("max,totalCount", &vocab), [("totalCount", json!(1))]);
    let lang = [Sample { at_us: 0, instance: r#"{"type":"LanguageProperty","languageMap":{"ja":"水"}}"# }];
    assert_eq!(count("avg,distinctCount", &lang), [("distinctCount", json!(1))]);
    assert!(aggregate(&[], &asked("avg", "PT1H"), None).unwrap().is_empty());
}

#[test]
fn c4_5_19_periods_begin_where_the_query_begins() {
    let instances = [property(&json!(120)), property(&json!(80)), property(&json!(100))];
    let times = ["2020-08-01T12:03:00Z", "2020-08-01T12:05:00Z", "2020-08-01T14:07:00Z"];
    let samples: Vec<Sample<'_>> =
        instances.iter().zip(times).map(|(instance, at)| Sample { at_us: us(at), instance }).collect();
    let periods = |interval: Option<&Interval>, period: &str| {
        let mut found = aggregate(&samples, &asked("avg", period), interval).unwrap();
        found.remove(0).1.iter().map(|p| p.to_json()).collect::<Vec<_>>()
    };
    assert_eq!(
        periods(None, "PT1H"),
        [
            json!([100, "2020-08-01T12:03:00Z", "2020-08-01T13:03:00Z"]),
            json!([100, "2020-08-01T14:03:00Z", "2020-08-01T15:03:00Z"]),
        ]
    );
    let after = Interval::parse("after", Some("2020-08-01T12:00:00Z"), None).unwrap();
    assert_eq!(
        periods(Some(&after), "PT4M")[0],
        json!([120, "2020-08-01T12:00:00Z", "2020-08-01T12:04:00Z"])
    );
    let between =
        Interval::parse("between", Some("2020-08-01T12:00:00Z"), Some("2020-08-02T00:00:00Z")).unwrap();
    assert_eq!(
        periods(Some(&between), "PT0S"),
        [json!([100, "2020-08-01T12:00:00Z", "2020-08-02T00:00:00Z"])]
    );
    assert_eq!(periods(None, "P0D"), [json!([100, "2020-08-01T12:03:00Z", "2020-08-01T14:07:00Z"])]);
}

#[test]
fn c4_5_19_what_is_refused() {
    let parse = |methods: &[&str], period: Option<&str>| {
        let methods: Vec<String> = methods.iter().map(|m| (*m).to_owned()).collect();
        Aggregation::parse(&methods, period)
    };
    assert_eq!(parse(&["avg", "avg"], None).unwrap().methods, [Method::Avg]);
    assert!(parse(&["avg"], None).unwrap().period.is_zero());
    for (methods, period) in
        [(vec!["mean"], None), (vec![], None), (vec!["avg"], Some("1h")), (vec!["AVG"], None)]
    {
        assert_eq!(kind_of(parse(&methods, period)), ErrorKind::BadRequestData, "{methods:?} {period:?}");
    }
    let instance = property(&json!(1));
    let samples: Vec<Sample<'_>> =
        (0_i64..60_000).map(|n| Sample { at_us: n * 1_000_000, instance: &instance }).collect();
    assert_eq!(kind_of(aggregate(&samples, &asked("avg", "PT1S"), None)), ErrorKind::TooComplexQuery);
    assert!(aggregate(&samples, &asked("avg", "PT1M"), None).is_ok());
}

proptest! {
    #[test]
    fn c4_5_19_durations_print_and_read(text in "P([0-9]{1,3}Y)?([0-9]{1,2}M)?([0-9]{1,3}D)?(T([0-9]{1,2}H)?([0-9]{1,2}M)?([0-9]{1,2}(\\.[0-9]{1,6})?S)?)?") {
        if let Some(read) = Duration::read(&text) {
            prop_assert_eq!(Duration::read(&read.to_string()), Some(read));
        }
    }

    #[test]
    fn c4_5_19_any_duration_is_read_or_refused(text in ".{0,20}", near in "[PT0-9YMDWHS.,]{0,14}") {
        let _ = Duration::read(&text);
        let _ = Duration::read(&near);
    }

    #[test]
    fn c4_5_19_an_instant_lies_in_the_period_of_its_index(
        months in 0_i64..30, seconds in 0_i64..5_000_000, from in -10_i64.pow(16)..10_i64.pow(16), off in -10_i64.pow(15)..10_i64.pow(15),
    ) {
        let period = Duration { months, us: seconds * 1_000_000 };
        prop_assume!(!period.is_zero());
        let n = period.index(from, from + off).unwrap();
        prop_assert!(period.after(from, n).unwrap() <= from + off);
        prop_assert!(from + off < period.after(from, n + 1).unwrap());
    }

    #[test]
    fn the_calendar_goes_there_and_back(n in -700_000_i64..2_900_000) {
        let (y, m, d) = civil(n);
        prop_assert_eq!(days(y, m, d), n);
        prop_assert!(write_time(n).ends_with('Z'));
    }

    #[test]
    fn c4_5_19_sums_and_means(numbers in prop::collection::vec(-1e6..1e6_f64, 1..20)) {
        let values: Vec<Value> = numbers.iter().map(|n| json!(n)).collect();
        let answer = all(&values);
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let spread = (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        prop_assert!((answer["avg"].as_f64().unwrap() - mean).abs() < 1e-6);
        prop_assert!((answer["stddev"].as_f64().unwrap() - spread).abs() < 1e-4);
        prop_assert_eq!(answer["max"].as_f64().unwrap(), numbers.iter().copied().fold(f64::MIN, f64::max));
    }
}

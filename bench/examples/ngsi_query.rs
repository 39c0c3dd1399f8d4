//! How many entities a query is tried on per second: `cargo run --release -p bench --example ngsi_query`.
//!
//! One thread, entities of about 900 bytes with a location, conditions that hit a hundredth or all of them.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures, and says what it saw")]

use std::hint::black_box;
use std::time::Instant;

use ngsi::ld::Context;
use ngsi::query::{EntityQuery, OrderTerm, Stored, Unlinked, Use};

const COUNT: u32 = 20_000;
const ROUNDS: u32 = 5;

fn entity(n: u32) -> String {
    const VOCAB: &str = "https://uri.etsi.org/ngsi-ld/default-context";
    let level = f64::from(n % 1_000) / 400.0;
    let (lon, lat) = (139.0 + f64::from(n % 971) / 1_000.0, 35.0 + f64::from(n % 983) / 1_000.0);
    format!(
        r#"{{"id":"urn:ngsi-ld:WaterGauge:{n:06}","type":["{VOCAB}/WaterGauge"],"scope":["/東京/中央区"],"{VOCAB}/名称":{{"type":"Property","value":"観測所 {n} 号(日本橋川)"}},"{VOCAB}/説明":{{"type":"LanguageProperty","languageMap":{{"ja":"日本橋川の水位を測ります。","en":"Measures the level of the river."}}}},"https://uri.etsi.org/ngsi-ld/location":{{"type":"GeoProperty","value":{{"type":"Point","coordinates":[{lon},{lat}]}}}},"{VOCAB}/managedBy":{{"type":"Relationship","object":"urn:ngsi-ld:Organization:{}"}},"{VOCAB}/waterLevel":{{"type":"Property","value":{level},"unitCode":"MTR","observedAt":"2026-01-31T09:00:00Z","{VOCAB}/accuracy":{{"type":"Property","value":0.01}}}},"{VOCAB}/status":{{"type":"Property","value":"ok"}}}}"#,
        n % 40
    )
}

fn main() -> Result<(), ngsi::Error> {
    let all: Vec<String> = (0..COUNT).map(entity).collect();
    let bytes: usize = all.iter().map(String::len).sum();
    println!("{COUNT} entities of {} bytes", bytes / all.len().max(1));
    let context = Context::core();
    for (name, parameters) in [
        ("type", vec![("type", "WaterGauge")]),
        ("q number, 1 in 1000", vec![("q", "waterLevel>2.495")]),
        ("q number, all", vec![("q", "waterLevel>=0")]),
        ("q text", vec![("q", "名称==\"観測所 77 号(日本橋川)\"")]),
        ("q pattern", vec![("q", "名称~=\"^観測所 [0-9]+7 号\"")]),
        (
            "q sub-attribute and time",
            vec![("q", "waterLevel.accuracy<0.1;waterLevel.observedAt>2026-01-01T00:00:00Z")],
        ),
        (
            "q four terms",
            vec![(
                "q",
                "(waterLevel>2|status==\"ng\");managedBy==urn:ngsi-ld:Organization:7;説明[en]~=river",
            )],
        ),
        ("scopeQ", vec![("type", "WaterGauge"), ("scopeQ", "/東京/#")]),
        (
            "near 500 m",
            vec![("georel", "near;maxDistance==500"), ("geometry", "Point"), ("coordinates", "[139.5,35.5]")],
        ),
        (
            "within a pentagon",
            vec![
                ("georel", "within"),
                ("geometry", "Polygon"),
                (
                    "coordinates",
                    "[[[139.2,35.2],[139.5,35.1],[139.8,35.4],[139.6,35.9],[139.3,35.7],[139.2,35.2]]]",
                ),
            ],
        ),
    ] {
        let pairs: Vec<(String, String)> =
            parameters.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let query = EntityQuery::parse(&pairs, &*context, Use::Entities)?;
        let begun = Instant::now();
        let mut hits = 0;
        for _ in 0..ROUNDS {
            hits = all.iter().filter(|body| query.matches(Stored { body, times: "" }, &Unlinked)).count();
        }
        let per_second = f64::from(COUNT * ROUNDS) / begun.elapsed().as_secs_f64();
        println!("{name:28} {per_second:>12.0}/s  {hits} hits");
    }
    let terms = OrderTerm::parse_list("waterLevel;desc")?;
    let order = ngsi::query::OrderBy::new(&terms, None, None, &*context)?;
    let begun = Instant::now();
    for body in &all {
        black_box(order.keys(Stored { body, times: "" }));
    }
    println!("{:28} {:>12.0}/s", "keys of an order", f64::from(COUNT) / begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    for body in &all {
        let _ = black_box(serde_json::from_str::<serde_json::Value>(body));
    }
    println!("{:28} {:>12.0}/s", "(a tree of each body)", f64::from(COUNT) / begun.elapsed().as_secs_f64());
    Ok(())
}

//! How long reading and writing of one entity of about 900 bytes takes: `cargo run --release -p ngsi --example speed`.

use std::hint::black_box;

use ngsi::entity::{Entity, Reading};
use ngsi::ld::{Resolved, resolve};
use ngsi::render::{Format, Style, entity};

const ROUNDS: u32 = 200_000;

/// Microseconds per round.
fn measured(mut work: impl FnMut()) -> f64 {
    for _ in 0..ROUNDS / 10 {
        work();
    }
    // A measurement looks at the machine's clock.
    #[allow(clippy::disallowed_methods)]
    let start = std::time::Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
}

fn main() -> Result<(), ngsi::Error> {
    let town = serde_json::json!({
        "ex": "https://town.example/ns#", "水位観測所": "ex:Gauge", "名称": "ex:name", "水位": "ex:level",
        "河川": "ex:river", "管理者": {"@id": "ex:keeper", "@type": "@id"}, "電池": "ex:battery",
        "精度": "ex:accuracy", "警戒水位": "ex:warning", "住所": "ex:address"
    });
    let Resolved::Ready(context) = resolve(&town, None, &|_| None)? else { return Ok(()) };
    let body = r#"{"id":"urn:ngsi-ld:Gauge:arakawa-0123","type":"水位観測所",
 "名称":{"type":"LanguageProperty","languageMap":{"ja":"荒川第三観測所","en":"Arakawa No. 3"}},
 "水位":{"type":"Property","value":2.51,"unitCode":"MTR","observedAt":"2026-01-31T09:30:00Z","精度":{"type":"Property","value":0.02}},
 "警戒水位":{"type":"Property","value":[3.0,3.5,4.2],"unitCode":"MTR"},
 "河川":{"type":"Relationship","object":"urn:ngsi-ld:River:arakawa"},
 "管理者":{"type":"Relationship","object":"urn:ngsi-ld:Organization:town"},
 "電池":{"type":"Property","value":87,"unitCode":"P1","observedAt":"2026-01-31T09:30:00Z"},
 "住所":{"type":"Property","value":{"postalCode":"105-0001","addressRegion":"東京都","addressLocality":"港区"}},
 "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[139.7454,35.6586]}}}"#;
    let mut read = Entity::read(body.as_bytes(), &context, Reading::Create)?;
    read.stamp(1_769_851_800_000_000);
    let (stored, times) = (read.body(), read.times());
    println!("received {} bytes, stored {} + {} bytes", body.len(), stored.len(), times.len());
    println!(
        "JSON alone           {:.2} µs",
        measured(|| {
            let _ = black_box(ngsi::json::Json::parse_bytes(black_box(body.as_bytes())));
        })
    );
    println!(
        "read and check       {:.2} µs",
        measured(|| {
            let _ = black_box(Entity::read(black_box(body.as_bytes()), &context, Reading::Create));
        })
    );
    println!(
        "write body and times {:.2} µs",
        measured(|| {
            black_box((read.body(), read.times()));
        })
    );
    println!(
        "from stored          {:.2} µs",
        measured(|| {
            let _ = black_box(Entity::from_stored(black_box(&stored), &times));
        })
    );
    let mut out = String::new();
    let sys_attrs = Style { sys_attrs: true, ..Style::default() };
    let simplified = Style { format: Format::Simplified, ..Style::default() };
    for (name, style) in
        [("normalized", Style::default()), ("with system's times", sys_attrs), ("simplified", simplified)]
    {
        println!(
            "answer {name:<20} {:.2} µs",
            measured(|| {
                out.clear();
                let _ = black_box(entity(black_box(&stored), &times, &context, &style, &mut out));
            })
        );
    }
    Ok(())
}

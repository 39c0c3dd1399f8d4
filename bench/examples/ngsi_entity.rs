//! One kind of work on one entity of about 900 bytes, again and again, for somebody outside to measure:
//! `cargo build --release -p bench --example ngsi_entity && time target/release/examples/ngsi_entity read`.
//! It is done a million times, so that the seconds are the microseconds of one.

use std::hint::black_box;

use ngsi::entity::{Entity, Reading};
use ngsi::json::Json;
use ngsi::ld::{Resolved, resolve};
use ngsi::render::{Format, Style, entity};

const ROUNDS: u32 = 1_000_000;

const RECEIVED: &str = r#"{"id":"urn:ngsi-ld:Gauge:0123","type":"水位観測所",
 "名称":{"type":"LanguageProperty","languageMap":{"ja":"第三観測所","en":"Gauge No. 3"}},
 "水位":{"type":"Property","value":2.51,"unitCode":"MTR","observedAt":"2026-01-31T09:30:00Z","精度":{"type":"Property","value":0.02}},
 "警戒水位":{"type":"Property","value":[3.0,3.5,4.2],"unitCode":"MTR"},
 "河川":{"type":"Relationship","object":"urn:ngsi-ld:River:north"},
 "管理者":{"type":"Relationship","object":"urn:ngsi-ld:Organization:town"},
 "電池":{"type":"Property","value":87,"unitCode":"P1","observedAt":"2026-01-31T09:30:00Z"},
 "住所":{"type":"Property","value":{"postalCode":"000-0001","addressRegion":"北県","addressLocality":"川町","street":"一丁目"}},
 "location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[139.7454,35.6586]}}}"#;

fn main() -> Result<(), ngsi::Error> {
    let town = serde_json::json!({
        "ex": "https://town.example/ns#", "水位観測所": "ex:Gauge", "名称": "ex:name", "水位": "ex:level",
        "河川": "ex:river", "管理者": {"@id": "ex:keeper", "@type": "@id"}, "電池": "ex:battery",
        "精度": "ex:accuracy", "警戒水位": "ex:warning", "住所": "ex:address"
    });
    let Resolved::Ready(context) = resolve(&town, None, &|_| None)? else { return Ok(()) };
    let mut read = Entity::read(RECEIVED.as_bytes(), &context, Reading::Create)?;
    read.stamp(1_769_851_800_000_000);
    let (stored, times) = (read.body(), read.times());
    let mut out = String::new();
    let mut answer = |style: &Style<'_>| {
        out.clear();
        black_box(entity(black_box(&stored), &times, &context, style, &mut out)).is_ok()
    };
    let work = std::env::args().nth(1).unwrap_or_default();
    let mut once: Box<dyn FnMut() -> bool> = match work.as_str() {
        "json" => Box::new(|| black_box(Json::parse_bytes(black_box(RECEIVED.as_bytes()))).is_ok()),
        "read" => Box::new(|| {
            black_box(Entity::read(black_box(RECEIVED.as_bytes()), &context, Reading::Create)).is_ok()
        }),
        "write" => Box::new(|| !black_box((read.body(), read.times())).0.is_empty()),
        "stored" => Box::new(|| black_box(Entity::from_stored(black_box(&stored), &times)).is_ok()),
        "normalized" => Box::new(|| answer(&Style::default())),
        "times" => Box::new(|| answer(&Style { sys_attrs: true, ..Style::default() })),
        "concise" => Box::new(|| answer(&Style { format: Format::Concise, ..Style::default() })),
        "simplified" => Box::new(|| answer(&Style { format: Format::Simplified, ..Style::default() })),
        _ => {
            println!("say which work: json, read, write, stored, normalized, times, concise or simplified");
            return Ok(());
        }
    };
    let done = (0..ROUNDS).filter(|_| once()).count();
    println!(
        "{work}: {done} times, {} bytes received, {} + {} stored",
        RECEIVED.len(),
        stored.len(),
        times.len()
    );
    Ok(())
}

//! What the broker is measured with: water gauges of about 900 bytes with a location, spread over a region.

/// Gauges that are there before anything is measured.
pub const PRELOADED: u64 = 100_000;
const TYPE: &str = "WaterGauge";

/// Spreads numbers that follow each other over the whole range, always in the same way.
pub fn scattered(n: u64) -> u64 {
    let n = (n ^ (n >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 16
}

pub fn id(n: u64) -> String {
    format!("urn:ngsi-ld:{TYPE}:{n:08}")
}

/// Where the nth gauge stands: a region of about 90 by 110 km.
pub fn place(n: u64) -> (f64, f64) {
    let (east, north) = (scattered(n) % 1_000_003, scattered(n + 7_919) % 1_000_033);
    (131.0 + east as f64 / 1_000_003.0, 33.9 + north as f64 / 1_000_033.0)
}

/// Metres; one in a hundred is above 2.5.
pub fn level(n: u64) -> f64 {
    let hundredth = scattered(n) % 100;
    if hundredth == 0 { 2.51 + (n % 90) as f64 / 100.0 } else { hundredth as f64 / 40.0 }
}

/// An entity as a sensor's gateway would send it.
pub fn entity(id: &str, n: u64) -> String {
    let (lon, lat) = place(n);
    format!(
        r#"{{"id":"{id}","type":"{TYPE}","name":{{"type":"LanguageProperty","languageMap":{{"ja":"第{n}水位観測所(錦川水系)","en":"Water gauge No. {n}"}}}},"waterLevel":{{"type":"Property","value":{level},"unitCode":"MTR","observedAt":"2026-11-30T00:00:00Z","accuracy":{{"type":"Property","value":0.02}}}},"warningLevel":{{"type":"Property","value":[2.5,3.2,4.1],"unitCode":"MTR"}},"river":{{"type":"Relationship","object":"urn:ngsi-ld:River:{river}"}},"managedBy":{{"type":"Relationship","object":"urn:ngsi-ld:Organization:{office}"}},"battery":{{"type":"Property","value":{battery},"unitCode":"P1","observedAt":"2026-11-30T00:00:00Z"}},"address":{{"type":"Property","value":{{"addressLocality":"帆待市","streetAddress":"川端町{n}番地"}}}},"location":{{"type":"GeoProperty","value":{{"type":"Point","coordinates":[{lon:.6},{lat:.6}]}}}}}}"#,
        level = level(n),
        river = n % 40,
        office = n % 7,
        battery = n % 100,
    )
}

/// One attribute, as it is measured again.
pub fn reading(n: u64) -> String {
    let at = n % 86_400;
    format!(
        r#"{{"type":"Property","value":{level},"unitCode":"MTR","observedAt":"2026-12-01T{h:02}:{m:02}:{s:02}Z"}}"#,
        level = (scattered(n) % 250) as f64 / 100.0,
        h = at / 3_600,
        m = at / 60 % 60,
        s = at % 60,
    )
}

/// A hundred entities in one body.
pub fn batch(ids: impl Iterator<Item = u64>) -> String {
    let all: Vec<String> = ids.map(|n| entity(&id(n), n)).collect();
    format!("[{}]", all.join(","))
}

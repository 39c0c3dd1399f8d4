//! Releases a second: a service asks for five attributes of one person after another, consent checked, each use durable
//! in the record before it is answered; and how long it takes to choose everybody who allows its purpose.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::load::{Load, Make, Measured, run};
use crate::servers::Product;

/// The service of the demonstration city that comes by itself, and what was agreed with it.
const CLIENT: &str = "01DEM0M1MAM0R1000000000001";
const SECRET: &str = "demo-watch-secret";
pub const PURPOSE: &str = "watch-over";
pub const ATTRIBUTES: &str = "name,kana,address,phone,age_band";

pub struct Releases {
    pub own: Measured,
    /// Everybody who allows the purpose: chosen, recorded, and their identifiers fetched.
    pub chosen: usize,
    pub chosen_ms: f64,
}

pub async fn releases(
    product: &Product,
    connections: usize,
    seconds: f64,
) -> Result<Releases, Box<dyn Error>> {
    let token = token(product).await?;
    let begun = Instant::now();
    let subjects = subjects_of_purpose(product, &token).await?;
    let chosen_ms = begun.elapsed().as_secs_f64() * 1000.0;
    let chosen = subjects.len();
    let make: Make = Arc::new(move |n| {
        let at = usize::try_from(n).unwrap_or(0) % subjects.len().max(1);
        let subject = subjects.get(at).map_or("", String::as_str);
        get(&format!("/personal/v1/people/{subject}?purpose={PURPOSE}&attributes={ATTRIBUTES}"), &token)
            .into_bytes()
    });
    let own = run(Load { port: product.port, connections, seconds, pace: 0.0, make }).await?;
    Ok(Releases { own, chosen, chosen_ms })
}

pub fn get(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n")
}

pub fn post(path: &str, token: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub async fn token(product: &Product) -> Result<String, Box<dyn Error>> {
    let body = format!("grant_type=client_credentials&scope=purpose%3A{PURPOSE}");
    let proof = STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    let request = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic {proof}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let (head, body) = product.ask(&request).await?;
    let answer: serde_json::Value = serde_json::from_str(&body)?;
    let token = answer["access_token"].as_str().ok_or_else(|| format!("no access token: {head}\n{body}"))?;
    Ok(token.to_owned())
}

/// Everybody who allows the purpose, as the service knows them.
pub async fn subjects_of_purpose(product: &Product, token: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let asked = post("/personal/v1/selections", token, &format!("{{\"purpose\":\"{PURPOSE}\"}}"));
    let (_, body) = product.ask(&asked).await?;
    let made: serde_json::Value = serde_json::from_str(&body)?;
    let selection = made["selection"].as_str().ok_or_else(|| format!("nobody was chosen: {body}"))?;
    subjects(product, token, selection).await
}

async fn subjects(product: &Product, token: &str, selection: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut out = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/personal/v1/selections/{selection}?after={after}");
        let (_, body) = product.ask(&get(&path, token)).await?;
        let page: serde_json::Value = serde_json::from_str(&body)?;
        let rows = page["rows"].as_array().ok_or_else(|| format!("no people: {body}"))?;
        out.extend(rows.iter().filter_map(serde_json::Value::as_str).map(str::to_owned));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return Ok(out),
        }
    }
}

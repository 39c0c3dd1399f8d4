//! "Who used my data": how long the page takes for somebody with ten thousand uses.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::load::{self, Load, Make, run};
use crate::release::{self, ATTRIBUTES, PURPOSE};
use crate::servers::Product;
use crate::ways::Spread;

pub struct Page {
    pub uses: usize,
    pub spread: Spread,
}

/// The resident whom the demonstration city offers allows the service, is asked for by it `uses` times, and looks.
pub async fn measure(
    product: &Product,
    cookie: &str,
    uses: usize,
    looks: usize,
) -> Result<Page, Box<dyn Error>> {
    let api = async |verb: &str, input: Value| -> Result<Value, Box<dyn Error>> {
        let request = load::post(&format!("/api/v1/people/{verb}"), cookie, &input.to_string())(0);
        let (head, body) = product.ask(&String::from_utf8(request)?).await?;
        if !head.starts_with("HTTP/1.1 2") {
            return Err(format!("{verb}: {head}\n{body}").into());
        }
        Ok(serde_json::from_str(&body)?)
    };
    let standing = get_json(product, "/api/v1/people/consents", cookie).await?;
    let row = standing["rows"]
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["purpose"]["code"] == PURPOSE))
        .ok_or_else(|| format!("the purpose is not on the switchboard: {standing}"))?;
    if row["stands"] != "given" {
        let decide = json!({"purpose": PURPOSE, "version": row["purpose"]["version"], "decision": "given"});
        api("decide_consent", decide).await?;
    }
    let name =
        get_json(product, "/api/v1/people/me", cookie).await?["name"].as_str().unwrap_or_default().to_owned();
    let token = release::token(product).await?;
    let subject = subject_named(product, &token, &name).await?;
    let path = format!("/personal/v1/people/{subject}?purpose={PURPOSE}&attributes={ATTRIBUTES}");
    let request = release::get(&path, &token);
    let make: Make = Arc::new(move |_| request.clone().into_bytes());
    let mut done = 0;
    while done < uses {
        let load = Load { port: product.port, connections: 64, seconds: 0.5, pace: 0.0, make: make.clone() };
        let released = run(load).await?;
        if released.done == 0 || released.failed > 0 {
            return Err(format!("{} releases, {} failed", released.done, released.failed).into());
        }
        done += usize::try_from(released.done)?;
    }
    // The sealer has numbered what was used before anybody looks.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let page = String::from_utf8(load::get("/my/record", cookie)(0))?;
    let mut took = Vec::with_capacity(looks);
    for _ in 0..looks {
        let begun = Instant::now();
        let (head, _) = product.ask(&page).await?;
        took.push(begun.elapsed().as_secs_f64());
        if !head.starts_with("HTTP/1.1 200") {
            return Err(head.into());
        }
    }
    Ok(Page { uses: done, spread: Spread::of(took) })
}

async fn get_json(product: &Product, path: &str, cookie: &str) -> Result<Value, Box<dyn Error>> {
    let (_, body) = product.ask(&String::from_utf8(load::get(path, cookie)(0))?).await?;
    Ok(serde_json::from_str(&body)?)
}

/// Under which identifier the service knows the person of this name.
async fn subject_named(product: &Product, token: &str, name: &str) -> Result<String, Box<dyn Error>> {
    for subject in release::subjects_of_purpose(product, token).await? {
        let path = format!("/personal/v1/people/{subject}?purpose={PURPOSE}&attributes=name");
        let (_, body) = product.ask(&release::get(&path, token)).await?;
        if body.contains(name) {
            return Ok(subject);
        }
    }
    Err(format!("nobody called {name} allows the purpose").into())
}

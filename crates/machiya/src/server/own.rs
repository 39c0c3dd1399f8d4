//! What the server answers by itself: files, health, figures, version, and what browsers look for at fixed places.

use std::sync::Arc;
use std::time::Duration;

use ground::city::City;
use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::who::Who;
use http::request::Parts;
use http::{StatusCode, header};
use serde_json::json;

use super::assets;
use super::client::Client;
use super::flow::Server;
use super::meters;
use super::routes::{Own, Slots};

/// A store that takes longer than this to say anything is not ready.
const READY_TIME: Duration = Duration::from_secs(2);
const FOREVER: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

pub async fn answer(
    server: &Server,
    own: Own,
    parts: &Parts,
    client: &Client,
    city: Option<&Arc<City>>,
    slots: &Slots,
) -> Result<Reply, Fault> {
    let accepted =
        parts.headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match own {
        Own::Asset => {
            let file = slots.get("file").map_or("", String::as_str);
            let asset = assets::by_file(file).ok_or_else(Fault::missing)?;
            Ok(asset.answer(accepted, FOREVER))
        }
        // Its address is its identity, so the browser must ask whether it has changed.
        Own::ServiceWorker => named("sw.js", accepted, "no-cache"),
        Own::Icon => {
            named("icon-192.png", accepted, FOR_A_DAY).or_else(|_| named("icon.svg", accepted, FOR_A_DAY))
        }
        Own::Manifest => manifest(city),
        Own::Robots => robots(city),
        Own::Live => Ok(uncached(Reply::json(StatusCode::OK, r#"{"status":"live"}"#))),
        Own::Ready => ready(server).await,
        Own::Metrics => figures(server, parts, client),
        Own::Version => {
            let body = json!({"name": "machiya", "version": server.house.version}).to_string();
            Ok(uncached(Reply::json(StatusCode::OK, body)))
        }
        Own::OpenApi => {
            let lang = super::language::language(parts, &Who::anyone());
            Ok(Reply::json(StatusCode::OK, server.openapi.document(&server.house, lang)))
        }
    }
}

fn uncached(reply: Reply) -> Reply {
    reply.header("cache-control", "no-store")
}

fn named(name: &str, accepted: &str, cache: &'static str) -> Result<Reply, Fault> {
    let asset = assets::by_name(name).ok_or_else(Fault::missing)?;
    Ok(asset.answer(accepted, cache))
}

/// What a phone shows when the portal is put on its first screen.
fn manifest(city: Option<&Arc<City>>) -> Result<Reply, Fault> {
    let facts = city.ok_or_else(|| Fault::new(Kind::Missing, "unknown-host"))?.facts();
    let icon =
        |name: &str, size: &str, kind: &str| json!({"src": assets::href(name), "sizes": size, "type": kind});
    let mut icons = vec![icon("icon.svg", "any", "image/svg+xml")];
    for size in [192, 512] {
        let name = format!("icon-{size}.png");
        if assets::by_name(&name).is_some() {
            icons.push(icon(&name, &format!("{size}x{size}"), "image/png"));
        }
    }
    let body = json!({
        "id": "/",
        "name": facts.name,
        "short_name": facts.name,
        "lang": "ja",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#00316a",
        "icons": icons,
    });
    Ok(Reply::typed(StatusCode::OK, "application/manifest+json", body.to_string())
        .header("cache-control", "public, max-age=3600"))
}

/// Search engines read what is for everybody; a made-up city is for nobody's results.
fn robots(city: Option<&Arc<City>>) -> Result<Reply, Fault> {
    let facts = city.ok_or_else(|| Fault::new(Kind::Missing, "unknown-host"))?.facts();
    let body = if facts.demo {
        "User-agent: *\nDisallow: /\n"
    } else {
        "User-agent: *\nDisallow: /staff\nDisallow: /my\nDisallow: /api/\nDisallow: /sign-in\nDisallow: /preferences\n"
    };
    Ok(Reply::typed(StatusCode::OK, "text/plain; charset=utf-8", body).header("cache-control", FOR_A_DAY))
}

/// Whether the stores of every city answer.
async fn ready(server: &Server) -> Result<Reply, Fault> {
    let cities = server.house.cities.load_full();
    let asked = cities.by_slug.values().map(|city| async {
        let question = city.db.read_quick(ground::city::read_facts);
        matches!(tokio::time::timeout(READY_TIME, question).await, Ok(Ok(_)))
    });
    let answers = futures_util::future::join_all(asked).await;
    if answers.iter().all(|good| *good) {
        let read_only = server.house.shared.is_read_only();
        return Ok(uncached(Reply::json(
            StatusCode::OK,
            json!({"status": "ready", "read_only": read_only}).to_string(),
        )));
    }
    Err(Fault::unavailable("a store does not answer"))
}

/// Figures are for those who run the server.
fn figures(server: &Server, parts: &Parts, client: &Client) -> Result<Reply, Fault> {
    let token = server.settings.metrics_token.as_deref();
    let shown = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let knows = token.zip(shown).is_some_and(|(token, shown)| same(token, shown));
    if !knows && !client.local {
        return Err(Fault::missing());
    }
    let text = meters::recorder().render();
    Ok(uncached(Reply::typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)))
}

/// Compares in a time that tells nothing about where two secrets differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

//! Providers of other organisations: set up by administrators, used by everybody.

use ground::fault::Kind;
use ground::id::Id;
use ground::who::Who;
use serde_json::{Value, json};
use tests::Town;

use super::lines::{line, nothing, oneself};
use super::seeds::{Seeds, session_digest};
use super::{Foreign, Line};

/// A handle as a browser holds one.
const HANDLE: &str = "0123456789012345678901234567890123456789";

fn provider(slug: &str, issuer: &str) -> Value {
    json!({"slug": slug, "label": "見本の認証", "issuer": issuer, "client_id": "us", "auth": "key",
           "scopes": "openid", "algs": ["ES256"], "state": "open",
           "endpoints": {"authorization": format!("{issuer}/auth"), "token": format!("{issuer}/token"),
                         "userinfo": "", "keys": format!("{issuer}/keys")}})
}

pub async fn sow(town: &Town) -> Id {
    let input = provider("seeds", "https://id.example");
    let saved = town.call(Who::operator(), "people.save_provider", input).await.expect("saved");
    saved["provider"]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

fn saved(seeds: &Seeds) -> Value {
    let mut input = provider("seeds", "https://id.example");
    input["id"] = json!(seeds.provider);
    input["rev"] = json!(1);
    input
}

fn going(_: &Seeds) -> Value {
    json!({"provider": "seeds", "handle": HANDLE})
}

pub const LINES: &[Line] = &[
    line("people.providers", nothing),
    line("people.provider", |seeds| json!({"id": seeds.provider})),
    line("people.save_provider", saved),
    // The house of these tests has no outside.
    Line {
        done: Some(Kind::Unavailable),
        ..line("people.try_provider", |seeds| json!({"id": seeds.provider}))
    },
    line("people.open_providers", nothing),
    line("people.go_to_provider", going),
    oneself("people.link_provider", going),
    // Nobody here has begun anything: an answer out of nowhere.
    Line {
        foreign: Foreign::Nobody,
        done: Some(Kind::Invalid),
        ..line(
            "people.come_back",
            |_| json!({"provider": "seeds", "handle": HANDLE, "state": "s", "code": "c", "session_digest": session_digest()}),
        )
    },
];

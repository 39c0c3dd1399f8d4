use ground::seal;
use ground::who::Who;
use serde_json::{Value, json};

use super::lines::{line, nothing, oneself};
use super::oauth_seeds::{REDIRECT, SECRET, body};
use super::seeds::{Seeds, session_digest};
use super::{Foreign, Line};

fn request(seeds: &Seeds) -> Value {
    json!({
        "client_id": seeds.oauth.client, "redirect_uri": REDIRECT, "response_type": "code", "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    })
}

fn token(_: &Seeds) -> Value {
    json!({"token": "a token that nobody has"})
}

pub const LINES: &[Line] = &[
    line("people.clients", nothing),
    line("people.client", |seeds| json!({"id": seeds.oauth.client})),
    line("people.client_choices", nothing),
    line("people.propose_client", |seeds| json!({"client": body(&seeds.oauth.recipient)})),
    line("people.approve_client", |seeds| json!({"id": seeds.oauth.proposed, "rev": 1})),
    line("people.refuse_client", |seeds| json!({"id": seeds.oauth.to_refuse, "rev": 1})),
    line("people.close_client", |seeds| json!({"id": seeds.oauth.to_close})),
    line(
        "people.set_client_secret",
        |seeds| json!({"id": seeds.oauth.client, "secret_digest": seal::token_digest(SECRET)}),
    ),
    line("people.keys", nothing),
    line("people.rotate_keys", nothing),
    line("people.authorization", request),
    oneself("people.connect", |seeds| {
        json!({"request": request(seeds), "code_digest": session_digest(),
                       "decisions": [{"purpose": "library", "version": 1, "given": false}]})
    }),
    // Whoever knows no secret is no client.
    Line {
        foreign: Foreign::InItself(|_| Vec::<Who>::new()),
        ..line("people.prove_client", |seeds| json!({"client_id": seeds.oauth.client, "secret": SECRET}))
    },
    line("people.exchange_code", |_| {
        json!({"code": "x", "redirect_uri": REDIRECT, "verifier": "x", "access_digest": session_digest(),
                   "refresh_digest": session_digest()})
    }),
    line(
        "people.refresh_tokens",
        |_| json!({"refresh_token": "x", "access_digest": session_digest(), "refresh_digest": session_digest()}),
    ),
    line("people.service_token", |_| json!({"access_digest": session_digest()})),
    line("people.token_state", token),
    line("people.revoke_token", token),
    line("people.userinfo", nothing),
    oneself("people.services", nothing),
    oneself("people.disconnect", |seeds| json!({"client": seeds.oauth.client})),
    line("people.logout_target", nothing),
];

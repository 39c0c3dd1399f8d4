//! What clients do with codes and tokens. Tokens never pass through these verbs going out: whoever calls draws them,
//! and hands in their digests.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::seal::token_digest;
use ground::who::{Level, Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{forget_remembered, program};
use crate::actions::{Nothing, digest};
use crate::oauth::asked::{is_verified, same};
use crate::oauth::model::Use;
use crate::oauth::store::clients::{self, Client};
use crate::oauth::store::pairwise;
use crate::oauth::store::tokens::{self, Family, Token};
use crate::oauth::{PURPOSE_SCOPE, purpose_scope};

pub const ACCESS_S: i64 = 600;

fn own_client<In>(_: &mut Tx<'_>, cx: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::new("client", program(cx)?))
}

/// Who signed in, for the token that says so.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignedIn {
    pub subject: String,
    pub auth_s: i64,
    pub level: Level,
    pub amr: Vec<String>,
    pub nonce: String,
}

/// What a client is given; or, by its name in the standards, why not. A refusal is an answer too, because what it
/// brings about (a family that ends) has to stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Granted {
    pub error: Option<String>,
    pub because: String,
    pub scopes: Vec<String>,
    pub expires_s: i64,
    /// Whether the refresh token that was handed in counts.
    pub refresh: bool,
    pub signed_in: Option<SignedIn>,
}

fn refused(error: &str, because: &str) -> Granted {
    Granted { error: Some(error.to_owned()), because: because.to_owned(), ..Granted::default() }
}

fn no_grant(because: &str) -> Granted {
    refused("invalid_grant", because)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ExchangeCode {
    #[garde(length(bytes, min = 1, max = 200))]
    pub code: String,
    #[garde(length(bytes, max = 600))]
    pub redirect_uri: String,
    #[garde(length(bytes, max = 200))]
    pub verifier: String,
    #[garde(custom(digest))]
    pub access_digest: String,
    #[garde(custom(digest))]
    pub refresh_digest: String,
}

/// A code for tokens: within a minute, once, by the client it was made for, to the address it was sent to, with the
/// verifier of its challenge. A code that is shown again ends everything that came of it.
pub const EXCHANGE_CODE: Action<ExchangeCode, Granted> =
    Action::writes("people.exchange_code", own_client, exchange).unaudited().answers_once();

fn exchange(tx: &mut Tx<'_>, cx: &Cx, input: &ExchangeCode) -> Result<Granted, Fault> {
    let client = open(tx, cx)?;
    let shown = token_digest(&input.code);
    let Some(code) = tokens::code(tx, &shown)? else { return Ok(no_grant("there is no such code")) };
    tx.lock(&format!("people/family/{}", code.family))?;
    let first = tokens::use_code(tx, &shown, cx.now_ms())?;
    let good = first
        && code.client == client.id
        && code.is_in_time(cx.now_ms())
        && same(&code.redirect, &input.redirect_uri)
        && is_verified(&code.challenge, &input.verifier);
    let family = tokens::family(tx, &code.family, cx.now_ms())?.filter(|_| good);
    let Some(family) = family else {
        tokens::end_family(tx, &code.family)?;
        forget_remembered(tx, cx);
        return Ok(no_grant("the code does not fit, has run out, or was used"));
    };
    let granted =
        grant(tx, cx, &client, &family, &family.scopes, &input.access_digest, &input.refresh_digest)?;
    clients::count_use(tx, &client.id, &cx.now().date().to_string(), "sign_in", cx.now_ms())?;
    Ok(granted)
}

fn open(tx: &mut Tx<'_>, cx: &Cx) -> Result<Client, Fault> {
    let client = clients::by_id(tx, program(cx)?)?;
    client.filter(Client::is_open).ok_or_else(Fault::refused)
}

fn grant(
    tx: &mut Tx<'_>,
    cx: &Cx,
    client: &Client,
    family: &Family,
    scopes: &str,
    access_digest: &str,
    refresh_digest: &str,
) -> Result<Granted, Fault> {
    let refresh = client.has(Use::Refresh);
    let token = |kind: &str, ends_ms: i64, scopes: &str| Token {
        id: cx.id(),
        kind: kind.to_owned(),
        family: family.id.to_string(),
        client: client.id.clone(),
        account: Some(family.account.clone()),
        scopes: scopes.to_owned(),
        made_ms: cx.now_ms(),
        ends_ms,
        used_ms: 0,
    };
    let ends_ms = family.ends_ms.min(cx.now_ms() + ACCESS_S * 1_000);
    tokens::add_token(tx, access_digest, &token("access", ends_ms, scopes))?;
    if refresh {
        tokens::add_token(tx, refresh_digest, &token("refresh", family.ends_ms, &family.scopes))?;
    }
    Ok(Granted {
        scopes: tokens::words(scopes).to_vec(),
        expires_s: (ends_ms - cx.now_ms()) / 1_000,
        refresh,
        signed_in: Some(SignedIn {
            subject: pairwise::subject(tx, cx, &client.id, &family.account)?,
            auth_s: family.auth_ms / 1_000,
            level: family.level,
            amr: tokens::words(&family.amr).to_vec(),
            nonce: family.nonce.clone(),
        }),
        ..Granted::default()
    })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokens {
    #[garde(length(bytes, min = 1, max = 200))]
    pub refresh_token: String,
    /// Fewer scopes than before; empty for the same.
    #[serde(default)]
    #[garde(length(bytes, max = 2_000))]
    pub scope: String,
    #[garde(custom(digest))]
    pub access_digest: String,
    #[garde(custom(digest))]
    pub refresh_digest: String,
}

/// A refresh token for new tokens, and a new refresh token in its place. One that was used already has got into wrong
/// hands on one side or the other: it ends everything that came of that sign-in.
pub const REFRESH_TOKENS: Action<RefreshTokens, Granted> =
    Action::writes("people.refresh_tokens", own_client, refresh).unaudited().answers_once();

fn refresh(tx: &mut Tx<'_>, cx: &Cx, input: &RefreshTokens) -> Result<Granted, Fault> {
    let client = open(tx, cx)?;
    let shown = token_digest(&input.refresh_token);
    let token = tokens::token(tx, &shown)?.filter(|token| token.kind == "refresh");
    let Some(token) = token else { return Ok(no_grant("there is no such refresh token")) };
    tx.lock(&format!("people/family/{}", token.family))?;
    let first = tokens::use_token(tx, &shown, cx.now_ms())?;
    let good = first && token.client == client.id && client.has(Use::Refresh);
    let family = tokens::family(tx, &token.family, cx.now_ms())?.filter(|_| good);
    let Some(family) = family else {
        tokens::end_family(tx, &token.family)?;
        forget_remembered(tx, cx);
        if !first {
            tx.emit(cx, "people.token_reused", client.id.as_str(), json!({"family": token.family}))?;
        }
        return Ok(no_grant("the refresh token has run out, was taken back, or was used"));
    };
    let narrowed: Vec<&str> = input.scope.split(' ').filter(|scope| !scope.is_empty()).collect();
    let known = tokens::words(&family.scopes);
    if narrowed.iter().any(|scope| !known.iter().any(|known| known == scope)) {
        // Nothing was done: the token that was shown still counts.
        return Err(Fault::new(ground::fault::Kind::Invalid, "people-oauth-scope"));
    }
    let scopes = if narrowed.is_empty() { family.scopes.clone() } else { narrowed.join(" ") };
    tokens::drop_access(tx, &token.family)?;
    forget_remembered(tx, cx);
    let granted = grant(tx, cx, &client, &family, &scopes, &input.access_digest, &input.refresh_digest)?;
    clients::count_use(tx, &client.id, &cx.now().date().to_string(), "refresh", cx.now_ms())?;
    Ok(granted)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ServiceToken {
    #[serde(default)]
    #[garde(length(bytes, max = 2_000))]
    pub scope: String,
    #[garde(custom(digest))]
    pub access_digest: String,
}

/// A token for the client itself, in nobody's name.
pub const SERVICE_TOKEN: Action<ServiceToken, Granted> =
    Action::writes("people.service_token", own_client, service).unaudited().answers_once();

fn service(tx: &mut Tx<'_>, cx: &Cx, input: &ServiceToken) -> Result<Granted, Fault> {
    let client = open(tx, cx)?;
    if !client.has(Use::Service) {
        return Ok(refused("unauthorized_client", "this client comes in people's names only"));
    }
    let registered = clients::purposes(tx, &client.id)?;
    let asked: Vec<&str> = input.scope.split(' ').filter(|scope| !scope.is_empty()).collect();
    let may = |scope: &&str| {
        scope
            .strip_prefix(PURPOSE_SCOPE)
            .is_some_and(|purpose| registered.iter().any(|known| known == purpose))
    };
    if !asked.iter().all(may) {
        return Ok(refused("invalid_scope", "a scope that this client is not registered for"));
    }
    let scopes = if asked.is_empty() {
        registered.iter().map(|purpose| purpose_scope(purpose)).collect::<Vec<_>>().join(" ")
    } else {
        asked.join(" ")
    };
    let token = Token {
        id: cx.id(),
        kind: "access".to_owned(),
        family: String::new(),
        client: client.id.clone(),
        account: None,
        scopes: scopes.clone(),
        made_ms: cx.now_ms(),
        ends_ms: cx.now_ms() + ACCESS_S * 1_000,
        used_ms: 0,
    };
    tokens::add_token(tx, &input.access_digest, &token)?;
    clients::count_use(tx, &client.id, &cx.now().date().to_string(), "service", cx.now_ms())?;
    Ok(Granted { scopes: tokens::words(&scopes).to_vec(), expires_s: ACCESS_S, ..Granted::default() })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ThisToken {
    #[garde(length(bytes, min = 1, max = 500))]
    pub token: String,
}

/// What a token is worth (RFC 7662). Of anybody else's token nothing is said but that it is worth nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct TokenState {
    pub active: bool,
    pub kind: String,
    pub client: Option<Id>,
    pub subject: Option<String>,
    pub scopes: Vec<String>,
    pub made_s: i64,
    pub ends_s: i64,
}

/// Writes, because a person may get their name in a sector here.
pub const TOKEN_STATE: Action<ThisToken, TokenState> =
    Action::writes("people.token_state", own_client, state).unaudited();

fn state(tx: &mut Tx<'_>, cx: &Cx, input: &ThisToken) -> Result<TokenState, Fault> {
    let client = open(tx, cx)?;
    let shown = token_digest(&input.token);
    let token = tokens::token(tx, &shown)?;
    let Some(token) = token.filter(|token| token.client == client.id && token.ends_ms > cx.now_ms()) else {
        return Ok(TokenState::default());
    };
    let holds = match token.kind.as_str() {
        "access" => tokens::bearer(tx, &shown, cx.now_ms())?.is_some(),
        _ => token.used_ms == 0 && tokens::family(tx, &token.family, cx.now_ms())?.is_some(),
    };
    if !holds {
        return Ok(TokenState::default());
    }
    let subject = match &token.account {
        Some(account) => Some(pairwise::subject(tx, cx, &client.id, account)?),
        None => None,
    };
    Ok(TokenState {
        active: true,
        kind: token.kind,
        client: Some(client.id),
        subject,
        scopes: tokens::words(&token.scopes).to_vec(),
        made_s: token.made_ms / 1_000,
        ends_s: token.ends_ms / 1_000,
    })
}

/// Takes a token back (RFC 7009): a refresh token with everything that came of the same sign-in. Whatever cannot be
/// found, or is another's, is left alone without a word.
pub const REVOKE_TOKEN: Action<ThisToken, Nothing> =
    Action::writes("people.revoke_token", own_client, |tx, cx, input: &ThisToken| {
        let client = open(tx, cx)?;
        let shown = token_digest(&input.token);
        if let Some(token) = tokens::token(tx, &shown)?.filter(|token| token.client == client.id) {
            if token.kind == "refresh" {
                tokens::end_family(tx, &token.family)?;
            } else {
                tokens::drop_token(tx, &shown)?;
            }
            forget_remembered(tx, cx);
        }
        Ok(Nothing {})
    })
    .unaudited();

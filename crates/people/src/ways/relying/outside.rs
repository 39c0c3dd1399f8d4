//! Talking to a provider: where it is, its keys, a code for tokens, what it says of a person. Everything here waits,
//! and nothing here is inside a transaction.

use bytes::Bytes;
use ground::cx::Cx;
use ground::fault::{Fault, Kind};
use ground::ports::{Answer, Ask};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::key;
use super::model::{ClientAuth, Endpoints, Provider};
use super::store;
use super::token::{self, Claims, Keys, Wrong};

const DOCUMENT_BYTES_MAX: usize = 256 * 1024;
const ANSWER_BYTES_MAX: usize = 128 * 1024;
/// Somebody waits in front of the screen meanwhile.
const TIME_MS_MAX: u64 = 8_000;
/// What was found is good for so long.
const FOUND_MS: i64 = 24 * 3_600_000;
/// And, when the provider does not answer, for so long.
const FOUND_OLD_MS: i64 = 7 * 24 * 3_600_000;
/// A key that nobody knows makes the keys be asked for again, this often at most.
const KEYS_AGAIN_MS: i64 = 60_000;
const URL_MAX: usize = 2_000;

/// The provider cannot be reached, or says something that is no answer. The log knows more.
fn away(detail: impl ToString) -> Fault {
    Fault::new(Kind::Unavailable, "people-provider-away").detail(detail)
}

/// The provider answered, and the answer cannot be trusted.
pub fn not_trusted(detail: impl ToString) -> Fault {
    Fault::new(Kind::Invalid, "people-provider-answer").detail(detail)
}

/// What a provider publishes about itself (OpenID Connect Discovery 1.0 §3), as far as it is needed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub endpoints: Endpoints,
    /// It names itself in every answer (RFC 9207).
    pub names_itself: bool,
}

/// Reads a discovery document; what it says must be about the issuer that was asked.
pub fn read_document(body: &[u8], issuer: &str) -> Result<Found, &'static str> {
    #[derive(Deserialize)]
    struct Document {
        issuer: String,
        authorization_endpoint: String,
        token_endpoint: String,
        #[serde(default)]
        userinfo_endpoint: Option<String>,
        #[serde(default)]
        jwks_uri: Option<String>,
        #[serde(default)]
        authorization_response_iss_parameter_supported: Option<bool>,
    }
    let said: Document = serde_json::from_slice(body).map_err(|_| "the document cannot be read")?;
    if said.issuer != issuer {
        return Err("the document is about another issuer");
    }
    let endpoints = Endpoints {
        authorization: said.authorization_endpoint,
        token: said.token_endpoint,
        userinfo: said.userinfo_endpoint.unwrap_or_default(),
        keys: said.jwks_uri.unwrap_or_default(),
    };
    if !are_good(&endpoints) {
        return Err("an address in the document is not one");
    }
    let names_itself = said.authorization_response_iss_parameter_supported.unwrap_or(false);
    Ok(Found { endpoints, names_itself })
}

fn are_good(endpoints: &Endpoints) -> bool {
    let or_none = |text: &str| text.is_empty() || is_address(text);
    is_address(&endpoints.authorization)
        && is_address(&endpoints.token)
        && or_none(&endpoints.userinfo)
        && or_none(&endpoints.keys)
}

/// An address of a provider: https, or http on this machine alone, where nothing goes over a wire.
pub fn is_address(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let own_machine = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && own_machine);
    scheme
        && text.len() <= URL_MAX
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

async fn ask(cx: &Cx, mut ask: Ask, bytes_max: usize) -> Result<Answer, Fault> {
    ask.answer_bytes_max = bytes_max;
    ask.time_ms_max = TIME_MS_MAX;
    ask.redirects_max = 0;
    ask.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    cx.house().ports.web.ask(ask).await.map_err(|fault| away(fault.to_string()))
}

async fn document(cx: &Cx, url: String) -> Result<Bytes, Fault> {
    let answer = ask(cx, Ask::get(url), DOCUMENT_BYTES_MAX).await?;
    if answer.status == StatusCode::OK {
        Ok(answer.body)
    } else {
        Err(away(format!("a document was answered with {}", answer.status)))
    }
}

/// Where the provider is: as set up, as kept, or asked for now.
pub async fn found(cx: &Cx, provider: &Provider) -> Result<Found, Fault> {
    if provider.endpoints.is_given() {
        return Ok(Found { endpoints: provider.endpoints.clone(), names_itself: false });
    }
    let id = provider.id.clone();
    let kept = cx.city().db.read(move |tx| store::kept_document(tx, &id)).await?;
    let now_ms = cx.now_ms();
    if let Some((document, at_ms)) = &kept
        && (0..FOUND_MS).contains(&(now_ms - at_ms))
        && let Ok(found) = read_document(document.as_bytes(), &provider.issuer)
    {
        return Ok(found);
    }
    match discover(cx, provider).await {
        Ok(found) => Ok(found),
        // What was true yesterday is better than nothing, for a while.
        Err(fault) => match kept {
            Some((document, at_ms)) if now_ms - at_ms < FOUND_OLD_MS => {
                read_document(document.as_bytes(), &provider.issuer).map_err(|_| fault)
            }
            _ => Err(fault),
        },
    }
}

/// Asks the provider where it is, and keeps the answer.
async fn discover(cx: &Cx, provider: &Provider) -> Result<Found, Fault> {
    let url = format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'));
    let body = document(cx, url).await?;
    let found = read_document(&body, &provider.issuer).map_err(away)?;
    let (id, text, now_ms) = (provider.id.clone(), String::from_utf8_lossy(&body).into_owned(), cx.now_ms());
    cx.city().db.write(move |tx| store::keep_document(tx, &id, &text, now_ms)).await?;
    Ok(found)
}

/// A look at a provider as it is now, not as it was kept; answers how many of its keys can be used.
pub async fn look(cx: &Cx, provider: &Provider) -> Result<(Found, usize), Fault> {
    let found = if provider.endpoints.is_given() {
        found(cx, provider).await?
    } else {
        discover(cx, provider).await?
    };
    let keys =
        if found.endpoints.keys.is_empty() { 0 } else { fetch_keys(cx, provider, &found).await?.len() };
    Ok((found, keys))
}

/// The provider's keys: those kept, or, when they are old or lack the one that is looked for, those of now.
async fn keys(cx: &Cx, provider: &Provider, found: &Found, again: bool) -> Result<Keys, Fault> {
    if found.endpoints.keys.is_empty() {
        return Ok(Keys::default());
    }
    let (id, now_ms) = (provider.id.clone(), cx.now_ms());
    let kept = cx.city().db.read(move |tx| store::kept_keys(tx, &id)).await?;
    if let Some((text, at_ms)) = &kept {
        let age_ms = now_ms - at_ms;
        // What is from the future was kept before the clock was set back: it would never grow old.
        let fresh = (0..if again { KEYS_AGAIN_MS } else { FOUND_MS }).contains(&age_ms);
        if fresh && let Some(keys) = Keys::read(text.as_bytes()) {
            return Ok(keys);
        }
    }
    fetch_keys(cx, provider, found).await
}

async fn fetch_keys(cx: &Cx, provider: &Provider, found: &Found) -> Result<Keys, Fault> {
    let body = document(cx, found.endpoints.keys.clone()).await?;
    let keys = Keys::read(&body)
        .filter(|keys| !keys.is_empty())
        .ok_or_else(|| away("no keys in the list of keys"))?;
    let (id, text, now_ms) = (provider.id.clone(), String::from_utf8_lossy(&body).into_owned(), cx.now_ms());
    cx.city().db.write(move |tx| store::keep_keys(tx, &id, &text, now_ms)).await?;
    Ok(keys)
}

/// What the city shows the provider of itself.
#[derive(Clone, Default)]
pub struct Credentials {
    pub secret: Option<Vec<u8>>,
    pub key: Option<Vec<u8>>,
}

/// What comes back for a code.
pub struct Tokens {
    pub id_token: String,
    pub access_token: String,
}

/// Gives the code for tokens (RFC 6749 §4.1.3, with the verifier of RFC 7636).
pub async fn exchange(
    cx: &Cx,
    provider: &Provider,
    found: &Found,
    credentials: &Credentials,
    code: &str,
    redirect: &str,
    verifier: &str,
) -> Result<Tokens, Fault> {
    let mut fields: Vec<(&str, String)> = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", redirect.to_owned()),
        ("code_verifier", verifier.to_owned()),
    ];
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let secret = || {
        let secret = credentials.secret.as_deref().and_then(|secret| std::str::from_utf8(secret).ok());
        secret
            .map(str::to_owned)
            .ok_or_else(|| Fault::new(Kind::Unavailable, "people-provider-away").detail("no secret is set"))
    };
    match provider.auth {
        ClientAuth::Basic => {
            headers.insert(AUTHORIZATION, key::basic(&provider.client_id, &secret()?)?);
        }
        ClientAuth::Post => {
            fields.push(("client_id", provider.client_id.clone()));
            fields.push(("client_secret", secret()?));
        }
        ClientAuth::Key => {
            let raw = credentials.key.as_deref().ok_or_else(|| away("no key is set"))?;
            fields.push(("client_id", provider.client_id.clone()));
            fields.push((
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
            ));
            fields.push((
                "client_assertion",
                key::assertion(cx, raw, &provider.client_id, &found.endpoints.token)?,
            ));
        }
        ClientAuth::Public => fields.push(("client_id", provider.client_id.clone())),
    }
    let body = serde_html_form::to_string(&fields).map_err(Fault::internal)?;
    let mut question = Ask::post(found.endpoints.token.clone(), body);
    question.headers = headers;
    let answer = ask(cx, question, ANSWER_BYTES_MAX).await?;
    #[derive(Deserialize)]
    struct Said {
        id_token: String,
        access_token: String,
        #[serde(default)]
        token_type: String,
    }
    if answer.status.is_server_error() {
        return Err(away(format!("the code was answered with {}", answer.status)));
    }
    if !answer.status.is_success() {
        return Err(not_trusted(format!(
            "the code was refused: {} {}",
            answer.status,
            error_of(&answer.body)
        )));
    }
    let said: Said = serde_json::from_slice(&answer.body)
        .map_err(|_| not_trusted("the answer to the code holds no tokens"))?;
    let plain = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !said.token_type.eq_ignore_ascii_case("bearer") || !plain(&said.access_token) || !plain(&said.id_token)
    {
        return Err(not_trusted("the answer to the code holds other tokens than were asked for"));
    }
    Ok(Tokens { id_token: said.id_token, access_token: said.access_token })
}

/// The error code of an OAuth answer, for the log: short and plain, or nothing.
fn error_of(body: &[u8]) -> String {
    let said: Option<Value> = serde_json::from_slice(body).ok();
    let code = said.as_ref().and_then(|said| said.get("error")).and_then(Value::as_str).unwrap_or_default();
    plain_code(code).to_owned()
}

/// A code from outside as the log may hold it.
pub fn plain_code(code: &str) -> &str {
    let plain = code.len() <= 60 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { code } else { "" }
}

/// Checks the ID token; a key that nobody knows makes the keys be asked for once more.
pub async fn check(
    cx: &Cx,
    provider: &Provider,
    found: &Found,
    credentials: &Credentials,
    nonce: &str,
    tokens: &Tokens,
) -> Result<Claims, Fault> {
    let expected = token::Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        nonce,
        algs: &provider.algs,
        access_token: Some(&tokens.access_token),
        now_ms: cx.now_ms(),
    };
    let secret = credentials.secret.as_deref();
    // A token that is signed with the shared secret needs no keys, and asks for none.
    let first = token::judge(&tokens.id_token, &expected, &Keys::default(), secret);
    if first != Err(Wrong::UnknownKey) {
        return first.map_err(|wrong| not_trusted(wrong.name()));
    }
    let known = keys(cx, provider, found, false).await?;
    match token::judge(&tokens.id_token, &expected, &known, secret) {
        Err(Wrong::UnknownKey) => {
            let newer = keys(cx, provider, found, true).await?;
            token::judge(&tokens.id_token, &expected, &newer, secret)
                .map_err(|wrong| not_trusted(wrong.name()))
        }
        other => other.map_err(|wrong| not_trusted(wrong.name())),
    }
}

/// What the userinfo endpoint says, if the provider has one; it must speak of the same person.
pub async fn userinfo(
    cx: &Cx,
    provider: &Provider,
    found: &Found,
    credentials: &Credentials,
    tokens: &Tokens,
    subject: &str,
) -> Result<Claims, Fault> {
    if found.endpoints.userinfo.is_empty() {
        return Ok(Claims::new());
    }
    let mut question = Ask::get(found.endpoints.userinfo.clone());
    let bearer = HeaderValue::try_from(format!("Bearer {}", tokens.access_token));
    question.headers.insert(AUTHORIZATION, bearer.map_err(|_| not_trusted("the access token is no header"))?);
    let answer = ask(cx, question, ANSWER_BYTES_MAX).await?;
    if answer.status != StatusCode::OK {
        return Err(away(format!("userinfo was answered with {}", answer.status)));
    }
    let kind = answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let claims = if kind.trim_start().starts_with("application/jwt") {
        signed_claims(cx, provider, found, credentials, &answer.body).await?
    } else {
        serde_json::from_slice(&answer.body).map_err(|_| not_trusted("userinfo cannot be read"))?
    };
    match token::subject(&claims) {
        Ok(said) if said == subject => Ok(claims),
        _ => Err(not_trusted("userinfo speaks of somebody else")),
    }
}

/// A userinfo answer may be a signed token of its own (OpenID Connect Core §5.3.2).
async fn signed_claims(
    cx: &Cx,
    provider: &Provider,
    found: &Found,
    credentials: &Credentials,
    body: &[u8],
) -> Result<Claims, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| not_trusted("userinfo cannot be read"))?.trim();
    let known = keys(cx, provider, found, false).await?;
    let signed = token::signed(text, &provider.algs, &known, credentials.secret.as_deref())
        .map_err(|wrong| not_trusted(wrong.name()))?;
    token::addressed(&signed.claims, &provider.issuer, &provider.client_id)
        .map_err(|wrong| not_trusted(wrong.name()))?;
    Ok(signed.claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn good() -> Value {
        json!({"issuer": "https://id.example", "authorization_endpoint": "https://id.example/auth",
               "token_endpoint": "https://id.example/token", "jwks_uri": "https://id.example/keys",
               "authorization_response_iss_parameter_supported": true})
    }

    #[test]
    fn a_document_is_about_the_issuer_that_was_asked() {
        let read = |document: &Value, issuer| read_document(document.to_string().as_bytes(), issuer);
        let found = read(&good(), "https://id.example").unwrap();
        assert!(found.names_itself && found.endpoints.userinfo.is_empty());
        assert!(read(&good(), "https://id.example/").is_err());
        assert!(read(&good(), "https://other.example").is_err());
        for wrong in
            ["http://id.example/token", "javascript:alert(1)", "https://u:p@id.example/", "", "/token"]
        {
            let mut document = good();
            document["token_endpoint"] = json!(wrong);
            assert!(read(&document, "https://id.example").is_err(), "{wrong}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        assert!(
            is_address("http://localhost:4000/x")
                && is_address("http://127.0.0.1/")
                && is_address("http://[::1]:9/")
        );
        assert!(!is_address("http://127.0.0.1.evil.example/") && !is_address("http://id.example/"));
    }

    proptest! {
        #[test]
        fn any_document_is_read_without_a_crash(body in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
            let _ = read_document(&body, "https://id.example");
            let mut document = good();
            document["authorization_endpoint"] = json!(text);
            if let Ok(found) = read_document(document.to_string().as_bytes(), "https://id.example") {
                prop_assert!(is_address(&found.endpoints.authorization));
            }
            prop_assert!(plain_code(&text).len() <= 60);
        }
    }
}

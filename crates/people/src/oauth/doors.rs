//! The ways in for programs: discovery, keys, tokens, what is known of a person. Protocols of others, so they are doors;
//! each parses and calls verbs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ground::action::{Action, Boxed, Input, Output};
use ground::cx::Cx;
use ground::door::{Door, DoorLimits, Reply, Request};
use ground::fault::{Fault, Kind};
use ground::form::FormData;
use ground::seal;
use ground::who::{Level, Role, Who};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::actions::keys::KEYS;
use super::actions::proof::{PROVE_CLIENT, ProveClient, Proved};
use super::actions::tokens::{
    EXCHANGE_CODE, ExchangeCode, Granted, REFRESH_TOKENS, REVOKE_TOKEN, RefreshTokens, SERVICE_TOKEN,
    ServiceToken, SignedIn, TOKEN_STATE, ThisToken,
};
use super::actions::userinfo::USERINFO;
use super::asked::acr;
use super::{issuer, keys};
use crate::actions::Nothing;

const LIMITS: DoorLimits = DoorLimits { body_bytes: 32 * 1024, time_s: 30 };
const NO_BODY: DoorLimits = DoorLimits { body_bytes: 0, time_s: 30 };
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ID_TOKEN_S: i64 = 600;

pub const DOORS: &[Door] = &[
    Door {
        name: "people.oauth_discovery",
        method: Method::GET,
        path: "/.well-known/openid-configuration",
        limits: NO_BODY,
        run: |request| Box::pin(discovery(request)),
    },
    Door {
        name: "people.oauth_metadata",
        method: Method::GET,
        path: "/.well-known/oauth-authorization-server",
        limits: NO_BODY,
        run: |request| Box::pin(discovery(request)),
    },
    Door {
        name: "people.oauth_jwks",
        method: Method::GET,
        path: "/oauth/jwks",
        limits: NO_BODY,
        run: |request| Box::pin(jwks(request)),
    },
    Door {
        name: "people.oauth_authorize_post",
        method: Method::POST,
        path: "/oauth/authorize",
        limits: LIMITS,
        run: |request| Box::pin(as_get(request, "/oauth/authorize")),
    },
    Door {
        name: "people.oauth_logout_post",
        method: Method::POST,
        path: "/oauth/logout",
        limits: LIMITS,
        run: |request| Box::pin(as_get(request, "/oauth/logout")),
    },
    Door {
        name: "people.oauth_token",
        method: Method::POST,
        path: "/oauth/token",
        limits: LIMITS,
        run: |request| Box::pin(answered(request, token)),
    },
    Door {
        name: "people.oauth_introspect",
        method: Method::POST,
        path: "/oauth/introspect",
        limits: LIMITS,
        run: |request| Box::pin(answered(request, introspect)),
    },
    Door {
        name: "people.oauth_revoke",
        method: Method::POST,
        path: "/oauth/revoke",
        limits: LIMITS,
        run: |request| Box::pin(answered(request, revoke)),
    },
    Door {
        name: "people.oauth_userinfo",
        method: Method::GET,
        path: "/oauth/userinfo",
        limits: NO_BODY,
        run: |request| Box::pin(userinfo(request)),
    },
    Door {
        name: "people.oauth_userinfo_post",
        method: Method::POST,
        path: "/oauth/userinfo",
        limits: LIMITS,
        run: |request| Box::pin(userinfo(request)),
    },
    Door {
        name: "people.oauth_preflight",
        method: Method::OPTIONS,
        path: "/oauth/userinfo",
        limits: NO_BODY,
        run: |_| Box::pin(async { Ok(preflight()) }),
    },
];

/// No cookie and no origin counts at these doors: programs in any page may read what comes out.
fn for_everybody(reply: Reply) -> Reply {
    reply.header("access-control-allow-origin", "*")
}

fn preflight() -> Reply {
    for_everybody(Reply::new(StatusCode::NO_CONTENT))
        .header("access-control-allow-methods", "GET, POST")
        .header("access-control-allow-headers", "authorization, content-type")
        .header("access-control-max-age", "3600")
}

async fn discovery(request: Request) -> Result<Reply, Fault> {
    let city = request.cx.city();
    let levels: Vec<String> = Level::ALL.into_iter().map(acr).collect();
    let proofs = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    let with_none: Vec<&str> = proofs.iter().copied().chain(["none"]).collect();
    let document = json!({
        "issuer": issuer(&request.cx),
        "authorization_endpoint": city.url("/oauth/authorize"),
        "token_endpoint": city.url("/oauth/token"),
        "userinfo_endpoint": city.url("/oauth/userinfo"),
        "jwks_uri": city.url("/oauth/jwks"),
        "introspection_endpoint": city.url("/oauth/introspect"),
        "revocation_endpoint": city.url("/oauth/revoke"),
        "end_session_endpoint": city.url("/oauth/logout"),
        "service_documentation": city.url("/developers"),
        "scopes_supported": ["openid", "profile", "email", "phone", "address", "offline_access"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "name",
                             "birthdate", "locale", "email", "email_verified", "phone_number", "phone_number_verified",
                             "address", "city"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": with_none,
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
        "introspection_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_methods_supported": with_none,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": levels,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["ja", "ja-x-easy", "en"],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    });
    Ok(for_everybody(Reply::json(StatusCode::OK, document.to_string()))
        .header("cache-control", "public, max-age=300"))
}

async fn jwks(request: Request) -> Result<Reply, Fault> {
    let shown = KEYS.call(&request.cx.acting_as(Who::system()), Nothing {}, None).await?;
    let public: Vec<Value> =
        shown.rows.iter().filter_map(|key| serde_json::from_str(&key.jwk).ok()).collect();
    let body = json!({"keys": public}).to_string();
    Ok(for_everybody(Reply::typed(StatusCode::OK, "application/jwk-set+json", body))
        .header("cache-control", "public, max-age=300"))
}

/// A request that came as a form goes on as an address: the page that asks the person reads one alone, and the cookie
/// of the session comes with it then.
async fn as_get(request: Request, path: &str) -> Result<Reply, Fault> {
    let form = match form_of(&request) {
        Ok(form) => form,
        Err(Wrong::Fault(fault)) => return Err(fault),
        Err(Wrong::Told { .. }) => return Err(Fault::malformed()),
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in form.pairs() {
        query.append_pair(name, value);
    }
    Ok(Reply::see_other(&format!("{path}?{}", query.finish())))
}

fn form_of(request: &Request) -> Result<FormData, Wrong> {
    let kind = request.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = kind.split(';').next().unwrap_or_default().trim();
    if !request.body.is_empty() && !plain.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(bad("invalid_request", "send a form (application/x-www-form-urlencoded)"));
    }
    let text = std::str::from_utf8(&request.body).map_err(|_| bad("invalid_request", "not UTF-8"))?;
    let form = FormData::from_urlencoded(text).map_err(|_| bad("invalid_request", "not a form"))?;
    let twice = form.pairs().iter().any(|(name, _)| form.all(name).count() > 1);
    if twice { Err(bad("invalid_request", "a parameter stands there twice")) } else { Ok(form) }
}

/// What went wrong: in the words of the standards, or as a fault of the house.
#[derive(Debug)]
enum Wrong {
    Told { error: String, because: String },
    Fault(Fault),
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Wrong {
        Wrong::Fault(fault)
    }
}

fn bad(error: &str, because: &str) -> Wrong {
    Wrong::Told { error: error.to_owned(), because: because.to_owned() }
}

type Handler = for<'r> fn(&'r Request, FormData) -> Boxed<'r, Result<Value, Wrong>>;

/// Answers in the form of RFC 6749, whatever happens.
async fn answered(request: Request, handle: Handler) -> Result<Reply, Fault> {
    let outcome = match form_of(&request) {
        Ok(form) => handle(&request, form).await,
        Err(fault) => Err(fault),
    };
    let (status, error, because) = match outcome {
        Ok(body) => return Ok(said(StatusCode::OK, &body)),
        Err(Wrong::Told { error, because }) => (StatusCode::BAD_REQUEST, error, because),
        Err(Wrong::Fault(fault)) => in_words(fault)?,
    };
    let mut reply = said(status, &json!({"error": error, "error_description": because}));
    if status == StatusCode::UNAUTHORIZED && request.headers.contains_key("authorization") {
        reply = reply.header("www-authenticate", "Basic realm=\"oauth\"");
    }
    Ok(reply)
}

/// A fault of the house in the words of the standards; one that is not the client's stays a fault.
fn in_words(fault: Fault) -> Result<(StatusCode, String, String), Fault> {
    let (status, error, because) = match (fault.code(), fault.kind()) {
        ("people-oauth-proof", _) | (_, Kind::SignedOut | Kind::Refused) => {
            (StatusCode::UNAUTHORIZED, "invalid_client", "this client did not prove itself")
        }
        ("people-oauth-scope", _) => (StatusCode::BAD_REQUEST, "invalid_scope", "more than was granted"),
        (_, Kind::Invalid | Kind::Malformed) => {
            (StatusCode::BAD_REQUEST, "invalid_request", "a parameter is missing or wrong")
        }
        _ => return Err(fault),
    };
    Ok((status, error.to_owned(), because.to_owned()))
}

fn said(status: StatusCode, body: &Value) -> Reply {
    for_everybody(Reply::json(status, body.to_string()))
        .header("cache-control", "no-store")
        .header("pragma", "no-cache")
}

/// The client that came, by whichever of its ways; never by two at once.
async fn client(request: &Request, form: &FormData) -> Result<(Proved, Cx), Wrong> {
    let basic = basic(&request.headers)?;
    let (secret, assertion) = (form.get("client_secret"), form.get("client_assertion"));
    let ways = [basic.is_some(), !secret.is_empty(), !assertion.is_empty()];
    if ways.into_iter().filter(|way| *way).count() > 1 {
        return Err(bad("invalid_request", "a client proves itself in one way, not two"));
    }
    if !assertion.is_empty() && form.get("client_assertion_type") != ASSERTION {
        return Err(bad("invalid_request", "this client_assertion_type is not known"));
    }
    let (client_id, secret) = match basic {
        Some((id, secret)) => (id, secret),
        None => (form.get("client_id").to_owned(), secret.to_owned()),
    };
    let given = ProveClient::new(client_id, secret, assertion.to_owned());
    let proved = PROVE_CLIENT.call(&request.cx, given, None).await?;
    let who = Who {
        client: Some(proved.client.clone()),
        roles: std::sync::Arc::from([Role::Service]),
        ..Who::default()
    };
    let cx = request.cx.acting_as(who);
    Ok((proved, cx))
}

/// `Authorization: Basic`, both halves encoded as in a form (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Wrong> {
    let Some(value) = headers.get("authorization") else { return Ok(None) };
    let broken = || bad("invalid_request", "the authorization header cannot be read");
    let (scheme, rest) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(broken)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let text = STANDARD
        .decode(rest.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(broken)?;
    let (id, secret) = text.split_once(':').ok_or_else(broken)?;
    let decoded = |text: &str| {
        let pair = format!("x={text}");
        url::form_urlencoded::parse(pair.as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    Ok(Some((decoded(id), decoded(secret))))
}

async fn act<In: Input, Out: Output>(cx: &Cx, action: &Action<In, Out>, input: In) -> Result<Out, Fault> {
    action.call(cx, input, None).await
}

fn token<'r>(request: &'r Request, form: FormData) -> Boxed<'r, Result<Value, Wrong>> {
    Box::pin(async move {
        let (proved, cx) = client(request, &form).await?;
        // Drawn here and kept by nobody but the client: the store has their digests.
        let access = seal::token(cx.secret());
        let refresh = seal::token(cx.secret());
        let (access_digest, refresh_digest) = (seal::token_digest(&access), seal::token_digest(&refresh));
        let text = |name: &str| form.get(name).to_owned();
        let granted = match form.get("grant_type") {
            "authorization_code" => {
                // The key first: a code that was used up for nothing could not be used again.
                keys::signer(&cx, proved.alg).await?;
                let input = ExchangeCode {
                    code: text("code"),
                    redirect_uri: text("redirect_uri"),
                    verifier: text("code_verifier"),
                    access_digest,
                    refresh_digest,
                };
                act(&cx, &EXCHANGE_CODE, input).await?
            }
            "refresh_token" => {
                keys::signer(&cx, proved.alg).await?;
                let input = RefreshTokens {
                    refresh_token: text("refresh_token"),
                    scope: text("scope"),
                    access_digest,
                    refresh_digest,
                };
                act(&cx, &REFRESH_TOKENS, input).await?
            }
            "client_credentials" => {
                act(&cx, &SERVICE_TOKEN, ServiceToken { scope: text("scope"), access_digest }).await?
            }
            "" => return Err(bad("invalid_request", "grant_type is missing")),
            _ => return Err(bad("unsupported_grant_type", "this grant_type is not known")),
        };
        handed_out(&cx, &proved, &granted, &access, &refresh).await
    })
}

/// One more field of an object.
fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value.into());
    }
}

async fn handed_out(
    cx: &Cx,
    proved: &Proved,
    granted: &Granted,
    access: &str,
    refresh: &str,
) -> Result<Value, Wrong> {
    if let Some(error) = &granted.error {
        return Err(bad(error, &granted.because));
    }
    let mut body = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": granted.expires_s,
        "scope": granted.scopes.join(" "),
    });
    if granted.refresh {
        put(&mut body, "refresh_token", refresh);
    }
    if let Some(signed_in) = &granted.signed_in
        && granted.scopes.iter().any(|scope| scope == "openid")
    {
        put(&mut body, "id_token", id_token(cx, proved, signed_in, access).await?);
    }
    Ok(body)
}

async fn id_token(cx: &Cx, proved: &Proved, signed_in: &SignedIn, access: &str) -> Result<String, Fault> {
    let now_s = cx.now_ms() / 1_000;
    let mut claims = json!({
        "iss": issuer(cx),
        "sub": signed_in.subject,
        "aud": proved.client,
        "iat": now_s,
        "exp": now_s + ID_TOKEN_S,
        "auth_time": signed_in.auth_s,
        "acr": acr(signed_in.level),
        "at_hash": jose::half_digest(access),
    });
    if !signed_in.nonce.is_empty() {
        put(&mut claims, "nonce", signed_in.nonce.as_str());
    }
    if !signed_in.amr.is_empty() {
        put(&mut claims, "amr", signed_in.amr.clone());
    }
    keys::signer(cx, proved.alg).await?.sign("JWT", &claims).map_err(Fault::internal)
}

fn introspect<'r>(request: &'r Request, form: FormData) -> Boxed<'r, Result<Value, Wrong>> {
    Box::pin(async move {
        let (proved, cx) = client(request, &form).await?;
        if proved.proof == super::model::Proof::Open {
            return Err(super::actions::proof::not_proved().into());
        }
        let state = act(&cx, &TOKEN_STATE, ThisToken { token: form.get("token").to_owned() }).await?;
        if !state.active {
            return Ok(json!({"active": false}));
        }
        let mut body = json!({
            "active": true,
            "client_id": state.client,
            "scope": state.scopes.join(" "),
            "token_type": if state.kind == "access" { "Bearer" } else { "refresh_token" },
            "iat": state.made_s,
            "exp": state.ends_s,
            "iss": issuer(&cx),
            "aud": state.client,
        });
        if let Some(subject) = state.subject {
            put(&mut body, "sub", subject);
        }
        Ok(body)
    })
}

fn revoke<'r>(request: &'r Request, form: FormData) -> Boxed<'r, Result<Value, Wrong>> {
    Box::pin(async move {
        let (_, cx) = client(request, &form).await?;
        act(&cx, &REVOKE_TOKEN, ThisToken { token: form.get("token").to_owned() }).await?;
        Ok(json!({}))
    })
}

async fn userinfo(request: Request) -> Result<Reply, Fault> {
    if request.cx.who().client.is_none() {
        return Err(Fault::signed_out());
    }
    let info = USERINFO.call(&request.cx, Nothing {}, None).await?;
    let body = Value::Object(info.claims).to_string();
    Ok(for_everybody(Reply::json(StatusCode::OK, body)).header("cache-control", "no-store"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::header::AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn both_halves_of_basic_are_decoded() {
        let value = format!("Basic {}", STANDARD.encode("a%3Ab:s%2Bx+y"));
        assert_eq!(basic(&header(&value)).unwrap(), Some(("a:b".to_owned(), "s+x y".to_owned())));
        assert_eq!(basic(&header("Bearer abc")).unwrap(), None);
        assert_eq!(basic(&HeaderMap::new()).unwrap(), None);
        assert!(basic(&header("Basic nonsense!")).is_err());
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_crash(value in "[ -~]{0,60}") {
            let _ = basic(&header(&value));
            let _ = basic(&header(&format!("Basic {}", STANDARD.encode(value.as_bytes()))));
        }
    }
}

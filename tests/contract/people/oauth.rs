//! The city as an identity provider: whole journeys, and those who try to cut them short.

mod attacks;
mod journeys;
mod registering;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ground::cx::{Cx, Via};
use ground::door::{Body, Reply, Request};
use ground::fault::Fault;
use ground::form::FormData;
use ground::html::TextSize;
use ground::id::Id;
use ground::page::{PageMethod, Visit};
use ground::who::{Role, Who};
use ground::words::Lang;
use ground::{params, seal, sql};
use http::HeaderMap;
use jose::{Alg, Jwks, PrivateKey};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{START_MS, id, person};

use crate::contract::refusals::oauth_seeds::sow_purpose;

const REDIRECT: &str = "https://library.example/callback";
const BYE: &str = "https://library.example/bye";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn proposer() -> Who {
    person(6_201, &[Role::Staff, Role::Admin])
}

fn approver() -> Who {
    person(6_202, &[Role::Staff, Role::Admin])
}

/// A service that is registered, and its secret.
#[derive(Clone)]
struct Service {
    id: String,
    secret: String,
}

/// What every story begins with: a purpose, its recipient, a resident who is signed in.
struct Scene {
    town: Arc<Town>,
    recipient: Id,
    resident: Id,
}

const SESSION: &str = "the resident's session";

impl Scene {
    async fn set(town: Arc<Town>) -> Scene {
        let (recipient, resident) = (id(6_301), id(6_302));
        sow_purpose(&town, "library", &recipient, "name mail district").await;
        let account = resident.clone();
        town.city()
            .db
            .write(move |tx| {
                tx.put(
                    sql!(
                        "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev,
                                                     created_ms, saved_ms, saved_by, level, level_ms, level_how)
                         values (?1, ?2, 6302, 'resident', '帆待 花子', 'ホマチ ハナコ', 'hanako@example.jp', '', 'active',
                                 1, ?3, ?3, 'operator', 'mail', ?3, 'mail')"
                    ),
                    params![&account, START_MS],
                )
            })
            .await
            .expect("an account");
        let scene = Scene { town, recipient, resident };
        scene.sign_in(SESSION, 6_303).await;
        scene
    }

    async fn sign_in(&self, token: &str, session: u128) {
        let (account, digest) = (self.resident.clone(), seal::token_digest(token));
        let now_ms = self.now_ms();
        self.town
            .city()
            .db
            .write(move |tx| {
                tx.put(
                    sql!(
                        "insert into people_session (city, digest, id, account, agent, created_ms, seen_ms, ends_ms, way,
                                                     strong, acting)
                         values (?1, ?2, ?3, ?4, '', ?5, ?5, ?6, 'passkey', 1, '')"
                    ),
                    params![&digest, id(session), &account, now_ms, now_ms + 30 * 24 * 3_600_000],
                )
            })
            .await
            .expect("a session");
    }

    fn now_ms(&self) -> i64 {
        self.town.house.clock.now_ms()
    }

    async fn who(&self) -> Who {
        super::who(&self.town, SESSION).await.expect("signed in")
    }

    fn body(&self) -> Value {
        json!({
            "name": "図書館", "recipient": self.recipient, "purposes": ["library"], "proof": "secret",
            "uses": ["sign_in", "refresh", "service"], "redirects": [REDIRECT], "logouts": [BYE],
        })
    }

    async fn service(&self) -> Service {
        self.service_of(self.body()).await
    }

    async fn service_of(&self, body: Value) -> Service {
        let has_secret = body["proof"] == "secret";
        let view = self
            .town
            .call(proposer(), "people.propose_client", json!({"client": body}))
            .await
            .expect("proposed");
        let id = view["client"]["id"].as_str().expect("an id").to_owned();
        let input = json!({"id": id, "rev": view["rev"]});
        self.town.call(approver(), "people.approve_client", input).await.expect("approved");
        let secret = format!("the secret of {id}");
        if has_secret {
            let input = json!({"id": id, "secret_digest": seal::token_digest(&secret)});
            self.town.call(approver(), "people.set_client_secret", input).await.expect("a secret");
        }
        Service { id, secret }
    }

    fn request(&self, service: &Service) -> Value {
        json!({
            "client_id": service.id, "redirect_uri": REDIRECT, "response_type": "code",
            "scope": "openid profile email", "state": "st", "nonce": "n1", "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        })
    }

    /// The person goes on to the service and agrees or does not; answers the code.
    async fn code(&self, service: &Service, given: bool) -> String {
        self.code_for(self.request(service), given).await.expect("a code")
    }

    async fn code_for(&self, request: Value, given: bool) -> Result<String, Fault> {
        let code = format!("code {}", self.town.cx(Who::anyone()).id());
        let input = json!({
            "request": request, "code_digest": seal::token_digest(&code),
            "decisions": [{"purpose": "library", "version": 1, "given": given}],
        });
        self.town.call(self.who().await, "people.connect", input).await?;
        Ok(code)
    }

    fn basic(service: &Service) -> (&'static str, String) {
        let pair = format!("{}:{}", service.id, url_encoded(&service.secret));
        ("authorization", format!("Basic {}", base64(pair.as_bytes())))
    }

    /// Sends a form to a door, as the server does.
    async fn send(&self, door: &str, headers: &[(&'static str, String)], form: &[(&str, &str)]) -> Answer {
        self.send_as(Who::anyone(), door, headers, form).await
    }

    async fn send_as(
        &self,
        who: Who,
        door: &str,
        headers: &[(&'static str, String)],
        form: &[(&str, &str)],
    ) -> Answer {
        let door = self.town.house.rooms.iter().flat_map(|room| room.doors).find(|one| one.name == door);
        let door = door.expect("there is such a door");
        let mut sent = HeaderMap::new();
        sent.insert("content-type", "application/x-www-form-urlencoded".parse().expect("a header"));
        for (name, value) in headers {
            sent.insert(*name, value.parse().expect("a header"));
        }
        let body: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", url_encoded(value))).collect();
        let request = Request {
            cx: Cx::new(&self.town.house, self.town.city(), who, Lang::Ja, Via::Door),
            method: door.method.clone(),
            uri: door.path.parse().expect("a path"),
            headers: sent,
            slots: [].into(),
            body: body.join("&").into(),
        };
        Answer::of((door.run)(request).await)
    }

    async fn token(&self, service: &Service, form: &[(&str, &str)]) -> Answer {
        self.send("people.oauth_token", &[Scene::basic(service)], form).await
    }

    async fn exchange(&self, service: &Service, code: &str) -> Answer {
        self.token(
            service,
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
            ],
        )
        .await
    }

    async fn refresh(&self, service: &Service, token: &str) -> Answer {
        self.token(service, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Whom an access token makes of somebody.
    async fn bearer(&self, token: &str) -> Option<Who> {
        let (keeper, digest, now_ms) =
            (self.town.house.keeper.clone(), seal::token_digest(token), self.now_ms());
        self.town.ask(move |tx| keeper.identify_bearer(tx, &digest, now_ms)).await.map(|found| found.who)
    }

    async fn userinfo(&self, token: &str) -> Answer {
        match self.bearer(token).await {
            Some(who) => self.send_as(who, "people.oauth_userinfo", &[], &[]).await,
            None => Answer { status: 401, ..Answer::default() },
        }
    }

    async fn keys(&self) -> Jwks {
        let answer = self.send("people.oauth_jwks", &[], &[]).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        Jwks::read(&answer.body.to_string()).expect("keys")
    }

    async fn believed(&self, token: &str, alg: Alg) -> Value {
        jose::verify(token, &self.keys().await.usable(), alg).expect("a good token").claims
    }

    /// Opens a page, or sends its form.
    async fn open(&self, who: Who, path: &str, sent: Option<&[(&str, &str)]>) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let method = if sent.is_some() { PageMethod::Post } else { PageMethod::Get };
        let page = self.town.house.rooms.iter().flat_map(|room| room.pages);
        let page = page.into_iter().find(|page| page.method == method && page.path == path).expect("a page");
        let pairs = sent.unwrap_or_default().iter();
        let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let visit = Visit {
            cx: Cx::new(&self.town.house, self.town.city(), who, Lang::Ja, Via::Page),
            path: path.to_owned(),
            slots: [].into(),
            query: FormData::from_urlencoded(query).expect("a query"),
            form: FormData::from_pairs(pairs).expect("a form"),
            text_size: TextSize::Normal,
            agent: String::new(),
            attempt: String::new(),
            token: None,
            foot: Vec::new(),
        };
        Answer::of((page.run)(&visit).await)
    }

    fn query(&self, request: &Value) -> String {
        let fields = request.as_object().expect("an object").iter();
        let pairs: Vec<String> = fields
            .map(|(name, value)| format!("{name}={}", url_encoded(value.as_str().unwrap_or_default())))
            .collect();
        pairs.join("&")
    }
}

/// What came back: JSON where it is JSON, text otherwise.
#[derive(Debug, Default)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn of(outcome: Result<Reply, Fault>) -> Answer {
        match outcome {
            Ok(reply) => {
                let Body::Whole(bytes) = &reply.body else { panic!("a whole answer") };
                let text = String::from_utf8_lossy(bytes).into_owned();
                let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
                Answer { status: reply.status.as_u16(), headers: reply.headers, body }
            }
            Err(fault) => Answer {
                status: fault.status().as_u16(),
                headers: HeaderMap::new(),
                body: json!({"fault": fault.code()}),
            },
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    fn error(&self) -> (u16, &str) {
        (self.status, self.text("error"))
    }
}

fn url_encoded(text: &str) -> String {
    ground::html::encode(text)
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A service's own key, and what it signs to show who it is.
fn own_key() -> PrivateKey {
    PrivateKey::es256(&[42; 32]).expect("a key")
}

fn own_keys() -> String {
    serde_json::to_string(&Jwks { keys: vec![own_key().jwk().clone()] }).expect("JSON")
}

fn statement(service: &Service, audience: &str, number: &str, ends_s: i64) -> Value {
    json!({"iss": service.id, "sub": service.id, "aud": audience, "jti": number, "exp": ends_s})
}

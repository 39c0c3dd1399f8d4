//! Coming in through a provider of another organisation, and everything that must not come in that way. The provider is
//! a made-up one behind the port to the web: it answers well, or in whatever wrong way a story wants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use ground::action::Boxed;
use ground::fault::{Fault, Kind};
use ground::ports::{Answer, Ask, Ports, Web};
use ground::seal;
use ground::who::{Level, Who};
use ground::words::Lang;
use http::{HeaderMap, StatusCode};
use jose::PrivateKey;
use serde_json::{Value, json};
use tests::Town;
use tests::town::{Plot, each_store_of};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;

use super::pages::{form, open};
use super::{administrator, department, hire};

const ISSUER: &str = "https://id.example";
const HANDLE: &str = "browser-one-0123456789012345678901234567";
const OTHER_HANDLE: &str = "browser-two-0123456789012345678901234567";

type Twist = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// How the made-up provider behaves.
#[derive(Clone, Default)]
struct Manner {
    claims: Option<Twist>,
    userinfo: Option<Twist>,
    document: Option<Twist>,
    /// Answers of a path, in place of the right one.
    instead: BTreeMap<&'static str, (u16, String)>,
    key: u8,
    shared_secret: Option<String>,
    clock_s: i64,
    /// Paths that are not answered before a permit is added.
    holds: Option<(&'static str, Arc<Semaphore>)>,
    nonce: String,
    asked: Vec<(String, String, HeaderMap)>,
}

#[derive(Clone)]
struct Provider(Arc<Mutex<Manner>>);

impl Provider {
    fn new() -> Provider {
        let clock_s = tests::town::START_MS / 1_000;
        Provider(Arc::new(Mutex::new(Manner { key: 7, clock_s, ..Manner::default() })))
    }

    fn with(&self, change: impl FnOnce(&mut Manner)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn manner(&self) -> Manner {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often a path was asked.
    fn asked(&self, path: &str) -> usize {
        self.manner().asked.iter().filter(|(asked, _, _)| asked == path).count()
    }

    fn twisted(&self, twist: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.with(|manner| manner.claims = Some(Arc::new(twist)));
    }

    fn answer(&self, path: &str) -> (u16, String) {
        let manner = self.manner();
        if let Some((status, body)) = manner.instead.get(path) {
            return (*status, body.clone());
        }
        let key = PrivateKey::es256(&[manner.key; 32]).expect("a key");
        let mut said = match path {
            "/.well-known/openid-configuration" => {
                json!({"issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}/auth?tenant=1"),
                       "token_endpoint": format!("{ISSUER}/token"), "userinfo_endpoint": format!("{ISSUER}/userinfo"),
                       "jwks_uri": format!("{ISSUER}/keys"), "authorization_response_iss_parameter_supported": true})
            }
            "/keys" => json!({"keys": [key.jwk()]}),
            "/userinfo" => {
                json!({"sub": "hana", "name": "花田 咲", "email": "hana@example.jp", "email_verified": true})
            }
            "/token" => {
                let mut claims = json!({"iss": ISSUER, "aud": "us", "sub": "hana", "nonce": manner.nonce,
                                        "iat": manner.clock_s, "exp": manner.clock_s + 300});
                if let Some(twist) = &manner.claims {
                    twist(&mut claims);
                }
                let token = match &manner.shared_secret {
                    Some(secret) => shared(secret, &claims),
                    None => key.sign("JWT", &claims).expect("signed"),
                };
                json!({"access_token": "at-1", "token_type": "Bearer", "id_token": token})
            }
            _ => return (404, "{}".to_owned()),
        };
        let twist = match path {
            "/userinfo" => manner.userinfo,
            "/.well-known/openid-configuration" => manner.document,
            _ => None,
        };
        if let Some(twist) = twist {
            twist(&mut said);
        }
        (200, said.to_string())
    }
}

fn shared(secret: &str, claims: &Value) -> String {
    let head = json!({"alg": "HS256", "typ": "JWT"});
    let message = format!("{}.{}", BASE64.encode(head.to_string()), BASE64.encode(claims.to_string()));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    format!("{message}.{}", BASE64.encode(ring::hmac::sign(&key, message.as_bytes())))
}

impl Web for Provider {
    fn ask(&self, ask: Ask) -> Boxed<'static, Result<Answer, Fault>> {
        let url = Url::parse(&ask.url).expect("an address");
        let body = String::from_utf8_lossy(&ask.body).into_owned();
        self.with(|manner| manner.asked.push((url.path().to_owned(), body, ask.headers.clone())));
        let (status, said) = self.answer(url.path());
        let outcome = if status == 0 {
            // As `gate` says of a server that hangs, is too long, or is not there.
            Err(Fault::unavailable(said))
        } else {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", "application/json".parse().expect("a header"));
            let status = StatusCode::from_u16(status).expect("a status");
            Ok(Answer { status, headers, body: Bytes::from(said), url: ask.url })
        };
        let held = self.manner().holds.filter(|(path, _)| *path == url.path());
        Box::pin(async move {
            if let Some((_, permits)) = held {
                permits.acquire().await.expect("open").forget();
            }
            outcome
        })
    }
}

fn each(story: impl AsyncFn(Arc<Town>, Provider)) {
    let provider = Provider::new();
    let ports = Ports { web: Arc::new(provider.clone()), post: Ports::closed().post };
    let plot = Plot::house().with_ports(ports);
    let story = &story;
    each_store_of(&plot, |town| {
        provider.with(|manner| *manner = Provider::new().manner());
        let provider = provider.clone();
        async move { story(town, provider).await }
    });
}

fn settings() -> Value {
    json!({"slug": "partner", "label": "見本の認証", "issuer": ISSUER, "client_id": "us", "auth": "basic",
           "secret": "s3cret", "scopes": "openid email", "algs": ["ES256"], "state": "open", "level": "declared",
           "takes": [{"place": "name", "claim": "name"}, {"place": "mail", "claim": "email"},
                     {"place": "birth", "claim": "birthdate"}, {"place": "address", "claim": "address"}],
           "may_register": true, "extra": "bot_prompt=normal"})
}

async fn set_up(town: &Town, change: impl FnOnce(&mut Value)) -> Value {
    let mut input = settings();
    change(&mut input);
    town.call(Who::operator(), "people.save_provider", input).await.expect("saved")
}

/// Goes to the provider; answers the address one is sent to, as its pairs.
async fn go(town: &Town, provider: &Provider, handle: &str) -> BTreeMap<String, String> {
    went(town, provider, Who::anyone(), "people.go_to_provider", handle).await.expect("sent")
}

async fn went(
    town: &Town,
    provider: &Provider,
    who: Who,
    action: &str,
    handle: &str,
) -> Result<BTreeMap<String, String>, Fault> {
    let gone =
        town.call(who, action, json!({"provider": "partner", "handle": handle, "back": "/my"})).await?;
    let url = Url::parse(gone["url"].as_str().expect("an address")).expect("an address");
    let pairs: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    provider.with(|manner| manner.nonce = pairs["nonce"].clone());
    Ok(pairs)
}

fn answered(pairs: &BTreeMap<String, String>, handle: &str) -> Value {
    json!({"provider": "partner", "handle": handle, "state": pairs["state"], "code": "c0de", "iss": ISSUER,
           "session_digest": seal::token_digest(&pairs["state"]), "agent": "Firefox / Linux"})
}

async fn came(town: &Town, who: Who, input: Value) -> Result<Value, Fault> {
    town.call(who, "people.come_back", input).await
}

async fn round(town: &Town, provider: &Provider) -> Result<Value, Fault> {
    Ok(round_with_token(town, provider).await?.0)
}

/// There and back, with the token of the session that was begun.
async fn round_with_token(town: &Town, provider: &Provider) -> Result<(Value, String), Fault> {
    let pairs = go(town, provider, HANDLE).await;
    let back = came(town, Who::anyone(), answered(&pairs, HANDLE)).await?;
    Ok((back, pairs["state"].clone()))
}

/// Somebody with an account, signed in just now, whose provider is linked.
async fn linked(town: &Arc<Town>, provider: &Provider) -> Who {
    let who = somebody(town).await;
    let pairs = went(town, provider, who.clone(), "people.link_provider", HANDLE).await.expect("sent");
    let back = came(town, who.clone(), answered(&pairs, HANDLE)).await.expect("back");
    assert_eq!(back["outcome"], "linked");
    who
}

/// A resident who signed in a moment ago.
async fn somebody(town: &Arc<Town>) -> Who {
    let account = resident(town, "hana@example.jp", "花田").await;
    Who {
        account: Some(account),
        roles: Arc::from([ground::who::Role::Resident]),
        session: Some(tests::town::id(4_242)),
        signed_in_ms: town.house.clock.now_ms(),
        ..Who::default()
    }
}

/// An account of a resident, as signing up would have made it.
async fn resident(town: &Arc<Town>, mail: &'static str, name: &'static str) -> ground::id::Id {
    let cx = town.cx(Who::system());
    let write = move |tx: &mut ground::db::Tx<'_>| {
        let known = ground::sql!("select id from people_account where city = ?1 and mail = ?2");
        if let Some(known) = tx.opt(known, ground::params![mail], |row| row.get(0))? {
            return Ok(known);
        }
        let all = ground::sql!("select count(*) from people_account where city = ?1");
        let nth: i64 = tx.one(all, ground::params![], |row| row.get(0))?;
        let account = cx.id();
        tx.put(
            ground::sql!(
                "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev, created_ms,
                                             saved_ms, saved_by)
                 values (?1, ?2, ?3, 'resident', ?4, '', ?5, '', 'active', 1, ?6, ?6, '')"
            ),
            ground::params![&account, nth + 1, name, mail, cx.now_ms()],
        )?;
        Ok(account)
    };
    town.city().db.write(write).await.expect("written")
}

async fn sessions(town: &Town) -> i64 {
    count(town, ground::sql!("select count(*) from people_session where city = ?1")).await
}

async fn count(town: &Town, sql: &'static ground::db::Sql) -> i64 {
    town.ask(move |tx| tx.one(sql, ground::params![], |row| row.get(0))).await
}

#[test]
fn the_way_there_carries_everything_that_the_answer_must_fit() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        let one = go(&town, &provider, HANDLE).await;
        let two = go(&town, &provider, HANDLE).await;
        assert_eq!(one["redirect_uri"], "http://first.localhost:8080/sign-in/with/partner/back");
        assert_eq!((one["response_type"].as_str(), one["code_challenge_method"].as_str()), ("code", "S256"));
        assert_eq!((one["client_id"].as_str(), one["scope"].as_str()), ("us", "openid email"));
        assert_eq!((one["tenant"].as_str(), one["bot_prompt"].as_str()), ("1", "normal"));
        for drawn in ["state", "nonce", "code_challenge"] {
            assert!(one[drawn].len() >= 43 && one[drawn] != two[drawn], "{drawn} is drawn anew");
        }
        // None of it stands in the store as it is.
        let kept: String = town
            .ask(|tx| {
                let all = ground::sql!("select digest, body from people_attempt where city = ?1");
                let rows = tx.all(all, ground::params![], |row| {
                    Ok(format!("{} {}", row.get::<String>(0)?, row.get::<String>(1)?))
                })?;
                Ok(rows.join("\n"))
            })
            .await;
        assert!(!kept.is_empty() && !kept.contains(&two["state"]) && !kept.contains(&two["nonce"]));
        assert_eq!(provider.asked("/.well-known/openid-configuration"), 1, "what was found is kept");
    });
}

#[test]
fn a_linked_account_is_signed_in_to() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        let who = linked(&town, &provider).await;
        let (back, token) = round_with_token(&town, &provider).await.expect("signed in");
        assert_eq!((back["outcome"].as_str(), back["back"].as_str()), (Some("signed_in"), Some("/my")));
        assert_eq!(back["signed_in"]["account"], json!(who.account));
        // The code went to the provider with the verifier and the secret, and nowhere else.
        let asked = provider.manner().asked;
        let (_, body, headers) = asked.iter().rfind(|(path, _, _)| path == "/token").expect("asked");
        assert!(body.contains("code=c0de") && body.contains("code_verifier=") && !body.contains("s3cret"));
        assert!(headers["authorization"].to_str().expect("text").starts_with("Basic "));
        let known = super::who(&town, &token).await.expect("the session is good");
        assert_eq!(known.account, who.account);
    });
}

#[test]
fn an_answer_counts_once_in_its_own_browser_and_in_time() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        let before = sessions(&town).await;
        let again = |fault: Fault| assert_eq!(fault.code(), "people-provider-begin-again");

        let pairs = go(&town, &provider, HANDLE).await;
        let good = answered(&pairs, HANDLE);
        // In another browser, with another state, with none, at another provider's address: nothing, and it stays open.
        again(came(&town, Who::anyone(), answered(&pairs, OTHER_HANDLE)).await.unwrap_err());
        let mut input = good.clone();
        input["state"] = json!("another");
        again(came(&town, Who::anyone(), input).await.unwrap_err());
        let mut input = good.clone();
        input.as_object_mut().expect("an object").remove("state");
        again(came(&town, Who::anyone(), input).await.unwrap_err());
        came(&town, Who::anyone(), good.clone()).await.expect("the right one is still good");
        again(came(&town, Who::anyone(), good).await.unwrap_err());

        let late = answered(&go(&town, &provider, HANDLE).await, HANDLE);
        town.clock.advance_ms(15 * 60_000 + 1);
        again(came(&town, Who::anyone(), late).await.unwrap_err());
        assert_eq!(sessions(&town).await, before + 1);
    });
}

#[test]
fn of_two_who_bring_the_same_answer_at_once_one_comes_in() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        let input = answered(&go(&town, &provider, HANDLE).await, HANDLE);
        let both =
            futures_util::future::join_all((0..6).map(|_| came(&town, Who::anyone(), input.clone()))).await;
        assert_eq!(both.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    });
}

#[test]
fn an_answer_of_another_issuer_is_not_mixed_up() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        for iss in ["https://evil.example", "", "https://id.example/"] {
            let mut input = answered(&go(&town, &provider, HANDLE).await, HANDLE);
            input["iss"] = json!(iss);
            let fault = came(&town, Who::anyone(), input).await.unwrap_err();
            assert_eq!((fault.code(), fault.kind()), ("people-provider-answer", Kind::Invalid), "{iss}");
        }
        // And the code was not given away.
        assert_eq!(provider.asked("/token"), 1, "once, for the linking");
        // Begun at one provider, brought to the address of another.
        let pairs = go(&town, &provider, HANDLE).await;
        set_up(&town, |input| {
            input["slug"] = json!("other");
            input["issuer"] = json!("https://evil.example");
            input["endpoints"] = json!({"authorization": "https://evil.example/auth", "token": "https://evil.example/token",
                                        "keys": "https://evil.example/keys", "userinfo": ""});
        })
        .await;
        let mut input = answered(&pairs, HANDLE);
        input["provider"] = json!("other");
        input["iss"] = json!("");
        assert_eq!(
            came(&town, Who::anyone(), input).await.unwrap_err().code(),
            "people-provider-begin-again"
        );
        assert_eq!(provider.asked("/token"), 1);
    });
}

#[test]
fn tokens_that_do_not_fit_let_nobody_in() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 9] = [
        ("nonce", |claims| claims["nonce"] = json!("another")),
        ("issuer", |claims| claims["iss"] = json!("https://evil.example")),
        ("audience", |claims| claims["aud"] = json!("another")),
        ("azp", |claims| claims["azp"] = json!("another")),
        ("expired", |claims| claims["exp"] = json!(tests::town::START_MS / 1_000 - 61)),
        ("future", |claims| claims["iat"] = json!(tests::town::START_MS / 1_000 + 61)),
        ("at_hash", |claims| claims["at_hash"] = json!("AAAA")),
        ("subject", |claims| claims["sub"] = json!("")),
        ("userinfo of another", |claims| claims["sub"] = json!("another")),
    ];
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        let before = (sessions(&town).await, events(&town).await);
        for (what, change) in cases {
            provider.twisted(change);
            let fault = round(&town, &provider).await.expect_err(what);
            assert_eq!((fault.code(), fault.kind()), ("people-provider-answer", Kind::Invalid), "{what}");
        }
        assert_eq!((sessions(&town).await, events(&town).await), before, "nothing is half-done");
    });
}

async fn events(town: &Town) -> i64 {
    count(town, ground::sql!("select count(*) from ground_event where city = ?1")).await
}

#[test]
fn a_token_signed_with_what_everybody_knows_lets_nobody_in() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        let public = PrivateKey::es256(&[7; 32]).expect("a key");
        let public = serde_json::to_string(public.jwk()).expect("JSON");
        // The client's own secret, too: this provider signs with keys.
        for secret in [public, "s3cret".to_owned(), String::from(" ")] {
            provider.with(|manner| manner.shared_secret = Some(secret.clone()));
            assert_eq!(
                round(&town, &provider).await.unwrap_err().code(),
                "people-provider-answer",
                "{secret}"
            );
        }
    });
}

#[test]
fn a_shared_secret_is_taken_where_it_was_set_up() {
    each(async |town, provider| {
        set_up(&town, |input| {
            input["algs"] = json!(["HS256", "ES256"]);
            input["auth"] = json!("post");
        })
        .await;
        provider.with(|manner| manner.shared_secret = Some("s3cret".to_owned()));
        linked(&town, &provider).await;
        assert_eq!(round(&town, &provider).await.expect("signed in")["outcome"], "signed_in");
        assert_eq!(provider.asked("/keys"), 0, "no key is needed");
        let asked = provider.manner().asked;
        let (_, body, _) = asked.iter().rfind(|(path, _, _)| path == "/token").expect("asked");
        assert!(body.contains("client_secret=s3cret"));
        provider.with(|manner| manner.shared_secret = Some("wrong".to_owned()));
        assert!(round(&town, &provider).await.is_err());
    });
}

#[test]
fn a_new_key_of_the_provider_is_found_and_not_asked_for_too_often() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        assert_eq!(provider.asked("/keys"), 1);
        round(&town, &provider).await.expect("signed in");
        assert_eq!(provider.asked("/keys"), 1, "kept");
        provider.with(|manner| manner.key = 9);
        assert!(round(&town, &provider).await.is_err(), "within a minute nobody asks again");
        assert_eq!(provider.asked("/keys"), 1);
        town.clock.advance_ms(61_000);
        provider.with(|manner| manner.clock_s += 61);
        round(&town, &provider).await.expect("signed in with the new key");
        assert_eq!(provider.asked("/keys"), 2);
    });
}

#[test]
fn a_provider_that_is_away_or_talks_nonsense_changes_nothing() {
    let long = "x".repeat(200_000);
    let cases = [
        ("/token", 0, "no answer in 8000 ms", "people-provider-away"),
        ("/token", 503, "{}", "people-provider-away"),
        ("/token", 400, "{\"error\": \"invalid_grant\"}", "people-provider-answer"),
        ("/token", 200, "<html>", "people-provider-answer"),
        (
            "/token",
            200,
            "{\"access_token\": \"a\", \"token_type\": \"mac\", \"id_token\": \"x\"}",
            "people-provider-answer",
        ),
        (
            "/token",
            200,
            "{\"access_token\": \"a\", \"token_type\": \"bearer\", \"id_token\": \"..\"}",
            "people-provider-answer",
        ),
        ("/token", 200, long.as_str(), "people-provider-answer"),
        ("/userinfo", 0, "too long", "people-provider-away"),
        ("/userinfo", 500, "", "people-provider-away"),
        ("/userinfo", 200, "[]", "people-provider-answer"),
        ("/userinfo", 200, "{}", "people-provider-answer"),
    ];
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        let before = (sessions(&town).await, events(&town).await);
        for (path, status, body, code) in &cases {
            provider.with(|manner| manner.instead = BTreeMap::from([(*path, (*status, (*body).to_owned()))]));
            assert_eq!(round(&town, &provider).await.unwrap_err().code(), *code, "{path} {status}");
        }
        assert_eq!((sessions(&town).await, events(&town).await), before);
        provider.with(|manner| manner.instead.clear());
        round(&town, &provider).await.expect("and then it is well again");
    });
}

#[test]
fn nobody_waits_for_a_provider_that_hangs_but_the_one_who_came_from_it() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        for path in ["/token", "/userinfo"] {
            let pairs = go(&town, &provider, HANDLE).await;
            let permits = Arc::new(Semaphore::new(0));
            let before = provider.asked(path);
            provider.with(|manner| manner.holds = Some((path, permits.clone())));
            let (to, input) = (town.clone(), answered(&pairs, HANDLE));
            let waits = tokio::spawn(async move { came(&to, Who::anyone(), input).await });
            while provider.asked(path) == before {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            // Others write and read meanwhile.
            for nth in 0..5 {
                let input = json!({"mail": format!("{path}{nth}@example.jp").replace('/', ""), "browser": OTHER_HANDLE});
                let sent =
                    timeout(Duration::from_secs(10), town.call(Who::anyone(), "people.ask_code", input));
                sent.await.expect("the writer is free").expect("sent");
            }
            let open = timeout(
                Duration::from_secs(10),
                town.call(Who::anyone(), "people.open_providers", json!({})),
            );
            open.await.expect("readers are free").expect("listed");
            assert!(!waits.is_finished(), "{path} has not been answered");
            // Nor does the answer count twice while the first one waits.
            assert!(came(&town, Who::anyone(), answered(&pairs, HANDLE)).await.is_err());
            permits.add_permits(1);
            let back = waits.await.expect("ended").expect("signed in");
            assert_eq!(back["outcome"], "signed_in");
            provider.with(|manner| manner.holds = None);
        }
    });
}

#[test]
fn what_was_found_yesterday_is_good_while_the_provider_is_away_but_not_for_ever() {
    const HOUR_MS: i64 = 3_600_000;
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        go(&town, &provider, HANDLE).await;
        let dead = (0, "no answer".to_owned());
        provider
            .with(|manner| manner.instead = BTreeMap::from([("/.well-known/openid-configuration", dead)]));
        town.clock.advance_ms(25 * HOUR_MS);
        go(&town, &provider, HANDLE).await;
        town.clock.advance_ms(7 * 24 * HOUR_MS);
        let fault = went(&town, &provider, Who::anyone(), "people.go_to_provider", HANDLE).await.unwrap_err();
        assert_eq!((fault.code(), fault.kind()), ("people-provider-away", Kind::Unavailable));
        // A document about somebody else is none.
        provider.with(|manner| {
            manner.instead.clear();
            manner.document = Some(Arc::new(|document| document["issuer"] = json!("https://evil.example")));
        });
        assert!(went(&town, &provider, Who::anyone(), "people.go_to_provider", HANDLE).await.is_err());
    });
}

#[test]
fn keys_kept_before_the_clock_was_set_back_are_asked_for_anew() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        let asked = (provider.asked("/keys"), provider.asked("/.well-known/openid-configuration"));
        town.clock.advance_ms(-48 * 3_600_000);
        provider.with(|manner| {
            manner.key = 9;
            manner.clock_s -= 48 * 3_600;
        });
        round(&town, &provider).await.expect("signed in with the key of now");
        let again = (provider.asked("/keys"), provider.asked("/.well-known/openid-configuration"));
        assert!(again.0 > asked.0 && again.1 > asked.1);
    });
}

#[test]
fn saying_no_is_heard_gently() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        for (error, gentle) in [("access_denied", true), ("login_required", true), ("server_error", false)] {
            let mut input = answered(&go(&town, &provider, HANDLE).await, HANDLE);
            input["error"] = json!(error);
            let outcome = came(&town, Who::anyone(), input).await;
            if gentle {
                assert_eq!(outcome.expect("heard")["outcome"], "declined");
            } else {
                assert_eq!(outcome.unwrap_err().code(), "people-provider-answer");
            }
        }
        assert_eq!(provider.asked("/token"), 0);
    });
}

#[test]
fn an_address_alone_opens_no_account() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        somebody(&town).await;
        let ways = ground::sql!("select count(*) from people_way where city = ?1");
        let back = round(&town, &provider).await.expect("heard");
        assert_eq!(back["outcome"], "known_address", "its owner signs in as before, and links then");
        assert_eq!((sessions(&town).await, count(&town, ways).await), (0, 0));
        // Not confirmed, it is not even looked at.
        provider
            .with(|manner| manner.userinfo = Some(Arc::new(|said| said["email_verified"] = json!(false))));
        assert_eq!(round(&town, &provider).await.expect("heard")["outcome"], "newcomer");
        let view = town.call(Who::operator(), "people.providers", json!({})).await.expect("listed");
        let mut input = settings();
        input["id"] = view[0]["provider"]["id"].clone();
        input["rev"] = json!(1);
        input["may_register"] = json!(false);
        town.call(Who::operator(), "people.save_provider", input).await.expect("saved");
        assert_eq!(round(&town, &provider).await.expect("heard")["outcome"], "stranger");
        assert_eq!((sessions(&town).await, count(&town, ways).await), (0, 0));
    });
}

#[test]
fn linking_is_for_the_one_who_asked_and_signed_in_lately() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        let who = somebody(&town).await;
        let stale = Who { signed_in_ms: who.signed_in_ms - 3_600_000, ..who.clone() };
        let fault = went(&town, &provider, stale, "people.link_provider", HANDLE).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused);
        let pairs = went(&town, &provider, who.clone(), "people.link_provider", HANDLE).await.expect("sent");
        // Meanwhile somebody else is signed in, or the same person in another session, or nobody.
        let other = resident(&town, "other@example.jp", "別人").await;
        let other = Who { account: Some(other), ..who.clone() };
        let session = Who { session: Some(tests::town::id(1)), ..who.clone() };
        for stranger in [other, session, Who::anyone()] {
            let pairs_again =
                went(&town, &provider, who.clone(), "people.link_provider", HANDLE).await.expect("sent");
            let fault = came(&town, stranger, answered(&pairs_again, HANDLE)).await.unwrap_err();
            assert_eq!(fault.code(), "people-provider-begin-again");
        }
        assert!(
            came(&town, who.clone(), answered(&pairs, HANDLE)).await.is_err(),
            "a later one took its place"
        );
        let taken = linked(&town, &provider).await;
        assert_eq!(taken.account, who.account);
        // What is one person's way in is nobody else's.
        let second = resident(&town, "second@example.jp", "二人目").await;
        let second = Who { account: Some(second), ..who };
        let pairs =
            went(&town, &provider, second.clone(), "people.link_provider", HANDLE).await.expect("sent");
        let fault = came(&town, second, answered(&pairs, HANDLE)).await.unwrap_err();
        assert_eq!(fault.code(), "people-way-taken");
    });
}

#[test]
fn the_national_identity_raises_the_level_and_names_the_person() {
    each(async |town, provider| {
        set_up(&town, |input| {
            input["level"] = json!("national");
            input["auth"] = json!("key");
            input["strong"] = json!(true);
        })
        .await;
        provider.with(|manner| {
            manner.userinfo = Some(Arc::new(|said| {
                said["name"] = json!("花田 咲子");
                said["birthdate"] = json!("1980-04-01");
                said["address"] = json!({"formatted": "帆待市北町1-2-3"});
            }));
        });
        let who = linked(&town, &provider).await;
        let asked = provider.manner().asked;
        let (_, body, headers) = asked.iter().rfind(|(path, _, _)| path == "/token").expect("asked");
        assert!(
            body.contains("client_assertion=")
                && !body.contains("client_secret")
                && !headers.contains_key("authorization")
        );
        let account = who.account.clone().expect("an account");
        let kept = town
            .ask(move |tx| {
                tx.one(
                    ground::sql!(
                        "select a.name, a.level, a.level_how, r.birth, r.address from people_account a
                         join people_resident r on r.city = ?1 and r.account = a.id where a.city = ?1 and a.id = ?2"
                    ),
                    ground::params![&account],
                    |row| Ok([row.get::<String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]),
                )
            })
            .await;
        assert_eq!(kept, ["花田 咲子", "national", "partner", "1980-04-01", "帆待市北町1-2-3"]);
        let (_, token) = round_with_token(&town, &provider).await.expect("signed in");
        let known = super::who(&town, &token).await.expect("known");
        assert!(known.level == Level::National && known.strong);
    });
}

#[test]
fn a_locked_account_stays_shut() {
    each(async |town, provider| {
        set_up(&town, |_| {}).await;
        let admin = administrator(&town).await;
        department(&town, &admin, "100", "").await;
        let clerk = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let who = Who { account: Some(clerk.clone()), ..somebody(&town).await };
        let pairs = went(&town, &provider, who.clone(), "people.link_provider", HANDLE).await.expect("sent");
        came(&town, who, answered(&pairs, HANDLE)).await.expect("linked");
        let back = round(&town, &provider).await.expect("half way in");
        assert_eq!(back["signed_in"]["pending"], true, "staff show a second factor, too");
        town.call(admin, "people.lock_staff", json!({"id": clerk})).await.expect("locked");
        let before = sessions(&town).await;
        assert!(round(&town, &provider).await.is_err());
        assert_eq!(sessions(&town).await, before);
    });
}

#[test]
fn what_people_are_sent_to_is_checked_before_it_is_open() {
    each(async |town, _| {
        let save = |change: fn(&mut Value)| {
            let mut input = settings();
            change(&mut input);
            town.call(Who::operator(), "people.save_provider", input)
        };
        type Change = fn(&mut Value);
        let wrong: [(&str, Change); 10] = [
            ("secret", |input| input["secret"] = json!("")),
            ("algs", |input| {
                input["algs"] = json!(["HS256"]);
                input["auth"] = json!("public")
            }),
            ("algs", |input| input["algs"] = json!([])),
            ("issuer", |input| input["issuer"] = json!("http://id.example")),
            ("scopes", |input| input["scopes"] = json!("profile")),
            ("level", |input| input["level"] = json!("counter")),
            ("extra", |input| input["extra"] = json!("state=mine")),
            ("endpoints", |input| input["endpoints"] = json!({"authorization": "https://id.example/a"})),
            ("slug", |input| input["slug"] = json!("passkey")),
            ("takes", |input| {
                input["takes"] = json!([{"place": "name", "claim": "a"}, {"place": "name", "claim": "b"}])
            }),
        ];
        for (field, change) in wrong {
            let fault = save(change).await.unwrap_err();
            assert_eq!(fault.fields().first().map(|field| field.path.as_str()), Some(field));
        }
        let saved = save(|_| {}).await.expect("saved");
        assert_eq!(saved["has_secret"], true);
        assert!(!saved.to_string().contains("s3cret"), "a secret is never shown again");
        assert_eq!(
            save(|input| input["issuer"] = json!("https://two.example")).await.unwrap_err().fields()[0].path,
            "slug"
        );
        assert_eq!(save(|input| input["slug"] = json!("two")).await.unwrap_err().fields()[0].path, "issuer");
        // Of two who change it at once, the second is shown what stands.
        let mut input = settings();
        input["id"] = saved["provider"]["id"].clone();
        input["rev"] = json!(0);
        let fault = town.call(Who::operator(), "people.save_provider", input).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Outdated);
    });
}

/// Whoever has nothing but an account elsewhere can confirm that it is them, and is led back to what asked for it.
#[test]
fn a_provider_alone_is_enough_to_sign_in_again_and_to_go_on() {
    each(async |town, provider| {
        set_up(&town, |input| input["level"] = json!("national")).await;
        let who = somebody(&town).await;
        let identity = "/my/identity?need=national&back=/my/consents";
        let page = open(&town, &who, Lang::Ja, identity, None).await.expect("shown");
        let back = "/my/identity?need=national&amp;back=/my/consents";
        assert!(
            page.body.contains("/my/security/providers/partner") && page.body.contains(back),
            "{}",
            page.body
        );

        // The form of that page goes there, and back to that page.
        let fields = [("back", identity)];
        let sent = form(&fields).map(|sent| sent.holding(HANDLE));
        let gone = open(&town, &who, Lang::Ja, "/my/security/providers/partner", sent).await.expect("sent");
        let url = gone.body.split("href=\"").find(|text| text.starts_with(ISSUER)).expect("the way there");
        let url = url.split('"').next().unwrap_or_default().replace("&amp;", "&");
        let pairs: BTreeMap<String, String> =
            Url::parse(&url).expect("an address").query_pairs().into_owned().collect();
        provider.with(|manner| manner.nonce = pairs["nonce"].clone());
        let back = came(&town, who.clone(), answered(&pairs, HANDLE)).await.expect("back");
        assert_eq!((back["outcome"].as_str(), back["back"].as_str()), (Some("linked"), Some(identity)));

        // An hour later, without any address: the page that asks to sign in again offers the provider.
        let account = who.account.clone().expect("an account");
        forget_mail(&town, account).await;
        let stale = Who { signed_in_ms: who.signed_in_ms - 3_600_000, ..who };
        let page =
            open(&town, &stale, Lang::Ja, "/sign-in/again?back=/my/security", None).await.expect("shown");
        assert!(page.body.contains("/sign-in/with/partner?back=/my/security"), "{}", page.body);
    });
}

#[test]
fn a_closed_provider_is_no_last_way_in() {
    each(async |town, provider| {
        let saved = set_up(&town, |_| {}).await;
        let who = linked(&town, &provider).await;
        let account = who.account.clone().expect("an account");
        forget_mail(&town, account.clone()).await;
        let passkey = tests::town::id(77);
        let id = passkey.clone();
        let add = move |tx: &mut ground::db::Tx<'_>| {
            let sql = ground::sql!(
                "insert into people_way (city, id, account, kind, issuer, subject, label, body, made_ms, used_ms,
                                         locked_ms)
                 values (?1, ?2, ?3, 'passkey', '', 'p', '', '', 0, 0, 0)"
            );
            tx.put(sql, ground::params![&id, &account])
        };
        town.city().db.write(add).await.expect("added");
        let turn = |state: &'static str, rev: i64| {
            let mut input = settings();
            input["id"] = saved["provider"]["id"].clone();
            input["rev"] = json!(rev);
            input["state"] = json!(state);
            town.call(Who::operator(), "people.save_provider", input)
        };
        turn("closed", 1).await.expect("closed");
        let remove = || town.call(who.clone(), "people.remove_way", json!({"id": passkey}));
        assert_eq!(remove().await.unwrap_err().code(), "people-last-way");
        turn("open", 2).await.expect("open again");
        remove().await.expect("the provider leads in");
    });
}

async fn forget_mail(town: &Arc<Town>, account: ground::id::Id) {
    let write = move |tx: &mut ground::db::Tx<'_>| {
        tx.put(
            ground::sql!("update people_account set mail = '' where city = ?1 and id = ?2"),
            ground::params![&account],
        )
    };
    town.city().db.write(write).await.expect("written");
}

#[test]
fn drafts_and_closed_providers_lead_nowhere() {
    each(async |town, provider| {
        let saved = set_up(&town, |_| {}).await;
        linked(&town, &provider).await;
        let pairs = go(&town, &provider, HANDLE).await;
        let mut input = settings();
        input["id"] = saved["provider"]["id"].clone();
        input["rev"] = json!(1);
        input["state"] = json!("closed");
        town.call(Who::operator(), "people.save_provider", input).await.expect("saved");
        assert_eq!(
            came(&town, Who::anyone(), answered(&pairs, HANDLE)).await.unwrap_err().kind(),
            Kind::Missing
        );
        let fault = went(&town, &provider, Who::anyone(), "people.go_to_provider", HANDLE).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Missing);
        let open = town.call(Who::anyone(), "people.open_providers", json!({})).await.expect("listed");
        assert_eq!(open, json!([]));
    });
}

//! What must not work.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ground::fault::Kind;
use ground::seal;
use ground::who::Who;
use jose::PrivateKey;
use serde_json::{Value, json};
use tests::town::each_store_of_the_house;

use super::{REDIRECT, Scene, VERIFIER, own_key, own_keys, statement};

const CODE: &str = "authorization_code";

#[test]
fn a_code_is_good_once_and_its_second_showing_ends_what_came_of_it() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let code = scene.code(&service, true).await;
        let tokens = scene.exchange(&service, &code).await;
        assert!(scene.bearer(tokens.text("access_token")).await.is_some());
        assert_eq!(scene.exchange(&service, &code).await.error(), (400, "invalid_grant"));
        assert!(scene.bearer(tokens.text("access_token")).await.is_none());
        assert_eq!(
            scene.refresh(&service, tokens.text("refresh_token")).await.error(),
            (400, "invalid_grant")
        );
    });
}

#[test]
fn a_code_is_bound_to_its_client_its_address_its_verifier_and_its_minute() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let (service, other) = (scene.service().await, scene.service().await);
        let wrong_verifier = "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong";
        for (by, redirect, verifier) in [
            (&other, REDIRECT, VERIFIER),
            (&service, "https://library.example/callback/", VERIFIER),
            (&service, "", VERIFIER),
            (&service, REDIRECT, wrong_verifier),
            (&service, REDIRECT, ""),
        ] {
            let code = scene.code(&service, true).await;
            let form = [
                ("grant_type", CODE),
                ("code", &*code),
                ("redirect_uri", redirect),
                ("code_verifier", verifier),
            ];
            let answer = scene.token(by, &form).await;
            assert_eq!(answer.error(), (400, "invalid_grant"), "{redirect} {verifier}");
            // Whoever failed once does not get a second try with the same code.
            assert_eq!(scene.exchange(&service, &code).await.error(), (400, "invalid_grant"));
        }
        let code = scene.code(&service, true).await;
        scene.town.clock.advance_ms(60_000);
        assert_eq!(scene.exchange(&service, &code).await.error(), (400, "invalid_grant"));
        assert_eq!(scene.exchange(&service, "nothing such").await.error(), (400, "invalid_grant"));
    });
}

#[test]
fn a_clock_that_is_set_back_makes_no_code_and_no_token_good_again() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        scene.town.clock.advance_ms(3_600_000);
        let code = scene.code(&service, true).await;
        let used = scene.code(&service, true).await;
        let tokens = scene.exchange(&service, &used).await;
        assert!(scene.bearer(tokens.text("access_token")).await.is_some());
        scene.town.clock.advance_ms(-1_800_000);
        assert_eq!(scene.exchange(&service, &code).await.error(), (400, "invalid_grant"));
        assert!(
            scene.bearer(tokens.text("access_token")).await.is_none(),
            "its minutes would come once more"
        );
        // What is made by the clock as it is now is good.
        let code = scene.code(&service, true).await;
        assert_eq!(scene.exchange(&service, &code).await.status, 200);
    });
}

#[test]
fn a_used_refresh_token_ends_everything_that_came_of_the_sign_in() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let (service, other) = (scene.service().await, scene.service().await);
        let first = scene.exchange(&service, &scene.code(&service, true).await).await;
        let second = scene.refresh(&service, first.text("refresh_token")).await;
        let reused = scene.refresh(&service, first.text("refresh_token")).await;
        assert_eq!(reused.error(), (400, "invalid_grant"));
        assert!(scene.bearer(second.text("access_token")).await.is_none());
        assert_eq!(
            scene.refresh(&service, second.text("refresh_token")).await.error(),
            (400, "invalid_grant")
        );

        // In the hands of another client it is worth nothing, and gone.
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        assert_eq!(scene.refresh(&other, tokens.text("refresh_token")).await.error(), (400, "invalid_grant"));
        assert!(scene.bearer(tokens.text("access_token")).await.is_none());
        // An access token is no refresh token, nor the other way round.
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        assert_eq!(
            scene.refresh(&service, tokens.text("access_token")).await.error(),
            (400, "invalid_grant")
        );
        assert!(scene.bearer(tokens.text("refresh_token")).await.is_none());
    });
}

#[test]
fn nobody_is_sent_to_an_address_that_is_not_registered() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        for redirect in [
            "https://evil.example/",
            "https://library.example/callback/../evil",
            "https://library.example/callback?x=1",
            "https://library.example/",
            "javascript:alert(1)",
            "",
        ] {
            let mut request = scene.request(&service);
            request["redirect_uri"] = redirect.into();
            let path = format!("/oauth/authorize?{}", scene.query(&request));
            for who in [scene.who().await, Who::anyone()] {
                let answer = scene.open(who, &path, None).await;
                assert_eq!(answer.status, 400, "{redirect}");
                assert!(answer.header("location").is_empty() && answer.header("refresh").is_empty());
            }
            let denied = [("request", &*scene.query(&request)), ("go", "deny")];
            let answer = scene.open(scene.who().await, "/oauth/consent", Some(&denied)).await;
            assert_eq!((answer.status, answer.header("location")), (400, ""));
            assert_eq!(scene.code_for(request, true).await.unwrap_err().kind(), Kind::Invalid);
        }
        let mut unknown = scene.request(&service);
        unknown["client_id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV".into();
        let path = format!("/oauth/authorize?{}", scene.query(&unknown));
        assert_eq!(scene.open(scene.who().await, &path, None).await.status, 400);
        let twice =
            format!("/oauth/authorize?{}&client_id={}", scene.query(&scene.request(&service)), service.id);
        assert_eq!(scene.open(scene.who().await, &twice, None).await.status, 400);
    });
}

#[test]
fn requests_without_their_safeguards_are_told_so() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        for (name, value, error) in [
            ("code_challenge", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "id_token", "unsupported_response_type"),
            ("scope", "openid purpose:tax", "invalid_scope"),
            ("scope", "profile", "invalid_scope"),
            ("request", "a.b.c", "request_not_supported"),
        ] {
            let mut request = scene.request(&service);
            request[name] = value.into();
            let path = format!("/oauth/authorize?{}", scene.query(&request));
            let answer = scene.open(scene.who().await, &path, None).await;
            let to = answer.header("location");
            assert!(to.starts_with(REDIRECT) && to.contains(&format!("error={error}&")), "{name}: {to}");
            assert!(to.contains("state=st") && to.contains("iss="), "{to}");
            assert!(scene.code_for(request, true).await.is_err(), "{name}");
        }
        let query = scene.query(&scene.request(&service));
        let denied = [("request", &*query), ("go", "deny")];
        let answer = scene.open(scene.who().await, "/oauth/consent", Some(&denied)).await;
        assert!(answer.header("location").contains("error=access_denied"));
    });
}

#[test]
fn a_client_without_its_proof_is_nobody() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let grant = [("grant_type", "client_credentials")];
        let wrong = super::Service { id: service.id.clone(), secret: "wrong".to_owned() };
        let unknown =
            super::Service { id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(), secret: "wrong".to_owned() };
        for by in [&wrong, &unknown] {
            let answer = scene.token(by, &grant).await;
            assert_eq!(answer.error(), (401, "invalid_client"));
            assert!(answer.header("www-authenticate").starts_with("Basic"));
        }
        // Knowing what is kept of a secret is not knowing the secret.
        let digest = super::Service { id: service.id.clone(), secret: seal::token_digest(&service.secret) };
        assert_eq!(scene.token(&digest, &grant).await.error(), (401, "invalid_client"));
        let none = [("grant_type", "client_credentials"), ("client_id", &*service.id)];
        assert_eq!(scene.send("people.oauth_token", &[], &none).await.error(), (401, "invalid_client"));
        let two = [
            ("grant_type", "client_credentials"),
            ("client_id", &*service.id),
            ("client_secret", &*service.secret),
        ];
        assert_eq!(scene.token(&service, &two).await.error(), (400, "invalid_request"));
        assert_eq!(scene.send("people.oauth_token", &[], &two).await.status, 200, "client_secret_post");
        let answer = scene.token(&service, &[("grant_type", "password")]).await;
        assert_eq!(answer.error(), (400, "unsupported_grant_type"));
        // A program that lives with people cannot look tokens up, nor come by itself.
        let mut body = scene.body();
        body["proof"] = "open".into();
        body["uses"] = json!(["sign_in"]);
        let open = scene.service_of(body).await;
        let ask = [("client_id", &*open.id), ("token", "x")];
        assert_eq!(scene.send("people.oauth_introspect", &[], &ask).await.error(), (401, "invalid_client"));
        let come = [("client_id", &*open.id), ("grant_type", "client_credentials")];
        assert_eq!(scene.send("people.oauth_token", &[], &come).await.error(), (400, "unauthorized_client"));
    });
}

#[test]
fn a_signed_statement_counts_once_and_only_as_it_must_be() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let mut body = scene.body();
        body["proof"] = "key".into();
        body["keys"] = own_keys().into();
        let (service, secret) = (scene.service_of(body).await, scene.service().await);
        let url = scene.town.city().url("/oauth/token");
        let now_s = scene.now_ms() / 1_000;
        let show = |shown: String| {
            let scene = &scene;
            async move {
                let form = [
                    ("grant_type", "client_credentials"),
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", &*shown),
                ];
                scene.send("people.oauth_token", &[], &form).await.status
            }
        };
        let sign = |claims: &Value| own_key().sign("JWT", claims).unwrap();
        let good = sign(&statement(&service, &url, "one", now_s + 60));
        assert_eq!(show(good.clone()).await, 200);
        assert_eq!(show(good).await, 401, "shown again");
        let issuer = scene.town.city().facts().public_url.clone();
        assert_eq!(show(sign(&statement(&service, &issuer, "two", now_s + 60))).await, 200);

        let other_url = scene.town.other_city().url("/oauth/token");
        let mut nameless = statement(&service, &url, "", now_s + 60);
        nameless.as_object_mut().unwrap().remove("jti");
        let mut of_another = statement(&service, &url, "three", now_s + 60);
        of_another["sub"] = secret.id.clone().into();
        for (claims, why) in [
            (statement(&service, &other_url, "4", now_s + 60), "for another city"),
            (statement(&service, &url, "5", now_s - 120), "over"),
            (statement(&service, &url, "6", now_s + 86_400), "for a whole day"),
            (statement(&secret, &url, "7", now_s + 60), "a client with a secret"),
            (nameless, "without a number"),
            (of_another, "in another's name"),
        ] {
            assert_eq!(show(sign(&claims)).await, 401, "{why}");
        }
        let claims = statement(&service, &url, "8", now_s + 60);
        let foreign = PrivateKey::es256(&[9; 32]).unwrap().sign("JWT", &claims).unwrap();
        assert_eq!(show(foreign).await, 401);
        // The algorithm is what was registered: not none, and not a secret that everybody knows.
        for alg in ["none", "HS256", "RS256"] {
            let head = base64url(json!({"alg": alg, "kid": own_key().kid()}).to_string().as_bytes());
            let rest = sign(&claims).split_once('.').unwrap().1.to_owned();
            assert_eq!(show(format!("{head}.{rest}")).await, 401, "{alg}");
        }
        let unsigned =
            format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(claims.to_string().as_bytes()));
        assert_eq!(show(unsigned).await, 401);
        assert_eq!(show(sign(&claims)).await, 200, "it was the forging that failed");
    });
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn a_token_of_another_city_is_worth_nothing_here() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let (keeper, digest, now_ms) = (
            scene.town.house.keeper.clone(),
            seal::token_digest(tokens.text("access_token")),
            scene.now_ms(),
        );
        let there = scene
            .town
            .ask_in(scene.town.other_city(), move |tx| keeper.identify_bearer(tx, &digest, now_ms))
            .await;
        assert!(there.is_none());
        let input = json!({"id_token_hint": tokens.text("id_token"), "post_logout_redirect_uri": super::BYE});
        let other = scene.town.other_city().clone();
        let target = scene.town.call_in(&other, Who::anyone(), "people.logout_target", input).await.unwrap();
        assert_eq!(target["redirect"], Value::Null);
        let input = json!({"client_id": service.id, "secret": service.secret});
        let nobody = scene.town.call_in(&other, Who::anyone(), "people.prove_client", input).await;
        assert_eq!(nobody.unwrap_err().code(), "people-oauth-proof");
    });
}

#[test]
fn a_program_with_somebodys_word_does_nothing_that_people_do_for_themselves() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let who = scene.bearer(tokens.text("access_token")).await.expect("known");
        assert_eq!(who.account.as_ref(), Some(&scene.resident));
        for (action, input) in [
            ("people.me", json!({})),
            ("people.profile", json!({})),
            ("people.sessions", json!({})),
            ("people.end_other_sessions", json!({})),
            ("people.services", json!({})),
            ("people.disconnect", json!({"client": service.id})),
        ] {
            let fault = scene.town.call(who.clone(), action, input).await.unwrap_err();
            assert_eq!(fault.kind(), Kind::Refused, "{action}");
        }
        let request = json!({"request": scene.request(&service), "code_digest": seal::token_digest("x")});
        let fault = scene.town.call(who, "people.connect", request).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused, "a token is no way to another token");
    });
}

#[test]
fn nothing_that_lets_anybody_in_is_in_the_store() {
    use ground::{params, sql};
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let code = scene.code(&service, true).await;
        let tokens = scene.exchange(&service, &code).await;
        let kept: Vec<String> = scene
            .town
            .ask(|tx| {
                tx.all(
                    sql!(
                        "select digest from people_code where city = ?1
                         union all select digest from people_token where city = ?1
                         union all select secret_digest from people_client where city = ?1
                         union all select body from ground_event where city = ?1
                         union all select object from ground_audit where city = ?1
                         union all select jwk from people_key where city = ?1
                         union all select sealed from ground_secret where city = ?1"
                    ),
                    params![],
                    |row| row.get(0),
                )
            })
            .await;
        assert!(kept.len() > 6);
        for secret in [&code, tokens.text("access_token"), tokens.text("refresh_token"), &*service.secret] {
            assert!(kept.iter().all(|text| !text.contains(secret)));
        }
        assert!(kept.iter().all(|text| !text.contains("\"d\"") && !text.contains("帆待")));
    });
}

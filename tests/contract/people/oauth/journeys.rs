//! What goes well.

use ground::fault::Kind;
use ground::who::Who;
use ground::{params, sql};
use jose::Alg;
use serde_json::{Value, json};
use tests::town::each_store_of_the_house;

use super::{BYE, REDIRECT, Scene, VERIFIER, own_keys};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

#[test]
fn a_person_signs_in_at_a_service_and_gives_what_they_agreed_to() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let code = scene.code(&service, true).await;
        let answer = scene.exchange(&service, &code).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        assert_eq!((answer.header("cache-control"), answer.text("token_type")), ("no-store", "Bearer"));
        assert_eq!(answer.body["expires_in"], 600);
        assert_eq!(answer.text("scope"), "openid profile email purpose:library");

        let claims = scene.believed(answer.text("id_token"), Alg::Es256).await;
        assert_eq!(claims["iss"], scene.town.city().facts().public_url.as_str());
        assert_eq!((claims["aud"].as_str(), claims["nonce"].as_str()), (Some(&*service.id), Some("n1")));
        assert_eq!(claims["acr"], "urn:machiya:level:mail");
        assert_eq!(claims["amr"], json!(["hwk", "user"]));
        assert_eq!(claims["auth_time"].as_i64(), Some(scene.now_ms() / 1_000));
        assert_eq!(claims["at_hash"], jose::half_digest(answer.text("access_token")));
        for personal in ["name", "email", "address"] {
            assert!(claims.get(personal).is_none(), "{personal} comes by release alone");
        }

        let info = scene.userinfo(answer.text("access_token")).await;
        assert_eq!(info.status, 200, "{:?}", info.body);
        assert_eq!(info.text("sub"), claims["sub"].as_str().unwrap());
        assert_eq!((info.text("name"), info.text("email")), ("帆待 花子", "hanako@example.jp"));
        assert_eq!(info.body["email_verified"], true);

        // It stands in the record, with the service's recipient.
        let recipient = scene.recipient.clone();
        let recorded: Vec<(String, String, String)> = scene
            .town
            .ask(move |tx| {
                tx.all(
                    sql!("select purpose, attributes, actor from people_access where city = ?1 and recipient = ?2"),
                    params![&recipient],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
            })
            .await;
        assert_eq!(recorded.len(), 1);
        assert_eq!((recorded[0].0.as_str(), recorded[0].1.as_str()), ("library", "name mail"));
    });
}

#[test]
fn withdrawing_the_consent_ends_what_tokens_can_read_at_once() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let token = tokens.text("access_token").to_owned();
        assert_eq!(scene.userinfo(&token).await.text("name"), "帆待 花子");
        // The switch on the page that the service leads to is the switch of the registry.
        scene.code(&service, false).await;
        let after = scene.userinfo(&token).await;
        assert_eq!(after.status, 200);
        assert_eq!(after.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
    });
}

#[test]
fn whoever_gives_nothing_can_still_sign_in() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, false).await).await;
        let info = scene.userinfo(tokens.text("access_token")).await;
        assert_eq!(info.body.as_object().unwrap().len(), 1, "{:?}", info.body);
    });
}

#[test]
fn a_person_has_one_name_in_each_sector_and_keeps_it() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let other = json!({
            "name": "見守り", "recipient": scene.recipient, "uses": ["sign_in"], "proof": "open",
            "redirects": ["https://care.example/cb"],
        });
        let same = json!({
            "name": "図書館の予約", "recipient": scene.recipient, "uses": ["sign_in"], "redirects": [REDIRECT],
        });
        let (first, same, other) =
            (scene.service().await, scene.service_of(with_secret(same)).await, scene.service_of(other).await);
        let mut subjects = Vec::new();
        for service in [&first, &first, &same] {
            let tokens = scene.exchange(service, &scene.code(service, true).await).await;
            subjects.push(scene.believed(tokens.text("id_token"), Alg::Es256).await["sub"].clone());
        }
        assert!(subjects.iter().all(|subject| subject == &subjects[0]));
        let mut request = scene.request(&other);
        request["redirect_uri"] = "https://care.example/cb".into();
        let code = scene.code_for(request, true).await.unwrap();
        // A public client shows nothing but the verifier.
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", other.id.as_str()),
            ("code", &code),
            ("redirect_uri", "https://care.example/cb"),
            ("code_verifier", VERIFIER),
        ];
        let tokens = scene.send("people.oauth_token", &[], &form).await;
        assert_eq!(tokens.status, 200, "{:?}", tokens.body);
        let claims = scene.believed(tokens.text("id_token"), Alg::Es256).await;
        assert_ne!(claims["sub"], subjects[0]);
        assert!(!claims["sub"].as_str().unwrap().contains(scene.resident.as_str()));
        assert!(tokens.body.get("refresh_token").is_none(), "nobody registered it for that");
    });
}

fn with_secret(mut body: Value) -> Value {
    body["proof"] = "secret".into();
    body
}

#[test]
fn refresh_tokens_are_replaced_each_time() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let first = scene.exchange(&service, &scene.code(&service, true).await).await;
        let second = scene.refresh(&service, first.text("refresh_token")).await;
        assert_eq!(second.status, 200, "{:?}", second.body);
        assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
        assert!(scene.bearer(first.text("access_token")).await.is_none(), "one takes the place of the other");
        assert!(scene.bearer(second.text("access_token")).await.is_some());
        let narrow = [
            ("grant_type", "refresh_token"),
            ("refresh_token", second.text("refresh_token")),
            ("scope", "openid"),
        ];
        let third = scene.token(&service, &narrow).await;
        assert_eq!(third.text("scope"), "openid");
        assert_eq!(scene.userinfo(third.text("access_token")).await.body.as_object().unwrap().len(), 1);
        // More than was granted is refused, and uses nothing up.
        let wide = [
            ("grant_type", "refresh_token"),
            ("refresh_token", third.text("refresh_token")),
            ("scope", "openid address"),
        ];
        assert_eq!(scene.token(&service, &wide).await.error(), (400, "invalid_scope"));
        assert_eq!(scene.refresh(&service, third.text("refresh_token")).await.status, 200);
    });
}

#[test]
fn tokens_end_with_the_session_unless_the_person_let_the_service_stay() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let bound = scene.exchange(&service, &scene.code(&service, true).await).await;
        let mut request = scene.request(&service);
        request["scope"] = "openid offline_access".into();
        let code = scene.code_for(request, true).await.unwrap();
        let staying = scene.exchange(&service, &code).await;
        scene.town.call(scene.who().await, "people.sign_out", json!({})).await.expect("signed out");
        assert!(scene.bearer(bound.text("access_token")).await.is_none());
        let refused = scene.refresh(&service, bound.text("refresh_token")).await;
        assert_eq!(refused.error(), (400, "invalid_grant"));
        assert!(scene.bearer(staying.text("access_token")).await.is_some());
        let again = scene.refresh(&service, staying.text("refresh_token")).await;
        assert_eq!(again.status, 200);
        // Ninety days after it was let in, not after it was last used.
        scene.town.clock.advance_ms(90 * DAY_MS);
        let ended = scene.refresh(&service, again.text("refresh_token")).await;
        assert_eq!(ended.error(), (400, "invalid_grant"));
    });
}

#[test]
fn a_service_comes_by_itself_for_what_it_is_registered_for() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let answer = scene.token(&service, &[("grant_type", "client_credentials")]).await;
        assert_eq!(answer.text("scope"), "purpose:library");
        assert!(answer.body.get("refresh_token").is_none() && answer.body.get("id_token").is_none());
        let who = scene.bearer(answer.text("access_token")).await.expect("known");
        assert!(who.account.is_none() && who.client.is_some() && who.has_scope("purpose:library"));
        let info = scene.userinfo(answer.text("access_token")).await;
        assert_eq!(info.status, 403, "there is no person");
        let more = [("grant_type", "client_credentials"), ("scope", "purpose:tax")];
        assert_eq!(scene.token(&service, &more).await.error(), (400, "invalid_scope"));
        scene.town.clock.advance_ms(10 * MINUTE_MS);
        assert!(scene.bearer(answer.text("access_token")).await.is_none());
    });
}

#[test]
fn a_client_that_asks_for_it_gets_rs256_and_one_with_a_key_needs_no_secret() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let mut body = scene.body();
        body["alg"] = "rs256".into();
        let service = scene.service_of(body).await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        assert_eq!(tokens.status, 200, "{:?}", tokens.body);
        let claims = scene.believed(tokens.text("id_token"), Alg::Rs256).await;
        assert_eq!(claims["aud"], service.id.as_str());

        let mut body = scene.body();
        body["proof"] = "key".into();
        body["keys"] = own_keys().into();
        let service = scene.service_of(body).await;
        let url = scene.town.city().url("/oauth/token");
        let shown = super::statement(&service, &url, "1", scene.now_ms() / 1_000 + 60);
        let shown = super::own_key().sign("JWT", &shown).unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", shown.as_str()),
        ];
        assert_eq!(scene.send("people.oauth_token", &[], &form).await.status, 200);
    });
}

#[test]
fn tokens_are_looked_up_and_taken_back_by_those_who_hold_them() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let (service, other) = (scene.service().await, scene.service().await);
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let access = tokens.text("access_token").to_owned();
        let ask = |by: &super::Service, token: &str| {
            let (headers, token) = ([Scene::basic(by)], token.to_owned());
            let scene = &scene;
            async move { scene.send("people.oauth_introspect", &headers, &[("token", &token)]).await }
        };
        let state = ask(&service, &access).await;
        assert_eq!((state.body["active"].as_bool(), state.text("client_id")), (Some(true), &*service.id));
        assert!(state.text("scope").contains("purpose:library") && !state.text("sub").is_empty());
        assert_eq!(ask(&service, tokens.text("refresh_token")).await.body["active"], true);
        assert_eq!(ask(&other, &access).await.body, json!({"active": false}));
        assert_eq!(ask(&service, "unknown").await.body, json!({"active": false}));

        // Another's request is heard and does nothing.
        let foreign = scene.send("people.oauth_revoke", &[Scene::basic(&other)], &[("token", &access)]).await;
        assert_eq!(foreign.status, 200);
        assert!(scene.bearer(&access).await.is_some());
        let epoch = scene.town.house.session_epoch();
        let own = [("token", tokens.text("refresh_token"))];
        let revoked = scene.send("people.oauth_revoke", &[Scene::basic(&service)], &own).await;
        assert_eq!(revoked.status, 200);
        assert!(scene.town.house.session_epoch() > epoch, "whoever remembers tokens is told to forget them");
        assert!(scene.bearer(&access).await.is_none(), "with the refresh token goes what came of it");
        assert_eq!(ask(&service, &access).await.body, json!({"active": false}));
    });
}

#[test]
fn people_see_their_services_and_disconnect_them() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let listed = scene.town.call(scene.who().await, "people.services", json!({})).await.unwrap();
        assert_eq!(listed["rows"][0]["client"], service.id.as_str());
        let input = json!({"client": service.id});
        scene.town.call(scene.who().await, "people.disconnect", input.clone()).await.expect("disconnected");
        assert!(scene.bearer(tokens.text("access_token")).await.is_none());
        assert_eq!(
            scene.refresh(&service, tokens.text("refresh_token")).await.error(),
            (400, "invalid_grant")
        );
        let again = scene.town.call(scene.who().await, "people.disconnect", input).await.unwrap_err();
        assert_eq!(again.kind(), Kind::Missing);
    });
}

#[test]
fn the_page_asks_once_and_sends_people_on_afterwards() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let path = format!("/oauth/authorize?{}", scene.query(&scene.request(&service)));
        let asked = scene.open(scene.who().await, &path, None).await;
        assert_eq!(asked.status, 200);
        let page = asked.body.as_str().unwrap();
        assert!(page.contains("図書館の利用") && page.contains("purpose-library"));
        let policy = asked.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(policy.contains("form-action 'self' https://library.example;"), "{policy}");

        let query = scene.query(&scene.request(&service));
        // Without a decision nobody goes on.
        let undecided = scene.open(scene.who().await, "/oauth/consent", Some(&[("request", &query)])).await;
        assert_eq!(undecided.status, 422);
        let form = [("request", query.as_str()), ("purpose-library", "given"), ("version-library", "1")];
        let sent = scene.open(scene.who().await, "/oauth/consent", Some(&form)).await;
        assert_eq!(sent.status, 303);
        let to = sent.header("location").to_owned();
        assert!(to.starts_with("https://library.example/callback?code="), "{to}");
        assert!(to.contains("&state=st&iss="), "{to}");
        assert_eq!(sent.header("referrer-policy"), "no-referrer");
        let code = to.split("code=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
        assert_eq!(scene.exchange(&service, code).await.status, 200);

        // The second time there is nothing to ask; and whoever comes from a form of ours is led by a page.
        let silent = scene.open(scene.who().await, &format!("{path}&prompt=none"), None).await;
        assert_eq!(silent.status, 303);
        assert!(silent.header("location").contains("code="));
        let by_form = scene.open(scene.who().await, &format!("{path}&_after=1"), None).await;
        assert_eq!(by_form.status, 200);
        assert!(by_form.header("refresh").starts_with("0;url=https://library.example/callback?code="));
        let again = scene.open(scene.who().await, &format!("{path}&prompt=consent"), None).await;
        assert_eq!(again.status, 200);
        assert!(again.header("refresh").is_empty());
    });
}

#[test]
fn people_who_are_not_signed_in_or_not_known_well_enough_are_led_there() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let mut body = scene.body();
        body["level"] = "counter".into();
        let (service, strict) = (scene.service().await, scene.service_of(body).await);
        let path = |service: &super::Service, more: &str| {
            format!("/oauth/authorize?{}{more}", scene.query(&scene.request(service)))
        };
        let out = scene.open(Who::anyone(), &path(&service, ""), None).await;
        assert!(out.header("location").starts_with("/sign-in?back=/oauth/authorize%3F"), "{out:?}");
        let expected = scene.open(Who::anyone(), &path(&service, "&login_hint=a@example.jp"), None).await;
        assert!(expected.header("location").ends_with("&hint=a%40example.jp"));
        let silent = scene.open(Who::anyone(), &path(&service, "&prompt=none"), None).await;
        let to = silent.header("location");
        assert!(to.starts_with(REDIRECT) && to.contains("error=login_required") && to.contains("state=st"));
        let asked = scene.open(scene.who().await, &path(&service, "&prompt=none"), None).await;
        assert!(asked.header("location").contains("error=consent_required"));

        scene.town.clock.advance_ms(10 * MINUTE_MS);
        for more in ["&prompt=login", "&max_age=300"] {
            let anew = scene.open(scene.who().await, &path(&service, more), None).await;
            assert!(anew.header("location").starts_with("/sign-in?back="), "{more}");
            let later = format!("{}&_after={}", path(&service, more), scene.now_ms() - 20 * MINUTE_MS);
            assert_eq!(scene.open(scene.who().await, &later, None).await.status, 200, "{more}");
        }
        let weak = scene.open(scene.who().await, &path(&strict, ""), None).await;
        assert!(weak.header("location").starts_with("/my/identity?need=counter&back="));
        let refused = scene.code_for(scene.request(&strict), true).await.unwrap_err();
        assert_eq!(refused.code(), "level");
        let wished = scene
            .open(scene.who().await, &path(&service, "&acr_values=urn:machiya:level:national"), None)
            .await;
        assert!(wished.body.as_str().unwrap().contains("_as_is=1"));
    });
}

#[test]
fn signing_out_is_asked_and_leads_back_only_where_it_may() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let (service, other) = (scene.service().await, scene.service().await);
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let hint = tokens.text("id_token").to_owned();
        let ask = |client: &str, hint: &str, to: &str| {
            let input = json!({"client_id": client, "id_token_hint": hint, "post_logout_redirect_uri": to});
            let scene = &scene;
            async move { scene.town.call(scene.who().await, "people.logout_target", input).await.unwrap() }
        };
        let known = ask("", &hint, BYE).await;
        assert_eq!((known["redirect"].as_str(), known["same_person"].as_bool()), (Some(BYE), Some(true)));
        assert_eq!(ask(&service.id, "", BYE).await["redirect"], BYE);
        assert_eq!(ask("", &hint, "https://evil.example/").await["redirect"], Value::Null);
        assert_eq!(ask(&other.id, &hint, BYE).await["redirect"], Value::Null, "another's token");
        assert_eq!(ask("", "a.b.c", BYE).await["redirect"], Value::Null);
        assert_eq!(ask("", "", BYE).await["redirect"], Value::Null);

        let path = format!("/oauth/logout?id_token_hint={hint}&post_logout_redirect_uri={BYE}&state=x");
        let page = scene.open(scene.who().await, &path, None).await;
        assert_eq!(page.status, 200, "nobody is signed out by a link");
        assert!(page.header("content-security-policy").contains("https://library.example;"));
        let form = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE), ("state", "x")];
        let done = scene.open(scene.who().await, "/oauth/logout/confirm", Some(&form)).await;
        assert_eq!(done.header("location"), "https://library.example/bye?state=x");
        assert!(super::super::who(&scene.town, super::SESSION).await.is_none());
    });
}

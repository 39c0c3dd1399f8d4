//! Services are registered by two, and closed by one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ground::fault::Kind;
use ground::who::{Role, Who};
use ground::{params, seal, sql};
use serde_json::{Value, json};
use tests::town::{each_store_of_the_house, person};

use super::{Scene, approver, proposer};
use crate::contract::{Worker, until};

const DAY_MS: i64 = 24 * 3_600_000;

#[test]
fn whoever_proposes_a_service_does_not_approve_it() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let propose = |who: Who, input: Value| scene.town.call(who, "people.propose_client", input);
        let view = propose(proposer(), json!({"client": scene.body()})).await.expect("proposed");
        let id = view["client"]["id"].clone();
        assert_eq!(view["client"]["state"], "proposed");
        let approve = |who: Who, rev: Value| {
            scene.town.call(who, "people.approve_client", json!({"id": id, "rev": rev}))
        };
        let own = approve(proposer(), view["rev"].clone()).await.unwrap_err();
        assert_eq!((own.kind(), own.code()), (Kind::Refused, "people-own-proposal"));
        // Before approval it is nobody: no sign-in, no secret.
        let service = super::Service { id: id.as_str().unwrap().to_owned(), secret: "x".to_owned() };
        assert!(scene.code_for(scene.request(&service), true).await.is_err());
        let secret = json!({"id": id, "secret_digest": seal::token_digest("x")});
        let fault = scene.town.call(approver(), "people.set_client_secret", secret).await.unwrap_err();
        assert_eq!(fault.code(), "people-client-has-no-secret");

        // What was put in its place in between is not what was looked at.
        let mut other = scene.body();
        other["redirects"] = json!(["https://other.example/cb"]);
        let changed =
            propose(proposer(), json!({"id": id, "client": other, "rev": view["rev"]})).await.unwrap();
        assert_eq!(approve(approver(), view["rev"].clone()).await.unwrap_err().kind(), Kind::Outdated);
        let open = approve(approver(), changed["rev"].clone()).await.expect("approved");
        assert_eq!(open["client"]["state"], "open");
        assert_eq!(open["client"]["redirects"], json!(["https://other.example/cb"]));
        assert_eq!(open["purposes"], json!(["library"]));
        assert_eq!(open["client"]["sector"], "other.example");
    });
}

#[test]
fn a_change_waits_for_the_second_person_and_leaves_what_stands() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let view = scene.town.call(proposer(), "people.client", json!({"id": service.id})).await.unwrap();
        let mut wider = scene.body();
        wider["redirects"] = json!(["https://library.example/callback", "https://library.example/new"]);
        let input = json!({"id": service.id, "client": wider, "rev": view["rev"]});
        let waits = scene.town.call(proposer(), "people.propose_client", input).await.unwrap();
        assert_eq!(waits["client"]["redirects"].as_array().unwrap().len(), 1);
        let mut request = scene.request(&service);
        request["redirect_uri"] = "https://library.example/new".into();
        assert!(scene.code_for(request.clone(), true).await.is_err());
        scene.code(&service, true).await;
        let refused = json!({"id": service.id, "rev": waits["rev"]});
        scene.town.call(approver(), "people.refuse_client", refused.clone()).await.expect("refused");
        let gone = scene.town.call(approver(), "people.approve_client", refused).await.unwrap_err();
        assert_eq!(gone.kind(), Kind::Outdated);
        assert!(scene.code_for(request, true).await.is_err());
        scene.code(&service, true).await;
    });
}

#[test]
fn what_is_proposed_must_make_sense() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let wrong = |change: fn(&mut Value)| {
            let mut body = scene.body();
            change(&mut body);
            let call = scene.town.call(proposer(), "people.propose_client", json!({"client": body}));
            async move {
                let fault = call.await.unwrap_err();
                fault
                    .fields()
                    .first()
                    .map(|field| (field.path.clone(), field.word.clone()))
                    .unwrap_or_default()
            }
        };
        let is = |field: &str, word: &str| (field.to_owned(), word.to_owned());
        assert_eq!(
            wrong(|body| body["redirects"] = json!(["http://library.example/cb"])).await,
            is("client.redirects[0]", "field-people-redirect")
        );
        assert_eq!(
            wrong(|body| body["redirects"] = json!(["https://a.example/cb", "https://b.example/cb"])).await,
            is("client.redirects", "field-people-one-host")
        );
        assert_eq!(
            wrong(|body| body["redirects"] = json!([])).await,
            is("client.redirects", "field-required")
        );
        assert_eq!(wrong(|body| body["uses"] = json!([])).await, is("client.uses", "field-required"));
        assert_eq!(
            wrong(|body| body["proof"] = "open".into()).await,
            is("client.uses", "field-people-open-service")
        );
        assert_eq!(wrong(|body| body["proof"] = "key".into()).await, is("client.keys", "field-required"));
        assert_eq!(
            wrong(|body| body["purposes"] = json!(["tax"])).await,
            is("client.purposes[0]", "field-people-purpose-of-another")
        );
        assert_eq!(
            wrong(|body| body["recipient"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV".into()).await.0,
            "client.recipient"
        );
    });
}

#[test]
fn a_closed_service_is_out_at_once() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let code = scene.code(&service, true).await;
        scene.town.call(proposer(), "people.close_client", json!({"id": service.id})).await.expect("closed");
        assert!(scene.bearer(tokens.text("access_token")).await.is_none());
        assert_eq!(scene.exchange(&service, &code).await.error(), (401, "invalid_client"));
        assert!(scene.code_for(scene.request(&service), true).await.is_err());
        // Opened again by two, its old secret and tokens stay worth nothing.
        let view = scene.town.call(proposer(), "people.client", json!({"id": service.id})).await.unwrap();
        let input = json!({"id": service.id, "client": scene.body(), "rev": view["rev"]});
        let view = scene.town.call(proposer(), "people.propose_client", input).await.unwrap();
        let input = json!({"id": service.id, "rev": view["rev"]});
        scene.town.call(approver(), "people.approve_client", input).await.expect("opened");
        assert_eq!(scene.exchange(&service, &code).await.error(), (401, "invalid_client"));
        assert!(scene.bearer(tokens.text("access_token")).await.is_none());
    });
}

#[test]
fn secrets_change_over_in_a_week_or_at_once() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let second = super::Service { secret: "second".to_owned(), ..service.clone() };
        let third = super::Service { secret: "third".to_owned(), ..service.clone() };
        let set = |secret: &str, at_once: bool| {
            let input =
                json!({"id": service.id, "secret_digest": seal::token_digest(secret), "at_once": at_once});
            scene.town.call(approver(), "people.set_client_secret", input)
        };
        let works = |by: &super::Service| {
            let (by, scene) = (by.clone(), &scene);
            async move { scene.token(&by, &[("grant_type", "client_credentials")]).await.status == 200 }
        };
        set("second", false).await.expect("set");
        assert!(works(&service).await && works(&second).await);
        scene.town.clock.advance_ms(7 * DAY_MS);
        assert!(!works(&service).await && works(&second).await);
        set("third", true).await.expect("set");
        assert!(!works(&second).await && works(&third).await);
    });
}

#[test]
fn uses_are_counted_and_only_staff_see_services() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        scene.userinfo(tokens.text("access_token")).await;
        scene.userinfo(tokens.text("access_token")).await;
        let auditor = person(6_203, &[Role::Staff, Role::Auditor]);
        let view = scene.town.call(auditor, "people.client", json!({"id": service.id})).await.unwrap();
        assert_eq!(view["client"]["used_ms"], scene.now_ms());
        let used: Vec<(String, i64)> = serde_json::from_value::<Vec<Value>>(view["used"].clone())
            .unwrap()
            .into_iter()
            .map(|one| (one["kind"].as_str().unwrap().to_owned(), one["count"].as_i64().unwrap()))
            .collect();
        assert_eq!(used, [("sign_in".to_owned(), 1), ("userinfo".to_owned(), 2)]);
        assert!(view.to_string().find(&seal::token_digest(&service.secret)).is_none(), "not even the digest");
        let fault =
            scene.town.call(scene.who().await, "people.client", json!({"id": service.id})).await.unwrap_err();
        assert_eq!(fault.kind(), Kind::Refused);
    });
}

#[test]
fn the_next_key_is_shown_before_it_signs_and_the_last_one_stays_for_a_while() {
    each_store_of_the_house(|town| async move {
        let scene = Scene::set(town).await;
        let service = scene.service().await;
        let tokens = scene.exchange(&service, &scene.code(&service, true).await).await;
        let kid = |token: &str| jose_head(token)["kid"].as_str().unwrap().to_owned();
        let first = kid(tokens.text("id_token"));
        let worker = Worker::start(&scene.town, scene.town.city(), "keys");
        let count = || {
            scene.town.ask(|tx| {
                tx.one(sql!("select count(*) from people_key where city = ?1"), params![], |row| {
                    row.get::<i64>(0)
                })
            })
        };
        scene.town.call(approver(), "people.rotate_keys", json!({})).await.expect("asked");
        until("the second key is there", || async { count().await == 2 }).await;
        let names = |keys: &jose::Jwks| -> Vec<String> {
            keys.keys.iter().filter_map(|key| key.kid().map(str::to_owned)).collect()
        };
        let shown = names(&scene.keys().await);
        assert_eq!((shown.len(), shown[0].as_str()), (2, first.as_str()));
        let still = scene.exchange(&service, &scene.code(&service, true).await).await;
        assert_eq!(kid(still.text("id_token")), first, "shown, and not yet used");
        scene.town.clock.advance_ms(DAY_MS);
        let now = scene.exchange(&service, &scene.code(&service, true).await).await;
        assert_eq!(kid(now.text("id_token")), shown[1]);
        assert_eq!(names(&scene.keys().await).len(), 2, "what the first one signed can still be checked");
        // A key that got out is gone at once.
        scene.town.call(approver(), "people.rotate_keys", json!({"at_once": true})).await.expect("asked");
        until("the third key is there", || async { count().await == 3 }).await;
        let shown = names(&scene.keys().await);
        assert!(shown.len() <= 2 && !shown.contains(&kid(now.text("id_token"))), "{shown:?}");
        worker.stop().await;
    });
}

fn jose_head(token: &str) -> Value {
    let head = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap()
}

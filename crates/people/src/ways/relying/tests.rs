//! ID tokens, tried with everything that must not pass.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jose::PrivateKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::model::Alg;
use super::token::{Claims, Expected, Keys, Wrong, judge};

const NOW_S: i64 = 1_775_001_600;
const SECRET: &[u8] = b"a channel's secret of some length";

fn key() -> PrivateKey {
    PrivateKey::es256(&[7; 32]).unwrap()
}

fn keys() -> Keys {
    Keys::read(json!({"keys": [key().jwk()]}).to_string().as_bytes()).unwrap()
}

fn good() -> Value {
    json!({"iss": "https://id.example", "aud": "us", "sub": "248289", "exp": NOW_S + 300, "iat": NOW_S - 5,
           "nonce": "n-0S6"})
}

fn expected(algs: &[Alg]) -> Expected<'_> {
    Expected {
        issuer: "https://id.example",
        client_id: "us",
        nonce: "n-0S6",
        algs,
        access_token: Some("SlAV32hkKG"),
        now_ms: NOW_S * 1_000,
    }
}

fn signed(claims: &Value) -> String {
    key().sign("JWT", claims).unwrap()
}

fn by_hand(head: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", BASE64.encode(head.to_string()), BASE64.encode(claims.to_string()));
    format!("{message}.{}", BASE64.encode(sign(message.as_bytes())))
}

fn mac(secret: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    move |message| ring::hmac::sign(&key, message).as_ref().to_vec()
}

fn judged(token: &str, algs: &[Alg], secret: Option<&[u8]>) -> Result<Claims, Wrong> {
    judge(token, &expected(algs), &keys(), secret)
}

fn with(change: impl Fn(&mut Value)) -> Result<Claims, Wrong> {
    let mut claims = good();
    change(&mut claims);
    judged(&signed(&claims), &[Alg::Es256], None)
}

#[test]
fn a_good_token_is_taken() {
    assert_eq!(with(|_| {}).unwrap()["sub"], "248289");
    assert!(with(|claims| claims["aud"] = json!(["us"])).is_ok());
    assert!(
        with(|claims| {
            claims["aud"] = json!(["us", "them"]);
            claims["azp"] = json!("us")
        })
        .is_ok()
    );
    // The example of OpenID Connect Core A.3 has this access token's digest.
    assert!(with(|claims| claims["at_hash"] = json!(at_hash("SlAV32hkKG"))).is_ok());
    assert!(with(|claims| claims["address"] = json!("北町1-2-3")).is_ok(), "an address may be a plain text");
}

fn at_hash(token: &str) -> String {
    let whole = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
    BASE64.encode(&whole.as_ref()[..16])
}

#[test]
fn every_claim_that_does_not_fit_is_refused_by_its_name() {
    type Change = fn(&mut Value);
    let cases: [(Change, Wrong); 21] = [
        (|claims| claims["iss"] = json!("https://id.example/"), Wrong::Issuer),
        (|claims| claims["iss"] = json!(["https://id.example"]), Wrong::Issuer),
        (
            |claims| {
                claims.as_object_mut().unwrap().remove("iss");
            },
            Wrong::Issuer,
        ),
        (|claims| claims["aud"] = json!("them"), Wrong::Audience),
        (|claims| claims["aud"] = json!([]), Wrong::Audience),
        (|claims| claims["aud"] = json!(["us", "them"]), Wrong::Audience),
        (|claims| claims["azp"] = json!("them"), Wrong::Audience),
        (|claims| claims["exp"] = json!(NOW_S - 60), Wrong::Expired),
        (
            |claims| {
                claims.as_object_mut().unwrap().remove("exp");
            },
            Wrong::Expired,
        ),
        (|claims| claims["exp"] = json!("never"), Wrong::Expired),
        (|claims| claims["iat"] = json!(NOW_S + 61), Wrong::Early),
        (
            |claims| {
                claims.as_object_mut().unwrap().remove("iat");
            },
            Wrong::Early,
        ),
        (|claims| claims["nbf"] = json!(NOW_S + 61), Wrong::Early),
        (|claims| claims["iat"] = json!(NOW_S - 3_601), Wrong::Expired),
        (|claims| claims["nonce"] = json!("another"), Wrong::Nonce),
        (
            |claims| {
                claims.as_object_mut().unwrap().remove("nonce");
            },
            Wrong::Nonce,
        ),
        (|claims| claims["at_hash"] = json!(at_hash("another")), Wrong::AccessToken),
        (|claims| claims["at_hash"] = json!(7), Wrong::AccessToken),
        (|claims| claims["sub"] = json!(""), Wrong::Subject),
        (|claims| claims["sub"] = json!("x".repeat(256)), Wrong::Subject),
        (|claims| claims["sub"] = json!("a\u{0}b"), Wrong::Subject),
    ];
    for (nth, (change, wrong)) in cases.into_iter().enumerate() {
        assert_eq!(with(change), Err(wrong), "case {nth}");
    }
}

#[test]
fn clocks_may_differ_by_a_minute() {
    assert!(with(|claims| claims["exp"] = json!(NOW_S - 59)).is_ok());
    assert!(with(|claims| claims["iat"] = json!(NOW_S + 60)).is_ok());
}

#[test]
fn a_token_without_a_signature_is_none() {
    for alg in ["none", "None", "NONE", ""] {
        let token = by_hand(&json!({"alg": alg}), &good(), |_| Vec::new());
        assert_eq!(judged(&token, &Alg::ALL, Some(SECRET)), Err(Wrong::Algorithm), "{alg}");
    }
    let token = signed(&good());
    let bare = token.rsplit_once('.').unwrap().0;
    assert_eq!(judged(&format!("{bare}."), &[Alg::Es256], None), Err(Wrong::Signature));
    assert_eq!(judged(bare, &[Alg::Es256], None), Err(Wrong::Unreadable));
}

#[test]
fn a_public_key_is_never_taken_for_a_shared_secret() {
    // The attack: what everybody can read of the key, used as the secret of a token that says HS256.
    let public = serde_json::to_vec(key().jwk()).unwrap();
    for material in [public.as_slice(), key().kid().as_bytes(), b""] {
        let token = by_hand(&json!({"alg": "HS256", "kid": key().kid()}), &good(), mac(material));
        assert_eq!(judged(&token, &[Alg::Es256], None), Err(Wrong::Algorithm));
        assert_eq!(judged(&token, &[Alg::Es256, Alg::Hs256], None), Err(Wrong::Algorithm));
        assert_eq!(judged(&token, &[Alg::Es256, Alg::Hs256], Some(SECRET)), Err(Wrong::Signature));
    }
    // A list of keys that holds a secret one changes nothing.
    let set = json!({"keys": [{"kty": "oct", "k": BASE64.encode(b"known to all"), "alg": "HS256"}]});
    let planted = Keys::read(set.to_string().as_bytes()).unwrap();
    assert!(planted.is_empty());
    let token = by_hand(&json!({"alg": "HS256"}), &good(), mac(b"known to all"));
    assert!(judge(&token, &expected(&[Alg::Hs256]), &planted, None).is_err());
}

#[test]
fn a_shared_secret_signs_where_the_provider_is_set_up_so() {
    let token = by_hand(&json!({"alg": "HS256"}), &good(), mac(SECRET));
    assert!(judged(&token, &[Alg::Hs256], Some(SECRET)).is_ok());
    assert_eq!(judged(&token, &[Alg::Es256], Some(SECRET)), Err(Wrong::Algorithm));
    assert_eq!(judged(&token, &[Alg::Hs256], Some(b"another")), Err(Wrong::Signature));
}

#[test]
fn the_key_is_the_one_that_the_token_names_and_of_its_kind() {
    let token = signed(&good());
    let other = PrivateKey::es256(&[8; 32]).unwrap();
    let of_other = Keys::read(json!({"keys": [other.jwk()]}).to_string().as_bytes()).unwrap();
    assert_eq!(judge(&token, &expected(&[Alg::Es256]), &of_other, None), Err(Wrong::UnknownKey));
    // Under the right name, and another key.
    let mut jwk = serde_json::to_value(other.jwk()).unwrap();
    jwk["kid"] = json!(key().kid());
    let disguised = Keys::read(json!({"keys": [jwk.clone()]}).to_string().as_bytes()).unwrap();
    assert_eq!(judge(&token, &expected(&[Alg::Es256]), &disguised, None), Err(Wrong::Signature));
    // For something else than signing.
    let mut jwk = serde_json::to_value(key().jwk()).unwrap();
    jwk["use"] = json!("enc");
    let sealing = Keys::read(json!({"keys": [jwk]}).to_string().as_bytes()).unwrap();
    assert_eq!(judge(&token, &expected(&[Alg::Es256]), &sealing, None), Err(Wrong::UnknownKey));
    assert_eq!(judged(&token, &[Alg::Rs256], None), Err(Wrong::Algorithm));
}

#[test]
fn what_a_token_demands_and_nobody_understands_is_refused() {
    let head = json!({"alg": "HS256", "crit": ["exp"]});
    assert_eq!(
        judged(&by_hand(&head, &good(), mac(SECRET)), &[Alg::Hs256], Some(SECRET)),
        Err(Wrong::Algorithm)
    );
}

#[test]
fn odd_keys_do_not_spoil_the_others() {
    let set = json!({"keys": [{"kty": "new"}, {"kty": "RSA"}, 7, null, key().jwk()]});
    let keys = Keys::read(set.to_string().as_bytes()).unwrap();
    assert!(judge(&signed(&good()), &expected(&[Alg::Es256]), &keys, None).is_ok());
    assert!(Keys::read(b"[]").is_none() && Keys::read(b"").is_none());
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_crash(token in "[A-Za-z0-9_.-]{0,120}|\\PC{0,80}") {
        prop_assert!(judged(&token, &Alg::ALL, Some(SECRET)).is_err());
    }

    #[test]
    fn any_keys_are_read_without_a_crash(body in prop::collection::vec(any::<u8>(), 0..120), n in "[A-Za-z0-9_=-]{0,20}") {
        let _ = Keys::read(&body);
        let set = json!({"keys": [{"kty": "RSA", "n": n, "e": n}, {"kty": "EC", "crv": "P-256", "x": n, "y": n}]});
        let keys = Keys::read(set.to_string().as_bytes()).unwrap();
        prop_assert!(judge(&signed(&good()), &expected(&Alg::ALL), &keys, None).is_err());
    }

    #[test]
    fn one_changed_character_spoils_a_token(at in any::<prop::sample::Index>(), by in "[A-Za-z0-9_-]") {
        let token = signed(&good());
        let place = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(place..=place, &by);
        // The last character of a piece may hold bits that mean nothing.
        prop_assume!(changed != token);
        let same = |token: &str| token.split('.').map(|piece| BASE64.decode(piece).ok()).collect::<Vec<_>>();
        prop_assume!(same(&changed) != same(&token));
        prop_assert!(judged(&changed, &[Alg::Es256], None).is_err());
    }
}

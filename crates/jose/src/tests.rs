use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn ec(seed: u8) -> PrivateKey {
    PrivateKey::es256(&[seed; 32]).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "what is drawn never shows")]
fn blinding() -> ring::rand::SystemRandom {
    ring::rand::SystemRandom::new()
}

/// Made once: it takes a while.
fn rsa() -> &'static PrivateKey {
    static KEY: std::sync::OnceLock<PrivateKey> = std::sync::OnceLock::new();
    KEY.get_or_init(|| PrivateKey::rs256(&PrivateKey::make_rsa(&[7; 32]).unwrap(), blinding()).unwrap())
}

fn public(key: &PrivateKey) -> PublicKey {
    key.jwk().key().unwrap()
}

fn claims() -> Value {
    json!({"iss": "https://city.example", "aud": "library", "sub": "x", "exp": 1_000, "iat": 900})
}

fn with_head(token: &str, head: &Value) -> String {
    let rest = token.split_once('.').unwrap().1;
    format!("{}.{rest}", encode(head.to_string().as_bytes()))
}

#[test]
fn what_was_signed_is_read_again() {
    for key in [&ec(1), rsa()] {
        let token = key.sign("JWT", &claims()).unwrap();
        let read: Token<Value> = verify(&token, &[public(key)], key.alg()).unwrap();
        assert_eq!(read.claims, claims());
        assert_eq!((read.head.kid.as_deref(), read.head.typ.as_deref()), (Some(key.kid()), Some("JWT")));
    }
}

#[test]
fn the_same_drawn_bytes_make_the_same_key() {
    assert_eq!(ec(1).kid(), ec(1).kid());
    assert_ne!(ec(1).kid(), ec(2).kid());
    assert!(PrivateKey::es256(&[0; 32]).is_err() && PrivateKey::es256(&[1; 31]).is_err());
    assert!(PrivateKey::make_rsa(&[1; 31]).is_err());
    let again = PrivateKey::rs256(&PrivateKey::make_rsa(&[7; 32]).unwrap(), blinding()).unwrap();
    assert_eq!(again.kid(), rsa().kid());
}

#[test]
fn thumbprints_are_those_of_the_standard() {
    // The example of RFC 7638, section 3.1.
    let text = r#"{"keys":[{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}"#;
    let keys = Jwks::read(text).unwrap();
    assert_eq!(keys.keys[0].thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(keys.usable().len(), 1);
}

#[test]
fn a_signature_of_the_standard_holds() {
    // RFC 7515, appendix A.3.
    let keys = Jwks::read(
        r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#,
    )
    .unwrap()
    .usable();
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert_eq!(verify::<Value>(token, &keys, Alg::Es256).unwrap().claims["iss"], "joe");
    assert_eq!(verify::<Value>(token, &keys, Alg::Rs256).unwrap_err(), Wrong::Algorithm);
}

#[test]
fn the_algorithm_is_never_the_token_s_choice() {
    let (es, rs) = (ec(1), rsa());
    let token = es.sign("JWT", &claims()).unwrap();
    let both = [public(&es), public(rs)];
    // Asked for the other algorithm, or claiming it, or none, or a secret shared by everybody who knows the public key.
    assert_eq!(verify::<Value>(&token, &both, Alg::Rs256).unwrap_err(), Wrong::Algorithm);
    for alg in ["RS256", "none", "None", "HS256", "ES384", ""] {
        let forged = with_head(&token, &json!({"alg": alg, "kid": es.kid()}));
        assert_eq!(verify::<Value>(&forged, &both, Alg::Es256).unwrap_err(), Wrong::Algorithm, "{alg}");
        assert!(verify::<Value>(&forged, &both, Alg::Rs256).is_err(), "{alg}");
    }
    let unsigned = format!("{}.{}.", encode(br#"{"alg":"none"}"#), encode(claims().to_string().as_bytes()));
    assert_eq!(verify::<Value>(&unsigned, &both, Alg::Es256).unwrap_err(), Wrong::Algorithm);
    let empty = format!("{}.{}.", encode(br#"{"alg":"ES256"}"#), encode(claims().to_string().as_bytes()));
    assert_eq!(verify::<Value>(&empty, &both, Alg::Es256).unwrap_err(), Wrong::Signature);
}

#[test]
fn keys_that_a_token_brings_along_are_not_believed() {
    let (ours, theirs) = (ec(1), ec(2));
    let token = theirs.sign("JWT", &claims()).unwrap();
    assert_eq!(verify::<Value>(&token, &[public(&ours)], Alg::Es256).unwrap_err(), Wrong::Key);
    let jwk = serde_json::to_value(theirs.jwk()).unwrap();
    let forged = with_head(&token, &json!({"alg": "ES256", "jwk": jwk, "kid": ours.kid()}));
    assert_eq!(verify::<Value>(&forged, &[public(&ours)], Alg::Es256).unwrap_err(), Wrong::Signature);
    let critical = with_head(&token, &json!({"alg": "ES256", "crit": ["b64"], "b64": false}));
    assert_eq!(verify::<Value>(&critical, &[public(&theirs)], Alg::Es256).unwrap_err(), Wrong::Form);
}

#[test]
fn private_halves_and_weak_keys_are_refused() {
    let private = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}]}"#;
    assert_eq!(Jwks::read(private).unwrap_err(), Wrong::Key);
    let usable = |key: Value| Jwks::read(&json!({"keys": [key]}).to_string()).unwrap().usable().len();
    let x = encode(&[1; 32]);
    assert_eq!(usable(json!({"kty": "EC", "crv": "P-256", "x": x, "y": x})), 0, "not on the curve");
    assert_eq!(usable(json!({"kty": "EC", "crv": "P-384", "x": x, "y": x})), 0);
    assert_eq!(usable(json!({"kty": "RSA", "n": encode(&[0xff; 128]), "e": "AQAB"})), 0, "1024 bits");
    assert_eq!(usable(json!({"kty": "RSA", "n": encode(&[0xff; 256]), "e": encode(&[1])})), 0);
    assert_eq!(usable(json!({"kty": "RSA", "n": encode(&[0xff; 256]), "e": encode(&[1, 0, 0])})), 0, "even");
    assert_eq!(usable(json!({"kty": "OKP", "crv": "Ed25519", "x": x})), 0, "unknown kinds are passed over");
    let mut for_encryption = serde_json::to_value(rsa().jwk()).unwrap();
    for_encryption["use"] = "enc".into();
    assert_eq!(usable(for_encryption), 0);
    let out = serde_json::to_string(&Jwks { keys: vec![ec(1).jwk().clone(), rsa().jwk().clone()] }).unwrap();
    assert!(!out.contains("\"d\""));
    assert_eq!(Jwks::read(&out).unwrap().usable().len(), 2);
}

#[test]
fn claims_are_for_us_from_them_and_now() {
    let expected = Expected {
        issuer: "https://city.example",
        audiences: &["library"],
        now_s: 950,
        leeway_s: 10,
        life_s_max: 300,
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        expected.check(&claims)
    };
    assert_eq!(expected.check(&claims()), Ok(()));
    assert_eq!(with("iss", "https://city.example/".into()), Err(Wrong::Issuer));
    assert_eq!(with("aud", json!(["other", "library"])), Ok(()));
    assert_eq!(with("aud", json!(["other"])), Err(Wrong::Audience));
    assert_eq!(with("aud", json!(7)), Err(Wrong::Audience));
    for (name, value) in [
        ("exp", json!(940)),
        ("exp", json!("1000")),
        ("exp", json!(5_000)),
        ("exp", json!(null)),
        ("nbf", json!(961)),
        ("iat", json!(961)),
        ("exp", json!(1e300)),
    ] {
        assert_eq!(with(name, value.clone()), Err(Wrong::Time), "{name} {value}");
    }
    assert_eq!(with("exp", json!(1000.5)), Ok(()));
    let mut endless = claims();
    endless.as_object_mut().unwrap().remove("exp");
    assert_eq!(expected.check(&endless), Err(Wrong::Time));
}

#[test]
fn half_digests_are_those_of_the_standard() {
    // OpenID Connect Core 1.0, appendix A.3.
    assert_eq!(half_digest("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_crash(token in "\\PC{0,120}|[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,90}") {
        let keys = [public(&ec(1)), public(rsa())];
        prop_assert!(verify::<Value>(&token, &keys, Alg::Es256).is_err());
        prop_assert!(verify::<Value>(&token, &keys, Alg::Rs256).is_err());
        let _ = Jwks::read(&token);
    }

    #[test]
    fn any_head_is_read_without_a_crash(head in "\\{\"alg\":\"(ES256|RS256|none)\"(,\"(kid|typ|crit)\":(\"x\"|null|\\[\\]))?\\}") {
        let token = with_head(&ec(1).sign("JWT", &claims()).unwrap(), &serde_json::from_str(&head).unwrap());
        prop_assert!(verify::<Value>(&token, &[public(&ec(1))], Alg::Es256).is_err(), "the head is signed, too");
    }

    #[test]
    fn one_changed_byte_breaks_a_token(at in any::<prop::sample::Index>(), by in 1u8..64) {
        let token = ec(1).sign("JWT", &claims()).unwrap();
        let mut changed = token.clone().into_bytes();
        let place = at.index(changed.len());
        changed[place] = b'A' + (changed[place] ^ by) % 26;
        let changed = String::from_utf8(changed).unwrap();
        prop_assume!(changed != token);
        prop_assert!(verify::<Value>(&changed, &[public(&ec(1))], Alg::Es256).is_err());
    }

    #[test]
    fn any_key_set_is_read_without_a_crash(
        kty in "EC|RSA|oct|x", crv in "P-256|P-384", x in "[A-Za-z0-9_-]{0,50}", y in "[A-Za-z0-9_-]{0,50}",
    ) {
        let text = json!({"keys": [{"kty": kty, "crv": crv, "x": x, "y": y, "n": x, "e": y}]}).to_string();
        if let Ok(keys) = Jwks::read(&text) {
            for key in keys.usable() {
                prop_assert!(!key.holds(b"x", y.as_bytes()));
            }
        }
    }

    #[test]
    fn every_drawn_secret_signs_what_its_public_half_believes(secret in proptest::array::uniform32(1u8..)) {
        let key = PrivateKey::es256(&secret).unwrap();
        let token = key.sign("JWT", &claims()).unwrap();
        prop_assert!(verify::<Value>(&token, &[public(&key)], Alg::Es256).is_ok());
        prop_assert!(verify::<Value>(&token, &[public(&ec(1))], Alg::Es256).is_err() || key.kid() == ec(1).kid());
    }
}

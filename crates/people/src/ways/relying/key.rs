//! How the city shows a provider who it is: a name and a secret, or a statement signed with a key of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ground::cx::Cx;
use ground::fault::Fault;
use http::HeaderValue;
use jose::PrivateKey;
use serde_json::{Value, json};

/// A statement is good for one exchange.
const ASSERTION_S: i64 = 120;

/// Name and secret in a header. Both are written as in a form first (RFC 6749 §2.3.1).
pub fn basic(client_id: &str, secret: &str) -> Result<HeaderValue, Fault> {
    let written = |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let both = STANDARD.encode(format!("{}:{}", written(client_id), written(secret)));
    let mut value = HeaderValue::try_from(format!("Basic {both}")).map_err(Fault::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

fn signing_key(raw: &[u8]) -> Result<PrivateKey, Fault> {
    PrivateKey::es256(raw).map_err(|_| Fault::internal("a kept key is no key"))
}

/// A key out of drawn bytes. The few that are no key (none will ever be drawn) are drawn again by whoever asks.
pub fn new_key(drawn: [u8; 32]) -> Option<Vec<u8>> {
    PrivateKey::es256(&drawn).ok().map(|_| drawn.to_vec())
}

/// The public half, for the provider.
pub fn public(raw: &[u8]) -> Result<Value, Fault> {
    serde_json::to_value(signing_key(raw)?.jwk()).map_err(Fault::internal)
}

/// "I am this client", signed (RFC 7523 §2.2).
pub fn assertion(cx: &Cx, raw: &[u8], client_id: &str, audience: &str) -> Result<String, Fault> {
    let now_s = cx.now_ms().div_euclid(1_000);
    let said = json!({"iss": client_id, "sub": client_id, "aud": audience, "iat": now_s, "exp": now_s + ASSERTION_S,
                      "jti": cx.id()});
    signing_key(raw)?.sign("JWT", &said).map_err(|_| Fault::internal("a statement could not be signed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ways::relying::model::Alg;
    use crate::ways::relying::token::{Keys, signed};

    #[test]
    fn the_public_half_checks_what_the_key_signed() {
        let raw = new_key([7; 32]).unwrap();
        let public = public(&raw).unwrap();
        assert!(public.get("d").is_none());
        let token = signing_key(&raw).unwrap().sign("JWT", &json!({"iss": "us"})).unwrap();
        let keys = Keys::read(json!({"keys": [public]}).to_string().as_bytes()).unwrap();
        assert!(signed(&token, &[Alg::Es256], &keys, None).is_ok());
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none() {
        assert!(new_key([0; 32]).is_none());
        assert!(new_key([0xff; 32]).is_none());
    }

    #[test]
    fn odd_characters_in_a_secret_are_written_as_in_a_form() {
        let value = basic("a:b", "p%ß").unwrap();
        let plain = STANDARD.decode(value.to_str().unwrap().strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(plain).unwrap(), "a%3Ab:p%25%C3%9F");
    }
}

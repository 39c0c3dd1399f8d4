//! ID tokens of other providers, read and judged. Pure: keys, time and expectations are handed in.
//!
//! Signatures are checked by the `openidconnect` crate, key by key. The claims are judged here: the crate's verifier
//! refuses a token whose `address` is a plain text (as the national app writes it), draws its own random numbers and
//! reads its own clock.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeyType, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyAlgorithm};
use ring::digest;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::model::Alg;

/// Longest token that is looked at.
pub const TOKEN_BYTES_MAX: usize = 32 * 1024;
/// Keys of one provider that are looked at.
pub const KEYS_MAX: usize = 64;
/// Clocks differ by this much at most.
const LEEWAY_S: i64 = 60;
/// A token that was made longer ago than this is not an answer to what was asked just now.
const AGE_S_MAX: i64 = 3_600;
/// Subjects are at most 255 characters (OpenID Connect Core §2).
const SUBJECT_CHARS_MAX: usize = 255;

/// What is wrong with a token. For the log; people are told one thing for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Unreadable,
    Algorithm,
    /// Signed with a key that is not among those known: worth one more look at the provider's keys.
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    Expired,
    Early,
    Nonce,
    AccessToken,
    Subject,
}

impl Wrong {
    pub fn name(self) -> &'static str {
        match self {
            Wrong::Unreadable => "unreadable",
            Wrong::Algorithm => "algorithm",
            Wrong::UnknownKey => "unknown key",
            Wrong::Signature => "signature",
            Wrong::Issuer => "issuer",
            Wrong::Audience => "audience",
            Wrong::Expired => "expired",
            Wrong::Early => "early",
            Wrong::Nonce => "nonce",
            Wrong::AccessToken => "access token",
            Wrong::Subject => "subject",
        }
    }
}

pub type Claims = Map<String, Value>;

/// What an ID token must say.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub algs: &'a [Alg],
    /// The access token that came with it.
    pub access_token: Option<&'a str>,
    pub now_ms: i64,
}

/// The public keys of a provider. Keys that nobody here understands are left out, and so is everything secret: a
/// shared secret never comes out of a list that everybody can read.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<CoreJsonWebKey>);

impl Keys {
    /// Reads a JWK set.
    pub fn read(body: &[u8]) -> Option<Keys> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = serde_json::from_slice(body).ok()?;
        let keys = set.keys.into_iter().take(KEYS_MAX).filter_map(|key| serde_json::from_value(key).ok());
        Some(Keys(
            keys.filter(|key: &CoreJsonWebKey| *key.key_type() != CoreJsonWebKeyType::Symmetric).collect(),
        ))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// A token taken apart, its signature good.
pub struct Signed {
    pub alg: Alg,
    pub claims: Claims,
}

fn pieces(token: &str) -> Option<[&str; 3]> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let mut pieces = token.split('.');
    let all = [pieces.next()?, pieces.next()?, pieces.next()?];
    pieces.next().is_none().then_some(all)
}

/// Checks the signature alone: an algorithm that we allow, with a key that fits it.
pub fn signed(token: &str, algs: &[Alg], keys: &Keys, secret: Option<&[u8]>) -> Result<Signed, Wrong> {
    let [head, body, signature] = pieces(token).ok_or(Wrong::Unreadable)?;
    let decoded = |piece: &str| BASE64.decode(piece).map_err(|_| Wrong::Unreadable);
    let said: Head = serde_json::from_slice(&decoded(head)?).map_err(|_| Wrong::Unreadable)?;
    let claims: Claims = serde_json::from_slice(&decoded(body)?).map_err(|_| Wrong::Unreadable)?;
    let alg = Alg::from_name(&said.alg).filter(|alg| algs.contains(alg)).ok_or(Wrong::Algorithm)?;
    // Something that must be understood and is not.
    if said.crit.is_some() {
        return Err(Wrong::Algorithm);
    }
    let signature = decoded(signature)?;
    let message = token.rsplit_once('.').map_or("", |(message, _)| message).as_bytes();
    if alg == Alg::Hs256 {
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or(Wrong::Algorithm)?;
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
        ring::hmac::verify(&key, message, &signature).map_err(|_| Wrong::Signature)?;
        return Ok(Signed { alg, claims });
    }
    let fitting: Vec<&CoreJsonWebKey> =
        keys.0.iter().filter(|key| fits(key, alg, said.kid.as_deref())).collect();
    if fitting.is_empty() {
        return Err(Wrong::UnknownKey);
    }
    let good = fitting.iter().any(|key| key.verify_signature(&named(alg), message, &signature).is_ok());
    if good { Ok(Signed { alg, claims }) } else { Err(Wrong::Signature) }
}

fn named(alg: Alg) -> CoreJwsSigningAlgorithm {
    match alg {
        Alg::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        Alg::Es384 => CoreJwsSigningAlgorithm::EcdsaP384Sha384,
        Alg::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
        Alg::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        Alg::Ps256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        Alg::Hs256 => CoreJwsSigningAlgorithm::HmacSha256,
    }
}

/// Whether a key may have made such a signature: its kind, its use and its name. The key's curve and its own algorithm
/// are checked once more where the signature is.
fn fits(key: &CoreJsonWebKey, alg: Alg, kid: Option<&str>) -> bool {
    let kind = match alg {
        Alg::Es256 | Alg::Es384 => CoreJsonWebKeyType::EllipticCurve,
        Alg::EdDsa => CoreJsonWebKeyType::OctetKeyPair,
        Alg::Rs256 | Alg::Ps256 => CoreJsonWebKeyType::RSA,
        Alg::Hs256 => return false,
    };
    let its_own = match key.signing_alg() {
        JsonWebKeyAlgorithm::Unspecified => true,
        JsonWebKeyAlgorithm::Algorithm(own) => *own == named(alg),
        JsonWebKeyAlgorithm::Unsupported => false,
    };
    let for_signing =
        key.key_use().is_none_or(|used| *used == openidconnect::core::CoreJsonWebKeyUse::Signature);
    let of_name = match (kid, key.key_id()) {
        (Some(kid), Some(own)) => own.as_str() == kid,
        (Some(_), None) => false,
        (None, _) => true,
    };
    *key.key_type() == kind && its_own && for_signing && of_name
}

/// Checks a whole ID token (OpenID Connect Core §3.1.3.7) and hands out its claims.
pub fn judge(
    token: &str,
    expected: &Expected<'_>,
    keys: &Keys,
    secret: Option<&[u8]>,
) -> Result<Claims, Wrong> {
    let signed = signed(token, expected.algs, keys, secret)?;
    let claims = signed.claims;
    addressed(&claims, expected.issuer, expected.client_id)?;
    let now_s = expected.now_ms.div_euclid(1_000);
    let at = |name: &str| claims.get(name).and_then(seconds);
    let ends = at("exp").ok_or(Wrong::Expired)?;
    if ends.saturating_add(LEEWAY_S) <= now_s {
        return Err(Wrong::Expired);
    }
    let made = at("iat").ok_or(Wrong::Early)?;
    if made > now_s.saturating_add(LEEWAY_S)
        || at("nbf").is_some_and(|from| from > now_s.saturating_add(LEEWAY_S))
    {
        return Err(Wrong::Early);
    }
    if made.saturating_add(AGE_S_MAX) < now_s {
        return Err(Wrong::Expired);
    }
    if text(&claims, "nonce") != Some(expected.nonce) || expected.nonce.is_empty() {
        return Err(Wrong::Nonce);
    }
    if let Some(hash) = claims.get("at_hash") {
        let good =
            expected.access_token.is_some_and(|token| hash.as_str() == Some(&half_digest(signed.alg, token)));
        if !good {
            return Err(Wrong::AccessToken);
        }
    }
    subject(&claims)?;
    Ok(claims)
}

/// Issuer and audience. Of several audiences the token must name us as the one that asked (`azp`).
pub fn addressed(claims: &Claims, issuer: &str, client_id: &str) -> Result<(), Wrong> {
    if text(claims, "iss") != Some(issuer) || issuer.is_empty() {
        return Err(Wrong::Issuer);
    }
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) if many.len() <= 16 => {
            many.iter().map(|one| one.as_str().unwrap_or("")).collect()
        }
        _ => return Err(Wrong::Audience),
    };
    let asked_by = text(claims, "azp");
    let for_us = audiences.contains(&client_id) && !client_id.is_empty();
    let ours_alone = audiences.len() == 1 || asked_by.is_some();
    if for_us && ours_alone && asked_by.is_none_or(|azp| azp == client_id) {
        Ok(())
    } else {
        Err(Wrong::Audience)
    }
}

pub fn subject(claims: &Claims) -> Result<&str, Wrong> {
    let good = |sub: &&str| {
        let chars = sub.chars().count();
        (1..=SUBJECT_CHARS_MAX).contains(&chars) && !sub.chars().any(char::is_control)
    };
    text(claims, "sub").filter(good).ok_or(Wrong::Subject)
}

fn text<'c>(claims: &'c Claims, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str)
}

/// Seconds since 1970; some providers write them with a fraction.
fn seconds(value: &Value) -> Option<i64> {
    let within = |s: &i64| (0..=253_402_300_799).contains(s);
    value
        .as_i64()
        .or_else(|| value.as_f64().filter(|s| s.is_finite() && s.abs() < 1e12).map(|s| s as i64))
        .filter(within)
}

/// The left half of a digest, as `at_hash` carries it.
fn half_digest(alg: Alg, token: &str) -> String {
    let kind = match alg {
        Alg::Es256 | Alg::Rs256 | Alg::Ps256 | Alg::Hs256 => &digest::SHA256,
        Alg::Es384 => &digest::SHA384,
        Alg::EdDsa => &digest::SHA512,
    };
    let whole = digest::digest(kind, token.as_bytes());
    let half = whole.as_ref().len() / 2;
    BASE64.encode(whole.as_ref().get(..half).unwrap_or_default())
}

//! Reading a token, and believing it.

use ring::digest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::jwk::PublicKey;
use crate::{Alg, Wrong, decode, encode};

/// Longer tokens are not looked at.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// The head of a token, as far as it is read.
#[derive(Clone, Debug, Deserialize)]
pub struct Head {
    pub alg: String,
    #[serde(default)]
    pub kid: Option<String>,
    #[serde(default)]
    pub typ: Option<String>,
    /// What a reader must understand. We understand none of it.
    #[serde(default)]
    crit: Option<Value>,
}

/// A token whose signature holds.
#[derive(Clone, Debug)]
pub struct Token<T> {
    pub head: Head,
    pub claims: T,
}

/// Checks the signature and reads the claims. `alg` is what the caller agreed on with whoever signs; of `keys` those of
/// this algorithm count, and of those the one that the token names.
pub fn verify<T: DeserializeOwned>(token: &str, keys: &[PublicKey], alg: Alg) -> Result<Token<T>, Wrong> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Wrong::Form);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Wrong::Form)?;
    let (head, claims) = signed.split_once('.').ok_or(Wrong::Form)?;
    if claims.contains('.') {
        return Err(Wrong::Form);
    }
    let head: Head = serde_json::from_slice(&decode(head)?).map_err(|_| Wrong::Form)?;
    if head.alg != alg.name() {
        return Err(Wrong::Algorithm);
    }
    if head.crit.is_some() {
        return Err(Wrong::Form);
    }
    let signature = decode(signature)?;
    let mut fitting = keys
        .iter()
        .filter(|key| key.alg() == alg)
        .filter(|key| head.kid.is_none() || key.kid.is_none() || head.kid == key.kid)
        .peekable();
    if fitting.peek().is_none() {
        return Err(Wrong::Key);
    }
    if !fitting.any(|key| key.holds(signed.as_bytes(), &signature)) {
        return Err(Wrong::Signature);
    }
    let claims = serde_json::from_slice(&decode(claims)?).map_err(|_| Wrong::Form)?;
    Ok(Token { head, claims })
}

/// What the claims of a token must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    /// One of these must be among those that the token is for.
    pub audiences: &'a [&'a str],
    pub now_s: i64,
    /// How far the other side's clock may be from ours.
    pub leeway_s: i64,
    /// How long a token may hold at all.
    pub life_s_max: i64,
}

impl Expected<'_> {
    /// Issuer, audience and times (RFC 7519, section 4.1).
    pub fn check(&self, claims: &Value) -> Result<(), Wrong> {
        if claims.get("iss").and_then(Value::as_str) != Some(self.issuer) {
            return Err(Wrong::Issuer);
        }
        let for_us = |one: &Value| one.as_str().is_some_and(|one| self.audiences.contains(&one));
        let addressed = match claims.get("aud") {
            Some(Value::Array(all)) => all.iter().any(for_us),
            Some(one) => for_us(one),
            None => false,
        };
        if !addressed {
            return Err(Wrong::Audience);
        }
        check_times(claims, self.now_s, self.leeway_s, self.life_s_max)
    }
}

/// `exp` must be there and ahead, but no further than `life_s_max`; `nbf` and `iat`, where they are, not ahead.
pub fn check_times(claims: &Value, now_s: i64, leeway_s: i64, life_s_max: i64) -> Result<(), Wrong> {
    let at = |name: &str| claims.get(name).map(|value| seconds(value).ok_or(Wrong::Time)).transpose();
    let ends = at("exp")?.ok_or(Wrong::Time)?;
    let too_late = ends.saturating_add(leeway_s) <= now_s;
    let too_long = ends > now_s.saturating_add(life_s_max).saturating_add(leeway_s);
    let ahead = |instant: Option<i64>| instant.is_some_and(|at| at > now_s.saturating_add(leeway_s));
    if too_late || too_long || ahead(at("nbf")?) || ahead(at("iat")?) {
        return Err(Wrong::Time);
    }
    Ok(())
}

/// Seconds since 1970; the standard allows parts of seconds.
fn seconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "checked to lie far within")]
    value.as_i64().or_else(|| value.as_f64().filter(|at| at.abs() < 1e15).map(|at| at as i64))
}

/// The left half of the SHA-256 of something, as `at_hash` and `c_hash` want it (both our algorithms use SHA-256).
pub fn half_digest(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    encode(digest.as_ref().get(..16).unwrap_or_default())
}

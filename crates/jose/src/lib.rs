//! Signed tokens (JWS in its compact form, RFC 7515) and the keys behind them (JWK, RFC 7517).
//!
//! The algorithm is never taken from the token: whoever checks one says which it must be, the key must be of that kind,
//! and the token's own word must be the same. There is no `none` and no shared secret, so that a public key can never be
//! taken for one. What a token's head says about keys (`jwk`, `jku`, `x5u`) is not read at all.

mod drawn;
mod jwk;
mod private;
mod token;

pub use jwk::{Jwk, Jwks, PublicKey};
pub use private::PrivateKey;
pub use token::{Expected, Head, TOKEN_BYTES_MAX, Token, check_times, half_digest, verify};

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA (PKCS #1 v1.5) with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Alg {
    pub const ALL: [Alg; 2] = [Alg::Es256, Alg::Rs256];

    pub fn name(self) -> &'static str {
        match self {
            Alg::Es256 => "ES256",
            Alg::Rs256 => "RS256",
        }
    }

    pub fn from_name(name: &str) -> Option<Alg> {
        Alg::ALL.into_iter().find(|alg| alg.name() == name)
    }
}

/// Why a token or a key is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Not a token, not a key, not what the standard says it looks like.
    Form,
    /// Another algorithm than the one asked for.
    Algorithm,
    /// No key under this name, or a key of another kind.
    Key,
    Signature,
    /// Another kind of token (`typ`).
    Kind,
    Issuer,
    Audience,
    /// Ended, not begun, or without an end.
    Time,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wrong::Form => "not well formed",
            Wrong::Algorithm => "another algorithm",
            Wrong::Key => "no such key",
            Wrong::Signature => "the signature does not hold",
            Wrong::Kind => "another kind of token",
            Wrong::Issuer => "another issuer",
            Wrong::Audience => "for somebody else",
            Wrong::Time => "not at this time",
        })
    }
}

impl std::error::Error for Wrong {}

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Result<Vec<u8>, Wrong> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Wrong::Form)
}

#[cfg(test)]
mod tests;

//! Public keys as others read and write them.

use ring::digest;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};

use crate::{Alg, Wrong, decode, encode};

pub(crate) const RSA_BITS_MIN: usize = 2048;
const RSA_BITS_MAX: usize = 4096;
/// Keys of one set at most: a set is read whole.
const KEYS_MAX: usize = 32;
/// Longer than the longest key that is taken.
const MEMBER_BYTES_MAX: usize = 1024;

/// One public key. Reading one that holds a private half fails: nobody is to hand that to us, nor we to anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum Jwk {
    EC {
        crv: String,
        x: String,
        y: String,
        #[serde(flatten)]
        about: About,
    },
    RSA {
        n: String,
        e: String,
        #[serde(flatten)]
        about: About,
    },
}

/// What every key says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub used_for: Option<String>,
    /// The private half: only ever read, to be refused.
    #[serde(default, skip_serializing)]
    d: Option<serde_json::Value>,
}

impl Jwk {
    pub(crate) fn ec(x: &[u8], y: &[u8]) -> Jwk {
        Jwk::EC { crv: "P-256".to_owned(), x: encode(x), y: encode(y), about: About::signing(Alg::Es256) }
    }

    pub(crate) fn rsa(n: &[u8], e: &[u8]) -> Jwk {
        Jwk::RSA { n: encode(n), e: encode(e), about: About::signing(Alg::Rs256) }
    }

    /// Names the key by its thumbprint.
    pub(crate) fn named(mut self) -> Jwk {
        let name = self.thumbprint();
        self.about_mut().kid = Some(name);
        self
    }

    fn about(&self) -> &About {
        match self {
            Jwk::EC { about, .. } | Jwk::RSA { about, .. } => about,
        }
    }

    fn about_mut(&mut self) -> &mut About {
        match self {
            Jwk::EC { about, .. } | Jwk::RSA { about, .. } => about,
        }
    }

    pub fn kid(&self) -> Option<&str> {
        self.about().kid.as_deref()
    }

    pub fn alg(&self) -> Alg {
        match self {
            Jwk::EC { .. } => Alg::Es256,
            Jwk::RSA { .. } => Alg::Rs256,
        }
    }

    /// The SHA-256 thumbprint (RFC 7638).
    pub fn thumbprint(&self) -> String {
        // The members in the order of their names, and nothing else: so says the standard.
        let plain = match self {
            Jwk::EC { crv, x, y, .. } => {
                serde_json::json!({"crv": crv, "kty": "EC", "x": x, "y": y}).to_string()
            }
            Jwk::RSA { n, e, .. } => serde_json::json!({"e": e, "kty": "RSA", "n": n}).to_string(),
        };
        encode(digest::digest(&digest::SHA256, plain.as_bytes()).as_ref())
    }

    /// The key as it checks signatures, if it is one that we take.
    pub fn key(&self) -> Result<PublicKey, Wrong> {
        let about = self.about();
        let fits = about.alg.as_deref().is_none_or(|alg| alg == self.alg().name())
            && about.used_for.as_deref().is_none_or(|used_for| used_for == "sig");
        if !fits || about.d.is_some() {
            return Err(Wrong::Key);
        }
        let kid = about.kid.clone();
        let member = |text: &str| if text.len() > MEMBER_BYTES_MAX { Err(Wrong::Key) } else { decode(text) };
        let inner = match self {
            Jwk::EC { crv, x, y, .. } => {
                let (x, y) = (member(x)?, member(y)?);
                if crv != "P-256" || x.len() != 32 || y.len() != 32 {
                    return Err(Wrong::Key);
                }
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                // A point that is not on the curve is no key.
                p256::PublicKey::from_sec1_bytes(&point).map_err(|_| Wrong::Key)?;
                Inner::Es256(point)
            }
            Jwk::RSA { n, e, .. } => {
                let (n, e) = (member(n)?, member(e)?);
                let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
                let odd = e.last().is_some_and(|last| last % 2 == 1);
                // Large exponents cost time and buy nothing; 1 signs nothing.
                let good_exponent = odd && (1..=5).contains(&e.len()) && e.as_slice() != [1];
                if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) || n.first() == Some(&0) || !good_exponent {
                    return Err(Wrong::Key);
                }
                Inner::Rs256 { n, e }
            }
        };
        Ok(PublicKey { kid, inner })
    }
}

impl About {
    fn signing(alg: Alg) -> About {
        About { alg: Some(alg.name().to_owned()), used_for: Some("sig".to_owned()), ..About::default() }
    }
}

/// A set of public keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Jwks {
    pub keys: Vec<Jwk>,
}

impl Jwks {
    /// Reads a set. Keys of kinds that we do not know are passed over, as the standard asks; a private half is refused.
    pub fn read(text: &str) -> Result<Jwks, Wrong> {
        #[derive(Deserialize)]
        struct Raw {
            keys: Vec<serde_json::Value>,
        }
        let raw: Raw = serde_json::from_str(text).map_err(|_| Wrong::Form)?;
        if raw.keys.len() > KEYS_MAX {
            return Err(Wrong::Form);
        }
        if raw.keys.iter().any(|key| ["d", "k", "p", "q"].iter().any(|half| key.get(half).is_some())) {
            return Err(Wrong::Key);
        }
        Ok(Jwks { keys: raw.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect() })
    }

    /// The keys that can check signatures.
    pub fn usable(&self) -> Vec<PublicKey> {
        self.keys.iter().filter_map(|key| key.key().ok()).collect()
    }
}

#[derive(Clone, Debug)]
enum Inner {
    /// An uncompressed point.
    Es256(Vec<u8>),
    Rs256 {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// A key that checks signatures of one algorithm, and of no other.
#[derive(Clone, Debug)]
pub struct PublicKey {
    pub kid: Option<String>,
    inner: Inner,
}

impl PublicKey {
    pub fn alg(&self) -> Alg {
        match self.inner {
            Inner::Es256(_) => Alg::Es256,
            Inner::Rs256 { .. } => Alg::Rs256,
        }
    }

    pub(crate) fn holds(&self, bytes: &[u8], signature: &[u8]) -> bool {
        match &self.inner {
            Inner::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(bytes, signature).is_ok()
            }
            Inner::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, bytes, signature).is_ok()
            }
        }
    }
}

//! Keys that sign.

use p256::ecdsa::signature::Signer as _;
use ring::rand::SystemRandom;
use ring::signature::KeyPair as _;
use rsa::pkcs8::EncodePrivateKey as _;
use serde::Serialize;

use crate::drawn::Drawn;
use crate::jwk::{Jwk, RSA_BITS_MIN};
use crate::{Alg, Wrong, encode};

enum Inner {
    Es256(Box<p256::ecdsa::SigningKey>),
    Rs256(Box<(ring::signature::RsaKeyPair, SystemRandom)>),
}

/// A key that signs, with the name under which its public half is known.
pub struct PrivateKey {
    inner: Inner,
    jwk: Jwk,
}

impl PrivateKey {
    /// A key on P-256 from 32 drawn bytes. Signing with it needs no further chance (RFC 6979).
    pub fn es256(secret: &[u8]) -> Result<PrivateKey, Wrong> {
        if secret.len() != 32 {
            return Err(Wrong::Key);
        }
        let key = p256::ecdsa::SigningKey::from_slice(secret).map_err(|_| Wrong::Key)?;
        let point = key.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().ok_or(Wrong::Key)?, point.y().ok_or(Wrong::Key)?);
        let jwk = Jwk::ec(x, y).named();
        Ok(PrivateKey { inner: Inner::Es256(Box::new(key)), jwk })
    }

    /// Makes an RSA key of 2048 bits out of at least 32 drawn bytes, in PKCS #8. Takes long: never do it in a transaction.
    pub fn make_rsa(drawn: &[u8]) -> Result<Vec<u8>, Wrong> {
        if drawn.len() < 32 {
            return Err(Wrong::Key);
        }
        let key = rsa::RsaPrivateKey::new(&mut Drawn::new(drawn), RSA_BITS_MIN).map_err(|_| Wrong::Key)?;
        Ok(key.to_pkcs8_der().map_err(|_| Wrong::Key)?.as_bytes().to_vec())
    }

    /// An RSA key in PKCS #8. It signs through ring, whose private operations take the same time for all secrets; what it
    /// draws of `blinding` never shows in a signature.
    pub fn rs256(pkcs8: &[u8], blinding: SystemRandom) -> Result<PrivateKey, Wrong> {
        let key = ring::signature::RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| Wrong::Key)?;
        let public: ring::signature::RsaPublicKeyComponents<Vec<u8>> = key.public_key().into();
        let jwk = Jwk::rsa(&public.n, &public.e).named();
        Ok(PrivateKey { inner: Inner::Rs256(Box::new((key, blinding))), jwk })
    }

    pub fn alg(&self) -> Alg {
        match self.inner {
            Inner::Es256(_) => Alg::Es256,
            Inner::Rs256(_) => Alg::Rs256,
        }
    }

    /// The public half, as others read it.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The name of the key: the thumbprint of its public half.
    pub fn kid(&self) -> &str {
        self.jwk.kid().unwrap_or_default()
    }

    /// Signs claims into a token. `typ` says what kind of token it is ("JWT", "at+jwt").
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, Wrong> {
        let head = serde_json::json!({"alg": self.alg().name(), "kid": self.kid(), "typ": typ});
        let claims = serde_json::to_vec(claims).map_err(|_| Wrong::Form)?;
        let mut token = format!("{}.{}", encode(head.to_string().as_bytes()), encode(&claims));
        let signature = self.sign_bytes(token.as_bytes())?;
        token.push('.');
        token.push_str(&encode(&signature));
        Ok(token)
    }

    fn sign_bytes(&self, bytes: &[u8]) -> Result<Vec<u8>, Wrong> {
        match &self.inner {
            Inner::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(bytes);
                Ok(signature.to_bytes().to_vec())
            }
            Inner::Rs256(held) => {
                let (key, blinding) = held.as_ref();
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&ring::signature::RSA_PKCS1_SHA256, blinding, bytes, &mut signature)
                    .map_err(|_| Wrong::Key)?;
                Ok(signature)
            }
        }
    }
}

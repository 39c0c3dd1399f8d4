//! Secrets at rest: sealed with the keys of `MACHIYA_KEY_FILE`. The newest key seals, older ones still open.

use std::fmt::Write as _;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use crate::fault::{Fault, Kind};

struct Key {
    name: String,
    aead: LessSafeKey,
    signing: hmac::Key,
}

/// Seals and opens secrets, and signs form tokens.
pub struct Sealer {
    keys: ArcSwap<Vec<Key>>,
}

impl Sealer {
    /// Reads a key file: one `name base64` per line, the newest first.
    pub fn read(file: &str) -> Result<Sealer, Fault> {
        Ok(Sealer { keys: ArcSwap::from_pointee(read_keys(file)?) })
    }

    /// From now on the keys of this file hold, as after a rotation.
    pub fn take_over(&self, file: &str) -> Result<(), Fault> {
        self.keys.store(Arc::new(read_keys(file)?));
        Ok(())
    }

    /// A line of a key file.
    pub fn line(name: &str, raw: &[u8; 32]) -> String {
        format!("{name} {}\n", BASE64.encode(raw))
    }

    pub fn newest(&self) -> String {
        self.keys.load().first().map_or_else(String::new, |key| key.name.clone())
    }

    /// Seals a secret for one use (`what`): opened only under the same name.
    pub fn seal(&self, what: &str, secret: &[u8], drawn: [u8; 32]) -> Result<String, Fault> {
        let keys = self.keys.load();
        let key = keys.first().ok_or_else(|| Fault::internal("no key"))?;
        let mut nonce = [0u8; NONCE_LEN];
        nonce.iter_mut().zip(drawn).for_each(|(place, byte)| *place = byte);
        let mut sealed = secret.to_vec();
        key.aead
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(what), &mut sealed)
            .map_err(|_| Fault::internal("sealing failed"))?;
        Ok(format!("1.{}.{}.{}", key.name, BASE64.encode(nonce), BASE64.encode(sealed)))
    }

    /// Opens what `seal` made; a fault when it was changed, belongs to another use, or its key is gone.
    pub fn open(&self, what: &str, sealed: &str) -> Result<Vec<u8>, Fault> {
        let broken = || Fault::internal(format!("a sealed secret ({what}) cannot be opened"));
        let mut pieces = sealed.split('.');
        let (Some("1"), Some(name), Some(nonce), Some(body), None) =
            (pieces.next(), pieces.next(), pieces.next(), pieces.next(), pieces.next())
        else {
            return Err(broken());
        };
        let keys = self.keys.load();
        let key = keys.iter().find(|key| key.name == name).ok_or_else(broken)?;
        let nonce = BASE64.decode(nonce).ok().and_then(|bytes| Nonce::try_assume_unique_for_key(&bytes).ok());
        let mut body = BASE64.decode(body).map_err(|_| broken())?;
        let opened = key
            .aead
            .open_in_place(nonce.ok_or_else(broken)?, Aad::from(what), &mut body)
            .map_err(|_| broken())?;
        Ok(opened.to_vec())
    }

    /// Whether it was sealed with an older key.
    pub fn is_old(&self, sealed: &str) -> bool {
        sealed.split('.').nth(1) != self.keys.load().first().map(|key| key.name.as_str())
    }

    /// A signature over `text`, for tokens that come back (forms, one-time links).
    pub fn sign(&self, what: &str, text: &str) -> String {
        self.keys.load().first().map(|key| signature(key, what, text)).unwrap_or_default()
    }

    pub fn is_signed(&self, what: &str, text: &str, given: &str) -> bool {
        let Ok(given) = BASE64.decode(given) else { return false };
        self.keys.load().iter().any(|key| hmac::verify(&key.signing, &message(what, text), &given).is_ok())
    }
}

fn read_keys(file: &str) -> Result<Vec<Key>, Fault> {
    let broken = |line: usize| Fault::new(Kind::Invalid, "key-file").arg("line", line + 1);
    let mut keys = Vec::new();
    for (number, line) in file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (name, encoded) = line.trim().split_once(' ').ok_or_else(|| broken(number))?;
        let raw: [u8; 32] = BASE64
            .decode(encoded.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| broken(number))?;
        let aead = UnboundKey::new(&CHACHA20_POLY1305, &raw).map_err(|_| broken(number))?;
        keys.push(Key { name: name.to_owned(), aead: LessSafeKey::new(aead), signing: signing_key(&raw) });
    }
    if keys.is_empty() {
        return Err(broken(0));
    }
    Ok(keys)
}

/// A key of its own for signing: the sealing key never signs.
fn signing_key(raw: &[u8; 32]) -> hmac::Key {
    let own = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, raw), b"machiya signing");
    hmac::Key::new(hmac::HMAC_SHA256, own.as_ref())
}

fn message(what: &str, text: &str) -> Vec<u8> {
    format!("{what}\n{text}").into_bytes()
}

fn signature(key: &Key, what: &str, text: &str) -> String {
    BASE64.encode(hmac::sign(&key.signing, &message(what, text)).as_ref())
}

/// The digest under which a token is stored: knowing the store is not knowing the token.
pub fn token_digest(token: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(64), |mut out, byte| {
        // Writing into a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A token for a cookie or a link, from 32 drawn bytes.
pub fn token(drawn: [u8; 32]) -> String {
    BASE64.encode(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sealer() -> Sealer {
        Sealer::read(&(Sealer::line("b", &[2; 32]) + &Sealer::line("a", &[1; 32]))).unwrap()
    }

    #[test]
    fn sealed_secrets_open_again_and_only_for_their_use() {
        let sealed = sealer().seal("mail", b"secret", [9; 32]).unwrap();
        assert_eq!(sealer().open("mail", &sealed).unwrap(), b"secret");
        assert!(sealer().open("line", &sealed).is_err());
        assert!(!sealed.contains("secret"));
    }

    #[test]
    fn an_old_key_still_opens_and_is_known_as_old() {
        let old = Sealer::read(&Sealer::line("a", &[1; 32])).unwrap().seal("mail", b"x", [3; 32]).unwrap();
        assert_eq!(sealer().open("mail", &old).unwrap(), b"x");
        assert!(sealer().is_old(&old));
    }

    #[test]
    fn a_new_key_file_holds_at_once() {
        let sealer = Sealer::read(&Sealer::line("a", &[1; 32])).unwrap();
        let old = sealer.seal("mail", b"x", [3; 32]).unwrap();
        assert!(sealer.take_over("nonsense").is_err());
        sealer.take_over(&(Sealer::line("b", &[2; 32]) + &Sealer::line("a", &[1; 32]))).unwrap();
        assert_eq!(sealer.newest(), "b");
        assert!(sealer.is_old(&old));
        assert_eq!(sealer.open("mail", &old).unwrap(), b"x");
    }

    #[test]
    fn signatures_hold_for_their_text_only() {
        let signature = sealer().sign("form", "abc");
        assert!(sealer().is_signed("form", "abc", &signature));
        assert!(!sealer().is_signed("form", "abd", &signature));
        assert!(!sealer().is_signed("link", "abc", &signature));
    }

    proptest! {
        #[test]
        fn nonsense_is_refused_without_a_crash(text in "\\PC{0,80}") {
            prop_assert!(sealer().open("mail", &text).is_err());
            prop_assert!(!sealer().is_signed("form", "x", &text));
            let _ = Sealer::read(&text);
        }
    }
}

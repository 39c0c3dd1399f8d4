//! Passkeys, with a device made of a key pair and a counter.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ground::fault::Fault;
use ground::who::Who;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use tests::Town;
use tests::town::each_store_of_the_house;

use super::{browser, come_again, resident, session_digest};
use crate::contract::people::{administrator, hire, link_of, use_link, who};

const ORIGIN: &str = "http://first.localhost:8080";
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

/// A device with one passkey.
struct Device {
    key: SigningKey,
    id: Vec<u8>,
    user: String,
    counter: u32,
}

fn hashed(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

impl Device {
    fn new(letter: u8) -> Device {
        let key = SigningKey::from_slice(&[letter; 32]).expect("a key");
        Device { key, id: vec![letter; 16], user: String::new(), counter: 0 }
    }

    fn told(&self, kind: &str, options: &Value, origin: &str) -> Vec<u8> {
        json!({"type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn facts(&self, flags: u8) -> Vec<u8> {
        let mut facts = hashed(b"first.localhost");
        facts.push(flags);
        facts.extend(self.counter.to_be_bytes());
        facts
    }

    /// Makes the passkey, as `navigator.credentials.create` answers.
    fn make(&mut self, options: &Value, flags: u8) -> Value {
        self.user = options["user"]["id"].as_str().expect("a user").to_owned();
        let point = self.key.verifying_key().to_encoded_point(false);
        let mut facts = self.facts(flags | HAS_KEY);
        facts.extend([0u8; 16]);
        facts.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        facts.extend(&self.id);
        // The key in CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        facts.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        facts.extend(point.x().expect("x"));
        facts.extend([0x22, 0x58, 0x20]);
        facts.extend(point.y().expect("y"));
        // {"fmt": "none", "attStmt": {}, "authData": facts}
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.extend([0x58, u8::try_from(facts.len()).expect("short")]);
        object.extend(facts);
        json!({
            "id": BASE64.encode(&self.id), "rawId": BASE64.encode(&self.id), "type": "public-key", "extensions": {},
            "response": {
                "attestationObject": BASE64.encode(object),
                "clientDataJSON": BASE64.encode(self.told("webauthn.create", options, ORIGIN)),
                "transports": ["internal"],
            },
        })
    }

    /// Answers a challenge, as `navigator.credentials.get` does.
    fn answer(&mut self, options: &Value, flags: u8, origin: &str) -> Value {
        self.counter += 1;
        let told = self.told("webauthn.get", options, origin);
        let facts = self.facts(flags);
        let mut signed = facts.clone();
        signed.extend(hashed(&told));
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": BASE64.encode(&self.id), "rawId": BASE64.encode(&self.id), "type": "public-key", "extensions": {},
            "response": {
                "authenticatorData": BASE64.encode(facts), "clientDataJSON": BASE64.encode(told),
                "signature": BASE64.encode(signature.to_der().as_bytes()), "userHandle": self.user,
            },
        })
    }
}

async fn options(town: &Town, by: &Who, action: &str, browser: &str) -> Result<Value, Fault> {
    let asked = town.call(by.clone(), action, json!({"browser": browser})).await?;
    Ok(asked["options"].clone())
}

async fn add(town: &Town, by: &Who, device: &mut Device, browser: &str, flags: u8) -> Result<Value, Fault> {
    let options = options(town, by, "people.start_passkey", browser).await?;
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    let answer = device.make(&options, flags);
    let input = json!({"browser": browser, "answer": answer, "label": "電話", "session_digest": session_digest("made")});
    town.call(by.clone(), "people.add_passkey", input).await
}

async fn present(town: &Town, answer: &Value, browser: &str, token: &str) -> Result<Value, Fault> {
    let input = json!({"browser": browser, "answer": answer, "session_digest": session_digest(token),
                       "agent": "Firefox / Linux"});
    town.call(Who::anyone(), "people.use_passkey", input).await
}

async fn sign_in(town: &Town, device: &mut Device, browser: &str, token: &str) -> Value {
    let options = options(town, &Who::anyone(), "people.ask_passkey", browser).await.expect("a challenge");
    let answer = device.answer(&options, PRESENT | VERIFIED, ORIGIN);
    present(town, &answer, browser, token).await.expect("answered")
}

async fn with_passkey(town: &Arc<Town>) -> (Who, Device) {
    let me = resident(town, "a@example.jp", &browser('a')).await;
    let mut device = Device::new(7);
    add(town, &me, &mut device, &browser('a'), PRESENT | VERIFIED).await.expect("made");
    (me, device)
}

#[test]
fn a_passkey_signs_in_and_counts_as_both_factors() {
    each_store_of_the_house(|town| async move {
        let (me, mut device) = with_passkey(&town).await;
        assert_eq!(sign_in(&town, &mut device, &browser('b'), "t").await["step"], "in");
        let now = who(&town, "t").await.expect("signed in");
        assert!(now.account == me.account && now.strong);
        let security = town.call(now, "people.security", json!({})).await.expect("read");
        assert_eq!(security["ways"][0]["label"], "電話");
        assert!(security["ways"][0]["used_ms"].as_i64().is_some_and(|used| used > 0));
    });
}

#[test]
fn an_answer_is_good_once_in_its_browser_at_its_address() {
    each_store_of_the_house(|town| async move {
        let (_, mut device) = with_passkey(&town).await;
        let (one, nobody) = (browser('b'), Who::anyone());
        let ask = || options(&town, &nobody, "people.ask_passkey", &one);
        let answer = device.answer(&ask().await.expect("asked"), PRESENT | VERIFIED, ORIGIN);
        assert_eq!(present(&town, &answer, &browser('c'), "t").await.expect("answered")["step"], "over");
        assert_eq!(present(&town, &answer, &one, "t").await.expect("answered")["step"], "in");
        assert_eq!(present(&town, &answer, &one, "u").await.expect("answered")["step"], "over", "replayed");
        ask().await.expect("a new challenge");
        assert_eq!(
            present(&town, &answer, &one, "u").await.expect("answered")["step"],
            "wrong",
            "an old answer"
        );

        let elsewhere =
            device.answer(&ask().await.expect("asked"), PRESENT | VERIFIED, "http://evil.example");
        assert_eq!(present(&town, &elsewhere, &one, "u").await.expect("answered")["step"], "wrong");
        let touched = device.answer(&ask().await.expect("asked"), PRESENT, ORIGIN);
        assert_eq!(
            present(&town, &touched, &one, "u").await.expect("answered")["step"],
            "wrong",
            "not verified"
        );
        let stranger = Device::new(9).answer(&ask().await.expect("asked"), PRESENT | VERIFIED, ORIGIN);
        assert_eq!(present(&town, &stranger, &one, "u").await.expect("answered")["step"], "wrong");
        let mut forger = Device::new(9);
        forger.id = device.id.clone();
        forger.counter = 100;
        let forged = forger.answer(&ask().await.expect("asked"), PRESENT | VERIFIED, ORIGIN);
        assert_eq!(present(&town, &forged, &one, "u").await.expect("answered")["step"], "wrong");
        assert!(who(&town, "u").await.is_none());
    });
}

#[test]
fn a_counter_that_goes_back_locks_the_passkey_and_staff_see_it() {
    each_store_of_the_house(|town| async move {
        let (me, mut device) = with_passkey(&town).await;
        device.counter = 41;
        assert_eq!(sign_in(&town, &mut device, &browser('b'), "t").await["step"], "in");
        device.counter = 10;
        assert_eq!(sign_in(&town, &mut device, &browser('b'), "u").await["step"], "wrong");
        device.counter = 99;
        assert_eq!(sign_in(&town, &mut device, &browser('b'), "u").await["step"], "wrong", "locked");
        let ask = json!({"signal": "counter_back"});
        let listed = town.call(Who::operator(), "people.sign_ins", ask).await.expect("listed");
        assert_eq!(listed["rows"].as_array().map(Vec::len), Some(1));
        let security = town.call(me.clone(), "people.security", json!({})).await.expect("read");
        assert_eq!(security["ways"][0]["locked"], true);
        let way = json!({"id": security["ways"][0]["id"]});
        town.call(me, "people.unlock_way", way).await.expect("by its person");
        assert_eq!(sign_in(&town, &mut device, &browser('b'), "u").await["step"], "in");
    });
}

#[test]
fn a_passkey_belongs_to_one_account_and_only_its_browser_makes_it() {
    each_store_of_the_house(|town| async move {
        let (_, device) = with_passkey(&town).await;
        let other = resident(&town, "b@example.jp", &browser('c')).await;
        let mut same = Device { counter: 0, ..device };
        let fault = add(&town, &other, &mut same, &browser('c'), PRESENT | VERIFIED).await.unwrap_err();
        assert_eq!(fault.code(), "people-way-taken");
        let mut unverified = Device::new(8);
        let fault = add(&town, &other, &mut unverified, &browser('c'), PRESENT).await.unwrap_err();
        assert_eq!(fault.code(), "people-passkey-unfit");
        let asked = options(&town, &other, "people.start_passkey", &browser('c')).await.expect("asked");
        let answer = Device::new(8).make(&asked, PRESENT | VERIFIED);
        let input = json!({"browser": browser('d'), "answer": answer, "label": "x", "session_digest": session_digest("x")});
        let fault = town.call(other, "people.add_passkey", input).await.unwrap_err();
        assert_eq!(fault.code(), "people-passkey-over");
    });
}

#[test]
fn staff_may_make_a_passkey_their_second_factor() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let id = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let link = town.call(admin, "people.invite_staff", json!({"id": id})).await.expect("a link");
        use_link(&town, Who::anyone(), link_of(&link), "half").await.expect("the first factor");
        let half = who(&town, "half").await.expect("half way");
        let mut device = Device::new(5);
        let made = add(&town, &half, &mut device, &browser('a'), PRESENT | VERIFIED).await.expect("made");
        assert_eq!(made["signed_in"]["pending"], false);
        let clerk = who(&town, "made").await.expect("signed in");
        assert!(clerk.strong && clerk.is_staff() && who(&town, "half").await.is_none());
        let security = town.call(clerk.clone(), "people.security", json!({})).await.expect("read");
        let way = json!({"id": security["ways"][0]["id"]});
        let fault = town.call(clerk, "people.remove_way", way).await.unwrap_err();
        assert_eq!(fault.code(), "people-last-second");
        // A code alone leads half way, and the passkey on.
        let half = come_again(&town, "clerk@city.example", &browser('b'), "half").await.expect("half way");
        assert!(half.pending.is_some());
        assert_eq!(sign_in(&town, &mut device, &browser('b'), "t").await["step"], "in");
        assert!(who(&town, "t").await.is_some_and(|who| who.is_staff()));
    });
}

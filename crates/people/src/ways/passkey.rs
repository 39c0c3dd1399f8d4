//! Passkeys: made and used in the browser, checked here. The challenge waits sealed in an attempt, so any node can
//! finish what another began. Whoever used one has shown both factors: the device, and what unlocks it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::who::Level;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::arrive::{come_in, link};
use super::attempt::{self, Kind};
use super::code::{Step, Tried, a_handle, anybody};
use super::history::{self, Outcome, Signal};
use super::second::{set_asks_second, tell};
use super::store::{self, WayKind};
use super::{holder, tally};
use crate::actions::sessions::{Shown, SignedIn};
use crate::actions::{digest, shown};
use crate::model::{AccountState, tidy};
use crate::store::accounts;

const CHALLENGE_MS: i64 = 10 * 60_000;
/// Challenges for one network within an hour: each look at the page of signing in asks for one.
const CHALLENGES_PER_NETWORK: i64 = 1_000;
const HOUR_MS: i64 = 3_600_000;
/// What a browser answers with, at most.
const ANSWER_BYTES: usize = 64 * 1024;

/// The city as browsers know it: passkeys are bound to its host name, and good at its address alone.
fn city(cx: &Cx) -> Result<Webauthn, Fault> {
    let facts = cx.city().facts();
    let cannot = |detail: String| Fault::new(FaultKind::Unavailable, "people-passkey-address").detail(detail);
    let origin = Url::parse(&facts.public_url).map_err(|fault| cannot(fault.to_string()))?;
    let host = origin.host_str().ok_or_else(|| cannot("an address without a host".to_owned()))?.to_owned();
    WebauthnBuilder::new(&host, &origin)
        .and_then(|builder| builder.rp_name(&facts.name).build())
        .map_err(|fault| cannot(fault.to_string()))
}

/// The number under which a device knows the account: the same bits as its id.
fn number_of(account: &Id) -> Uuid {
    const LETTERS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = account.as_str().chars().fold(0u128, |so_far, c| {
        let place = LETTERS.chars().position(|letter| letter == c).unwrap_or(0);
        (so_far << 5) | place as u128
    });
    Uuid::from_u128(bits)
}

/// A browser's answer, as it came.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Answer(pub Value);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn not_too_long(answer: &Answer, (): &()) -> garde::Result {
    if answer.0.to_string().len() <= ANSWER_BYTES {
        Ok(())
    } else {
        Err(ground::validate::rule("field-pattern", &[]))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskChallenge {
    #[garde(custom(a_handle))]
    pub browser: String,
}

/// What the browser is to ask the device.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Challenge {
    /// As `navigator.credentials` takes it, binary parts in base 64 for addresses.
    pub options: Value,
}

/// A challenge for whichever passkey the person chooses.
pub const ASK_PASSKEY: Action<AskChallenge, Challenge> =
    Action::writes("people.ask_passkey", anybody, |tx, cx, input: &AskChallenge| {
        let network = cx.network();
        if !network.is_empty()
            && tally::count(tx, cx, &format!("challenge/{network}"), HOUR_MS)? > CHALLENGES_PER_NETWORK
        {
            return Err(Fault::too_many(60));
        }
        let (options, state) = city(cx)?.start_discoverable_authentication().map_err(Fault::internal)?;
        attempt::begin(tx, cx, Kind::Passkey, &input.browser, "", &state, CHALLENGE_MS)?;
        Ok(Challenge { options: serde_json::to_value(options.public_key).map_err(Fault::internal)? })
    })
    .rate(60, 30)
    .unaudited();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UsePasskey {
    #[garde(length(max = 64))]
    pub browser: String,
    #[garde(custom(not_too_long))]
    pub answer: Answer,
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

/// Signs in with a passkey.
pub const USE_PASSKEY: Action<UsePasskey, Tried> =
    Action::writes("people.use_passkey", anybody, |tx, cx, input: &UsePasskey| {
        let Some(found) = attempt::open::<DiscoverableAuthentication>(tx, cx, Kind::Passkey, &input.browser)?
        else {
            return Ok(Tried::only(Step::Over));
        };
        // A challenge is answered once, rightly or wrongly.
        if !attempt::use_up(tx, cx, Kind::Passkey, &input.browser)? {
            return Ok(Tried::only(Step::Over));
        }
        let Ok(answer) = PublicKeyCredential::deserialize(&input.answer.0) else {
            return Err(Fault::malformed());
        };
        let subject = BASE64.encode(answer.get_credential_id());
        let kept = store::by_subject(tx, WayKind::Passkey, "", &subject)?.filter(|kept| !kept.way.locked);
        let Some(kept) = kept else {
            history::note(tx, cx, None, "passkey", &input.agent, Outcome::Wrong, &[])?;
            return Ok(Tried::only(Step::Wrong));
        };
        let account = accounts::by_id(tx, &kept.account)?.ok_or_else(Fault::missing)?;
        let mut passkey: Passkey = serde_json::from_str(&kept.body).map_err(Fault::internal)?;
        let key = DiscoverableKey::from(&passkey);
        let result = match city(cx)?.finish_discoverable_authentication_v2(&answer, found.body, &key) {
            Ok(result) => result,
            Err(fault) => {
                let back = matches!(fault, WebauthnError::CredentialPossibleCompromise);
                let signals: &[Signal] = if back { &[Signal::CounterBack] } else { &[] };
                tracing::info!(%fault, request = cx.request(), "a passkey did not fit");
                history::note(tx, cx, Some(&account.id), "passkey", &input.agent, Outcome::Wrong, signals)?;
                if back {
                    store::lock(tx, &kept.way.id, cx.now_ms())?;
                    tell(tx, cx, &account.id, "people-changed-passkey-twice")?;
                }
                return Ok(Tried::only(Step::Wrong));
            }
        };
        if account.state == AccountState::Locked {
            history::note(tx, cx, Some(&account.id), "passkey", &input.agent, Outcome::Locked, &[])?;
            return Ok(Tried::only(Step::Locked));
        }
        if passkey.update_credential(&result) == Some(true) {
            let body = serde_json::to_string(&passkey).map_err(Fault::internal)?;
            if !store::set_body(tx, &kept.way.id, &kept.body, &body)? {
                return Ok(Tried::only(Step::Wrong));
            }
        }
        store::note_used(tx, &kept.way.id, cx.now_ms())?;
        let shown = Shown { way: "passkey", strong: result.user_verified() };
        let signed_in =
            come_in(tx, cx, &account.id, shown, Level::Declared, &input.session_digest, &input.agent)?;
        Ok(Tried { signed_in: Some(signed_in), ..Tried::only(Step::In) })
    })
    .rate(30, 30)
    .emits(&["people.signed_in", "people.signed_out", "people.level_raised"])
    .unaudited();

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Making {
    account: Id,
    state: PasskeyRegistration,
}

/// What the browser is to make a passkey from.
pub const START_PASSKEY: Action<AskChallenge, Challenge> =
    Action::writes("people.start_passkey", anybody, |tx, cx, input: &AskChallenge| {
        let account = holder(tx, cx)?;
        let found = accounts::by_id(tx, &account)?.ok_or_else(Fault::missing)?;
        let mut known = Vec::new();
        for kept in store::of_account(tx, &account)? {
            if kept.way.kind == WayKind::Passkey {
                let passkey: Passkey = serde_json::from_str(&kept.body).map_err(Fault::internal)?;
                known.push(passkey.cred_id().clone());
            }
        }
        let name = if found.mail.is_empty() { &found.name } else { &found.mail };
        let (options, state) = city(cx)?
            .start_passkey_registration(number_of(&account), name, &found.name, Some(known))
            .map_err(Fault::internal)?;
        attempt::begin(
            tx,
            cx,
            Kind::NewPasskey,
            &input.browser,
            "",
            &Making { account, state },
            CHALLENGE_MS,
        )?;
        let mut options = serde_json::to_value(options.public_key).map_err(Fault::internal)?;
        // A passkey that its device can find by itself: people sign in with it without typing who they are.
        if let Some(chosen) = options.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
            chosen.insert("residentKey".into(), "required".into());
            chosen.insert("requireResidentKey".into(), true.into());
        }
        Ok(Challenge { options })
    })
    .rate(20, 20)
    .answers_once()
    .unaudited();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    #[garde(length(max = 64))]
    pub browser: String,
    #[garde(custom(not_too_long))]
    pub answer: Answer,
    /// What the person calls the device.
    #[garde(length(chars, max = 60), custom(shown))]
    pub label: String,
    /// For somebody who has shown the first factor and now makes the second: the session that may act.
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

/// A passkey was added.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddedPasskey {
    pub way: Id,
    /// A fresh session, for whoever had shown only the first factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<SignedIn>,
}

pub const ADD_PASSKEY: Action<AddPasskey, AddedPasskey> =
    Action::writes("people.add_passkey", anybody, |tx, cx, input: &AddPasskey| {
        let account = holder(tx, cx)?;
        let over = || Fault::new(FaultKind::Invalid, "people-passkey-over");
        let found = attempt::open::<Making>(tx, cx, Kind::NewPasskey, &input.browser)?
            .filter(|found| found.body.account == account)
            .ok_or_else(over)?;
        if !attempt::use_up(tx, cx, Kind::NewPasskey, &input.browser)? {
            return Err(over());
        }
        let answer = RegisterPublicKeyCredential::deserialize(&input.answer.0)
            .map_err(|fault| Fault::malformed().detail(fault))?;
        let passkey = city(cx)?
            .finish_passkey_registration(&answer, &found.body.state)
            .map_err(|fault| Fault::new(FaultKind::Invalid, "people-passkey-unfit").detail(fault))?;
        let subject = BASE64.encode(passkey.cred_id());
        let body = serde_json::to_string(&passkey).map_err(Fault::internal)?;
        let label = tidy(&input.label);
        let way = link(tx, cx, &account, WayKind::Passkey, "", &subject, &label, &body)?;
        tell(tx, cx, &account, "people-changed-passkey")?;
        let signed_in = if cx.who().pending.is_some() {
            set_asks_second(tx, &account, true)?;
            let shown = Shown { way: "passkey", strong: true };
            Some(come_in(tx, cx, &account, shown, Level::Declared, &input.session_digest, &input.agent)?)
        } else {
            None
        };
        Ok(AddedPasskey { way, signed_in })
    })
    .rate(20, 20)
    .emits(&["people.way_added", "people.signed_in", "people.signed_out", "people.level_raised"]);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_device_knows_the_account_by_the_bits_of_its_id(at in 0i64..1 << 47, random in any::<u128>()) {
            let id = Id::from_parts(at, random);
            let number = number_of(&id).as_u128();
            prop_assert_eq!(number & ((1 << 80) - 1), random & ((1 << 80) - 1));
            prop_assert_eq!(number >> 80, u128::from(at.unsigned_abs()));
        }

        #[test]
        fn nonsense_from_a_browser_is_no_answer(text in "\\PC{0,80}") {
            let value = serde_json::json!({"id": text, "rawId": text, "response": {}, "type": text});
            prop_assert!(PublicKeyCredential::deserialize(&value).is_err());
        }
    }
}

//! The second factor: an authenticator that shows a new number every half minute, and codes on paper for the day when it
//! is lost. Until it was shown, whoever came with the first factor is nobody (`Who::pending`).

use std::fmt::Write as _;

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::seal;
use ground::who::{Level, Object};
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use totp_rs::{Algorithm, Builder, Secret};

use super::arrive::{come_in, link};
use super::attempt::{self, Kind};
use super::code::{Step, Tried, a_handle, anybody, typed_digits};
use super::history::{self, Outcome, Signal};
use super::store::{self, Kept, WayKind};
use super::{fresh, holder, letters, same, tally};
use crate::actions::digest;
use crate::actions::sessions::{Shown, SignedIn};
use crate::store::accounts;

const STEP_S: i64 = 30;
const DIGITS: u8 = 6;
const SECRET_BYTES: usize = 20;
/// Wrong numbers within a quarter of an hour; then the second factor rests for as long.
const WRONG_MAX: i64 = 5;
const REST_MS: i64 = 15 * 60_000;
const ENROL_MS: i64 = 20 * 60_000;
/// Codes on paper.
const PAPER_CODES: usize = 10;

/// What is sealed of an authenticator.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    secret: Vec<u8>,
    /// The last half minute whose number was used: none is good twice.
    last_step: i64,
}

fn sealed_for(account: &Id) -> String {
    format!("totp/{account}")
}

fn seal_body(cx: &Cx, account: &Id, body: &Body) -> Result<String, Fault> {
    let plain = serde_json::to_vec(body).map_err(Fault::internal)?;
    cx.house().sealer.seal(&sealed_for(account), &plain, cx.secret())
}

/// The number of one half minute.
fn number_at(secret: &[u8], step: i64) -> String {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(STEP_S.unsigned_abs())
        .with_skew(0)
        .with_secret(secret.to_vec())
        .build_noncompliant();
    totp.generate(step.unsigned_abs() * STEP_S.unsigned_abs()).to_string()
}

/// The half minute whose number this is: the one before, this one or the one after, and none up to `last`.
fn step_of(secret: &[u8], number: &str, now_ms: i64, last: i64) -> Option<i64> {
    let now = now_ms / 1_000 / STEP_S;
    (now - 1..=now + 1).filter(|step| *step > last).find(|step| same(&number_at(secret, *step), number))
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Enrolling {
    account: Id,
    secret: Vec<u8>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StartTotp {
    #[garde(custom(a_handle))]
    pub browser: String,
}

/// A secret for an authenticator, shown once.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NewTotp {
    /// In base 32, for typing.
    pub secret: String,
    /// For the QR code.
    pub address: String,
}

/// Draws a secret for the account's authenticator. Nothing changes before a number of it came back.
pub const START_TOTP: Action<StartTotp, NewTotp> =
    Action::writes("people.start_totp", anybody, |tx, cx, input: &StartTotp| {
        let account = holder(tx, cx)?;
        let before = attempt::open::<Enrolling>(tx, cx, Kind::Totp, &input.browser)?;
        // Loading the page again shows the same secret: the telephone may have it already.
        let secret = match before.filter(|found| found.body.account == account) {
            Some(found) => found.body.secret,
            None => {
                let secret = cx.secret().iter().take(SECRET_BYTES).copied().collect();
                let body = Enrolling { account: account.clone(), secret };
                attempt::begin(tx, cx, Kind::Totp, &input.browser, "", &body, ENROL_MS)?;
                body.secret
            }
        };
        let base32 = Secret::from(secret).to_base32();
        let city = cx.city().facts().name.clone();
        let found = accounts::by_id(tx, &account)?.ok_or_else(Fault::missing)?;
        let label = if found.mail.is_empty() { found.name } else { found.mail };
        let encoded = ground::html::encode;
        let address = format!(
            "otpauth://totp/{}:{}?secret={base32}&issuer={}&digits={DIGITS}&period={STEP_S}",
            encoded(&city),
            encoded(&label),
            encoded(&city)
        );
        Ok(NewTotp { secret: base32, address })
    })
    .rate(20, 20)
    .answers_once()
    .unaudited();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    #[garde(length(max = 64))]
    pub browser: String,
    #[garde(length(max = 60))]
    pub code: String,
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

/// The authenticator is in use.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Enrolled {
    pub step: Step,
    /// A fresh session, which has shown both factors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<SignedIn>,
    /// For paper, shown once.
    pub codes: Vec<String>,
}

/// Takes the authenticator into use, after a number of it came back.
pub const CONFIRM_TOTP: Action<ConfirmTotp, Enrolled> =
    Action::writes("people.confirm_totp", anybody, |tx, cx, input: &ConfirmTotp| {
        let account = holder(tx, cx)?;
        let nothing = |step| Enrolled { step, signed_in: None, codes: Vec::new() };
        let found = attempt::open::<Enrolling>(tx, cx, Kind::Totp, &input.browser)?
            .filter(|found| found.body.account == account);
        let Some(found) = found else { return Ok(nothing(Step::Over)) };
        let number = typed_digits(&input.code);
        let Some(step) = step_of(&found.body.secret, &number, cx.now_ms(), 0) else {
            return Ok(nothing(Step::Wrong));
        };
        if !attempt::use_up(tx, cx, Kind::Totp, &input.browser)? {
            return Ok(nothing(Step::Over));
        }
        if let Some(before) = totp_of(tx, &account)? {
            store::remove(tx, &before.way.id)?;
        }
        let body = seal_body(cx, &account, &Body { secret: found.body.secret, last_step: step })?;
        link(tx, cx, &account, WayKind::Totp, "", account.as_str(), "", &body)?;
        set_asks_second(tx, &account, true)?;
        let codes = draw_paper(tx, cx, &account)?;
        tell(tx, cx, &account, "people-changed-totp")?;
        let shown = Shown { way: "totp", strong: true };
        let signed_in =
            come_in(tx, cx, &account, shown, Level::Declared, &input.session_digest, &input.agent)?;
        Ok(Enrolled { step: Step::In, signed_in: Some(signed_in), codes })
    })
    .rate(20, 20)
    .emits(&["people.way_added", "people.signed_in", "people.signed_out", "people.level_raised"])
    .answers_once();

/// The account's authenticator.
pub(crate) fn totp_of(tx: &mut Tx<'_>, account: &Id) -> Result<Option<Kept>, Fault> {
    store::by_subject(tx, WayKind::Totp, "", account.as_str())
}

pub(crate) fn set_asks_second(tx: &mut Tx<'_>, account: &Id, asks: bool) -> Result<(), Fault> {
    tx.put(
        sql!("update people_account set second = ?3 where city = ?1 and id = ?2"),
        params![account, i64::from(asks)],
    )
}

/// Tells the person by letter what changed.
pub(crate) fn tell(tx: &mut Tx<'_>, cx: &Cx, account: &Id, what: &str) -> Result<(), Fault> {
    match accounts::by_id(tx, account)? {
        Some(found) => letters::changed(tx, cx, found.lang, &found.mail, what),
        None => Ok(()),
    }
}

const PAPER_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn paper_digest(account: &Id, code: &str) -> String {
    seal::token_digest(&format!("paper/{account}/{code}"))
}

/// Ten new codes in place of the old ones. Eighty bits each: a digest of one gives nothing away.
fn draw_paper(tx: &mut Tx<'_>, cx: &Cx, account: &Id) -> Result<Vec<String>, Fault> {
    tx.put(sql!("delete from people_recovery where city = ?1 and account = ?2"), params![account])?;
    let mut codes = Vec::with_capacity(PAPER_CODES);
    for _ in 0..PAPER_CODES {
        let mut code = String::new();
        for (nth, byte) in cx.secret().iter().take(16).enumerate() {
            if nth > 0 && nth % 4 == 0 {
                code.push('-');
            }
            let letter = PAPER_LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
            let _ = write!(code, "{}", char::from(letter));
        }
        tx.put(
            sql!(
                "insert into people_recovery (city, account, digest, made_ms, used_ms) values (?1, ?2, ?3, ?4, 0)"
            ),
            params![account, paper_digest(account, &code), cx.now_ms()],
        )?;
        codes.push(code);
    }
    Ok(codes)
}

/// A code from paper, as it is kept: small letters, four by four.
fn typed_paper(text: &str) -> Option<String> {
    let letters: Vec<char> = text
        .chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    (letters.len() == 16)
        .then(|| letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

fn use_paper(tx: &mut Tx<'_>, cx: &Cx, account: &Id, typed: &str) -> Result<bool, Fault> {
    let Some(code) = typed_paper(typed) else { return Ok(false) };
    let used = tx.exec(
        sql!(
            "update people_recovery set used_ms = ?4
             where city = ?1 and account = ?2 and digest = ?3 and used_ms = 0"
        ),
        params![account, paper_digest(account, &code), cx.now_ms()],
    )?;
    Ok(used == 1)
}

pub(crate) fn paper_left(tx: &mut Tx<'_>, account: &Id) -> Result<i64, Fault> {
    tx.one(
        sql!("select count(*) from people_recovery where city = ?1 and account = ?2 and used_ms = 0"),
        params![account],
        |row| row.get(0),
    )
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaperCodes {
    pub codes: Vec<String>,
}

/// New codes for paper; the old ones stop working.
pub const MAKE_PAPER_CODES: Action<crate::actions::Nothing, PaperCodes> =
    Action::writes("people.make_paper_codes", crate::actions::own_account, |tx, cx, _| {
        fresh(cx)?;
        let account = cx.who().account.clone().ok_or_else(Fault::signed_out)?;
        if totp_of(tx, &account)?.is_none() {
            return Err(Fault::missing());
        }
        tell(tx, cx, &account, "people-changed-paper")?;
        Ok(PaperCodes { codes: draw_paper(tx, cx, &account)? })
    })
    .answers_once();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EnterSecond {
    /// The number of the authenticator, or a code from paper.
    #[garde(length(max = 60))]
    pub code: String,
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

/// Whoever has shown the first factor, or wants to show again that it is them.
fn begun(cx: &Cx) -> Result<Id, Fault> {
    let who = cx.who();
    // A session that was handed over to a thief must not be made fresh for ever by numbers alone.
    who.pending.clone().ok_or_else(Fault::signed_out)
}

/// Shows the second factor, and begins the session that may act.
pub const ENTER_SECOND: Action<EnterSecond, Tried> =
    Action::writes("people.enter_second", second_of, |tx, cx, input: &EnterSecond| {
        let account = begun(cx)?;
        tx.lock(&format!("people/ways/{account}"))?;
        let wrong_key = format!("second/{account}");
        let (wrong, ends_ms) = tally::so_far(tx, cx, &wrong_key)?;
        if wrong >= WRONG_MAX {
            let wait_s = u64::try_from((ends_ms - cx.now_ms()) / 1_000).unwrap_or(0).max(1);
            return Err(Fault::new(FaultKind::TooMany, "people-second-rests").retry_after(wait_s));
        }
        let Some(way) = shows(tx, cx, &account, &input.code)? else {
            let count = tally::count(tx, cx, &wrong_key, REST_MS)?;
            let last = count >= WRONG_MAX;
            let (outcome, signals): (_, &[Signal]) =
                if last { (Outcome::Stopped, &[Signal::Guessing]) } else { (Outcome::Wrong, &[]) };
            history::note(tx, cx, Some(&account), "totp", &input.agent, outcome, signals)?;
            if last {
                tell(tx, cx, &account, "people-changed-second-rests")?;
            }
            return Ok(Tried { tries_left: (WRONG_MAX - count).max(0), ..Tried::only(Step::Wrong) });
        };
        tally::forget(tx, &wrong_key)?;
        if way == "paper" {
            tell(tx, cx, &account, "people-changed-paper-used")?;
        }
        let shown = Shown { way, strong: true };
        let signed_in =
            come_in(tx, cx, &account, shown, Level::Declared, &input.session_digest, &input.agent)?;
        Ok(Tried { signed_in: Some(signed_in), ..Tried::only(Step::In) })
    })
    .rate(20, 20)
    .emits(&["people.signed_in", "people.signed_out", "people.level_raised"])
    .unaudited();

fn second_of<In>(_: &mut Tx<'_>, cx: &Cx, _: &In) -> Result<Object, Fault> {
    begun(cx).map(|account| Object::new("sign_in", account))
}

/// By what the second factor was shown, if it was.
fn shows(tx: &mut Tx<'_>, cx: &Cx, account: &Id, typed: &str) -> Result<Option<&'static str>, Fault> {
    if use_paper(tx, cx, account, typed)? {
        return Ok(Some("paper"));
    }
    let Some(kept) = totp_of(tx, account)? else { return Ok(None) };
    let plain = cx.house().sealer.open(&sealed_for(account), &kept.body)?;
    let mut body: Body = serde_json::from_slice(&plain).map_err(Fault::internal)?;
    let Some(step) = step_of(&body.secret, &typed_digits(typed), cx.now_ms(), body.last_step) else {
        return Ok(None);
    };
    body.last_step = step;
    if !store::set_body(tx, &kept.way.id, &kept.body, &seal_body(cx, account, &body)?)? {
        // Another node has just taken a number: this may be the same one.
        return Ok(None);
    }
    store::note_used(tx, &kept.way.id, cx.now_ms())?;
    Ok(Some("totp"))
}

/// What somebody who is half way in can show.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SecondView {
    pub name: String,
    pub totp: bool,
    pub passkey: bool,
}

/// For the page between the first factor and the second.
pub const SECOND: Action<crate::actions::Nothing, SecondView> =
    Action::reads("people.second", second_of, |tx, cx, _| {
        let account = begun(cx)?;
        let found = accounts::by_id(tx, &account)?.ok_or_else(Fault::missing)?;
        let ways = store::of_account(tx, &account)?;
        let has = |kind| ways.iter().any(|kept| kept.way.kind == kind);
        Ok(SecondView { name: found.name, totp: has(WayKind::Totp), passkey: has(WayKind::Passkey) })
    });

/// Ends a session that waits for its second factor.
pub const GIVE_UP: Action<crate::actions::Nothing, crate::actions::Nothing> =
    Action::writes("people.give_up_sign_in", second_of, |tx, cx, _| {
        if let Some(session) = &cx.who().session {
            crate::actions::sessions::end(tx, cx, session)?;
        }
        Ok(crate::actions::Nothing {})
    })
    .emits(&["people.signed_out"])
    .unaudited();

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_those_of_every_authenticator() {
        // RFC 6238, appendix B: the last six of the eight digits for SHA-1.
        let secret = b"12345678901234567890";
        assert_eq!(number_at(secret, 59 / 30), "287082");
        assert_eq!(number_at(secret, 1_111_111_109 / 30), "081804");
        assert_eq!(number_at(secret, 20_000_000_000 / 30), "353130");
    }

    #[test]
    fn a_number_is_good_for_a_moment_and_once() {
        let secret = b"12345678901234567890";
        let now_ms = 1_111_111_109_000;
        let step = now_ms / 30_000;
        assert_eq!(step_of(secret, "081804", now_ms, 0), Some(step));
        assert_eq!(step_of(secret, "081804", now_ms + 30_000, 0), Some(step), "a slow hand");
        assert_eq!(step_of(secret, "081804", now_ms + 60_000, 0), None);
        assert_eq!(step_of(secret, "081804", now_ms, step), None, "used");
        assert_eq!(step_of(secret, "", now_ms, 0), None);
    }

    #[test]
    fn codes_from_paper_are_read_as_people_type_them() {
        assert_eq!(typed_paper("ABCD 1234-efgh o0il").as_deref(), Some("abcd-1234-efgh-0011"));
        assert_eq!(typed_paper("123456"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_without_a_crash(text in "\\PC{0,80}") {
            let _ = typed_paper(&text);
        }
    }
}

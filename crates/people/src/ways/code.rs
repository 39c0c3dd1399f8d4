//! A one-time code by e-mail. Whether an address has an account shows in nothing that is answered or done before the
//! code came back: the same statements run, the same letter is sent, the same page is shown. A new account is made after
//! that, by a short page of its own.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::validate::rule;
use ground::who::{Level, Object, Who};
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrive::{Newcomer, come_in, expect_newcomer, link};
use super::attempt::{self, Kind};
use super::history::{self, Outcome, Signal};
use super::relying;
use super::{letters, same, tally};
use crate::actions::sessions::{Shown, SignedIn};
use crate::actions::{a_mail, digest, shown};
use crate::model::{AccountKind, AccountState, folded_mail, tidy};
use crate::store::accounts::{self, Account};

/// How long a code waits.
pub(crate) const CODE_MINUTES: i64 = 10;
/// Eight: with the limits below, a year of guessing at ten thousand accounts would find less than one.
pub(crate) const CODE_DIGITS: usize = 8;
/// Tries of one code; then it is dead.
pub(crate) const CODE_TRIES: i64 = 5;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Codes for one address within an hour.
const CODES_PER_ADDRESS: i64 = 6;
/// Codes asked for by one network within an hour: a school or a care home has one address for everybody.
const CODES_PER_NETWORK: i64 = 120;
/// Wrong codes for one address within a day; then codes by e-mail rest for a day, and a letter says so.
const WRONG_PER_ADDRESS: i64 = 15;

/// An address as keys of limits know it: signed, so that the tables hold no address of somebody without an account.
pub(crate) fn mail_key(cx: &Cx, mail: &str) -> String {
    let text = format!("{}/{mail}", cx.city().slug);
    cx.house().sealer.sign("sign-in mail", &text).chars().take(32).collect()
}

/// What the sealed body of an attempt holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sent {
    mail: String,
    code: String,
    back: String,
}

/// Digits that nobody can foresee.
pub(crate) fn draw_code(cx: &Cx) -> String {
    let number = cx.secret().iter().take(15).fold(0u128, |so_far, byte| (so_far << 8) | u128::from(*byte));
    format!("{:0width$}", number % 10u128.pow(CODE_DIGITS as u32), width = CODE_DIGITS)
}

/// What was typed, as digits: full width or half, with spaces or hyphens in between.
pub(crate) fn typed_digits(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0),
            _ => None,
        })
        .take(32)
        .collect()
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskCode {
    #[garde(custom(a_mail))]
    pub mail: String,
    /// The handle that this browser holds; the code is good in this browser alone.
    #[garde(custom(a_handle))]
    pub browser: String,
    /// Where the person wanted to go.
    #[serde(default)]
    #[garde(length(max = 500))]
    pub back: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn a_handle(text: &str, (): &()) -> garde::Result {
    if attempt::is_handle(text) { Ok(()) } else { Err(rule("field-pattern", &[])) }
}

/// The same for every address.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CodeSent {
    pub ends_ms: i64,
}

pub(crate) fn anybody<In>(_: &mut Tx<'_>, _: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::of_city("sign_in"))
}

/// Sends a code to an address, whether or not somebody here has it.
pub const ASK_CODE: Action<AskCode, CodeSent> =
    Action::writes("people.ask_code", anybody, |tx, cx, input: &AskCode| {
        let mail = folded_mail(&input.mail);
        let key = mail_key(cx, &mail);
        within_limits(tx, cx, &key)?;
        let account = accounts::by_mail(tx, &mail)?;
        let code = draw_code(cx);
        let sent = Sent { mail: mail.clone(), code: code.clone(), back: input.back.clone() };
        let lasts_ms = CODE_MINUTES * 60_000;
        attempt::begin(tx, cx, Kind::Code, &input.browser, &key, &sent, lasts_ms)?;
        // A person who chose a language gets it; the letter is made the same way for everybody.
        let lang = account.and_then(|account| account.lang).unwrap_or(cx.lang());
        letters::code(tx, cx, lang, &mail, &code, cx.now_ms() + lasts_ms)?;
        Ok(CodeSent { ends_ms: cx.now_ms() + lasts_ms })
    })
    .rate(10, 10)
    .unaudited();

/// Neither an address nor a network may ask for codes without end.
fn within_limits(tx: &mut Tx<'_>, cx: &Cx, mail_key: &str) -> Result<(), Fault> {
    resting(tx, cx, mail_key)?;
    let per_address = format!("code/{mail_key}");
    if tally::count(tx, cx, &per_address, HOUR_MS)? > CODES_PER_ADDRESS {
        return Err(too_often(tx, cx, &per_address)?);
    }
    let network = cx.network();
    if !network.is_empty() {
        let per_network = format!("codes/{network}");
        if tally::count(tx, cx, &per_network, HOUR_MS)? > CODES_PER_NETWORK {
            return Err(too_often(tx, cx, &per_network)?);
        }
    }
    Ok(())
}

fn too_often(tx: &mut Tx<'_>, cx: &Cx, key: &str) -> Result<Fault, Fault> {
    let (_, ends_ms) = tally::so_far(tx, cx, key)?;
    Ok(Fault::too_many(u64::try_from((ends_ms - cx.now_ms()) / 1_000).unwrap_or(0).max(1)))
}

/// After too many wrong codes, or when its person asked for it, no code opens anything for a while.
pub(crate) fn resting(tx: &mut Tx<'_>, cx: &Cx, mail_key: &str) -> Result<(), Fault> {
    let (count, ends_ms) = tally::so_far(tx, cx, &format!("rest/{mail_key}"))?;
    if count == 0 {
        return Ok(());
    }
    let wait_s = u64::try_from((ends_ms - cx.now_ms()) / 1_000).unwrap_or(0).max(1);
    Err(Fault::new(FaultKind::TooMany, "people-code-rests").retry_after(wait_s))
}

/// Codes for this address rest.
pub(crate) fn rest(tx: &mut Tx<'_>, cx: &Cx, mail: &str, days: i64) -> Result<(), Fault> {
    tally::count(tx, cx, &format!("rest/{}", mail_key(cx, mail)), days * DAY_MS).map(|_| ())
}

/// Codes for this address are sent again.
pub(crate) fn wake(tx: &mut Tx<'_>, cx: &Cx, mail: &str) -> Result<(), Fault> {
    let key = mail_key(cx, mail);
    tally::forget(tx, &format!("rest/{key}"))?;
    tally::forget(tx, &format!("wrong/{key}"))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EnterCode {
    #[garde(length(max = 64))]
    pub browser: String,
    #[garde(length(max = 60))]
    pub code: String,
    /// The digest of a session token that the caller drew.
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    In,
    /// Right, and there is no account yet: one short page more.
    Newcomer,
    Wrong,
    /// Nothing waits here for a code: it ended, was used, was tried too often, or another browser asked for it.
    Over,
    Locked,
}

/// What became of a try. A wrong one is an answer, not a fault: it must be counted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    pub step: Step,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<SignedIn>,
    pub tries_left: i64,
    /// Where the person wanted to go.
    pub back: String,
}

impl Tried {
    pub(crate) fn only(step: Step) -> Tried {
        Tried { step, signed_in: None, tries_left: 0, back: String::new() }
    }
}

/// Tries a code.
pub const ENTER_CODE: Action<EnterCode, Tried> =
    Action::writes("people.enter_code", anybody, |tx, cx, input: &EnterCode| {
        let Some(found) = attempt::open::<Sent>(tx, cx, Kind::Code, &input.browser)? else {
            return Ok(Tried::only(Step::Over));
        };
        let tries = attempt::count_try(tx, Kind::Code, &input.browser)?;
        let sent = found.body;
        let account = accounts::by_mail(tx, &sent.mail)?;
        let whose = account.as_ref().map(|account| &account.id);
        if tries > CODE_TRIES {
            return Ok(Tried::only(Step::Over));
        }
        resting(tx, cx, &mail_key(cx, &sent.mail))?;
        if !same(&sent.code, &typed_digits(&input.code)) {
            return wrong(tx, cx, &sent, whose, tries, input);
        }
        if !attempt::use_up(tx, cx, Kind::Code, &input.browser)? {
            return Ok(Tried::only(Step::Over));
        }
        tally::forget(tx, &format!("wrong/{}", mail_key(cx, &sent.mail)))?;
        let Some(account) = account else {
            let back = sent.back.clone();
            let newcomer = Newcomer {
                mail: sent.mail,
                way: "mail".to_owned(),
                level: Level::Mail,
                back: sent.back,
                ..Newcomer::default()
            };
            expect_newcomer(tx, cx, &input.browser, &newcomer)?;
            return Ok(Tried { back, ..Tried::only(Step::Newcomer) });
        };
        if account.state == AccountState::Locked {
            history::note(tx, cx, Some(&account.id), "mail", &input.agent, Outcome::Locked, &[])?;
            return Ok(Tried::only(Step::Locked));
        }
        let shown = Shown { way: "mail", strong: false };
        let signed_in =
            come_in(tx, cx, &account.id, shown, Level::Mail, &input.session_digest, &input.agent)?;
        Ok(Tried { step: Step::In, signed_in: Some(signed_in), tries_left: 0, back: sent.back })
    })
    .rate(20, 20)
    .emits(&["people.signed_in", "people.signed_out", "people.level_raised"])
    .unaudited();

fn wrong(
    tx: &mut Tx<'_>,
    cx: &Cx,
    sent: &Sent,
    whose: Option<&Id>,
    tries: i64,
    input: &EnterCode,
) -> Result<Tried, Fault> {
    let last = tries == CODE_TRIES;
    if last {
        attempt::use_up(tx, cx, Kind::Code, &input.browser)?;
    }
    let (outcome, signals): (_, &[Signal]) =
        if last { (Outcome::Stopped, &[Signal::Guessing]) } else { (Outcome::Wrong, &[]) };
    history::note(tx, cx, whose, "mail", &input.agent, outcome, signals)?;
    let key = mail_key(cx, &sent.mail);
    if tally::count(tx, cx, &format!("wrong/{key}"), DAY_MS)? == WRONG_PER_ADDRESS {
        rest(tx, cx, &sent.mail, 1)?;
        letters::resting(tx, cx, &sent.mail)?;
    }
    let step = if last { Step::Over } else { Step::Wrong };
    Ok(Tried { tries_left: CODE_TRIES - tries, ..Tried::only(step) })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskNewcomer {
    #[garde(length(max = 64))]
    pub browser: String,
}

/// Somebody who may make an account now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NewcomerView {
    /// The address that was confirmed; empty when another provider vouched for them.
    pub mail: String,
    /// A name to begin with.
    pub name: String,
    pub back: String,
}

/// A code that this browser waits for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CodeWaits {
    /// As it was typed: so that a slip of the finger is seen.
    pub mail: String,
    pub ends_ms: i64,
    pub back: String,
    /// Letters wait at the moment: no mail server, or one that does not answer.
    pub queued: bool,
    /// Where a demonstration city without a mail server shows its letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbox: Option<String>,
}

/// What `gate.mail_open` answers, as far as it is shown here.
#[derive(Deserialize)]
struct MailOpen {
    answering: bool,
    #[serde(default)]
    outbox: Option<String>,
}

/// What this browser has asked for.
pub const CODE_WAITS: Action<AskNewcomer, CodeWaits> =
    Action::reads("people.code_waits", anybody, |tx, cx, input: &AskNewcomer| {
        let found = attempt::open::<Sent>(tx, cx, Kind::Code, &input.browser)?.ok_or_else(over)?;
        let said = cx.acting_as(Who::system()).call(tx, "gate.mail_open", serde_json::json!({}))?;
        let said: MailOpen = serde_json::from_value(said).map_err(Fault::internal)?;
        Ok(CodeWaits {
            mail: found.body.mail,
            ends_ms: found.ends_ms,
            back: found.body.back,
            queued: !said.answering && said.outbox.is_none(),
            outbox: said.outbox,
        })
    })
    .rate(30, 30);

fn over() -> Fault {
    Fault::new(FaultKind::Missing, "people-newcomer-over")
}

pub const NEWCOMER: Action<AskNewcomer, NewcomerView> =
    Action::reads("people.newcomer", anybody, |tx, cx, input: &AskNewcomer| {
        let found = attempt::open::<Newcomer>(tx, cx, Kind::Newcomer, &input.browser)?.ok_or_else(over)?.body;
        Ok(NewcomerView { mail: found.mail, name: found.name, back: found.back })
    })
    .rate(30, 30);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Join {
    #[garde(length(max = 64))]
    pub browser: String,
    /// How the person wants to be called.
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    #[serde(default)]
    #[garde(skip)]
    pub lang: Option<Lang>,
    /// Whether the person agrees to how the city handles what it is told.
    #[serde(default)]
    #[garde(custom(agreed))]
    pub agrees: bool,
    #[garde(custom(digest))]
    pub session_digest: String,
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub agent: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn agreed(agrees: &bool, (): &()) -> garde::Result {
    if *agrees { Ok(()) } else { Err(rule("field-people-agree", &[])) }
}

/// Makes the account of somebody whom a code or another provider has vouched for.
pub const JOIN: Action<Join, SignedIn> = Action::writes("people.join", anybody, |tx, cx, input: &Join| {
    let found = attempt::open::<Newcomer>(tx, cx, Kind::Newcomer, &input.browser)?.ok_or_else(over)?.body;
    if !attempt::use_up(tx, cx, Kind::Newcomer, &input.browser)? {
        return Err(over());
    }
    accounts::lock(tx)?;
    // Somebody may have made it in between, with the same address and in another browser.
    let known = accounts::by_mail(tx, &found.mail)?;
    // Whom another provider vouches for is not let into an account that somebody else may have made: its owner signs in
    // as before, and links the provider then.
    if known.is_some() && found.link.is_some() {
        return Err(over());
    }
    let id = match known {
        Some(account) => account.id,
        None => {
            let account = Account {
                id: cx.id(),
                kind: AccountKind::Resident,
                name: tidy(&input.name),
                kana: String::new(),
                mail: found.mail.clone(),
                lang: input.lang,
                state: AccountState::Active,
                rev: 1,
                saved_ms: cx.now_ms(),
                saved_by: String::new(),
            };
            let account = Account { saved_by: account.id.to_string(), ..account };
            accounts::add(tx, &account)?;
            tx.emit(cx, "people.account_saved", account.id.as_str(), serde_json::json!({"rev": 1}))?;
            account.id
        }
    };
    if let Some((kind, issuer, subject, label, body)) = &found.link {
        // What the provider said of the person waited for an account to be taken over into.
        let body = relying::take_over_later(tx, cx, &id, body)?;
        link(tx, cx, &id, *kind, issuer, subject, label, &body)?;
    }
    let shown = Shown { way: &found.way, strong: false };
    come_in(tx, cx, &id, shown, found.level, &input.session_digest, &input.agent)
})
.rate(10, 10)
.emits(&[
    "people.account_saved",
    "people.signed_in",
    "people.signed_out",
    "people.level_raised",
    "people.way_added",
]);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_are_read_in_either_width_and_with_spaces() {
        assert_eq!(typed_digits(" 1234 5678 "), "12345678");
        assert_eq!(typed_digits("１２３４-５６７８"), "12345678");
        assert_eq!(typed_digits("code"), "");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_becomes_a_few_digits(text in "\\PC{0,200}") {
            let digits = typed_digits(&text);
            prop_assert!(digits.len() <= 32 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        }

        #[test]
        fn only_the_same_is_the_same(a in "[0-9]{0,9}", b in "[0-9]{0,9}") {
            prop_assert_eq!(same(&a, &b), a == b);
        }
    }
}

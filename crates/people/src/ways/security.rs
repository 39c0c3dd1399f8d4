//! Looking after one's own ways in: seeing and removing them, a new e-mail address, "that was not me".

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Level, Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrive::raise;
use super::attempt::{self, Kind};
use super::code::{
    CODE_MINUTES, CODE_TRIES, Step, Tried, a_handle, draw_code, mail_key, rest, resting, typed_digits, wake,
};
use super::history::{self, Entry, Signal};
use super::second::{paper_left, set_asks_second, tell};
use super::store::{self, Way, WayKind};
use super::{fresh, letters, relying, same, tally};
use crate::actions::sessions::end_all;
use crate::actions::{Nothing, a_mail, own_account, shown};
use crate::model::{AccountKind, folded_mail, tidy};
use crate::store::accounts::{self, Account, Assurance};

const DAY_MS: i64 = 86_400_000;
/// Codes to new addresses that one account may ask for within a day.
const NEW_MAILS: i64 = 10;
/// How long codes rest after somebody said that a code was not used by them.
const NOT_ME_DAYS: i64 = 30;

fn own(cx: &Cx) -> Result<Id, Fault> {
    cx.who().account.clone().ok_or_else(Fault::signed_out)
}

/// Everything about how one comes in.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Security {
    pub mail: String,
    /// Codes by e-mail rest until then; 0 when they do not.
    pub mail_rests_until_ms: i64,
    pub ways: Vec<Way>,
    /// Codes on paper that were not used yet.
    pub paper_left: i64,
    /// Whether a second factor is asked for each time.
    pub asks_second: bool,
    pub assurance: Assurance,
    /// Whether the sign-in is recent enough for changes.
    pub fresh: bool,
}

pub const SECURITY: Action<Nothing, Security> = Action::reads("people.security", own_account, |tx, cx, _| {
    let id = own(cx)?;
    let account = accounts::by_id(tx, &id)?.ok_or_else(Fault::missing)?;
    let rests = tally::so_far(tx, cx, &format!("rest/{}", mail_key(cx, &account.mail)))?;
    Ok(Security {
        mail_rests_until_ms: if account.mail.is_empty() { 0 } else { rests.1 },
        mail: account.mail,
        ways: store::of_account(tx, &id)?.into_iter().map(|kept| kept.way).collect(),
        paper_left: paper_left(tx, &id)?,
        asks_second: account.kind == AccountKind::Staff || accounts::asks_second(tx, &id)?,
        assurance: accounts::assurance(tx, &id)?,
        fresh: fresh(cx).is_ok(),
    })
});

/// How sure the city is of who one is.
pub const IDENTITY: Action<Nothing, Assurance> =
    Action::reads("people.identity", own_account, |tx, cx, _| accounts::assurance(tx, &own(cx)?)).quick();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisWay {
    pub id: Id,
}

fn this_way(tx: &mut Tx<'_>, _: &Cx, input: &ThisWay) -> Result<Object, Fault> {
    way_of(tx, &input.id)
}

fn way_of(tx: &mut Tx<'_>, id: &Id) -> Result<Object, Fault> {
    let kept = store::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("way", id).owner(Some(kept.account)))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RenameWay {
    #[garde(skip)]
    pub id: Id,
    #[garde(length(chars, max = 60), custom(shown))]
    pub label: String,
}

pub const RENAME_WAY: Action<RenameWay, Nothing> = Action::writes(
    "people.rename_way",
    |tx, _, input: &RenameWay| way_of(tx, &input.id),
    |tx, _, input| {
        store::rename(tx, &input.id, &tidy(&input.label))?;
        Ok(Nothing {})
    },
);

/// Removes a way. The last way in stays, and staff keep a second factor. A provider that is closed leads nowhere.
pub const REMOVE_WAY: Action<ThisWay, Nothing> =
    Action::writes("people.remove_way", this_way, |tx, cx, input: &ThisWay| {
        fresh(cx)?;
        let id = own(cx)?;
        tx.lock(&format!("people/ways/{id}"))?;
        let account = accounts::by_id(tx, &id)?.ok_or_else(Fault::missing)?;
        let kept = store::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        let others: Vec<Way> = store::of_account(tx, &id)?
            .into_iter()
            .map(|other| other.way)
            .filter(|way| way.id != input.id && !way.locked)
            .collect();
        let has = |kind: WayKind| others.iter().any(|way| way.kind == kind);
        let open = relying::open_issuers(tx)?;
        let provider = others.iter().any(|way| way.kind == WayKind::Provider && open.contains(&way.issuer));
        let other_way_in = !account.mail.is_empty() || has(WayKind::Passkey) || provider;
        // An authenticator is no way in by itself.
        if kept.way.kind != WayKind::Totp && !other_way_in {
            return Err(Fault::new(FaultKind::Invalid, "people-last-way"));
        }
        let second = has(WayKind::Totp) || has(WayKind::Passkey);
        if account.kind == AccountKind::Staff && kept.way.kind != WayKind::Provider && !second {
            return Err(Fault::new(FaultKind::Invalid, "people-last-second"));
        }
        store::remove(tx, &input.id)?;
        if kept.way.kind == WayKind::Totp {
            set_asks_second(tx, &id, false)?;
            store::forget_paper(tx, &id)?;
        }
        tell(tx, cx, &id, "people-changed-removed")?;
        let facts = serde_json::json!({"way": input.id, "kind": kept.way.kind.name()});
        tx.emit(cx, "people.way_removed", id.as_str(), facts)?;
        Ok(Nothing {})
    })
    .emits(&["people.way_removed"]);

/// A way that was locked after "that was not me" works again.
pub const UNLOCK_WAY: Action<ThisWay, Nothing> =
    Action::writes("people.unlock_way", this_way, |tx, cx, input: &ThisWay| {
        fresh(cx)?;
        store::unlock(tx, &input.id)?;
        tell(tx, cx, &own(cx)?, "people-changed-unlocked")?;
        Ok(Nothing {})
    });

/// Codes by e-mail work again.
pub const WAKE_MAIL: Action<Nothing, Nothing> =
    Action::writes("people.wake_mail", own_account, |tx, cx, _| {
        fresh(cx)?;
        let account = accounts::by_id(tx, &own(cx)?)?.ok_or_else(Fault::missing)?;
        wake(tx, cx, &account.mail)?;
        Ok(Nothing {})
    });

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskHistory {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// One's own history of signing in, newest first.
pub const HISTORY: Action<AskHistory, List<Entry>> =
    Action::reads("people.sign_in_history", own_account, |tx, cx, input: &AskHistory| {
        let rows = history::of_account(tx, &own(cx)?, input.paging.after(), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisEntry {
    pub id: Id,
}

fn this_entry(tx: &mut Tx<'_>, _: &Cx, input: &ThisEntry) -> Result<Object, Fault> {
    let entry = history::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("sign_in", &entry.id).owner(entry.account))
}

/// What was done after "that was not me".
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShutOut {
    pub sessions: u64,
    pub ways: u64,
}

/// "That was not me": every other session ends, the way that was used is locked, and staff see it.
pub const NOT_ME: Action<ThisEntry, ShutOut> =
    Action::writes("people.not_me", this_entry, |tx, cx, input: &ThisEntry| {
        let id = own(cx)?;
        let entry = history::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        let account = accounts::by_id(tx, &id)?.ok_or_else(Fault::missing)?;
        let sessions = end_all(tx, cx, &id, cx.who().session.as_ref())?;
        // What the person came in with just now stays open, unless it is the very kind that was misused.
        let ways = match entry.way.as_str() {
            "mail" | "link" | "demo" | "counter" => {
                rest(tx, cx, &account.mail, NOT_ME_DAYS)?;
                1
            }
            "totp" | "paper" => {
                rest(tx, cx, &account.mail, NOT_ME_DAYS)?;
                store::lock_all(tx, &id, WayKind::Totp, cx.now_ms())? + 1
            }
            "passkey" => store::lock_all(tx, &id, WayKind::Passkey, cx.now_ms())?,
            _ => store::lock_all(tx, &id, WayKind::Provider, cx.now_ms())?,
        };
        crate::store::sessions::forget_links(tx, &id)?;
        history::mark(tx, &entry, Signal::NotMe)?;
        tell(tx, cx, &id, "people-changed-not-me")?;
        tx.emit(cx, "people.not_me", id.as_str(), serde_json::json!({"entry": entry.id, "way": entry.way}))?;
        Ok(ShutOut { sessions, ways })
    })
    .emits(&["people.not_me", "people.signed_out"]);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Moving {
    account: Id,
    mail: String,
    code: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskNewMail {
    #[garde(custom(a_mail))]
    pub mail: String,
    #[garde(custom(a_handle))]
    pub browser: String,
}

/// Sends a code to the address that one's account is to have. Whether somebody else has it shows only to whoever reads
/// its letters.
pub const ASK_NEW_MAIL: Action<AskNewMail, super::code::CodeSent> =
    Action::writes("people.ask_new_mail", own_account, |tx, cx, input: &AskNewMail| {
        fresh(cx)?;
        let account = own(cx)?;
        let mail = folded_mail(&input.mail);
        resting(tx, cx, &mail_key(cx, &mail))?;
        if tally::count(tx, cx, &format!("new_mail/{account}"), DAY_MS)? > NEW_MAILS {
            return Err(Fault::too_many(3_600));
        }
        let code = draw_code(cx);
        let lasts_ms = CODE_MINUTES * 60_000;
        let body = Moving { account: account.clone(), mail: mail.clone(), code: code.clone() };
        attempt::begin(tx, cx, Kind::NewMail, &input.browser, account.as_str(), &body, lasts_ms)?;
        letters::code(tx, cx, cx.lang(), &mail, &code, cx.now_ms() + lasts_ms)?;
        Ok(super::code::CodeSent { ends_ms: cx.now_ms() + lasts_ms })
    })
    .rate(10, 10);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TakeNewMail {
    #[garde(length(max = 64))]
    pub browser: String,
    #[garde(length(max = 60))]
    pub code: String,
}

/// Takes the new address, and tells the old one.
pub const TAKE_NEW_MAIL: Action<TakeNewMail, Tried> =
    Action::writes("people.take_new_mail", own_account, |tx, cx, input: &TakeNewMail| {
        let account = own(cx)?;
        let found = attempt::open::<Moving>(tx, cx, Kind::NewMail, &input.browser)?
            .filter(|found| found.body.account == account);
        let Some(found) = found else { return Ok(Tried::only(Step::Over)) };
        let tries = attempt::count_try(tx, Kind::NewMail, &input.browser)?;
        if tries > CODE_TRIES {
            return Ok(Tried::only(Step::Over));
        }
        if !same(&found.body.code, &typed_digits(&input.code)) {
            return Ok(Tried { tries_left: CODE_TRIES - tries, ..Tried::only(Step::Wrong) });
        }
        if !attempt::use_up(tx, cx, Kind::NewMail, &input.browser)? {
            return Ok(Tried::only(Step::Over));
        }
        accounts::lock(tx)?;
        let mail = found.body.mail;
        if accounts::by_mail(tx, &mail)?.is_some_and(|other| other.id != account) {
            return Err(Fault::field("mail", "field-people-mail-taken"));
        }
        let before = accounts::by_id(tx, &account)?.ok_or_else(Fault::missing)?;
        let old = before.mail.clone();
        let saved = Account {
            mail,
            rev: before.rev + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
            ..before
        };
        if !accounts::change(tx, &saved)? {
            return Err(Fault::exists());
        }
        letters::changed(tx, cx, saved.lang, &old, "people-changed-mail")?;
        raise(tx, cx, &account, Level::Mail, "mail")?;
        tx.emit(cx, "people.account_saved", account.as_str(), serde_json::json!({"rev": saved.rev}))?;
        Ok(Tried::only(Step::In))
    })
    .emits(&["people.account_saved", "people.level_raised"]);

//! The queue as staff see it: how each letter stands, never whom it is for or what it says. And the outbox of a
//! demonstration city, where everybody sees both.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::floor::actions::Nothing;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::whole_city;
use crate::mail::store::{self, Mail};
use crate::mail::{State, deliver};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskMails {
    /// Only letters in this state.
    #[garde(skip)]
    #[serde(default)]
    pub state: Option<State>,
    #[garde(dive)]
    #[serde(default)]
    pub paging: Paging,
}

/// How a letter stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailRow {
    pub id: Id,
    /// What it is for: "sign_in_code".
    pub kind: String,
    pub state: State,
    /// The part of the address after the @.
    pub host: String,
    pub tries: i64,
    /// The code of the fault that stopped it last; empty when nothing did.
    pub cause: String,
    /// What the mail server said, without addresses.
    pub said: String,
    pub made_ms: i64,
    /// Not sent any more after this moment; 0 for no such end.
    pub until_ms: i64,
    /// When it is tried again, while it waits.
    pub next_ms: i64,
    /// When it ended; 0 while it waits.
    pub done_ms: i64,
    /// Whether its contents are still there, so that it can be tried again.
    pub whole: bool,
}

impl MailRow {
    fn of(mail: Mail) -> MailRow {
        MailRow {
            whole: mail.has_contents(),
            id: mail.id,
            kind: mail.kind,
            state: mail.state,
            host: mail.host,
            tries: mail.tries,
            cause: mail.cause,
            said: mail.said,
            made_ms: mail.made_ms,
            until_ms: mail.until_ms,
            next_ms: mail.next_ms,
            done_ms: mail.done_ms,
        }
    }

    pub fn can_be_tried(&self) -> bool {
        self.whole && matches!(self.state, State::Waiting | State::Refused | State::Failed)
    }

    pub fn can_be_given_up(&self) -> bool {
        matches!(self.state, State::Waiting | State::Refused | State::Failed)
    }
}

/// The queue, the newest first.
pub const MAILS: Action<AskMails, List<MailRow>> =
    Action::reads("gate.mails", whole_city, |tx, _, ask: &AskMails| {
        let (state, rows) = (ask.state.map_or("", State::name), ask.paging.rows());
        let mails = store::list(tx, state, ask.paging.after(), rows + 1)?;
        Ok(List::cut(mails.into_iter().map(MailRow::of).collect(), rows, |row| row.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ThisMail {
    #[garde(skip)]
    pub id: Id,
}

fn this_mail(tx: &mut Tx<'_>, _: &Cx, input: &ThisMail) -> Result<Object, Fault> {
    store::get(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("mail", &input.id))
}

fn again(tx: &mut Tx<'_>, cx: &Cx, input: &ThisMail) -> Result<MailRow, Fault> {
    let mail = store::get(tx, &input.id)?.ok_or_else(Fault::missing)?;
    let row = MailRow::of(mail.clone());
    if !row.can_be_tried() || !store::wait_again(tx, &mail, cx.now_ms())? {
        return Err(Fault::new(Kind::Conflict, "mail-over"));
    }
    // The try that may be waiting for its time finds another number in the row, and does nothing.
    deliver::leave_job(tx, cx, &mail.id, mail.urgent, mail.tries + 1, cx.now_ms())?;
    Ok(MailRow { state: State::Waiting, tries: mail.tries + 1, next_ms: cx.now_ms(), done_ms: 0, ..row })
}

/// Tries a letter once more, now.
pub const RETRY_MAIL: Action<ThisMail, MailRow> = Action::writes("gate.retry_mail", this_mail, again);

fn give_up(tx: &mut Tx<'_>, cx: &Cx, input: &ThisMail) -> Result<MailRow, Fault> {
    let mail = store::get(tx, &input.id)?.ok_or_else(Fault::missing)?;
    let row = MailRow::of(mail.clone());
    if !row.can_be_given_up() || !deliver::give_up(tx, cx, &mail)? {
        return Err(Fault::new(Kind::Conflict, "mail-over"));
    }
    Ok(MailRow { state: State::Dropped, whole: false, done_ms: cx.now_ms(), ..row })
}

/// A letter that is not to be sent any more. Its contents are erased.
pub const GIVE_UP_MAIL: Action<ThisMail, MailRow> =
    Action::writes("gate.give_up_mail", this_mail, give_up).emits(&["gate.mail_failed"]);

/// How mail goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailState {
    /// Whether there is a mail server at all.
    pub open: bool,
    /// Whether it answered the last time.
    pub answering: bool,
    /// Why it did not.
    pub cause: String,
    pub waiting: i64,
    /// When the oldest letter that waits was written; 0 when none does.
    pub oldest_ms: i64,
    /// Refused or given up on within the last day.
    pub failed: i64,
}

const DAY_MS: i64 = 86_400_000;
/// Letters wait for a moment as a matter of course.
const LATE_MS: i64 = 10 * 60_000;

impl MailState {
    /// Whether somebody should look.
    pub fn is_stuck(&self, now_ms: i64) -> bool {
        let late = self.oldest_ms > 0 && now_ms - self.oldest_ms > LATE_MS;
        late || self.failed > 0 || (self.waiting > 0 && !self.answering)
    }
}

/// How mail goes, in figures.
pub const MAIL_STATE: Action<Nothing, MailState> =
    Action::reads("gate.mail_state", whole_city, |tx, cx, _: &Nothing| {
        let open = cx.house().ports.post.is_open();
        let server = store::server(tx)?;
        let down = server.filter(store::Server::is_down);
        let (waiting, oldest_ms) = store::waiting(tx)?;
        Ok(MailState {
            open,
            answering: open && down.is_none(),
            cause: down.map(|server| server.cause).unwrap_or_default(),
            waiting,
            oldest_ms,
            failed: store::failed_since(tx, cx.now_ms() - DAY_MS)?,
        })
    });

/// A letter of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutboxLetter {
    pub id: Id,
    pub kind: String,
    pub to: String,
    pub subject: String,
    pub plain: String,
    pub at_ms: i64,
    /// What it says holds until then; 0 for no such end.
    pub until_ms: i64,
}

/// Only a made-up city shows its letters to everybody.
fn outbox_object(_: &mut Tx<'_>, cx: &Cx, _: &Paging) -> Result<Object, Fault> {
    if cx.city().facts().demo { Ok(Object::of_city("mail")) } else { Err(Fault::refused()) }
}

/// The letters that a demonstration city kept instead of sending them, the newest first.
pub const OUTBOX: Action<Paging, List<OutboxLetter>> =
    Action::reads("gate.outbox", outbox_object, |tx, cx, paging: &Paging| {
        let rows = paging.rows();
        let mails = store::list(tx, State::Kept.name(), paging.after(), rows + 1)?;
        let mails = List::cut(mails, rows, |mail| mail.id.to_string());
        let mut letters = Vec::new();
        for mail in mails.rows {
            // Sealed with a key that is gone, it cannot be shown to anybody.
            let Ok(Some(contents)) = mail.contents(cx) else { continue };
            letters.push(OutboxLetter {
                id: mail.id,
                kind: mail.kind,
                to: contents.to,
                subject: contents.subject,
                plain: contents.plain,
                at_ms: mail.made_ms,
                until_ms: mail.until_ms,
            });
        }
        Ok(List { rows: letters, next: mails.next })
    });

//! Queueing a letter, and whether letters go out at all.

use std::collections::BTreeMap;

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::floor::actions::Nothing;
use ground::id::Id;
use ground::validate::rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::whole_city;
use crate::mail::{Contents, State, deliver, model, rules, store};

/// A letter as another room hands it in. In the acting transaction:
/// `cx.acting_as(Who::system()).call(tx, "gate.send_mail", json!({"to": …, "subject": …, "plain": …, "kind": …}))`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SendMail {
    #[garde(custom(model::an_address))]
    pub to: String,
    #[garde(length(chars, min = 1, max = 200), custom(model::one_line))]
    pub subject: String,
    #[garde(length(bytes, min = 1, max = 100_000))]
    pub plain: String,
    #[garde(inner(length(bytes, min = 1, max = 300_000)))]
    #[serde(default)]
    pub html: Option<String>,
    /// What it is for, never for whom: "sign_in_code". Staff read it as the word `gate-mail-<kind>`.
    #[garde(custom(model::a_kind))]
    pub kind: String,
    /// Holds something that nobody else may ever read: erased even when it could not be sent.
    #[garde(skip)]
    #[serde(default)]
    pub secret: bool,
    /// Goes before others, and is tried again sooner. A secret that has an end is urgent by itself.
    #[garde(skip)]
    #[serde(default)]
    pub urgent: bool,
    /// Not sent any more after this moment; 0 for no such end.
    #[garde(range(min = 0))]
    #[serde(default)]
    pub until_ms: i64,
    /// Where an answer goes.
    #[garde(inner(custom(model::an_address)))]
    #[serde(default)]
    pub reply_to: Option<String>,
    /// Further headers, from a short list: `List-Unsubscribe`, `List-Unsubscribe-Post`, `List-Id`, `Precedence`,
    /// `In-Reply-To`, `References`.
    #[garde(custom(good_headers))]
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn good_headers(headers: &BTreeMap<String, String>, (): &()) -> garde::Result {
    let good = headers.iter().all(|(name, value)| model::is_good_header(name, value));
    if good { Ok(()) } else { Err(rule("field-gate-headers", &[])) }
}

/// What became of it for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueuedMail {
    pub id: Id,
    pub state: State,
}

fn queue(tx: &mut Tx<'_>, cx: &Cx, input: &SendMail) -> Result<QueuedMail, Fault> {
    let id = cx.id();
    let facts = cx.city().facts();
    let state = if facts.demo && !cx.house().ports.post.is_open() { State::Kept } else { State::Waiting };
    let urgent = input.urgent || (input.secret && input.until_ms > 0);
    let contents = Contents {
        to: input.to.trim().to_owned(),
        subject: input.subject.clone(),
        plain: input.plain.clone(),
        html: input.html.clone(),
        reply_to: input.reply_to.clone(),
        headers: input.headers.clone(),
    };
    let mail = store::NewMail {
        id: &id,
        kind: &input.kind,
        urgent,
        secret: input.secret,
        state,
        sealed: contents.seal(cx, &id)?,
        host: rules::host_of(&contents.to),
        message_id: rules::message_id(&id, &facts.mail_from, &facts.public_url),
        until_ms: input.until_ms,
    };
    store::insert(tx, &mail, cx.now_ms())?;
    if state == State::Waiting {
        deliver::leave_job(tx, cx, &id, urgent, 0, cx.now_ms())?;
    }
    Ok(QueuedMail { id, state })
}

/// Queues a letter, as part of the act that causes it.
pub const SEND_MAIL: Action<SendMail, QueuedMail> =
    Action::writes("gate.send_mail", whole_city, queue).unaudited();

/// What pages may say about mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailOpen {
    /// Whether there is a mail server at all.
    pub open: bool,
    /// Whether it took the last letter that it was handed. When not, a letter waits in the queue and goes out later.
    pub answering: bool,
    /// The page where a demonstration city without a mail server shows its letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbox: Option<String>,
}

/// The page of a demonstration city's letters.
pub const OUTBOX: &str = "/outbox";

/// Whether letters go out.
pub const MAIL_OPEN: Action<Nothing, MailOpen> =
    Action::reads("gate.mail_open", whole_city, |tx, cx, _: &Nothing| {
        let open = cx.house().ports.post.is_open();
        let answering = open && !store::server(tx)?.is_some_and(|server| server.is_down());
        let outbox = (!open && cx.city().facts().demo).then(|| OUTBOX.to_owned());
        Ok(MailOpen { open, answering, outbox })
    })
    .quick();

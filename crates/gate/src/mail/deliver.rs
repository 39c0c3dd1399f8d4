//! The jobs that hand letters to a mail server: one job for each try, so that the queue itself says when and why.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::ports::{Letter, Posted};
use serde_json::{Value, json};

use super::model::{Contents, State};
use super::rules;
use super::store::{self, End, Mail};

pub const DELIVER: &str = "gate.deliver";
pub const DELIVER_URGENT: &str = "gate.deliver_urgent";

/// Leaves the job for one try. The key names the try: while one runs, the next one can be left already.
pub fn leave_job(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: &Id,
    urgent: bool,
    tries: i64,
    due_ms: i64,
) -> Result<(), Fault> {
    let kind = if urgent { DELIVER_URGENT } else { DELIVER };
    tx.enqueue_at(cx, kind, Some(&format!("{id}/{tries}")), &json!({"mail": id, "tries": tries}), due_ms)
}

/// One try. Sent twice after a fall of the machine, a letter has the same `Message-ID` both times.
pub fn deliver(cx: Cx, body: Value) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        let id = body.get("mail").and_then(Value::as_str).unwrap_or_default();
        let Ok(id) = id.parse::<Id>() else { return Ok(()) };
        let tries = body.get("tries").and_then(Value::as_i64).unwrap_or_default();
        let found = cx.city().db.read_quick(move |tx| store::get(tx, &id)).await?;
        let Some(mail) = found.filter(|mail| mail.state == State::Waiting && mail.tries == tries) else {
            return Ok(());
        };
        if is_over(&mail, cx.now_ms()) {
            return settle(cx, mail, Outcome::Ended(State::Expired, "mail-expired", String::new())).await;
        }
        let outcome = match mail.contents(&cx) {
            Ok(Some(contents)) => outcome_of(cx.house().ports.post.send(letter(&cx, &mail, contents)).await),
            Ok(None) | Err(_) => Outcome::Ended(State::Failed, "mail-unreadable", String::new()),
        };
        settle(cx, mail, outcome).await
    })
}

enum Outcome {
    Taken,
    Ended(State, &'static str, String),
    /// The code of the fault, and what was said.
    Later(String, String),
}

fn is_over(mail: &Mail, now_ms: i64) -> bool {
    mail.until_ms > 0 && mail.until_ms <= now_ms
}

fn outcome_of(posted: Result<Posted, Fault>) -> Outcome {
    match posted {
        Ok(Posted::Taken) => Outcome::Taken,
        Ok(Posted::Refused(said)) => Outcome::Ended(State::Refused, "mail-refused", rules::told(&said)),
        Err(fault) => {
            let said = rules::told(fault.for_the_log().unwrap_or_default());
            Outcome::Later(fault.code().to_owned(), said)
        }
    }
}

fn letter(cx: &Cx, mail: &Mail, contents: Contents) -> Letter {
    let facts = cx.city().facts();
    let mut headers: Vec<(String, String)> = contents.headers.into_iter().collect();
    headers.extend(contents.reply_to.map(|to| ("Reply-To".to_owned(), to)));
    Letter {
        from: facts.mail_from.clone(),
        from_name: facts.name.clone(),
        bounce: String::new(),
        to: contents.to,
        subject: contents.subject,
        plain: contents.plain,
        html: contents.html,
        message_id: mail.message_id.clone(),
        headers,
        urgent: mail.urgent,
        at_ms: mail.made_ms,
    }
}

async fn settle(cx: Cx, mail: Mail, outcome: Outcome) -> Result<(), Fault> {
    let city = cx.city().clone();
    city.db.write(move |tx| write_down(tx, &cx, &mail, &outcome)).await
}

fn write_down(tx: &mut Tx<'_>, cx: &Cx, mail: &Mail, outcome: &Outcome) -> Result<(), Fault> {
    let now_ms = cx.now_ms();
    match outcome {
        Outcome::Taken => {
            let taken = End { state: State::Sent, erase: true, cause: "", said: "" };
            if store::end(tx, mail, &taken, now_ms)? {
                store::server_answered(tx, now_ms)?;
            }
            Ok(())
        }
        Outcome::Ended(state, cause, said) => {
            if *state == State::Refused {
                // It answered: it is there.
                store::server_answered(tx, now_ms)?;
            }
            fail(tx, cx, mail, *state, cause, said)
        }
        Outcome::Later(cause, said) => {
            if cause == "mail-later" {
                store::server_answered(tx, now_ms)?;
            } else {
                store::server_failed(tx, cause, now_ms)?;
            }
            if now_ms - mail.made_ms > rules::TRIED_FOR_MS {
                return fail(tx, cx, mail, State::Failed, cause, said);
            }
            let tries = mail.tries + 1;
            let [jitter, ..] = cx.secret();
            let next_ms = now_ms + rules::delay_ms(tries, mail.urgent, jitter);
            if store::put_off(tx, mail, cause, said, next_ms)? {
                leave_job(tx, cx, &mail.id, mail.urgent, tries, next_ms)?;
            }
            Ok(())
        }
    }
}

/// Never to be sent. What was secret is erased; the rest stays, so that staff can have it tried once more.
fn fail(tx: &mut Tx<'_>, cx: &Cx, mail: &Mail, state: State, cause: &str, said: &str) -> Result<(), Fault> {
    let erase = mail.secret || state == State::Expired;
    if store::end(tx, mail, &End { state, erase, cause, said }, cx.now_ms())? {
        tx.emit(cx, "gate.mail_failed", mail.id.as_str(), json!({"kind": mail.kind, "state": state.name()}))?;
    }
    Ok(())
}

/// Staff decided that it is not to be sent; answers whether it still could be decided.
pub fn give_up(tx: &mut Tx<'_>, cx: &Cx, mail: &Mail) -> Result<bool, Fault> {
    let dropped = store::drop_it(tx, mail, cx.now_ms())?;
    if dropped && mail.state == State::Waiting {
        let body = json!({"kind": mail.kind, "state": State::Dropped.name()});
        tx.emit(cx, "gate.mail_failed", mail.id.as_str(), body)?;
    }
    Ok(dropped)
}

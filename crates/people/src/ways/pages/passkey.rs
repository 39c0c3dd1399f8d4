//! Passkeys. The browser's part is a small script; without it these forms stay hidden and the other ways remain.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Button, Field, Form, PageHead, TOKEN_FIELD, buttons};
use ground::page::Visit;
use ground::seal;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use super::{home, let_in, step, wanted};
use crate::model::AccountKind;
use crate::ways::attempt::{handle, hold};
use crate::ways::code::Step;
use crate::ways::passkey::{
    ADD_PASSKEY, ASK_PASSKEY, AddPasskey, Answer, AskChallenge, Challenge, START_PASSKEY, USE_PASSKEY,
    UsePasskey,
};

/// The button that asks for a passkey. With `waits`, passkeys are also offered inside the field for the address.
pub(crate) fn use_form(visit: &Visit, back: &str, waits: bool) -> Markup {
    let wrong = visit.t("people-passkey-failed");
    html! {
        form method="post" action="/sign-in/passkey" hidden data-passkey="use" data-waits[waits]
            data-options="/sign-in/passkey/options" {
            input type="hidden" name=(TOKEN_FIELD) value=(visit.new_token());
            input type="hidden" name="back" value=(wanted(back).unwrap_or_default());
            input type="hidden" name="answer" value="";
            h2 { (visit.t("people-passkey")) }
            p { (visit.t("people-passkey-text")) }
            p class="field-error" role="alert" hidden data-passkey-wrong { (wrong) }
            (buttons([Button::submit(visit.t("people-passkey-use")).secondary().render()]))
        }
    }
}

/// The form that makes a passkey.
pub(super) fn new_form(visit: &Visit, back: &str) -> Markup {
    let t = visit.cx.tongue();
    let inside = Form::new("/sign-in/new-passkey")
        .token(visit.new_token())
        .field(Field::hidden("back", wanted(back).unwrap_or_default()))
        .field(Field::hidden("answer", ""))
        .field(
            Field::text("label", t.t("people-passkey-label"))
                .required()
                .hint(t.t("people-passkey-label-hint"))
                .value(device(visit)),
        )
        .submit(t.t("people-passkey-make"))
        .render(t);
    html! {
        div hidden data-passkey="make" data-options="/sign-in/new-passkey/options" {
            p class="field-error" role="alert" hidden data-passkey-wrong { (t.t("people-passkey-failed")) }
            (inside)
        }
        noscript { p { (t.t("people-passkey-script")) } }
    }
}

/// What the device is called, to begin with.
fn device(visit: &Visit) -> String {
    let system = visit.agent.rsplit(" / ").next().unwrap_or_default();
    if system.is_empty() { visit.t("people-passkey-device").to_owned() } else { system.to_owned() }
}

fn options(visit: &Visit, handle: &str, challenge: &Challenge) -> Reply {
    hold(Reply::json(StatusCode::OK, challenge.options.to_string()), visit, handle)
}

/// What the script tells the browser. A fault is problem JSON, because a script reads it.
fn for_script(visit: &Visit, fault: &Fault) -> Reply {
    let body = fault.problem(visit.cx.tongue(), visit.cx.request()).to_string();
    Reply::typed(fault.status(), "application/problem+json", body).header("cache-control", "no-store")
}

pub(super) async fn use_options(visit: &Visit) -> Result<Reply, Fault> {
    let handle = handle(visit);
    match ASK_PASSKEY.call(&visit.cx, AskChallenge { browser: handle.clone() }, None).await {
        Ok(challenge) => Ok(options(visit, &handle, &challenge)),
        Err(fault) if fault.is_broken_inside() => Err(fault),
        Err(fault) => Ok(for_script(visit, &fault)),
    }
}

pub(super) async fn new_options(visit: &Visit) -> Result<Reply, Fault> {
    let handle = handle(visit);
    match START_PASSKEY.call(&visit.cx, AskChallenge { browser: handle.clone() }, None).await {
        Ok(challenge) => Ok(options(visit, &handle, &challenge)),
        Err(fault) if fault.is_broken_inside() => Err(fault),
        Err(fault) => Ok(for_script(visit, &fault)),
    }
}

fn answer(visit: &Visit) -> Result<Answer, Fault> {
    let value: Value = serde_json::from_str(visit.form.get("answer")).map_err(|_| Fault::malformed())?;
    Ok(Answer(value))
}

pub(super) async fn use_one(visit: &Visit) -> Result<Reply, Fault> {
    let token = seal::token(visit.cx.secret());
    let input = UsePasskey {
        browser: visit.attempt.clone(),
        answer: answer(visit)?,
        session_digest: seal::token_digest(&token),
        agent: visit.agent.clone(),
    };
    let tried = USE_PASSKEY.call(&visit.cx, input, None).await?;
    match (tried.step, &tried.signed_in) {
        (Step::In, Some(signed_in)) => Ok(let_in(visit, signed_in, &token, visit.form.get("back"))),
        (Step::Locked, _) => Err(crate::ways::arrive::locked()),
        _ => {
            let title = visit.t("people-passkey-unknown");
            let shell = visit.shell(title).private().wrong(true);
            let body = html! {
                (PageHead::new(title).lead(visit.t("people-passkey-unknown-text")).render())
                (buttons([
                    Button::link(visit.t("people-sign-in-other"), step("/sign-in", visit.form.get("back"))).render(),
                ]))
            };
            Ok(visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &shell, body))
        }
    }
}

pub(super) async fn add(visit: &Visit) -> Result<Reply, Fault> {
    let token = seal::token(visit.cx.secret());
    let input = AddPasskey {
        browser: visit.attempt.clone(),
        answer: answer(visit)?,
        label: visit.form.get("label").to_owned(),
        session_digest: seal::token_digest(&token),
        agent: visit.agent.clone(),
    };
    let back = visit.form.get("back");
    match ADD_PASSKEY.call(&visit.cx, input, None).await {
        Ok(added) => match &added.signed_in {
            Some(signed_in) => Ok(let_in(visit, signed_in, &token, back)),
            None => Ok(Reply::see_other(wanted(back).unwrap_or("/my/security?done=people-way-added"))),
        },
        Err(fault) if fault.kind() == Kind::Invalid => {
            let title = fault.title(visit.cx.tongue());
            let shell = visit.shell(title.clone()).private().wrong(true);
            let body = html! {
                (PageHead::new(title).lead(fault.remedy(visit.cx.tongue())).render())
                (new_form(visit, back))
            };
            Ok(visit.page_with(fault.status(), &shell, body))
        }
        Err(fault) => Err(fault),
    }
}

/// After the first sign-in: from now on without a code, for whoever wants that.
pub(super) async fn offer(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    let title = visit.t("people-offer");
    let kind = if visit.cx.who().is_staff() { AccountKind::Staff } else { AccountKind::Resident };
    let back = visit.query.get("back");
    let later = wanted(back).unwrap_or(home(kind));
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(title).lead(visit.t("people-offer-lead")).render())
        (new_form(visit, later))
        (buttons([Button::link(visit.t("people-offer-later"), later).tertiary().render()]))
    };
    Ok(visit.page(&shell, body))
}

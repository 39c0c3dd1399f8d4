//! A new e-mail address: a code to the new one, a letter to the old one.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Banner, Field, Form, Link, PageHead, Width};
use ground::page::Visit;
use http::StatusCode;
use maud::{Markup, html};

use crate::ways::attempt::{handle, hold};
use crate::ways::code::Step;
use crate::ways::security::{ASK_NEW_MAIL, AskNewMail, TAKE_NEW_MAIL, TakeNewMail};

fn page(visit: &Visit, status: StatusCode, inside: Markup) -> Reply {
    let t = visit.cx.tongue();
    let title = t.t("people-new-mail");
    let crumbs = [
        Link::new(t.t("people-my"), "/my"),
        Link::new(t.t("people-security"), "/my/security"),
        Link::new(title, "/my/security/mail"),
    ];
    let shell = visit.own_shell(title).private().wrong(status != StatusCode::OK).breadcrumbs(crumbs);
    let body = html! {
        (PageHead::new(title).lead(t.t("people-new-mail-lead")).render())
        (inside)
    };
    visit.page_with(status, &shell, body).header("cache-control", "no-store")
}

fn ask(visit: &Visit, mail: &str, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let mut form = Form::new("/my/security/mail")
        .token(visit.new_token())
        .field(
            Field::email("mail", t.t("people-new-mail-field"))
                .unmarked()
                .value(mail)
                .error_if(fault.and_then(|fault| fault.field_words("mail", t))),
        )
        .submit(t.t("people-sign-in-mail-send"))
        .secondary(Link::new(t.t("cancel"), "/my/security"));
    if let Some(fault) = fault.filter(|fault| fault.kind() == Kind::TooMany) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    page(visit, fault.map_or(StatusCode::OK, Fault::status), form.render(t))
}

pub(super) async fn form(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    crate::ways::fresh(&visit.cx)?;
    Ok(ask(visit, "", None))
}

pub(super) async fn send(visit: &Visit) -> Result<Reply, Fault> {
    let handle = handle(visit);
    let mail = visit.form.get("mail").to_owned();
    let input = AskNewMail { mail: mail.clone(), browser: handle.clone() };
    match ASK_NEW_MAIL.call(&visit.cx, input, None).await {
        Ok(_) => Ok(hold(Reply::see_other("/my/security/mail/code"), visit, &handle)),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::TooMany) => {
            Ok(ask(visit, &mail, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

fn code_page(visit: &Visit, status: StatusCode, wrong: Option<String>) -> Reply {
    let t = visit.cx.tongue();
    let form = Form::new("/my/security/mail/code")
        .token(visit.new_token())
        .field(
            Field::text("code", t.t("people-mail-code-field"))
                .unmarked()
                .hint(t.t("people-mail-code-hint"))
                .autocomplete("one-time-code")
                .inputmode("numeric")
                .width(Width::Short)
                .error_if(wrong),
        )
        .submit(t.t("people-new-mail-take"))
        .secondary(Link::new(t.t("people-mail-code-again"), "/my/security/mail"))
        .render(t);
    let inside = html! {
        @if visit.cx.city().facts().demo {
            (Banner::info(t.t("people-mail-code-demo")).link(Link::new(t.t("people-mail-code-outbox"), "/outbox")).render(t))
        }
        (form)
    };
    page(visit, status, inside)
}

pub(super) async fn code(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.cx.who().is_signed_in() {
        return Err(Fault::signed_out());
    }
    Ok(code_page(visit, StatusCode::OK, None))
}

pub(super) async fn take(visit: &Visit) -> Result<Reply, Fault> {
    let code = visit.form.get("code").chars().take(60).collect();
    let input = TakeNewMail { browser: visit.attempt.clone(), code };
    let wrong = |words: String| Ok(code_page(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(words)));
    match TAKE_NEW_MAIL.call(&visit.cx, input, None).await {
        Ok(tried) if tried.step == Step::In => Ok(Reply::see_other("/my/security?done=people-mail-changed")),
        Ok(tried) if tried.step == Step::Wrong => {
            wrong(visit.tf("people-mail-code-wrong", &[("left", &tried.tries_left.to_string())]))
        }
        Ok(_) => wrong(visit.t("people-mail-code-over-text").to_owned()),
        Err(fault) if fault.kind() == Kind::Invalid => {
            let words = fault.field_words("mail", visit.cx.tongue());
            wrong(words.unwrap_or_else(|| fault.title(visit.cx.tongue())))
        }
        Err(fault) => Err(fault),
    }
}

//! A code by e-mail, and the short page that makes an account.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Banner, Button, Choice, Field, Form, Link, PageHead, Width, buttons};
use ground::page::Visit;
use ground::seal;
use ground::words::Lang;
use maud::{Markup, html};

use super::{let_in, step, wanted};
use crate::ways::attempt::{handle, hold};
use crate::ways::code::{
    ASK_CODE, AskCode, AskNewcomer, CODE_WAITS, ENTER_CODE, EnterCode, JOIN, Join, NEWCOMER, Step,
};

/// The form that asks for an address.
pub(crate) fn ask(visit: &Visit, mail: &str, back: &str, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let mut form = Form::new("/sign-in/code")
        .token(visit.new_token())
        .field(Field::hidden("back", wanted(back).unwrap_or_default()))
        .field(
            Field::email("mail", t.t("people-sign-in-mail"))
                .unmarked()
                .hint(t.t("people-sign-in-mail-hint"))
                .autocomplete("email webauthn")
                .value(mail)
                .error_if(wrong("mail")),
        )
        .submit(t.t("people-sign-in-mail-send"));
    if let Some(fault) = fault.filter(|fault| fault.kind() == Kind::TooMany) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    form.render(t)
}

pub(super) async fn send(visit: &Visit) -> Result<Reply, Fault> {
    let handle = handle(visit);
    let (mail, back) = (visit.form.get("mail").to_owned(), visit.form.get("back"));
    let back = wanted(back).unwrap_or_default().to_owned();
    let input = AskCode { mail: mail.clone(), browser: handle.clone(), back: back.clone() };
    match ASK_CODE.call(&visit.cx, input, None).await {
        Ok(_) => Ok(hold(Reply::see_other("/sign-in/code"), visit, &handle)),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::TooMany) => {
            let title = visit.t("people-sign-in");
            let shell = visit.shell(title).private().wrong(true);
            let body = html! {
                (PageHead::new(title).render())
                (ask(visit, &mail, &back, Some(&fault)))
            };
            Ok(visit.page_with(fault.status(), &shell, body))
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn form(visit: &Visit) -> Result<Reply, Fault> {
    code_page(visit, None).await
}

async fn code_page(visit: &Visit, wrong: Option<(http::StatusCode, String)>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let waits = visit.read(&CODE_WAITS, AskNewcomer { browser: visit.attempt.clone() }).await;
    let title = t.t("people-mail-code");
    let Ok(waits) = waits else { return Ok(over(visit, title)) };
    let form = Form::new("/sign-in/code/enter")
        .token(visit.new_token())
        .field(
            Field::text("code", t.t("people-mail-code-field"))
                .unmarked()
                .hint(t.t("people-mail-code-hint"))
                .autocomplete("one-time-code")
                .inputmode("numeric")
                .width(Width::Short)
                .error_if(wrong.as_ref().map(|(_, words)| words.as_str())),
        )
        .submit(t.t("people-mail-code-enter"));
    let until = visit.cx.city().local(waits.ends_ms).strftime("%H:%M").to_string();
    let shell = visit.shell(title).private().wrong(wrong.is_some());
    let body = html! {
        (PageHead::new(title).lead(t.tf("people-mail-code-lead", &[("mail", &waits.mail), ("until", &until)])).render())
        @if let Some(outbox) = &waits.outbox {
            (Banner::info(t.t("people-mail-code-demo")).link(Link::new(t.t("people-mail-code-outbox"), outbox)).render(t))
        } @else if waits.queued {
            (Banner::warning(t.t("people-mail-code-queued")).text(t.t("people-mail-code-queued-text")).render(t))
        }
        (form.render(t))
        h2 { (t.t("people-mail-code-none")) }
        p { (t.t("people-mail-code-none-text")) }
        (buttons([Button::link(t.t("people-mail-code-again"), step("/sign-in", &waits.back)).secondary().render()]))
    };
    let status = wrong.map_or(http::StatusCode::OK, |(status, _)| status);
    Ok(visit.page_with(status, &shell, body).header("cache-control", "no-store"))
}

/// Nothing waits here for a code.
fn over(visit: &Visit, title: &str) -> Reply {
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(visit.t("people-mail-code-over")).lead(visit.t("people-mail-code-over-text")).render())
        (buttons([Button::link(visit.t("people-mail-code-again"), "/sign-in").render()]))
    };
    visit.page_with(http::StatusCode::NOT_FOUND, &shell, body).header("cache-control", "no-store")
}

pub(super) async fn enter(visit: &Visit) -> Result<Reply, Fault> {
    let token = seal::token(visit.cx.secret());
    let input = EnterCode {
        browser: visit.attempt.clone(),
        code: visit.form.get("code").chars().take(60).collect(),
        session_digest: seal::token_digest(&token),
        agent: visit.agent.clone(),
    };
    let unprocessable = http::StatusCode::UNPROCESSABLE_ENTITY;
    let tried = match ENTER_CODE.call(&visit.cx, input, None).await {
        Ok(tried) => tried,
        Err(fault) if fault.kind() == Kind::TooMany => {
            let words = format!("{} {}", visit.t("fault-people-code-rests"), fault.remedy(visit.cx.tongue()));
            return code_page(visit, Some((fault.status(), words))).await;
        }
        Err(fault) => return Err(fault),
    };
    match (tried.step, &tried.signed_in) {
        (Step::In, Some(signed_in)) => Ok(let_in(visit, signed_in, &token, &tried.back)),
        (Step::Newcomer, _) => Ok(Reply::see_other("/sign-in/welcome")),
        (Step::Wrong, _) => {
            let words = visit.tf("people-mail-code-wrong", &[("left", &tried.tries_left.to_string())]);
            code_page(visit, Some((unprocessable, words))).await
        }
        (Step::Locked, _) => Err(crate::ways::arrive::locked()),
        _ => Ok(over(visit, visit.t("people-mail-code"))),
    }
}

fn welcome_form(visit: &Visit, input: &Join, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let langs = [Lang::Ja, Lang::JaEasy, Lang::En];
    let word = |lang: Lang| match lang {
        Lang::Ja => "people-language-ja",
        Lang::JaEasy => "people-language-easy",
        Lang::En => "people-language-en",
    };
    let choices = langs.map(|lang| Choice::new(lang.code(), t.t(word(lang))));
    Form::new("/sign-in/welcome")
        .token(visit.new_token())
        .field(
            Field::text("name", t.t("people-display-name"))
                .required()
                .hint(t.t("people-display-name-hint"))
                .autocomplete("name")
                .value(&input.name)
                .error_if(wrong("name")),
        )
        .field(
            Field::radios("lang", t.t("people-language"), choices)
                .required()
                .value(input.lang.unwrap_or(visit.cx.lang()).code()),
        )
        .field(
            Field::checkbox("agrees", t.t("people-agree"), "true")
                .required()
                .hint(t.t("people-agree-hint"))
                .value(if input.agrees { "true" } else { "" })
                .error_if(wrong("agrees")),
        )
        .submit(t.t("people-join"))
        .secondary(Link::new(t.t("people-notice"), "/pages/privacy"))
        .render(t)
}

fn welcome_page(visit: &Visit, mail: &str, fault: Option<&Fault>, inside: Markup) -> Reply {
    let title = visit.t("people-welcome");
    let city = visit.cx.city().facts().name.clone();
    let shell = visit.shell(title).private().wrong(fault.is_some());
    let body = html! {
        (PageHead::new(title).lead(visit.tf("people-welcome-lead", &[("city", &city)])).render())
        @if !mail.is_empty() { p { (visit.tf("people-welcome-mail", &[("mail", mail)])) } }
        (inside)
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit.page_with(status, &shell, body).header("cache-control", "no-store")
}

pub(super) async fn welcome(visit: &Visit) -> Result<Reply, Fault> {
    let asked = visit.read(&NEWCOMER, AskNewcomer { browser: visit.attempt.clone() }).await;
    let Ok(found) = asked else { return Ok(over(visit, visit.t("people-welcome"))) };
    let input = Join {
        browser: String::new(),
        name: found.name,
        lang: None,
        agrees: false,
        session_digest: String::new(),
        agent: String::new(),
    };
    Ok(welcome_page(visit, &found.mail, None, welcome_form(visit, &input, None)))
}

pub(super) async fn join(visit: &Visit) -> Result<Reply, Fault> {
    let browser = AskNewcomer { browser: visit.attempt.clone() };
    let Ok(found) = visit.read(&NEWCOMER, browser).await else {
        return Ok(over(visit, visit.t("people-welcome")));
    };
    let token = seal::token(visit.cx.secret());
    let input = Join {
        browser: visit.attempt.clone(),
        name: visit.form.get("name").to_owned(),
        lang: Lang::from_code(visit.form.get("lang")),
        agrees: visit.form.get("agrees") == "true",
        session_digest: seal::token_digest(&token),
        agent: visit.agent.clone(),
    };
    match JOIN.call(&visit.cx, input.clone(), None).await {
        Ok(signed_in) if signed_in.pending => Ok(let_in(visit, &signed_in, &token, &found.back)),
        Ok(signed_in) => {
            let age_s = (signed_in.ends_ms - visit.cx.now_ms()) / 1_000;
            let offer = Reply::see_other(&step("/sign-in/offer", &found.back));
            Ok(super::with_session(visit, offer, &token, age_s))
        }
        Err(fault) if fault.kind() == Kind::Invalid => {
            let form = welcome_form(visit, &input, Some(&fault));
            Ok(welcome_page(visit, &found.mail, Some(&fault), form))
        }
        Err(fault) if fault.kind() == Kind::Missing => Ok(over(visit, visit.t("people-welcome"))),
        Err(fault) => Err(fault),
    }
}

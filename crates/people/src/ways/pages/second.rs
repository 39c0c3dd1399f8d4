//! The second factor: shown, made, and codes for paper.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Button, Field, Form, Link, PageHead, PostButton, SummaryList, Width, buttons, details};
use ground::page::Visit;
use ground::seal;
use http::StatusCode;
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;

use super::passkey::{new_form, use_form};
use super::{home, let_in, step, wanted, with_session};
use crate::actions::Nothing;
use crate::model::AccountKind;
use crate::ways::attempt::{handle, hold};
use crate::ways::code::Step;
use crate::ways::second::{
    CONFIRM_TOTP, ConfirmTotp, ENTER_SECOND, EnterSecond, GIVE_UP, MAKE_PAPER_CODES, NewTotp, SECOND,
    START_TOTP, StartTotp,
};

pub(super) async fn form(visit: &Visit) -> Result<Reply, Fault> {
    if visit.cx.who().is_signed_in() {
        let kind = if visit.cx.who().is_staff() { AccountKind::Staff } else { AccountKind::Resident };
        return Ok(Reply::see_other(wanted(visit.query.get("back")).unwrap_or(home(kind))));
    }
    second_page(visit, visit.query.get("back"), None).await
}

async fn second_page(visit: &Visit, back: &str, wrong: Option<(StatusCode, String)>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let asks = visit.read(&SECOND, Nothing {}).await?;
    let stop = PostButton::new(t.t("people-second-stop"), "/sign-in/second/stop", visit.new_token());
    if !asks.totp && !asks.passkey {
        return Ok(enrol(visit, &asks.name, back, &stop.render()));
    }
    let title = t.t("people-second");
    let number = Form::new("/sign-in/second")
        .token(visit.new_token())
        .field(Field::hidden("back", wanted(back).unwrap_or_default()))
        .field(
            Field::text("code", t.t("people-second-field"))
                .unmarked()
                .hint(t.t("people-second-hint"))
                .autocomplete("one-time-code")
                .width(Width::Normal)
                .error_if(wrong.as_ref().map(|(_, words)| words.as_str())),
        )
        .submit(t.t("people-second-enter"))
        .render(t);
    let shell = visit.shell(title).private().wrong(wrong.is_some());
    let body = html! {
        (PageHead::new(title).lead(t.tf("people-second-lead", &[("name", &asks.name)])).render())
        @if asks.passkey { (use_form(visit, back, false)) }
        @if asks.totp { (number) }
        h2 { (t.t("people-second-lost")) }
        p { (t.t("people-second-lost-text")) }
        (stop.render())
    };
    let status = wrong.map_or(StatusCode::OK, |(status, _)| status);
    Ok(visit.page_with(status, &shell, body).header("cache-control", "no-store"))
}

/// Nothing but this page can be reached until there is a second factor.
fn enrol(visit: &Visit, name: &str, back: &str, stop: &Markup) -> Reply {
    let t = visit.cx.tongue();
    let title = t.t("people-enrol");
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(title).lead(t.tf("people-enrol-lead", &[("name", name)])).render())
        h2 { (t.t("people-passkey")) }
        p { (t.t("people-enrol-passkey")) }
        (new_form(visit, back))
        h2 { (t.t("people-totp")) }
        p { (t.t("people-enrol-totp")) }
        (buttons([Button::link(t.t("people-totp-begin"), step("/sign-in/totp", back)).secondary().render()]))
        (stop)
    };
    visit.page(&shell, body).header("cache-control", "no-store")
}

pub(super) async fn enter(visit: &Visit) -> Result<Reply, Fault> {
    let token = seal::token(visit.cx.secret());
    let input = EnterSecond {
        code: visit.form.get("code").chars().take(60).collect(),
        session_digest: seal::token_digest(&token),
        agent: visit.agent.clone(),
    };
    let back = visit.form.get("back");
    match ENTER_SECOND.call(&visit.cx, input, None).await {
        Ok(tried) => match (tried.step, &tried.signed_in) {
            (Step::In, Some(signed_in)) => Ok(let_in(visit, signed_in, &token, back)),
            _ => {
                let words = visit.tf("people-second-wrong", &[("left", &tried.tries_left.to_string())]);
                second_page(visit, back, Some((StatusCode::UNPROCESSABLE_ENTITY, words))).await
            }
        },
        Err(fault) if fault.kind() == Kind::TooMany => {
            let t = visit.cx.tongue();
            let words = format!("{} {}", fault.title(t), fault.remedy(t));
            second_page(visit, back, Some((fault.status(), words))).await
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn stop(visit: &Visit) -> Result<Reply, Fault> {
    GIVE_UP.call(&visit.cx, Nothing {}, None).await?;
    Ok(Reply::see_other("/sign-in")
        .header("set-cookie", &ground::session::no_cookie(&visit.cx.city().facts())))
}

/// A picture of squares for a telephone; beside it the same as text.
fn picture(address: &str) -> Result<Markup, Fault> {
    let code = QrCode::new(address).map_err(Fault::internal)?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).quiet_zone(true).build();
    let drawn = drawn.find("<svg").and_then(|at| drawn.get(at..)).unwrap_or_default();
    Ok(PreEscaped(drawn.to_owned())) // safe: squares that we drew; the text is in their places alone
}

fn four_by_four(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

fn totp_page(visit: &Visit, new: &NewTotp, back: &str, wrong: Option<&str>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let title = t.t("people-totp-new");
    let form = Form::new("/sign-in/totp")
        .token(visit.new_token())
        .field(Field::hidden("back", wanted(back).unwrap_or_default()))
        .field(
            Field::text("code", t.t("people-totp-field"))
                .unmarked()
                .hint(t.t("people-totp-hint"))
                .autocomplete("one-time-code")
                .inputmode("numeric")
                .width(Width::Short)
                .error_if(wrong),
        )
        .submit(t.t("people-totp-confirm"))
        .secondary(Link::new(
            t.t("cancel"),
            if visit.cx.who().is_signed_in() { "/my/security" } else { "/sign-in/second" },
        ))
        .render(t);
    let by_hand = SummaryList::new()
        .row(t.t("people-totp-secret"), html! { code { (four_by_four(&new.secret)) } })
        .text(t.t("people-totp-kind"), t.t("people-totp-kind-text"));
    let shell = visit.shell(title).private().wrong(wrong.is_some());
    let body = html! {
        (PageHead::new(title).lead(t.t("people-totp-lead")).render())
        ol class="to-do" {
            li { (t.t("people-totp-step-app")) }
            li {
                (t.t("people-totp-step-scan"))
                div class="qr" role="img" aria-label=(t.t("people-totp-picture")) { (picture(&new.address)?) }
                (details(t.t("people-totp-by-hand"), by_hand.render()))
            }
            li { (t.t("people-totp-step-number")) }
        }
        (form)
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(visit.page_with(status, &shell, body))
}

pub(super) async fn start_totp(visit: &Visit) -> Result<Reply, Fault> {
    totp_again(visit, visit.query.get("back"), None).await
}

/// Draws a secret, or shows again the one this browser was given.
async fn totp_again(visit: &Visit, back: &str, wrong: Option<&str>) -> Result<Reply, Fault> {
    let handle = handle(visit);
    let new = START_TOTP.call(&visit.cx, StartTotp { browser: handle.clone() }, None).await?;
    Ok(hold(totp_page(visit, &new, back, wrong)?, visit, &handle))
}

pub(super) async fn confirm_totp(visit: &Visit) -> Result<Reply, Fault> {
    let token = seal::token(visit.cx.secret());
    let input = ConfirmTotp {
        browser: visit.attempt.clone(),
        code: visit.form.get("code").chars().take(60).collect(),
        session_digest: seal::token_digest(&token),
        agent: visit.agent.clone(),
    };
    let back = visit.form.get("back");
    let enrolled = CONFIRM_TOTP.call(&visit.cx, input, None).await?;
    match (enrolled.step, &enrolled.signed_in) {
        (Step::In, Some(signed_in)) => {
            let on = wanted(back).unwrap_or(if visit.cx.who().pending.is_some() {
                home(signed_in.kind)
            } else {
                "/my/security"
            });
            let age_s = (signed_in.ends_ms - visit.cx.now_ms()) / 1_000;
            Ok(with_session(visit, paper_page(visit, &enrolled.codes, on), &token, age_s))
        }
        (Step::Over, _) => totp_again(visit, back, Some(visit.t("people-totp-over"))).await,
        _ => totp_again(visit, back, Some(visit.t("people-totp-wrong"))).await,
    }
}

/// Shown once: the codes cannot be read again.
fn paper_page(visit: &Visit, codes: &[String], on: &str) -> Reply {
    let title = visit.t("people-paper");
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(title).lead(visit.t("people-paper-lead")).render())
        ul class="codes" { @for code in codes { li { code { (code) } } } }
        p { (visit.t("people-paper-once")) }
        (buttons([Button::link(visit.t("people-paper-kept"), on).render()]))
    };
    visit.page(&shell, body).header("cache-control", "no-store")
}

pub(super) async fn paper(visit: &Visit) -> Result<Reply, Fault> {
    let made = MAKE_PAPER_CODES.call(&visit.cx, Nothing {}, None).await?;
    Ok(paper_page(visit, &made.codes, "/my/security"))
}

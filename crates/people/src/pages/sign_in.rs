//! The ways in and out.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Card, Cards, PageHead, PostButton};
use ground::page::{PanelPlace, Visit};
use ground::{seal, session};
use maud::html;

use crate::actions::Nothing;
use crate::actions::links::{AskLink, LINK, USE_LINK, UseLink};
use crate::actions::sessions::{DEMO_SIGN_IN, DemoSignIn, SIGN_OUT};
use crate::demo::DemoPart;
use crate::model::LinkPurpose;
use crate::ways::pages::{ask_for_code, let_in, passkey_form, step};
use crate::ways::second::GIVE_UP;

/// Every way in.
pub(super) async fn ways(visit: &Visit) -> Result<Reply, Fault> {
    let facts = visit.cx.city().facts();
    let back = visit.query.get("back");
    if visit.cx.who().pending.is_some() {
        return Ok(Reply::see_other(&step("/sign-in/second", back)));
    }
    let shell = visit.shell(visit.t("people-sign-in")).private();
    // Other parts of the house add their ways here, such as accounts at other providers.
    let more = visit.panels(PanelPlace::SignIn).await;
    let lead = visit.tf("people-sign-in-lead", &[("city", &facts.name)]);
    let body = html! {
        (PageHead::new(visit.t("people-sign-in")).lead(lead).render())
        h2 { (visit.t("people-sign-in-by-mail")) }
        (ask_for_code(visit, visit.query.get("hint"), back, None))
        (passkey_form(visit, back, true))
        @for part in more { (part) }
        @if facts.demo { (parts(visit, back)) }
        h2 { (visit.t("people-sign-in-help")) }
        p { (visit.t("people-sign-in-help-text")) }
        p { (visit.t("people-security-lost-text")) }
        h2 { (visit.t("people-sign-in-link")) }
        p { (visit.t("people-sign-in-link-text")) }
        p { (visit.t("people-sign-in-link-lost")) }
    };
    Ok(visit.page(&shell, body))
}

fn parts(visit: &Visit, back: &str) -> maud::Markup {
    let card = |part: DemoPart| {
        let button = PostButton::new(
            visit.t(&format!("people-demo-{}", part.name())),
            "/sign-in/demo",
            visit.new_token(),
        )
        .hidden("part", part.name())
        .hidden("back", back);
        html! {
            li class="card" {
                h3 class="card-title" { (visit.t(&format!("people-demo-{}-title", part.name()))) }
                p class="card-text" { (visit.t(&format!("people-demo-{}-text", part.name()))) }
                (button.render())
            }
        }
    };
    html! {
        h2 { (visit.t("people-demo")) }
        p { (visit.t("people-demo-lead")) }
        ul class="cards" { @for part in DemoPart::ALL { (card(part)) } }
    }
}

pub(super) async fn play(visit: &Visit) -> Result<Reply, Fault> {
    let part = DemoPart::from_name(visit.form.get("part")).ok_or_else(Fault::missing)?;
    let token = seal::token(visit.cx.secret());
    let input = DemoSignIn { part, session_digest: seal::token_digest(&token), agent: visit.agent.clone() };
    // The answer is not kept under the form's token: pressing twice is two sessions, and the browser keeps the last.
    let signed_in = DEMO_SIGN_IN.call(&visit.cx, input, None).await?;
    Ok(let_in(visit, &signed_in, &token, visit.form.get("back")))
}

/// Says whom the link is for. Only the button uses it: programs that look at links in mails press no buttons.
pub(super) async fn link(visit: &Visit) -> Result<Reply, Fault> {
    let token: String = visit.slot("token").to_owned();
    let link = match visit.read(&LINK, AskLink { token: token.clone() }).await {
        Ok(link) => link,
        Err(fault) => return not_valid(visit, fault),
    };
    let title = visit.t(match link.purpose {
        LinkPurpose::FirstAdmin => "people-link-first-admin",
        LinkPurpose::Invite => "people-link-invite",
        LinkPurpose::Counter => "people-link-counter",
    });
    let until = visit.tf("people-link-until", &[("when", &visit.time(link.ends_ms))]);
    let button = PostButton::new(
        visit.t("people-link-use"),
        format!("/sign-in/link/{}", ground::html::encode(&token)),
        visit.new_token(),
    )
    .kind(ground::html::ButtonKind::Primary);
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(title).lead(visit.tf("people-link-for", &[("name", &link.name)])).render())
        p { (until) }
        p { (visit.t("people-link-not-you")) }
        (button.render())
    };
    Ok(visit.page(&shell, body).header("cache-control", "no-store").header("referrer-policy", "no-referrer"))
}

pub(super) async fn use_link(visit: &Visit) -> Result<Reply, Fault> {
    let token = seal::token(visit.cx.secret());
    let input = UseLink {
        token: visit.slot("token").to_owned(),
        session_digest: seal::token_digest(&token),
        agent: visit.agent.clone(),
    };
    match USE_LINK.call(&visit.cx, input, None).await {
        Ok(signed_in) => Ok(let_in(visit, &signed_in, &token, "")),
        Err(fault) => not_valid(visit, fault),
    }
}

/// One page for unknown, used and ended links.
fn not_valid(visit: &Visit, fault: Fault) -> Result<Reply, Fault> {
    if !matches!(fault.code(), "people-link" | "invalid") {
        return Err(fault);
    }
    let title = visit.t("fault-people-link");
    let shell = visit.shell(title).private();
    let ways = Cards::new()
        .level(2)
        .card(Card::new(visit.t("people-sign-in"), "/sign-in").text(visit.t("people-sign-in-link-lost")));
    let body = html! {
        (PageHead::new(title).lead(visit.t("fault-people-link-remedy")).render())
        (ways.render())
    };
    Ok(visit.page_with(Fault::missing().status(), &shell, body).header("cache-control", "no-store"))
}

pub(super) async fn sign_out(visit: &Visit) -> Result<Reply, Fault> {
    // Somebody whose session has ended already only wants the cookie gone.
    if visit.cx.who().is_signed_in() {
        SIGN_OUT.call(&visit.cx, Nothing {}, None).await?;
    } else if visit.cx.who().pending.is_some() {
        GIVE_UP.call(&visit.cx, Nothing {}, None).await?;
    }
    Ok(Reply::see_other("/?done=people-signed-out")
        .header("set-cookie", &session::no_cookie(&visit.cx.city().facts()))
        .header("clear-site-data", "\"cache\""))
}

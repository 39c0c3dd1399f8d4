//! Signing out, when a service sends somebody here to.

use ground::door::Reply;
use ground::fault::Fault;
use ground::form::FormData;
use ground::html::{Button, Field, Form, Link, PageHead, buttons};
use ground::page::Visit;
use ground::session;
use maud::html;

use super::{lead, policy};
use crate::actions::Nothing;
use crate::actions::sessions::SIGN_OUT;
use crate::oauth::actions::sign_out::{AskLogout, LOGOUT_TARGET, LogoutTarget};
use crate::oauth::asked::with_params;

struct Asked {
    input: AskLogout,
    state: String,
}

fn read(form: &FormData) -> Asked {
    let of = |name: &str| form.all(name).next().unwrap_or_default().to_owned();
    Asked {
        input: AskLogout {
            client_id: of("client_id"),
            id_token_hint: of("id_token_hint"),
            post_logout_redirect_uri: of("post_logout_redirect_uri"),
        },
        state: of("state").chars().take(2_000).collect(),
    }
}

async fn target(visit: &Visit, asked: &Asked) -> Result<LogoutTarget, Fault> {
    match visit.read(&LOGOUT_TARGET, asked.input.clone()).await {
        // Whatever cannot be read leads nowhere, and people can still sign out.
        Err(fault) if fault.kind() == ground::fault::Kind::Invalid => Ok(LogoutTarget::default()),
        other => other,
    }
}

fn address(target: &LogoutTarget, asked: &Asked) -> Option<String> {
    let redirect = target.redirect.as_ref()?;
    if asked.state.is_empty() {
        return Some(redirect.clone());
    }
    Some(with_params(redirect, &[("state", &asked.state)]))
}

/// Asks before anybody is signed out: a link on some page is not a wish.
pub(super) async fn ask(visit: &Visit) -> Result<Reply, Fault> {
    let asked = read(&visit.query);
    let target = target(visit, &asked).await?;
    if !visit.cx.who().is_signed_in() {
        return match address(&target, &asked) {
            Some(address) => lead(&address),
            None => Ok(out(visit)),
        };
    }
    let t = visit.cx.tongue();
    let title = t.t("people-oauth-logout");
    let name = target.client_name.as_ref().map(|name| name.read(visit.cx.lang()).0.to_owned());
    let lead = match &name {
        Some(name) => t.tf("people-oauth-logout-from", &[("service", name)]),
        None => t.t("people-oauth-logout-text").to_owned(),
    };
    let mut form = Form::new("/oauth/logout/confirm").token(visit.new_token()).label(title);
    for (name, value) in [
        ("client_id", &asked.input.client_id),
        ("id_token_hint", &asked.input.id_token_hint),
        ("post_logout_redirect_uri", &asked.input.post_logout_redirect_uri),
        ("state", &asked.state),
    ] {
        if !value.is_empty() {
            form = form.field(Field::hidden(name, value.clone()));
        }
    }
    let form = form
        .submit(t.t("people-oauth-logout-yes"))
        .secondary(Link::new(t.t("people-oauth-logout-no"), "/my"));
    let shell = visit.shell(title).private();
    let body = html! { (PageHead::new(title).lead(lead).render()) (form.render(t)) };
    Ok(visit
        .page(&shell, body)
        .header("content-security-policy", &policy(target.redirect.as_deref().unwrap_or_default()))
        .header("cache-control", "no-store"))
}

pub(super) async fn confirm(visit: &Visit) -> Result<Reply, Fault> {
    let asked = read(&visit.form);
    let target = target(visit, &asked).await?;
    if visit.cx.who().is_signed_in() {
        SIGN_OUT.call(&visit.cx, Nothing {}, None).await?;
    }
    let reply = match address(&target, &asked) {
        Some(address) => lead(&address)?,
        None => Reply::see_other("/?done=people-signed-out"),
    };
    Ok(reply
        .header("set-cookie", &session::no_cookie(&visit.cx.city().facts()))
        .header("clear-site-data", "\"cache\""))
}

fn out(visit: &Visit) -> Reply {
    let title = visit.t("people-oauth-logged-out");
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(title).lead(visit.t("people-oauth-logged-out-text")).render())
        (buttons([Button::link(visit.t("people-oauth-home"), "/").secondary().render()]))
    };
    visit.page(&shell, body).header("cache-control", "no-store")
}

//! Pages: from a request to a visit.

use std::borrow::Cow;

use bytes::Bytes;
use ground::cx::Cx;
use ground::door::{Reply, is_own_path};
use ground::fault::{Fault, Kind};
use ground::form::FormData;
use ground::html::{TOKEN_FIELD, TextSize};
use ground::page::{Page, PageMethod, Visit, escaped, foot_links, token_is_good};
use ground::session;
use http::header;
use http::request::Parts;

use super::body;
use super::client::Client;
use super::cookies;
use super::origin::{Origin, origin};
use super::routes::Slots;

/// A visit to a page, before anything was read from it.
pub async fn visit(cx: &Cx, parts: &Parts, slots: Slots, query: FormData) -> Visit {
    let agent =
        parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Visit {
        cx: cx.clone(),
        path: parts.uri.path().to_owned(),
        slots,
        query,
        form: FormData::default(),
        text_size: TextSize::from_code(cookies::get(&parts.headers, "text").unwrap_or_default()),
        agent: session::agent_family(agent),
        attempt: cookies::get(&parts.headers, session::attempt_name(&cx.city().facts()))
            .unwrap_or_default()
            .to_owned(),
        token: None,
        foot: foot_links(cx).await,
    }
}

/// What a form must show before anything is done for it: that it was one of our own pages that sent it.
pub async fn take_form(visit: &mut Visit, parts: &Parts, client: &Client, body: Bytes) -> Result<(), Fault> {
    visit.form = body::form(&parts.headers, body).await?;
    if origin(&parts.headers, client, &visit.cx.city().facts().public_url) == Origin::Foreign {
        return Err(Fault::new(Kind::Refused, "other-origin"));
    }
    let token = visit.form.get(TOKEN_FIELD).to_owned();
    if !token_is_good(&visit.cx, &token) {
        return Err(Fault::new(Kind::Refused, "form-token"));
    }
    visit.token = Some(token);
    Ok(())
}

/// Runs the page. Whoever has to sign in first is led there, when there is a way in.
pub async fn run(page: &Page, visit: &Visit, parts: &Parts, has_sign_in: bool) -> Result<Reply, Fault> {
    match (page.run)(visit).await {
        Err(fault) if fault.kind() == Kind::SignedOut && page.method == PageMethod::Get && has_sign_in => {
            let back =
                parts.uri.path_and_query().map_or(Cow::Borrowed("/"), |all| Cow::Borrowed(all.as_str()));
            Ok(super::faults::sign_in(&back))
        }
        // The city must be surer of who this is, or wants to see the person again: they are led to where that is done.
        // A form is led there, too; what was typed is sent again afterwards.
        Err(fault) if fault.code() == "level" => Ok(led("/my/identity", &need(&fault), page, parts)),
        Err(fault) if fault.code() == "again" => Ok(led("/sign-in/again", "", page, parts)),
        other => other,
    }
}

fn need(fault: &Fault) -> String {
    fault.arg_of("level").map(|level| format!("need={}&", escaped(level))).unwrap_or_default()
}

/// Leads to a step and from there back: to the page asked for, or to the page whose form was sent.
fn led(to: &str, query: &str, page: &Page, parts: &Parts) -> Reply {
    let asked = parts.uri.path_and_query().map_or("/", |all| all.as_str());
    let back = match page.method {
        PageMethod::Get => asked.to_owned(),
        PageMethod::Post => {
            let from = parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok());
            // Only its path: whatever site it names, the way leads back into this one.
            let path = from.and_then(|from| from.splitn(4, '/').nth(3)).map(|path| format!("/{path}"));
            path.filter(|path| is_own_path(path)).unwrap_or_else(|| "/my".to_owned())
        }
    };
    Reply::see_other(&format!("{to}?{query}back={}", escaped(&back))).header("cache-control", "no-store")
}

//! To a provider and back.
//!
//! Signing in begins with a link: it changes nothing but what this browser has begun. Linking begins with a form, so
//! that no other page can begin it; and because browsers hold a form to its own site through every redirect
//! (`form-action 'self'`), its answer is a page that leads on by itself.

use ground::door::{Reply, is_own_path};
use ground::fault::{Fault, Kind};
use ground::html::{Button, ButtonKind, PageHead, PostButton, buttons, encode};
use ground::page::{Visit, escaped};
use ground::seal;
use ground::who::Level;
use http::StatusCode;
use maud::{Markup, html};

use crate::actions::Nothing;
use crate::pages::told;
use crate::ways::attempt;
use crate::ways::pages::{let_in, wanted};
use crate::ways::relying::actions::come::{
    Back, Brought, COME_BACK, ComeBack, GO_TO_PROVIDER, GoToProvider, LINK_PROVIDER, OPEN_PROVIDERS,
    OpenProvider,
};
use crate::ways::security::{IDENTITY, SECURITY};
use crate::ways::store::{Way, WayKind};

const SECURITY_PAGE: &str = "/my/security";
const IDENTITY_PAGE: &str = "/my/identity";

fn start(provider: &OpenProvider, back: &str) -> String {
    let path = format!("/sign-in/with/{}", encode(&provider.slug));
    if is_own_path(back) { format!("{path}?back={}", escaped(back)) } else { path }
}

fn with_words(visit: &Visit, word: &str, provider: &OpenProvider) -> String {
    visit.tf(word, &[("provider", provider.label.read(visit.cx.lang()).0)])
}

/// The providers on the sign-in page.
pub(super) async fn sign_in_panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let open = visit.read(&OPEN_PROVIDERS, Nothing {}).await?;
    if open.is_empty() {
        return Ok(None);
    }
    let back = visit.query.get("back");
    let ways = open.iter().map(|provider| {
        Button::link(with_words(visit, "people-provider-sign-in", provider), start(provider, back))
            .secondary()
            .render()
    });
    Ok(Some(html! {
        h2 { (visit.t("people-provider-others")) }
        p { (visit.t("people-provider-others-text")) }
        (buttons(ways))
    }))
}

fn link_button(visit: &Visit, provider: &OpenProvider, word: &str, back: &str) -> Markup {
    let action = format!("/my/security/providers/{}", encode(&provider.slug));
    PostButton::new(with_words(visit, word, provider), action, visit.new_token())
        .kind(ButtonKind::Secondary)
        .hidden("back", back)
        .render()
}

/// The providers that can still be linked, beside one's other ways.
pub(super) async fn security_panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let open = visit.read(&OPEN_PROVIDERS, Nothing {}).await?;
    let own = visit.read(&SECURITY, Nothing {}).await?.ways;
    let more: Vec<&OpenProvider> =
        open.iter().filter(|provider| own.iter().all(|way| way.issuer != provider.issuer)).collect();
    if more.is_empty() {
        return Ok(None);
    }
    Ok(Some(html! {
        h2 { (visit.t("people-provider-link-title")) }
        p { (visit.t("people-provider-link-text")) }
        (buttons(more.into_iter().map(|provider| link_button(visit, provider, "people-provider-link", SECURITY_PAGE))))
    }))
}

/// Signing in once more through what one has linked: for some the only way that they have.
pub(crate) async fn again_panel(visit: &Visit, own: &[Way], back: &str) -> Result<Markup, Fault> {
    let open = visit.read(&OPEN_PROVIDERS, Nothing {}).await?;
    let linked = |provider: &&OpenProvider| {
        own.iter().any(|way| way.kind == WayKind::Provider && !way.locked && way.issuer == provider.issuer)
    };
    let ways: Vec<Markup> = open
        .iter()
        .filter(linked)
        .map(|provider| {
            let word = with_words(visit, "people-provider-sign-in", provider);
            Button::link(word, start(provider, back)).secondary().render()
        })
        .collect();
    Ok(html! { @if !ways.is_empty() { (buttons(ways)) } })
}

/// Whether some provider makes the city this sure of a person.
pub(crate) async fn is_offered(visit: &Visit, level: Level) -> Result<bool, Fault> {
    let open = visit.read(&OPEN_PROVIDERS, Nothing {}).await?;
    Ok(open.iter().any(|provider| provider.level >= level))
}

/// Where to go on after the city has become surer: to the page that says so, with what it was asked for.
fn identity_again(visit: &Visit) -> String {
    let (need, back) = (visit.query.get("need"), visit.query.get("back"));
    if Level::ALL.into_iter().any(|level| level.name() == need) && is_own_path(back) {
        format!("{IDENTITY_PAGE}?need={need}&back={}", escaped(back))
    } else {
        IDENTITY_PAGE.to_owned()
    }
}

/// The providers by which the city becomes surer of who somebody is.
pub(super) async fn identity_panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let level = visit.read(&IDENTITY, Nothing {}).await?.level;
    let open = visit.read(&OPEN_PROVIDERS, Nothing {}).await?;
    let surer: Vec<&OpenProvider> =
        open.iter().filter(|provider| provider.level > level.max(Level::Mail)).collect();
    if surer.is_empty() {
        return Ok(None);
    }
    let back = identity_again(visit);
    Ok(Some(html! {
        h2 { (visit.t("people-provider-surer")) }
        p { (visit.t("people-provider-surer-text")) }
        (buttons(surer.into_iter().map(|provider| link_button(visit, provider, "people-provider-prove", &back))))
    }))
}

/// Off to the provider. Where this browser is sent is the answer of an action, which checked it.
pub(super) async fn go(visit: &Visit) -> Result<Reply, Fault> {
    let handle = attempt::handle(visit);
    let input = GoToProvider::new(visit.slot("provider"), &handle, visit.query.get("back"));
    match GO_TO_PROVIDER.call(&visit.cx, input, None).await {
        Ok(gone) => {
            let reply = Reply::new(StatusCode::SEE_OTHER).header("location", &gone.url);
            Ok(attempt::hold(reply, visit, &handle))
        }
        Err(fault) => wrong(visit, fault),
    }
}

/// Off to the provider, to link it.
pub(super) async fn link(visit: &Visit) -> Result<Reply, Fault> {
    let handle = attempt::handle(visit);
    let back = visit.form.get("back");
    let back = if is_own_path(back) { back } else { SECURITY_PAGE };
    let input = GoToProvider::new(visit.slot("provider"), &handle, back);
    let gone = match LINK_PROVIDER.call(&visit.cx, input, None).await {
        Ok(gone) => gone,
        Err(fault) => return wrong(visit, fault),
    };
    let title = visit.t("people-provider-going");
    let shell = visit.shell(title).private();
    let body = html! {
        (PageHead::new(title).lead(visit.t("people-provider-going-text")).render())
        (buttons([Button::link(visit.t("people-provider-go-on"), gone.url.clone()).render()]))
    };
    let reply = visit.page(&shell, body).header("refresh", &format!("0;url={}", gone.url));
    Ok(attempt::hold(reply, visit, &handle))
}

/// Back from the provider.
pub(super) async fn back(visit: &Visit) -> Result<Reply, Fault> {
    let token = seal::token(visit.cx.secret());
    let query = |name: &str| visit.query.get(name).to_owned();
    let (state, code, iss, error) = (query("state"), query("code"), query("iss"), query("error"));
    let brought = Brought {
        provider: visit.slot("provider"),
        handle: &visit.attempt,
        state: &state,
        code: &code,
        iss: &iss,
        error: &error,
    };
    let input = ComeBack::new(&brought, seal::token_digest(&token), &visit.agent);
    match COME_BACK.call(&visit.cx, input, None).await {
        Ok(Back::SignedIn { signed_in, back }) => Ok(let_in(visit, &signed_in, &token, &back)),
        Ok(Back::Linked { back }) => {
            let to = wanted(&back).unwrap_or(SECURITY_PAGE);
            let joint = if to.contains('?') { '&' } else { '?' };
            Ok(Reply::see_other(&format!("{to}{joint}done=people-provider-linked")))
        }
        Ok(Back::Newcomer) => Ok(Reply::see_other("/sign-in/welcome")),
        Ok(Back::KnownAddress) => Ok(told_so(visit, StatusCode::CONFLICT, "people-provider-known", true)),
        Ok(Back::Stranger) => Ok(told_so(visit, StatusCode::FORBIDDEN, "people-provider-stranger", true)),
        Ok(Back::Declined) => Ok(told_so(visit, StatusCode::OK, "people-provider-declined", false)),
        Err(fault) => wrong(visit, fault),
    }
    .map(|reply| reply.header("referrer-policy", "no-referrer"))
}

/// A page that says what became of it and where to go on: `word` and `word-text`.
fn told_so(visit: &Visit, status: StatusCode, word: &str, links_after: bool) -> Reply {
    let title = visit.t(word);
    let shell = visit.shell(title).private();
    let to = match (visit.cx.who().is_signed_in(), links_after) {
        (true, _) => "/my/security",
        // After signing in as before, the provider can be linked.
        (false, true) => "/sign-in?back=/my/security",
        (false, false) => "/sign-in",
    };
    let body = html! {
        (PageHead::new(title).lead(visit.t(&format!("{word}-text"))).render())
        (buttons([Button::link(visit.t("people-provider-other-way"), to).render()]))
    };
    visit.page_with(status, &shell, body).header("cache-control", "no-store")
}

/// What went wrong on the way, said gently, with the way to begin again. Nothing is half-done.
fn wrong(visit: &Visit, fault: Fault) -> Result<Reply, Fault> {
    let known = matches!(
        fault.code(),
        "people-provider-away"
            | "people-provider-answer"
            | "people-provider-begin-again"
            | "people-way-taken"
    ) || fault.code() == "people-account-locked";
    // Fields that are too long were never an answer of a provider.
    if !known && fault.kind() != Kind::Invalid {
        return Err(fault);
    }
    let t = visit.cx.tongue();
    let (title, text) = if known {
        (fault.title(t), fault.remedy(t))
    } else {
        (
            t.t("fault-people-provider-answer").to_owned(),
            t.t("fault-people-provider-answer-remedy").to_owned(),
        )
    };
    let status = if fault.kind() == Kind::Unavailable { StatusCode::BAD_GATEWAY } else { fault.status() };
    let shell = visit.shell(title.clone()).private().wrong(true);
    let signed_in = visit.cx.who().is_signed_in();
    let to = if signed_in { "/my/security" } else { "/sign-in" };
    let again = format!("/sign-in/with/{}", encode(visit.slot("provider")));
    let body = html! {
        (PageHead::new(title).lead(text).render())
        (buttons([
            if signed_in { html! {} } else { Button::link(visit.t("people-provider-try-again"), again).render() },
            Button::link(visit.t("people-provider-other-way"), to).secondary().render(),
        ]))
    };
    Ok(visit.page_with(status, &shell, body).header("cache-control", "no-store"))
}

/// The provider's name, marked with its language.
pub(super) fn named(visit: &Visit, label: &ground::text::Text) -> Markup {
    told(label, visit.cx.lang())
}

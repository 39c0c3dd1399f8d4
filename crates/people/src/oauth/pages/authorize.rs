//! The page between a service and a person: what it asks for, and the person's answer.

use ground::cx::Cx;
use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::form::FormData;
use ground::html::{Banner, Button, Choice, Field, Form, Link, PageHead, SummaryList, buttons, details};
use ground::page::{Visit, escaped};
use ground::seal;
use maud::{Markup, html};

use super::{lead, lead_by_page, policy};
use crate::consent::model::State;
use crate::consent::store::Stands;
use crate::oauth::actions::authorize::{AUTHORIZATION, AskedFor, Authorization, CONNECT, Connect, Decided};
use crate::oauth::asked::{AuthRequest, with_params};
use crate::oauth::issuer;
use crate::pages::told;

/// Since when somebody must have signed in; and a sign that they come from one of our own forms.
const AFTER: &str = "_after";
/// Goes on although the service would like the city to be surer of the person.
const AS_IS: &str = "_as_is";

fn name_of(visit: &Visit, seen: &Authorization) -> String {
    seen.name.read(visit.cx.lang()).0.to_owned()
}

/// The visit in the language that the service asks for, where the person has chosen none.
fn spoken(visit: &Visit, request: &AuthRequest) -> Option<Visit> {
    let lang = request.lang().filter(|lang| *lang != visit.cx.lang())?;
    if visit.query.has("lang") || visit.cx.who().lang.is_some() {
        return None;
    }
    let cx = Cx::new(visit.cx.house(), visit.cx.city(), visit.cx.who().clone(), lang, visit.cx.via());
    Some(Visit {
        cx,
        path: visit.path.clone(),
        slots: visit.slots.clone(),
        query: visit.query.clone(),
        form: visit.form.clone(),
        text_size: visit.text_size,
        agent: visit.agent.clone(),
        token: visit.token.clone(),
        foot: visit.foot.clone(),
        attempt: visit.attempt.clone(),
    })
}

pub(super) async fn ask(visit: &Visit) -> Result<Reply, Fault> {
    let Some(request) = AuthRequest::read(&visit.query) else {
        return Ok(cannot(visit, &Fault::new(Kind::Invalid, "people-oauth-request")));
    };
    let other = spoken(visit, &request);
    let visit = other.as_ref().unwrap_or(visit);
    let seen = match visit.read(&AUTHORIZATION, request.clone()).await {
        Ok(seen) => seen,
        Err(fault) if fault.kind() == Kind::Invalid => return Ok(cannot(visit, &fault)),
        Err(fault) => return Err(fault),
    };
    if let Some(error) = &seen.error {
        return say(visit, &request, &seen, error, &seen.because);
    }
    let silent = request.asks("none");
    let who = visit.cx.who();
    if !who.is_signed_in() || must_sign_in_anew(visit, &request) {
        if silent {
            return say(
                visit,
                &request,
                &seen,
                "login_required",
                "nobody is signed in, or not recently enough",
            );
        }
        let back = way_back(visit, &request);
        // Whom the service expects; the person can write anybody else.
        let hint: String = request.login_hint.chars().filter(|c| !c.is_control()).take(200).collect();
        let hint = if hint.is_empty() { hint } else { format!("&hint={}", escaped(&hint)) };
        return Ok(Reply::see_other(&format!("/sign-in?back={}{hint}", escaped(&back))));
    }
    if who.level < seen.level_needed {
        if silent {
            return say(
                visit,
                &request,
                &seen,
                "interaction_required",
                "the city is not sure enough who this is",
            );
        }
        let need = seen.level_needed.name();
        return Ok(Reply::see_other(&identity(need, &way_back(visit, &request))));
    }
    if let Some(wanted) = request.level().filter(|wanted| *wanted > who.level && !silent)
        && !visit.query.has(AS_IS)
    {
        return Ok(would_like(visit, &request, &seen, wanted.name()));
    }
    if seen.asks || request.asks("consent") {
        if silent {
            return say(visit, &request, &seen, "consent_required", "the person has to be asked");
        }
        return Ok(screen(visit, &request, &seen, None));
    }
    let code = seal::token(visit.cx.secret());
    let input =
        Connect { request: request.clone(), decisions: Vec::new(), code_digest: seal::token_digest(&code) };
    CONNECT.call(&visit.cx, input, None).await?;
    let address = answered(visit, &request, &seen.redirect, &[("code", &code)]);
    if visit.query.has(AFTER) || visit.query.has(AS_IS) {
        return Ok(lead_by_page(visit, &address, &name_of(visit, &seen)));
    }
    lead(&address)
}

/// Asked for by `prompt=login` and `max_age`, and done when the person has signed in since we sent them to.
fn must_sign_in_anew(visit: &Visit, request: &AuthRequest) -> bool {
    let signed_in_ms = visit.cx.who().signed_in_ms;
    let after: i64 = visit.query.get(AFTER).parse().unwrap_or(i64::MAX);
    let too_long_ago = request.max_age_s().is_some_and(|age| visit.cx.now_ms() - signed_in_ms > age * 1_000);
    let asked = request.asks("login") || request.asks("select_account") || too_long_ago;
    asked && signed_in_ms < after
}

fn way_back(visit: &Visit, request: &AuthRequest) -> String {
    format!("/oauth/authorize?{}&{AFTER}={}", request.query(), visit.cx.now_ms())
}

fn identity(need: &str, back: &str) -> String {
    format!("/my/identity?need={need}&back={}", escaped(back))
}

/// The address of the client with the answer, and who answers (RFC 9207).
fn answered(visit: &Visit, request: &AuthRequest, redirect: &str, answer: &[(&str, &str)]) -> String {
    let issuer = issuer(&visit.cx);
    let rest = [("state", request.state.as_str()), ("iss", issuer.as_str())];
    with_params(redirect, &[answer, &rest].concat())
}

/// Tells the client what is wrong.
fn say(
    visit: &Visit,
    request: &AuthRequest,
    seen: &Authorization,
    error: &str,
    because: &str,
) -> Result<Reply, Fault> {
    let address =
        answered(visit, request, &seen.redirect, &[("error", error), ("error_description", because)]);
    if visit.query.has(AFTER) {
        Ok(lead_by_page(visit, &address, &name_of(visit, seen)))
    } else {
        lead(&address)
    }
}

/// When it is not known who asks, or where to answer, nobody is sent anywhere.
fn cannot(visit: &Visit, fault: &Fault) -> Reply {
    let known = fault.code().starts_with("people-oauth");
    let fault = if known { fault.clone() } else { Fault::new(Kind::Invalid, "people-oauth-request") };
    let t = visit.cx.tongue();
    let title = fault.title(t);
    let shell = visit.shell(title.clone()).private().wrong(true);
    let body = html! {
        (PageHead::new(title).lead(fault.remedy(t)).render())
        (buttons([Button::link(visit.t("people-oauth-home"), "/").secondary().render()]))
    };
    visit.page_with(http::StatusCode::BAD_REQUEST, &shell, body).header("cache-control", "no-store")
}

/// The service would like the city to be surer of the person; the person decides whether to show more.
fn would_like(visit: &Visit, request: &AuthRequest, seen: &Authorization, wanted: &str) -> Reply {
    let name = name_of(visit, seen);
    let title = visit.tf("people-oauth-level", &[("service", &name)]);
    let shell = visit.shell(title.clone()).private();
    let back = way_back(visit, request);
    let as_is = format!("{back}&{AS_IS}=1");
    let body = html! {
        (PageHead::new(title).lead(visit.t("people-oauth-level-text")).render())
        (buttons([
            Button::link(visit.t("people-oauth-level-show"), identity(wanted, &back)).render(),
            Button::link(visit.t("people-oauth-level-as-is"), as_is).secondary().render(),
        ]))
    };
    visit.page(&shell, body).header("cache-control", "no-store")
}

/// What the service asks for, and one decision for each purpose.
fn screen(visit: &Visit, request: &AuthRequest, seen: &Authorization, fault: Option<&Fault>) -> Reply {
    let t = visit.cx.tongue();
    let name = name_of(visit, seen);
    let title = visit.tf("people-oauth-connect", &[("service", &name)]);
    let host = crate::oauth::model::origin_of(&seen.redirect).unwrap_or_default();
    let facts = SummaryList::new()
        .row(t.t("people-oauth-service"), told(&seen.name, visit.cx.lang()))
        .row(t.t("people-oauth-recipient"), told(&seen.recipient, visit.cx.lang()))
        .text(t.t("people-oauth-address"), host)
        .text(t.t("people-oauth-as"), visit.cx.who().shown_name.clone().unwrap_or_default());
    let mut form = Form::new("/oauth/consent")
        .token(visit.new_token())
        .label(title.clone())
        .field(Field::hidden("request", request.query()));
    for asked in &seen.purposes {
        form = form.field(Field::markup(purpose(visit, asked)));
        if asked.standing.stands != Stands::NotByConsent {
            form = decision(visit, form, asked, fault);
        }
    }
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    form = form
        .submit(t.t("people-oauth-allow"))
        .also(&Button::submit(t.t("people-oauth-deny")).secondary().named("go", "deny"));
    let stays = seen.scopes.iter().any(|scope| scope == "offline_access");
    let shell = visit.shell(title.clone()).private().wrong(fault.is_some());
    let anew = way_back(visit, request);
    let body = html! {
        (PageHead::new(title).lead(t.t("people-oauth-connect-lead")).render())
        (facts.render())
        p { (Link::new(t.t("people-oauth-not-me"), format!("/sign-in?back={}", escaped(&anew))).render()) }
        @if seen.purposes.is_empty() { p { (t.t("people-oauth-only-id")) } }
        @if stays { (Banner::info(t.t("people-oauth-stays")).text(t.t("people-oauth-stays-text")).render(t)) }
        (form.render(t))
        p class="quiet" { (t.t("people-oauth-later")) " " (Link::new(t.t("people-services"), "/my/services").render()) }
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    visit
        .page_with(status, &shell, body)
        .header("content-security-policy", &policy(&seen.redirect))
        .header("cache-control", "no-store")
}

fn purpose(visit: &Visit, asked: &AskedFor) -> Markup {
    let t = visit.cx.tongue();
    let lang = visit.cx.lang();
    let purpose = &asked.standing.purpose;
    let kept = match purpose.kept_days {
        0 => t.t("people-oauth-kept-not").to_owned(),
        days => t.tf("people-oauth-kept-days", &[("days", &days.to_string())]),
    };
    let why = SummaryList::new()
        .row(t.t("people-oauth-what-for"), told(&purpose.what_for, lang))
        .text(t.t("people-oauth-kept"), kept)
        .text(t.t("people-oauth-ground"), t.t(&purpose.legal_basis.word()));
    html! {
        section class="card" {
            h2 { (told(&purpose.name, lang)) }
            p { (told(&purpose.explained, lang)) }
            p { strong { (t.t("people-oauth-data")) } }
            ul { @for attribute in &purpose.attributes { li { (t.t(&attribute.word())) } } }
            @if asked.standing.stands == Stands::NotByConsent { p { (t.t("people-oauth-by-law")) } }
            (details(t.t("people-oauth-more"), why.render()))
        }
    }
}

fn decision(visit: &Visit, form: Form, asked: &AskedFor, fault: Option<&Fault>) -> Form {
    let t = visit.cx.tongue();
    let purpose = &asked.standing.purpose;
    let field = format!("purpose-{}", purpose.code);
    let typed = visit.form.get(&field).to_owned();
    // What stands already is shown as it stands; what was never asked is left open.
    let stands = match (asked.standing.stands, asked.standing.last) {
        (Stands::On, _) => "given",
        (Stands::Off, Some(State::Refused | State::Withdrawn)) => "refused",
        _ => "",
    };
    let value = if typed.is_empty() { stands.to_owned() } else { typed };
    let name = purpose.name.read(visit.cx.lang()).0;
    let choices =
        [Choice::new("given", t.t("people-oauth-yes")), Choice::new("refused", t.t("people-oauth-no"))];
    form.field(Field::hidden(format!("version-{}", purpose.code), purpose.version.to_string())).field(
        Field::radios(field.clone(), t.tf("people-oauth-decide", &[("purpose", name)]), choices)
            .required()
            .value(value)
            .error_if(fault.and_then(|fault| fault.field_words(&field, t))),
    )
}

pub(super) async fn answer(visit: &Visit) -> Result<Reply, Fault> {
    let sent = FormData::from_urlencoded(visit.form.get("request"))?;
    let Some(request) = AuthRequest::read(&sent) else {
        return Ok(cannot(visit, &Fault::new(Kind::Invalid, "people-oauth-request")));
    };
    let seen = match visit.read(&AUTHORIZATION, request.clone()).await {
        Ok(seen) => seen,
        Err(fault) if fault.kind() == Kind::Invalid => return Ok(cannot(visit, &fault)),
        Err(fault) => return Err(fault),
    };
    if let Some(error) = &seen.error {
        return say(visit, &request, &seen, error, &seen.because);
    }
    if visit.form.get("go") == "deny" {
        return say(visit, &request, &seen, "access_denied", "the person said no");
    }
    let decisions = seen.purposes.iter().filter_map(|asked| {
        let code = &asked.standing.purpose.code;
        let given = match visit.form.get(&format!("purpose-{code}")) {
            "given" => true,
            "refused" => false,
            _ => return None,
        };
        let version = visit.form.get(&format!("version-{code}")).parse().unwrap_or(0);
        Some(Decided { purpose: code.clone(), version, given })
    });
    let code = seal::token(visit.cx.secret());
    let input = Connect {
        request: request.clone(),
        decisions: decisions.collect(),
        code_digest: seal::token_digest(&code),
    };
    // Not kept under the form's token: pressing twice makes two codes, and the client gets the last.
    match CONNECT.call(&visit.cx, input, None).await {
        Ok(_) => lead(&answered(visit, &request, &seen.redirect, &[("code", &code)])),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Conflict) => {
            Ok(screen(visit, &request, &seen, Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}

//! The security organisation on one page: who is CISO, where nobody answers, what ends, what is open.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Col, Field, Form, Link, PageHead, SummaryList, Table, Tag, Tone, buttons, details,
};
use ground::page::Visit;
use maud::{Markup, html};

use super::HOME;
use crate::actions::Nothing;
use crate::watch::actions::register::{APPOINT, Appoint, END_APPOINTMENT, EndAppointment, Overview, WATCH};
use crate::watch::model::Post;

fn tag_of_gaps(visit: &Visit, missing: i64) -> Markup {
    if missing > 0 {
        Tag::new(visit.tf("people-watch-missing-count", &[("count", &missing.to_string())]), Tone::Negative)
            .render()
    } else {
        Tag::new(visit.t("people-watch-complete"), Tone::Positive).render()
    }
}

pub(super) fn person(post: &Post) -> Markup {
    html! { (post.name) @if !post.title.is_empty() { " " span class="quiet" { (post.title) } } }
}

/// From when to when, in words.
pub(super) fn span(visit: &Visit, post: &Post) -> String {
    if post.ends_on.is_empty() {
        visit.tf("people-watch-since", &[("day", &post.starts_on)])
    } else {
        visit.tf("people-watch-from-to", &[("from", &post.starts_on), ("to", &post.ends_on)])
    }
}

/// On the desk: what wants somebody to do something.
pub(super) async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let now = visit.read(&WATCH, Nothing {}).await?;
    let open = now.check.is_some() && !now.taken.as_ref().is_some_and(|taken| taken.passed);
    let mine = visit.may_ever("people.appoint");
    if !(open || (mine && now.gaps() > 0)) {
        return Ok(None);
    }
    Ok(Some(html! {
        section aria-labelledby="watch-desk" {
            h2 id="watch-desk" { (visit.t("people-menu-watch")) }
            ul {
                @if let Some(check) = now.check.as_ref().filter(|_| open) {
                    li { a href="/staff/security/check" { (visit.tf("people-watch-desk-check", &[("title", &check.title), ("day", &check.deadline)])) } }
                }
                @if mine && now.gaps() > 0 {
                    li { a href=(HOME) { (visit.tf("people-watch-desk-gaps", &[("count", &now.gaps().to_string())])) } }
                }
            }
        }
    }))
}

pub(super) async fn page(visit: &Visit) -> Result<Reply, Fault> {
    shown(visit, None).await
}

async fn shown(visit: &Visit, wrong: Option<(&Fault, &Appoint)>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let now = visit.read(&WATCH, Nothing {}).await?;
    let shell = visit.shell(t.t("people-menu-watch")).wrong(wrong.is_some());
    let ways = [
        Button::link(t.t("people-watch-report"), "/staff/security/incidents/new").render(),
        Button::link(t.t("people-watch-incidents"), "/staff/security/incidents").secondary().render(),
        Button::link(t.t("people-watch-checks"), "/staff/security/checks").secondary().render(),
    ];
    let status = wrong.map_or(http::StatusCode::OK, |(fault, _)| fault.status());
    let body = html! {
        (PageHead::new(t.t("people-menu-watch")).lead(t.t("people-watch-lead")).render())
        (buttons(ways))
        @if now.gaps() > 0 {
            (Banner::warning(t.tf("people-watch-gaps", &[("count", &now.gaps().to_string())])).text(t.t("people-watch-gaps-text")).render(t))
        } @else { (Banner::success(t.t("people-watch-no-gaps")).render(t)) }
        @if let Some(check) = &now.check { (check_line(visit, &now, &check.title, &check.deadline)) }
        h2 { (t.t("people-watch-ciso")) }
        (ciso(visit, &now, wrong))
        h2 { (t.t("people-watch-register")) }
        (counts(visit, &now))
        @if !now.missing.is_empty() { h2 { (t.t("people-watch-nobody")) } (missing(visit, &now)) }
        @if !now.ending.is_empty() { h2 { (t.t("people-watch-ending")) } (ending(visit, &now)) }
    };
    Ok(visit.page_with(status, &shell, body))
}

fn check_line(visit: &Visit, now: &Overview, title: &str, deadline: &str) -> Markup {
    let passed = now.taken.as_ref().is_some_and(|taken| taken.passed);
    let words = if passed { "people-watch-check-passed" } else { "people-watch-check-now" };
    let banner = if passed {
        Banner::success(visit.tf(words, &[("title", title)]))
    } else {
        Banner::info(visit.tf(words, &[("title", title)]))
    };
    banner
        .text(visit.tf("people-watch-check-until", &[("day", deadline)]))
        .link(Link::new(visit.t("people-watch-check-go"), "/staff/security/check"))
        .render(visit.cx.tongue())
}

fn ciso(visit: &Visit, now: &Overview, wrong: Option<(&Fault, &Appoint)>) -> Markup {
    let t = visit.cx.tongue();
    let today = visit.cx.now().date().to_string();
    let mut facts = SummaryList::new();
    for post in now.ciso.iter().filter(|post| post.holds(&today) || post.starts_on > today) {
        facts = facts.row(span(visit, post), person(post));
    }
    let may = visit.may_ever("people.appoint");
    let form = html! { p { (t.t("people-watch-appoint-text")) } (appoint_form(visit, "/staff/security/ciso", wrong)) };
    html! {
        p { (t.t("people-watch-ciso-text")) }
        @if now.has_ciso || !now.ciso.is_empty() { (facts.render()) }
        @if !now.has_ciso { p { (Tag::new(t.t("people-watch-vacant"), Tone::Negative).render()) } }
        @if may { @if wrong.is_some() { (form) } @else { (details(t.t("people-watch-appoint"), form)) } }
    }
}

fn counts(visit: &Visit, now: &Overview) -> Markup {
    let t = visit.cx.tongue();
    let table = now.counts.iter().fold(
        Table::new(t.t("people-watch-register"))
            .quiet_caption()
            .column(Col::new(t.t("people-watch-kind")))
            .column(Col::number(t.t("people-watch-count")))
            .column(Col::new(t.t("people-watch-duty")))
            .column(Col::new(t.t("people-state"))),
        |table, count| {
            let name = count.kind.name();
            table.row([
                html! { a href=(format!("{HOME}/assets?kind={name}")) { (t.t(&format!("people-watch-kind-{name}"))) } },
                html! { (count.all) },
                html! { (t.t(&format!("people-watch-duty-{}", count.kind.duty().name()))) },
                tag_of_gaps(visit, count.missing),
            ])
        },
    );
    table.render(t)
}

fn missing(visit: &Visit, now: &Overview) -> Markup {
    let t = visit.cx.tongue();
    let table = now.missing.iter().fold(
        Table::new(t.t("people-watch-nobody"))
            .quiet_caption()
            .column(Col::new(t.t("people-name")))
            .column(Col::new(t.t("people-watch-code")))
            .column(Col::new(t.t("people-watch-kind")))
            .column(Col::new(t.t("people-watch-duty"))),
        |table, asset| {
            table.row([
                html! { a href=(format!("{HOME}/assets/{}", asset.id)) { (asset.name) } },
                html! { (asset.code) },
                html! { (t.t(&format!("people-watch-kind-{}", asset.kind.name()))) },
                html! { (t.t(&format!("people-watch-duty-{}", asset.kind.duty().name()))) },
            ])
        },
    );
    table.render(t)
}

fn ending(visit: &Visit, now: &Overview) -> Markup {
    let t = visit.cx.tongue();
    let table = now.ending.iter().fold(
        Table::new(t.t("people-watch-ending"))
            .quiet_caption()
            .column(Col::new(t.t("people-watch-for")))
            .column(Col::new(t.t("people-watch-holder")))
            .column(Col::new(t.t("people-watch-ends-on"))),
        |table, row| {
            let what = match &row.post.asset {
                Some(id) => html! { a href=(format!("{HOME}/assets/{id}")) { (row.asset_name) } },
                None => html! { (t.t("people-watch-duty-ciso")) },
            };
            table.row([what, person(&row.post), html! { (row.post.ends_on) }])
        },
    );
    table.render(t)
}

/// The form that names somebody.
pub(super) fn appoint_form(visit: &Visit, action: &str, wrong: Option<(&Fault, &Appoint)>) -> Markup {
    let t = visit.cx.tongue();
    let words = |path: &str| wrong.and_then(|(fault, _)| fault.field_words(path, t));
    let typed = |pick: fn(&Appoint) -> &str| wrong.map_or("", |(_, input)| pick(input)).to_owned();
    let today = visit.cx.now().date().to_string();
    let starts = if wrong.is_some() { typed(|input| &input.starts_on) } else { today };
    Form::new(action)
        .token(visit.new_token())
        .label(t.t("people-watch-appoint"))
        .field(
            Field::email("mail", t.t("people-watch-mail"))
                .required()
                .autocomplete("off")
                .hint(t.t("people-watch-mail-hint"))
                .value(typed(|input| &input.mail))
                .error_if(words("mail")),
        )
        .field(
            Field::date("starts_on", t.t("people-watch-starts-on"))
                .required()
                .value(starts)
                .error_if(words("starts_on")),
        )
        .field(
            Field::date("ends_on", t.t("people-watch-ends-on"))
                .hint(t.t("people-watch-ends-on-hint"))
                .value(typed(|input| &input.ends_on))
                .error_if(words("ends_on")),
        )
        .field(
            Field::text("note", t.t("people-watch-note"))
                .value(typed(|input| &input.note))
                .error_if(words("note")),
        )
        .submit(t.t("people-watch-appoint"))
        .render(t)
}

pub(super) fn appoint_input(visit: &Visit, asset: Option<ground::id::Id>) -> Appoint {
    let text = |name: &str| visit.form.get(name).to_owned();
    Appoint {
        asset,
        mail: text("mail"),
        starts_on: text("starts_on"),
        ends_on: text("ends_on"),
        note: text("note"),
    }
}

pub(super) async fn appoint_ciso(visit: &Visit) -> Result<Reply, Fault> {
    let input = appoint_input(visit, None);
    match visit.act(&APPOINT, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/staff/security?done=saved")),
        Err(fault) if fault.kind() == Kind::Invalid => shown(visit, Some((&fault, &input))).await,
        Err(fault) => Err(fault),
    }
}

/// Ends an appointment on a day; what the day means is said on the page it came from.
pub(super) async fn end_post(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let ends_on = visit.form.get("ends_on").to_owned();
    let post = visit.act(&END_APPOINTMENT, EndAppointment { id, ends_on }).await?;
    let to = match post.asset {
        Some(asset) => format!("{HOME}/assets/{asset}?done=saved"),
        None => format!("{HOME}?done=saved"),
    };
    Ok(Reply::see_other(&to))
}

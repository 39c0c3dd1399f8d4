//! Leaving: what goes, what stays and until when, and the way back.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Banner, Col, Field, Form, Link, PageHead, PostButton, Table};
use ground::id::Id;
use ground::page::Visit;
use maud::{Markup, html};

use super::{said, shell};
use crate::profile::actions::leaving::{ASK_LEAVING, LEAVING, LeavingView, TAKE_BACK_LEAVING, WhoLeaves};

/// Whom this is about: a child, when its parent asks.
fn who(visit: &Visit) -> WhoLeaves {
    let child = if visit.query.has("child") { visit.query.get("child") } else { visit.form.get("child") };
    WhoLeaves { child: child.parse::<Id>().ok() }
}

pub(super) async fn show(visit: &Visit) -> Result<Reply, Fault> {
    render(visit, None).await
}

async fn render(visit: &Visit, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let who = who(visit);
    let view = visit.read(&LEAVING, who.clone()).await?;
    let title = t.t(if who.child.is_some() { "people-delete-child-title" } else { "people-delete-title" });
    let body = html! {
        (PageHead::new(title).lead(t.t("people-delete-lead")).render())
        @if let Some(fault) = fault { (said(visit, fault)) }
        @match &view.waiting {
            // Nobody leaves by mistake in the belief that it is the other person who does.
            _ if who.child.is_none() && visit.cx.who().acting.is_some() => p { (t.t("people-own-only")) },
            Some(waiting) => {
                (Banner::warning(t.t("people-delete-waiting"))
                    .body(html! {
                        p { (t.t("people-delete-waiting-until")) " " (visit.day(waiting.due_ms)) }
                        (take_back_button(visit, &who))
                    })
                    .render(t))
            }
            None => (not_yet(visit, &who, &view)),
        }
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell(visit, title, "/my/delete").wrong(fault.is_some()), body))
}

fn take_back_button(visit: &Visit, who: &WhoLeaves) -> Markup {
    let button =
        PostButton::new(visit.t("people-delete-take-back"), "/my/delete/take-back", visit.new_token());
    match &who.child {
        Some(child) => button.hidden("child", child.as_str()).render(),
        None => button.render(),
    }
}

fn not_yet(visit: &Visit, who: &WhoLeaves, view: &LeavingView) -> Markup {
    let t = visit.cx.tongue();
    let wait = view.wait_days.to_string();
    let goes = ["profile", "ways", "family", "consents", "takeouts"];
    let mut form = Form::new("/my/delete")
        .token(visit.new_token())
        .field(Field::checkbox("sure", t.tf("people-delete-sure", &[("days", &wait)]), "yes").required())
        .submit(t.t("people-delete-do"))
        .danger()
        .secondary(Link::new(t.t("cancel"), "/my"));
    if let Some(child) = &who.child {
        form = form.field(Field::hidden("child", child.as_str()));
    }
    html! {
        h2 { (t.t("people-delete-goes")) }
        ul { @for what in goes { li { (t.t(&format!("people-delete-goes-{what}"))) } } }
        h2 { (t.t("people-delete-stays")) }
        (stays(visit))
        h2 { (t.t("people-delete-how")) }
        p { (t.tf("people-delete-wait", &[("days", &wait)])) }
        @if who.child.is_none() {
            p { a href="/my/takeout" { (t.t("people-delete-takeout-first")) } }
        }
        @if view.last_admin {
            (Banner::warning(t.t("fault-people-last-admin")).text(t.t("fault-people-last-admin-remedy")).render(t))
        } @else if view.children_alone {
            (Banner::warning(t.t("fault-people-children-alone"))
                .text(t.t("fault-people-children-alone-remedy"))
                .link(Link::new(t.t("people-family-title"), "/my/family"))
                .render(t))
        } @else {
            (form.render(t))
        }
    }
}

/// What is kept, why, and for how long: from the rules that hold in this house.
fn stays(visit: &Visit) -> Markup {
    let t = visit.cx.tongue();
    let kept = [
        ("people_consent_event", "consents"),
        ("people_access", "access"),
        ("ground_audit", "audit"),
        ("people_leaving", "number"),
        ("people_pairwise", "names"),
    ];
    let rules: Vec<_> = visit.cx.house().rooms.iter().flat_map(|room| room.retention).collect();
    let days_set = visit.cx.house().retention_days.load();
    let table = kept.iter().fold(
        Table::new(t.t("people-delete-stays"))
            .quiet_caption()
            .column(Col::new(t.t("people-delete-stays-what")))
            .column(Col::new(t.t("people-delete-stays-why")))
            .column(Col::new(t.t("people-delete-stays-until"))),
        |table, (name, what)| {
            let usual = rules.iter().find(|rule| rule.table == *name).map(|rule| rule.days);
            let days = days_set.get(*name).copied().or(usual).unwrap_or(0);
            table.row([
                html! { (t.t(&format!("people-delete-stays-{what}"))) },
                html! { (t.t(&format!("people-delete-stays-{what}-why"))) },
                html! {
                    @if days == 0 { (t.t("people-delete-stays-ever")) }
                    @else if days % 365 == 0 { (t.tf("people-delete-stays-years", &[("years", &(days / 365).to_string())])) }
                    @else { (t.tf("people-delete-stays-days", &[("days", &days.to_string())])) }
                },
            ])
        },
    );
    table.render(t)
}

pub(super) async fn ask(visit: &Visit) -> Result<Reply, Fault> {
    let input = who(visit);
    if visit.form.get("sure") != "yes" {
        return render(visit, Some(&Fault::field("sure", "field-people-sure"))).await;
    }
    let back = back(&input);
    match visit.act(&ASK_LEAVING, input).await {
        Ok(_) => Ok(Reply::see_other(&format!("{back}done=people-delete-asked"))),
        Err(fault) if fault.kind() == Kind::Conflict => render(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

fn back(who: &WhoLeaves) -> String {
    match &who.child {
        Some(child) => format!("/my/delete?child={child}&"),
        None => "/my/delete?".to_owned(),
    }
}

pub(super) async fn take_back(visit: &Visit) -> Result<Reply, Fault> {
    let input = who(visit);
    let back = back(&input);
    visit.act(&TAKE_BACK_LEAVING, input).await?;
    Ok(Reply::see_other(&format!("{back}done=people-delete-taken-back")))
}

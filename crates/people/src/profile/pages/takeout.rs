//! Taking one's data along.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Button, Col, PageHead, PostButton, Table, Tag, Tone, number};
use ground::page::Visit;
use maud::{Markup, html};

use super::{said, shell};
use crate::actions::Nothing;
use crate::profile::actions::takeout::{ASK_TAKEOUT, TAKEOUT_FILE, TAKEOUTS, ThisTakeout};
use crate::profile::store::takeouts::{Takeout, TakeoutState};

pub(super) async fn show(visit: &Visit) -> Result<Reply, Fault> {
    render(visit, None).await
}

async fn render(visit: &Visit, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let takeouts = visit.read(&TAKEOUTS, Nothing {}).await?;
    let waiting = takeouts.iter().any(|one| one.state == TakeoutState::Asked);
    let parts: Vec<&str> =
        visit.cx.house().rooms.iter().flat_map(|room| room.takeout).map(|part| t.t(part.word)).collect();
    let table = takeouts.iter().fold(
        Table::new(t.t("people-takeout-list"))
            .column(Col::new(t.t("people-takeout-asked")))
            .column(Col::new(t.t("people-takeout-state")))
            .column(Col::new(t.t("people-takeout-until")))
            .column(Col::new(t.t("people-takeout-fetch"))),
        |table, one| {
            table.row([
                html! { (visit.time(one.made_ms)) },
                state(visit, one),
                html! { @if one.state == TakeoutState::Ready { (visit.day(one.ends_ms)) } @else { "―" } },
                link(visit, one),
            ])
        },
    );
    let title = t.t("people-takeout-title");
    let body = html! {
        (PageHead::new(title).lead(t.t("people-takeout-lead")).render())
        @if let Some(fault) = fault { (said(visit, fault)) }
        @if visit.cx.who().acting.is_some() { p { strong { (t.t("people-own-only")) } } }
        h2 { (t.t("people-takeout-what")) }
        ul { @for part in parts { li { (part) } } }
        p { (t.t("people-takeout-how")) }
        @if waiting {
            p { (t.t("people-takeout-waiting")) }
        } @else if visit.cx.who().acting.is_none() {
            (PostButton::new(t.t("people-takeout-do"), "/my/takeout", visit.new_token()).kind(ground::html::ButtonKind::Primary).render())
        }
        @if !takeouts.is_empty() && visit.cx.who().acting.is_none() { (table.render(t)) }
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell(visit, title, "/my/takeout"), body))
}

fn state(visit: &Visit, one: &Takeout) -> Markup {
    let (word, tone) = match one.state {
        TakeoutState::Asked => ("people-takeout-state-asked", Tone::Info),
        TakeoutState::Ready => ("people-takeout-state-ready", Tone::Positive),
        TakeoutState::Ended => ("people-takeout-state-ended", Tone::Neutral),
    };
    Tag::new(visit.t(word), tone).render()
}

fn link(visit: &Visit, one: &Takeout) -> Markup {
    match one.state {
        TakeoutState::Ready => {
            let size = visit.tf("people-takeout-size", &[("size", &number((one.size / 1024).max(1)))]);
            html! { (Button::link(visit.t("people-takeout-download"), format!("/my/takeout/{}", one.id)).secondary().render()) " " (size) }
        }
        _ => html! { "―" },
    }
}

pub(super) async fn ask(visit: &Visit) -> Result<Reply, Fault> {
    match visit.act(&ASK_TAKEOUT, Nothing {}).await {
        Ok(_) => Ok(Reply::see_other("/my/takeout?done=people-takeout-asked")),
        Err(fault) if fault.kind() == Kind::Conflict => render(visit, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}

/// Leads to the file, or first to a new sign-in.
pub(super) async fn fetch(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let takeout = visit.read(&TAKEOUT_FILE, ThisTakeout { id }).await?;
    let file = takeout.file.ok_or_else(Fault::missing)?;
    Ok(Reply::see_other(&format!("/files/{file}")))
}

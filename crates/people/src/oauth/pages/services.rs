//! One's own connections.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Button, Col, Empty, Link, PageHead, PostButton, Table, Tag, Tone, buttons};
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use crate::oauth::actions::services::{AskServices, DISCONNECT, Disconnect, SERVICES};
use crate::pages::told;

pub(super) async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    // One's own services have no place among the things of the person one acts for.
    if visit.cx.who().acting.is_some() {
        return Ok(None);
    }
    let list = visit.read(&SERVICES, AskServices::default()).await?;
    if list.rows.is_empty() {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    Ok(Some(html! {
        section aria-labelledby="people-services" {
            h2 id="people-services" { (t.t("people-services")) }
            ul { @for row in list.rows.iter().take(5) { li { (told(&row.name, visit.cx.lang())) } } }
            (buttons([Button::link(t.t("people-services-see"), "/my/services").secondary().render()]))
        }
    }))
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let list = visit.read(&SERVICES, AskServices { paging: Paging::from_query(&visit.query) }).await?;
    let title = t.t("people-services");
    let crumbs = [Link::new(t.t("people-my"), "/my"), Link::new(title, "/my/services")];
    let shell = visit.own_shell(title).private().breadcrumbs(crumbs);
    let table = list.rows.iter().fold(
        Table::new(title)
            .quiet_caption()
            .column(Col::new(t.t("people-oauth-service")))
            .column(Col::new(t.t("people-oauth-recipient")))
            .column(Col::new(t.t("people-services-since")))
            .column(Col::new(t.t("people-services-used")))
            .column(Col::new(t.t("people-services-do"))),
        |table, row| {
            let name = row.name.read(visit.cx.lang()).0.to_owned();
            let end = PostButton::new(
                t.t("people-services-end"),
                format!("/my/services/{}/disconnect", row.client),
                visit.new_token(),
            )
            .danger()
            .about(name);
            let stays = row.stays.then(|| Tag::new(t.t("people-services-stays"), Tone::Info).render());
            table.row([
                html! { (told(&row.name, visit.cx.lang())) @if let Some(stays) = stays { " " (stays) } },
                told(&row.recipient, visit.cx.lang()),
                html! { (visit.time(row.made_ms)) },
                html! { (visit.time(row.used_ms)) },
                end.render(),
            ])
        },
    );
    let ways = [Button::link(t.t("people-services-consents"), "/my/consents").secondary().render()];
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-services-lead")).render())
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-services-none")).text(t.t("people-services-none-text")).render())
            } @else {
                (table.render(t))
                (visit.next_page(list.next.as_deref(), "/my/services"))
            }
            p { (t.t("people-services-consents-text")) }
            (buttons(ways))
        },
    ))
}

pub(super) async fn disconnect(visit: &Visit) -> Result<Reply, Fault> {
    let client = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&DISCONNECT, Disconnect { client }).await?;
    Ok(Reply::see_other("/my/services?done=people-disconnected"))
}

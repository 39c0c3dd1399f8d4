//! How long everything is kept: a page for staff who answer for it.

use maud::html;

use crate::door::Reply;
use crate::fault::Fault;
use crate::html::{Col, Table};
use crate::page::Visit;
use crate::retention::{AskRetention, RETENTION, RetentionRow};

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let rows = visit.read(&RETENTION, AskRetention {}).await?;
    let t = visit.cx.tongue();
    let days = |row: &RetentionRow| match row.days {
        0 => t.t("retention-for-good").to_owned(),
        days => visit.tf("retention-days", &[("days", &days.to_string())]),
    };
    let table = rows.iter().fold(
        Table::new(t.t("menu-retention"))
            .quiet_caption()
            .column(Col::new(t.t("retention-what")))
            .column(Col::new(t.t("retention-kept")))
            .column(Col::new(t.t("retention-since")))
            .column(Col::new(t.t("retention-ran")))
            .column(Col::new(t.t("retention-removed"))),
        |table, row| {
            let word = format!("retention-{}", row.table);
            table.row([
                html! { @if t.knows(&word) { (t.t(&word)) br; } code { (row.table) } },
                html! {
                    (days(row))
                    @if row.days != row.days_usual {
                        br; (visit.tf("retention-usual", &[("days", &row.days_usual.to_string())]))
                    }
                },
                html! { (row.kept_since_ms.map_or_else(|| "—".to_owned(), |at| visit.time(at))) },
                html! { (row.ran_ms.map_or_else(|| t.t("retention-not-yet").to_owned(), |at| visit.time(at))) },
                html! {
                    (visit.tf("retention-rows", &[("count", &row.removed.to_string())])) br;
                    (visit.tf("retention-rows-ever", &[("count", &row.removed_ever.to_string())]))
                },
            ])
        },
    );
    let shell = visit.shell(t.t("menu-retention"));
    Ok(visit.page(
        &shell,
        html! {
            h1 { (t.t("menu-retention")) }
            p { (t.t("retention-lead")) }
            (table.render(t))
        },
    ))
}

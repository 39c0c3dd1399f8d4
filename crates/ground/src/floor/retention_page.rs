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
    let heads = ["retention-what", "retention-kept", "retention-since", "retention-ran", "retention-removed"]
        .map(|word| t.t(word));
    let time = |at: Option<i64>, never: &str| at.map_or_else(|| never.to_owned(), |at| visit.time(at));
    if visit.wants_csv() {
        let lines = rows.iter().map(|row| {
            let removed = row.removed_ever.to_string();
            vec![row.table.clone(), days(row), time(row.kept_since_ms, ""), time(row.ran_ms, ""), removed]
        });
        return visit.csv("retention", &heads, lines);
    }
    let table = rows.iter().fold(
        Table::new(t.t("menu-retention"))
            .quiet_caption()
            .columns(heads.map(Col::new))
            .csv("/staff/retention?format=csv"),
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
                html! { (time(row.kept_since_ms, "—")) },
                html! { (time(row.ran_ms, t.t("retention-not-yet"))) },
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

//! One's own history of signing in.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Col, Link, PageHead, PostButton, Table, Tag, Tone};
use ground::list::Paging;
use ground::page::Visit;
use maud::html;

use crate::ways::history::{Outcome, Signal};
use crate::ways::security::{AskHistory, HISTORY, NOT_ME, ThisEntry};

/// The word for a way; one that nobody foresaw is the name of a provider.
pub(crate) fn way_name(visit: &Visit, way: &str) -> String {
    let word = format!("people-by-{way}");
    if visit.cx.tongue().knows(&word) { visit.t(&word).to_owned() } else { way.to_owned() }
}

pub(super) fn outcome_tag(visit: &Visit, outcome: Outcome) -> maud::Markup {
    let tone = match outcome {
        Outcome::In => Tone::Positive,
        Outcome::First => Tone::Info,
        Outcome::Wrong | Outcome::Stopped | Outcome::Locked => Tone::Caution,
    };
    Tag::new(visit.t(&format!("people-outcome-{}", outcome.name())), tone).render()
}

pub(super) async fn page(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    if visit.wants_csv() {
        let rows = visit.read_all(&HISTORY, |paging| AskHistory { paging }).await?;
        let header =
            ["people-history-when", "people-history-way", "people-session-browser", "people-history-outcome"];
        let lines = rows.into_iter().map(|row| {
            let outcome = visit.t(&format!("people-outcome-{}", row.outcome.name())).to_owned();
            vec![visit.time(row.at_ms), way_name(visit, &row.way), row.agent, outcome]
        });
        return visit.csv("sign-ins", &header.map(|word| t.t(word)), lines);
    }
    let list = visit.read(&HISTORY, AskHistory { paging: Paging::from_query(&visit.query) }).await?;
    let table = Table::new(t.t("people-history"))
        .quiet_caption()
        .column(Col::new(t.t("people-history-when")))
        .column(Col::new(t.t("people-history-way")))
        .column(Col::new(t.t("people-session-browser")))
        .column(Col::new(t.t("people-history-outcome")))
        .column(Col::new(t.t("people-session-do")))
        .csv("/my/sign-ins?format=csv")
        .empty(t.t("people-history-none"));
    let table = list.rows.iter().fold(table, |table, row| {
        let said = row.signals.contains(&Signal::NotMe);
        let when = visit.time(row.at_ms);
        let not_me = PostButton::new(
            t.t("people-not-me"),
            format!("/my/sign-ins/{}/not-me", row.id),
            visit.new_token(),
        )
        .about(when.clone());
        // What one came in with just now was oneself.
        let now = row.at_ms == visit.cx.who().signed_in_ms && row.outcome == Outcome::In;
        table.row([
            html! { (when) },
            html! { (way_name(visit, &row.way)) },
            html! { (if row.agent.is_empty() { t.t("people-session-unknown") } else { row.agent.as_str() }) },
            outcome_tag(visit, row.outcome),
            if said {
                Tag::new(t.t("people-not-me-said"), Tone::Caution).render()
            } else if now {
                Tag::new(t.t("people-history-now"), Tone::Info).render()
            } else {
                not_me.render()
            },
        ])
    });
    let title = t.t("people-history");
    let crumbs = [
        Link::new(t.t("people-my"), "/my"),
        Link::new(t.t("people-security"), "/my/security"),
        Link::new(title, "/my/sign-ins"),
    ];
    let shell = visit.own_shell(title).private().breadcrumbs(crumbs);
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-history-lead")).render())
            (table.render(t))
            (visit.next_page(list.next.as_deref(), "/my/sign-ins"))
        },
    ))
}

pub(super) async fn not_me(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&NOT_ME, ThisEntry { id }).await?;
    Ok(Reply::see_other("/my/security?done=people-not-me"))
}

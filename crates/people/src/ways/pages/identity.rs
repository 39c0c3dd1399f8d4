//! 本人確認: how sure the city is of who one is, what that opens, and how to get further.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Banner, Button, Link, PageHead, SummaryList, Tag, Tone, buttons};
use ground::page::{PanelPlace, Visit, escaped};
use ground::who::Level;
use maud::{Markup, html};

use super::wanted;
use crate::actions::Nothing;
use crate::ways::relying;
use crate::ways::security::IDENTITY;

/// How to get to a level; what this city does not offer yet is said.
fn how_to(visit: &Visit, level: Level, offered: bool) -> String {
    if level == Level::National && !offered {
        return visit.t("people-level-national-not-yet").to_owned();
    }
    visit.t(&format!("people-level-{}-how", level.name())).to_owned()
}

fn step(visit: &Visit, level: Level, now: Level, offered: bool) -> Markup {
    let t = visit.cx.tongue();
    let word = |part: &str| format!("people-level-{}{part}", level.name());
    let reached = level <= now;
    html! {
        li class="card" {
            h3 class="card-title" { (t.t(&word(""))) }
            p {
                @if reached {
                    (Tag::new(t.t("people-level-reached"), Tone::Positive).render())
                } @else {
                    (Tag::new(t.t("people-level-not-yet"), Tone::Info).render())
                }
            }
            p class="card-text" { (t.t(&word("-gives"))) }
            @if !reached {
                p class="card-text" { (how_to(visit, level, offered)) }
                @if level == Level::Mail {
                    (buttons([Button::link(t.t("people-level-mail-go"), "/my/security/mail").secondary().render()]))
                }
            }
        }
    }
}

pub(super) async fn page(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let now = visit.read(&IDENTITY, Nothing {}).await?;
    let title = t.t("people-identity");
    let back = wanted(visit.query.get("back"));
    let need = Level::ALL.into_iter().find(|level| level.name() == visit.query.get("need"));
    let how = if now.how.is_empty() {
        t.t("people-level-how-none").to_owned()
    } else {
        let word = format!("people-level-how-{}", now.how);
        if t.knows(&word) { t.t(&word).to_owned() } else { super::history::way_name(visit, &now.how) }
    };
    let mut facts = SummaryList::new()
        .text(t.t("people-level-now"), t.t(&format!("people-level-{}", now.level.name())))
        .text(t.t("people-level-by"), how);
    if now.since_ms > 0 {
        facts = facts.row(t.t("people-level-since"), visit.day(now.since_ms));
    }
    let crumbs = [Link::new(t.t("people-my"), "/my"), Link::new(title, "/my/identity")];
    let shell = visit.own_shell(title).private().breadcrumbs(crumbs);
    let missing = need.filter(|need| *need > now.level);
    // Providers that vouch for more add their ways here.
    let more = visit.panels(PanelPlace::Identity).await;
    let offered = relying::is_offered(visit, Level::National).await?;
    let body = html! {
        (PageHead::new(title).lead(t.t("people-identity-lead")).render())
        @if let Some(need) = missing {
            (Banner::info(t.tf("people-level-needed", &[("level", t.t(&format!("people-level-{}", need.name())))]))
                .text(how_to(visit, need, offered))
                .render(t))
        } @else if let (Some(_), Some(back)) = (need, back) {
            (Banner::success(t.t("people-level-enough")).link(Link::new(t.t("people-level-go-on"), back)).render(t))
        }
        (facts.render())
        @for part in more { (part) }
        h2 { (t.t("people-levels")) }
        ul class="cards" { @for level in Level::ALL { (step(visit, level, now.level, offered)) } }
        @if let (Some(need), Some(back)) = (missing, back) {
            (buttons([
                Button::link(t.t("people-level-look-again"), format!("/my/identity?need={}&back={}", need.name(), escaped(back)))
                    .secondary()
                    .render(),
            ]))
        }
    };
    Ok(visit.page(&shell, body))
}

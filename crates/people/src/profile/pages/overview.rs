//! What my page shows of this part: what is worth doing, the family, and one's data.

use ground::fault::Fault;
use ground::html::{Banner, Card, Cards, Link, Tag, Tone};
use ground::page::Visit;
use maud::{Markup, html};

use crate::actions::Nothing;
use crate::profile::actions::family::FAMILY;
use crate::profile::actions::leaving::{LEAVING, WhoLeaves};
use crate::profile::mandate::Standing;

/// Somebody who acts for another looks at the other's page; one's own family is not there.
fn is_oneself(visit: &Visit) -> bool {
    let who = visit.cx.who();
    who.is_signed_in() && who.acting.is_none()
}

/// What waits for an answer, and what will happen.
pub(super) async fn hints(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if !is_oneself(visit) {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    let leaving = visit.read(&LEAVING, WhoLeaves::default()).await?.waiting;
    let family = visit.read(&FAMILY, Nothing {}).await?;
    let offered = family.i_act.iter().filter(|one| one.standing == Standing::Offered).count();
    if leaving.is_none() && offered == 0 {
        return Ok(None);
    }
    Ok(Some(html! {
        @if let Some(leaving) = leaving {
            (Banner::warning(t.t("people-delete-waiting"))
                .body(html! { p { (t.t("people-delete-waiting-until")) " " (visit.day(leaving.due_ms)) } })
                .link(Link::new(t.t("people-delete-title"), "/my/delete"))
                .render(t))
        }
        @if offered > 0 {
            (Banner::info(t.tf("people-family-offered", &[("count", &offered.to_string())]))
                .link(Link::new(t.t("people-family-title"), "/my/family"))
                .render(t))
        }
    }))
}

/// Household, whom one acts for, and who acts for oneself.
pub(super) async fn family(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if !is_oneself(visit) || visit.cx.who().is_staff() {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    let family = visit.read(&FAMILY, Nothing {}).await?;
    let now_ms = visit.cx.now_ms();
    let i_act: Vec<_> = family.i_act.iter().filter(|one| one.holds(now_ms)).collect();
    let for_me: Vec<_> = family.for_me.iter().filter(|one| one.holds(now_ms)).collect();
    let members = family.household.as_ref().map_or(0, |household| household.members.len());
    Ok(Some(html! {
        section aria-labelledby="people-family" {
            h2 id="people-family" { (t.t("people-family-title")) }
            @if members > 1 { p { (t.tf("people-family-members", &[("count", &members.to_string())])) } }
            @if !i_act.is_empty() {
                ul class="plain-list" {
                    @for one in &i_act {
                        li {
                            (one.person_name) " " (Tag::new(t.t(one.relation.word()), Tone::Neutral).render())
                            " " (super::family::act_button(visit, one))
                        }
                    }
                }
            }
            @if !for_me.is_empty() {
                p { (t.tf("people-family-for-me-count", &[("count", &for_me.len().to_string())])) }
            }
            p { a href="/my/family" { (t.t("people-family-open")) } }
        }
    }))
}

/// Taking one's data along, and leaving.
pub(super) async fn data(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if !is_oneself(visit) {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    let cards = Cards::new()
        .level(3)
        .card(Card::new(t.t("people-takeout-title"), "/my/takeout").text(t.t("people-takeout-card")))
        .card(Card::new(t.t("people-delete-title"), "/my/delete").text(t.t("people-delete-card")));
    Ok(Some(html! {
        section aria-labelledby="people-data" {
            h2 id="people-data" { (t.t("people-data-title")) }
            (cards.render())
        }
    }))
}

//! Pieces of the home page and of the staff's desk.

use ground::fault::Fault;
use ground::floor::actions::Nothing;
use ground::html::{Card, Cards, Link, Markup, SearchBox, html, say};
use ground::page::Visit;

use crate::actions::WAITING;
use crate::model::PublicPageRow;
use crate::names::{self, Departments};
use crate::shelf::{self, shelf};

/// Cards for the pages that staff placed first.
const USEFUL_CARDS: usize = 8;

pub async fn home_search(visit: &Visit) -> Result<Option<Markup>, Fault> {
    Ok(Some(SearchBox::new("/search", visit.t("messages-search-label")).large().render(visit.cx.tongue())))
}

pub async fn home_pages(visit: &Visit) -> Result<Option<Markup>, Fault> {
    let Some(shelf) = shelf(&visit.cx).await else { return Ok(None) };
    if shelf.useful.is_empty() && shelf.newest.is_empty() {
        return Ok(None);
    }
    let departments = names::departments(&visit.cx).await;
    let useful = shelf.useful.iter().take(USEFUL_CARDS).map(|row| card(visit, row, &departments, false));
    let newest = shelf.newest.iter().map(|row| card(visit, row, &departments, true));
    Ok(Some(html! {
        @if !shelf.useful.is_empty() {
            section class="home-main" aria-labelledby="useful" {
                h2 id="useful" { (visit.t("messages-useful")) }
                (Cards::new().cards(useful).render())
                p { (Link::new(visit.t("messages-useful-all"), "/pages").render()) }
            }
        }
        @if !shelf.newest.is_empty() {
            section class="home-side" aria-labelledby="newest" {
                h2 id="newest" { (visit.t("messages-newest")) }
                (Cards::new().list().cards(newest).render())
            }
        }
    }))
}

fn card(visit: &Visit, row: &PublicPageRow, departments: &Departments, dated: bool) -> Card {
    let lang = visit.cx.lang();
    let owner = departments.name(row.department.as_ref(), lang).unwrap_or_default();
    let card = Card::new(shelf::title(row, lang), shelf::href(row)).lang(shelf::title_lang(row, lang));
    if dated {
        card.meta(html! { (visit.day(row.updated_ms)) " " (say(owner)) })
    } else if owner.is_empty() {
        card
    } else {
        card.meta(html! { (say(owner)) })
    }
}

/// What waits for the staff. Nothing is shown when nothing waits.
pub async fn desk(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if !visit.may_ever("messages.waiting") {
        return Ok(None);
    }
    let waiting = visit.read(&WAITING, Nothing {}).await?;
    let lines: Vec<(i64, &str, &str)> = [
        (waiting.drafts, "messages-desk-drafts", "/staff/pages?show=draft"),
        (waiting.scheduled, "messages-desk-scheduled", "/staff/pages?show=scheduled"),
        (waiting.translations, "messages-desk-translations", "/staff/pages?show=translation"),
        (waiting.reviews, "messages-desk-reviews", "/staff/pages?show=review"),
    ]
    .into_iter()
    .filter(|(count, _, _)| *count > 0)
    .collect();
    if lines.is_empty() {
        return Ok(None);
    }
    Ok(Some(html! {
        section aria-labelledby="desk-pages" {
            h2 id="desk-pages" { (visit.t("messages-menu-staff")) }
            ul class="links" {
                @for (count, word, href) in lines {
                    li { (Link::new(visit.tf(word, &[("count", &count.to_string())]), href).render()) }
                }
            }
        }
    }))
}

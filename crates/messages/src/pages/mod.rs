//! What people see of the room.

mod editor;
mod panels;
mod preview;
mod public;
mod release;
mod search;
mod staff_list;
mod versions;

use ground::fault::{Fault, Kind};
use ground::html::{Link, Markup, Tag, Tone, html};
use ground::id::Id;
use ground::page::{MenuPlace, Page, Panel, PanelPlace, Visit};
use ground::words::Lang;

use crate::model::{StaffPage, State};

/// Three long texts as a browser sends them: nine bytes for a Japanese character.
const FORM_BYTES: usize = 1024 * 1024;

pub const PAGES: &[Page] = &[
    Page::get("/pages/{slug}", |visit| Box::pin(public::page(visit))),
    Page::post("/pages/{slug}/helpful", |visit| Box::pin(public::rate(visit))),
    Page::get("/pages", |visit| Box::pin(public::list(visit))).menu(
        MenuPlace::Portal,
        "messages-menu-pages",
        "messages.pages",
    ),
    Page::get("/search", |visit| Box::pin(search::search(visit))),
    Page::get("/staff/pages", |visit| Box::pin(staff_list::list(visit))).menu(
        MenuPlace::StaffWork,
        "messages-menu-staff",
        "messages.staff_pages",
    ),
    Page::get("/staff/pages/new", |visit| Box::pin(editor::new(visit))),
    Page::post("/staff/pages/new", |visit| Box::pin(editor::create(visit))).takes_bytes(FORM_BYTES),
    Page::get("/staff/pages/{id}", |visit| Box::pin(editor::edit(visit))),
    Page::post("/staff/pages/{id}", |visit| Box::pin(editor::save(visit))).takes_bytes(FORM_BYTES),
    Page::get("/staff/pages/{id}/preview", |visit| Box::pin(preview::preview(visit))),
    Page::get("/staff/pages/{id}/release", |visit| Box::pin(release::ask(visit))),
    Page::post("/staff/pages/{id}/publish", |visit| Box::pin(release::publish(visit))),
    Page::post("/staff/pages/{id}/withdraw", |visit| Box::pin(release::withdraw(visit))),
    Page::post("/staff/pages/{id}/review", |visit| Box::pin(release::review(visit))),
    Page::get("/staff/pages/{id}/versions", |visit| Box::pin(versions::list(visit))),
    Page::get("/staff/pages/{id}/versions/{rev}", |visit| Box::pin(versions::one(visit))),
    Page::post("/staff/pages/{id}/versions/{rev}/restore", |visit| Box::pin(versions::restore(visit))),
    Page::get("/staff/pages/{id}/votes", |visit| Box::pin(versions::votes(visit))),
];

pub const PANELS: &[Panel] = &[
    Panel { place: PanelPlace::Home, order: 10, run: |visit| Box::pin(panels::home_search(visit)) },
    Panel { place: PanelPlace::Home, order: 50, run: |visit| Box::pin(panels::home_pages(visit)) },
    Panel { place: PanelPlace::StaffDesk, order: 20, run: |visit| Box::pin(panels::desk(visit)) },
];

/// The page in the address; an id that is none is a page that is not there.
fn page_id(visit: &Visit) -> Result<Id, Fault> {
    visit.slot("id").parse().map_err(|_| Fault::missing())
}

/// The language of a part of a page, where it is not that of the page.
fn lang_of(visit: &Visit, lang: Lang) -> Option<&'static str> {
    (lang != visit.cx.lang()).then_some(lang.code())
}

/// The name of a language in the reader's words.
fn lang_word(lang: Lang) -> &'static str {
    match lang {
        Lang::Ja => "language-ja",
        Lang::JaEasy => "language-ja-x-easy",
        Lang::En => "language-en",
    }
}

fn state_tag(visit: &Visit, state: State, live_rev: i64, rev: i64) -> Markup {
    let (word, tone) = match state {
        State::Draft => ("messages-state-draft", Tone::Neutral),
        State::Scheduled => ("messages-state-scheduled", Tone::Info),
        State::Published => ("messages-state-published", Tone::Positive),
        State::Withdrawn => ("messages-state-withdrawn", Tone::Caution),
    };
    html! {
        (Tag::new(visit.t(word), tone).render())
        @if live_rev > 0 && live_rev != rev {
            " " (Tag::new(visit.t("messages-state-also-live"), Tone::Positive).render())
        }
    }
}

/// Refuses where nothing would be shown but buttons that refuse.
fn must_ever(visit: &Visit, action: &str) -> Result<(), Fault> {
    if visit.may_ever(action) {
        Ok(())
    } else if visit.cx.who().is_signed_in() {
        Err(Fault::refused())
    } else {
        Err(Fault::signed_out())
    }
}

fn is_answered_on_the_page(fault: &Fault) -> bool {
    matches!(fault.kind(), Kind::Invalid | Kind::Outdated | Kind::Conflict | Kind::Refused)
}

/// The path from the desk to a page's part.
fn crumbs(visit: &Visit, page: Option<&StaffPage>, here: Option<&str>) -> Vec<Link> {
    let mut links = vec![
        Link::new(visit.t("menu-desk"), "/staff"),
        Link::new(visit.t("messages-menu-staff"), "/staff/pages"),
    ];
    if let Some(page) = page {
        links.push(Link::new(page.title.read(visit.cx.lang()).0, format!("/staff/pages/{}", page.id)));
    }
    if let Some(here) = here {
        links.push(Link::new(here, visit.path.clone()));
    }
    links
}

//! Search over everything that is published.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Button, Empty, Link, Markup, PageHead, SearchBox, Tag, Tone, encode, html};
use ground::list::Paging;
use ground::page::Visit;
use ground::search::{Hit, Marked, Query};

use super::{lang_of, lang_word};
use crate::actions::SEARCH;
use crate::names::{self, Departments};

const ROWS: i64 = 20;
const WORDS_CHARS_MAX: usize = 200;

pub async fn search(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let words: String = visit.query.get("q").chars().take(WORDS_CHARS_MAX).collect();
    let paging = Paging { rows: ROWS, ..Paging::from_query(&visit.query) };
    let list = visit.read(&SEARCH, Query { words: words.clone(), paging, ..Query::default() }).await?;
    let departments = names::departments(&visit.cx).await;
    let title = if words.is_empty() {
        t.t("messages-search").to_owned()
    } else {
        t.tf("messages-search-title", &[("words", &words)])
    };
    let here = format!("/search?q={}", encode(&words));
    let shell = visit
        .shell(title)
        .path(here.clone())
        .private()
        .breadcrumbs([Link::new(t.t("messages-home"), "/"), Link::new(t.t("messages-search"), "/search")]);
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("messages-search")).render())
            (SearchBox::new("/search", t.t("messages-search-label")).large().value(&words).render(t))
            @if words.is_empty() {
                p { (t.t("messages-search-hint")) }
            } @else if list.rows.is_empty() {
                (Empty::new(t.tf("messages-search-none", &[("words", &words)]))
                    .text(t.t("messages-search-none-text"))
                    .action(Button::link(t.t("messages-search-all"), "/pages").secondary().render())
                    .render())
            } @else {
                h2 { (t.tf("messages-search-found", &[("words", &words)])) }
                ul class="cards cards-list" { @for hit in &list.rows { (found(visit, hit, &departments)) } }
            }
            (visit.next_page(list.next.as_deref(), &here))
        },
    ))
}

fn found(visit: &Visit, hit: &Hit, departments: &Departments) -> Markup {
    let t = visit.cx.tongue();
    let lang = lang_of(visit, hit.lang);
    // Each room says what its things are called: `messages.page` is the word `kind-messages-page`.
    let kind = format!("kind-{}", hit.kind.replace('.', "-"));
    html! {
        li class="card" {
            h3 class="card-title" { a href=(hit.href) lang=[lang] { (marked(&hit.title)) } }
            p class="card-text" lang=[lang] { (marked(&hit.snippet)) }
            div class="card-meta" {
                (Tag::new(t.t(&kind), Tone::Neutral).render())
                @if lang.is_some() { " " (Tag::new(t.t(lang_word(hit.lang)), Tone::Neutral).render()) }
                " " (visit.day(hit.at_ms))
                @if let Some(name) = departments.name(hit.department.as_ref(), t.lang()) { " " (name) }
            }
        }
    }
}

/// The text with what was looked for set off.
fn marked(text: &Marked) -> Markup {
    html! {
        @for (piece, is_found) in text.pieces() {
            @if is_found { mark { (piece) } } @else { (piece) }
        }
    }
}

//! A page as everybody reads it, and the list of all.

use std::sync::Arc;

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{
    Banner, Button, Card, Cards, Empty, Link, Markup, PageHead, TOKEN_FIELD, Tag, Tone, buttons, html, say,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use ground::words::{Lang, Tongue};

use super::{lang_of, lang_word};
use crate::actions::{AskPage, AskPages, Order, PAGE, PAGES, RATE_PAGE, RatePage};
use crate::model::PublicPage;
use crate::{markdown, names, shelf};

/// A body as it is sent, and its beginning for those who list pages elsewhere.
struct Shown {
    body: Markup,
    beginning: String,
}

const BEGINNING_CHARS: usize = 120;
const BODIES_BYTES: u64 = 4 * 1024 * 1024;

/// Rendered bodies kept per city: a revision never changes, so they never grow old.
struct Bodies(moka::sync::Cache<(Id, i64, Lang, Lang, i64), Arc<Shown>>);

impl Default for Bodies {
    fn default() -> Self {
        Bodies(
            moka::sync::Cache::builder()
                .max_capacity(BODIES_BYTES)
                .weigher(|_, shown: &Arc<Shown>| u32::try_from(shown.body.0.len() + 500).unwrap_or(u32::MAX))
                .build(),
        )
    }
}

fn shown(visit: &Visit, page: &PublicPage) -> Arc<Shown> {
    let cx = &visit.cx;
    // The city's name stands in the text, so its revision counts too.
    let key = (page.id.clone(), page.rev, page.lang, cx.lang(), cx.city().facts().rev);
    cx.city().kept::<Bodies>().0.get_with(key, || {
        let beginning = markdown::words(&page.body).chars().take(BEGINNING_CHARS).collect();
        Arc::new(Shown { body: markdown::render(cx.tongue(), &page.body), beginning })
    })
}

pub async fn page(visit: &Visit) -> Result<Reply, Fault> {
    let page = visit.read(&PAGE, AskPage { slug: visit.slot("slug").to_owned(), lang: None }).await?;
    let shown = shown(visit, &page);
    let shell = visit.shell(&page.title).description(&shown.beginning).breadcrumbs([
        Link::new(visit.t("messages-home"), "/"),
        Link::new(visit.t("messages-menu-pages"), "/pages"),
        Link::new(&page.title, visit.path.clone()),
    ]);
    Ok(visit.page(
        &shell,
        html! {
            (article(visit, &page, &shown.body, true).await)
            (helpful(visit, &page))
        },
    ))
}

/// The page itself, also for previews: `is_public` is what the mark and the notes say.
pub async fn article(visit: &Visit, page: &PublicPage, content: &Markup, is_public: bool) -> Markup {
    let t = visit.cx.tongue();
    let departments = names::departments(&visit.cx).await;
    let city = visit.cx.city().facts();
    let owner = departments.name(page.department.as_ref(), visit.cx.lang()).unwrap_or(&city.name).to_owned();
    html! {
        article class="page" {
            div class="page-head" {
                div class="page-head-words" {
                    p class="page-above" { (say(&owner)) }
                    h1 lang=[lang_of(visit, page.lang)] { (say(&page.title)) }
                    @if is_public {
                        p class="page-tags" { (Tag::new(t.tf("messages-official", &[("city", &city.name)]), Tone::Info).render()) }
                    }
                }
            }
            (language_note(t, visit, page))
            div class="prose" lang=[lang_of(visit, page.lang)] { (content) }
            @if is_public {
                p class="quiet" {
                    (t.t("messages-updated")) " " (visit.day(page.updated_ms))
                    "（" (t.tf("messages-version", &[("rev", &page.rev.to_string())])) "）"
                }
                p class="quiet" { (t.t("messages-answers")) " " (say(&owner)) }
            }
        }
    }
}

/// Says so when the text is not in the reader's language, or older than the Japanese.
fn language_note(t: &Tongue, visit: &Visit, page: &PublicPage) -> Markup {
    if page.lang != visit.cx.lang() {
        Banner::info(t.tf("messages-only-in", &[("lang", t.t(lang_word(page.lang)))])).render(t)
    } else if page.is_older {
        Banner::info(t.t("messages-older"))
            .link(Link::new(t.t("messages-older-ja"), format!("{}?lang=ja", visit.path)))
            .render(t)
    } else {
        html! {}
    }
}

fn helpful(visit: &Visit, page: &PublicPage) -> Markup {
    if visit.query.get("done") == "page-rated" {
        return html! {};
    }
    let choice =
        |word: &str, value: &str| Button::submit(visit.t(word)).secondary().named("helpful", value).render();
    html! {
        section class="helpful" aria-labelledby="helpful" {
            h2 id="helpful" { (visit.t("messages-helpful")) }
            p { (visit.t("messages-helpful-hint")) }
            form method="post" action={ "/pages/" (page.slug) "/helpful" } data-once {
                input type="hidden" name=(TOKEN_FIELD) value=(visit.new_token());
                (buttons([choice("messages-helpful-yes", "yes"), choice("messages-helpful-no", "no")]))
            }
        }
    }
}

pub async fn rate(visit: &Visit) -> Result<Reply, Fault> {
    let slug = visit.slot("slug").to_owned();
    let helpful = match visit.form.get("helpful") {
        "yes" => true,
        "no" => false,
        _ => return Err(Fault::field("helpful", "field-required")),
    };
    visit.act(&RATE_PAGE, RatePage { slug: slug.clone(), helpful }).await?;
    Ok(Reply::see_other(&format!("/pages/{slug}?done=page-rated")))
}

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let ask = AskPages { order: Order::Place, footer: false, paging: Paging::from_query(&visit.query) };
    let list = visit.read(&PAGES, ask).await?;
    let departments = names::departments(&visit.cx).await;
    let cards = Cards::new().list().level(2).cards(list.rows.iter().map(|row| {
        let owner = departments.name(row.department.as_ref(), t.lang()).unwrap_or_default();
        Card::new(shelf::title(row, t.lang()), shelf::href(row)).lang(shelf::title_lang(row, t.lang())).meta(
            html! {
                (visit.day(row.updated_ms)) " " (say(owner))
            },
        )
    }));
    let shell = visit
        .shell(t.t("messages-menu-pages"))
        .breadcrumbs([Link::new(t.t("messages-home"), "/"), Link::new(t.t("messages-menu-pages"), "/pages")]);
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("messages-menu-pages")).lead(t.t("messages-list-lead")).render())
            @if list.rows.is_empty() {
                (Empty::new(t.t("messages-list-none")).text(t.t("messages-list-none-text")).render())
            } @else { (cards.render()) }
            (visit.next_page(list.next.as_deref(), "/pages"))
        },
    ))
}

//! What a page will look like, before anybody else sees it.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Banner, Button, Link, Markup, Tabs, buttons, html};
use ground::page::Visit;
use ground::words::Lang;

use super::{crumbs, lang_word, page_id, public};
use crate::actions::{AskStaffPage, STAFF_PAGE, with_city};
use crate::markdown;
use crate::model::{PublicPage, StaffPage};

/// The working text as everybody would read it in one language.
pub fn shown_in(visit: &Visit, page: &StaffPage, lang: Lang) -> PublicPage {
    let city = visit.cx.city().facts();
    let (body, said) = page.body.read(lang);
    PublicPage {
        id: page.id.clone(),
        slug: page.slug.clone(),
        lang: said,
        title: with_city(page.title.read(said).0, &city.name),
        body: with_city(body, &city.name),
        languages: Lang::ALL.into_iter().filter(|lang| page.body.0.contains_key(lang)).collect(),
        is_older: page.translations_due().contains(&said),
        department: page.department.clone(),
        rev: page.rev,
        updated_ms: page.saved_ms,
    }
}

/// The language that is looked at: `?in=en`. (`?lang=` is the language of the whole console.)
pub fn looked_at(visit: &Visit) -> Lang {
    Lang::from_code(visit.query.get("in")).unwrap_or(Lang::Ja)
}

pub fn language_tabs(visit: &Visit, base: &str, now: Lang) -> Markup {
    Lang::ALL
        .into_iter()
        .fold(Tabs::new(visit.t("messages-languages")), |tabs, lang| {
            let href = format!("{base}?in={}", lang.code());
            tabs.tab(Link::new(visit.t(lang_word(lang)), href).current(lang == now))
        })
        .render()
}

pub async fn preview(visit: &Visit) -> Result<Reply, Fault> {
    let page = visit.read(&STAFF_PAGE, AskStaffPage { id: page_id(visit)? }).await?;
    let t = visit.cx.tongue();
    let lang = looked_at(visit);
    let shown = shown_in(visit, &page, lang);
    let content = markdown::render(t, &shown.body);
    let missing = shown.lang != lang;
    let back = format!("/staff/pages/{}", page.id);
    let shell = visit.shell(t.t("messages-preview")).breadcrumbs(crumbs(
        visit,
        Some(&page),
        Some(t.t("messages-preview")),
    ));
    Ok(visit.page(
        &shell,
        html! {
            (language_tabs(visit, &format!("{back}/preview"), lang))
            @if missing {
                (Banner::warning(t.tf("messages-preview-missing", &[("lang", t.t(lang_word(lang)))])).render(t))
            } @else {
                (Banner::info(t.tf("messages-preview-note", &[("rev", &page.rev.to_string())])).render(t))
            }
            (public::article(visit, &shown, &content, false).await)
            (buttons([
                Button::link(t.t("messages-release"), format!("{back}/release")).render(),
                Button::link(t.t("messages-back-to-editor"), back).secondary().render(),
            ]))
        },
    ))
}

//! Purposes as anybody may read them: the list of those in force, and the text that a receipt leads to, in the version
//! that was agreed to.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Banner, Button, Empty, Link, PageHead, buttons, html};
use ground::page::Visit;
use maud::Markup;

use super::card;
use crate::actions::Nothing;
use crate::consent::model::Basis;
use crate::consent::purposes::{AskNotice, OPEN_PURPOSES, PURPOSE_NOTICE};
use crate::consent::store::Told;

const LIST: &str = "/purposes";

pub async fn all(visit: &Visit) -> Result<Reply, Fault> {
    let purposes = visit.read(&OPEN_PURPOSES, Nothing {}).await?;
    let t = visit.cx.tongue();
    let title = t.t("people-open-purposes");
    let (asked, duties): (Vec<&Told>, Vec<&Told>) =
        purposes.iter().partition(|told| told.legal_basis == Basis::Consent);
    let body = html! {
        (PageHead::new(title).lead(t.t("people-open-purposes-lead")).render())
        @if purposes.is_empty() { (Empty::new(t.t("people-open-none")).text(t.t("people-open-none-text")).render()) }
        section aria-labelledby="decide" {
            h2 id="decide" { (t.t("people-open-decide")) }
            p { (t.t("people-open-decide-text")) }
            (buttons([Button::link(t.t("people-open-decide-go"), "/my/consents").secondary().render()]))
        }
        @for (word, of) in [("people-open-consent", asked), ("people-open-duty", duties)] {
            @if !of.is_empty() {
                section class="consent-group" aria-labelledby=(word) {
                    h2 id=(word) { (t.t(word)) }
                    @for told in of { (entry(visit, told)) }
                }
            }
        }
    };
    Ok(visit.page(&visit.shell(title), body))
}

fn entry(visit: &Visit, told: &Told) -> Markup {
    let t = visit.cx.tongue();
    let id = format!("p-{}", told.code);
    let name = told.name.read(visit.cx.lang()).0;
    html! {
        article class="consent" aria-labelledby=(id) {
            h3 id=(id) { (card::told(&told.name, t)) }
            p { (card::told(&told.what_for, t)) }
            (card::facts(t, told))
            p { (Link::new(t.tf("people-consent-more", &[("name", name)]), format!("{LIST}/{}/{}", told.code, told.version)).render()) }
        }
    }
}

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let version = visit.slot("version").parse().map_err(|_| Fault::missing())?;
    let code = visit.slot("code");
    let told = visit.read(&PURPOSE_NOTICE, AskNotice { code: code.to_owned(), version }).await?;
    let open = visit.read(&OPEN_PURPOSES, Nothing {}).await?;
    let now = open.iter().find(|one| one.code == code);
    let t = visit.cx.tongue();
    let (name, _) = told.name.read(visit.cx.lang());
    let crumbs = [Link::new(t.t("people-open-purposes"), LIST), Link::new(name, visit.path.clone())];
    let shell = visit.shell(name.to_owned()).breadcrumbs(crumbs);
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(name).above(t.t("people-purpose")).lead(told.what_for.read(visit.cx.lang()).0).render())
            @match now {
                None => (Banner::info(t.t("people-purpose-ended")).render(t)),
                Some(now) if now.version != version => {
                    p { (Link::new(t.t("people-notice-old"), format!("{LIST}/{code}/{}", now.version)).render()) }
                }
                Some(_) => {}
            }
            (card::all_facts(t, &told))
            (card::explained(t, &told.explained))
            @if now.is_some_and(|now| now.legal_basis == Basis::Consent) {
                (buttons([Button::link(t.t("people-open-decide-go"), format!("/my/consents/{code}")).secondary().render()]))
            }
        },
    ))
}

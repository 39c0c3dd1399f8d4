//! What people see: who used my data, and what staff answer and watch over.

mod my;
mod questions;
mod uses;

use ground::fault::Fault;
use ground::page::{MenuPlace, Page, Panel, PanelPlace, Visit};
use ground::text::Text;
use maud::{Markup, html};

use super::limits::Kind;
use super::record::Kept;
use super::single::COUNTER_VISIT;
use crate::attribute::Attribute;
use crate::pages::told;

pub const PAGES: &[Page] = &[
    Page::get("/my/record", |visit| Box::pin(my::record(visit))),
    Page::get("/my/record/questions", |visit| Box::pin(my::questions(visit))),
    Page::get("/my/record/{id}/ask", |visit| Box::pin(my::ask(visit))),
    Page::post("/my/record/{id}/ask", |visit| Box::pin(my::asked(visit))),
    Page::get("/staff/questions", |visit| Box::pin(questions::list(visit))).menu(
        MenuPlace::StaffWork,
        "people-menu-questions",
        "people.questions",
    ),
    Page::get("/staff/questions/{id}", |visit| Box::pin(questions::one(visit))),
    Page::post("/staff/questions/{id}", |visit| Box::pin(questions::answer(visit))),
    Page::get("/staff/uses", |visit| Box::pin(uses::list(visit))).menu(
        MenuPlace::StaffWatch,
        "people-menu-uses",
        "people.uses",
    ),
    Page::get("/staff/uses/stopped", |visit| Box::pin(uses::stopped(visit))),
    Page::post("/staff/uses/stopped/{id}/lift", |visit| Box::pin(uses::lift(visit))),
    Page::get("/staff/uses/limits", |visit| Box::pin(uses::limits(visit))),
    Page::post("/staff/uses/limits", |visit| Box::pin(uses::save_limit(visit))),
];

pub const PANELS: &[Panel] = &[
    Panel { place: PanelPlace::My, order: 30, run: |visit| Box::pin(my::panel(visit)) },
    Panel { place: PanelPlace::StaffDesk, order: 20, run: |visit| Box::pin(uses::panel(visit)) },
];

/// Names of attributes, as people read them.
fn names<'a>(visit: &Visit, attributes: impl IntoIterator<Item = &'a Attribute>) -> String {
    let names: Vec<String> =
        attributes.into_iter().map(|attribute| visit.t(&attribute.word()).to_owned()).collect();
    names.join(visit.t("people-list-joint"))
}

/// What was given and what was not, in words.
fn what(visit: &Visit, given: &[Attribute], withheld: &[Kept]) -> Markup {
    html! {
        @if !given.is_empty() { (names(visit, given)) }
        @if given.is_empty() { span class="quiet" { (visit.t("people-use-nothing")) } }
        @for why in super::single::Why::ALL {
            @let kept: Vec<&Attribute> =
                withheld.iter().filter(|one| one.why == why).map(|one| &one.attribute).collect();
            @if !kept.is_empty() {
                br;
                span class="quiet" { (visit.tf(&why_word(why), &[("what", &names(visit, kept))])) }
            }
        }
    }
}

fn why_word(why: super::single::Why) -> String {
    format!("people-use-why-{}", why.name().replace('_', "-"))
}

fn ground_word(ground: &str) -> String {
    format!("people-use-ground-{ground}")
}

/// Who used it: a department, a service, or the city's own program.
fn who(visit: &Visit, by: Kind, department: Option<&Text>, recipient: Option<&Text>) -> Markup {
    let lang = visit.cx.lang();
    match by {
        Kind::Staff => html! {
            (visit.t("people-use-by-staff"))
            @if let Some(department) = department { br; (told(department, lang)) }
        },
        Kind::Service => html! {
            (visit.t("people-use-by-service"))
            @if let Some(recipient) = recipient { br; (told(recipient, lang)) }
        },
        Kind::House => html! {
            (visit.t("people-use-by-house"))
            @if let Some(recipient) = recipient { br; (told(recipient, lang)) }
        },
    }
}

/// What it was for.
fn purpose(visit: &Visit, name: Option<&Text>, code: &str) -> Markup {
    html! {
        @match name {
            Some(name) => { (told(name, visit.cx.lang())) }
            None if code == COUNTER_VISIT => { (visit.t("people-use-counter-visit")) }
            None => { (visit.tf("people-use-purpose-unknown", &[("code", code)])) }
        }
    }
}

/// The same for files.
fn plain_purpose(visit: &Visit, name: Option<&Text>, code: &str) -> String {
    match name {
        None if code == COUNTER_VISIT => visit.t("people-use-counter-visit").to_owned(),
        None => code.to_owned(),
        name => plain(visit, name),
    }
}

/// A text without markup, for files.
fn plain(visit: &Visit, text: Option<&Text>) -> String {
    text.map(|text| text.read(visit.cx.lang()).0.to_owned()).unwrap_or_default()
}

/// A fault that a form shows above itself.
fn above(visit: &Visit, fault: Option<&Fault>) -> Option<String> {
    fault.filter(|fault| fault.fields().is_empty()).map(|fault| fault.title(visit.cx.tongue()))
}

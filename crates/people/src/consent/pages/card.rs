//! A purpose in plain words: on the switchboard, in the preview that staff see, and wherever else somebody is asked.

use ground::html::{SummaryList, say};
use ground::text::Text;
use ground::words::{Lang, Tongue};
use maud::{Markup, html};

use crate::attribute::Attribute;
use crate::consent::model::Basis;
use crate::consent::store::Told;

/// A text of the city's in the reader's language, marked with its own where it has none in that.
pub fn told(text: &Text, t: &Tongue) -> Markup {
    crate::pages::told(text, t.lang())
}

/// A length of time as people say it.
pub fn days(t: &Tongue, days: i64) -> String {
    match days {
        days if days % 365 == 0 => t.tf("people-years", &[("count", &(days / 365).to_string())]),
        days if days % 30 == 0 => t.tf("people-months", &[("count", &(days / 30).to_string())]),
        days => t.tf("people-days", &[("count", &days.to_string())]),
    }
}

pub fn kept(t: &Tongue, told: &Told) -> String {
    match told.kept_days {
        0 => t.t("people-kept-not").to_owned(),
        kept => t.tf("people-kept-for", &[("time", &days(t, kept))]),
    }
}

pub fn attributes(t: &Tongue, attributes: &[Attribute]) -> String {
    let names: Vec<String> = attributes.iter().map(|one| t.t(&one.word()).to_owned()).collect();
    names.join(t.t("people-list-comma"))
}

/// Who receives what, for how long, until when: what everybody is told before they answer.
pub fn facts(t: &Tongue, told: &Told) -> Markup {
    short(t, told).render()
}

fn until(t: &Tongue, one: &Told) -> String {
    match one.consent_days {
        0 => t.t("people-consent-open-end").to_owned(),
        holds => t.tf("people-consent-holds", &[("time", &days(t, holds))]),
    }
}

/// What a newer version says otherwise than the one that somebody answered, so that they need not compare two pages.
pub fn changes(t: &Tongue, before: &Told, now: &Told) -> Markup {
    let only = |some: &Told, other: &Told| -> Vec<Attribute> {
        some.attributes.iter().copied().filter(|one| !other.attributes.contains(one)).collect()
    };
    let mut said = Vec::new();
    for (word, what) in [("people-change-more", only(now, before)), ("people-change-less", only(before, now))]
    {
        if !what.is_empty() {
            said.push(t.tf(word, &[("what", &attributes(t, &what))]));
        }
    }
    let read = |text: &Text| text.read(t.lang()).0.to_owned();
    let ground = |one: &Told| basis_words(t, one.legal_basis, &one.basis_law);
    let word = |word: String| t.t(&word).to_owned();
    let facts = [
        ("people-change-for", read(&before.what_for), read(&now.what_for)),
        ("people-fact-recipient", read(&before.recipient_name), read(&now.recipient_name)),
        ("people-fact-kept", kept(t, before), kept(t, now)),
        ("people-fact-until", until(t, before), until(t, now)),
        ("people-fact-basis", ground(before), ground(now)),
        ("people-fact-sharing", word(before.sharing.word()), word(now.sharing.word())),
        ("people-fact-class", word(before.data_class.word()), word(now.data_class.word())),
    ];
    for (fact, was, is) in facts.iter().filter(|(_, was, is)| was != is) {
        said.push(t.tf("people-change-fact", &[("fact", t.t(fact)), ("before", was), ("after", is)]));
    }
    if said.is_empty() {
        said.push(t.t("people-change-words").to_owned());
    }
    html! {
        h2 { (t.tf("people-changes", &[("version", &before.version.to_string())])) }
        ul { @for one in &said { li { (say(one)) } } }
    }
}

fn short(t: &Tongue, one: &Told) -> SummaryList {
    let list = SummaryList::new()
        .row(t.t("people-fact-recipient"), html! { (told(&one.recipient_name, t)) })
        .text(t.t("people-fact-attributes"), attributes(t, &one.attributes))
        .text(t.t("people-fact-kept"), kept(t, one));
    match one.legal_basis {
        Basis::Consent => list.text(t.t("people-fact-until"), until(t, one)),
        basis => list.text(t.t("people-fact-basis"), basis_words(t, basis, &one.basis_law)),
    }
}

pub fn basis_words(t: &Tongue, basis: Basis, law: &str) -> String {
    if law.is_empty() {
        t.t(&basis.word()).to_owned()
    } else {
        t.tf("people-basis-with", &[("basis", t.t(&basis.word())), ("law", law)])
    }
}

/// All of it, for the page of one purpose.
pub fn all_facts(t: &Tongue, one: &Told) -> Markup {
    let mut list = short(t, one);
    if one.legal_basis == Basis::Consent {
        list = list.text(t.t("people-fact-basis"), basis_words(t, one.legal_basis, &one.basis_law));
    }
    let contact = one.recipient_contact.as_str();
    if !contact.is_empty() {
        list = list.text(t.t("people-fact-contact"), contact);
    }
    list.text(t.t("people-fact-sharing"), t.t(&one.sharing.word()))
        .text(t.t("people-fact-class"), t.t(&one.data_class.word()))
        .text(t.t("people-fact-version"), t.tf("people-version", &[("version", &one.version.to_string())]))
        .render()
}

/// The long explanation: paragraphs, nothing else. A language in which nobody wrote it is said.
pub fn explained(t: &Tongue, text: &Text) -> Markup {
    let (words, is) = text.read(t.lang());
    let foreign = is != t.lang() && (is == Lang::En || t.lang() == Lang::En);
    html! {
        div class="prose" lang=[foreign.then_some(is.code())] {
            @for paragraph in words.split("\n\n").filter(|one| !one.trim().is_empty()) {
                p { @for (at, line) in paragraph.lines().enumerate() { @if at > 0 { br; } (say(line)) } }
            }
        }
    }
}

//! Policies and reasons in words.

use ground::html::{SummaryList, Tag, Tone};
use ground::page::Visit;
use maud::{Markup, html};
use policy::{Actions, Compiled, Effect, Part, Said};

use crate::actions::departments::DepartmentRow;
use crate::rights::actions::why::Reason;

/// A declared right in words: "原稿の担当 (自分の部署)".
fn declared(visit: &Visit, written: &str) -> String {
    let (role, reach) = written.split_once(':').unwrap_or((written, "city"));
    format!("{} ({})", visit.t(&format!("role-{role}")), visit.t(&format!("reach-{reach}")))
}

pub fn reason(visit: &Visit, reason: &Reason) -> Markup {
    match &reason.policy {
        Some(id) => html! {
            (visit.t("people-reason-policy")) " " a href=(format!("/staff/policies/{id}")) { (reason.name) }
        },
        None if reason.declared.is_empty() => html! { (visit.t("people-reason-this-policy")) },
        None => html! { (visit.t("people-reason-declared")) " " (declared(visit, &reason.declared)) },
    }
}

pub fn reason_text(visit: &Visit, reason: &Reason) -> String {
    match &reason.policy {
        Some(_) => format!("{} {}", visit.t("people-reason-policy"), reason.name),
        None => format!("{} {}", visit.t("people-reason-declared"), declared(visit, &reason.declared)),
    }
}

pub fn reasons(visit: &Visit, all: &[Reason], stands_in_for: &str) -> Markup {
    html! {
        ul {
            @for one in all { li { (reason(visit, one)) } }
            @if !stands_in_for.is_empty() {
                li { (visit.tf("people-reason-deputy", &[("name", stands_in_for)])) }
            }
        }
    }
}

pub fn action(visit: &Visit, name: &str) -> String {
    let word = format!("action-{}", name.replace('.', "-"));
    if visit.cx.tongue().knows(&word) {
        return visit.t(&word).to_owned();
    }
    match name {
        "reads" => visit.t("people-said-reads").to_owned(),
        "writes" => visit.t("people-said-writes").to_owned(),
        room => visit.tf("people-said-room", &[("room", room)]),
    }
}

/// How departments are called.
pub struct Names<'n> {
    pub departments: &'n [DepartmentRow],
}

impl Names<'_> {
    fn about(&self, visit: &Visit, part: &Part) -> String {
        let about = part.about.as_str();
        match part.key {
            "role" => visit.t(&format!("role-{about}")).to_owned(),
            "department" | "thing-department" | "thing-under-department" => {
                let found = self.departments.iter().find(|row| row.department.code == about);
                found.map_or_else(
                    || about.to_owned(),
                    |row| row.department.name.read(visit.cx.lang()).0.to_owned(),
                )
            }
            "level" | "level-at-least" => {
                let word = format!("people-said-level-{about}-name");
                if visit.cx.tongue().knows(&word) { visit.t(&word).to_owned() } else { about.to_owned() }
            }
            "scope" => {
                let word = format!("scope-{about}");
                if visit.cx.tongue().knows(&word) { visit.t(&word).to_owned() } else { about.to_owned() }
            }
            "action" => action(visit, about),
            _ => about.to_owned(),
        }
    }

    fn said(&self, visit: &Visit, said: &Said) -> String {
        let list = |all: &[Said], word: &str| {
            let parts: Vec<String> = all
                .iter()
                .map(|one| match one {
                    Said::Any(_) | Said::All(_) if all.len() > 1 => format!("（{}）", self.said(visit, one)),
                    one => self.said(visit, one),
                })
                .collect();
            parts.join(visit.t(word))
        };
        match said {
            Said::One(part) => {
                visit.tf(&format!("people-said-{}", part.key), &[("about", &self.about(visit, part))])
            }
            Said::All(all) => list(all, "people-said-and"),
            Said::Any(all) => list(all, "people-said-or"),
            Said::Not(one) => visit.tf("people-said-not", &[("about", &self.said(visit, one))]),
            Said::Written(code) => code.clone(),
        }
    }

    /// A policy as a list that says for whom, what, on what, and when.
    pub fn explained(&self, visit: &Visit, compiled: &Compiled) -> Markup {
        let explained = policy::explain(compiled);
        let t = visit.cx.tongue();
        let (all, everything) = (t.t("people-said-everybody"), t.t("people-said-everything"));
        let who = explained.who.as_ref().map_or_else(|| all.to_owned(), |who| self.said(visit, who));
        let thing = explained.thing.as_ref().map_or_else(|| everything.to_owned(), |it| self.said(visit, it));
        let actions = match &explained.actions {
            Actions::All => html! { (t.t("people-said-all-actions")) },
            Actions::Named(names) => html! { ul { @for name in names { li { (action(visit, name)) } } } },
        };
        let mut list = SummaryList::new()
            .row(t.t("people-said-effect"), effect_tag(visit, explained.effect))
            .text(t.t("people-said-who"), who)
            .row(t.t("people-said-what"), actions)
            .text(t.t("people-said-thing"), thing);
        for (word, conditions) in
            [("people-said-when", &explained.when), ("people-said-unless", &explained.unless)]
        {
            for condition in conditions {
                list = list.text(t.t(word), self.said(visit, condition));
            }
        }
        list.render()
    }
}

pub fn effect_tag(visit: &Visit, effect: Effect) -> Markup {
    match effect {
        Effect::Permit => Tag::new(visit.t("people-policy-permit"), Tone::Info).render(),
        Effect::Forbid => Tag::new(visit.t("people-policy-forbid"), Tone::Caution).render(),
    }
}

//! Tops of pages, and the pages nobody wants to see.

use super::SearchBox;
use super::navigation::Link;
use super::text::say;
use crate::words::Tongue;
use maud::{Markup, html};

/// The heading of a page with its lead and what can be done.
#[derive(Clone, Debug)]
pub struct PageHead {
    title: String,
    above: Option<String>,
    lead: Option<String>,
    tags: Vec<super::Tag>,
    actions: Option<Markup>,
}

impl PageHead {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), above: None, lead: None, tags: Vec::new(), actions: None }
    }

    /// A quiet line above the title: the section, or the number of a case.
    pub fn above(mut self, above: impl Into<String>) -> Self {
        self.above = Some(above.into());
        self
    }

    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = Some(lead.into());
        self
    }

    pub fn tag(mut self, tag: super::Tag) -> Self {
        self.tags.push(tag);
        self
    }

    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }

    pub fn render(&self) -> Markup {
        html! {
            div class="page-head" {
                div class="page-head-words" {
                    @if let Some(above) = &self.above { p class="page-above" { (say(above)) } }
                    h1 { (say(&self.title)) }
                    @if !self.tags.is_empty() { p class="page-tags" { @for tag in &self.tags { (tag.render()) " " } } }
                    @if let Some(lead) = &self.lead { p class="lead" { (say(lead)) } }
                }
                @if let Some(actions) = &self.actions { div class="buttons" { (actions) } }
            }
        }
    }
}

/// What an error page says. Without words of its own it says what the kit knows about the status.
#[derive(Clone, Debug)]
pub struct Problem {
    status: u16,
    what: Option<String>,
    why: Option<String>,
    advice: Option<String>,
    links: Vec<Link>,
    request_id: Option<String>,
}

impl Problem {
    pub fn new(status: u16) -> Self {
        Self { status, what: None, why: None, advice: None, links: Vec::new(), request_id: None }
    }

    pub fn what(mut self, what: impl Into<String>) -> Self {
        self.what = Some(what.into());
        self
    }

    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// What to do next.
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub fn link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// The number that staff can look up in the log.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// The title for the document.
    pub fn title(&self, t: &Tongue) -> String {
        self.what.clone().unwrap_or_else(|| t.t(self.words().0).to_owned())
    }

    fn words(&self) -> (&'static str, &'static str, &'static str) {
        match self.status {
            401 => ("kit-problem-401", "kit-problem-401-why", "kit-problem-401-next"),
            403 => ("kit-problem-403", "kit-problem-403-why", "kit-problem-403-next"),
            404 | 410 => ("kit-problem-404", "kit-problem-404-why", "kit-problem-404-next"),
            409 | 412 => ("kit-problem-409", "kit-problem-409-why", "kit-problem-409-next"),
            413 => ("kit-problem-413", "kit-problem-413-why", "kit-problem-413-next"),
            429 => ("kit-problem-429", "kit-problem-429-why", "kit-problem-429-next"),
            503 => ("kit-problem-503", "kit-problem-503-why", "kit-problem-503-next"),
            500..=599 => ("kit-problem-500", "kit-problem-500-why", "kit-problem-500-next"),
            _ => ("kit-problem-400", "kit-problem-400-why", "kit-problem-400-next"),
        }
    }
}

/// The body of an error page: what happened, why, what to do next.
pub fn error_page(t: &Tongue, problem: &Problem) -> Markup {
    let (_, why, next) = problem.words();
    html! {
        div class="problem" {
            h1 { (say(&problem.title(t))) }
            p class="lead" { (say(problem.why.as_deref().unwrap_or_else(|| t.t(why)))) }
            h2 { (say(t.t("kit-problem-next"))) }
            p { (say(problem.advice.as_deref().unwrap_or_else(|| t.t(next)))) }
            @if matches!(problem.status, 404 | 410) { (SearchBox::new("/search", t.t("kit-problem-404-search")).render(t)) }
            ul class="links" {
                @for link in &problem.links { li { (link.render()) } }
                li { (Link::new(t.t("kit-problem-home"), "/").render()) }
            }
            @if let Some(id) = &problem.request_id {
                p class="problem-id" { (say(t.t("kit-problem-id"))) " " code { (id) } }
            }
        }
    }
}

/// The body of the page that the service worker keeps for when there is no connection.
pub fn offline(t: &Tongue) -> Markup {
    html! {
        div class="problem" {
            h1 { (say(t.t("kit-offline"))) }
            p class="lead" { (say(t.t("kit-offline-why"))) }
            h2 { (say(t.t("kit-problem-next"))) }
            ul {
                li { (say(t.t("kit-offline-signal"))) }
                li { (say(t.t("kit-offline-pages"))) }
                li { (say(t.t("kit-offline-emergency"))) }
            }
            p { a class="button" href="" { (say(t.t("kit-reload"))) } }
        }
    }
}

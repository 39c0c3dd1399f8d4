//! Ways from page to page: links, breadcrumbs, tabs, steps, and the turning of pages.

use super::text::{plain, safe_href, say};
use super::{Icon, icon};
use crate::words::Tongue;
use maud::{Markup, html};

/// A word and where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub href: String,
    pub current: bool,
    /// The reader is somewhere below this page.
    pub within: bool,
    pub count: Option<i64>,
}

impl Link {
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), current: false, within: false, count: None }
    }

    /// Marks the page the reader is on.
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }

    /// Marks the section the reader is in.
    pub fn within(mut self, within: bool) -> Self {
        self.within = within;
        self
    }

    /// A number beside the word, such as unread notices or waiting cases.
    pub fn count(mut self, count: i64) -> Self {
        self.count = Some(count);
        self
    }

    pub fn render(&self) -> Markup {
        html! {
            a href=(safe_href(&self.href)) aria-current=[current(self)] {
                (say(&self.label))
                @if let Some(count) = self.count { " " span class="count" { (super::number(count)) } }
            }
        }
    }
}

fn current(link: &Link) -> Option<&'static str> {
    if link.current { Some("page") } else { link.within.then_some("true") }
}

/// The path from the home page to here; the last entry is the page itself.
pub(super) fn breadcrumbs(t: &Tongue, links: &[Link]) -> Markup {
    html! {
        @if !links.is_empty() {
            nav class="breadcrumbs" aria-label=(plain(t.t("kit-breadcrumbs"))) {
                ol {
                    @for (at, link) in links.iter().enumerate() {
                        li {
                            @if at + 1 == links.len() { span aria-current="page" { (say(&link.label)) } }
                            @else { (link.render()) }
                        }
                    }
                }
            }
        }
    }
}

/// Views of one thing, each with its own address.
#[derive(Clone, Debug)]
pub struct Tabs {
    label: String,
    tabs: Vec<Link>,
}

impl Tabs {
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), tabs: Vec::new() }
    }

    pub fn tab(mut self, link: Link) -> Self {
        self.tabs.push(link);
        self
    }

    pub fn render(&self) -> Markup {
        html! {
            nav class="tabs" aria-label=(plain(&self.label)) data-tabs {
                ul { @for tab in &self.tabs { li { (tab.render()) } } }
            }
        }
    }
}

/// Where the reader stands in a procedure. `at` counts from 1.
#[derive(Clone, Debug)]
pub struct Steps {
    names: Vec<String>,
    at: usize,
}

impl Steps {
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>, at: usize) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), at }
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let total = self.names.len().to_string();
        let now = self.at.to_string();
        let told = t.tf("kit-steps-at", &[("at", &now), ("total", &total)]);
        html! {
            nav class="steps" aria-label=(plain(t.t("kit-steps"))) {
                p class="steps-told" { (say(&told)) }
                ol {
                    @for (at, name) in (1..).zip(&self.names) {
                        @let class = if at < self.at { "step step-done" } else if at == self.at { "step step-now" } else { "step" };
                        li class=(class) aria-current=[(at == self.at).then_some("step")] {
                            span class="step-mark" aria-hidden="true" { @if at < self.at { (icon(Icon::Check)) } @else { (at) } }
                            span class="step-name" {
                                (say(name))
                                @if at < self.at { span class="hidden-text" { "（" (plain(t.t("kit-steps-done"))) "）" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// First, previous and next. Lists are read by cursor, so there are no page numbers to promise.
#[derive(Clone, Debug, Default)]
pub struct Pagination {
    first: Option<String>,
    previous: Option<String>,
    next: Option<String>,
    text: Option<String>,
    label: Option<String>,
}

impl Pagination {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn first(mut self, href: Option<String>) -> Self {
        self.first = href;
        self
    }

    pub fn previous(mut self, href: Option<String>) -> Self {
        self.previous = href;
        self
    }

    pub fn next(mut self, href: Option<String>) -> Self {
        self.next = href;
        self
    }

    /// What is shown, such as 「134件のうち21〜40件」.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// What is paged, where one page holds two lists.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let label = self.label.as_deref().unwrap_or_else(|| t.t("kit-pages"));
        let any = self.first.is_some() || self.previous.is_some() || self.next.is_some();
        html! {
            @if any || self.text.is_some() {
                nav class="pagination" aria-label=(plain(label)) {
                    @if let Some(text) = &self.text { p class="pagination-text" { (say(text)) } }
                    @if any {
                        ul {
                            @if let Some(href) = &self.first { li { a href=(safe_href(href)) { (say(t.t("kit-pages-first"))) } } }
                            @if let Some(href) = &self.previous {
                                li { a href=(safe_href(href)) rel="prev" { (icon(Icon::Back)) (say(t.t("kit-pages-previous"))) } }
                            }
                            @if let Some(href) = &self.next {
                                li { a href=(safe_href(href)) rel="next" { (say(t.t("kit-pages-next"))) (icon(Icon::Arrow)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

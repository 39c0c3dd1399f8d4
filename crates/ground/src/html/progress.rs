//! Waiting and searching.

use super::text::{plain, safe_href, say};
use super::{Icon, icon};
use crate::words::Tongue;
use maud::{Markup, html};

/// How far something has come, in words as well as in a bar.
#[derive(Clone, Debug)]
pub struct Progress {
    label: String,
    done: Option<(u64, u64)>,
    text: Option<String>,
    poll: Option<(String, u16)>,
}

impl Progress {
    pub fn known(label: impl Into<String>, done: u64, total: u64) -> Self {
        Self { label: label.into(), done: Some((done, total)), text: None, poll: None }
    }

    pub fn unknown(label: impl Into<String>) -> Self {
        Self { label: label.into(), done: None, text: None, poll: None }
    }

    /// What is said instead of the percentage.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Asks `url` (same origin, answers the rendered `Progress` or whatever follows it) again every `seconds`
    /// until the answer holds `data-done`. Without JavaScript a link to reload is shown.
    pub fn poll(mut self, url: impl Into<String>, seconds: u16) -> Self {
        self.poll = Some((url.into(), seconds.clamp(1, 600)));
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        match &self.poll {
            Some((url, seconds)) => html! {
                div data-poll-url=(url) data-poll-seconds=(seconds) aria-live="polite" { (self.inside(t)) }
                noscript { p { a href="" { (say(t.t("kit-reload"))) } } }
            },
            None => self.inside(t),
        }
    }

    /// What a polled address answers: no frame of its own, and the mark that ends the asking.
    pub fn fragment(&self, t: &Tongue) -> Markup {
        let over = self.done.is_some_and(|(done, total)| done >= total);
        html! { div data-done[over] { (self.inside(t)) } }
    }

    fn inside(&self, t: &Tongue) -> Markup {
        let percent = self.done.map(|(done, total)| percent(done, total));
        let shown = percent.map(|p| p.to_string()).unwrap_or_default();
        let told = self.text.clone().unwrap_or_else(|| match percent {
            Some(_) => t.tf("kit-progress-percent", &[("percent", &shown)]),
            None => t.t("kit-progress-unknown").to_owned(),
        });
        html! {
            div class="progress" {
                p class="progress-label" { span { (say(&self.label)) } span class="progress-text" { (say(&told)) } }
                progress aria-label=(plain(&self.label)) max="100" value=[percent] { (plain(&told)) }
            }
        }
    }
}

fn percent(done: u64, total: u64) -> u64 {
    // Rounded down: 100 is said only when nothing is left.
    done.min(total).saturating_mul(100).checked_div(total).unwrap_or(100)
}

/// A search over something.
#[derive(Clone, Debug)]
pub struct SearchBox {
    action: String,
    label: String,
    name: String,
    value: String,
    hidden: Vec<(String, String)>,
    large: bool,
}

impl SearchBox {
    pub fn new(action: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            label: label.into(),
            name: "q".to_owned(),
            value: String::new(),
            hidden: Vec::new(),
            large: false,
        }
    }

    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// For the top of the home page.
    pub fn large(mut self) -> Self {
        self.large = true;
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let id = super::text::element_id("search", &self.name);
        html! {
            form class=(if self.large { "search search-large" } else { "search" }) role="search" method="get"
                action=(safe_href(&self.action)) aria-label=(plain(&self.label)) {
                label class="label" for=(id) { (say(&self.label)) }
                @for (name, value) in &self.hidden { input type="hidden" name=(name) value=(value); }
                div class="search-row" {
                    input class="input" type="search" id=(id) name=(self.name) value=(self.value) autocomplete="off" enterkeyhint="search";
                    button class="button" type="submit" { (icon(Icon::Search)) span { (say(t.t("kit-search"))) } }
                }
            }
        }
    }
}

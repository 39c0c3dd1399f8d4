//! Notices inside a page, and the emergency banner above every page.

use super::navigation::Link;
use super::text::{plain, safe_href, say};
use super::{Icon, icon};
use crate::words::Tongue;
use maud::{Markup, html};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Info,
    Success,
    Warning,
    Error,
}

/// A notice in the flow of a page. Its kind is told by a word and a shape, not by colour alone.
#[derive(Clone, Debug)]
pub struct Banner {
    kind: Kind,
    title: String,
    body: Option<Markup>,
    link: Option<Link>,
    live: bool,
}

impl Banner {
    fn new(kind: Kind, title: impl Into<String>) -> Self {
        Self { kind, title: title.into(), body: None, link: None, live: false }
    }

    pub fn info(title: impl Into<String>) -> Self {
        Self::new(Kind::Info, title)
    }

    pub fn success(title: impl Into<String>) -> Self {
        Self::new(Kind::Success, title)
    }

    pub fn warning(title: impl Into<String>) -> Self {
        Self::new(Kind::Warning, title)
    }

    pub fn error(title: impl Into<String>) -> Self {
        Self::new(Kind::Error, title)
    }

    pub fn text(self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.body(html! { p { (say(&text)) } })
    }

    pub fn body(mut self, body: Markup) -> Self {
        self.body = Some(body);
        self
    }

    pub fn link(mut self, link: Link) -> Self {
        self.link = Some(link);
        self
    }

    /// Says that this answers what the reader just did: it is announced and receives the focus.
    pub fn result(mut self) -> Self {
        self.live = true;
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let (class, which, word) = match self.kind {
            Kind::Info => ("banner banner-info", Icon::Info, "kit-banner-info"),
            Kind::Success => ("banner banner-success", Icon::Check, "kit-banner-success"),
            Kind::Warning => ("banner banner-warning", Icon::Warning, "kit-banner-warning"),
            Kind::Error => ("banner banner-error", Icon::Error, "kit-banner-error"),
        };
        let role = self.live.then_some(if self.kind == Kind::Error { "alert" } else { "status" });
        html! {
            div class=(class) role=[role] tabindex=[self.live.then_some("-1")] data-focus[self.live] {
                span class="banner-icon" { (icon(which)) }
                div class="banner-body" {
                    p class="banner-title" { span class="hidden-text" { (plain(t.t(word))) "：" } (say(&self.title)) }
                    @if let Some(body) = &self.body { (body) }
                    @if let Some(link) = &self.link { p { (link.render()) } }
                }
            }
        }
    }
}

/// The emergency banner: a level (a word such as 「警戒レベル4」), what to do, when it was issued, where to read on.
#[derive(Clone, Debug)]
pub struct Emergency {
    level: String,
    grade: u8,
    title: String,
    text: Option<String>,
    href: String,
    issued_iso: String,
    issued: String,
    drill: bool,
}

impl Emergency {
    /// `grade` 1 to 5 follows the national warning levels and chooses the look; `level` is the word that is read.
    pub fn new(
        grade: u8,
        level: impl Into<String>,
        title: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        Self {
            level: level.into(),
            grade: grade.clamp(1, 5),
            title: title.into(),
            text: None,
            href: href.into(),
            issued_iso: String::new(),
            issued: String::new(),
            drill: false,
        }
    }

    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The time of issue: machine form, and the words shown.
    pub fn issued(mut self, iso: impl Into<String>, shown: impl Into<String>) -> Self {
        self.issued_iso = iso.into();
        self.issued = shown.into();
        self
    }

    /// A drill must never be taken for the real thing.
    pub fn drill(mut self, drill: bool) -> Self {
        self.drill = drill;
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let class = match self.grade {
            5 => "emergency emergency-5",
            4 => "emergency emergency-4",
            3 => "emergency emergency-3",
            _ => "emergency emergency-2",
        };
        html! {
            section class=(class) aria-label={ (plain(t.t("kit-emergency"))) "：" (plain(&self.title)) } {
                div class="wrap emergency-in" {
                    p class="emergency-level" {
                        @if self.drill { span class="emergency-drill" { (say(t.t("kit-emergency-drill"))) } " " }
                        (say(&self.level))
                    }
                    p class="emergency-title" { a href=(safe_href(&self.href)) { (say(&self.title)) } }
                    @if let Some(text) = &self.text { p class="emergency-text" { (say(text)) } }
                    @if !self.issued.is_empty() {
                        p class="emergency-time" { (say(t.t("kit-emergency-issued"))) " " time datetime=(self.issued_iso) { (self.issued) } }
                    }
                }
            }
        }
    }
}

//! A native dialog. Its opener is a link to a page that asks the same question, so nothing is lost without JavaScript.

use super::text::{plain, safe_href, say};
use super::{Icon, icon};
use crate::words::Tongue;
use maud::{Markup, html};

#[derive(Clone, Debug)]
pub struct Dialog {
    id: String,
    title: String,
    body: Markup,
    actions: Option<Markup>,
}

impl Dialog {
    pub fn new(id: impl AsRef<str>, title: impl Into<String>, body: Markup) -> Self {
        Self { id: super::text::element_id("d", id.as_ref()), title: title.into(), body, actions: None }
    }

    /// Buttons beside 「閉じる」, usually a [`PostButton`](super::PostButton).
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }

    /// The link that opens the dialog; `fallback` is the page that does the same.
    pub fn opener(&self, label: &str, fallback: &str) -> Markup {
        html! { a class="button button-secondary" href=(safe_href(fallback)) data-dialog=(self.id) { span { (say(label)) } } }
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        html! {
            dialog class="dialog" id=(self.id) aria-labelledby={ (self.id) "-title" } {
                div class="dialog-head" {
                    h2 id={ (self.id) "-title" } { (say(&self.title)) }
                    form method="dialog" {
                        button class="dialog-close" type="submit" aria-label=(plain(t.t("kit-close"))) { (icon(Icon::Close)) }
                    }
                }
                div class="dialog-body" { (self.body) }
                div class="buttons" {
                    @if let Some(actions) = &self.actions { (actions) }
                    form method="dialog" { button class="button button-tertiary" type="submit" { (say(t.t("kit-close"))) } }
                }
            }
        }
    }
}

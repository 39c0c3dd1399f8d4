//! Buttons: links that look like buttons, and buttons that post.

use super::text::{safe_href, say};
use super::{Icon, TOKEN_FIELD, icon};
use maud::{Markup, html};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    #[default]
    Primary,
    Secondary,
    Tertiary,
    Danger,
    Link,
}

impl ButtonKind {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Primary => "button",
            Self::Secondary => "button button-secondary",
            Self::Tertiary => "button button-tertiary",
            Self::Danger => "button button-danger",
            Self::Link => "button button-link",
        }
    }
}

/// A link that looks like a button, or (without an address) a submit button of the form around it.
#[derive(Clone, Debug)]
pub struct Button {
    label: String,
    href: Option<String>,
    kind: ButtonKind,
    named: Option<(String, String)>,
    lead: Option<Icon>,
}

impl Button {
    /// A submit button for the form around it.
    pub fn submit(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None, kind: ButtonKind::Primary, named: None, lead: None }
    }

    /// A link with the weight of a button, for the next step of a path.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::submit(label) }
    }

    pub fn kind(mut self, kind: ButtonKind) -> Self {
        self.kind = kind;
        self
    }

    pub fn secondary(self) -> Self {
        self.kind(ButtonKind::Secondary)
    }

    pub fn tertiary(self) -> Self {
        self.kind(ButtonKind::Tertiary)
    }

    pub fn danger(self) -> Self {
        self.kind(ButtonKind::Danger)
    }

    /// The name and value sent when this of several submit buttons was pressed.
    pub fn named(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.named = Some((name.into(), value.into()));
        self
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.lead = Some(icon);
        self
    }

    pub fn render(&self) -> Markup {
        let inside = html! { @if let Some(lead) = self.lead { (icon(lead)) } span { (say(&self.label)) } };
        html! {
            @if let Some(href) = &self.href {
                a class=(self.kind.class()) href=(safe_href(href)) { (inside) }
            } @else if let Some((name, value)) = &self.named {
                button class=(self.kind.class()) type="submit" name=(name) value=(value) { (inside) }
            } @else {
                button class=(self.kind.class()) type="submit" { (inside) }
            }
        }
    }
}

/// A single button that posts: its own small form with token and hidden values.
#[derive(Clone, Debug)]
pub struct PostButton {
    action: String,
    button: Button,
    hidden: Vec<(String, String)>,
    about: Option<String>,
}

impl PostButton {
    pub fn new(label: impl Into<String>, action: impl Into<String>, token: impl Into<String>) -> Self {
        let hidden = vec![(TOKEN_FIELD.to_owned(), token.into())];
        Self { action: action.into(), button: Button::submit(label).secondary(), hidden, about: None }
    }

    pub fn kind(mut self, kind: ButtonKind) -> Self {
        self.button = self.button.kind(kind);
        self
    }

    pub fn danger(self) -> Self {
        self.kind(ButtonKind::Danger)
    }

    pub fn icon(mut self, icon: Icon) -> Self {
        self.button = self.button.icon(icon);
        self
    }

    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// What the button acts on, read aloud after its label: twenty rows of 「取り消す」 must be told apart.
    pub fn about(mut self, what: impl Into<String>) -> Self {
        self.about = Some(what.into());
        self
    }

    pub fn render(&self) -> Markup {
        html! {
            form class="post-button" method="post" action=(safe_href(&self.action)) data-once {
                @for (name, value) in &self.hidden { input type="hidden" name=(name) value=(value); }
                button class=(self.button.kind.class()) type="submit" {
                    @if let Some(lead) = self.button.lead { (icon(lead)) }
                    span { (say(&self.button.label)) }
                    @if let Some(about) = &self.about { span class="hidden-text" { "（" (say(about)) "）" } }
                }
            }
        }
    }
}

/// A row of buttons that wraps on narrow screens.
pub fn buttons(items: impl IntoIterator<Item = Markup>) -> Markup {
    html! { div class="buttons" { @for item in items { (item) } } }
}

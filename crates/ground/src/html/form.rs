//! A form: token, error summary, fields, and one clear way on.

use super::field::{Field, Need};
use super::navigation::Link;
use super::text::{plain, safe_href, say};
use super::{Button, ButtonKind, Icon, TOKEN_FIELD, icon};
use crate::words::Tongue;
use maud::{Markup, html};

/// Questions that belong together, under one legend.
#[derive(Clone, Debug)]
pub struct Group {
    legend: String,
    hint: Option<String>,
    fields: Vec<Field>,
}

impl Group {
    pub fn new(legend: impl Into<String>) -> Self {
        Self { legend: legend.into(), hint: None, fields: Vec::new() }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }
}

#[derive(Clone, Debug)]
enum Part {
    One(Box<Field>),
    Many(Group),
}

/// A form that posts (or, with [`Form::get`], asks).
#[derive(Clone, Debug)]
pub struct Form {
    action: String,
    post: bool,
    multipart: bool,
    token: Option<String>,
    parts: Vec<Part>,
    error: Option<String>,
    submit: Option<String>,
    kind: ButtonKind,
    buttons: Vec<Markup>,
    secondary: Option<Link>,
    label: Option<String>,
    marks: Need,
    compact: bool,
}

impl Form {
    pub fn new(action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            post: true,
            multipart: false,
            token: None,
            parts: Vec::new(),
            error: None,
            submit: None,
            kind: ButtonKind::Primary,
            buttons: Vec::new(),
            secondary: None,
            label: None,
            marks: Need::Optional,
            compact: false,
        }
    }

    /// A form that only asks: filters and searches. No token, no 必須 and 任意.
    pub fn get(mut self) -> Self {
        self.post = false;
        self.marks = Need::Unmarked;
        self
    }

    /// The one-time token that makes a double press one act, and keeps other sites from posting.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    pub fn multipart(mut self) -> Self {
        self.multipart = true;
        self
    }

    pub fn field(mut self, field: Field) -> Self {
        self.parts.push(Part::One(Box::new(field)));
        self
    }

    pub fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.parts.extend(fields.into_iter().map(|f| Part::One(Box::new(f))));
        self
    }

    pub fn group(mut self, group: Group) -> Self {
        self.parts.push(Part::Many(group));
        self
    }

    /// A problem with the whole, not with one field.
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    pub fn submit(mut self, label: impl Into<String>) -> Self {
        self.submit = Some(label.into());
        self
    }

    pub fn danger(mut self) -> Self {
        self.kind = ButtonKind::Danger;
        self
    }

    /// Another submit button beside the first, such as 「下書きを保存」.
    pub fn also(mut self, button: &Button) -> Self {
        self.buttons.push(button.render());
        self
    }

    /// A way out that does not send the form.
    pub fn secondary(mut self, link: Link) -> Self {
        self.secondary = Some(link);
        self
    }

    /// A name for the form, where a page has several.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Shows neither 必須 nor 任意.
    pub fn unmarked(mut self) -> Self {
        self.marks = Need::Unmarked;
        self
    }

    /// Fields side by side where there is room, for filters above a list.
    pub fn compact(mut self) -> Self {
        self.compact = true;
        self.unmarked()
    }

    fn each(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().flat_map(|part| match part {
            Part::One(field) => std::slice::from_ref(field.as_ref()),
            Part::Many(group) => group.fields.as_slice(),
        })
    }

    /// Whether anything is wrong; pages put 「エラー」 into the title then (see `Shell::wrong`).
    pub fn is_wrong(&self) -> bool {
        self.error.is_some() || self.each().any(|f| f.error.is_some())
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let class = if self.compact { "form form-compact" } else { "form" };
        html! {
            (self.summary(t))
            // The browser's own bubbles vanish, are not read everywhere, and speak the browser's language: the server answers instead.
            form class=(class) method=(if self.post { "post" } else { "get" }) action=(safe_href(&self.action))
                enctype=[self.multipart.then_some("multipart/form-data")] aria-label=[self.label.as_deref().map(plain)]
                novalidate data-once[self.post] data-busy=[self.post.then(|| plain(t.t("kit-busy")))] {
                @if let Some(token) = &self.token { input type="hidden" name=(TOKEN_FIELD) value=(token); }
                @for part in &self.parts {
                    @match part {
                        Part::One(field) => (field.render(t, self.marks)),
                        Part::Many(group) => (self.grouped(group, t)),
                    }
                }
                div class="buttons" {
                    (Button::submit(self.submit.as_deref().unwrap_or_else(|| t.t("kit-submit"))).kind(self.kind).render())
                    @for button in &self.buttons { (button) }
                    @if let Some(link) = &self.secondary { a class="button button-link" href=(safe_href(&link.href)) { (say(&link.label)) } }
                }
            }
        }
    }

    fn grouped(&self, group: &Group, t: &Tongue) -> Markup {
        html! {
            fieldset class="group" {
                legend class="group-legend" { (say(&group.legend)) }
                @if let Some(hint) = &group.hint { p class="hint" { (say(hint)) } }
                @for field in &group.fields { (field.render(t, self.marks)) }
            }
        }
    }

    /// Everything that is wrong, at the top, each entry leading to its field.
    fn summary(&self, t: &Tongue) -> Markup {
        if !self.is_wrong() {
            return html! {};
        }
        html! {
            div class="summary-wrong" role="alert" tabindex="-1" data-focus {
                h2 { (icon(Icon::Error)) span { (say(t.t("kit-wrong-title"))) } }
                @if let Some(error) = &self.error { p { (say(error)) } }
                ul {
                    @for field in self.each() {
                        @if let Some(error) = &field.error { li { a href={ "#" (field.focus_id()) } { (say(error)) } } }
                    }
                }
            }
        }
    }
}

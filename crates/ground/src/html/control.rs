//! How a single question looks: label, hint, error, control, counter.

use super::choice;
use super::field::{Control, Field, Need, Width};
use super::text::{plain, say};
use super::{Icon, icon};
use crate::words::Tongue;
use maud::{Markup, html};

impl Field {
    /// Draws the field; `marks` says what an unmarked field of this form is.
    pub(super) fn render(&self, t: &Tongue, marks: Need) -> Markup {
        let need = self.need.unwrap_or(marks);
        match &self.control {
            Control::Hidden => html! { input type="hidden" name=(self.name) value=(self.first_value()); },
            Control::Custom(markup) => html! { div class="field" { (markup) } },
            Control::Radios | Control::Checkboxes => choice::group(self, t, need),
            Control::DateParts => choice::date_parts(self, t, need),
            // A box that may stay empty says so by being a box.
            Control::Checkbox => choice::single(self, t, self.need.unwrap_or(Need::Unmarked)),
            Control::Input(_) | Control::Textarea(_) | Control::Select | Control::File => {
                labelled(self, t, need)
            }
        }
    }
}

fn labelled(field: &Field, t: &Tongue, need: Need) -> Markup {
    html! {
        div class=(field_class(field)) {
            label class="label" for=(field.id) { (say(&field.label)) (mark(t, need)) }
            (hint(field))
            (error(field, t))
            @match &field.control {
                Control::Textarea(rows) => (textarea(field, *rows, need)),
                Control::Select => (select(field, t, need)),
                Control::File => (file(field, need)),
                Control::Input(kind) => (affixed(field, input(field, kind, need))),
                _ => {}
            }
            (counter(field, t))
        }
    }
}

pub(super) fn field_class(field: &Field) -> &'static str {
    if field.error.is_some() { "field field-wrong" } else { "field" }
}

/// 必須 or 任意, in words: an asterisk is not understood by everybody.
pub(super) fn mark(t: &Tongue, need: Need) -> Markup {
    html! {
        @match need {
            Need::Required => { " " span class="mark mark-required" { (say(t.t("kit-required"))) } }
            Need::Optional => { " " span class="mark" { (say(t.t("kit-optional"))) } }
            Need::Unmarked => {}
        }
    }
}

pub(super) fn hint(field: &Field) -> Markup {
    html! { @if let Some(hint) = &field.hint { p class="hint" id={ (field.id) "-hint" } { (say(hint)) } } }
}

pub(super) fn error(field: &Field, t: &Tongue) -> Markup {
    html! {
        @if let Some(error) = &field.error {
            p class="field-error" id={ (field.id) "-error" } {
                (icon(Icon::Error)) span { span class="hidden-text" { (plain(t.t("kit-error-word"))) "：" } (say(error)) }
            }
        }
    }
}

/// The ids that describe a control: hint, error, counter, in the order they are worth hearing.
pub(super) fn described_by(field: &Field) -> Option<String> {
    let mut ids = Vec::new();
    if field.error.is_some() {
        ids.push(format!("{}-error", field.id));
    }
    if field.hint.is_some() {
        ids.push(format!("{}-hint", field.id));
    }
    if field.chars_max.is_some() {
        ids.push(format!("{}-count", field.id));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn width_class(width: Width) -> &'static str {
    match width {
        Width::Tiny => "input input-tiny",
        Width::Short => "input input-short",
        Width::Normal => "input",
        Width::Full => "input input-full",
    }
}

fn input(field: &Field, kind: &str, need: Need) -> Markup {
    // A typed password is never written back into a page.
    let value = (kind != "password" && !field.values.is_empty()).then(|| field.first_value());
    html! {
        input class=(width_class(field.width)) type=(kind) id=(field.id) name=(field.name) value=[value]
            autocomplete=[field.autocomplete.as_deref()] inputmode=[field.inputmode]
            min=[field.attribute_value("min")] max=[field.attribute_value("max")]
            aria-describedby=[described_by(field)] aria-invalid=[field.error.is_some().then_some("true")]
            required[need == Need::Required] disabled[field.disabled] multiple[field.many && kind == "email"];
    }
}

fn affixed(field: &Field, control: Markup) -> Markup {
    if field.prefix.is_none() && field.suffix.is_none() {
        return control;
    }
    html! {
        div class="affixed" {
            @if let Some(prefix) = &field.prefix { span class="affix" { (say(prefix)) } }
            (control)
            @if let Some(suffix) = &field.suffix { span class="affix" { (say(suffix)) } }
        }
    }
}

fn textarea(field: &Field, rows: u16, need: Need) -> Markup {
    html! {
        // The parser drops one line break after the tag; a text that begins with one must keep it.
        textarea class=(width_class(field.width)) id=(field.id) name=(field.name) rows=(rows) data-count-max=[field.chars_max]
            autocomplete=[field.autocomplete.as_deref()] aria-describedby=[described_by(field)]
            aria-invalid=[field.error.is_some().then_some("true")] required[need == Need::Required] disabled[field.disabled] {
            "\n" (field.first_value())
        }
    }
}

fn select(field: &Field, t: &Tongue, need: Need) -> Markup {
    let has_empty = field.choices.iter().any(|c| c.value.is_empty());
    html! {
        div class="select" {
            select class=(width_class(field.width)) id=(field.id) name=(field.name) autocomplete=[field.autocomplete.as_deref()]
                aria-describedby=[described_by(field)] aria-invalid=[field.error.is_some().then_some("true")]
                required[need == Need::Required] disabled[field.disabled] {
                @if !has_empty { option value="" { (plain(t.t("kit-select-none"))) } }
                @for choice in &field.choices {
                    option value=(choice.value) selected[field.has(&choice.value)] disabled[choice.disabled] { (plain(&choice.label)) }
                }
            }
        }
    }
}

fn file(field: &Field, need: Need) -> Markup {
    html! {
        input class="file" type="file" id=(field.id) name=(field.name) accept=[field.attribute_value("accept")] multiple[field.many]
            aria-describedby=[described_by(field)] aria-invalid=[field.error.is_some().then_some("true")]
            required[need == Need::Required] disabled[field.disabled];
    }
}

/// The limit in words; the script turns it into a running count. Two templates, because 「あと5文字」 and 「5文字多い」 differ.
fn counter(field: &Field, t: &Tongue) -> Markup {
    let Some(limit) = field.chars_max else { return html! {} };
    let limit = super::number(i64::try_from(limit).unwrap_or(i64::MAX));
    let left = t.tf("kit-count-left", &[("count", "{n}")]);
    let over = t.tf("kit-count-over", &[("count", "{n}")]);
    html! {
        p class="hint count-text" id={ (field.id) "-count" } data-count-left=(plain(&left)) data-count-over=(plain(&over)) {
            (say(&t.tf("kit-count-limit", &[("count", &limit)])))
        }
    }
}

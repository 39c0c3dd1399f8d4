//! Questions that are answered by ticking, and the date in three boxes: one `fieldset`, several controls.

use super::control::{described_by, error, field_class, hint, mark};
use super::field::{Choice, Field, Need};
use super::text::say;
use crate::words::Tongue;
use maud::{Markup, html};

/// Radio buttons or check boxes under one question.
pub(super) fn group(field: &Field, t: &Tongue, need: Need) -> Markup {
    let is_radio = matches!(field.control, super::field::Control::Radios);
    html! {
        fieldset class=(field_class(field)) aria-describedby=[described_by(field)] disabled[field.disabled] {
            legend class="label" { (say(&field.label)) (mark(t, need)) }
            (hint(field))
            (error(field, t))
            div class="choices" {
                @for (at, choice) in (1..).zip(&field.choices) {
                    (tick(field, choice, &format!("{}-{at}", field.id), is_radio, is_radio && need == Need::Required, None))
                }
            }
        }
    }
}

/// One box to tick. The label is the question.
pub(super) fn single(field: &Field, t: &Tongue, need: Need) -> Markup {
    html! {
        div class=(field_class(field)) {
            (error(field, t))
            div class="choices" {
                @for choice in field.choices.iter().take(1) {
                    (tick(field, choice, &field.id, false, need == Need::Required, Some(mark(t, need))))
                }
            }
            (hint(field))
        }
    }
}

fn tick(
    field: &Field,
    choice: &Choice,
    id: &str,
    is_radio: bool,
    required: bool,
    mark: Option<Markup>,
) -> Markup {
    // A lone box carries the field's own description; in a group the fieldset does.
    let described =
        if mark.is_some() { described_by(field) } else { choice.hint.as_ref().map(|_| format!("{id}-hint")) };
    html! {
        div class="choice" {
            input type=(if is_radio { "radio" } else { "checkbox" }) id=(id) name=(field.name) value=(choice.value)
                checked[field.has(&choice.value)] disabled[choice.disabled] required[required] aria-describedby=[described]
                aria-invalid=[field.error.is_some().then_some("true")];
            label for=(id) { (say(&choice.label)) @if let Some(mark) = mark { (mark) } }
            @if let Some(hint) = &choice.hint { p class="hint" id={ (id) "-hint" } { (say(hint)) } }
        }
    }
}

/// 西暦年・月・日. Birthdays are typed, not picked: a picker that starts today is eighty years away from some readers.
pub(super) fn date_parts(field: &Field, t: &Tongue, need: Need) -> Markup {
    let typed = typed_parts(field);
    let purpose = field.autocomplete.as_deref() == Some("bday");
    let parts = [
        ("year", "kit-date-year", "input input-tiny", purpose.then_some("bday-year")),
        ("month", "kit-date-month", "input input-two", purpose.then_some("bday-month")),
        ("day", "kit-date-day", "input input-two", purpose.then_some("bday-day")),
    ];
    html! {
        fieldset class=(field_class(field)) aria-describedby=[described_by(field)] disabled[field.disabled] {
            legend class="label" { (say(&field.label)) (mark(t, need)) }
            (hint(field))
            (error(field, t))
            div class="date" {
                @for ((part, word, class, autocomplete), value) in parts.into_iter().zip(typed) {
                    div class="date-part" {
                        label for={ (field.id) "-" (part) } { (say(t.t(word))) }
                        input class=(class) type="text" inputmode="numeric" id={ (field.id) "-" (part) } name={ (field.name) "_" (part) }
                            value=(value) autocomplete=[autocomplete] required[need == Need::Required]
                            aria-invalid=[field.error.is_some().then_some("true")];
                    }
                }
            }
        }
    }
}

fn typed_parts(field: &Field) -> [String; 3] {
    let given: Vec<&str> = match field.values.as_slice() {
        [one] => one.split('-').map(|p| p.trim_start_matches('0')).collect(),
        many => many.iter().map(String::as_str).collect(),
    };
    [0, 1, 2].map(|at| given.get(at).copied().unwrap_or_default().to_owned())
}

//! The page to read: one plain HTML file without anything from elsewhere, in the language of its person. It has no looks
//! of its own: every browser shows headings, lists and pairs readably.

use ground::cx::Cx;
use ground::html::{DOCTYPE, Markup, html};
use ground::words::Tongue;
use serde_json::Value;

use super::Section;

pub(super) fn rendered(cx: &Cx, t: &Tongue, sections: &[Section]) -> Markup {
    let city = cx.city().facts().name.clone();
    let day = cx.now().strftime("%Y-%m-%d %H:%M").to_string();
    let title = t.tf("people-takeout-page-title", &[("city", &city)]);
    html! {
        (DOCTYPE)
        html lang=(t.lang().code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
            }
            body {
                h1 { (title) }
                p { (t.tf("people-takeout-page-lead", &[("day", &day)])) }
                ul { @for section in sections { li { a href={ "#" (section.part.file) } { (t.t(section.part.word)) } " (" (section.rows.len()) ")" } } }
                @for section in sections { (one(cx, t, section)) }
            }
        }
    }
}

fn one(cx: &Cx, t: &Tongue, section: &Section) -> Markup {
    html! {
        section {
            h2 id=(section.part.file) { (t.t(section.part.word)) }
            @if section.rows.is_empty() { p { (t.t("people-takeout-nothing")) } }
            @if section.cut { p { strong { (t.t("people-takeout-cut")) } } }
            @for row in &section.rows {
                dl {
                    @for (key, value) in row.as_object().into_iter().flatten().filter(|(_, value)| !is_empty(value)) {
                        dt { (label(t, section.part.word, key)) }
                        dd { (shown(cx, key, value)) }
                    }
                }
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The word for a field: the section's own, or one that all share; its name where there is neither.
fn label(t: &Tongue, section: &str, key: &str) -> String {
    let key = key.replace('_', "-");
    let words = [format!("{section}-{key}"), format!("people-takeout-field-{key}")];
    words.iter().find(|word| t.knows(word)).map_or_else(|| key.clone(), |word| t.t(word).to_owned())
}

fn shown(cx: &Cx, key: &str, value: &Value) -> String {
    match value {
        // Instants are read as the city's own clock shows them.
        Value::Number(number) if key.ends_with("_ms") => match number.as_i64() {
            Some(at_ms) if at_ms > 0 => cx.city().local(at_ms).strftime("%Y-%m-%d %H:%M").to_string(),
            _ => "―".to_owned(),
        },
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(|one| shown(cx, "", one)).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

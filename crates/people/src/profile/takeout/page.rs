//! The page to read: one plain HTML file without anything from elsewhere, in the language of its person. What only
//! programs need (ids, revisions) stands in the JSON files alone; here everything has a word.

use ground::cx::Cx;
use ground::html::{DOCTYPE, Markup, html};
use ground::id::Id;
use ground::text::Text;
use ground::words::Tongue;
use serde_json::{Map, Value};

use super::Section;

/// How it looks, as a file beside it. Opened alone it is readable, too.
pub(super) const LOOKS: (&str, &str) = ("look.css", include_str!("look.css"));

/// Fields whose values are codes, and how the words for them begin. A value without a word is shown as it is.
const CODES: [(&str, &str); 15] = [
    ("langs", "people-lang-"),
    ("interests", "people-interest-"),
    ("wishes", "people-wish-"),
    ("verified", "people-field-"),
    ("scopes", "scope-"),
    ("relation", "people-relation-"),
    ("standing", "people-takeout-standing-"),
    ("state", "people-consent-state-"),
    ("way", "people-by-"),
    ("outcome", "people-takeout-outcome-"),
    ("via", "audit-via-"),
    ("given", "people-attribute-"),
    ("ground", "people-use-ground-"),
    ("by", "people-use-by-"),
    ("action", "action-"),
];

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
                link rel="stylesheet" href=(LOOKS.0);
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
                    @for (name, said) in told(cx, t, section.part.word, row) {
                        dt { (name) }
                        dd { (said) }
                    }
                }
            }
        }
    }
}

/// What a row says in words: every field that has a word and says something.
fn told(cx: &Cx, t: &Tongue, section: &str, row: &Value) -> Vec<(String, String)> {
    let none = Map::new();
    let fields = row.as_object().unwrap_or(&none);
    let has_name =
        ["name", "purpose_name"].iter().any(|key| fields.get(*key).is_some_and(|name| !name.is_null()));
    fields
        .iter()
        // The code of a purpose only where nobody knows its name.
        .filter(|(key, _)| !(key.as_str() == "purpose" && has_name))
        .filter_map(|(key, value)| Some((label(t, section, key)?, shown(cx, t, key, value)?)))
        .collect()
}

/// The word for a field: the section's own, or one that all share. What has none is for programs.
fn label(t: &Tongue, section: &str, key: &str) -> Option<String> {
    let key = key.replace('_', "-");
    let words = [format!("{section}-{key}"), format!("people-takeout-field-{key}")];
    words.iter().find(|word| t.knows(word)).map(|word| t.t(word).to_owned())
}

/// A value as people read it; nothing for an empty one and for an id.
fn shown(cx: &Cx, t: &Tongue, key: &str, value: &Value) -> Option<String> {
    match value {
        // Instants are read as the city's own clock shows them.
        Value::Number(number) if key.ends_with("_ms") => {
            let at_ms = number.as_i64().filter(|at_ms| *at_ms > 0)?;
            Some(cx.city().local(at_ms).strftime("%Y-%m-%d %H:%M").to_string())
        }
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(said) => {
            Some(t.t(if *said { "people-takeout-yes" } else { "people-takeout-no" }).to_owned())
        }
        Value::String(text) if text.is_empty() || text.parse::<Id>().is_ok() => None,
        Value::String(text) => Some(coded(t, key, text)),
        Value::Array(list) => {
            let said: Vec<String> = list.iter().filter_map(|one| shown(cx, t, key, one)).collect();
            (!said.is_empty())
                .then(|| said.join(if t.lang() == ground::words::Lang::En { ", " } else { "、" }))
        }
        Value::Object(fields) => match (fields.get("attribute"), fields.get("why")) {
            (Some(Value::String(attribute)), Some(Value::String(why))) => {
                let what = coded(t, "given", attribute);
                let word = format!("people-use-why-{}", why.replace('_', "-"));
                Some(if t.knows(&word) { t.tf(&word, &[("what", &what)]) } else { what })
            }
            // A text in several languages.
            _ => serde_json::from_value::<Text>(value.clone())
                .ok()
                .map(|text| text.read(t.lang()).0.to_owned()),
        },
        Value::Null => None,
    }
}

/// The words for a code, where the field is one of codes and the code has words.
fn coded(t: &Tongue, key: &str, code: &str) -> String {
    let Some((_, start)) = CODES.iter().find(|(field, _)| *field == key) else { return code.to_owned() };
    let written = code.replace('.', "-");
    let words = [format!("{start}{written}"), format!("{start}{}", written.replace('_', "-"))];
    words.iter().find(|word| t.knows(word)).map_or_else(|| code.to_owned(), |word| t.t(word).to_owned())
}

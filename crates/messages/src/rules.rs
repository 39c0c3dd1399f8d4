//! Decisions about pages, without a store.

use std::collections::BTreeMap;

use ground::fault::{Fault, Kind};
use ground::text::{Text, TextState};
use ground::who::{Role, Who};
use ground::words::Lang;

use crate::markdown;
use crate::model::{BODY_CHARS_MAX, PageText, TITLE_CHARS_MAX};

/// A page that nobody looked at for so long is due for review.
pub const REVIEW_AFTER_MS: i64 = 365 * 24 * 3_600_000;
/// A page can be scheduled this far ahead.
pub const SCHEDULE_AHEAD_MS: i64 = 2 * 365 * 24 * 3_600_000;

/// Checks what was written: Japanese is always there, a translation is whole or absent, and nothing is lost when shown.
pub fn check_texts(texts: &BTreeMap<Lang, PageText>) -> Result<(), Fault> {
    let mut fault = Fault::invalid();
    for lang in Lang::ALL {
        let empty = PageText::default();
        let text = texts.get(&lang).unwrap_or(&empty);
        let (title, body) = (text.title.trim().is_empty(), text.body.trim().is_empty());
        let path = |field: &str| format!("texts.{}.{field}", lang.code());
        if lang == Lang::Ja || title != body {
            let word = if lang == Lang::Ja { "field-required" } else { "field-translation-half" };
            if title {
                fault = fault.and_field(path("title"), word, &[]);
            }
            if body {
                fault = fault.and_field(path("body"), word, &[]);
            }
        }
        for (field, said, chars_max) in
            [("title", &text.title, TITLE_CHARS_MAX), ("body", &text.body, BODY_CHARS_MAX)]
        {
            if said.chars().count() > chars_max {
                fault = fault.and_field(path(field), "field-too-long", &[("max", &chars_max.to_string())]);
            }
        }
        if text.title.contains('\n') {
            fault = fault.and_field(path("title"), "field-one-line", &[]);
        }
        if let Some(unknown) = markdown::unknown(&text.body).first() {
            fault = fault.and_field(path("body"), unknown.word, &[("what", &unknown.what)]);
        }
    }
    if fault.fields().is_empty() { Ok(()) } else { Err(fault) }
}

/// What a saved text becomes. The Japanese carries the revision in which it last changed; a translation carries that
/// revision when it was written, or confirmed, for it.
pub fn next_text(
    before: Option<&Text>,
    written: &BTreeMap<Lang, String>,
    rev: i64,
    still_right: &[Lang],
) -> Text {
    let old = |lang: Lang| before.and_then(|text| text.0.get(&lang));
    let new = |lang: Lang| written.get(&lang).map_or("", |text| text.trim());
    let ja_rev = old(Lang::Ja).filter(|ja| ja.text == new(Lang::Ja)).map_or(rev, |ja| ja.of_rev);
    let mut out = Text::default();
    for lang in Lang::ALL.into_iter().filter(|lang| !new(*lang).is_empty()) {
        let of_rev = match old(lang) {
            _ if lang == Lang::Ja || still_right.contains(&lang) => ja_rev,
            Some(known) if known.text == new(lang) => known.of_rev,
            _ => ja_rev,
        };
        out = out.with(lang, new(lang), TextState::Written, of_rev);
    }
    out
}

/// The languages that are missing or older than the Japanese, in title or body.
pub fn translations_due(title: &Text, body: &Text) -> Vec<Lang> {
    let due = |text: &Text| text.out_of_date(text.0.get(&Lang::Ja).map_or(0, |ja| ja.of_rev));
    let (title, body) = (due(title), due(body));
    [Lang::JaEasy, Lang::En].into_iter().filter(|lang| title.contains(lang) || body.contains(lang)).collect()
}

/// Four eyes: who saved a revision does not let it out. An administrator may, and it is recorded; the answer says so.
pub fn may_let_out(who: &Who, saved_by: &str, bypass: bool) -> Result<bool, Fault> {
    if saved_by != who.written() {
        return Ok(false);
    }
    let trusted = [Role::Admin, Role::Operator, Role::System].into_iter().any(|role| who.has(role));
    if trusted && bypass {
        return Ok(true);
    }
    let code = if trusted { "messages-own-words-admin" } else { "messages-own-words" };
    Err(Fault::new(Kind::Refused, code))
}

/// When a page may go out: now, or at an instant ahead.
pub fn check_instant(at_ms: i64, now_ms: i64) -> Result<(), Fault> {
    if at_ms <= now_ms {
        Err(Fault::field("at_ms", "field-instant-past"))
    } else if at_ms > now_ms + SCHEDULE_AHEAD_MS {
        Err(Fault::field("at_ms", "field-instant-far"))
    } else {
        Ok(())
    }
}

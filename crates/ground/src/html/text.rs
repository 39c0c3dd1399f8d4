//! Small text helpers: readings, numbers, addresses.

use maud::{Markup, html};
use std::borrow::Cow;

/// The longest base of a reading; a lone `｜` in ordinary text (a title such as `手続｜町`) must not swallow the rest of the line.
const RUBY_BASE_CHARS_MAX: usize = 16;

/// A word with its reading, with brackets for browsers that do not show ruby.
pub fn ruby(base: &str, reading: &str) -> Markup {
    html! { ruby { (base) rp { "（" } rt { (reading) } rp { "）" } } }
}

enum Piece<'a> {
    Plain(&'a str),
    Ruby(&'a str, &'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('｜') {
        let found = after.split_once('《').and_then(|(base, tail)| {
            let (reading, next) = tail.split_once('》')?;
            let fits =
                !base.is_empty() && !base.contains('｜') && base.chars().count() <= RUBY_BASE_CHARS_MAX;
            (fits && !reading.is_empty()).then_some((base, reading, next))
        });
        match found {
            Some((base, reading, next)) => {
                out.push(Piece::Plain(before));
                out.push(Piece::Ruby(base, reading));
                rest = next;
            }
            None => {
                out.push(Piece::Plain(before));
                out.push(Piece::Plain("｜"));
                rest = after;
            }
        }
    }
    out.push(Piece::Plain(rest));
    out
}

/// Shows a short text, turning `｜避難所《ひなんじょ》` into ruby. Everything is escaped.
pub fn say(text: &str) -> Markup {
    if !text.contains('《') {
        return html! { (text) };
    }
    html! {
        @for piece in pieces(text) {
            @match piece { Piece::Plain(s) => (s), Piece::Ruby(base, reading) => (ruby(base, reading)) }
        }
    }
}

/// The same text without readings, for titles and attributes.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('《') {
        return Cow::Borrowed(text);
    }
    let kept = pieces(text).into_iter().map(|p| match p {
        Piece::Plain(s) | Piece::Ruby(s, _) => s,
    });
    Cow::Owned(kept.collect())
}

/// A whole number with a comma every three digits, as Japanese public documents write it.
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(&digits))
}

/// A number with a fixed count of decimal places and grouped whole part; anything that is not a number becomes `－`.
pub fn decimal(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return "－".to_owned();
    }
    let text = format!("{:.*}", places, value.abs());
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "-" } else { "" };
    match text.split_once('.') {
        Some((whole, part)) => format!("{sign}{}.{part}", grouped(whole)),
        None => format!("{sign}{}", grouped(&text)),
    }
}

fn grouped(digits: &str) -> String {
    let count = digits.chars().count();
    let mut out = String::with_capacity(count + count / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (count - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Percent-encodes a text for use as one query value.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The same address with one query value set, the others kept: language links must not lose a search.
pub fn with_query(path: &str, key: &str, value: &str) -> String {
    let path = path.split('#').next().unwrap_or_default();
    let (base, query) = path.split_once('?').unwrap_or((path, ""));
    let mut out = String::from(base);
    let kept = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(key));
    let mut mark = '?';
    for pair in kept {
        out.push(mark);
        out.push_str(pair);
        mark = '&';
    }
    out.push(mark);
    out.push_str(key);
    out.push('=');
    out.push_str(&encode(value));
    out
}

/// Lets through addresses that lead to a page, a mail or a telephone, and nothing that could run (`javascript:`, `data:`).
/// Addresses reach the kit from packs and from what staff wrote.
pub fn safe_href(href: &str) -> &str {
    let href = href.trim();
    let scheme_end = href.find([':', '/', '?', '#']).filter(|at| href.as_bytes().get(*at) == Some(&b':'));
    let Some(end) = scheme_end else { return href };
    let scheme = href.get(..end).unwrap_or_default().to_ascii_lowercase();
    if matches!(scheme.as_str(), "http" | "https" | "mailto" | "tel" | "sms") { href } else { "#" }
}

/// An element id made from a field name that came from a pack: only characters that are safe in `#fragment` and `url(#…)`.
pub(super) fn element_id(prefix: &str, name: &str) -> String {
    let kept = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '-' });
    let mut out = String::from(prefix);
    out.push('-');
    out.extend(kept);
    out
}

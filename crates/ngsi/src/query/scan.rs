//! Reading of stored JSON text where it stands: only the members that a question needs are looked at, nothing is copied.
//!
//! The text is our own and valid. Were it broken, a scan ends early or finds nothing; it never goes astray.

use std::borrow::Cow;

use memchr::memchr2;

/// The end of the JSON string whose opening quote stands at `from`.
fn string_end(b: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    loop {
        let Some(rest) = b.get(at..) else { return b.len() };
        let Some(n) = memchr2(b'"', b'\\', rest) else { return b.len() };
        at += n;
        if b.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
}

/// The end of the JSON value that begins at `from`.
fn value_end(b: &[u8], from: usize) -> usize {
    match b.get(from) {
        Some(b'"') => string_end(b, from),
        Some(b'{' | b'[') => {
            let mut depth = 0_usize;
            let mut at = from;
            while let Some(c) = b.get(at) {
                match c {
                    b'"' => {
                        at = string_end(b, at);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            return at + 1;
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            b.len()
        }
        _ => {
            let mut at = from;
            while let Some(c) = b.get(at) {
                if matches!(c, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') {
                    break;
                }
                at += 1;
            }
            at
        }
    }
}

fn spaces(b: &[u8], mut at: usize) -> usize {
    while matches!(b.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The members of an object: name as written between its quotes, and the text of the value.
pub struct Members<'a> {
    text: &'a str,
    at: usize,
}

/// Goes through an object's members; through nothing where the text is no object.
pub fn members(text: &str) -> Members<'_> {
    let b = text.as_bytes();
    let at = spaces(b, 0);
    Members { text, at: if b.get(at) == Some(&b'{') { at + 1 } else { b.len() } }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let b = self.text.as_bytes();
        let name_at = spaces(b, self.at);
        if b.get(name_at) != Some(&b'"') {
            self.at = b.len();
            return None;
        }
        let name_end = string_end(b, name_at);
        let colon = spaces(b, name_end);
        if b.get(colon) != Some(&b':') {
            self.at = b.len();
            return None;
        }
        let from = spaces(b, colon + 1);
        let end = value_end(b, from);
        let after = spaces(b, end);
        self.at = if b.get(after) == Some(&b',') { after + 1 } else { b.len() };
        Some((self.text.get(name_at + 1..name_end.checked_sub(1)?)?, self.text.get(from..end)?))
    }
}

/// The elements of an array.
pub struct Elements<'a> {
    text: &'a str,
    at: usize,
}

/// Goes through an array's elements; through nothing where the text is no array.
pub fn elements(text: &str) -> Elements<'_> {
    let b = text.as_bytes();
    let at = spaces(b, 0);
    Elements { text, at: if b.get(at) == Some(&b'[') { at + 1 } else { b.len() } }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        let b = self.text.as_bytes();
        let from = spaces(b, self.at);
        if matches!(b.get(from), None | Some(b']')) {
            self.at = b.len();
            return None;
        }
        let end = value_end(b, from);
        if end == from {
            self.at = b.len();
            return None;
        }
        let after = spaces(b, end);
        self.at = if b.get(after) == Some(&b',') { after + 1 } else { b.len() };
        self.text.get(from..end)
    }
}

/// Is the name, as it is written in the text, this one?
pub fn named(written: &str, name: &str) -> bool {
    written == name || (written.contains('\\') && unescape(written).is_some_and(|n| n == name))
}

/// One member of an object.
pub fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    members(object).find(|(written, _)| named(written, name)).map(|(_, value)| value)
}

/// The instances of an attribute, which stand alone or in an array.
pub enum Instances<'a> {
    One(Option<&'a str>),
    Many(Elements<'a>),
}

/// Goes through what stands alone or in an array.
pub fn each(text: &str) -> Instances<'_> {
    if text.starts_with('[') { Instances::Many(elements(text)) } else { Instances::One(Some(text)) }
}

impl<'a> Iterator for Instances<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::One(one) => one.take(),
            Self::Many(many) => many.next(),
        }
    }
}

fn unescape(between_quotes: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{between_quotes}\"")).ok()
}

/// The text of a JSON string; copied only where it holds an escape.
pub fn string(value: &str) -> Option<Cow<'_, str>> {
    let inside = value.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') { unescape(inside).map(Cow::Owned) } else { Some(Cow::Borrowed(inside)) }
}

/// The value of a JSON number.
pub fn number(value: &str) -> Option<f64> {
    if !value.as_bytes().first().is_some_and(|b| b.is_ascii_digit() || *b == b'-') {
        return None;
    }
    value.parse().ok()
}

//! Names (clause 4.6.2), URIs and scopes (clause 4.18). Japanese is at home in all of them.

/// Longest name or URI that is taken (bytes).
pub const IRI_MAX_BYTES: usize = 2_048;

/// A letter. Alphabetic is the category Letter and the vowel signs that some scripts need within a name.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

fn is_name_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// `name` of clause 4.6.2, without a prefix.
#[must_use]
pub fn is_name(text: &str) -> bool {
    if text.len() > IRI_MAX_BYTES {
        return false;
    }
    if text.is_ascii() {
        return text.as_bytes().split_first().is_some_and(|(first, rest)| {
            first.is_ascii_alphabetic() && rest.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        });
    }
    let mut chars = text.chars();
    chars.next().is_some_and(is_letter) && chars.all(is_name_char)
}

/// An absolute URI or IRI (RFC 3986 and 3987). Characters that nobody sees, or that turn the direction of the text, are
/// refused: such an id would be read as another one.
#[must_use]
pub fn is_iri(text: &str) -> bool {
    text.len() <= IRI_MAX_BYTES
        && text.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && is_rest(rest))
}

/// A name with a prefix before a colon. It may look like an IRI, or have a prefix that no IRI can begin with.
#[must_use]
pub fn is_compact(text: &str) -> bool {
    text.len() <= IRI_MAX_BYTES
        && text.split_once(':').is_some_and(|(prefix, rest)| is_name(prefix) && is_rest(rest))
}

/// `scheme` of RFC 3986.
#[must_use]
pub fn is_scheme(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// What may follow the colon.
fn is_rest(rest: &str) -> bool {
    let mut bytes = rest.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let hex = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
                if !hex(bytes.next()) || !hex(bytes.next()) {
                    return false;
                }
            }
            0..=b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7f => return false,
            _ => {}
        }
    }
    !rest.is_empty() && (rest.is_ascii() || rest.chars().all(|c| c.is_ascii() || is_visible(c)))
}

/// Whether a character beyond ASCII may stand in an IRI: it can be seen, and does not change how others are seen.
fn is_visible(c: char) -> bool {
    let hidden = c.is_whitespace()
        || c.is_control()
        || (u32::from(c) & 0xfffe) == 0xfffe
        || matches!(
            u32::from(c),
            0xad | 0x034f | 0x061c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
                | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164
                | 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f | 0xfeff | 0xffa0
                | 0xfff0..=0xfffd | 0xe0000..=0xe0fff | 0xf0000..=0x0010_ffff
        );
    !hidden
}

/// `Scope` of clause 4.18 (the NGSI-LD Null is not one here).
#[must_use]
pub fn is_scope(text: &str) -> bool {
    text.len() <= IRI_MAX_BYTES && text.strip_prefix('/').unwrap_or(text).split('/').all(is_name)
}

/// A language tag, in the general form of RFC 5646, or `@none`.
#[must_use]
pub fn is_language(text: &str) -> bool {
    text == "@none"
        || (text.len() <= 64
            && text.split('-').enumerate().all(|(at, part)| {
                (1..=8).contains(&part.len())
                    && part.bytes().all(|b| b.is_ascii_alphanumeric())
                    && (at > 0 || part.bytes().all(|b| b.is_ascii_alphabetic()))
            }))
}

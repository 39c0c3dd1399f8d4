//! Addresses as they come in: what may stand in a path, and how its pieces are read.
//!
//! A path is matched as it was sent and its slots are decoded one by one, because a slot may hold an address of its
//! own (`/attrs/https%3A%2F%2Fexample.org%2Fname`). What a path must never do is climb.

use std::borrow::Cow;

use ground::fault::{Fault, Kind};
use http::{HeaderMap, Uri};

/// Longest address taken, in bytes, with its query.
pub const ADDRESS_BYTES_MAX: usize = 8 * 1024;

/// Headers of one request, in bytes, all together.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;

/// Whether an address can be read at all.
pub fn check(uri: &Uri) -> Result<(), Fault> {
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    if path.len() + query.len() > ADDRESS_BYTES_MAX {
        return Err(Fault::new(Kind::TooLarge, "address-too-long").arg("limit", ADDRESS_BYTES_MAX));
    }
    if path_is_good(path) && query_is_good(query) { Ok(()) } else { Err(malformed()) }
}

/// Whether the headers together are of a size that anybody needs.
pub fn check_head(headers: &HeaderMap) -> Result<(), Fault> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes <= HEAD_BYTES_MAX {
        return Ok(());
    }
    Err(Fault::new(Kind::TooLarge, "head-too-large").arg("limit", HEAD_BYTES_MAX))
}

fn malformed() -> Fault {
    Fault::new(Kind::Malformed, "address-malformed")
}

fn path_is_good(path: &str) -> bool {
    let bytes = path.as_bytes();
    if bytes.first() != Some(&b'/') || path.contains("//") || path.contains('\\') {
        return false;
    }
    let Some(plain) = decoded(path) else { return false };
    !plain.bytes().any(|byte| byte < 0x20 || byte == 0x7f || byte == b'\\')
        && !plain.split('/').any(|piece| piece == "." || piece == "..")
}

fn query_is_good(query: &str) -> bool {
    // A form that was sent by GET may hold line ends, never U+0000.
    decoded(query).is_some_and(|plain| !plain.contains('\0'))
}

/// Reads `%e9%81%bf`; none when a `%` stands alone or the bytes are not UTF-8.
pub fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return std::str::from_utf8(text.as_bytes()).ok().map(Cow::Borrowed);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_that_climb_or_hide_something_are_refused() {
        for path in [
            "/a/../b",
            "/..",
            "/a/%2e%2e/b",
            "/a/%2E./b",
            "/a/.%2e",
            "//evil",
            "/a//b",
            "/a%00b",
            "/a%5c..%5cb",
            "/a%ff",
            "/a%",
            "/a%4",
            "/a%zz",
            "/%0d%0aset-cookie",
            "/a/..%2fb",
            "/a/.",
        ] {
            assert!(!path_is_good(path), "{path}");
        }
    }

    #[test]
    fn ordinary_paths_pass() {
        for path in
            ["/", "/staff/jobs", "/a%20b", "/%E9%81%BF", "/attrs/https%3A%2F%2Fexample.org%2Fname", "/a..b"]
        {
            assert!(path_is_good(path), "{path}");
        }
        assert!(query_is_good("q=%E9%81%BF%E9%9B%A3&text=a%0D%0Ab"));
        assert!(!query_is_good("q=%00") && !query_is_good("q=%ff"));
    }

    #[test]
    fn very_long_addresses_are_refused_with_the_limit() {
        let uri: Uri = format!("/{}", "a".repeat(ADDRESS_BYTES_MAX + 1)).parse().unwrap();
        assert_eq!(check(&uri).unwrap_err().code(), "address-too-long");
    }

    proptest! {
        #[test]
        fn a_good_path_never_climbs_once_decoded(path in "/[a./%2eEfF5cC\\\\]{0,24}") {
            if path_is_good(&path) {
                let plain = decoded(&path).unwrap();
                prop_assert!(plain.split('/').all(|piece| piece != ".." && piece != "."));
                prop_assert!(!plain.contains('\\') && !plain.contains('\0'));
            }
        }

        #[test]
        fn any_text_is_decoded_without_a_crash(text in "\\PC{0,60}") {
            let _ = decoded(&text);
            let _ = path_is_good(&text);
        }
    }
}

//! Cookies, as far as the server itself reads them.

use http::{HeaderMap, header};

/// The first cookie of a name.
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cookies_are_found_in_one_line_or_several() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; text=large".parse().unwrap());
        headers.append(header::COOKIE, "lang=ja-x-easy;b".parse().unwrap());
        assert_eq!(get(&headers, "text"), Some("large"));
        assert_eq!(get(&headers, "lang"), Some("ja-x-easy"));
        assert_eq!(get(&headers, "b"), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_crash(line in proptest::collection::vec(32u8..=255, 0..60)) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = http::HeaderValue::from_bytes(&line) {
                headers.insert(header::COOKIE, value);
            }
            let _ = get(&headers, "lang");
        }
    }
}

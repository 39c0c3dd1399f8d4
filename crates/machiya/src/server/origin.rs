//! Whether a browser says that a request was made by a page of this site.

use http::HeaderMap;

use super::client::Client;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// One of our own pages.
    Own,
    /// Somebody else's page: nothing is done for it.
    Foreign,
    /// Nothing was said: an old browser, or no browser.
    Unsaid,
}

/// Fetch Metadata where the browser sends it, else `Origin`.
pub fn origin(headers: &HeaderMap, client: &Client, public_url: &str) -> Origin {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text("sec-fetch-site") {
        Some("same-origin") => return Origin::Own,
        // Typed, or opened from a bookmark: nobody's page.
        Some("none") => return Origin::Unsaid,
        Some(_) => return Origin::Foreign,
        None => {}
    }
    match text("origin") {
        None => Origin::Unsaid,
        Some(said) => {
            let scheme = if client.secure { "https" } else { "http" };
            let own = said.split_once("://").is_some_and(|(said_scheme, host)| {
                said_scheme == scheme && host.eq_ignore_ascii_case(&client.host)
            });
            if own || (!public_url.is_empty() && said == public_url) { Origin::Own } else { Origin::Foreign }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(headers: &[(&'static str, &'static str)]) -> Origin {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let client = Client {
            address: [127, 0, 0, 1].into(),
            secure: false,
            host: "localhost:8080".into(),
            local: true,
        };
        origin(&map, &client, "https://city.example")
    }

    #[test]
    fn only_own_pages_are_own() {
        assert_eq!(said(&[("sec-fetch-site", "same-origin")]), Origin::Own);
        assert_eq!(said(&[("origin", "http://localhost:8080")]), Origin::Own);
        assert_eq!(said(&[("origin", "https://city.example")]), Origin::Own);
        assert_eq!(said(&[]), Origin::Unsaid);
        assert_eq!(said(&[("sec-fetch-site", "none")]), Origin::Unsaid);
    }

    #[test]
    fn everybody_else_is_foreign() {
        for site in ["cross-site", "same-site", "SAME-ORIGIN", ""] {
            assert_eq!(
                said(&[("sec-fetch-site", site), ("origin", "http://localhost:8080")]),
                Origin::Foreign,
                "{site}"
            );
        }
        for origin in [
            "null",
            "https://localhost:8080",
            "http://localhost",
            "http://localhost:8080.evil",
            "https://evil.example",
        ] {
            assert_eq!(said(&[("origin", origin)]), Origin::Foreign, "{origin}");
        }
    }
}

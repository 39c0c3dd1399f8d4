//! What a question must be like before anybody is asked, and what of it may follow a redirect.

use ground::fault::{Fault, Kind};
use http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, LOCATION, USER_AGENT};
use http::{HeaderMap, Method, StatusCode};
use url::{Host, Url};

use super::address::may_ask;

/// Addresses longer than this are nobody's.
const URL_BYTES_MAX: usize = 8 * 1024;

/// Reads an address: http or https, a host, no credentials; and no address of a machine that may not be asked. Names
/// are checked when they are looked up.
pub fn read_url(text: &str, private_too: bool) -> Result<Url, Fault> {
    let wrong = || Fault::new(Kind::Invalid, "outside-address");
    if text.len() > URL_BYTES_MAX {
        return Err(wrong());
    }
    let mut url = Url::parse(text).map_err(|_| wrong())?;
    let good = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.port() != Some(0);
    if !good {
        return Err(wrong());
    }
    let literal = match url.host().ok_or_else(wrong)? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain("") => return Err(wrong()),
        Host::Domain(_) => None,
    };
    if literal.is_some_and(|address| !may_ask(address, private_too)) {
        return Err(private());
    }
    url.set_fragment(None);
    Ok(url)
}

pub fn private() -> Fault {
    Fault::new(Kind::Invalid, "outside-private")
}

/// A question on its way, hop by hop.
pub struct Question {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: bytes::Bytes,
}

/// Where an answer sends the asker on to, if it does.
pub fn sent_on(status: StatusCode, headers: &HeaderMap) -> Option<&str> {
    let moved = matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    if moved { headers.get(LOCATION)?.to_str().ok() } else { None }
}

impl Question {
    /// The next hop. To another server go neither what the caller sent along nor a body; from https nobody goes back
    /// to http.
    pub fn next(mut self, status: StatusCode, to: &str, private_too: bool) -> Result<Question, Fault> {
        let wrong = || Fault::new(Kind::Unavailable, "outside-redirect");
        let joined = self.url.join(to).map_err(|_| wrong())?;
        let next = read_url(joined.as_str(), private_too)?;
        if self.url.scheme() == "https" && next.scheme() != "https" {
            return Err(wrong());
        }
        let keeps_method = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT)
            || matches!(self.method, Method::GET | Method::HEAD);
        if !keeps_method {
            self.method = Method::GET;
            self.body = bytes::Bytes::new();
            self.headers.remove(CONTENT_TYPE);
        }
        if next.origin() != self.url.origin() {
            if !self.body.is_empty() {
                return Err(wrong());
            }
            let harmless = [ACCEPT, ACCEPT_LANGUAGE, USER_AGENT];
            self.headers = std::mem::take(&mut self.headers)
                .into_iter()
                .filter_map(|(name, value)| Some((name?, value)))
                .filter(|(name, _)| harmless.contains(name))
                .collect();
        }
        self.url = next;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::address::{Place, place};
    use proptest::prelude::*;

    fn code(text: &str) -> String {
        read_url(text, false).map_or_else(|fault| fault.code().to_owned(), |url| url.to_string())
    }

    #[test]
    fn only_plain_addresses_of_the_web_are_asked() {
        assert_eq!(code("https://example.jp/a?b#c"), "https://example.jp/a?b");
        for wrong in [
            "",
            "ftp://example.jp/",
            "file:///etc/passwd",
            "https://",
            "https://u:p@example.jp/",
            "//x",
            "http://x:0/",
        ] {
            assert_eq!(code(wrong), "outside-address", "{wrong}");
        }
    }

    #[test]
    fn an_address_inside_is_known_however_it_is_written() {
        for inside in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://10.0.0.1:8080/",
            "http://１２７.0.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://0/",
        ] {
            assert_eq!(code(inside), "outside-private", "{inside}");
        }
        assert!(read_url("http://10.0.0.1/", true).is_ok());
        assert!(read_url("http://169.254.169.254/", true).is_err());
    }

    fn question(method: Method, body: &'static str) -> Question {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer x".parse().unwrap());
        headers.insert("x-api-key", "x".parse().unwrap());
        headers.insert("accept", "application/json".parse().unwrap());
        Question { method, url: Url::parse("https://a.example/x").unwrap(), headers, body: body.into() }
    }

    #[test]
    fn what_is_secret_does_not_follow_to_another_server() {
        let found = StatusCode::FOUND;
        let own = question(Method::GET, "").next(found, "/y", false).unwrap();
        assert_eq!((own.url.as_str(), own.headers.len()), ("https://a.example/y", 3));
        let other = question(Method::GET, "").next(found, "https://b.example/", false).unwrap();
        assert_eq!(other.headers.keys().map(http::HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
        let posted = question(Method::POST, "secret").next(found, "https://b.example/", false).unwrap();
        assert_eq!((posted.method, posted.body.len()), (Method::GET, 0));
        let kept = StatusCode::TEMPORARY_REDIRECT;
        assert!(question(Method::POST, "secret").next(kept, "https://b.example/", false).is_err());
        assert!(question(Method::GET, "").next(found, "http://a.example/x", false).is_err(), "back to http");
        let inside = question(Method::GET, "").next(found, "https://127.0.0.1/", false).err().unwrap();
        assert_eq!(inside.code(), "outside-private");
    }

    proptest! {
        #[test]
        fn what_is_let_through_is_public_or_a_name(text in "(https?://)?[\\[\\]0-9a-fA-Fx.:@/%-]{0,40}|\\PC{0,60}") {
            if let Ok(url) = read_url(&text, false) {
                prop_assert!(matches!(url.scheme(), "http" | "https"));
                prop_assert!(url.username().is_empty() && url.password().is_none());
                match url.host() {
                    Some(Host::Ipv4(address)) => prop_assert_eq!(place(address.into()), Place::Public),
                    Some(Host::Ipv6(address)) => prop_assert_eq!(place(address.into()), Place::Public),
                    Some(Host::Domain(name)) => prop_assert!(name.parse::<std::net::IpAddr>().is_err()),
                    None => prop_assert!(false, "no host"),
                }
            }
        }

        #[test]
        fn no_redirect_leads_inside(to in "(https?:)?(//)?[\\[\\]0-9a-fx.:@/-]{0,40}") {
            if let Ok(next) = question(Method::GET, "").next(StatusCode::FOUND, &to, false) {
                prop_assert!(read_url(next.url.as_str(), false).is_ok());
                prop_assert_eq!(next.url.scheme(), "https");
            }
        }
    }
}

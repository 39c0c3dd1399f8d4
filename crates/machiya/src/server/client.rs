//! Who is at the other end: the address, scheme and host of a request, believed only as far as the trusted proxies go.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::request::Parts;
use http::{HeaderMap, header};

use crate::settings::Settings;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub address: SocketAddr,
    pub tls: bool,
}

/// The other end of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    pub secure: bool,
    /// The host asked for, in lower case, with its port.
    pub host: String,
    /// Somebody on this machine itself, with no proxy between.
    pub local: bool,
}

impl Client {
    pub fn of(parts: &Parts, peer: Peer, settings: &Settings) -> Client {
        let near = peer.address.ip().to_canonical();
        let named = parts.uri.authority().map(http::uri::Authority::as_str);
        let asked = named.or_else(|| text(&parts.headers, &header::HOST)).unwrap_or_default();
        if !settings.trusts(near) {
            // A header that only proxies set says that somebody stands behind this address.
            let direct = !parts.headers.contains_key("x-forwarded-for");
            return Client {
                address: near,
                secure: peer.tls,
                host: host(asked),
                local: near.is_loopback() && direct,
            };
        }
        let address = behind(&parts.headers, near, settings);
        let proto = last(&parts.headers, "x-forwarded-proto");
        Client {
            address,
            secure: proto.map_or(peer.tls, |proto| proto.eq_ignore_ascii_case("https")),
            host: host(last(&parts.headers, "x-forwarded-host").unwrap_or(asked)),
            local: address.is_loopback(),
        }
    }

    /// The host without its port.
    pub fn host_name(&self) -> &str {
        without_port(&self.host)
    }

    /// The key for limits: people on IPv6 have a whole network to themselves.
    pub fn limit_address(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
        }
    }
}

/// The rightmost address that no trusted proxy has: everything to its left is hearsay.
fn behind(headers: &HeaderMap, near: IpAddr, settings: &Settings) -> IpAddr {
    let mut so_far = near;
    let values: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
        let Some(address) = read_address(hop.trim()) else { break };
        so_far = address;
        if !settings.trusts(address) {
            break;
        }
    }
    so_far
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443`.
fn read_address(text: &str) -> Option<IpAddr> {
    let found = text.parse::<IpAddr>().ok();
    let found = found.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    let found = found.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok());
    found.map(|address| address.to_canonical())
}

fn text<'h>(headers: &'h HeaderMap, name: &header::HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The value that the nearest proxy wrote.
fn last<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim).filter(|value| !value.is_empty())
}

/// A host in lower case; nothing when it holds what no host can hold.
fn host(text: &str) -> String {
    let good = text.len() <= 255
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']' | b'_')
        });
    if good { text.to_ascii_lowercase() } else { String::new() }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Places, load};
    use proptest::prelude::*;

    fn client(peer: &str, headers: &[(&'static str, &str)], trusted: &[&str]) -> Client {
        let mut request = http::Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let env = [("MACHIYA_TRUSTED_PROXIES".to_owned(), trusted.join(","))].into();
        let places = Places { config: None, env, retention_tables: vec![] };
        let Ok(loaded) = load(&places) else { panic!("{trusted:?}") };
        Client::of(&parts, Peer { address: peer.parse().unwrap(), tls: false }, &loaded.settings)
    }

    #[test]
    fn without_a_trusted_proxy_nothing_is_believed() {
        let seen = client(
            "203.0.113.9:1000",
            &[
                ("host", "City.Example:8080"),
                ("x-forwarded-for", "198.51.100.1"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "evil.example"),
            ],
            &["10.0.0.0/8"],
        );
        assert_eq!(seen.address, "203.0.113.9".parse::<IpAddr>().unwrap());
        assert!(!seen.secure && !seen.local);
        assert_eq!((seen.host.as_str(), seen.host_name()), ("city.example:8080", "city.example"));
    }

    #[test]
    fn the_rightmost_untrusted_address_counts() {
        let seen = client(
            "10.0.0.1:1000",
            &[
                ("host", "inner"),
                ("x-forwarded-for", "1.2.3.4, 198.51.100.7, 10.0.0.9"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "city.example"),
            ],
            &["10.0.0.0/8"],
        );
        assert_eq!(seen.address, "198.51.100.7".parse::<IpAddr>().unwrap());
        assert!(seen.secure);
        assert_eq!(seen.host, "city.example");
    }

    #[test]
    fn a_visitor_behind_a_local_proxy_is_not_local() {
        assert!(client("127.0.0.1:9", &[("host", "localhost")], &[]).local);
        assert!(!client("127.0.0.1:9", &[("x-forwarded-for", "198.51.100.7")], &[]).local);
        assert!(!client("127.0.0.1:9", &[("x-forwarded-for", "198.51.100.7")], &["127.0.0.0/8"]).local);
        assert!(client("[::ffff:127.0.0.1]:9", &[], &[]).local);
    }

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        for text in ["192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80", "[2001:db8::1]"] {
            assert!(read_address(text).is_some(), "{text}");
        }
        assert!(read_address("unknown").is_none());
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
    }

    #[test]
    fn a_network_of_six_is_one_client() {
        let one = client("[2001:db8:1:2:3::4]:9", &[], &[]).limit_address();
        assert_eq!(one, client("[2001:db8:1:2:ffff::9]:9", &[], &[]).limit_address());
        assert_ne!(one, client("[2001:db8:1:3::9]:9", &[], &[]).limit_address());
    }

    proptest! {
        #[test]
        fn a_forged_chain_never_hides_the_nearest_stranger(forged in "[0-9a-f.:, \\[\\]]{0,60}") {
            let chain = format!("{forged}, 198.51.100.7");
            let seen = client("10.0.0.1:1", &[("x-forwarded-for", &chain)], &["10.0.0.0/8"]);
            prop_assert_eq!(seen.address, "198.51.100.7".parse::<IpAddr>().unwrap());
        }

        #[test]
        fn any_host_is_read_without_a_crash(text in "\\PC{0,60}") {
            let kept = host(&text);
            prop_assert!(!kept.contains('/') && !kept.contains('@'));
            let _ = without_port(&kept);
        }
    }
}

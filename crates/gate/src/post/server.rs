//! The mail server as the operator names it.

use std::net::IpAddr;

use url::{Host, Url};

/// `smtp://host:port` or `smtps://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    pub host: String,
    pub port: u16,
    /// TLS from the first byte (`smtps`).
    pub implicit_tls: bool,
}

impl ServerAddress {
    /// Name and password have settings of their own: an address is shown and logged.
    pub fn parse(text: &str) -> Option<ServerAddress> {
        let url = Url::parse(text.trim()).ok()?;
        let (implicit_tls, usual) = match url.scheme() {
            "smtp" => (false, 587),
            "smtps" => (true, 465),
            _ => return None,
        };
        let plain = url.username().is_empty()
            && url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        let host = match url.host()? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let good =
            plain && !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%');
        let port = url.port().unwrap_or(usual);
        (good && port > 0).then_some(ServerAddress { host, port, implicit_tls })
    }

    /// Whether the way to it leaves this machine.
    pub fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// When a plain connection turns into a secure one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// Always, except on this machine.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Clone, Debug)]
pub struct MailServer {
    pub address: ServerAddress,
    pub tls: Tls,
    pub user: Option<String>,
    pub password: String,
    /// The sender of cities that have set none.
    pub from: String,
    /// Where what cannot be delivered comes back to; the sender when empty.
    pub bounce: String,
}

impl MailServer {
    pub fn needs_starttls(&self) -> bool {
        match self.tls {
            Tls::Always => !self.address.implicit_tls,
            Tls::Auto => !self.address.implicit_tls && !self.address.is_here(),
            Tls::Never => false,
        }
    }

    /// Whether letters, and the password, cross a network where anybody can read them.
    pub fn is_readable_on_the_way(&self) -> bool {
        !self.address.implicit_tls && !self.needs_starttls() && !self.address.is_here()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mail_server_is_named_by_its_address() {
        let read = |text: &str| ServerAddress::parse(text).map(|is| (is.host, is.port, is.implicit_tls));
        assert_eq!(read("smtp://mail.example.jp"), Some(("mail.example.jp".into(), 587, false)));
        assert_eq!(read("smtps://mail.example.jp/"), Some(("mail.example.jp".into(), 465, true)));
        assert_eq!(read("smtp://127.0.0.1:25"), Some(("127.0.0.1".into(), 25, false)));
        assert_eq!(read("smtp://[::1]:2525"), Some(("::1".into(), 2525, false)));
        for wrong in [
            "",
            "mail.example.jp",
            "http://x",
            "smtp://",
            "smtp://u:p@x",
            "smtp://x/y",
            "smtp://x:0",
            "smtp://x?tls=no",
            "smtp://a b",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn plain_connections_stay_on_this_machine_unless_that_is_said() {
        let server = |address: &str, tls| MailServer {
            address: ServerAddress::parse(address).unwrap(),
            tls,
            user: None,
            password: String::new(),
            from: String::new(),
            bounce: String::new(),
        };
        assert!(server("smtp://mail.example.jp", Tls::Auto).needs_starttls());
        assert!(!server("smtp://localhost:25", Tls::Auto).needs_starttls());
        assert!(server("smtp://localhost:25", Tls::Always).needs_starttls());
        assert!(!server("smtps://mail.example.jp", Tls::Always).needs_starttls());
        assert!(server("smtp://10.0.0.5:25", Tls::Never).is_readable_on_the_way());
        assert!(!server("smtp://127.0.0.1:25", Tls::Never).is_readable_on_the_way());
        assert!(!server("smtps://mail.example.jp", Tls::Never).is_readable_on_the_way());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_crash(text in "(smtps?://)?\\PC{0,40}") {
            if let Some(address) = ServerAddress::parse(&text) {
                prop_assert!(address.port > 0 && !address.host.contains(char::is_whitespace));
            }
        }
    }
}

//! The kinds of values that settings have, and how each is read from text.

use std::net::IpAddr;
use std::path::PathBuf;

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// "127.0.0.1:8080"
    Address,
    Folder,
    File,
    /// "postgres://user:password@host/database"
    Database,
    /// "256MB", within limits in bytes.
    Size {
        min: u64,
        max: u64,
    },
    Choice(&'static [&'static str]),
    /// "on" or "off"
    Switch,
    Count {
        min: u64,
        max: u64,
    },
    /// "10.0.0.0/8, ::1"
    Networks,
    Token,
    /// A city's slug.
    Slug,
    /// "info" or "info,hyper=warn"
    Level,
    /// "smtp://mail.example.jp:587" or "smtps://…"
    MailServer,
    MailAddress,
    /// A name or password, as it is.
    Text,
}

impl Kind {
    /// The end of the fault code for a wrong value, and of the word that says what is wanted.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Address => "address",
            Kind::Folder | Kind::File => "path",
            Kind::Database => "database",
            Kind::Size { .. } => "size",
            Kind::Choice(_) => "choice",
            Kind::Switch => "switch",
            Kind::Count { .. } => "count",
            Kind::Networks => "networks",
            Kind::Token => "token",
            Kind::Slug => "slug",
            Kind::Level => "level",
            Kind::MailServer => "mail-server",
            Kind::MailAddress => "mail-address",
            Kind::Text => "text",
        }
    }

    /// The limits or choices that the words for this kind name.
    pub fn args(self) -> Vec<(&'static str, String)> {
        match self {
            Kind::Size { min, max } => vec![("min", size_text(min)), ("max", size_text(max))],
            Kind::Count { min, max } => vec![("min", min.to_string()), ("max", max.to_string())],
            Kind::Choice(choices) => vec![("choices", choices.join(", "))],
            _ => Vec::new(),
        }
    }
}

const UNITS: [(&str, u64); 4] = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40)];

/// "256MB", "1 GiB", "4096": bytes, in powers of 1024.
pub fn size(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_uppercase().replace("IB", "B");
    for (unit, bytes) in UNITS {
        if let Some(number) = text.strip_suffix(unit) {
            return number.trim().parse::<u64>().ok()?.checked_mul(bytes);
        }
    }
    text.strip_suffix('B').unwrap_or(&text).trim().parse().ok()
}

/// Bytes as people write them.
pub fn size_text(bytes: u64) -> String {
    for (unit, size) in UNITS.iter().rev() {
        if bytes >= *size && bytes.is_multiple_of(*size) {
            return format!("{}{unit}", bytes / size);
        }
    }
    format!("{bytes}B")
}

pub fn within<T: PartialOrd>(value: T, min: T, max: T) -> Option<T> {
    (value >= min && value <= max).then_some(value)
}

pub fn switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// An empty text means that there is none.
pub fn path(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

impl Network {
    pub fn parse(text: &str) -> Option<Network> {
        let (base, prefix) = match text.trim().split_once('/') {
            Some((base, prefix)) => (base, Some(prefix)),
            None => (text.trim(), None),
        };
        let base: IpAddr = base.parse().ok()?;
        let bits = if base.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= bits)?,
            None => bits,
        };
        Some(Network { base, prefix })
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                same_start(u128::from(base.to_bits()) << 96, u128::from(address.to_bits()) << 96, self.prefix)
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                same_start(base.to_bits(), address.to_bits(), self.prefix)
            }
            _ => false,
        }
    }
}

fn same_start(a: u128, b: u128, bits: u8) -> bool {
    let differing = (a ^ b).leading_zeros();
    differing >= u32::from(bits)
}

/// "10.0.0.0/8, ::1"
pub fn networks(text: &str) -> Option<Vec<Network>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Network::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(size("256MB"), Some(256 << 20));
        assert_eq!(size("1 GiB"), Some(1 << 30));
        assert_eq!(size("4096"), Some(4096));
        assert_eq!(size("4096b"), Some(4096));
        for wrong in ["", "MB", "-1MB", "1.5GB", "99999999999TB", "12 apples"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let ten = Network::parse("10.0.0.0/8").unwrap();
        assert!(ten.contains("10.200.3.4".parse().unwrap()));
        assert!(ten.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!ten.contains("11.0.0.1".parse().unwrap()));
        assert!(!ten.contains("::1".parse().unwrap()));
        assert!(Network::parse("::1").unwrap().contains("::1".parse().unwrap()));
        assert!(Network::parse("0.0.0.0/0").unwrap().contains("203.0.113.9".parse().unwrap()));
        assert_eq!(Network::parse("10.0.0.0/33"), None);
    }

    proptest! {
        #[test]
        fn a_size_reads_back_from_its_text(bytes in any::<u64>()) {
            prop_assert_eq!(size(&size_text(bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_read_without_a_crash(text in "\\PC{0,30}") {
            let _ = (size(&text), networks(&text), switch(&text), path(&text));
        }
    }
}

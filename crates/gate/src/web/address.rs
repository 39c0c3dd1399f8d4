//! Which addresses are out in the world, which are inside somebody's network, and which nobody should be asked at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Out in the world.
    Public,
    /// On this machine or inside a network: only where the operator allows it.
    Private,
    /// Not a place to ask, whatever is allowed: no single machine, or one that hands out a cloud's keys.
    Never,
}

/// Services of clouds that hand out credentials to whoever asks from inside.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16)];
const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

pub fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => place_v4(address),
        IpAddr::V6(address) => place_v6(address),
    }
}

/// Whether it may be asked at all, and where private networks are allowed, there too.
pub fn may_ask(address: IpAddr, private_too: bool) -> bool {
    match place(address) {
        Place::Public => true,
        Place::Private => private_too,
        Place::Never => false,
    }
}

fn place_v4(address: Ipv4Addr) -> Place {
    if METADATA_V4.contains(&address) {
        return Place::Never;
    }
    match address.octets() {
        // "This network", link-local, multicast, reserved and broadcast.
        [0, ..] | [169, 254, ..] | [224..=255, ..] => Place::Never,
        // Loopback, private, shared by providers (CGNAT).
        [127 | 10, ..] | [192, 168, ..] | [172, 16..=31, ..] | [100, 64..=127, ..] => Place::Private,
        // Protocols, documentation, old 6to4 relays, measurements.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Place::Private
        }
        _ => Place::Public,
    }
}

fn place_v6(address: Ipv6Addr) -> Place {
    if METADATA_V6.contains(&address) {
        return Place::Never;
    }
    let [first, second, ..] = address.segments();
    let [.., a, b, c, d] = address.octets();
    let last_v4 = Ipv4Addr::new(a, b, c, d);
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Private,
        // An IPv4 address in other clothes: mapped, or translated on the way (NAT64).
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => place_v4(last_v4),
        // 6to4 carries its IPv4 address at the front.
        [0x2002, high, low, ..] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            place_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Unique local, and the site-local of old.
        _ if first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfec0 => Place::Private,
        // Documentation.
        _ if (first == 0x2001 && second == 0xdb8) || (first == 0x3fff && second < 0x1000) => Place::Private,
        // Protocols, among them tunnels that hide another address (Teredo).
        _ if first == 0x2001 && second < 0x200 => Place::Never,
        _ if first & 0xe000 == 0x2000 => Place::Public,
        // Link-local, multicast, unspecified, local translators and whatever is not given out.
        _ => Place::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn places(addresses: &[&str]) -> Vec<Place> {
        addresses.iter().map(|address| place(address.parse().unwrap())).collect()
    }

    #[test]
    fn what_is_out_in_the_world_is_public() {
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:200::1",
            "2400:4000::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ];
        assert_eq!(places(&public), vec![Place::Public; public.len()]);
    }

    #[test]
    fn what_is_inside_needs_to_be_allowed() {
        let private = [
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.9",
            "::1",
            "fc00::1",
            "fdff::1",
            "fec0::1",
            "2001:db8::1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "2002:7f00:1::1",
            "2002:c0a8:101::1",
        ];
        assert_eq!(places(&private), vec![Place::Private; private.len()]);
    }

    #[test]
    fn some_places_are_never_asked_even_where_private_networks_are_allowed() {
        let never = [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "2001::1",
            "2001:10::1",
            "64:ff9b:1::1",
            "::1.2.3.4",
            "::ffff:0:1.2.3.4",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "100::1",
            "5f00::1",
            "4000::1",
        ];
        assert_eq!(places(&never), vec![Place::Never; never.len()]);
        assert!(never.iter().all(|address| !may_ask(address.parse().unwrap(), true)));
    }

    proptest! {
        /// What the standard library calls special is never public here.
        #[test]
        fn nothing_special_is_public(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_unspecified() || address.is_broadcast()
                || address.is_documentation();
            prop_assert!(!special || place_v4(address) != Place::Public, "{}", address);
        }

        #[test]
        fn nothing_special_is_public_in_version_6(bits: u128) {
            let address = Ipv6Addr::from_bits(bits);
            let special = address.is_loopback() || address.is_multicast() || address.is_unspecified()
                || address.is_unique_local() || address.is_unicast_link_local();
            prop_assert!(!special || place_v6(address) != Place::Public, "{}", address);
            prop_assert!(address.segments()[0] & 0xe000 == 0x2000 || bits >> 96 == 0x64_ff9b || bits >> 32 == 0xffff
                || place_v6(address) != Place::Public, "{}", address);
        }

        /// An address in other clothes lies where it lies without them.
        #[test]
        fn clothes_change_nothing(bits: u32) {
            let plain = Ipv4Addr::from_bits(bits);
            let (low, high) = (u128::from(bits), u128::from(bits) << 80);
            for clothed in [plain.to_ipv6_mapped(), Ipv6Addr::from_bits((0x64_ff9b << 96) | low), Ipv6Addr::from_bits((0x2002 << 112) | high)] {
                prop_assert_eq!(place(clothed.into()), place(plain.into()), "{}", clothed);
            }
        }
    }
}

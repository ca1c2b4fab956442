//! Which network addresses a client may connect to.
//!
//! A name that anyone can register may point at a hospital's inside, at this very machine or at
//! a cloud's metadata service. So an address is taken only when it is of the public internet, or
//! the user named the network that it lies in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), prefix)
}

/// What is not of the public internet (IANA's special-purpose registries for IPv4 and IPv6), and
/// of IPv6 all that is outside its global unicast range, 2000::/3.
const NOT_GLOBAL: [IpNet; 26] = [
    v4(0, 0, 0, 8),
    v4(10, 0, 0, 8),
    v4(100, 64, 0, 10),
    v4(127, 0, 0, 8),
    v4(169, 254, 0, 16),
    v4(172, 16, 0, 12),
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),
    v4(192, 88, 99, 24),
    v4(192, 168, 0, 16),
    v4(198, 18, 0, 15),
    v4(198, 51, 100, 24),
    v4(203, 0, 113, 24),
    v4(224, 0, 0, 4),
    v4(240, 0, 0, 4),
    // ::/3 holds the loopback, the NAT64 prefixes and 100::/64; 4000::/2 and 8000::/1 hold
    // segment routing, unique local, link-local and multicast addresses.
    v6(0, 0, 0, 3),
    v6(0x4000, 0, 0, 2),
    v6(0x8000, 0, 0, 1),
    // Teredo, ORCHID and the other protocols of 2001::/23.
    v6(0x2001, 0, 0, 23),
    v6(0x2001, 0xdb8, 0, 32),
    // 6to4 carries an IPv4 address of the sender's choice.
    v6(0x2002, 0, 0, 16),
    v6(0x2620, 0x4f, 0x8000, 48),
    v6(0x3fff, 0, 0, 20),
    // Metadata services at addresses that look public.
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)), 32),
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)), 32),
    IpNet::new_assert(IpAddr::V4(AWS_METADATA), 32),
];

const AWS_METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

/// Where clouds hand out a machine's own credentials: a network that holds one of these doesn't
/// name it, only the address itself does.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(AWS_METADATA),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// Whether an address is one of the public internet.
///
/// An IPv4 address in IPv6's clothes (`::ffff:10.0.0.1`) is judged as what it is.
pub(super) fn is_global(address: IpAddr) -> bool {
    let address = address.to_canonical();
    !NOT_GLOBAL.iter().any(|network| network.contains(&address))
}

/// Whether a client may connect to an address that a name was resolved to, where the user named
/// these private networks.
pub(super) fn allows(private: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    if METADATA.contains(&address) {
        return private.contains(&IpNet::from(address));
    }
    is_global(address) || private.iter().any(|network| network.contains(&address))
}

/// Whether a URL that some server named may be asked, where the user named these private networks.
///
/// Only hosts that are addresses are judged, which nobody looks up. Names are judged by what they
/// lead to, once they are.
pub fn may_ask(url: &Url, private: &[IpNet]) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => allows(private, address.into()),
        Some(Host::Ipv6(address)) => allows(private, address.into()),
        Some(Host::Domain(_)) => true,
        None => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_url_is_judged_and_a_name_is_not() {
        for (private, url, expected) in [
            ("", "https://blobs.example/x", true),
            ("", "https://8.8.8.8/x", true),
            ("", "https://10.1.2.3/x", false),
            ("", "https://0x7f.1/x", false),
            ("", "https://[::ffff:10.0.0.1]/x", false),
            ("10.0.0.0/8", "https://10.1.2.3/x", true),
            ("0.0.0.0/0", "http://169.254.169.254/latest", false),
            ("", "data:x", false),
        ] {
            let private: Vec<IpNet> =
                private.split_whitespace().map(|net| net.parse().unwrap()).collect();
            assert_eq!(may_ask(&url.parse().unwrap(), &private), expected, "{url}");
        }
    }

    #[test]
    fn tells_public_from_all_others() {
        let public = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.1.1.1 \
            169.253.1.1 172.15.1.1 172.32.0.1 192.0.1.1 192.167.1.1 198.17.1.1 198.20.1.1 \
            223.255.255.255 2606:4700::1111 2a00:1450::1 2001:4860:4860::8888 ::ffff:8.8.8.8";
        let others = "0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 \
            169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 \
            198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 \
            255.255.255.255 168.63.129.16 :: ::1 ::7f00:1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 \
            64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:10::1 2001:db8::1 2002:a00:1:: \
            3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1";
        for address in public.split_whitespace() {
            assert!(is_global(address.parse().unwrap()), "{address} is public");
        }
        for address in others.split_whitespace() {
            assert!(!is_global(address.parse().unwrap()), "{address} is not public");
        }
    }

    #[test]
    fn a_named_network_opens_itself_only() {
        let table = [
            ("", "10.1.2.3", false),
            ("", "8.8.8.8", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "192.168.0.1", false),
            ("fc00::/7", "fd12::1", true),
            ("fc00::/7", "fd00:ec2::254", false),
            ("169.254.0.0/16", "169.254.1.1", true),
            ("169.254.0.0/16", "169.254.169.254", false),
            ("169.254.169.254/32", "169.254.169.254", true),
            ("0.0.0.0/0", "169.254.169.254", false),
            ("0.0.0.0/0", "168.63.129.16", false),
        ];
        for (private, address, expected) in table {
            let private: Vec<IpNet> =
                private.split_whitespace().map(|net| net.parse().unwrap()).collect();
            assert_eq!(
                allows(&private, address.parse().unwrap()),
                expected,
                "{private:?} {address}"
            );
        }
    }
}

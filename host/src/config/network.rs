//! Which addresses a URL names by itself.
//!
//! Private addresses are refused unless the user names them. Whoever writes `localhost` or an
//! address in a URL has named it; whoever writes a host name has not, as its addresses are the
//! name server's to choose.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Origin, Url};

/// The addresses that a URL's host is, if it is an address or `localhost`.
pub(super) fn named_by_url(url: &Url) -> Vec<IpNet> {
    url.host().map(|host| named_by_host(&host)).unwrap_or_default()
}

/// As [`named_by_url`], of an origin.
pub(super) fn named_by_origin(origin: &Origin) -> Vec<IpNet> {
    match origin {
        Origin::Tuple(_, host, _) => named_by_host(host),
        Origin::Opaque(_) => Vec::new(),
    }
}

/// Whether a URL stays on this machine, whatever a name server says.
pub(super) fn is_loopback(url: &Url) -> bool {
    let named = named_by_url(url);
    !named.is_empty() && named.iter().all(|network| network.addr().is_loopback())
}

fn named_by_host<S: AsRef<str>>(host: &Host<S>) -> Vec<IpNet> {
    match host {
        Host::Ipv4(address) => vec![IpAddr::V4(*address).into()],
        Host::Ipv6(address) => vec![IpAddr::V6(*address).into()],
        Host::Domain(name) if name.as_ref() == "localhost" => {
            vec![IpAddr::V4(Ipv4Addr::LOCALHOST).into(), IpAddr::V6(Ipv6Addr::LOCALHOST).into()]
        }
        Host::Domain(_) => Vec::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_its_address_but_not_that_of_its_name() {
        for (url, expected) in [
            ("http://10.1.2.3:8080/fhir", vec!["10.1.2.3/32"]),
            ("http://[fd00::7]/", vec!["fd00::7/128"]),
            ("http://LOCALHOST:1/", vec!["127.0.0.1/32", "::1/128"]),
            ("https://ehr.example/", vec![]),
        ] {
            let url = Url::parse(url).unwrap();
            let named: Vec<String> = named_by_url(&url).iter().map(IpNet::to_string).collect();
            assert_eq!(named, expected, "{url}");
            assert_eq!(named_by_origin(&url.origin()).len(), expected.len(), "{url}");
            assert_eq!(is_loopback(&url), url.host_str() == Some("localhost"), "{url}");
        }
    }
}

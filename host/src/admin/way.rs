//! Where a host's admin API is, and what one shows there.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use url::Url;

use crate::config::{Admin, Secret};

/// The way to a host's admin API.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its origin.
    url: Url,
    /// A token of the host.
    pub token: Option<Secret>,
    /// Further authorities to trust: certificates in PEM.
    pub ca: Option<String>,
}

/// Why a text is no way to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WayError {
    /// Neither an address nor a URL.
    #[error("write an address and a port, as `127.0.0.1:7070`, or `https://rounds.example:7070`")]
    Form,
    /// Anybody on the way could read and change what is said.
    #[error("beyond this machine a host is asked by https only, as `https://rounds.example:7070`")]
    Plain,
}

impl Way {
    /// The way to a host's address on this machine, without TLS.
    ///
    /// # Errors
    /// Where the address is of another machine.
    pub fn plain(address: SocketAddr) -> Result<Self, WayError> {
        Self::of("http", address)
    }

    /// The way from this machine to what a host there listens on.
    ///
    /// # Errors
    /// Where that is no address to be asked.
    pub fn here(admin: &Admin) -> Result<Self, WayError> {
        let mut address = admin.address;
        // Whoever listens on all addresses listens on this machine's own.
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        Self::of(if admin.tls.is_some() { "https" } else { "http" }, address)
    }

    fn of(scheme: &str, address: SocketAddr) -> Result<Self, WayError> {
        format!("{scheme}://{address}/").parse()
    }

    /// Its origin.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for Way {
    type Err = WayError;

    fn from_str(text: &str) -> Result<Self, WayError> {
        let address = text.parse::<SocketAddr>();
        let url = match address {
            Ok(address) => {
                let scheme = if address.ip().is_loopback() { "http" } else { "https" };
                Url::parse(&format!("{scheme}://{address}/"))
            }
            Err(_) => Url::parse(text),
        };
        let url = url.map_err(|_| WayError::Form)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        match url.scheme() {
            _ if !is_bare || !url.username().is_empty() || !url.has_host() => Err(WayError::Form),
            "https" => Ok(Self { url, token: None, ca: None }),
            "http" if is_loopback(&url) => Ok(Self { url, token: None, ca: None }),
            "http" => Err(WayError::Plain),
            _ => Err(WayError::Form),
        }
    }
}

impl fmt::Display for Way {
    /// As one would write it: the address alone where that says it all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.url.as_str().trim_end_matches('/');
        f.write_str(text.strip_prefix("http://").unwrap_or(text))
    }
}

/// Whether a URL names this machine itself.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_an_address_or_a_url() {
        for (text, shown) in [
            ("127.0.0.1:7070", Ok("127.0.0.1:7070")),
            ("[::1]:7070", Ok("[::1]:7070")),
            ("10.0.0.1:7070", Ok("https://10.0.0.1:7070")),
            ("https://rounds.example", Ok("https://rounds.example")),
            ("http://localhost:7070", Ok("localhost:7070")),
            ("http://rounds.example:7070", Err(WayError::Plain)),
            ("127.0.0.1", Err(WayError::Form)),
            ("https://rounds.example/admin", Err(WayError::Form)),
            ("https://me@rounds.example", Err(WayError::Form)),
            ("ftp://rounds.example", Err(WayError::Form)),
        ] {
            let way = text.parse::<Way>().map(|way| way.to_string());
            assert_eq!(way, shown.map(str::to_owned), "{text}");
        }
    }
}

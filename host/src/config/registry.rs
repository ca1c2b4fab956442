//! The way to a registry of connectors.

use ipnet::IpNet;
use url::Url;

use super::{Auth, Certificate, Place, Placed, Proxy, network};

/// A registry, and who we are there.
#[derive(Clone, Debug)]
pub struct Registry {
    /// Host and port, as references write them.
    pub host: String,
    /// Where it is written.
    pub place: Place,
    /// `none`, `basic` or `bearer`. Registries exchange the first two for a token of their own.
    pub auth: Placed<Auth>,
    /// Private networks that it may be in.
    pub private_addresses: Vec<IpNet>,
    /// Further authorities to trust: certificates in PEM.
    pub ca: Option<String>,
    /// What is shown to servers that ask who asks.
    pub certificate: Option<Certificate>,
    /// What requests go through.
    pub proxy: Option<Proxy>,
    /// Whether it is asked without TLS; none is yes on this machine's loopback, unless there is a `ca`
    /// or a `certificate` for it, else no.
    pub http: Option<bool>,
}

impl Registry {
    /// A registry that asks for no credentials.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            place: Place::default(),
            auth: Auth::None.into(),
            private_addresses: Vec::new(),
            ca: None,
            certificate: None,
            proxy: None,
            http: None,
        }
    }

    /// Where its API is; `authority` is what its host stands for. `None` where that is no host.
    pub fn url(&self, authority: &str) -> Option<Url> {
        let https = Url::parse(&format!("https://{authority}/")).ok()?;
        let has_tls = self.ca.is_some() || self.certificate.is_some();
        if self.http.unwrap_or_else(|| !has_tls && network::is_loopback(&https)) {
            return Url::parse(&format!("http://{authority}/")).ok();
        }
        Some(https)
    }

    /// The private networks that it may be in: those that the user listed, and its own address
    /// where its host is one.
    pub fn reachable(&self) -> Vec<IpNet> {
        let own = self.url(&self.host).as_ref().map(network::named_by_url).unwrap_or_default();
        self.private_addresses.iter().copied().chain(own).collect()
    }
}

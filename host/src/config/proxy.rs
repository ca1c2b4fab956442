//! A forward proxy: the only way out of many a hospital's network.

use url::Url;

use super::Secret;

/// A forward proxy that requests go through. Those by https go through it unread (`CONNECT`).
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Where it is: http or https, a host and a port, no path, no user.
    pub url: Url,
    /// Who we are there.
    pub credentials: Option<ProxyCredentials>,
    /// Whom it is not asked for: names with all below them, addresses, networks as `10.0.0.0/8`;
    /// `*` is everybody.
    pub no_proxy: Vec<String>,
}

/// A user of a proxy, shown as HTTP Basic.
#[derive(Clone, Debug)]
pub struct ProxyCredentials {
    /// The user's name; holds no colon.
    pub user: String,
    /// The password.
    pub password: Secret,
}

impl Proxy {
    /// A proxy that asks for no credentials, and is asked for everybody.
    pub fn new(url: Url) -> Self {
        Self { url, credentials: None, no_proxy: Vec::new() }
    }
}

//! What a client is made of.

use std::{sync::Arc, time::Duration};

use ipnet::IpNet;
use url::{Origin, Url};

use super::{Owner, Part, Pattern};
use crate::config::{Auth, Certificate, Header, Proxy};

/// What the user, and a connector's manifest, say of one client.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose client it is.
    pub owner: Owner,
    /// What paths are under, or where a destination is.
    pub base_url: Url,
    /// Origins that may be asked by whole URL, beside the base URL's. They get the credentials, too.
    pub allow_origins: Vec<Origin>,
    /// Private networks that names may lead to. An address in a URL that the user wrote needs
    /// none.
    pub private_addresses: Vec<IpNet>,
    /// Further authorities to trust: certificates in PEM.
    pub ca: Option<String>,
    /// What is shown to servers that ask who it is that asks, with TLS.
    pub certificate: Option<Certificate>,
    /// What requests go through, the token endpoint's among them.
    pub proxy: Option<Proxy>,
    /// How to sign in.
    pub auth: Auth,
    /// Added to every request to an EHR or a destination; a request can't set them itself.
    pub headers: Vec<Header>,
    /// What may be asked for: a manifest's `requests`. `None` is anything under the base URL.
    pub requests: Option<Arc<[Pattern]>>,
    /// Requests in flight at most; further ones wait.
    pub concurrency: usize,
    /// Requests a second at most; further ones wait.
    pub rate: Option<f64>,
    /// Redirects of a GET that are followed, within its own origin.
    pub redirects: u8,
    /// How long what may take.
    pub timeouts: Timeouts,
    /// The longest body of a request or an answer, in bytes.
    pub max_body: usize,
    /// The room in memory that its answers share with those of others; `None` is as much as they
    /// take.
    pub room: Option<Part>,
}

/// How long what may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the name to a connection that is ready, TLS included.
    pub connect: Duration,
    /// From the start to the answer's head, where a body may take far longer than that.
    pub head: Option<Duration>,
    /// Between two pieces of an answer's body.
    pub idle: Duration,
    /// From the start to the answer's last byte, redirects included.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: None,
            idle: Duration::from_secs(10),
            total: Duration::from_secs(30),
        }
    }
}

impl Options {
    /// A client with the defaults: no credentials, 8 requests in flight, 3 redirects for a
    /// connection and none for others, and bodies of 16 MiB.
    pub fn new(owner: Owner, base_url: Url) -> Self {
        let redirects = match owner {
            Owner::Connection(_) => 3,
            Owner::Destination(_) | Owner::Registry(_) | Owner::Command => 0,
        };
        Self {
            owner,
            base_url,
            allow_origins: Vec::new(),
            private_addresses: Vec::new(),
            ca: None,
            certificate: None,
            proxy: None,
            auth: Auth::None,
            headers: Vec::new(),
            requests: None,
            concurrency: 8,
            rate: None,
            redirects,
            timeouts: Timeouts::default(),
            max_body: 16 << 20,
            room: None,
        }
    }
}

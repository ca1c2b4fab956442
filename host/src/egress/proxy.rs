//! Which requests go through a forward proxy, and as whom.

use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::HeaderMap;
use url::Url;

use super::{
    Setup,
    fault::{self, Failure, Transport},
};
use crate::config;

/// The proxy of one client.
#[derive(Clone)]
pub(super) struct Proxy {
    url: Url,
    matcher: Arc<Matcher>,
    /// Nobody goes through it.
    is_unused: bool,
    credentials: Option<config::ProxyCredentials>,
}

impl Proxy {
    pub(super) fn new(proxy: &config::Proxy) -> Result<Self, Setup> {
        let url = proxy.url.clone();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Setup::Proxy);
        }
        let matcher = Matcher::builder().all(url.as_str()).no(proxy.no_proxy.join(",")).build();
        // The matcher takes this for all names, and for no address.
        let is_unused = proxy.no_proxy.iter().any(|named| named == "*");
        let credentials = proxy.credentials.clone();
        Ok(Self { url, matcher: Arc::new(matcher), is_unused, credentials })
    }

    /// The host that is looked up for requests that go through it.
    pub(super) fn host(&self) -> Option<&str> {
        self.url.host_str()
    }

    /// Whether a request goes through it.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        let uri = url.as_str().parse().ok();
        !self.is_unused && uri.is_some_and(|uri| self.matcher.intercept(&uri).is_some())
    }

    /// As the HTTP client has it.
    pub(super) fn for_client(&self) -> reqwest::Proxy {
        let this = self.clone();
        let proxy = reqwest::Proxy::custom(move |url| this.is_for(url).then(|| this.url.clone()));
        match &self.credentials {
            Some(known) => proxy.basic_auth(&known.user, known.password.expose()),
            None => proxy,
        }
    }

    /// What an answer through it is that it gave in the place of a server that is asked without TLS.
    pub(super) fn own_answer(
        &self,
        url: &Url,
        status: u16,
        headers: &HeaderMap,
    ) -> Option<Failure> {
        if url.scheme() != "http" {
            return None;
        }
        let own = match status {
            407 => fault::Proxy::WantsCredentials,
            400.. if is_of_a_proxy(headers) => fault::Proxy::Answered(status),
            _ => return None,
        };
        Some(self.sharper(Transport::Proxy(own).into()))
    }

    /// A failure with what only the proxy's settings tell.
    pub(super) fn sharper(&self, failure: Failure) -> Failure {
        let wants = Failure::from(Transport::Proxy(fault::Proxy::WantsCredentials));
        match self.credentials.is_some() && failure == wants {
            true => Transport::Proxy(fault::Proxy::RefusesCredentials).into(),
            false => failure,
        }
    }
}

/// Whether headers are those of an answer that a proxy made: by RFC 9209, or as the usual ones do.
/// What they pass on keeps the server's own name.
fn is_of_a_proxy(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let server = text("server").to_ascii_lowercase();
    headers.contains_key("x-squid-error")
        || text("proxy-status").contains("error=")
        || ["squid", "tinyproxy", "privoxy"].iter().any(|proxy| server.starts_with(proxy))
}

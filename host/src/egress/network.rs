//! What all clients of a process share: how names are looked up, and whom they trust.

use std::sync::Arc;

use rustls::client::Resumption;
use url::{Origin, Url};

use super::{
    Options, Setup,
    identity::Identity,
    proxy::Proxy,
    resolver::{Lookup, Resolver, SystemLookup},
    tls::Trust,
    wire::{Carrier, Wire},
};

/// Made once in a process, and handed to every client.
pub struct Network {
    lookup: Arc<dyn Lookup>,
    trust: Trust,
    /// What carries requests instead of the machine's network.
    wire: Option<Arc<dyn Wire>>,
}

impl Network {
    /// With this machine's own name lookup and authorities; those are read when the first client
    /// needs them.
    pub fn new() -> Self {
        Self::with_lookup(Arc::new(SystemLookup))
    }

    /// With a name lookup of the caller's.
    pub fn with_lookup(lookup: Arc<dyn Lookup>) -> Self {
        Self { lookup, trust: Trust::default(), wire: None }
    }

    /// One without this machine: all that would be sent is handed to `wire`.
    pub fn simulated(wire: Arc<dyn Wire>) -> Self {
        Self { wire: Some(wire), ..Self::new() }
    }

    pub(super) fn carrier(&self, options: &Options) -> Result<Carrier, Setup> {
        match &self.wire {
            Some(wire) => Ok(Carrier::Simulated(Arc::clone(wire))),
            None => Carrier::connecting(self, options),
        }
    }

    pub(super) fn resolver(&self, options: &Options, proxy: Option<&Proxy>) -> Arc<Resolver> {
        let lookup = Arc::clone(&self.lookup);
        let proxy = proxy.and_then(Proxy::host).map(Into::into);
        Arc::new(Resolver::new(lookup, options.private_addresses.clone(), proxy))
    }

    pub(super) fn tls(
        &self,
        options: &Options,
        identity: &Arc<Identity>,
    ) -> Result<rustls::ClientConfig, Setup> {
        let is_https = |url: &Url| url.scheme() == "https";
        let mut origins = options.allow_origins.iter();
        let needed = is_https(&options.base_url)
            || options.auth.token_url().is_some_and(is_https)
            || options.proxy.as_ref().is_some_and(|proxy| is_https(&proxy.url))
            || origins
                .any(|origin| matches!(origin, Origin::Tuple(scheme, ..) if scheme == "https"));
        if !needed {
            return Ok(self.trust.nobody());
        }
        let mut config = self.trust.config(options.ca.as_deref()).map_err(|_| Setup::Ca)?;
        if identity.is_known() {
            // A session that goes on is still that of the certificate which it began with.
            config.resumption = Resumption::disabled();
        }
        config.client_auth_cert_resolver = Arc::<Identity>::clone(identity);
        Ok(config)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

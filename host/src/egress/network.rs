//! What all clients of a process share: how names are looked up, and whom they trust.

use std::sync::Arc;

use url::{Origin, Url};

use super::{
    Options, Setup,
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

    pub(super) fn resolver(&self, options: &Options) -> Arc<Resolver> {
        Arc::new(Resolver::new(Arc::clone(&self.lookup), options.private_addresses.clone()))
    }

    pub(super) fn tls(&self, options: &Options) -> Result<rustls::ClientConfig, Setup> {
        let is_https = |url: &Url| url.scheme() == "https";
        let mut origins = options.allow_origins.iter();
        let needed = is_https(&options.base_url)
            || options.auth.token_url().is_some_and(is_https)
            || origins
                .any(|origin| matches!(origin, Origin::Tuple(scheme, ..) if scheme == "https"));
        if !needed {
            return Ok(self.trust.nobody());
        }
        self.trust.config(options.ca.as_deref()).map_err(|_| Setup::Ca)
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

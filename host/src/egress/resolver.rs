//! Names to addresses, and only to those that a client may connect to.
//!
//! The client connects to what comes out of here and never asks again, so a name server cannot
//! answer one thing to the check and another to the connection.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_trait::async_trait;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses;

/// Where names are looked up; a test has its own.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    /// Where it has none, or nobody could be asked.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// This machine's own way, `/etc/hosts` included.
pub(super) struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unresolved {
    #[error("the name cannot be resolved")]
    Unknown(#[source] io::Error),
    #[error("the name leads to private addresses only")]
    Refused,
}

/// A lookup that leaves out what a client may not connect to.
pub(super) struct Resolver {
    lookup: Arc<dyn Lookup>,
    private: Arc<[IpNet]>,
    /// The user's own proxy, which is where the user says.
    proxy: Option<Box<str>>,
}

impl Resolver {
    pub(super) fn new(
        lookup: Arc<dyn Lookup>,
        private: Vec<IpNet>,
        proxy: Option<Box<str>>,
    ) -> Self {
        Self { lookup, private: private.into(), proxy }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, private) = (Arc::clone(&self.lookup), Arc::clone(&self.private));
        let is_proxy = self.proxy.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let found = lookup.lookup(name.as_str()).await.map_err(Unresolved::Unknown)?;
            if found.is_empty() {
                return Err(Unresolved::Unknown(io::ErrorKind::NotFound.into()).into());
            }
            let mut allowed = found;
            allowed.retain(|address| is_proxy || addresses::allows(&private, *address));
            if allowed.is_empty() {
                return Err(Unresolved::Refused.into());
            }
            // Port 0 stands for the URL's own.
            let allowed = allowed.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(allowed) as Addrs)
        })
    }
}

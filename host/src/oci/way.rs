//! The way to a registry: the host's own clients, and where a registry may send them.

use std::time::Duration;

use url::Url;

use super::{Error, Reference};
use crate::{
    config::{Auth, Registry},
    egress::{self, Client, Network, Options, Owner, Response, Setup, Timeouts},
};

/// The longest body that is read or sent: a connector.
pub(super) const LONGEST: usize = 64 << 20;
/// How long one such may take, and how long until it begins to come.
const TOTAL: Duration = Duration::from_secs(300);
const HEAD: Duration = Duration::from_secs(30);

/// What is to be done in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Pull,
    Push,
}

/// The way to one registry.
pub(super) struct Way<'n> {
    network: &'n Network,
    settings: Registry,
    pub(super) access: Access,
    /// Where its API is.
    pub(super) url: Url,
}

impl<'n> Way<'n> {
    /// The way to the registry of a reference, as the configuration has it, if it does.
    pub(super) fn new(
        network: &'n Network,
        registries: &[Registry],
        reference: &Reference,
        access: Access,
    ) -> Result<Self, egress::Error> {
        let host = &reference.host;
        let settings = registries.iter().find(|registry| registry.host == *host);
        let settings = settings.cloned().unwrap_or_else(|| Registry::new(host));
        let owner = Owner::Registry(host.clone());
        let url = settings.url(reference.authority());
        let url = url.ok_or(egress::Error::Setup { owner, problem: Setup::Url })?;
        Ok(Self { network, settings, access, url })
    }

    /// The credentials that the user configured.
    pub(super) fn auth(&self) -> Auth {
        self.settings.auth.value.clone()
    }

    /// A client of a URL's origin, in the registry's name.
    pub(super) fn client(&self, url: &Url, auth: Auth) -> Result<Client, egress::Error> {
        let mut origin = url.clone();
        origin.set_path("/");
        origin.set_query(None);
        let mut options = Options::new(Owner::Registry(self.settings.host.clone()), origin);
        options.private_addresses = self.settings.reachable();
        options.ca.clone_from(&self.settings.ca);
        options.certificate.clone_from(&self.settings.certificate);
        options.proxy.clone_from(&self.settings.proxy);
        options.auth = auth;
        options.max_body = LONGEST;
        // A push sends its body before there is a head.
        let head = (self.access == Access::Pull).then_some(HEAD);
        options.timeouts = Timeouts { total: TOTAL, head, ..Timeouts::default() };
        Client::new(self.network, options)
    }

    /// Whether the registry may send us to a URL: no weaker than its own, and nowhere inside.
    pub(super) fn judge(&self, url: &Url) -> Result<(), Error> {
        let is_safe = url.scheme() == "https" || url.scheme() == self.url.scheme();
        match is_safe && egress::may_ask(url, &self.settings.reachable()) {
            true => Ok(()),
            false => Err(self.misled("it sends us to an address that may not be asked")),
        }
    }

    /// That the registry leads us astray.
    pub(super) fn misled(&self, what: &'static str) -> Error {
        Error::Misled { registry: self.settings.host.clone(), what }
    }

    /// Why an answer is not what was asked for, by its status.
    pub(super) fn refused(&self, status: u16, what: &str) -> Error {
        let (registry, what) = (self.settings.host.clone(), what.to_owned());
        let has_credentials = !matches!(self.settings.auth.value, Auth::None);
        Error::Refused { registry, what, status, has_credentials }
    }
}

/// A header of an answer.
pub(super) fn header<'r>(answer: &'r Response, name: &str) -> Option<&'r str> {
    let found = answer.headers.iter().find(|(header, _)| header == name);
    found.map(|(_, value)| value.as_str())
}

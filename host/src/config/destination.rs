//! Where notifications go.

use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::{
    Certificate, EventPattern, Header, Place, Placed, Proxy, Secret, SigningSecret, network,
};
use crate::model::{ConnectionName, DestinationName};

/// A URL with its secret and the events that it wants.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Unique among destinations.
    pub name: DestinationName,
    /// Where it is written.
    pub place: Place,
    /// Where to POST: http or https, without credentials and fragment.
    pub url: Url,
    /// One, or while they are rotated up to three. All of them sign, the newest first.
    pub secrets: Vec<SigningSecret>,
    /// The events that it wants: those that any of these matches.
    pub events: Vec<EventPattern>,
    /// The connections that it wants; `None` is all.
    pub connections: Option<Vec<Placed<ConnectionName>>>,
    /// Requests at once.
    pub concurrency: usize,
    /// For one request, its answer's last byte included.
    pub timeout: Duration,
    /// How long after its first attempt a delivery is tried again, before it is a dead letter.
    pub retry_for: Duration,
    /// Private networks that it may be in, beside the address that its URL names.
    pub private_addresses: Vec<IpNet>,
    /// Further authorities to trust: certificates in PEM.
    pub ca: Option<String>,
    /// What is shown to servers that ask who asks.
    pub certificate: Option<Certificate>,
    /// What requests go through.
    pub proxy: Option<Proxy>,
    /// Sent as the header `verification-token` with every request.
    pub verification_token: Option<Secret>,
    /// How the destination proves at the start that it expects this token; `None` is not at all.
    pub verify: Option<Handshake>,
    /// Added to every request.
    pub headers: Vec<Header>,
}

impl Destination {
    /// A destination of every event of every connection, with the defaults for the rest.
    pub fn new(name: impl Into<DestinationName>, url: Url, secrets: Vec<SigningSecret>) -> Self {
        Self {
            name: name.into(),
            place: Place::default(),
            url,
            secrets,
            events: vec![EventPattern::all()],
            connections: None,
            concurrency: 8,
            timeout: Duration::from_secs(20),
            retry_for: Duration::from_secs(3 * 24 * 60 * 60),
            private_addresses: Vec::new(),
            ca: None,
            certificate: None,
            proxy: None,
            verification_token: None,
            verify: None,
            headers: Vec::new(),
        }
    }

    /// Whether it is to be told of an event of a connection.
    pub fn wants(&self, connection: &ConnectionName, event: &str) -> bool {
        let of_it = self
            .connections
            .as_ref()
            .is_none_or(|names| names.iter().any(|it| it.value == *connection));
        of_it && self.events.iter().any(|pattern| pattern.matches(event))
    }

    /// The private networks that it may be in: those that the user listed, and the address that
    /// its URL names by number or as `localhost`.
    pub fn reachable(&self) -> Vec<IpNet> {
        self.private_addresses.iter().copied().chain(network::named_by_url(&self.url)).collect()
    }
}

/// How a destination is asked to repeat a challenge, as Redox endpoints expect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// Token and challenge in a JSON body.
    Post,
    /// Token and challenge in the query.
    Get,
}

//! A deliverer for each destination, configured or brought.

use std::sync::Arc;

use super::{Brought, Error, Shared};
use crate::{
    config::{self, Config},
    connection::Route,
    deliver,
    destination::Webhook,
    model::{ConnectionName, DestinationName},
};

/// The deliverers of a host, and where deliveries are handed in.
pub(super) struct Deliverers {
    pub(super) parts: Vec<deliver::Deliverer>,
    pub(super) handles: Arc<[(DestinationName, deliver::Handle)]>,
    pub(super) routes: Arc<[Route]>,
}

pub(super) fn deliverers(
    config: &Config,
    brought: Vec<Brought>,
    shared: &Shared,
) -> Result<Deliverers, Error> {
    let (mut parts, mut handles, mut routes) = (Vec::new(), Vec::new(), Vec::new());
    let configured = config.destinations.iter().map(|it| configured(it, shared));
    let brought = brought.into_iter().map(|it| Ok(self::brought(it, shared)));
    for built in configured.chain(brought) {
        let (options, route) = built?;
        let name = options.name.clone();
        let (part, handle) = options.build();
        parts.push(part);
        handles.push((name, handle));
        routes.push(route);
    }
    Ok(Deliverers { parts, handles: handles.into(), routes: routes.into() })
}

fn configured(
    config: &config::Destination,
    shared: &Shared,
) -> Result<(deliver::Options, Route), Error> {
    let webhook = Webhook::new(&shared.network, config, Arc::clone(&shared.clock))?;
    // So that it is seen before it was told anything.
    shared.status.destination(&config.name, |_| {});
    let mut options = shared.deliverer(config.name.clone(), Arc::new(webhook));
    options.concurrency = config.concurrency;
    options.retry_for = config.retry_for;
    let wanted = config.clone();
    let wants =
        Box::new(move |connection: &ConnectionName, event: &str| wanted.wants(connection, event));
    Ok((options, Route { destination: config.name.clone(), wants }))
}

fn brought(
    Brought { name, events, destination, concurrency }: Brought,
    shared: &Shared,
) -> (deliver::Options, Route) {
    let mut options = shared.deliverer(name.clone(), destination);
    options.concurrency = concurrency;
    let wants =
        Box::new(move |_: &ConnectionName, event: &str| events.iter().any(|it| it.matches(event)));
    (options, Route { destination: name, wants })
}

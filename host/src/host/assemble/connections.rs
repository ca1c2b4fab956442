//! Each connection with its connector, its way to the EHR and its collector.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::Mutex;

use super::{Error, Lines, Shared, destinations::Deliverers};
use crate::{
    clock::{Clock, System},
    collect,
    config::{self, Config},
    connection::Connection,
    connector,
    destination::Webhook,
    egress::{self, Client, Network, Owner, Timeouts},
    service::Service,
    shadow,
    status::Backlog,
};

/// Connectors by their names: in service, and beside it.
pub(super) struct Beside<'a> {
    pub(super) services: &'a HashMap<String, Service>,
    pub(super) places: &'a shadow::Places,
}

pub(super) type Connections = Vec<Arc<Connection>>;

pub(super) fn collectors(
    config: &Config,
    connectors: &Beside<'_>,
    deliverers: &Deliverers,
    shared: &Shared,
) -> Result<(Vec<collect::Collector>, Connections, Lines), Error> {
    let (mut parts, mut connections, mut handles) = (Vec::new(), Vec::new(), HashMap::new());
    for wanted in &config.connections {
        let connection = Arc::new(connection(config, wanted, connectors, deliverers, shared)?);
        let options = collect::Options {
            connection: Arc::clone(&connection),
            store: Arc::clone(&shared.store),
            clock: Arc::clone(&shared.clock),
            deliverers: Arc::clone(&deliverers.handles),
            status: shared.status.clone(),
        };
        let (part, handle) = options.build();
        parts.push(part);
        handles.insert(wanted.name.clone(), (handle, connection.backlog.clone()));
        connections.push(connection);
    }
    let destinations = deliverers.handles.iter().map(|(name, _)| name.clone()).collect();
    let lines = Lines { collectors: handles, destinations, rest: Mutex::default() };
    Ok((parts, connections, lines))
}

fn connection(
    config: &Config,
    wanted: &config::Connection,
    connectors: &Beside<'_>,
    deliverers: &Deliverers,
    shared: &Shared,
) -> Result<Connection, Error> {
    let missing = || connector::Error::Missing {
        name: wanted.connector.value.clone(),
        folder: config.host.connectors.display().to_string(),
        known: connectors.services.keys().cloned().collect(),
    };
    let service = connectors.services.get(&wanted.connector.value).ok_or_else(missing)?;
    let mut options = client_options(config, wanted);
    options.room = Some(shared.room.part());
    let way = Client::new(&shared.network, options)?;
    Ok(Connection {
        config: wanted.clone(),
        service: service.clone(),
        shadow: connectors.places.handle(service.name(), &way),
        way,
        settings: wanted.settings.value.to_string(),
        backlog: Backlog::new(wanted.name.clone()),
        connector_log: config.host.connector_log,
        routes: Arc::clone(&deliverers.routes),
    })
}

fn client_options(config: &Config, wanted: &config::Connection) -> egress::Options {
    let mut options =
        egress::Options::new(Owner::Connection(wanted.name.clone()), wanted.base_url.clone());
    options.allow_origins.clone_from(&wanted.allow_origins);
    options.private_addresses = wanted.reachable();
    options.ca.clone_from(&wanted.ca);
    options.certificate.clone_from(&wanted.certificate);
    options.proxy.clone_from(&wanted.proxy);
    options.auth = wanted.auth.value.clone();
    options.headers.clone_from(&wanted.headers);
    // Until a connector declares what it asks, it may ask nothing.
    options.requests = Some(Arc::default());
    options.concurrency = wanted.concurrency;
    options.rate = wanted.rate;
    options.timeouts = Timeouts { total: wanted.timeout, ..Timeouts::default() };
    options.max_body = config.host.limits.answer_body;
    options
}

/// The way to a connection's EHR, for requests of a connector, without a host.
pub(crate) fn client(
    config: &Config,
    wanted: &config::Connection,
    connector: &connector::Connector,
) -> Result<Client, Error> {
    let way = Client::new(&Network::new(), client_options(config, wanted))?;
    Ok(way.declaring(connector.requests()))
}

/// What is wrong with the HTTP clients that a configuration asks for; speaks to nobody.
pub(crate) fn clients(config: &Config) -> Vec<Error> {
    let (network, clock) = (Network::new(), Arc::new(System));
    let connections = config
        .connections
        .iter()
        .map(|wanted| Ok(Client::new(&network, client_options(config, wanted)).map(drop)?));
    let destinations = config.destinations.iter().map(|wanted| {
        let clock: Arc<dyn Clock> = Arc::<System>::clone(&clock);
        Ok(Webhook::new(&network, wanted, clock).map(drop)?)
    });
    connections.chain(destinations).filter_map(Result::err).collect()
}

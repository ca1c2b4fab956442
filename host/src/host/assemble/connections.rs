//! Each connection with its connector, its way to the EHR and its collector.

use std::{collections::HashMap, sync::Arc};

use super::{Error, Lines, Shared, destinations::Deliverers};
use crate::{
    clock::{Clock, System},
    collect,
    config::{self, Config},
    connection::Connection,
    connector::{Connector, Library},
    destination::Webhook,
    egress::{self, Client, Network, Owner, Timeouts},
    status::Backlog,
};

pub(super) type Connections = Vec<Arc<Connection>>;

pub(super) fn collectors(
    config: &Config,
    library: &Library,
    deliverers: &Deliverers,
    shared: &Shared,
) -> Result<(Vec<collect::Collector>, Connections, Lines), Error> {
    let (mut parts, mut connections, mut handles) = (Vec::new(), Vec::new(), HashMap::new());
    for wanted in &config.connections {
        let connection = Arc::new(connection(config, wanted, library, deliverers, shared)?);
        let options = collect::Options {
            connection: Arc::clone(&connection),
            store: Arc::clone(&shared.store),
            clock: Arc::clone(&shared.clock),
            deliverers: Arc::clone(&deliverers.handles),
        };
        let (part, handle) = options.build();
        parts.push(part);
        handles.insert(wanted.name.clone(), (handle, connection.backlog.clone()));
        connections.push(connection);
    }
    let deliverers = Arc::clone(&deliverers.handles);
    Ok((parts, connections, Lines { collectors: handles, deliverers }))
}

fn connection(
    config: &Config,
    wanted: &config::Connection,
    library: &Library,
    deliverers: &Deliverers,
    shared: &Shared,
) -> Result<Connection, Error> {
    let connector = library.require(&wanted.connector, &config.host.connectors)?;
    let client = Client::new(&shared.network, client_options(config, wanted, connector)?)?;
    Ok(Connection {
        config: wanted.clone(),
        connector: connector.clone(),
        client,
        settings: wanted.settings.value.to_string(),
        backlog: Backlog::new(wanted.name.clone()),
        connector_log: config.host.connector_log,
        routes: Arc::clone(&deliverers.routes),
    })
}

fn client_options(
    config: &Config,
    wanted: &config::Connection,
    connector: &Connector,
) -> Result<egress::Options, Error> {
    let mut options =
        egress::Options::new(Owner::Connection(wanted.name.clone()), wanted.base_url.clone());
    options.allow_origins.clone_from(&wanted.allow_origins);
    options.private_addresses = wanted.reachable();
    options.ca.clone_from(&wanted.ca);
    options.auth = wanted.auth.value.clone();
    options.headers.clone_from(&wanted.headers);
    options.requests = Some(connector.requests().to_vec());
    options.concurrency = wanted.concurrency;
    options.rate = wanted.rate;
    options.timeouts = Timeouts { total: wanted.timeout, ..Timeouts::default() };
    options.max_body = config.host.limits.answer_body;
    Ok(options)
}

/// What is wrong with the HTTP clients that a configuration asks for; speaks to nobody.
pub(crate) fn clients(config: &Config, library: &Library) -> Vec<Error> {
    let (network, clock) = (Network::new(), Arc::new(System));
    let connections = config.connections.iter().map(|wanted| {
        let connector = library.require(&wanted.connector, &config.host.connectors)?;
        Ok(Client::new(&network, client_options(config, wanted, connector)?).map(drop)?)
    });
    let destinations = config.destinations.iter().map(|wanted| {
        let clock: Arc<dyn Clock> = Arc::<System>::clone(&clock);
        Ok(Webhook::new(&network, wanted, clock).map(drop)?)
    });
    connections.chain(destinations).filter_map(Result::err).collect()
}

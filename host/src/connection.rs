//! A connection as the running host has it: the user's words, the connector, the way to the EHR.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use url::Origin;

use crate::{
    config,
    connector::{Connector, Context, Mode},
    egress::Client,
    model::{ConnectionName, DestinationName, TaskId},
    service::Service,
    shadow,
    status::Backlog,
};

/// A connection, ready to be polled.
pub struct Connection {
    /// What the user wrote.
    pub config: config::Connection,
    /// What knows the EHR.
    pub service: Service,
    /// What may follow it, told of all that it is given.
    pub shadow: shadow::Handle,
    /// The way to the EHR, for what a connector declares to ask: see [`Connection::client`].
    pub way: Client,
    /// The connection's settings as a guest gets them: JSON text.
    pub settings: String,
    /// How much of it is under way.
    pub backlog: Backlog,
    /// Whether what its guests write to stderr is logged.
    pub connector_log: bool,
    /// Who is told of what, in the order of the configuration.
    pub routes: Arc<[Route]>,
}

/// A destination and what it wants.
pub struct Route {
    /// The destination.
    pub destination: DestinationName,
    /// Whether it wants an event of a connection.
    pub wants: Box<Wants>,
}

/// Says whether an event of a connection is wanted.
pub(crate) type Wants = dyn Fn(&ConnectionName, &str) -> bool + Send + Sync;

/// Origins as connectors are told of them.
pub(crate) fn origins(origins: &[Origin]) -> Vec<String> {
    origins.iter().map(Origin::ascii_serialization).collect()
}

impl Connection {
    /// What a guest is told in a poll that began at `now`.
    pub fn context(&self, task: &TaskId, now: Timestamp, since: Timestamp, mode: Mode) -> Context {
        Context {
            task: task.clone(),
            settings: self.settings.clone(),
            base_url: self.config.base_url.as_str().trim_end_matches('/').to_owned(),
            allow_origins: origins(&self.config.allow_origins),
            since,
            now,
            mode,
        }
    }

    /// The way to the EHR, for requests of this connector.
    pub fn client(&self, connector: &Connector) -> Client {
        self.way.declaring(connector.requests())
    }

    /// A fault of the connector's, with whose it is and what it stopped.
    pub(crate) fn blame(&self, connector: &Connector, fault: &impl fmt::Display) -> String {
        let (connector, connection) = (connector.manifest().label(), &self.config.name);
        format!("{connector} of connection {connection}: {fault}")
    }

    /// Who wants an event of this connection.
    pub fn destinations(&self, event: &str) -> Vec<DestinationName> {
        let wanted = self.routes.iter().filter(|route| (route.wants)(&self.config.name, event));
        wanted.map(|route| route.destination.clone()).collect()
    }
}

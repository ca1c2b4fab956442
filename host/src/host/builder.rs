//! What a host is built from, beyond its configuration.

use std::{path::PathBuf, sync::Arc};

use super::{Error, Host, assemble};
use crate::{
    clock::{Clock, System},
    config::{Config, EventPattern},
    connector::{Compiler, Connector},
    destination::Destination,
    egress::Network,
    model::DestinationName,
    service::Notes,
    store::Store,
};

/// Builds a host: the configuration, and whatever an embedding program brings instead of the
/// host's own.
pub struct Builder {
    pub(super) config: Config,
    pub(super) connectors: Vec<PathBuf>,
    pub(super) compiler: Compiler,
    pub(super) loaded: Vec<Connector>,
    pub(super) network: Network,
    pub(super) destinations: Vec<Brought>,
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) admin: bool,
    pub(super) scheduled: bool,
    pub(super) noted: bool,
    pub(super) notes: Option<Arc<dyn Notes>>,
}

/// A destination that the program brought.
pub(super) struct Brought {
    pub(super) name: DestinationName,
    pub(super) events: Vec<EventPattern>,
    pub(super) destination: Arc<dyn Destination>,
    pub(super) concurrency: usize,
}

impl Builder {
    pub(super) fn new(config: Config) -> Self {
        let (connectors, destinations) = (Vec::new(), Vec::new());
        Self {
            config,
            connectors,
            compiler: Compiler::default(),
            loaded: Vec::new(),
            network: Network::new(),
            destinations,
            store: None,
            clock: Arc::new(System),
            admin: false,
            scheduled: true,
            noted: true,
            notes: None,
        }
    }

    /// Loads a connector's file beside those of the configured folder.
    #[must_use]
    pub fn connector(mut self, file: impl Into<PathBuf>) -> Self {
        self.connectors.push(file.into());
        self
    }

    /// Compiles connectors elsewhere than on a thread of this process.
    #[must_use]
    pub fn compiler(mut self, compiler: Compiler) -> Self {
        self.compiler = compiler;
        self
    }

    /// Has a connector that the program loaded, which answers for it, and none of any folder or
    /// registry beside those that it brings in this way. They share an engine. The first of a name
    /// is in service; where it is noted that another was, that is looked for among the others.
    #[must_use]
    pub fn loaded(mut self, connector: Connector) -> Self {
        self.loaded.push(connector);
        self
    }

    /// Asks EHRs and tells destinations over another network.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.network = network;
        self
    }

    /// Leaves no note of what is in service: for a host that is gone in a moment.
    #[must_use]
    pub fn unnoted(mut self) -> Self {
        self.noted = false;
        self
    }

    /// Notes elsewhere what is in service, of connectors that the program loaded.
    #[must_use]
    pub fn notes(mut self, notes: Arc<dyn Notes>) -> Self {
        self.notes = Some(notes);
        self
    }

    /// Delivers the events that match to a destination of the program's own, `concurrency` of
    /// them at once.
    #[must_use]
    pub fn destination(
        mut self,
        name: impl Into<DestinationName>,
        events: Vec<EventPattern>,
        concurrency: usize,
        destination: impl Destination,
    ) -> Self {
        let (name, destination) = (name.into(), Arc::new(destination));
        self.destinations.push(Brought { name, events, destination, concurrency });
        self
    }

    /// Keeps tasks and containers in a store of the program's own.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// Takes the time from another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Listens on the configured admin address.
    #[must_use]
    pub fn admin(mut self) -> Self {
        self.admin = true;
        self
    }

    /// Polls only what [`super::Handle::poll_once`] is asked for, nothing by itself.
    #[must_use]
    pub fn unscheduled(mut self) -> Self {
        self.scheduled = false;
        self
    }

    /// Loads connectors, checks the configuration against them, opens the store and puts in line
    /// what it holds. Nothing is polled or sent yet. Blocks while connectors compile.
    ///
    /// # Errors
    /// All that is wrong with the configuration at once; else the first thing that cannot be had.
    pub async fn build(self) -> Result<Host, Error> {
        assemble::host(self).await
    }
}

//! Building what a host needs to compare.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use super::{
    Comparer, Handle, Watcher,
    handle::{Place, Queue},
};
use crate::{
    clock::Clock,
    config::Config,
    connector::Engine,
    egress::Client,
    reload::{Folder, Sight},
    service::Service,
    status::Status,
};

/// What comparing works with.
pub(crate) struct Options {
    /// Where candidates are.
    pub(crate) folder: PathBuf,
    /// What compiles and runs them: an engine of their own, so that they take nobody's room.
    pub(crate) engine: Engine,
    /// What uses connectors.
    pub(crate) config: Arc<Config>,
    /// What is in service, by name.
    pub(crate) services: HashMap<String, Service>,
    /// Where it is told.
    pub(crate) status: Status,
    /// The host's clock.
    pub(crate) clock: Arc<dyn Clock>,
}

/// Where candidates stand, by the names of what is in service. None where none are wanted.
#[derive(Default)]
pub(crate) struct Places(HashMap<String, Place>);

impl Places {
    /// A connection's line to who compares.
    pub(crate) fn handle(&self, connector: &str, way: &Client) -> Handle {
        let place = self.0.get(connector);
        place.map(|place| Handle::new(place.clone(), way.clone())).unwrap_or_default()
    }
}

impl Options {
    /// What finds candidates, what compares them, and where they stand.
    pub(crate) fn build(self) -> (Watcher, Comparer, Places) {
        let Self { folder, engine, config, services, status, clock } = self;
        let (queue, inbox) = Queue::new();
        let place = |name: &String| Place::new(name.clone(), queue.clone(), status.clone());
        let places: HashMap<_, _> =
            services.keys().map(|name| (name.clone(), place(name))).collect();
        let standing = services.into_iter().filter_map(|(name, service)| {
            let place = places.get(&name)?.clone();
            Some((name, (place, service)))
        });
        let watcher = Watcher {
            folder: Folder::watch(folder, Sight::default()),
            engine,
            config,
            places: standing.collect(),
            status,
            clock: Arc::clone(&clock),
        };
        (watcher, Comparer::new(inbox, clock), Places(places))
    }
}

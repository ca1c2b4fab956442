//! Building a host: each part from the configuration, and the parts from each other.

mod connections;
mod connectors;
mod destinations;
mod tasks;

use std::{collections::HashMap, sync::Arc};

use tokio_util::task::TaskTracker;

use self::{
    connections::{Beside, Connections, collectors},
    connectors::{Found, Source, find},
    destinations::deliverers,
    tasks::{entries, tasks},
};
pub(crate) use self::{
    connections::{client, clients},
    connectors::library,
};
use super::{
    Error, GRACE, Host,
    builder::{Brought, Builder},
    handle::{Handle, Lines, Tasks},
    retention::{Kept, Retention},
    task::Task,
};
use crate::{
    admin,
    audit::Audit,
    check,
    clock::Clock,
    config::Config,
    deliver::{self, Keep},
    destination::Destination,
    egress::{Network, Room},
    model::DestinationName,
    reload, schedule,
    service::Service,
    shadow,
    status::Status,
    store::{Store, sled},
};

/// Guests of candidates: the one that compares, and one that is described meanwhile.
const CANDIDATES_AT_ONCE: usize = 2;

/// What the parts of a host share while it is built.
struct Shared {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    status: Status,
    network: Network,
    /// For all answers that are held at once.
    room: Room,
    /// What is kept of deliveries.
    keep: Keep,
}

pub(super) async fn host(builder: Builder) -> Result<Host, Error> {
    let Builder {
        config,
        connectors,
        compiler,
        loaded,
        network,
        destinations,
        store,
        clock,
        admin,
        scheduled,
        noted,
        notes,
    } = builder;
    let config = Arc::new(config);
    let source = Source { config: &config, files: &connectors, compiler, noted };
    let mut found = match Found::brought(&config, &loaded, notes) {
        Some(brought) => brought,
        None => find(&source).await?,
    };
    judge(&config, &found)?;
    let store = match store {
        Some(store) => store,
        None => Arc::new(sled::SledStore::open(&sled::Options::of(&config.host))?),
    };
    let keep = Keep::of(&config.host);
    let (status, limits) = (Status::default(), &config.host.limits);
    let room = Room::new(limits.held_answers, limits.one_change());
    let shared = Shared { store, clock, status, network, room, keep };
    let services = found.serve(&config, &shared).await?;
    let deliverers = deliverers(&config, destinations, &shared)?;
    let (shadow, places) = shadow(&found, &services, &config, &shared, scheduled)?;
    let beside = Beside { services: &services, places: &places };
    let (collectors, connections, lines) = collectors(&config, &beside, &deliverers, &shared)?;
    let lines = Arc::new(lines);
    begin(&connections, &shared).await?;
    let tracker = TaskTracker::new();
    let tasks = Arc::new(tasks(&connections, &lines, &config, &shared));
    let entries = if scheduled { entries(&connections, &tasks, &shared)? } else { Vec::new() };
    let options = schedule::Options {
        entries,
        concurrency: config.host.concurrent_polls,
        clock: Arc::clone(&shared.clock),
        tracker: tracker.clone(),
    };
    let (scheduler, wake) = options.build();
    let may_change = config.host.connectors.is_dir() || found.lock.path().is_some();
    let reloader = match scheduled && may_change {
        true => Some(reloader(found, services, &config, &wake, &shared)),
        false => None,
    };
    lines.resume_first(shared.store.pending()?).await;
    let handle = Handle {
        status: shared.status.clone(),
        store: Arc::clone(&shared.store),
        scheduler: wake,
        lines,
        tasks,
    };
    let admin = match admin {
        true => Some(bind(&config, &handle, &shared.clock)?),
        false => None,
    };
    let retention = scheduled.then(|| {
        let (store, clock) = (Arc::clone(&shared.store), Arc::clone(&shared.clock));
        Retention { store, clock, keep: Kept::of(&config.host) }
    });
    Ok(Host {
        handle,
        store: shared.store,
        scheduler,
        collectors,
        deliverers: deliverers.parts,
        reloader,
        shadow,
        retention,
        admin,
        tracker,
    })
}

/// What compares candidates, where there is a folder for them; a host of one poll has none.
fn shadow(
    found: &Found,
    services: &HashMap<String, Service>,
    config: &Arc<Config>,
    shared: &Shared,
    scheduled: bool,
) -> Result<(Option<(shadow::Watcher, shadow::Comparer)>, shadow::Places), Error> {
    let Some(folder) = config.host.shadow.clone().filter(|_| scheduled) else {
        return Ok((None, shadow::Places::default()));
    };
    let options = shadow::Options {
        folder,
        engine: found.engine.another(CANDIDATES_AT_ONCE)?,
        config: Arc::clone(config),
        services: services.clone(),
        status: shared.status.clone(),
        clock: Arc::clone(&shared.clock),
    };
    let (watcher, comparer, places) = options.build();
    Ok((Some((watcher, comparer)), places))
}

/// What is wrong with the configuration beside its connectors, and what is to be warned of. Where one is missing, the fault may
/// be in a file that cannot be used.
fn judge(config: &Config, found: &Found) -> Result<(), Error> {
    let missed = config.connections.iter().any(|it| found.library.get(&it.connector).is_none());
    if let Some(why) = found.refused().next().filter(|_| missed) {
        return Err(Error::Refused(why.into()));
    }
    check::check(config, &found.library).finish(())?;
    for warning in check::unheard(config, &found.library) {
        tracing::warn!("{warning}");
    }
    Ok(())
}

fn reloader(
    found: Found,
    services: HashMap<String, Service>,
    config: &Arc<Config>,
    scheduler: &schedule::Handle,
    shared: &Shared,
) -> reload::Reloader {
    let options = reload::Options {
        folder: reload::Folder::watch(config.host.connectors.clone(), found.sight),
        lock: found.lock,
        engine: found.engine,
        config: Arc::clone(config),
        services,
        shelf: found.shelf,
        store: Arc::clone(&shared.store),
        scheduler: scheduler.clone(),
        status: shared.status.clone(),
        clock: Arc::clone(&shared.clock),
    };
    options.build()
}

/// Changes are wanted from now on, of tasks that are new: also of those whose first poll is due
/// tomorrow.
async fn begin(connections: &Connections, shared: &Shared) -> Result<(), Error> {
    let now = shared.clock.now();
    let mut new = false;
    for connection in connections {
        for task in connection.config.tasks.iter().map(|task| connection.config.task_id(task)) {
            if shared.store.task(&task)?.begun_at.is_none() {
                shared.store.begin(&task, now);
                new = true;
            }
        }
    }
    match new {
        true => Ok(shared.store.flush().await?),
        false => Ok(()),
    }
}

fn bind(config: &Config, handle: &Handle, clock: &Arc<dyn Clock>) -> Result<admin::Server, Error> {
    let audit = Audit::of(&config.host, Arc::clone(clock));
    // The host does not depend on it; what must be noted is refused while it cannot be.
    if let Err(error) = audit.mend() {
        tracing::error!(error = %error, "the audit log cannot be written; nothing that it must note is done");
    }
    let (admin, address) = (config.host.admin.clone(), config.host.admin.address);
    admin::Server::bind(admin, handle.clone(), handle.tasks(), audit)
        .map_err(|source| Error::Admin { address, source })
}

impl Shared {
    fn deliverer(
        &self,
        name: DestinationName,
        destination: Arc<dyn Destination>,
    ) -> deliver::Options {
        deliver::Options {
            name,
            destination,
            concurrency: 1,
            retry_for: deliver::RETRY_FOR,
            keep: self.keep,
            grace: GRACE,
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            status: self.status.clone(),
        }
    }
}

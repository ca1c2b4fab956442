//! Building a host: each part from the configuration, and the parts from each other.

use std::{collections::HashMap, path::Path, sync::Arc};

use tokio_util::task::TaskTracker;

use super::{
    Error, GRACE, Host,
    builder::{Brought, Builder},
    handle::{Handle, Lines, Tasks},
    task::Task,
};
use crate::{
    admin, check,
    clock::{Clock, System},
    collect,
    config::{self, Config},
    connection::{Connection, Route},
    connector::{Cache, Connector, Detection, Engine, Library},
    deliver,
    destination::{Destination, Webhook},
    egress::{self, Client, Network, Owner, Timeouts},
    model::{ConnectionName, DestinationName},
    poll::Poller,
    schedule,
    status::{Backlog, Status},
    store::{Store, sled},
};

/// Guests beside those of the polls that run: collectors have theirs, too.
const GUESTS_A_POLL: usize = 2;

/// The deliverers of a host, and where deliveries are handed in.
struct Deliverers {
    parts: Vec<deliver::Deliverer>,
    handles: Arc<[(DestinationName, deliver::Handle)]>,
    routes: Arc<[Route]>,
}

/// What the parts of a host share while it is built.
struct Shared {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    status: Status,
    network: Network,
}

pub(super) async fn host(builder: Builder) -> Result<Host, Error> {
    let Builder { config, connectors, destinations, store, clock, admin, scheduled } = builder;
    let library = library(&config, &connectors).await?;
    check::check(&config, &library).finish(())?;
    let store = match store {
        Some(store) => store,
        None => Arc::new(sled::SledStore::open(&sled::Options::new(&config.host.data))?),
    };
    let shared = Shared { store, clock, status: Status::default(), network: Network::new() };
    let deliverers = deliverers(&config, destinations, &shared)?;
    let (collectors, connections, lines) = collectors(&config, &library, &deliverers, &shared)?;
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
    lines.resume(shared.store.pending()?);
    let handle = Handle {
        status: shared.status,
        store: Arc::clone(&shared.store),
        scheduler: wake,
        lines,
        tasks,
    };
    let admin = match admin {
        true => Some(bind(config.host.admin, &handle)?),
        false => None,
    };
    Ok(Host {
        handle,
        store: shared.store,
        scheduler,
        collectors,
        deliverers: deliverers.parts,
        admin,
        tracker,
    })
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

fn bind(address: std::net::SocketAddr, handle: &Handle) -> Result<admin::Server, Error> {
    admin::Server::bind(address, handle.clone(), handle.tasks())
        .map_err(|source| Error::Admin { address, source })
}

/// Loads the connectors of the folder and those named one by one. A file of the folder that
/// cannot be used is an error only where a connection misses a connector.
pub(crate) async fn library(
    config: &Config,
    files: &[std::path::PathBuf],
) -> Result<Library, Error> {
    let cache = cache(&config.host.data.join("cache"))?;
    let engine = Engine::new(
        &config.host.limits,
        config.host.concurrent_polls * GUESTS_A_POLL,
        Some(cache),
    )?;
    let folder = &config.host.connectors;
    let (mut library, errors) = match folder.is_dir() || files.is_empty() {
        true => Library::load(&engine, folder).await?,
        false => (Library::default(), Vec::new()),
    };
    for file in files {
        let connector = Connector::load(&engine, file).await?;
        if let Some(error) = library.add(file, connector) {
            return Err(error.into());
        }
    }
    let missed =
        config.connections.iter().any(|connection| library.get(&connection.connector).is_none());
    for error in errors {
        if missed {
            return Err(error.into());
        }
        tracing::warn!(%error, "a file of the connectors' folder cannot be used");
    }
    Ok(library)
}

fn cache(folder: &Path) -> Result<Cache, Error> {
    Cache::open(folder)
        .map_err(|source| Error::Folder { path: folder.display().to_string(), source })
}

fn deliverers(
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
            grace: GRACE,
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            status: self.status.clone(),
        }
    }
}

type Connections = Vec<Arc<Connection>>;

fn collectors(
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

fn tasks(connections: &Connections, lines: &Lines, config: &Config, shared: &Shared) -> Tasks {
    let mut tasks = Tasks::new();
    for connection in connections {
        let Some((collector, _)) = lines.collectors.get(&connection.config.name) else { continue };
        for wanted in &connection.config.tasks {
            let task = task(connection, wanted, collector, config, shared);
            tasks.insert(connection.config.task_id(wanted), Arc::new(task));
        }
    }
    tasks
}

fn task(
    connection: &Arc<Connection>,
    task: &config::Task,
    collector: &collect::Handle,
    config: &Config,
    shared: &Shared,
) -> Task {
    let id = connection.config.task_id(task);
    let action = connection.connector.manifest().action(id.action.as_str());
    let poller = Poller {
        task: id,
        since: task.since.or(connection.config.since),
        detection: action.map_or(Detection::Feed, |action| action.detection),
        connection: Arc::clone(connection),
        store: Arc::clone(&shared.store),
        clock: Arc::clone(&shared.clock),
        collector: collector.clone(),
        max_pending: config.host.max_pending,
    };
    Task::new(poller, shared.status.clone(), task.enabled)
}

fn entries(
    connections: &Connections,
    tasks: &Tasks,
    shared: &Shared,
) -> Result<Vec<schedule::Entry>, Error> {
    let mut entries = Vec::new();
    for connection in connections {
        for wanted in connection.config.tasks.iter().filter(|task| task.enabled) {
            let id = connection.config.task_id(wanted);
            let Some(task) = tasks.get(&id) else { continue };
            let (connector, cadence) =
                (connection.connector.manifest().label(), wanted.cadence.to_string());
            shared
                .status
                .task(&id, |status| (status.connector, status.cadence) = (connector, cadence));
            let last_run = shared.store.task(&id)?.last_polled_at;
            entries.push(schedule::Entry {
                id,
                cadence: wanted.cadence.clone(),
                last_run,
                run: Arc::<Task>::clone(task),
            });
        }
    }
    Ok(entries)
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

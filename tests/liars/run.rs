//! A world from its beginning to its end: the real host polls and tells, until all should be told
//! and a while has passed in which nothing happens.

use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rounds::{
    Host,
    config::Limits,
    connector::{Compiler, Connector, Engine},
    egress,
    host::Handle,
    model::{ContainerId, NotificationId, Pending},
    status::Report,
    store::{DeadLetter, Store, memory::MemoryStore},
};
use tokio::{runtime::Builder, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{
    chronicle::MINUTE,
    logs::Logs,
    oracle,
    plan::Plan,
    world::{Exchange, HostClock, Network, World},
};
use crate::support::{self, FHIR};

/// An answer to a search of so many bytes has records in it.
const FULL: usize = 400;
/// How long nothing happens at the end.
pub(super) const QUIET: i64 = 12 * MINUTE;
/// Guests at once, of all worlds that run side by side.
const GUESTS: usize = 64;

/// What came of a world.
#[derive(Debug, PartialEq)]
pub(super) struct Outcome {
    /// The lies that were told.
    pub(super) lies: Vec<&'static str>,
    /// Promises that were broken.
    pub(super) broken: Vec<String>,
    /// Notifications that were taken, and requests that were made.
    pub(super) told: usize,
    pub(super) asked: usize,
    /// What was looked up among these, and how many different things that were.
    pub(super) looked_up: usize,
    pub(super) things: usize,
    /// What asks which reports list results.
    pub(super) listed: usize,
    /// Pages of searches among these, and what was answered with an error.
    pub(super) pages: usize,
    pub(super) refused: usize,
    /// The events that were told, in their order.
    pub(super) events: Vec<String>,
    /// Whether a task said at the end that it fails.
    pub(super) fails: bool,
    /// What a user was told of the server.
    pub(super) notices: Vec<String>,
    /// Why tasks and destinations fail at the end, as they say it.
    pub(super) errors: Vec<String>,
    /// The miss rate of each task that is swept.
    pub(super) miss_rates: Vec<Option<f64>>,
}

/// How a host stood at the end.
pub(super) struct Ended {
    pub(super) report: Report,
    pub(super) dead: Vec<DeadLetter>,
    /// Containers in their order, and their notifications.
    pub(super) made: Vec<(ContainerId, NotificationId)>,
    /// What was not told yet, in the order of the commits, and of which record it is.
    pub(super) waiting: Vec<(Pending, String)>,
    /// What the log said.
    pub(super) said: Vec<String>,
    /// When nothing was written any more.
    pub(super) quiet_from: i64,
    pub(super) now: i64,
}

/// Runs a world.
pub(super) fn run(plan: Plan, shows: bool) -> Outcome {
    // Before any runtime: loading has one of its own.
    let connector = connector();
    let rules = oracle::Rules::of(&plan);
    let lies = plan.lies.iter().map(|lie| lie.name()).collect();
    let (config, quiet_from) = (plan.config(), rules.quiet_from(plan.last()));
    let (world, logs) = (World::new(plan, shows), Logs::default());
    let listening = logs.listen();
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let ended = runtime.block_on(async {
        world.lock().begin();
        let store = MemoryStore::open(&world.disk, Box::new(|| Duration::from_millis(1)));
        let host = Host::builder(config)
            .network(egress::Network::simulated(Arc::new(Network(Arc::clone(&world)))))
            .store(Arc::new(store))
            .clock(Arc::new(HostClock(Arc::clone(&world))))
            .unnoted()
            .loaded(connector)
            .build()
            .await
            .unwrap();
        let (handle, stop) = (host.handle(), CancellationToken::new());
        let end = u64::try_from(quiet_from + QUIET).unwrap();
        tokio::select! {
            biased;
            ended = host.run(stop.clone()) => panic!("the host ended: {ended:?}"),
            () = sleep(Duration::from_millis(end)) => {}
        }
        finish(&world, &handle, quiet_from, &logs)
    });
    drop((runtime, listening));
    let world = world.lock();
    let broken = oracle::judge(&world, &rules, &ended);
    let asked = &world.asked;
    let is_full = |it: &&Exchange| it.question.looked_up().is_none() && it.bytes > FULL;
    let pages = asked.iter().filter(is_full);
    let looked_up = || asked.iter().filter_map(|it| it.question.looked_up());
    let tasks = ended.report.tasks.values();
    let sweeps = tasks.clone().filter_map(|task| task.sweep.as_ref());
    let destinations = ended.report.destinations.values();
    let failing = destinations.filter_map(|it| it.error.clone());
    Outcome {
        lies,
        broken,
        told: world.receiver.taken().count(),
        asked: asked.len(),
        looked_up: looked_up().count(),
        things: looked_up().collect::<BTreeSet<_>>().len(),
        listed: asked.iter().filter(|it| it.question.parameter("result").is_some()).count(),
        pages: pages.count(),
        refused: asked.iter().filter(|it| it.status >= 400).count(),
        events: world.receiver.taken().map(|taken| taken.told.event.clone()).collect(),
        fails: ended.report.tasks.values().any(|task| task.error.is_some()),
        notices: ended.report.tasks.values().flat_map(|task| task.notices.clone()).collect(),
        errors: tasks.filter_map(|task| task.error.clone()).chain(failing).collect(),
        miss_rates: sweeps.map(|sweep| sweep.miss_rate).collect(),
    }
}

fn finish(world: &World, handle: &Handle, quiet_from: i64, logs: &Logs) -> Ended {
    let mut inner = world.lock();
    inner.advance();
    let now = inner.now();
    drop(inner);
    let (report, dead) = (handle.report(), handle.dead().unwrap());
    let (made, waiting, said) = (world.disk.made(), waiting(world), logs.take());
    Ended { report, dead, made, waiting, said, quiet_from, now }
}

/// What another host would find to do.
fn waiting(world: &World) -> Vec<(Pending, String)> {
    let store = MemoryStore::open(&world.disk, Box::new(|| Duration::ZERO));
    let pending = store.pending().unwrap().into_iter();
    pending
        .map(|it| {
            let container = store.container(it.id).unwrap().unwrap();
            (it, container.change.id)
        })
        .collect()
}

/// The real connector, compiled once a process.
fn connector() -> Connector {
    static LOADED: OnceLock<Connector> = OnceLock::new();
    let load = || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let engine =
            Engine::untimed(&Limits::default(), GUESTS, None, Compiler::default()).unwrap();
        let bytes = fs::read(support::connector_file(FHIR)).unwrap();
        runtime.block_on(Connector::from_bytes(&engine, FHIR, bytes.into())).unwrap()
    };
    LOADED.get_or_init(load).clone()
}

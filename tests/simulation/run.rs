//! A seed from its beginning to its end: hosts that run, crash, stop and begin again, and a person
//! who meddles; then everything is mended, and one host has half a day to tell what is left.

use std::{sync::Arc, time::Duration};

use rounds::{
    Host,
    connector::Connector,
    egress,
    host::{Error, Handle},
    store::memory::MemoryStore,
};
use tokio::{
    runtime::{Builder, Runtime},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    check, clock::WorldClock, connectors, mutants::Mutant, notes::WorldNotes, person::look_after,
    store::Watched, wire, world::World,
};

/// Room for two answers, where most hosts have room for all.
const CRAMPED: usize = 2 << 10;

/// How long what an EHR refuses of one record is asked for.
const COLLECT_FOR: Duration = Duration::from_secs(120);

/// What came of a seed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The same if all that happened was.
    pub(super) trace: u64,
    /// Promises that were broken.
    pub(super) broken: Vec<String>,
    /// Milliseconds that passed.
    pub(super) lasted: u64,
    /// Hosts that ran.
    pub(super) hosts: u64,
}

/// The connectors that there are, and which of them is where hosts find it.
pub(super) struct Installed {
    pub(super) all: Vec<Connector>,
    which: usize,
}

impl Installed {
    /// Puts another in its place. Where the disk is full the host keeps what it has, until it begins
    /// anew.
    pub(super) async fn put(&mut self, handle: &Handle, which: usize) {
        self.which = which;
        drop(handle.put_in_service(self.all[which].clone()).await);
    }

    /// Puts the one back that what is in service is on trial against, if it is.
    pub(super) async fn put_back(&mut self, handle: &Handle) {
        let mut connectors = handle.report().connectors.into_values();
        let Some(version) = connectors.find_map(|it| it.on_trial_against) else { return };
        let before = self.all.iter().position(|it| it.manifest().version == version);
        self.put(handle, before.unwrap()).await;
    }
}

/// Runs a seed.
pub(super) fn run(seed: u64, mutant: Option<Mutant>, shows: bool) -> Outcome {
    // Before any runtime: loading has one of its own.
    let mut installed = Installed { all: connectors::of(mutant), which: 0 };
    let world = World::new(seed, mutant, shows);
    while !world.lock().is_over {
        // In some worlds all is mended while a host runs.
        let last = {
            let mut world = world.lock();
            !world.is_sick() || world.plan.odd.is_calm || world.chance.happens(0.1)
        };
        host(&world, &mut installed, last);
    }
    check::cursor::of_all(&world);
    check::end(&world);
    let mut inner = world.lock();
    let (trace, lasted, hosts) = (inner.trace(), inner.now(), inner.hosts);
    Outcome { trace, broken: std::mem::take(&mut inner.broken), lasted, hosts }
}

/// One host, in a runtime of its own: all of it goes with that.
fn host(world: &Arc<World>, installed: &mut Installed, last: bool) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let store = runtime.block_on(async {
        world.lock().begin();
        let store = open(world);
        live(world, &store, installed, last).await;
        world.lock().end();
        store
    });
    fall(world, runtime, store);
}

fn open(world: &Arc<World>) -> Arc<MemoryStore> {
    let times = Arc::clone(world);
    let sync_time = move || {
        let mut world = times.lock();
        let longest = if world.is_sick() { world.plan.sync } else { 1 };
        Duration::from_millis(world.chance.between(0, longest))
    };
    let store = MemoryStore::open(&world.disk, Box::new(sync_time));
    Arc::new(if world.has(Mutant::NoSync) { store.lying() } else { store })
}

async fn live(world: &Arc<World>, store: &Arc<MemoryStore>, installed: &mut Installed, last: bool) {
    let (span, stops) = {
        let mut world = world.lock();
        let most = world.plan.host_runs;
        (world.chance.between(0, most), world.chance.happens(0.4))
    };
    let stop = CancellationToken::new();
    let life = async {
        // What was put back meanwhile takes its tasks back, which a full disk does not let it do.
        let Ok(host) = build(world, store, installed).await else { return };
        let handle = host.handle();
        let mut running = Box::pin(host.run(stop.clone()));
        tokio::select! {
            biased;
            ended = &mut running => return drop(ended),
            () = look_after(world, &handle, installed, last) => {}
            () = sleep(Duration::from_millis(span)), if !last && stops => {}
        }
        stop.cancel();
        drop(running.await);
    };
    tokio::select! {
        biased;
        () = life => world.lock().tell(format_args!("stopped")),
        () = cut(world, span), if !last && !stops => {
            let mut world = world.lock();
            let unsynced = store.unsynced();
            let reached = world.chance.below(unsynced as u64 + 1) as usize;
            world.tell(format_args!("crashes with {unsynced} writes under way, {reached} done"));
            store.crash(reached);
        }
    }
}

/// Ends when the host is to crash: when its time is over, or over a write.
async fn cut(world: &World, span: u64) {
    let (doom, moment) = {
        let mut world = world.lock();
        let longest = world.plan.sync;
        (Arc::clone(&world.doom), world.chance.below(longest))
    };
    tokio::select! {
        biased;
        () = doom.notified() => sleep(Duration::from_millis(moment)).await,
        () = sleep(Duration::from_millis(span)) => {}
    }
}

/// Lets go of what is left of a host whose time is over.
fn fall(world: &Arc<World>, runtime: Runtime, store: Arc<MemoryStore>) {
    drop(runtime);
    drop(store);
    check::cursor::of_all(world);
    let mut world = world.lock();
    wire::settle(&mut world);
    world.rest();
}

async fn build(
    world: &Arc<World>,
    store: &Arc<MemoryStore>,
    installed: &Installed,
) -> Result<Host, Error> {
    let watched = Watched { world: Arc::clone(world), inner: Arc::clone(store) };
    let network = egress::Network::simulated(Arc::new(wire::Network(Arc::clone(world))));
    let mut config = world.lock().plan.shape.config();
    config.connections.iter_mut().for_each(|it| it.collect_for = COLLECT_FOR);
    if world.is_cramped {
        config.host.limits.held_answers = CRAMPED;
    }
    let mut host = Host::builder(config)
        .network(network)
        .store(Arc::new(watched))
        .clock(Arc::new(WorldClock(Arc::clone(world))))
        .notes(Arc::new(WorldNotes(Arc::clone(world))));
    // The first is what it is to have, the others what it had.
    let Installed { all, which } = installed;
    host = host.loaded(all[*which].clone());
    for had in all {
        host = host.loaded(had.clone());
    }
    host.build().await
}

//! A seed from its beginning to its end: hosts that run, crash, stop and begin again, and a person
//! who meddles; then everything is mended, and one host has half a day to tell what is left.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rounds::{
    Host,
    config::{Config, environment::FixedEnvironment},
    connector::Connector,
    egress,
    host::Handle,
    store::memory::MemoryStore,
};
use tokio::{
    runtime::{Builder, Runtime},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    check,
    connectors::{self, BROKEN},
    mutants::Mutant,
    store::Watched,
    wire,
    world::{BEGINNING, World, WorldClock},
};
use crate::support::SECRET;

/// How long the last host has.
const HALF_A_DAY: u64 = 12 * 60 * 60 * 1000;

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

/// Runs a seed.
pub(super) fn run(seed: u64, mutant: Option<Mutant>, shows: bool) -> Outcome {
    // Before any runtime: loading has one of its own.
    connectors::all();
    let world = World::new(seed, mutant, shows);
    let mut serving = 0;
    while world.lock().is_sick() {
        host(&world, &mut serving, false);
        if serving == BROKEN {
            serving = 0;
        }
    }
    world.lock().healed = true;
    host(&world, &mut serving, true);
    check::cursor(&world);
    check::end(&world);
    let mut inner = world.lock();
    let (trace, lasted, hosts) = (inner.trace(), inner.now(), inner.hosts);
    Outcome { trace, broken: std::mem::take(&mut inner.broken), lasted, hosts }
}

/// One host, in a runtime of its own: all of it goes with that.
fn host(world: &Arc<World>, serving: &mut usize, last: bool) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let store = runtime.block_on(async {
        world.lock().begin();
        let store = open(world);
        live(world, &store, serving, last).await;
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

async fn live(world: &Arc<World>, store: &Arc<MemoryStore>, serving: &mut usize, last: bool) {
    let (span, stops) = {
        let mut world = world.lock();
        let most = world.plan.host_runs;
        (world.chance.between(0, most), world.chance.happens(0.4))
    };
    let stop = CancellationToken::new();
    let life = async {
        let host = build(world, store, *serving).await;
        let handle = host.handle();
        let mut running = Box::pin(host.run(stop.clone()));
        tokio::select! {
            biased;
            ended = &mut running => return drop(ended),
            () = mend(world, &handle), if last => {}
            () = meddle(world, &handle, serving), if !last => {}
            () = sleep(Duration::from_millis(span)), if !last && stops => {}
        }
        stop.cancel();
        drop(running.await);
    };
    let cut = async {
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
    };
    tokio::select! {
        biased;
        () = life => world.lock().tell(format_args!("stopped")),
        () = cut, if !last && !stops => {
            let mut world = world.lock();
            let unsynced = store.unsynced();
            let reached = world.chance.below(unsynced as u64 + 1) as usize;
            world.tell(format_args!("crashes with {unsynced} writes under way, {reached} done"));
            store.crash(reached);
        }
    }
}

/// Lets go of what is left of a host whose time is over.
fn fall(world: &Arc<World>, runtime: Runtime, store: Arc<MemoryStore>) {
    drop(runtime);
    drop(store);
    check::cursor(world);
    world.lock().rest();
}

async fn build(world: &Arc<World>, store: &Arc<MemoryStore>, serving: usize) -> Host {
    let watched = Watched { world: Arc::clone(world), inner: Arc::clone(store) };
    let network = egress::Network::simulated(Arc::new(wire::Network(Arc::clone(world))));
    let host = Host::builder(config())
        .loaded(connector(serving))
        .network(network)
        .store(Arc::new(watched))
        .clock(Arc::new(WorldClock(Arc::clone(world))))
        .unnoted();
    host.build().await.unwrap()
}

fn connector(which: usize) -> Connector {
    connectors::all()[which].clone()
}

/// A person who does not always help.
async fn meddle(world: &Arc<World>, handle: &Handle, serving: &mut usize) {
    loop {
        let (wait, deed, which) = {
            let mut world = world.lock();
            let often = world.plan.meddling;
            let does = world.chance.happens(often);
            let deed = if does { world.chance.below(5) } else { 9 };
            (world.chance.between(1_000, 90_000), deed, world.chance.below(3) as usize)
        };
        sleep(Duration::from_millis(wait)).await;
        world.lock().tell(format_args!("somebody does {deed} with {which}"));
        match deed {
            0 | 1 => {
                handle.put_in_service(connector(which)).await;
                *serving = which;
            }
            2 => handle.poll(check::task()),
            3 => drop(handle.set_cursor(&check::task(), None).await),
            4 => replay(handle).await,
            _ => restart_if_stopped(handle).await,
        }
    }
}

/// A person who mends what only a person can, until all is told or it took too long.
async fn mend(world: &Arc<World>, handle: &Handle) {
    let until = world.lock().now() + HALF_A_DAY;
    handle.put_in_service(connector(1)).await;
    loop {
        sleep(Duration::from_secs(60)).await;
        restart_if_stopped(handle).await;
        replay(handle).await;
        let mut world = world.lock();
        let missing = check::missing(&world);
        if missing.is_empty() && handle.pending() == 0 {
            return world.tell(format_args!("all is told"));
        }
        if world.now() > until {
            let pending = handle.pending();
            return world.broke(format!("{missing:?} were never told, {pending} are under way"));
        }
    }
}

async fn replay(handle: &Handle) {
    let dead: Vec<_> = handle.dead().unwrap().iter().map(|letter| letter.container).collect();
    if !dead.is_empty() {
        drop(handle.replay(&dead).await);
    }
}

async fn restart_if_stopped(handle: &Handle) {
    if handle.report().tasks.values().any(|task| task.stopped) {
        drop(handle.set_cursor(&check::task(), None).await);
    }
}

fn config() -> Config {
    static READ: OnceLock<Config> = OnceLock::new();
    READ.get_or_init(read_config).clone()
}

fn read_config() -> Config {
    let text = format!(
        "[host]\nconnectors = \"none\"\ndata = \"none\"\n\
         [[connection]]\nname = \"general\"\nconnector = \"simulated\"\n\
         base_url = \"http://ehr.sim\"\nsince = \"{BEGINNING}\"\n\
         actions = {{ appointments = {{ every = \"1m\" }} }}\n\
         [[destination]]\nname = \"app\"\nurl = \"http://app.sim/\"\n\
         secret = {{ env = \"SECRET\" }}\nevents = [\"*\"]\n\
         [[destination]]\nname = \"lake\"\nurl = \"http://lake.sim/\"\nconcurrency = 2\n\
         secret = {{ env = \"SECRET\" }}\nevents = [\"Scheduling.New\"]\n"
    );
    let variables = HashMap::from([("SECRET".to_owned(), SECRET.to_owned())]);
    let environment = FixedEnvironment { variables, files: HashMap::new() };
    Config::parse(&text, "simulation.toml", &environment).unwrap()
}

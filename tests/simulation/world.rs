//! A world from one seed: its time, its chance, its EHR and its destinations, and all that broke.

use std::{
    collections::BTreeSet,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock, Mutex, MutexGuard},
};

use jiff::Timestamp;
use rounds::{clock::Clock, store::memory::Disk};
use tokio::{sync::Notify, time::Instant};

use super::{chance::Chance, mutants::Mutant, plan::Plan, receiver::Receiver};

/// When every world begins.
pub(super) const BEGINNING: &str = "2026-01-01T00:00:00Z";

/// The same in milliseconds since 1970.
pub(super) fn beginning() -> i64 {
    static READ: LazyLock<Timestamp> = LazyLock::new(|| BEGINNING.parse().unwrap());
    READ.as_millisecond()
}

/// A world, as all that play in it share it.
pub(super) struct World {
    inner: Mutex<Inner>,
    /// What is broken on purpose.
    pub(super) mutant: Option<Mutant>,
    /// What outlives each host.
    pub(super) disk: Disk,
}

/// What changes in a world.
pub(super) struct Inner {
    pub(super) chance: Chance,
    pub(super) plan: Plan,
    pub(super) receivers: [Receiver; 2],
    /// Logs that the EHR has lost so far.
    pub(super) lost: usize,
    /// Requests that the EHR has answered: what it says of a key changes with them.
    pub(super) answers: u64,
    /// Until when each server has asked to be left alone, and since when.
    pub(super) pauses: [Option<(u64, u64)>; 3],
    /// Hosts that have begun.
    pub(super) hosts: u64,
    pub(super) broken: Vec<String>,
    /// Tells that the host is to crash in a moment.
    pub(super) doom: Arc<Notify>,
    /// Ids that were dead letters for a time.
    pub(super) dead: BTreeSet<String>,
    /// Whether faults are over.
    pub(super) healed: bool,
    trace: DefaultHasher,
    shows: bool,
    /// Time that passed before the host that runs now, and when that began.
    passed: u64,
    began: Option<Instant>,
}

impl World {
    pub(super) fn new(seed: u64, mutant: Option<Mutant>, shows: bool) -> Arc<Self> {
        let mut chance = Chance::new(seed);
        let plan = Plan::draw(&mut chance);
        let inner = Inner {
            chance,
            plan,
            receivers: Receiver::both(),
            lost: 0,
            answers: 0,
            pauses: [None; 3],
            hosts: 0,
            broken: Vec::new(),
            doom: Arc::default(),
            dead: BTreeSet::new(),
            healed: false,
            trace: DefaultHasher::new(),
            shows,
            passed: 0,
            began: None,
        };
        Arc::new(Self { inner: Mutex::new(inner), mutant, disk: Disk::default() })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub(super) fn has(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }
}

impl Inner {
    /// Milliseconds from the beginning.
    pub(super) fn now(&self) -> u64 {
        self.passed + self.began.map_or(0, |began| began.elapsed().as_millis() as u64)
    }

    /// A host's time begins, within its runtime.
    pub(super) fn begin(&mut self) {
        (self.began, self.hosts) = (Some(Instant::now()), self.hosts + 1);
        self.pauses = [None; 3];
        self.doom = Arc::default();
    }

    /// It ends, within its runtime: time stands.
    pub(super) fn end(&mut self) {
        self.passed = self.now();
        self.began = None;
    }

    /// A while without a host.
    pub(super) fn rest(&mut self) {
        self.passed += self.chance.below(60_000);
    }

    /// Whether faults may happen.
    pub(super) fn is_sick(&self) -> bool {
        !self.healed && self.now() < self.plan.healed
    }

    /// Notes what happened: two runs of a seed are the same if these are.
    pub(super) fn tell(&mut self, what: fmt::Arguments<'_>) {
        let line = format!("{:>9} {what}", self.now());
        line.hash(&mut self.trace);
        if self.shows {
            eprintln!("{line}");
        }
    }

    /// Notes a promise that was broken.
    pub(super) fn broke(&mut self, what: String) {
        self.tell(format_args!("BROKEN: {what}"));
        self.broken.push(what);
    }

    /// A fingerprint of all that happened.
    pub(super) fn trace(&self) -> u64 {
        self.trace.finish()
    }
}

/// The clock of a world.
pub(super) struct WorldClock(pub(super) Arc<World>);

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        let millis = beginning() + self.0.lock().now() as i64;
        Timestamp::from_millisecond(millis).unwrap()
    }

    fn spread(&self) -> f64 {
        self.0.lock().chance.share()
    }
}

//! A world from one seed: its time, its chance, its servers and its disk, and all that broke.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock, Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use rounds::{model::TaskId, store::memory::Disk};
use tokio::{sync::Notify, time::Instant};

use super::{
    chance::Chance,
    check::anew::Anew,
    ehr::Ehr,
    mutants::Mutant,
    plan::{
        Plan,
        shape::{DESTINATIONS, SERVERS},
    },
    receiver::Receiver,
    sign_in::Issuer,
    wire::Cut,
};

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
    /// Whether its hosts have room for few answers in memory.
    pub(super) is_cramped: bool,
    /// What outlives each host.
    pub(super) disk: Disk,
}

/// What changes in a world.
pub(super) struct Inner {
    pub(super) chance: Chance,
    pub(super) plan: Plan,
    pub(super) ehrs: [Ehr; 2],
    pub(super) issuers: [Issuer; 2],
    pub(super) receivers: [Receiver; DESTINATIONS.len()],
    /// Until when each server has asked to be left alone, and since when.
    pub(super) pauses: [Option<(u64, u64)>; SERVERS],
    /// Requests that left.
    pub(super) departed: u64,
    /// Those among them that the host which runs now did not wait for.
    pub(super) cut: Vec<Cut>,
    /// What hosts have noted of connectors in service, by their names.
    pub(super) notes: BTreeMap<String, Vec<u8>>,
    /// Tasks that are to start anew.
    pub(super) anew: BTreeMap<TaskId, Anew>,
    /// Hosts that have begun, and when the last did.
    pub(super) hosts: u64,
    pub(super) host_since: u64,
    pub(super) broken: Vec<String>,
    /// Tells that the host is to crash in a moment.
    pub(super) doom: Arc<Notify>,
    /// Ids that were dead letters for a time.
    pub(super) dead: BTreeSet<String>,
    /// Records and versions of which those who had them before were not told for a time.
    pub(super) dead_moves: BTreeSet<(String, String)>,
    /// Whether faults are over.
    pub(super) healed: bool,
    /// Whether all is told, or will never be.
    pub(super) is_over: bool,
    trace: DefaultHasher,
    shows: bool,
    /// Time that passed before the host that runs now, and when that began.
    passed: u64,
    began: Option<Instant>,
}

impl World {
    pub(super) fn new(seed: u64, mutant: Option<Mutant>, shows: bool) -> Arc<Self> {
        let mut chance = Chance::new(seed);
        let plan = Plan::draw(&mut chance, &mut Chance::new(!seed));
        let inner = Inner {
            chance,
            plan,
            ehrs: Default::default(),
            issuers: Default::default(),
            receivers: Receiver::all(),
            pauses: [None; SERVERS],
            departed: 0,
            cut: Vec::new(),
            notes: BTreeMap::new(),
            anew: BTreeMap::new(),
            hosts: 0,
            host_since: 0,
            broken: Vec::new(),
            doom: Arc::default(),
            dead: BTreeSet::new(),
            dead_moves: BTreeSet::new(),
            healed: false,
            is_over: false,
            trace: DefaultHasher::new(),
            shows,
            passed: 0,
            began: None,
        };
        // Not by chance: seeds that are kept stay the worlds that they were.
        let is_cramped = seed.is_multiple_of(5);
        Arc::new(Self { inner: Mutex::new(inner), mutant, is_cramped, disk: Disk::default() })
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

    /// What the host's clock shows, in milliseconds since 1970.
    pub(super) fn wall(&self) -> i64 {
        let now = self.now();
        beginning() + now as i64 + self.plan.wall.ahead(now)
    }

    /// A host's time begins, within its runtime.
    pub(super) fn begin(&mut self) {
        (self.began, self.hosts) = (Some(Instant::now()), self.hosts + 1);
        self.host_since = self.now();
        self.pauses = [None; SERVERS];
        self.doom = Arc::default();
        self.anew.retain(|_, anew| anew.is_sure);
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

    /// How long they may still happen.
    pub(super) fn sick_for(&self) -> Duration {
        Duration::from_millis(self.plan.healed.saturating_sub(self.now()))
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

//! The practice EHR: a FHIR R4 server in this process.

mod api;
mod builder;
mod find;
mod verbs;

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use tokio::{net::TcpListener, time};

use super::{
    Arrivals, Chance, Changed, Faults, Kind, gate::Gate, journal::Journal, shelf::Shelves,
};

pub use builder::Builder;

/// A practice EHR that was started. A cheap handle; its server runs in the future that
/// [`Builder::start`] gave beside it.
///
/// Changes are made by the handle's verbs and are visible to the next request. The verbs
/// hold a lock for some microseconds and never wait.
#[derive(Clone)]
pub struct Ehr(Arc<Inner>);

struct Inner {
    base_url: String,
    page_cap: usize,
    seed: u64,
    gate: Gate,
    changes: Journal<Changed>,
    state: Mutex<State>,
}

struct State {
    shelves: Shelves,
    chance: Chance,
    access: Access,
    order: Order,
    drift: u32,
}

/// What a request must bring to be answered.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    #[default]
    Open,
    /// This bearer token.
    Bearer(String),
    /// This user and password, by HTTP Basic.
    Basic(String, String),
}

impl Access {
    /// Whether this value of the `authorization` header is let in.
    fn admits(&self, authorization: Option<&str>) -> bool {
        let wanted = match self {
            Self::Open => return true,
            Self::Bearer(token) => format!("Bearer {token}"),
            Self::Basic(user, password) => {
                format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
            }
        };
        authorization == Some(&wanted)
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Bearer(_) => "Bearer",
            Self::Basic(..) => "Basic",
        })
    }
}

/// In what order searches list what they found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As `_sort` asks, oldest change first where it doesn't.
    #[default]
    Asked,
    /// Newest change first, whatever was asked.
    NewestFirst,
    /// In no order that means anything, but the same for every page.
    Unsorted,
}

impl Ehr {
    /// The FHIR base URL, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// What this EHR does wrong.
    pub fn faults(&self) -> &Faults {
        &self.0.gate.faults
    }

    /// What this EHR was asked.
    pub fn arrivals(&self) -> &Arrivals {
        &self.0.gate.arrivals
    }

    /// What requests must bring from now on.
    pub fn require(&self, access: Access) {
        self.lock().access = access;
    }

    /// How searches list what they found from now on.
    pub fn list(&self, order: Order) {
        self.lock().order = order;
    }

    /// The next `pages` pages that do not begin at the first record find one of an earlier
    /// page changed, so that the rest has moved up by one: a client that trusts offsets
    /// passes over a record.
    pub fn drift(&self, pages: u32) {
        self.lock().drift = pages;
    }

    /// Whether the EHR's clock stands still: all that changes while it does bears the same
    /// time, but for further versions of one record.
    pub fn stop_clock(&self, stopped: bool) {
        self.lock().shelves.stop_clock(stopped);
    }

    /// Every change since the start, oldest first.
    pub fn changes(&self) -> Vec<Changed> {
        self.0.changes.all()
    }

    /// The changes that follow the first `seen`, as soon as there are any. Cancel-safe.
    pub async fn changes_after(&self, seen: usize) -> Vec<Changed> {
        self.0.changes.after(seen).await
    }

    /// Changes a record of one of these kinds every so often, until the EHR shuts down.
    /// The changes are those of the seed. Does nothing of no kinds.
    pub async fn run_changes(&self, every: Duration, kinds: &[Kind]) {
        let mut chance = Chance::seeded(self.0.seed ^ 0xc4a6_e5f0);
        let mut ticks = time::interval(every.max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        let shutdown = &self.0.gate.shutdown;
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            self.change_at_random(&mut chance, kinds);
        }
    }

    async fn run(self, listener: TcpListener) -> io::Result<()> {
        let gate = self.0.gate.clone();
        gate.run(listener, api::router(self)).await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ehr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ehr").field("base_url", &self.0.base_url).finish_non_exhaustive()
    }
}

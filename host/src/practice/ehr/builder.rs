//! How a practice EHR is put up and filled.

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Access, Ehr, Inner, Order, State};
use crate::{
    clock::{Clock, System},
    practice::{
        Chance, Kind,
        gate::Gate,
        journal::Journal,
        make::{self, Participants},
        shelf::{Shelves, instant},
    },
};

/// Practitioners and rooms of every practice EHR.
const STAFF: usize = 12;
/// How far apart the times of the first records are, in milliseconds.
const SPACING: i64 = 1_000;

/// What a practice EHR should be.
#[derive(Clone)]
pub struct Builder {
    patients: usize,
    appointments: usize,
    seed: u64,
    page_cap: usize,
    alike: usize,
    access: Access,
    clock: Arc<dyn Clock>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            patients: 50,
            appointments: 100,
            seed: 1,
            page_cap: 1_000,
            alike: 1,
            access: Access::Open,
            clock: Arc::new(System),
        }
    }
}

impl Ehr {
    /// An EHR of 50 patients and 100 appointments, unless told otherwise.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// How many patients there are at first, at least one.
    #[must_use]
    pub fn patients(self, patients: usize) -> Self {
        Self { patients: patients.max(1), ..self }
    }

    /// How many appointments there are at first: the patients take turns.
    #[must_use]
    pub fn appointments(self, appointments: usize) -> Self {
        Self { appointments, ..self }
    }

    /// What the records and all that is random are made of: equal seeds, equal records.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The longest page, whatever `_count` asks for; 1,000 by default.
    #[must_use]
    pub fn page_cap(self, page_cap: usize) -> Self {
        Self { page_cap: page_cap.max(1), ..self }
    }

    /// How many neighbours among the first records share one `meta.lastUpdated`: by default
    /// each has its own, a second after the last one's, the newest before the start.
    #[must_use]
    pub fn alike(self, alike: usize) -> Self {
        Self { alike: alike.max(1), ..self }
    }

    /// What requests must bring.
    #[must_use]
    pub fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// The clock that dates changes.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Fills the EHR and gives its handle, with the future that serves it: until `shutdown`,
    /// and then at most a second longer.
    ///
    /// # Errors
    /// When the listener has no address; the future, when serving fails.
    pub fn start(
        self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> io::Result<(Ehr, impl Future<Output = io::Result<()>> + Send + 'static)> {
        let ehr = Ehr(Arc::new(Inner {
            base_url: format!("http://{}/fhir", listener.local_addr()?),
            page_cap: self.page_cap,
            seed: self.seed,
            gate: Gate::new(shutdown),
            changes: Journal::new(),
            state: Mutex::new(self.filled()),
        }));
        Ok((ehr.clone(), ehr.run(listener)))
    }

    fn filled(self) -> State {
        let mut chance = Chance::seeded(self.seed);
        let mut shelves = Shelves::new(Arc::clone(&self.clock));
        let doctor = |number: usize| format!("doc-{}", 1 + number % STAFF);
        let room = |number: usize| format!("loc-{}", 1 + number % STAFF);
        let today = self.clock.now();
        self.fill(&mut shelves, Kind::Practitioner, STAFF, |number| {
            make::practitioner(number, &mut chance)
        });
        self.fill(&mut shelves, Kind::Location, STAFF, |number| {
            make::location(number, &mut chance)
        });
        self.fill(&mut shelves, Kind::Patient, self.patients, |number| {
            make::patient(number, &doctor(number), &mut chance)
        });
        self.fill(&mut shelves, Kind::Appointment, self.appointments, |number| {
            let patient = format!("pat-{}", 1 + (number - 1) % self.patients);
            let (practitioner, location) = (&doctor(number), &room(number));
            let who = Participants { patient: Some(&patient), practitioner, location };
            make::appointment(number, &who, today, &mut chance)
        });
        State { shelves, chance, access: self.access, order: Order::default(), drift: 0 }
    }

    /// Puts the first `many` records of a kind on its shelf, as of before the start.
    fn fill(
        &self,
        shelves: &mut Shelves,
        kind: Kind,
        many: usize,
        mut make: impl FnMut(usize) -> Value,
    ) {
        let now = self.clock.now().as_millisecond();
        for number in 1..=many {
            let steps = i64::try_from((many - number) / self.alike + 1).unwrap_or(i64::MAX);
            let at = instant(now.saturating_sub(steps.saturating_mul(SPACING)));
            let id = shelves.next_id(kind);
            shelves.put_dated(kind, &id, at.as_millisecond(), Some(make(number)));
        }
    }
}

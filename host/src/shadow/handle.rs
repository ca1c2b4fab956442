//! What the one in service was given and made of it, handed to who compares: at once, or never.
//!
//! Polls and collectors call this on their way. It copies what they have in hand and goes on;
//! where comparing lags behind, what does not fit is counted as not compared.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::tally::Candidate;
use crate::{
    connector::{self, Connector, Context, Fault, Request, Step},
    egress::{Client, Response},
    model::Change,
    status::{self, Status},
};

/// What waits to be compared, at most: so many pages and changes, of so many bytes.
const JOBS: usize = 1024;
const BYTES: usize = 64 << 20;

/// A page that the one in service has read.
pub(crate) struct Page {
    /// What its guest was told.
    pub(crate) context: Context,
    /// Where it asked from.
    pub(crate) cursor: Option<String>,
    /// What it asked; `None` where the answer is from before a crash.
    pub(crate) request: Option<Request>,
    /// What it was answered.
    pub(crate) answer: Response,
    /// What it read there.
    pub(crate) read: Result<connector::Page, Fault>,
}

/// A change that the one in service has settled, or failed at.
pub(crate) struct Collected {
    /// What its guest was told.
    pub(crate) context: Context,
    /// Which change.
    pub(crate) change: Change,
    /// What the record's last notification left.
    pub(crate) memo: Option<String>,
    /// All that it asked.
    pub(crate) asked: Vec<Request>,
    /// What was answered, in the order of the requests.
    pub(crate) collected: Vec<Arc<Response>>,
    /// What it made of it.
    pub(crate) settled: Result<Step, Fault>,
}

/// What is to be done again by the candidate.
pub(super) enum Work {
    Page(Box<Page>),
    Collected(Box<Collected>),
}

/// Work, with all that doing it takes.
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) place: Place,
    pub(super) candidate: Arc<Candidate>,
    /// What is in service.
    pub(super) serving: Connector,
    /// The connection's way to its EHR, to judge requests by; nothing is sent.
    pub(super) way: Client,
    _room: OwnedSemaphorePermit,
}

/// Where work is handed in.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::Sender<Job>,
    room: Arc<Semaphore>,
}

/// Where a candidate of one name may stand. Cheap to clone.
#[derive(Clone)]
pub(super) struct Place(Arc<Inner>);

struct Inner {
    name: String,
    candidate: Mutex<Option<Arc<Candidate>>>,
    queue: Queue,
    status: Status,
}

/// A connection's line to who compares. Cheap to clone, and to ask where there is no candidate.
#[derive(Clone, Default)]
pub struct Handle(Option<(Place, Client)>);

/// A candidate that is there, for what a poll or collector has in hand.
pub(crate) struct Watching {
    place: Place,
    candidate: Arc<Candidate>,
    serving: Connector,
    way: Client,
}

impl Queue {
    pub(super) fn new() -> (Self, mpsc::Receiver<Job>) {
        let (jobs, inbox) = mpsc::channel(JOBS);
        (Self { jobs, room: Arc::new(Semaphore::new(BYTES)) }, inbox)
    }
}

impl Handle {
    pub(super) fn new(place: Place, way: Client) -> Self {
        Self(Some((place, way)))
    }

    /// Whether there is a candidate that is another than what is in service.
    pub(crate) fn watching(&self, serving: &Connector) -> Option<Watching> {
        let (place, way) = self.0.as_ref()?;
        let candidate = place.candidate()?;
        let is_other = candidate.connector.digest() != serving.digest();
        is_other.then(|| Watching {
            place: place.clone(),
            candidate,
            serving: serving.clone(),
            way: way.clone(),
        })
    }
}

impl Watching {
    /// Has the candidate read the same page.
    pub(crate) fn page(self, page: Page) {
        let data = page.read.as_ref().map_or(0, |page| {
            page.changes.iter().map(|change| change.data.len() + size_of::<Change>()).sum()
        });
        let size = page.answer.body.len() + data;
        self.hand(Work::Page(page.into()), size);
    }

    /// Has the candidate map the same change.
    pub(crate) fn collected(self, it: Collected) {
        let payload = match &it.settled {
            Ok(Step::Notify { payload, .. }) => payload.len(),
            _ => 0,
        };
        let answers: usize = it.collected.iter().map(|answer| answer.body.len()).sum();
        let size = it.change.data.len() + payload + answers;
        self.hand(Work::Collected(it.into()), size);
    }

    fn hand(self, work: Work, size: usize) {
        let Self { place, candidate, serving, way } = self;
        let queue = place.0.queue.clone();
        let weight = u32::try_from(size.clamp(1, BYTES)).unwrap_or(u32::MAX);
        let Ok(room) = queue.room.try_acquire_many_owned(weight) else {
            return place.passed_over(&candidate, &serving);
        };
        let job = Job { work, place, candidate, serving, way, _room: room };
        if let Err(mpsc::error::TrySendError::Full(job) | mpsc::error::TrySendError::Closed(job)) =
            queue.jobs.try_send(job)
        {
            job.place.passed_over(&job.candidate, &job.serving);
        }
    }
}

impl Place {
    pub(super) fn new(name: String, queue: Queue, status: Status) -> Self {
        Self(Arc::new(Inner { name, candidate: Mutex::default(), queue, status }))
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// What stands here now.
    pub(super) fn candidate(&self) -> Option<Arc<Candidate>> {
        self.standing().clone()
    }

    /// Puts another here, or none.
    pub(super) fn put(&self, candidate: Option<Candidate>) {
        *self.standing() = candidate.map(Arc::new);
        self.publish();
    }

    /// Counts what was not compared.
    pub(super) fn passed_over(&self, candidate: &Candidate, serving: &Connector) {
        candidate.tally(serving).passed_over();
        self.publish();
    }

    /// Tells how it stands.
    pub(super) fn publish(&self) {
        // Held until it is told, so that nothing older is told after it.
        let standing = self.standing();
        let shadow: Option<status::Shadow> = standing.as_ref().map(|it| it.report());
        self.0.status.with(|report| {
            report.connectors.entry(self.0.name.clone()).or_default().shadow = shadow;
        });
    }

    fn standing(&self) -> MutexGuard<'_, Option<Arc<Candidate>>> {
        self.0.candidate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

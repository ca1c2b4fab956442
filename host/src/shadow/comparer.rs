//! Has candidates do what the ones in service have done, one thing after the other, and counts
//! what they do otherwise. It sends nothing, stores nothing and tells nobody but the status.

mod collected;
mod page;

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Difference, Kind, Showing,
    handle::{Job, Work},
    pair::same,
    tally::Verdict,
};
use crate::{
    clock::{self, Clock},
    connector::{Context, Fault, Guest, Limit},
};

/// How long a candidate is left alone that used up the time of a call.
const REST: Duration = Duration::from_secs(10);

/// Nobody asked to see values here.
const SHAPES: Showing = Showing::Shapes;

/// Compares.
pub(crate) struct Comparer {
    inbox: mpsc::Receiver<Job>,
    clock: Arc<dyn Clock>,
    seat: Option<Seat>,
}

/// The guest of the poll that is compared now.
struct Seat {
    digest: String,
    context: Context,
    guest: Guest,
}

impl Comparer {
    pub(super) fn new(inbox: mpsc::Receiver<Job>, clock: Arc<dyn Clock>) -> Self {
        Self { inbox, clock, seat: None }
    }

    /// Compares until the host stops.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.work()).await;
    }

    async fn work(&mut self) {
        loop {
            let job = match self.inbox.try_recv() {
                Ok(job) => job,
                Err(_) => {
                    // Nothing waits for the guest.
                    self.seat = None;
                    let Some(job) = self.inbox.recv().await else { return };
                    job
                }
            };
            self.deal(job).await;
        }
    }

    async fn deal(&mut self, job: Job) {
        if job.candidate.tally(&job.serving).rests(self.clock.steady()) {
            return job.place.passed_over(&job.candidate, &job.serving);
        }
        let compared = match &job.work {
            Work::Page(page) => self.page(&job, page).await,
            Work::Collected(collected) => self.collected(&job, collected).await,
        };
        let is_slow = matches!(compared, Err(Fault::Limit(Limit::Cpu(_) | Limit::Wall(_))));
        let new = {
            let mut tally = job.candidate.tally(&job.serving);
            if is_slow {
                tally.rest(clock::after(self.clock.steady(), REST));
            }
            tally.note(compared.unwrap_or_else(|fault| failed(&fault)))
        };
        job.place.publish();
        new.iter().for_each(|difference| job.log(difference));
    }

    /// The candidate's guest for a poll: the one at hand, or a new one.
    async fn guest(&mut self, job: &Job, context: &Context) -> Result<&mut Guest, Fault> {
        let connector = &job.candidate.connector;
        let is_its = |seat: &Seat| seat.digest == connector.digest() && seat.context == *context;
        let seat = match self.seat.take().filter(is_its) {
            Some(seat) => seat,
            None => Seat {
                digest: connector.digest().into(),
                context: context.clone(),
                guest: Guest::new(connector, context, false).await?,
            },
        };
        Ok(&mut self.seat.insert(seat).guest)
    }
}

/// What to say where at least one failed. What only the candidate fails at is a fault of its own.
fn ended(old: Option<&Fault>, new: Option<Fault>) -> Result<Verdict, Fault> {
    match (old, new) {
        (Some(old), Some(new)) if same(old, &new) => Ok(Verdict::Same),
        (Some(old), new) => {
            let new = new.map_or_else(|| "succeeds".into(), |new| SHAPES.fault(&new));
            let found = Difference::new(Kind::Failure, "", SHAPES.fault(old), new);
            Ok(Verdict::Different(vec![found]))
        }
        (None, Some(new)) => Err(new),
        (None, None) => Ok(Verdict::Same),
    }
}

fn failed(fault: &Fault) -> Verdict {
    Verdict::Failed(Difference::new(Kind::Failure, "", "succeeds", SHAPES.fault(fault)))
}

fn verdict(found: Vec<Difference>) -> Verdict {
    if found.is_empty() { Verdict::Same } else { Verdict::Different(found) }
}

impl Job {
    fn log(&self, difference: &Difference) {
        let (old, new) = (self.serving.manifest(), self.candidate.connector.manifest());
        tracing::warn!(
            connector = self.place.name(),
            in_service = old.version,
            candidate = new.version,
            %difference,
            "a candidate does otherwise, for the first time in this way"
        );
    }
}

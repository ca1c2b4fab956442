//! A task between the scheduler and the poller: runs a poll and says how it went.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::handle::Lines;
use crate::{
    poll::{Failed, Listed, Poller, Retry, Summary},
    schedule::{Outcome, Run},
    status::{self, Status},
    store::Listing,
};

/// A task that the scheduler runs, or that somebody polls by hand.
pub(super) struct Task {
    pub(super) poller: Poller,
    pub(super) status: Status,
    pub(super) enabled: bool,
    lines: Arc<Lines>,
    /// One poll of a task at a time, whoever asks for it.
    turn: Semaphore,
}

#[async_trait]
impl Run for Task {
    async fn run(&self, due: Timestamp) -> Outcome {
        let run = async {
            match self.poll(None).await {
                Ok(summary) => done(summary, due),
                Err(failed) => give_up(&failed, &self.tell(&failed)),
            }
        };
        run.instrument(self.span()).await
    }

    fn planned(&self, next: Option<Timestamp>) {
        self.status.task(&self.poller.task, |task| task.next_at = next);
    }
}

impl Task {
    pub(super) fn new(poller: Poller, status: Status, enabled: bool, lines: Arc<Lines>) -> Self {
        Self { poller, status, enabled, lines, turn: Semaphore::new(1) }
    }

    /// Polls once for somebody who hears of the outcome, from the cursor or from a time that is
    /// given.
    pub(super) async fn poll_by_hand(&self, since: Option<Timestamp>) -> Result<Summary, Failed> {
        self.poll(since).instrument(self.span()).await
    }

    /// Does something while nobody polls it.
    pub(super) async fn between_polls<T>(&self, doing: impl Future<Output = T>) -> T {
        let _turn = self.turn.acquire().await;
        doing.await
    }

    async fn poll(&self, since: Option<Timestamp>) -> Result<Summary, Failed> {
        let _turn = self.turn.acquire().await;
        self.lines.resume_rest().await;
        let began = self.poller.clock.now();
        let polled = self.poller.poll(since).await;
        self.say(began, &polled);
        polled
    }

    /// Reads a page of its listing, between two polls.
    pub(super) async fn sweep(&self) -> Result<Listed, Failed> {
        let _turn = self.turn.acquire().await;
        self.lines.resume_rest().await;
        let began = self.poller.clock.now();
        let listed = self.poller.list(1).await;
        self.say_swept(began, &listed);
        listed.map(|(listed, _)| listed)
    }

    fn say_swept(&self, began: Timestamp, listed: &Result<(Listed, Summary), Failed>) {
        let id = &self.poller.task;
        if let Ok((_, summary)) = listed {
            self.status.task(id, |task| task.swept(began, summary));
        }
        // A store that cannot be read is told by who polls.
        let listing = self.poller.listing_now().unwrap_or_default();
        self.status.sweep(id, |sweep| {
            sweep.listing = listing;
            sweep.error = listed.as_ref().err().map(|failed| self.tell(failed));
        });
    }

    fn span(&self) -> tracing::Span {
        tracing::info_span!("poll", task = %self.poller.task)
    }

    /// An error, and where the connector is at fault, which.
    pub(super) fn tell(&self, failed: &Failed) -> String {
        if failed.error.is_the_connectors() {
            let serving = self.poller.connection.service.serving();
            self.poller.connection.blame(&serving.connector, failed)
        } else {
            failed.to_string()
        }
    }

    fn say(&self, began: Timestamp, polled: &Result<Summary, Failed>) {
        let failed = polled.as_ref().err();
        let found = match polled {
            Ok(summary) => Some(summary),
            Err(failed) => failed.found.as_deref(),
        };
        self.status.task(&self.poller.task, |task| {
            task.polled_at = Some(began);
            task.polls += 1;
            task.failures = if polled.is_ok() { 0 } else { task.failures.saturating_add(1) };
            if let Some(summary) = found {
                task.found(began, summary);
            }
            task.error = failed.map(|failed| self.tell(failed));
            task.stopped = failed.is_some_and(|failed| failed.error.retry() == Retry::Never);
        });
        let listing = match polled {
            Ok(summary) => summary.listing.clone(),
            Err(_) => self.poller.listing_now().ok().filter(Listing::is_used),
        };
        if let Some(listing) = listing {
            self.status.sweep(&self.poller.task, |sweep| sweep.listing = listing);
        }
    }
}

fn done(summary: Summary, due: Timestamp) -> Outcome {
    let Summary { pages, changes, gone, late, goes_on, .. } = summary;
    match changes {
        _ if goes_on => {
            tracing::info!(pages, changes, "polled so far; it goes on with the next poll")
        }
        _ if status::is_odd(changes, gone) => {
            tracing::warn!(pages, changes, gone, "polled: most of what it found is gone");
        }
        0 => tracing::debug!(pages, %due, "nothing new"),
        _ => tracing::info!(pages, changes, late, "polled"),
    }
    Outcome::Done
}

/// Says why a run failed, and when it is made again.
pub(super) fn give_up(failed: &Failed, error: &str) -> Outcome {
    let asked = failed.asked.as_ref().map(tracing::field::display);
    match failed.error.retry() {
        Retry::Never => {
            tracing::error!(error, asked, "poll failed; the task is stopped until this is mended");
            Outcome::Stop
        }
        Retry::After(wait) => {
            tracing::warn!(error, asked, again_in_s = wait.as_secs(), "poll failed");
            Outcome::After(wait)
        }
        Retry::Backoff => {
            tracing::warn!(error, asked, "poll failed; it will be tried again");
            Outcome::Failed(failed.reached)
        }
    }
}

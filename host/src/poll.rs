//! Polling: ask the EHR, let the connector read the answer, commit the page; again while there is
//! more. What a page brought is handed to the collector at once, so that the next page is asked
//! for while the last is collected.

mod error;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use bytes::Bytes;
use jiff::Timestamp;

pub use self::error::{Error, Retry};
use crate::{
    clock::Clock,
    collect,
    connection::Connection,
    connector::{Detection, Fault, Guest, Limit, Page, Request},
    egress, identity,
    model::{Change, Stage, TaskId},
    step,
    store::{Commit, Committed, KeptAnswer, NewChange, Store, TaskState},
};

/// Polls a task.
pub struct Poller {
    /// The task.
    pub task: TaskId,
    /// Its own `since`, or the connection's.
    pub since: Option<crate::config::Since>,
    /// How its changes are found.
    pub detection: Detection,
    /// Its connection.
    pub connection: Arc<Connection>,
    /// Where cursors and containers are.
    pub store: Arc<dyn Store>,
    /// The host's clock.
    pub clock: Arc<dyn Clock>,
    /// Where new containers go.
    pub collector: collect::Handle,
    /// Polling pauses while so many containers and deliveries of the connection are under way.
    pub max_pending: usize,
}

/// What a poll came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Answers of the EHR.
    pub pages: usize,
    /// Changes in them that were not seen before.
    pub changes: usize,
}

/// Where a poll stands between two pages.
struct Progress {
    state: TaskState,
    began: Timestamp,
    begun: Timestamp,
    since: Timestamp,
    passed: HashSet<u64>,
    summary: Summary,
}

impl Poller {
    /// Polls once, from the task's cursor to the end of what there is.
    ///
    /// # Errors
    /// Why it ended early. Nothing is lost: the cursor stands behind what was committed.
    pub async fn poll(&self) -> Result<Summary, Error> {
        self.poll_since(None).await
    }

    /// As [`Poller::poll`], but where a time is given, from there, whatever the cursor. The task's
    /// cursor stays until the first page is committed.
    ///
    /// # Errors
    /// As [`Poller::poll`].
    pub async fn poll_since(&self, since: Option<Timestamp>) -> Result<Summary, Error> {
        self.check_backlog()?;
        let mut progress = self.begin().await?;
        if let Some(since) = since {
            (progress.since, progress.state.cursor) = (since, None);
        }
        let context = self.connection.context(
            &self.task,
            progress.began,
            progress.since,
            progress.state.interrupted,
        );
        let mut guest =
            Guest::new(&self.connection.connector, &context, self.connection.connector_log).await?;
        let limit = self.connection.connector.limits().poll_pages;
        for page in 1..=limit {
            if !self.page(&mut guest, &mut progress, page).await? {
                return Ok(progress.summary);
            }
            self.check_backlog()?;
        }
        Err(Fault::Limit(Limit::PollPages(limit)).into())
    }

    fn check_backlog(&self) -> Result<(), Error> {
        let (pending, limit) = (self.connection.backlog.len(), self.max_pending);
        if pending >= limit { Err(Error::HeldBack { pending, limit }) } else { Ok(()) }
    }

    /// Reads where the task stands. Since when it is there is on disk before anything is asked:
    /// changes are wanted from then on, also if the EHR does not answer for a day.
    async fn begin(&self) -> Result<Progress, Error> {
        let state = self.store.task(&self.task)?;
        let began = self.clock.now();
        self.store.polled(&self.task, began);
        if state.begun_at.is_none() {
            self.store.flush().await?;
        }
        let begun = state.begun_at.unwrap_or(began);
        let since = self.since.map_or(begun, |since| since.resolve(begun));
        let (passed, summary) = (HashSet::new(), Summary::default());
        Ok(Progress { state, began, begun, since, passed, summary })
    }

    /// Asks for one page and commits it; answers whether there is more.
    async fn page(
        &self,
        guest: &mut Guest,
        progress: &mut Progress,
        number: usize,
    ) -> Result<bool, Error> {
        let cursor = progress.state.cursor.clone();
        let answer = self.answer(guest, &mut progress.state).await?;
        step::reached("answered");
        let page = guest.changes(cursor.as_deref(), &answer).await?;
        let more = page.more;
        let stands = cursor.as_deref() == Some(&page.cursor);
        if more && (stands || !progress.passed.insert(fingerprint(&page.cursor))) {
            return Err(Error::Stuck { page: number });
        }
        self.commit(progress, page).await?;
        Ok(more)
    }

    /// The EHR's answer; where reading consumes, it is on disk before it is parsed, and one that
    /// is there from before a crash is not asked for again.
    async fn answer(
        &self,
        guest: &mut Guest,
        state: &mut TaskState,
    ) -> Result<egress::Response, Error> {
        if let Some(kept) = state.answer.take() {
            return Ok(restored(kept));
        }
        let Request { method, target, headers, body } = guest.poll(state.cursor.as_deref()).await?;
        let consuming = self.detection == Detection::ConsumingFeed;
        let request = egress::Request { method, target, headers, body };
        if !consuming {
            return Ok(self.connection.client.send(&request).await?);
        }
        self.store.keep(&self.task, None).await?;
        let answer = self.connection.client.send_once(&request).await?;
        self.store.keep(&self.task, Some(kept(&answer))).await?;
        Ok(answer)
    }

    async fn commit(&self, progress: &mut Progress, page: Page) -> Result<(), Error> {
        let Page { changes, cursor, more } = page;
        let changes = changes
            .into_iter()
            .enumerate()
            .map(|(at, change)| self.new_change(progress, at, change))
            .collect();
        let commit = Commit {
            task: self.task.clone(),
            revision: progress.state.revision,
            cursor: cursor.clone(),
            observed_at: progress.began,
            complete: !more,
            changes,
        };
        step::reached("committing");
        let Committed::Done { revision, made } = self.store.commit(commit).await? else {
            return Err(Error::Fenced);
        };
        step::reached("committed");
        progress.state.revision = revision;
        progress.state.cursor = Some(cursor);
        progress.summary.pages += 1;
        progress.summary.changes += made.len();
        for pending in made.into_iter().filter(|pending| pending.stage == Stage::Collect) {
            self.collector.collect(pending.lane, pending.id, self.connection.backlog.enter());
        }
        Ok(())
    }

    fn new_change(&self, progress: &Progress, position: usize, change: Change) -> NewChange {
        NewChange {
            notification_id: identity::notification(
                &self.task,
                &change,
                progress.state.revision,
                position,
            ),
            lane: identity::lane(&self.task.connection, &change),
            record: identity::record(&self.task, &change.id),
            version: identity::version(&change),
            backfill: is_backfill(progress, &change),
            change,
        }
    }
}

/// Whether a change is from before the task was: by the EHR's clock, or where the EHR does not
/// say, as part of a first poll into the past.
fn is_backfill(progress: &Progress, change: &Change) -> bool {
    let occurred_at = change.occurred_at.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    match occurred_at {
        Some(at) => at < progress.begun,
        None => !progress.state.complete && progress.since < progress.begun,
    }
}

fn fingerprint(cursor: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    cursor.hash(&mut hasher);
    hasher.finish()
}

fn kept(answer: &egress::Response) -> KeptAnswer {
    KeptAnswer {
        status: answer.status,
        headers: answer.headers.clone(),
        body: answer.body.to_vec(),
    }
}

fn restored(kept: KeptAnswer) -> egress::Response {
    let KeptAnswer { status, headers, body } = kept;
    egress::Response { status, headers, body: Bytes::from(body), retry_after: None }
}

//! Polling: ask the EHR, let the connector read the answer, commit the page; again while there is
//! more. What a page brought is handed to the collector at once, so that the next page is asked
//! for while the last is collected.
//!
//! A poll ends on the connector that it began with. Where that is on trial and fails, the one
//! before is asked what it makes of the same answer: `verdict`.

mod answer;
mod error;
mod verdict;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use jiff::Timestamp;

pub(crate) use self::error::blame;
pub use self::error::{Blame, Error, Retry};
use self::verdict::Evidence;
use crate::{
    clock::Clock,
    collect,
    connection::Connection,
    connector::{Context, Detection, Fault, Guest, Limit, Mode, Page},
    egress, identity,
    model::{Change, ChangeKind, Pending, Stage, TaskId},
    service::Serving,
    shadow, step,
    store::{Commit, Committed, NewChange, Store, TaskState},
};

/// Polls a task.
pub struct Poller {
    /// The task.
    pub task: TaskId,
    /// Its own `since`, or the connection's.
    pub since: Option<crate::config::Since>,
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
    /// Of these, how many at least say that a record is gone.
    pub gone: usize,
}

/// Where a poll stands between two pages.
struct Progress {
    serving: Serving,
    context: Context,
    evidence: Evidence,
    state: TaskState,
    begun: Timestamp,
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
        let mut progress = self.begin(since).await?;
        match self.pages(&mut progress).await {
            Ok(()) => {
                self.connection.service.went_well(&self.task, &progress.serving).await;
                Ok(progress.summary)
            }
            Err(error) => {
                let error = self.judge(error, &progress).await;
                Err(self.let_go(error, &progress).await)
            }
        }
    }

    /// How changes are found by what is in service.
    pub fn detection(&self) -> Detection {
        self.detection_of(&self.connection.service.serving())
    }

    fn detection_of(&self, serving: &Serving) -> Detection {
        let action = serving.connector.manifest().action(self.task.action.as_str());
        action.map_or(Detection::Feed, |action| action.detection)
    }

    async fn pages(&self, progress: &mut Progress) -> Result<(), Error> {
        let connector = progress.serving.connector.clone();
        let client = self.connection.client(&connector);
        let mut guest =
            Guest::new(&connector, &progress.context, self.connection.connector_log).await?;
        let limit = connector.limits().poll_pages;
        for page in 1..=limit {
            if !self.page(&mut guest, &client, progress, page).await? {
                return Ok(());
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
    async fn begin(&self, by_hand: Option<Timestamp>) -> Result<Progress, Error> {
        let service = &self.connection.service;
        let _entered = service.enter().await;
        let serving = service.serving();
        let mut state = self.store.task(&self.task)?;
        service.begins(&self.task, &serving, state.cursor.as_deref(), &*self.store).await?;
        let began = self.clock.now();
        self.store.polled(&self.task, began);
        if state.begun_at.is_none() {
            self.store.flush().await?;
        }
        let begun = state.begun_at.unwrap_or(began);
        let mut since = self.since.map_or(begun, |since| since.resolve(begun));
        if let Some(by_hand) = by_hand {
            (since, state.cursor) = (by_hand, None);
        }
        let mode = Mode { interrupted: state.interrupted, ..Mode::default() };
        let context = self.connection.context(&self.task, began, since, mode);
        let (passed, summary) = (HashSet::new(), Summary::default());
        let evidence = Evidence::default();
        Ok(Progress { serving, context, evidence, state, begun, passed, summary })
    }

    /// Asks for one page and commits it; answers whether there is more.
    async fn page(
        &self,
        guest: &mut Guest,
        client: &egress::Client,
        progress: &mut Progress,
        number: usize,
    ) -> Result<bool, Error> {
        let cursor = progress.state.cursor.clone();
        progress.evidence = Evidence::default();
        let answer = self.answer(guest, client, progress).await?;
        step::reached("answered");
        let read = guest.changes(cursor.as_deref(), &answer).await;
        self.show(progress, answer, &read);
        let page = read?;
        let more = page.more;
        let stands = cursor.as_deref() == Some(&page.cursor);
        if more && (stands || !progress.passed.insert(fingerprint(&page.cursor))) {
            return Err(Error::Stuck { page: number });
        }
        self.commit(progress, page).await?;
        Ok(more)
    }

    /// Has what may follow the connector read the same page, in its own time.
    fn show(&self, progress: &Progress, answer: egress::Response, read: &Result<Page, Fault>) {
        let shadow = &self.connection.shadow;
        let Some(watching) = shadow.watching(&progress.serving.connector) else { return };
        watching.page(shadow::Page {
            context: progress.context.clone(),
            cursor: progress.state.cursor.clone(),
            request: progress.evidence.request().cloned(),
            answer,
            read: read.clone(),
        });
    }

    async fn commit(&self, progress: &mut Progress, page: Page) -> Result<(), Error> {
        let Page { changes, cursor, more, .. } = page;
        let there = changes.iter().filter(|it| it.kind == ChangeKind::Upserted).count();
        let changes = changes
            .into_iter()
            .enumerate()
            .map(|(at, change)| self.new_change(progress, at, change))
            .collect();
        let commit = Commit {
            task: self.task.clone(),
            revision: progress.state.revision,
            cursor: cursor.clone(),
            observed_at: progress.context.now,
            complete: !more,
            changes,
        };
        step::reached("committing");
        let Committed::Done { revision, made } = self.store.commit(commit).await? else {
            return Err(Error::Fenced);
        };
        step::reached("committed");
        progress.evidence.committed();
        progress.state.revision = revision;
        progress.state.cursor = Some(cursor);
        progress.summary.pages += 1;
        progress.summary.changes += made.len();
        progress.summary.gone += made.len().saturating_sub(there);
        self.note_made(progress, &made);
        for pending in made.into_iter().filter(|pending| pending.stage == Stage::Collect) {
            self.collector.collect(pending.lane, pending.id, self.connection.backlog.enter());
        }
        Ok(())
    }

    /// Notes what a trial has made, but for what could not be read again.
    fn note_made(&self, progress: &Progress, made: &[Pending]) {
        if self.detection_of(&progress.serving) != Detection::ConsumingFeed {
            let first = made.first().map(|pending| pending.id);
            self.connection.service.made(&self.task, &progress.serving, first);
        }
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
        None => !progress.state.complete && progress.context.since < progress.begun,
    }
}

fn fingerprint(cursor: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    cursor.hash(&mut hasher);
    hasher.finish()
}

//! Polling: ask the EHR, let the connector read the answer, commit the page; again while there is
//! more. What a page brought is handed to the collector at once, so that the next page is asked
//! for while the last is collected.
//!
//! One that came to rest asks again from where the task stood before, for what comes late: `again`.
//! What has nothing but a listing, or begins with one, reads that instead: `listing`; beside a feed
//! it is read a page at a time, by who sweeps.
//!
//! A poll ends on the connector that it began with. Where that is on trial and fails, the one
//! before is asked what it makes of the same answer: `verdict`.

mod again;
mod answer;
mod error;
mod found;
mod listing;
mod past;
mod verdict;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use self::again::Again;
pub(crate) use self::again::LATE;
pub(crate) use self::error::blame;
pub use self::error::{Asked, Blame, Error, Failed, Retry};
pub use self::listing::Listed;
use self::listing::Under;
use self::verdict::Evidence;
use crate::{
    clock::Clock,
    collect,
    connection::Connection,
    connector::{Context, Detection, Fault, Guest, Mode, Page},
    egress,
    model::{Pending, TaskId},
    schedule::Reached,
    service::Serving,
    shadow, step,
    store::{Listing, Mark, Pass, Store, Tally, TaskState},
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
    /// How late what the EHR shows may be and is found all the same; nothing is asked again for it
    /// where this is zero.
    pub late: Duration,
    /// When it is asked again from where it stood.
    pub(crate) again: Mutex<Again>,
    /// The pass over its listing that is under way.
    pub(crate) listing: Mutex<Option<Under>>,
    /// Whether what is there before the task is read and remembered first, and told to nobody.
    pub baseline: bool,
    /// Whether its listing is read beside its feed.
    pub sweeps: bool,
}

/// What a poll came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Answers of the EHR.
    pub pages: usize,
    /// Changes in them that were news.
    pub changes: usize,
    /// Of these, how many at least say that a record is gone.
    pub gone: usize,
    /// Of these, how many the EHR showed late.
    pub late: usize,
    /// How long after its own time the latest of these was found.
    pub latest_by: Option<Duration>,
    /// What became of the others.
    pub tally: Tally,
    /// Whether it ended before all was read, and goes on with the next poll.
    pub goes_on: bool,
    /// All that a user was told of the EHR's answers so far.
    pub notices: Vec<String>,
    /// Where its listing stands, where the poll read that.
    pub listing: Option<Listing>,
}

/// Where a poll stands between two pages.
struct Progress {
    serving: Serving,
    context: Context,
    evidence: Evidence,
    state: TaskState,
    /// Where the next page is asked from; the task's own cursor is in its state.
    cursor: Option<String>,
    pass: Pass,
    begun: Timestamp,
    /// When this poll began, by the clock that never goes back.
    steady: Timestamp,
    /// What the EHR's clock showed then, by its first answer that says so.
    ehr_at: Option<Timestamp>,
    passed: HashSet<u64>,
    reached: Reached,
    summary: Summary,
}

impl Progress {
    /// When this poll began, by either clock.
    fn began(&self) -> Mark {
        Mark { at: self.steady, ehr_at: self.ehr_at, cursor: None }
    }

    /// Whether the task never came as far as to a cursor.
    fn is_first(&self) -> bool {
        self.state.past.is_empty() && self.state.cursor.is_none()
    }
}

impl Poller {
    /// Polls once, from the task's cursor to the end of what there is; where a time is given, from
    /// there, whatever the cursor. The task's cursor stays until the first page is committed.
    ///
    /// # Errors
    /// Why it ended early, and what it had found. Nothing is lost: the cursor stands behind what was
    /// committed.
    pub async fn poll(&self, since: Option<Timestamp>) -> Result<Summary, Failed> {
        self.check_backlog()?;
        let mut progress = self.begin(since).await?;
        match self.ask_all(&mut progress).await {
            Ok(()) => {
                if !progress.summary.goes_on {
                    self.connection.service.went_well(&self.task, &progress.serving).await;
                }
                Ok(progress.summary)
            }
            Err(error) => {
                let asked = self.asked(&error, &progress);
                let error = self.judge(error, &progress).await;
                let error = self.let_go(error, &progress).await;
                let Progress { reached, summary, .. } = progress;
                Err(Failed { error, asked, reached, found: Some(Box::new(summary)) })
            }
        }
    }

    /// What was asked last, where an error is of that.
    fn asked(&self, error: &Error, progress: &Progress) -> Option<Asked> {
        let evidence = &progress.evidence;
        let is_of_it = match error {
            Error::Egress(egress::Error::Refused { .. }) => false,
            Error::Egress(_) => true,
            Error::Fault(_) | Error::Anew(_) => evidence.status().is_some(),
            _ => false,
        };
        let request = evidence.request().filter(|_| is_of_it)?.clone().into();
        let client = self.connection.client(&progress.serving.connector);
        Some(Asked { request: client.declared(&request).ok()?, status: evidence.status() })
    }

    /// How changes are found by what is in service.
    pub fn detection(&self) -> Detection {
        self.detection_of(&self.connection.service.serving())
    }

    fn detection_of(&self, serving: &Serving) -> Detection {
        let action = serving.connector.manifest().action(self.task.action.as_str());
        action.map_or(Detection::Feed, |action| action.detection)
    }

    async fn ask_all(&self, progress: &mut Progress) -> Result<(), Error> {
        if self.begins_with_listing(progress) {
            let pages = progress.serving.connector.limits().poll_pages;
            let listed = self.list_pages(progress, pages).await?;
            progress.summary.goes_on = listed == Listed::More;
            progress.summary.listing = Some(self.listing_now()?);
            return Ok(());
        }
        let connector = progress.serving.connector.clone();
        let client = self.connection.client(&connector);
        let mut guest =
            Guest::new(&connector, &progress.context, self.connection.connector_log).await?;
        let is_first = progress.is_first();
        if !self.pages(&mut guest, &client, progress).await? {
            progress.summary.goes_on = true;
            return Ok(());
        }
        progress.reached.end = true;
        if is_first {
            self.read_from_its_beginning(progress);
            return Ok(());
        }
        self.look_again(guest, &client, progress).await
    }

    /// Whether this poll reads the listing: of an action that has nothing else, or before anything is
    /// told.
    fn begins_with_listing(&self, progress: &mut Progress) -> bool {
        let is_snapshot = self.detection_of(&progress.serving) == Detection::Snapshot;
        let state = &progress.state;
        let is_baseline = self.baseline && state.cursor.is_none() && state.listing.ended.is_none();
        if is_snapshot || is_baseline {
            progress.pass = Pass::Listing;
            progress.context.mode.listing = !is_snapshot;
        }
        is_snapshot || is_baseline
    }

    /// Asks for page after page; answers whether all was read. What is longer than a poll may be goes
    /// on with the next.
    async fn pages(
        &self,
        guest: &mut Guest,
        client: &egress::Client,
        progress: &mut Progress,
    ) -> Result<bool, Error> {
        progress.passed.clear();
        for page in 1..=progress.serving.connector.limits().poll_pages {
            if !self.page(guest, client, progress, page).await? {
                return Ok(true);
            }
            self.check_backlog()?;
        }
        Ok(false)
    }

    fn listing(&self) -> MutexGuard<'_, Option<Under>> {
        self.listing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn again(&self) -> MutexGuard<'_, Again> {
        self.again.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_backlog(&self) -> Result<(), Error> {
        let (pending, limit) = (self.connection.backlog.len(), self.max_pending);
        if pending < limit {
            return Ok(());
        }
        Err(Error::HeldBack { pending, limit, most: self.connection.backlog.most() })
    }

    /// Reads where the task stands. Since when it is there is on disk before anything is asked:
    /// changes are wanted from then on, also if the EHR does not answer for a day.
    async fn begin(&self, by_hand: Option<Timestamp>) -> Result<Progress, Error> {
        let service = &self.connection.service;
        let _entered = service.enter().await;
        let serving = service.serving();
        let mut state = self.store.task(&self.task)?;
        service.begins(&self.task, &serving, &state, &*self.store).await?;
        self.again().goes_with(serving.era());
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
        let summary = Summary { notices: state.notices.clone(), ..Summary::default() };
        Ok(Progress {
            serving,
            context,
            evidence: Evidence::default(),
            cursor: state.cursor.clone(),
            state,
            pass: Pass::Onward,
            begun,
            steady: self.clock.steady(),
            ehr_at: None,
            passed: HashSet::new(),
            reached: Reached::default(),
            summary,
        })
    }

    /// Asks for one page and commits it; answers whether there is more.
    async fn page(
        &self,
        guest: &mut Guest,
        client: &egress::Client,
        progress: &mut Progress,
        number: usize,
    ) -> Result<bool, Error> {
        let cursor = progress.cursor.clone();
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
            cursor: progress.cursor.clone(),
            request: progress.evidence.request().cloned(),
            answer,
            read: read.clone(),
        });
    }

    /// Notes what a trial has made, but for what could not be read again.
    fn note_made(&self, progress: &Progress, made: &[Pending]) {
        if self.detection_of(&progress.serving) != Detection::ConsumingFeed {
            let first = made.first().map(|pending| pending.id);
            self.connection.service.made(&self.task, &progress.serving, first);
        }
    }
}

fn fingerprint(cursor: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    cursor.hash(&mut hasher);
    hasher.finish()
}

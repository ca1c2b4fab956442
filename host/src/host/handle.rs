//! Looking after a running host, from within its process.

mod answers;
mod listing;

use std::{collections::HashMap, sync::Arc, vec};

use jiff::Timestamp;
use tokio::{
    sync::{Mutex, SemaphorePermit},
    task,
};

use super::task::Task;
use crate::{
    collect,
    connector::{Connector, Detection},
    model::{
        ConnectionName, Container, ContainerId, DestinationName, NotificationId, Pending, Stage,
        TaskId,
    },
    poll::{self, Poller},
    schedule,
    status::{Backlog, Report, Status, UnderWay},
    store::{
        DeadLetter, Error, Keys, Purge, Purged, Receipt, Rotated, Sought, Store, Taken, TaskState,
    },
};

/// Looks after a host. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(super) status: Status,
    pub(super) store: Arc<dyn Store>,
    pub(super) scheduler: schedule::Handle,
    pub(super) lines: Arc<Lines>,
    pub(super) tasks: Arc<Tasks>,
}

/// All tasks, those among them that are not enabled.
pub(super) type Tasks = HashMap<TaskId, Arc<Task>>;

/// Where containers and deliveries are handed in.
pub(super) struct Lines {
    pub(super) collectors: HashMap<ConnectionName, (collect::Handle, Backlog)>,
    pub(super) destinations: Vec<DestinationName>,
    /// What waited at the start and is not in line yet.
    pub(super) rest: Mutex<Rest>,
}

/// How much of what waited at the start is put in line at once: the first of it may go before the
/// last of a million is there.
const RESUMED_AT_ONCE: usize = 1000;

/// What waited at the start and is not in line yet, in order.
#[derive(Default)]
pub(super) struct Rest {
    pending: vec::IntoIter<Pending>,
    /// How many before it are not configured.
    strangers: usize,
    /// Nobody may take what is left for nothing.
    held: Vec<UnderWay>,
}

impl Handle {
    /// How everything is doing.
    pub fn report(&self) -> Report {
        let mut report = self.status.report();
        let pending = self
            .lines
            .collectors
            .iter()
            .map(|(name, (_, backlog))| (name.to_string(), backlog.len()));
        report.pending = pending.collect();
        // A store that cannot be read stands in the report as well.
        report.dead_letters = self.store.dead_count().unwrap_or_default();
        report
    }

    /// All dead letters, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn dead(&self) -> Result<Vec<DeadLetter>, Error> {
        self.store.dead()
    }

    /// Dead letters, oldest first: those of so many containers, from this one on.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn dead_from(&self, first: ContainerId, most: usize) -> Result<Vec<DeadLetter>, Error> {
        self.store.dead_from(first, most)
    }

    /// A dead letter with all that is in it; `None` where it is none.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn dead_letter(&self, id: ContainerId) -> Result<Option<Container>, Error> {
        self.store.dead_letter(id)
    }

    /// The newest receipts of what was delivered, at most so many, the newest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn delivered(&self, sought: &Sought, limit: usize) -> Result<Vec<Receipt>, Error> {
        self.store.delivered(sought, limit)
    }

    /// Each time that a destination took a notification, with what was sent where that is kept.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn sent(&self, id: &NotificationId) -> Result<Vec<Taken>, Error> {
        self.store.sent(id)
    }

    /// Puts dead letters back in line; answers how many that were. An answer goes back to its task,
    /// which polls now, or stays a dead letter where the task has another one to read first.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn replay(&self, letters: &[ContainerId]) -> Result<usize, Error> {
        self.lines.resume_rest().await;
        let turns = self.lines.turns().await;
        let pending = self.store.replay(letters).await?;
        let count = pending.len();
        self.lines.resume(pending);
        drop(turns);
        Ok(count + self.replay_answers(letters).await?)
    }

    /// What [`Handle::purge`] would forget.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn held(&self, what: &Purge) -> Result<Purged, Error> {
        self.store.held(what).await
    }

    /// Has the store forget a connection's, a record's or a key's data. What waits in line of it is
    /// not sent any more; an attempt that is under way ends, and so does a poll, whose changes are
    /// new again.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn purge(&self, what: &Purge) -> Result<Purged, Error> {
        self.store.purge(what).await
    }

    /// Takes up the store's outer key as it is configured now, and gives every connection a new
    /// key.
    ///
    /// # Errors
    /// Where the key cannot be read or the keys cannot be written.
    pub async fn rotate_keys(&self) -> Result<Rotated, Error> {
        self.store.rotate_keys().await
    }

    /// The keys of the store, and whether all that it holds can be opened.
    ///
    /// # Errors
    /// Where the store or the outer key cannot be read.
    pub async fn keys(&self) -> Result<Keys, Error> {
        self.store.keys().await
    }

    /// Where a task stands.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn task(&self, task: &TaskId) -> Result<TaskState, Error> {
        self.store.task(task)
    }

    /// Sets a task's cursor and polls it now, also where it had stopped.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<u64, Error> {
        let revision = self.store.set_cursor(task, cursor).await?;
        self.scheduler.wake(task.clone());
        Ok(revision)
    }

    /// The host's tasks, those among them that are not enabled; in no order.
    pub fn tasks(&self) -> Vec<TaskId> {
        self.tasks.keys().cloned().collect()
    }

    /// Whether a task is polled on its cadence.
    pub fn is_enabled(&self, task: &TaskId) -> bool {
        self.tasks.get(task).is_some_and(|task| task.enabled)
    }

    /// How a task's changes are found; `None` where there is no such task.
    pub fn detection(&self, task: &TaskId) -> Option<Detection> {
        self.tasks.get(task).map(|task| task.poller.detection())
    }

    /// Has an enabled task polled now, whatever its cadence, also where it had stopped.
    pub fn poll(&self, task: TaskId) {
        self.scheduler.wake(task);
    }

    /// Polls a task once, in the caller's own time, and says what came of it: from its cursor, or
    /// from a time that is given. What it found goes on its way while the host runs.
    ///
    /// # Errors
    /// Why the poll ended early; what came before is committed.
    pub async fn poll_once(
        &self,
        task: &TaskId,
        since: Option<Timestamp>,
    ) -> Result<poll::Summary, poll::Failed> {
        match self.tasks.get(task) {
            Some(task) => task.poll_by_hand(since).await,
            None => Err(poll::Error::Unknown(task.clone()).into()),
        }
    }

    /// Puts a connector that the program loaded, and answers for, in service under its name: on
    /// trial against the one before. Where it is that one, tasks go back to where they stood with
    /// it. Polls under way end on what they began with.
    ///
    /// # Errors
    /// Where the store cannot be written; what is in service stays.
    pub async fn put_in_service(&self, connector: Connector) -> Result<(), Error> {
        let mut pollers = self.tasks.values().map(|task| &task.poller);
        let named = |it: &&Poller| it.connection.service.name() == connector.manifest().name;
        let Some(poller) = pollers.find(named) else { return Ok(()) };
        let (file, now) = (connector.manifest().label(), poller.clock.now());
        poller.connection.service.swap(connector, file, now, &*self.store).await
    }

    /// Containers to be collected and deliveries to be made.
    pub fn pending(&self) -> usize {
        self.lines.collectors.values().map(|(_, backlog)| backlog.len()).sum()
    }

    /// Waits until nothing is under way: all that was found is collected, and delivered or dead.
    pub async fn idle(&self) {
        for (_, backlog) in self.lines.collectors.values() {
            backlog.drained().await;
        }
    }

    pub(super) fn status(&self) -> &Status {
        &self.status
    }
}

impl Lines {
    /// Puts what the store says is pending in its lines. What belongs to a connection or
    /// destination that is not configured stays in the store.
    pub(super) fn resume(&self, pending: Vec<Pending>) {
        warn_of(self.resume_some(pending));
    }

    /// Puts the first of what waited at the start in line.
    pub(super) async fn resume_first(&self, pending: Vec<Pending>) {
        let mut pending = pending.into_iter();
        let strangers = self.resume_some(pending.by_ref().take(RESUMED_AT_ONCE));
        let all = pending.len() == 0;
        let held = self.collectors.values().filter(|_| !all).map(|(_, backlog)| backlog.enter());
        *self.rest.lock().await = Rest { pending, strangers, held: held.collect() };
        if all {
            self.resume_rest().await;
        }
    }

    /// Puts all that waited at the start in line, before anything new may follow it. Cancel-safe.
    pub(super) async fn resume_rest(&self) {
        let mut rest = self.rest.lock().await;
        while rest.pending.len() > 0 {
            let some = rest.pending.by_ref().take(RESUMED_AT_ONCE);
            rest.strangers += self.resume_some(some);
            task::yield_now().await;
        }
        rest.held.clear();
        warn_of(std::mem::take(&mut rest.strangers));
    }

    /// Answers how many are not configured.
    fn resume_some(&self, pending: impl IntoIterator<Item = Pending>) -> usize {
        let known = pending.into_iter().map(|pending| self.resume_one(pending));
        known.filter(|known| !known).count()
    }

    /// Puts a container in line; whether its connection and destinations are configured.
    fn resume_one(&self, pending: Pending) -> bool {
        let Some((collector, backlog)) = self.collectors.get(&pending.task.connection) else {
            return false;
        };
        let known = match &pending.stage {
            Stage::Collect => true,
            Stage::Deliver(deliveries) => {
                deliveries.iter().all(|it| self.is_known(&it.destination))
            }
        };
        // Also where one is not configured: the others are told.
        collector.collect(pending, backlog.enter());
        known
    }

    fn is_known(&self, destination: &DestinationName) -> bool {
        self.destinations.contains(destination)
    }

    /// The turns to number containers of all connections, always in the same order.
    async fn turns(&self) -> Vec<SemaphorePermit<'_>> {
        let mut collectors: Vec<_> = self.collectors.iter().collect();
        collectors.sort_unstable_by_key(|(name, _)| *name);
        let mut turns = Vec::new();
        for (_, (collector, _)) in collectors {
            turns.extend(collector.turn().await);
        }
        turns
    }
}

fn warn_of(strangers: usize) {
    if strangers > 0 {
        tracing::warn!(
            strangers,
            "containers wait for connections or destinations that are not configured; they are kept"
        );
    }
}

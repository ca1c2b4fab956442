//! A store in memory, for simulations: with a disk of its own that outlives it and has only what
//! was synced.
//!
//! Every write is an `Op` on a plain `State`. It is done at once to the state that readers see, and
//! to the disk's, in the same order, once somebody has waited for a sync. A crash takes the rest
//! away.

#[cfg(test)]
mod tests;

mod state;

use std::{
    collections::VecDeque,
    future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time;

use self::state::{Answer, Op, State};
use super::{
    Before, Commit, Committed, DeadLetter, EndListing, EndedListing, Error, Fill, KeptAnswer,
    Purge, Purged, Receipt, Rewind, Settlement, Sought, Store, Taken, TaskState,
};
use crate::{
    identity::RecordKey,
    model::{
        ConnectionName, Container, ContainerId, Delivery, DestinationName, NotificationId, Pending,
        TaskId,
    },
};

/// How long a sync takes, asked at each.
pub type SyncTime = dyn Fn() -> Duration + Send + Sync;

/// What outlives a store. Cheap to clone; one store at a time is open on it.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<State>>);

impl Disk {
    /// A task as it is on disk.
    pub fn task(&self, task: &TaskId) -> TaskState {
        self.state().task(task)
    }

    /// Whether a notification is on disk as it is told, or was until it was settled.
    pub fn has_filled(&self, id: &NotificationId) -> bool {
        self.state().has_filled(id)
    }

    /// Whether a delivery of a notification is on disk as done.
    pub fn has_delivered(&self, id: &NotificationId, to: &DestinationName) -> bool {
        let (notification, destination) = (Some(id.clone()), Some(to.clone()));
        let sought = Sought { notification, destination, ..Sought::default() };
        !self.state().delivered(&sought).is_empty()
    }

    /// Whether a change has a container on disk, or had one until it was settled.
    pub fn has_made(&self, id: &NotificationId) -> bool {
        self.state().has_made(id)
    }

    /// The containers that were ever made of a task, in their order, and are still known: ids of
    /// notifications.
    pub fn made(&self) -> Vec<(ContainerId, NotificationId)> {
        self.state().made()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store on a [`Disk`]. Dropping it is a clean stop; [`MemoryStore::crash`] is not.
pub struct MemoryStore {
    disk: Disk,
    memory: Mutex<Memory>,
    sync_time: Box<SyncTime>,
    lies: bool,
}

/// What a crash takes away.
struct Memory {
    state: State,
    /// What was done and not synced, in order.
    unsynced: VecDeque<Op>,
    /// Writes that were synced.
    synced: u64,
    crashed: bool,
    asked: bool,
}

impl MemoryStore {
    /// Opens what is on a disk.
    pub fn open(disk: &Disk, sync_time: Box<SyncTime>) -> Self {
        let state = disk.state().clone();
        let memory =
            Memory { state, unsynced: VecDeque::new(), synced: 0, crashed: false, asked: false };
        Self { disk: disk.clone(), memory: Mutex::new(memory), sync_time, lies: false }
    }

    /// From now on the disk says that it has synced, and has not.
    #[must_use]
    pub fn lying(mut self) -> Self {
        self.lies = true;
        self
    }

    /// Ends it as a power cut does: what was not synced is lost, but for as many of the oldest of
    /// these writes as happened to reach the disk.
    pub fn crash(&self, reached: usize) {
        let mut memory = self.memory();
        let reached = reached.min(memory.unsynced.len());
        memory.sync(&self.disk, reached);
        memory.unsynced.clear();
        memory.crashed = true;
    }

    /// Writes that a crash now would lose.
    pub fn unsynced(&self) -> usize {
        self.memory().unsynced.len()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, op: Op) -> Answer {
        let mut memory = self.memory();
        let answer = memory.state.apply(&op);
        if !memory.crashed {
            memory.unsynced.push_back(op);
        }
        answer
    }

    async fn write(&self, op: Op) -> Result<Answer, Error> {
        let answer = self.note(op);
        self.flush().await?;
        Ok(answer)
    }
}

impl Memory {
    fn sync(&mut self, disk: &Disk, count: usize) {
        let mut state = disk.state();
        for op in self.unsynced.drain(..count.min(self.unsynced.len())) {
            state.apply(&op);
            self.synced += 1;
        }
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        self.memory().sync(&self.disk, usize::MAX);
    }
}

fn stopped() -> Error {
    Error::Stopped("it crashed".into())
}

#[async_trait]
impl Store for MemoryStore {
    fn task(&self, task: &TaskId) -> Result<TaskState, Error> {
        Ok(self.memory().state.task(task))
    }

    fn pending(&self) -> Result<Vec<Pending>, Error> {
        let mut memory = self.memory();
        let asked = std::mem::replace(&mut memory.asked, true);
        Ok(if asked { Vec::new() } else { memory.state.pending() })
    }

    fn container(&self, id: ContainerId) -> Result<Option<Container>, Error> {
        Ok(self.memory().state.container(id))
    }

    fn memo(&self, _: &ConnectionName, record: RecordKey) -> Result<Option<String>, Error> {
        Ok(self.memory().state.memo(record))
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, Error> {
        match self.write(Op::Commit(Box::new(commit))).await? {
            Answer::Committed(committed) => Ok(committed),
            _ => Err(stopped()),
        }
    }

    async fn end_listing(&self, end: EndListing) -> Result<EndedListing, Error> {
        match self.write(Op::EndListing(end)).await? {
            Answer::Ended(ended) => Ok(ended),
            _ => Err(stopped()),
        }
    }

    async fn decide_listing(&self, task: &TaskId, accept: bool) -> Result<bool, Error> {
        match self.write(Op::DecideListing(task.clone(), accept)).await? {
            Answer::Decided(decided) => Ok(decided),
            _ => Err(stopped()),
        }
    }

    fn listed(&self, task: &TaskId, records: &[RecordKey]) -> Result<(usize, u64), Error> {
        Ok(self.memory().state.listed(task, records))
    }

    async fn keep(&self, task: &TaskId, answer: Option<KeptAnswer>) -> Result<(), Error> {
        self.write(Op::Keep(task.clone(), answer)).await.map(drop)
    }

    async fn bury_answer(
        &self,
        task: &TaskId,
        reason: String,
        at: Timestamp,
    ) -> Result<Option<ContainerId>, Error> {
        match self.write(Op::BuryAnswer(task.clone(), reason, at)).await? {
            Answer::Buried(letter) => Ok(letter),
            _ => Err(stopped()),
        }
    }

    async fn replay_answer(&self, letter: ContainerId) -> Result<bool, Error> {
        match self.write(Op::ReplayAnswer(letter)).await? {
            Answer::Replayed(replayed) => Ok(replayed),
            _ => Err(stopped()),
        }
    }

    async fn fill(&self, fill: Fill) -> Result<Vec<Delivery>, Error> {
        match self.write(Op::Fill(fill)).await? {
            Answer::Owed(deliveries) => Ok(deliveries),
            _ => Err(stopped()),
        }
    }

    async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<u64, Error> {
        match self.write(Op::SetCursor(task.clone(), cursor)).await? {
            Answer::Revision(revision) => Ok(revision),
            _ => Err(stopped()),
        }
    }

    async fn rewind(&self, task: &TaskId, to: Rewind) -> Result<usize, Error> {
        match self.write(Op::Rewind(task.clone(), to)).await? {
            Answer::Forgotten(count) => Ok(count),
            _ => Err(stopped()),
        }
    }

    async fn replay(&self, containers: &[ContainerId]) -> Result<Vec<Pending>, Error> {
        match self.write(Op::Replay(containers.to_vec())).await? {
            Answer::Pending(pending) => Ok(pending),
            _ => Err(stopped()),
        }
    }

    async fn purge(&self, what: &Purge) -> Result<Purged, Error> {
        match self.write(Op::Purge(what.clone())).await? {
            Answer::Purged(purged) => Ok(purged),
            _ => Err(stopped()),
        }
    }

    async fn held(&self, what: &Purge) -> Result<Purged, Error> {
        Ok(self.memory().state.held(what))
    }

    async fn forget_dead(&self, before: Timestamp) -> Result<usize, Error> {
        match self.write(Op::ForgetDead(before)).await? {
            Answer::Forgotten(count) => Ok(count),
            _ => Err(stopped()),
        }
    }

    async fn forget_delivered(&self, before: &Before) -> Result<(), Error> {
        self.write(Op::ForgetDelivered(*before)).await.map(drop)
    }

    fn delivered(&self, sought: &Sought, limit: usize) -> Result<Vec<Receipt>, Error> {
        let delivered = self.memory().state.delivered(sought);
        Ok(delivered.into_iter().take(limit).map(|taken| taken.receipt).collect())
    }

    fn sent(&self, id: &NotificationId) -> Result<Vec<Taken>, Error> {
        let sought = Sought { notification: Some(id.clone()), ..Sought::default() };
        Ok(self.memory().state.delivered(&sought))
    }

    fn dead_from(&self, first: ContainerId, most: usize) -> Result<Vec<DeadLetter>, Error> {
        Ok(self.memory().state.dead(first, most))
    }

    fn begin(&self, task: &TaskId, at: Timestamp) {
        self.note(Op::Begin(task.clone(), at));
    }

    fn polled(&self, task: &TaskId, at: Timestamp) {
        self.note(Op::Polled(task.clone(), at));
    }

    fn skip(&self, container: ContainerId, memo: Option<String>) {
        self.note(Op::Skip(container, memo));
    }

    fn bury(&self, container: ContainerId, reason: String, at: Timestamp) {
        self.note(Op::Bury(container, reason, at));
    }

    fn settle(&self, container: ContainerId, destination: &DestinationName, outcome: Settlement) {
        self.note(Op::Settle(container, destination.clone(), outcome));
    }

    async fn flush(&self) -> Result<(), Error> {
        let through = {
            let memory = self.memory();
            memory.synced + memory.unsynced.len() as u64
        };
        time::sleep((self.sync_time)()).await;
        let mut memory = self.memory();
        if memory.crashed {
            return Err(stopped());
        }
        if !self.lies {
            let count = through.saturating_sub(memory.synced);
            memory.sync(&self.disk, usize::try_from(count).unwrap_or(usize::MAX));
        }
        Ok(())
    }

    async fn failed(&self) -> Error {
        future::pending().await
    }
}

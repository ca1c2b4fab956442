//! The store of a world: the one in memory, watched at every write, and where a mutant lies.

mod spoilt;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use rounds::{
    identity::RecordKey,
    model::{
        Change, ChangeKind, ConnectionName, Container, ContainerId, Delivery, DestinationName,
        NotificationId, Pending, Stage, TaskId,
    },
    store::{
        Before, Commit, Committed, DeadLetter, EndListing, EndedListing, Error, Fill, KeptAnswer,
        Purge, Purged, Receipt, Rewind, Settlement, Sought, Store, Taken, TaskState,
        memory::MemoryStore,
    },
};

use super::{check, mutants::Mutant, plan::Plan, world::World};

/// A store that is watched.
pub(super) struct Watched {
    pub(super) world: Arc<World>,
    pub(super) inner: Arc<MemoryStore>,
}

impl Watched {
    /// A write begins: a crash may come over it, or the disk is full.
    fn begins(&self) -> Result<(), Error> {
        let (falls, full) = {
            let Plan { falls, full, .. } = self.world.lock().plan;
            (falls, full)
        };
        self.may_fail(falls, full)
    }

    fn may_fail(&self, falls: f64, full: f64) -> Result<(), Error> {
        let mut world = self.world.lock();
        if !world.is_sick() {
            return Ok(());
        }
        if world.chance.happens(falls) {
            world.doom.notify_one();
        }
        match world.chance.happens(full) {
            true => Err(Error::Full { folder: "the simulated one".into(), free: 0, needed: 1 }),
            false => Ok(()),
        }
    }

    fn dies(&self, id: ContainerId) {
        let container = self.inner.container(id).unwrap();
        if let Some(container) = container {
            let mut world = self.world.lock();
            world.tell(format_args!("{id} is dead"));
            let Change { kind, id, version, .. } = container.change;
            if kind == ChangeKind::MovedAway {
                world.dead_moves.insert((id, version.unwrap_or_default()));
            }
            world.dead.insert(container.notification_id.0);
        }
    }
}

#[async_trait]
impl Store for Watched {
    fn task(&self, task: &TaskId) -> Result<TaskState, Error> {
        self.inner.task(task)
    }

    fn pending(&self) -> Result<Vec<Pending>, Error> {
        let mut pending = self.inner.pending()?;
        if self.world.has(Mutant::ForgetsAtStart) {
            pending.pop();
        }
        self.misplaced(&mut pending, true);
        let owed = pending.iter().filter(|it| it.stage != Stage::Collect).count();
        let waits = pending.len() - owed;
        self.world.lock().tell(format_args!("starts with {waits} to collect, {owed} to deliver"));
        Ok(pending)
    }

    fn container(&self, id: ContainerId) -> Result<Option<Container>, Error> {
        let mut container = self.inner.container(id)?;
        if let Some(filled) = container.as_mut().and_then(|it| it.filled.as_mut())
            && self.world.has(Mutant::OtherBytes)
        {
            filled.connector = format!("of host {}", self.world.lock().hosts);
        }
        Ok(container)
    }

    fn memo(
        &self,
        connection: &ConnectionName,
        record: RecordKey,
    ) -> Result<Option<String>, Error> {
        let memo = self.inner.memo(connection, record)?;
        Ok(memo.filter(|_| !self.world.has(Mutant::ForgetsMemos)))
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, Error> {
        self.begins()?;
        let commit = self.spoilt(commit);
        let (task, moves, revision) = (commit.task.clone(), commit.moves.clone(), commit.revision);
        let mut committed = match self.world.has(Mutant::CursorFirst) {
            true if moves.is_some() => {
                self.inner.commit(Commit { changes: Vec::new(), ..commit.clone() }).await?;
                self.inner.commit(Commit { revision: revision + 1, ..commit }).await?
            }
            _ => self.inner.commit(commit).await?,
        };
        let made = match &mut committed {
            Committed::Done { made, .. } => made.as_mut_slice(),
            Committed::Fenced { .. } => &mut [],
        };
        self.misplaced(made, false);
        let count = made.len();
        let cursor = moves.as_ref().map_or("where it was", |to| &to.cursor);
        self.world.lock().tell(format_args!("{task} commits {count} up to {cursor}"));
        check::cursor::of(&self.world, &task);
        Ok(committed)
    }

    async fn end_listing(&self, end: EndListing) -> Result<EndedListing, Error> {
        self.begins()?;
        self.inner.end_listing(end).await
    }

    async fn decide_listing(&self, task: &TaskId, accept: bool) -> Result<bool, Error> {
        self.inner.decide_listing(task, accept).await
    }

    fn listed(&self, task: &TaskId, records: &[RecordKey]) -> Result<(usize, u64), Error> {
        self.inner.listed(task, records)
    }

    async fn keep(&self, task: &TaskId, answer: Option<KeptAnswer>) -> Result<(), Error> {
        self.begins()?;
        if self.world.has(Mutant::ForgetsAnswers) {
            return Ok(());
        }
        self.inner.keep(task, answer).await
    }

    async fn bury_answer(
        &self,
        task: &TaskId,
        reason: String,
        at: Timestamp,
    ) -> Result<Option<ContainerId>, Error> {
        self.inner.bury_answer(task, reason, at).await
    }

    async fn replay_answer(&self, letter: ContainerId) -> Result<bool, Error> {
        self.inner.replay_answer(letter).await
    }

    async fn fill(&self, mut fill: Fill) -> Result<Vec<Delivery>, Error> {
        if self.world.has(Mutant::LeavesOut) {
            fill.destinations.truncate(1);
        }
        self.begins()?;
        let container = fill.container;
        let owed = self.inner.fill(fill).await?;
        self.world.lock().tell(format_args!("fills {container} for {}", owed.len()));
        Ok(owed)
    }

    async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<u64, Error> {
        self.begins()?;
        self.inner.set_cursor(task, cursor).await
    }

    async fn rewind(&self, task: &TaskId, mut to: Rewind) -> Result<usize, Error> {
        // Rare as it is, it is to be seen amid trouble.
        self.may_fail(0.3, 0.3)?;
        check::anew::is_off(&self.world, task);
        if self.world.has(Mutant::ForgetsWhatItTakesBack) {
            to.cursor = self.inner.task(task)?.cursor;
        }
        let forgotten = self.inner.rewind(task, to).await?;
        self.world.lock().tell(format_args!("{task} goes back over {forgotten}"));
        Ok(forgotten)
    }

    async fn replay(&self, containers: &[ContainerId]) -> Result<Vec<Pending>, Error> {
        self.inner.replay(containers).await
    }

    async fn purge(&self, what: &Purge) -> Result<Purged, Error> {
        self.inner.purge(what).await
    }

    async fn held(&self, what: &Purge) -> Result<Purged, Error> {
        self.inner.held(what).await
    }

    async fn forget_dead(&self, before: Timestamp) -> Result<usize, Error> {
        self.inner.forget_dead(before).await
    }

    async fn forget_delivered(&self, before: &Before) -> Result<(), Error> {
        self.inner.forget_delivered(before).await
    }

    fn delivered(&self, sought: &Sought, limit: usize) -> Result<Vec<Receipt>, Error> {
        self.inner.delivered(sought, limit)
    }

    fn sent(&self, id: &NotificationId) -> Result<Vec<Taken>, Error> {
        self.inner.sent(id)
    }

    fn dead_from(&self, first: ContainerId, most: usize) -> Result<Vec<DeadLetter>, Error> {
        self.inner.dead_from(first, most)
    }

    fn begin(&self, task: &TaskId, at: Timestamp) {
        self.inner.begin(task, at);
    }

    fn polled(&self, task: &TaskId, at: Timestamp) {
        self.inner.polled(task, at);
    }

    fn skip(&self, container: ContainerId, memo: Option<String>) {
        self.inner.skip(container, memo);
    }

    fn bury(&self, container: ContainerId, reason: String, at: Timestamp) {
        self.dies(container);
        self.inner.bury(container, reason, at);
    }

    fn settle(&self, container: ContainerId, destination: &DestinationName, outcome: Settlement) {
        let outcome = match outcome {
            Settlement::Retry { .. } if self.world.has(Mutant::GivesUp) => {
                Settlement::Delivered(None)
            }
            Settlement::Delivered(_) if self.world.has(Mutant::ForgetsReceipts) => {
                Settlement::Delivered(None)
            }
            outcome => outcome,
        };
        if matches!(outcome, Settlement::Dead { .. }) {
            self.dies(container);
        }
        self.world.lock().tell(format_args!("{destination}: {container} {outcome:?}"));
        self.inner.settle(container, destination, outcome);
    }

    async fn flush(&self) -> Result<(), Error> {
        self.inner.flush().await
    }

    async fn failed(&self) -> Error {
        self.inner.failed().await
    }
}

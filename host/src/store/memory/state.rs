//! What a store in memory holds, and what each write does to it. Without time, I/O or chance, so
//! that the same writes in the same order make the same state.

mod answers;
mod listing;
mod outcomes;
mod pages;
mod purge;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use self::{listing::Places, record::Record};
use super::super::{
    Before, Commit, Committed, DeadLetter, EndListing, EndedListing, Fill, KeptAnswer, Pass, Purge,
    Purged, Rewind, Settlement, Sought, Taken, TaskState,
};
use crate::{
    identity::{self, RecordKey},
    model::{
        Container, ContainerId, Delivery, DestinationName, Lane, NotificationId, Pending, Stage,
        TaskId,
    },
};

/// A write.
pub(super) enum Op {
    Commit(Box<Commit>),
    Keep(TaskId, Option<KeptAnswer>),
    BuryAnswer(TaskId, String, Timestamp),
    ReplayAnswer(ContainerId),
    EndListing(EndListing),
    DecideListing(TaskId, bool),
    Fill(Fill),
    SetCursor(TaskId, Option<String>),
    Rewind(TaskId, Rewind),
    Replay(Vec<ContainerId>),
    Begin(TaskId, Timestamp),
    Polled(TaskId, Timestamp),
    Skip(ContainerId, Option<String>),
    Bury(ContainerId, String, Timestamp),
    Settle(ContainerId, DestinationName, Settlement),
    Purge(Purge),
    ForgetDead(Timestamp),
    ForgetDelivered(Before),
}

/// What a write came to.
pub(super) enum Answer {
    Committed(Committed),
    Ended(EndedListing),
    Decided(bool),
    Owed(Vec<Delivery>),
    Revision(u64),
    Forgotten(usize),
    Pending(Vec<Pending>),
    Buried(Option<ContainerId>),
    Replayed(bool),
    Purged(Purged),
    Nothing,
}

/// All that a store holds.
#[derive(Clone, Default)]
pub(super) struct State {
    tasks: BTreeMap<TaskId, TaskState>,
    held: BTreeMap<ContainerId, Held>,
    dead: BTreeMap<ContainerId, Vec<Interred>>,
    memos: BTreeMap<RecordKey, String>,
    records: BTreeMap<RecordKey, Record>,
    listings: BTreeMap<TaskId, Places>,
    sequences: BTreeMap<DestinationName, u64>,
    /// What is kept of deliveries, in the order that they were done in.
    delivered: Vec<Taken>,
    /// Every container made and not forgotten by a rewind, for those who check.
    made: BTreeMap<ContainerId, NotificationId>,
    known: BTreeSet<NotificationId>,
    filled: BTreeSet<NotificationId>,
    last: u64,
}

/// A container.
#[derive(Clone)]
struct Held {
    container: Container,
    lane: Lane,
    record: RecordKey,
    owed: Vec<Delivery>,
    /// Whether it was a dead letter.
    is_replayed: bool,
}

/// A container that became a dead letter, or one of whose deliveries did, which is all that is owed
/// of it here.
#[derive(Clone)]
struct Interred {
    held: Held,
    letter: DeadLetter,
}

impl State {
    pub(super) fn apply(&mut self, op: &Op) -> Answer {
        match op {
            Op::Commit(commit) => return Answer::Committed(self.commit(commit)),
            Op::EndListing(end) => return Answer::Ended(self.end_listing(end)),
            Op::DecideListing(task, accept) => {
                return Answer::Decided(self.decide_listing(task, *accept));
            }
            Op::Fill(fill) => return Answer::Owed(self.fill(fill)),
            Op::SetCursor(task, cursor) => {
                return Answer::Revision(self.set_cursor(task, cursor.as_deref()));
            }
            Op::Rewind(task, to) => return Answer::Forgotten(self.rewind(task, to)),
            Op::Replay(ids) => return Answer::Pending(self.replay(ids)),
            Op::Purge(what) => return Answer::Purged(self.purge(what)),
            Op::ForgetDead(before) => return Answer::Forgotten(self.forget_dead(*before)),
            Op::BuryAnswer(task, reason, at) => {
                return Answer::Buried(self.bury_answer(task, reason, *at));
            }
            Op::ReplayAnswer(letter) => return Answer::Replayed(self.replay_answer(*letter)),
            Op::ForgetDelivered(before) => self.forget_delivered(before),
            Op::Keep(task, answer) => self.keep(task, answer.as_ref()),
            Op::Begin(task, at) => drop(self.entry(task).begun_at.get_or_insert(*at)),
            Op::Polled(task, at) => {
                let task = self.entry(task);
                task.begun_at.get_or_insert(*at);
                task.last_polled_at = Some(*at);
            }
            Op::Skip(id, memo) => self.skip(*id, memo.as_deref()),
            Op::Bury(id, reason, at) => self.bury(*id, reason, *at),
            Op::Settle(id, destination, outcome) => self.settle(*id, destination, outcome),
        }
        Answer::Nothing
    }

    pub(super) fn task(&self, task: &TaskId) -> TaskState {
        self.tasks.get(task).cloned().unwrap_or_default()
    }

    pub(super) fn pending(&self) -> Vec<Pending> {
        self.held.values().map(Held::pending).collect()
    }

    pub(super) fn container(&self, id: ContainerId) -> Option<Container> {
        let dead = || Some(&self.dead.get(&id)?.first()?.held);
        self.held.get(&id).or_else(dead).map(|it| it.container.clone())
    }

    pub(super) fn memo(&self, record: RecordKey) -> Option<String> {
        self.memos.get(&record).cloned()
    }

    pub(super) fn dead(&self, first: ContainerId, most: usize) -> Vec<DeadLetter> {
        let dead = self.dead.range(first..).map(|(_, it)| it).take(most);
        dead.flatten().map(|it| it.letter.clone()).collect()
    }

    /// The newest first.
    pub(super) fn delivered(&self, sought: &Sought) -> Vec<Taken> {
        self.delivered.iter().rev().filter(|taken| sought.takes(taken)).cloned().collect()
    }

    pub(super) fn has_filled(&self, id: &NotificationId) -> bool {
        self.filled.contains(id)
    }

    pub(super) fn has_made(&self, id: &NotificationId) -> bool {
        self.known.contains(id)
    }

    pub(super) fn made(&self) -> Vec<(ContainerId, NotificationId)> {
        self.made.iter().map(|(id, notification)| (*id, notification.clone())).collect()
    }

    fn entry(&mut self, task: &TaskId) -> &mut TaskState {
        self.tasks.entry(task.clone()).or_default()
    }

    fn number(&mut self) -> ContainerId {
        self.last += 1;
        ContainerId(self.last)
    }

    fn keep(&mut self, task: &TaskId, answer: Option<&KeptAnswer>) {
        let task = self.entry(task);
        task.interrupted = answer.is_none();
        task.answer = answer.cloned();
    }

    fn set_cursor(&mut self, task: &TaskId, cursor: Option<&str>) -> u64 {
        let task = self.entry(task);
        task.revision += 1;
        task.cursor = cursor.map(Into::into);
        task.past.clear();
        if cursor.is_none() {
            (task.complete, task.last_polled_at) = (false, None);
        }
        task.revision
    }

    fn rewind(&mut self, task: &TaskId, to: &Rewind) -> usize {
        self.set_cursor(task, to.cursor.as_deref());
        self.entry(task).past.clone_from(&to.past);
        let is_new = |held: &Held| {
            held.container.task == *task && held.container.filled.is_none() && !held.is_replayed
        };
        let since = to.from.into_iter().flat_map(|from| self.held.range(from..));
        let since = since.filter(|(_, held)| is_new(held));
        let forgotten: Vec<_> = since.map(|(id, _)| *id).collect();
        for id in &forgotten {
            if let Some(held) = self.held.remove(id) {
                if let Some(record) = self.records.get_mut(&held.record) {
                    record.forget(*id);
                }
                self.list_again(task, &held);
            }
            if let Some(notification) = self.made.remove(id) {
                self.known.remove(&notification);
            }
        }
        self.entry(task).listing.give_up();
        forgotten.len()
    }
}

impl Held {
    /// A container of which nothing is owed yet.
    fn new(container: Container, lane: Lane, record: RecordKey) -> Self {
        Self { container, lane, record, owed: Vec::new(), is_replayed: false }
    }

    fn pending(&self) -> Pending {
        let stage = match self.container.filled {
            None => Stage::Collect,
            Some(_) => Stage::Deliver(self.owed.clone()),
        };
        let (id, task) = (self.container.id, self.container.task.clone());
        let record = identity::record_lane(self.record);
        Pending { id, task, lane: self.lane, record, stage }
    }
}

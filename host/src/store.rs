//! Where containers and cursors live: what the rest of the host asks of a store.
//!
//! The trait speaks of tasks, containers and deliveries, never of keys and values, so that a
//! store may lay them out as suits it. Its promises:
//!
//! - A method that is awaited has its effect on disk when it answers `Ok`: it survives a power
//!   cut. Many concurrent calls share one sync.
//! - A method that is not async and answers nothing is *noted*: it is on disk a little later.
//!   What a crash loses of it is done again with the same ids. `skip` and `bury` keep their place
//!   among the awaited calls, so that a record's memos are written in the order of its changes;
//!   `settle` and `polled` may follow some 50 ms later.
//! - Reading never waits for a write.
//! - After a write failed, every call answers `Error::Stopped`.

mod answer;
mod commit;
#[cfg(test)]
pub(crate) mod conformance;
mod error;
mod keys;
mod known;
mod listing;
pub mod memory;
mod purge;
mod receipt;
pub mod seal;
pub mod sled;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::commit::tell;
pub(crate) use self::known::Followed;
pub use self::{
    answer::{BURIED, KeptAnswer, answers},
    commit::{Commit, Committed, Mark, Move, Rewind, Tally, TaskState},
    error::Error,
    keys::{KeyState, Keys},
    known::{Last, NewChange, Pass, Reading, Says, Telling, Verdict},
    listing::{EndListing, Ended, EndedListing, Held, Listing},
    purge::{Purge, Purged},
    receipt::{Receipt, Sha256, Sought, Taken},
};
use crate::{
    identity::RecordKey,
    model::{
        ConnectionName, Container, ContainerId, Delivery, DestinationName, Filled, NotificationId,
        Pending, TaskId,
    },
};

/// A store of tasks, containers and dead letters. One host uses it at a time.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Where a task stands; the default for one never polled.
    fn task(&self, task: &TaskId) -> Result<TaskState, Error>;

    /// What the store held as it was opened: all containers with something left to do, in the
    /// order of their commits. Asked once, at start; it answers nothing a second time.
    fn pending(&self) -> Result<Vec<Pending>, Error>;

    /// A container that is still pending or dead; `None` once it is settled. Once it is filled,
    /// its change's `data` is empty: nobody collects it again.
    fn container(&self, id: ContainerId) -> Result<Option<Container>, Error>;

    /// What the last notification of this record left for the next, noted or on disk.
    fn memo(&self, connection: &ConnectionName, record: RecordKey)
    -> Result<Option<String>, Error>;

    /// Takes a task on and makes a container of each change that is news of its record: both or
    /// neither. What cannot be read becomes a dead letter, what moved to another key tells those of
    /// the one before first. A commit whose revision is not the task's own changes nothing.
    async fn commit(&self, commit: Commit) -> Result<Committed, Error>;

    /// Ends a pass over a task's listing: makes a container for each record that it did not see and
    /// forgets its place, both or neither; or holds all of it for a person.
    async fn end_listing(&self, end: EndListing) -> Result<EndedListing, Error>;

    /// Answers for a listing that is held: what it says is so, or it is forgotten, and the next pass
    /// begins anew. Answers whether one was held.
    async fn decide_listing(&self, task: &TaskId, accept: bool) -> Result<bool, Error>;

    /// How many of these records have a place in the task's listing, and how many there are in all.
    fn listed(&self, task: &TaskId, records: &[RecordKey]) -> Result<(usize, u64), Error>;

    /// Keeps an answer that cannot be asked for again, before anyone parses it; `None` says that
    /// one is about to be asked for. The task's next commit forgets it.
    async fn keep(&self, task: &TaskId, answer: Option<KeptAnswer>) -> Result<(), Error>;

    /// Makes a dead letter of a task's kept answer, so that the task's next poll asks for another:
    /// both or neither. A poll that has read it commits nothing. `None` where none is kept.
    async fn bury_answer(
        &self,
        task: &TaskId,
        reason: String,
        at: Timestamp,
    ) -> Result<Option<ContainerId>, Error>;

    /// Gives a dead letter's answer back to its task, whose next poll reads it: both or neither.
    /// Nobody may poll the task meanwhile. Answers whether that was done: not where the letter is
    /// no answer, and not where the task keeps another one or still asks for one.
    async fn replay_answer(&self, letter: ContainerId) -> Result<bool, Error>;

    /// Writes a container's notification, before anything of it is sent, and gives every
    /// destination's copy its sequence. With no destination the container is settled. A second
    /// fill answers what the first did, and that of a settled container nothing.
    async fn fill(&self, fill: Fill) -> Result<Vec<Delivery>, Error>;

    /// Sets a task's cursor by hand; `None` starts it anew, as if never polled. Answers the new
    /// revision. A kept answer stays kept.
    async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<u64, Error>;

    /// Takes a task back to where it stood, as if what it found since had not been found: all of it
    /// or nothing. Containers made since that have no notification are forgotten, and their versions
    /// with them, so that they are found anew; what has a notification is told, and what was replayed
    /// stays in line. A pass over its listing that is under way is given up. Answers how many were
    /// forgotten.
    async fn rewind(&self, task: &TaskId, to: Rewind) -> Result<usize, Error>;

    /// Puts dead letters back in line, behind what waits there: those of these containers. Each
    /// becomes a container with a new number, the same notification and the same sequence; its
    /// attempts count from zero. Answers among them stay: see [`Store::replay_answer`].
    async fn replay(&self, containers: &[ContainerId]) -> Result<Vec<Pending>, Error>;

    /// Forgets what is held of a connection, a record or a key, whatever became of it; a poll that
    /// is under way over a connection's data commits nothing. Of a connection nothing can be read
    /// any more, by whomever. Of a record or a key, sealed bytes that nobody can find are left.
    async fn purge(&self, what: &Purge) -> Result<Purged, Error>;

    /// What [`Store::purge`] would forget.
    async fn held(&self, what: &Purge) -> Result<Purged, Error>;

    /// Forgets dead letters that died before a time; answers how many those were.
    async fn forget_dead(&self, before: Timestamp) -> Result<usize, Error>;

    /// Forgets what is kept of deliveries that were done before these times. What was done in the
    /// hour before one of them may be left.
    async fn forget_delivered(&self, before: &Before) -> Result<(), Error>;

    /// Takes up the outer key that is configured now: wraps the keys of all connections by it, and
    /// gives each a new one for what comes. What was sealed stays as it is, and readable. A store
    /// that seals nothing has nothing to do.
    async fn rotate_keys(&self) -> Result<Rotated, Error> {
        Ok(Rotated::default())
    }

    /// The keys that what it holds is sealed with, as they are on disk now, each with how many
    /// values. Reads all that there is, while nothing is written. A store that seals nothing has
    /// none.
    async fn keys(&self) -> Result<Keys, Error> {
        Ok(Keys::default())
    }

    /// Dead letters, oldest first: those of so many containers, from this one on.
    fn dead_from(&self, first: ContainerId, most: usize) -> Result<Vec<DeadLetter>, Error>;

    /// All dead letters, oldest first.
    fn dead(&self) -> Result<Vec<DeadLetter>, Error> {
        self.dead_from(ContainerId(0), usize::MAX)
    }

    /// How many dead letters there are.
    fn dead_count(&self) -> Result<usize, Error> {
        Ok(self.dead()?.len())
    }

    /// A dead letter with all that is in it; `None` where it is none.
    fn dead_letter(&self, id: ContainerId) -> Result<Option<Container>, Error> {
        let is_dead = self.dead_from(id, 1)?.iter().any(|letter| letter.container == id);
        if is_dead { self.container(id) } else { Ok(None) }
    }

    /// The newest receipts of those that are sought, at most so many, the newest first. Looks
    /// through all that there are since the time that is sought.
    fn delivered(&self, sought: &Sought, limit: usize) -> Result<Vec<Receipt>, Error>;

    /// What is kept of a notification: each time that a destination took it, with what was sent
    /// where that is kept, the newest first.
    fn sent(&self, id: &NotificationId) -> Result<Vec<Taken>, Error>;

    /// Notes since when there is a task; one that was there keeps its time.
    fn begin(&self, task: &TaskId, at: Timestamp);

    /// Notes when a task was polled last.
    fn polled(&self, task: &TaskId, at: Timestamp);

    /// Notes that nobody is to hear of a container, and the record's new memo, if any.
    fn skip(&self, container: ContainerId, memo: Option<String>);

    /// Notes that a container could not be collected; it becomes a dead letter.
    fn bury(&self, container: ContainerId, reason: String, at: Timestamp);

    /// Notes what became of an attempt. A delivery that is dead becomes a dead letter of its own,
    /// whatever becomes of the container's others; a container of which nothing is owed any more is
    /// forgotten. What is kept of a delivery is on disk before it is forgotten that it was owed.
    fn settle(&self, container: ContainerId, destination: &DestinationName, outcome: Settlement);

    /// Waits until all that was noted is on disk.
    async fn flush(&self) -> Result<(), Error>;

    /// Waits until a write fails, for ever while none does. Whoever runs the store then ends the
    /// host: only a restart finds out what is on disk.
    async fn failed(&self) -> Error;
}

/// A container's notification.
#[derive(Clone)]
pub struct Fill {
    /// Which container.
    pub container: ContainerId,
    /// What will be told.
    pub filled: Filled,
    /// What the record's next change is to be compared with; `None` keeps none.
    pub memo: Option<String>,
    /// Who will be told.
    pub destinations: Vec<DestinationName>,
}

/// Times before which deliveries are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// All that is kept of them.
    pub receipts: Timestamp,
    /// What was sent.
    pub bodies: Timestamp,
}

/// What became of an attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The destination has it. With what is kept of that, if anything is.
    Delivered(Option<Box<Taken>>),
    /// Not yet: again, not before that time.
    Retry {
        /// When the attempt was made.
        attempted_at: Timestamp,
        /// When the next may be.
        not_before: Timestamp,
    },
    /// Nobody will try again unless a person says so.
    Dead {
        /// Why, without a patient's data.
        reason: String,
        /// Since when.
        at: Timestamp,
    },
}

/// A container or delivery that needs a person, without its contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The container.
    pub container: ContainerId,
    /// Its notification's id.
    pub notification_id: NotificationId,
    /// The task whose poll reported it.
    pub task: TaskId,
    /// Who did not get it; `None` where it could not be collected.
    pub destination: Option<DestinationName>,
    /// The event, where it was collected.
    pub event: Option<String>,
    /// Why, without a patient's data.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// What rotating keys came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotated {
    /// The id of the outer key.
    pub outer: String,
    /// Keys of connections that it wraps anew.
    pub wrapped: usize,
    /// Keys that are new.
    pub made: usize,
}

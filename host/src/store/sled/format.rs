//! What the store's values say, in postcard's compact form, before they are sealed.
//!
//! In the clear are names that the user wrote, numbers, times and revisions; all else is sealed.
//!
//! An *item* is a container as the journal and the dead letters hold it: a [`Head`] with all
//! that a restart and the committer need, then a [`Body`] with the rest, which is read only
//! when somebody asks for the container. A change to any type here, or to a type of the model
//! that stands in one, is a new [`FORMAT`]; a test holds the bytes of this one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    identity::{RecordKey, VersionKey},
    model::{
        ActionName, Change, ConnectionName, Container, ContainerId, Filled, Lane, NotificationId,
        TaskId,
    },
    store::{DeadLetter, KeptAnswer, TaskState},
};

/// The format that this file describes.
pub(super) const FORMAT: u32 = 4;
/// The one before, which says the same in the same bytes, but for what it does not know yet.
pub(super) const BEFORE: u32 = 3;

/// How many versions of a record are remembered.
const VERSIONS: usize = 32;

/// The front of an item.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Head<'a> {
    pub(super) id: ContainerId,
    pub(super) connection: &'a str,
    pub(super) action: &'a str,
    pub(super) lane: Lane,
    pub(super) record: RecordKey,
    pub(super) version: Option<VersionKey>,
    /// The record's new memo, where the container sets one; the inner `None` is to have none.
    pub(super) memo: Option<Option<&'a str>>,
    /// Counts the items that say something of their record; 0 for one that does not.
    pub(super) serial: u64,
    #[serde(borrow)]
    pub(super) standing: Standing<'a>,
}

/// What an item says of its container.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Standing<'a> {
    /// It waits to be collected.
    Collect,
    /// It has a notification, which is owed to these.
    #[serde(borrow)]
    Deliver(Vec<Owed<'a>>),
    /// It is done, and its record does not know yet.
    Closed,
    /// It was a dead letter and waits to be collected once more. Its record knows of its version, so
    /// that it is not found anew. Since format 4.
    Again,
}

/// A destination's copy of a notification.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Owed<'a> {
    pub(super) destination: &'a str,
    pub(super) sequence: u64,
}

/// The back of an item.
#[derive(Serialize, Deserialize)]
pub(super) struct Body {
    pub(super) notification_id: NotificationId,
    pub(super) change: Change,
    pub(super) backfill: bool,
    pub(super) observed_at: Timestamp,
    pub(super) filled: Option<Filled>,
}

/// What became of a delivery so far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Progress {
    /// It is still owed.
    Pending { attempts: u32, first_attempt_at: Option<Timestamp>, not_before: Option<Timestamp> },
    /// The destination has it.
    Done,
    /// It waits for a person.
    Dead { reason: String, at: Timestamp },
}

impl Progress {
    /// That of a delivery never tried.
    pub(super) const FRESH: Self =
        Self::Pending { attempts: 0, first_attempt_at: None, not_before: None };
}

/// What is known of a record.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordState {
    /// The newest versions seen, oldest first.
    pub(super) versions: Vec<VersionKey>,
    pub(super) memo: Option<String>,
    /// Whose memo it is.
    pub(super) memo_of: ContainerId,
    /// What its last change waited in line with.
    pub(super) lane: Lane,
}

impl RecordState {
    /// The state after what a container's item says of it.
    pub(super) fn after(mut self, head: &Head<'_>) -> Self {
        self.lane = head.lane;
        if let Some(version) = head.version {
            self.saw(version);
        }
        if let Some(memo) = head.memo.filter(|_| head.id >= self.memo_of) {
            self.memo = memo.map(Into::into);
            self.memo_of = head.id;
        }
        self
    }

    /// Remembers a version, and forgets the oldest of too many.
    fn saw(&mut self, version: VersionKey) {
        if self.versions.contains(&version) {
            return;
        }
        if self.versions.len() >= VERSIONS {
            self.versions.remove(0);
        }
        self.versions.push(version);
    }
}

/// Where a task stands; a kept answer has its own keys.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct TaskRecord {
    /// Beside the record, sealed.
    #[serde(skip)]
    pub(super) cursor: Option<String>,
    pub(super) revision: u64,
    pub(super) begun_at: Option<Timestamp>,
    pub(super) last_polled_at: Option<Timestamp>,
    pub(super) complete: bool,
    pub(super) interrupted: bool,
    /// In how many parts an answer is kept; 0 where none is.
    pub(super) answer_parts: u16,
}

impl TaskRecord {
    /// The state without its answer.
    pub(super) fn state(self) -> TaskState {
        TaskState {
            cursor: self.cursor,
            revision: self.revision,
            begun_at: self.begun_at,
            last_polled_at: self.last_polled_at,
            complete: self.complete,
            interrupted: self.interrupted,
            answer: None,
        }
    }

    /// Notes that the task is there.
    pub(super) fn begin(&mut self, at: Timestamp) {
        self.begun_at.get_or_insert(at);
    }

    /// Notes that a poll began.
    pub(super) fn polled(&mut self, at: Timestamp) {
        self.begin(at);
        self.last_polled_at = self.last_polled_at.max(Some(at));
    }
}

impl Head<'_> {
    /// The task that the container came from.
    pub(super) fn task(&self) -> TaskId {
        TaskId {
            connection: ConnectionName::from(self.connection),
            action: ActionName::from(self.action),
        }
    }
}

/// The container of an item.
pub(super) fn container(item: &[u8]) -> Result<Container, postcard::Error> {
    let (head, body) = head(item)?;
    let body: Body = decode(body)?;
    Ok(Container {
        id: head.id,
        task: head.task(),
        notification_id: body.notification_id,
        change: body.change,
        backfill: body.backfill,
        observed_at: body.observed_at,
        filled: body.filled,
    })
}

/// The bytes of a kept answer: its front, then the body as it came.
pub(super) fn encode_answer(answer: KeptAnswer) -> Result<Vec<u8>, postcard::Error> {
    let mut bytes = encode(&(answer.status, answer.headers))?;
    bytes.extend_from_slice(&answer.body);
    Ok(bytes)
}

/// A kept answer.
pub(super) fn answer(bytes: &[u8]) -> Result<KeptAnswer, postcard::Error> {
    let ((status, headers), body) = postcard::take_from_bytes(bytes)?;
    Ok(KeptAnswer { status, headers, body: body.to_vec() })
}

/// A value's bytes. postcard into memory fails only for types that none here is of.
pub(super) fn encode(value: &impl Serialize) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_stdvec(value)
}

/// The value that these bytes begin with. Behind one that was cut into parts there may be more:
/// the last parts of a longer one that it replaced.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, postcard::Error> {
    Ok(postcard::take_from_bytes(bytes)?.0)
}

/// An item's head and the bytes of its body.
pub(super) fn head(item: &[u8]) -> Result<(Head<'_>, &[u8]), postcard::Error> {
    postcard::take_from_bytes(item)
}

/// The bytes of a dead letter: what `dead list` shows, then the item to be replayed.
pub(super) fn encode_dead(
    letters: &[DeadLetter],
    head: &Head<'_>,
    body: &Body,
) -> Result<Vec<u8>, postcard::Error> {
    encode(&(letters, head, body))
}

/// A dead letter's list and its item.
pub(super) fn decode_dead(bytes: &[u8]) -> Result<(Vec<DeadLetter>, &[u8]), postcard::Error> {
    postcard::take_from_bytes(bytes)
}

/// What `dead list` shows of a dead letter.
pub(super) fn letters(bytes: &[u8]) -> Result<Vec<DeadLetter>, postcard::Error> {
    decode_dead(bytes).map(|(letters, _)| letters)
}

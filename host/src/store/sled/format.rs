//! What the store's values say, in postcard's compact form, before they are sealed.
//!
//! In the clear are names that the user wrote, numbers, times and revisions; all else is sealed.
//!
//! An *item* is a container as the journal and the dead letters hold it: a [`Head`] with all
//! that a restart and the committer need, then a [`Body`] with the rest, which is read only
//! when somebody asks for the container. A change to any type here, or to a type of the model
//! that stands in one, is a new [`FORMAT`]; a test holds the bytes of this one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    identity::{ContentKey, RecordKey, VersionKey},
    model::{
        ActionName, Change, ConnectionName, Container, ContainerId, Filled, Lane, NotificationId,
        TaskId,
    },
    store::{DeadLetter, KeptAnswer, Last, Listing, Mark, Move, Says, TaskState},
};

/// The format that this file describes.
pub(super) const FORMAT: u32 = 6;

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
    /// The state that it is of; `None` where it says nothing of its record, or has said it.
    #[serde(borrow)]
    pub(super) says: Option<Saying<&'a str>>,
    /// The record's new memo, where the container sets one; the inner `None` is to have none.
    pub(super) memo: Option<Option<&'a str>>,
    /// Counts the items that say something of their record; 0 for one that does not.
    pub(super) serial: u64,
    #[serde(borrow)]
    pub(super) standing: Standing<'a>,
}

/// A state of a record, and the key that it had then.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saying<K> {
    pub(super) version: VersionKey,
    pub(super) content: Option<ContentKey>,
    pub(super) gone: bool,
    /// Microseconds since 1970, by the EHR's clock.
    pub(super) at: Option<i64>,
    pub(super) key: Option<K>,
}

impl<K: AsRef<str>> Saying<K> {
    /// What a change says, under the key that it has.
    pub(super) fn of(says: &Says, key: Option<K>) -> Self {
        let Says { version, content, gone, at } = *says;
        Self { version, content, gone, at: at.map(Timestamp::as_microsecond), key }
    }

    /// The same, for keeps.
    pub(super) fn kept(&self) -> Saying<Box<str>> {
        let Self { version, content, gone, at, .. } = *self;
        let key = self.key.as_ref().map(|key| key.as_ref().into());
        Saying { version, content, gone, at, key }
    }

    /// The same, as what is known of the record by this container.
    pub(super) fn last(&self, container: ContainerId) -> Last<'_> {
        let at = self.at.and_then(|at| Timestamp::from_microsecond(at).ok());
        let key = self.key.as_ref().map(AsRef::as_ref);
        Last { container, content: self.content, gone: self.gone, at, key }
    }
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
    /// that it is not found anew.
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
    pub(super) silent: bool,
    pub(super) observed_at: Timestamp,
    pub(super) filled: Option<Filled>,
}

/// What became of a delivery so far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Progress {
    /// It is still owed.
    Pending { attempts: u32, first_attempt_at: Option<Timestamp>, not_before: Option<Timestamp> },
    /// The destination has it, or it is a dead letter.
    Done,
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
    /// The state of the last container that said one.
    pub(super) last: Option<(ContainerId, Saying<Box<str>>)>,
    pub(super) memo: Option<String>,
    /// Whose memo it is.
    pub(super) memo_of: ContainerId,
    /// What its last change waited in line with.
    pub(super) lane: Lane,
    /// Its place in its task's listing.
    pub(super) place: Option<u32>,
}

impl RecordState {
    /// The state after what a container's item says of it.
    pub(super) fn after(mut self, head: &Head<'_>) -> Self {
        self.lane = head.lane;
        if let Some(says) = &head.says {
            self.saw(says.version);
            if self.last.as_ref().is_none_or(|(last, _)| *last <= head.id) {
                self.last = Some((head.id, says.kept()));
                self.place = self.place.filter(|_| !says.gone);
            }
        }
        if let Some(memo) = head.memo.filter(|_| head.id >= self.memo_of) {
            self.memo = memo.map(Into::into);
            self.memo_of = head.id;
        }
        self
    }

    /// The state that was seen last.
    pub(super) fn last(&self) -> Option<Last<'_>> {
        self.last.as_ref().map(|(container, says)| says.last(*container))
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

/// What has a place in a listing.
#[derive(Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) record: RecordKey,
    pub(super) id: String,
}

/// Where a task stands; a kept answer has its own keys.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct TaskRecord {
    /// Beside the record, sealed.
    #[serde(skip)]
    pub(super) place: Place,
    pub(super) revision: u64,
    pub(super) begun_at: Option<Timestamp>,
    pub(super) last_polled_at: Option<Timestamp>,
    pub(super) complete: bool,
    pub(super) interrupted: bool,
    /// In how many parts an answer is kept; 0 where none is.
    pub(super) answer_parts: u16,
    /// Places of its listing: that were ever given, and that are taken.
    pub(super) places: (u32, u32),
}

/// What of a task is sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) cursor: Option<String>,
    pub(super) past: Vec<Mark>,
    pub(super) notices: Vec<String>,
    pub(super) listing: Listing,
}

/// How long after a poll was noted the next one is.
const POLLED_EVERY: SignedDuration = SignedDuration::from_hours(1);

impl TaskRecord {
    /// The state without its answer.
    pub(super) fn state(self) -> TaskState {
        let Place { cursor, past, notices, listing } = self.place;
        TaskState {
            cursor,
            revision: self.revision,
            begun_at: self.begun_at,
            last_polled_at: self.last_polled_at,
            complete: self.complete,
            interrupted: self.interrupted,
            answer: None,
            past,
            notices,
            listing,
        }
    }

    /// Whether a task stays as it is where it is taken there.
    pub(super) fn stands(&self, to: Option<&Move>) -> bool {
        to.is_none_or(|to| {
            self.place.cursor.as_ref() == Some(&to.cursor)
                && self.place.past == to.past
                && (self.complete || !to.complete)
                && !self.interrupted
                && self.answer_parts == 0
        })
    }

    /// Notes that the task is there.
    pub(super) fn begin(&mut self, at: Timestamp) {
        self.begun_at.get_or_insert(at);
    }

    /// Whether it is worth a write that a poll began: an idle one costs none.
    pub(super) fn is_polled_anew(&self, at: Timestamp) -> bool {
        let noted = self.last_polled_at.filter(|_| self.begun_at.is_some());
        noted.is_none_or(|noted| at.duration_since(noted).abs() >= POLLED_EVERY)
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
        silent: body.silent,
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
    letter: &DeadLetter,
    head: &Head<'_>,
    body: &Body,
) -> Result<Vec<u8>, postcard::Error> {
    encode(&(letter, head, body))
}

/// What `dead list` shows of a dead letter, and its item.
pub(super) fn decode_dead(bytes: &[u8]) -> Result<(DeadLetter, &[u8]), postcard::Error> {
    postcard::take_from_bytes(bytes)
}

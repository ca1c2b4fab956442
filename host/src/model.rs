//! The words of Rounds as types: what a change is on its way from an EHR to a destination.
//!
//! Whatever may hold a patient's data (records, payloads, keys, memos) has a `Debug` that
//! does not show it, so that a log line cannot leak what it was never told.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A connection's name, as the user wrote it.
    ConnectionName
);
name!(
    /// An action's name, as the connector declares it.
    ActionName
);
name!(
    /// A destination's name, as the user wrote it.
    DestinationName
);

/// An action of a connection on its interval: the unit that is polled and that has a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId {
    /// The connection polled.
    pub connection: ConnectionName,
    /// What is polled of it.
    pub action: ActionName,
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.connection, self.action)
    }
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new, or differs.
    Upserted,
    /// It is gone. Where a whole listing lacks it, the host says so, with the key that it had last
    /// and `null` for `data`.
    Deleted,
    /// It has another key from now on; the change's is the one before.
    MovedAway,
}

/// One changed record, as a poll reported it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The record's identifier in the EHR.
    pub id: String,
    /// What became of it.
    pub kind: ChangeKind,
    /// What the EHR tells two of its states apart by.
    pub version: Option<String>,
    /// What it says, as a fingerprint.
    pub content: Option<String>,
    /// Records of one key are notified in order; `None` stands for the last one, or the id.
    pub key: Option<String>,
    /// When it changed by the EHR's clock, RFC 3339, as the connector gave it.
    pub occurred_at: Option<String>,
    /// What the connector's `collect` needs of it: JSON, opaque to the host.
    pub data: String,
}

impl Change {
    /// The key that orders this change among others: its own, or the record's id.
    pub fn ordering_key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.id)
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The number of a container: host-wide, growing in the order of commits, never used twice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ContainerId(pub u64);

impl fmt::Display for ContainerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A notification's identifier, the `webhook-id`: made of connection, action, record and
/// version only, so that a change that is read again keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NotificationId(pub String);

impl fmt::Display for NotificationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What orders notifications: a fingerprint of a connection and a key or a record within it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Lane(pub u64);

/// The durable place of one change on its way to a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its number, given by the store at commit.
    pub id: ContainerId,
    /// The task whose poll reported it.
    pub task: TaskId,
    /// The identifier that its notification will have.
    pub notification_id: NotificationId,
    /// What changed.
    pub change: Change,
    /// Whether the change is older than the task: found by a first poll into the past.
    pub backfill: bool,
    /// Whether nobody is to hear of it, as it was there before the task.
    pub silent: bool,
    /// The host's clock when the poll that found it began.
    pub observed_at: Timestamp,
    /// What there is to tell, once collected.
    pub filled: Option<Filled>,
}

/// A container's notification, as it will be told: written once, sent as often as it takes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// Data model and event type, as `Scheduling.Reschedule`.
    pub event: String,
    /// The notification's `data`: JSON text.
    pub payload: String,
    /// The connector that mapped it, as `fhir-r4@0.1.0`.
    pub connector: String,
    /// The host's clock when it was mapped: the notification's `timestamp`.
    pub at: Timestamp,
}

impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filled").field("event", &self.event).finish_non_exhaustive()
    }
}

/// One notification to one destination, still owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Who is told.
    pub destination: DestinationName,
    /// The notification's number among all of this destination, without gaps.
    pub sequence: u64,
    /// HTTP tries so far.
    pub attempts: u32,
    /// When the first try was made, from which the days of retrying count.
    pub first_attempt_at: Option<Timestamp>,
    /// Not before this time again, where a try failed.
    pub not_before: Option<Timestamp>,
}

/// What is left to do for a container. All that a restart needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Which container.
    pub id: ContainerId,
    /// The task whose poll reported it.
    pub task: TaskId,
    /// What its key's changes wait in line with.
    pub lane: Lane,
    /// What its record's changes wait in line with, whatever keys they have.
    pub record: Lane,
    /// How far it came.
    pub stage: Stage,
}

impl Pending {
    /// The lines that it waits in.
    pub fn lanes(&self) -> [Lane; 2] {
        [self.lane, self.record]
    }
}

/// How far a container came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Committed: to be collected.
    Collect,
    /// Filled: owed to these destinations.
    Deliver(Vec<Delivery>),
}

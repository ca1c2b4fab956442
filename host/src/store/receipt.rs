//! What is kept of what was delivered, and who may ask for which of it.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::Purge;
use crate::{
    identity::{self, RecordKey},
    model::{Container, Delivery, DestinationName, Lane, NotificationId, TaskId},
};

/// What is kept of a notification that a destination took: nothing of its contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The notification's id.
    pub notification_id: NotificationId,
    /// The task whose poll reported the change.
    pub task: TaskId,
    /// Who has it.
    pub destination: DestinationName,
    /// Its number among all of this destination.
    pub sequence: u64,
    /// Data model and event type, as `Scheduling.Reschedule`.
    pub event: String,
    /// Of the body, byte for byte as it was sent.
    pub sha256: Sha256,
    /// The host's clock when the poll that found the change began.
    pub observed_at: Timestamp,
    /// Attempts that it took, the last among them.
    pub attempts: u32,
    /// When the first of them was made.
    pub first_attempt_at: Timestamp,
    /// When the destination had answered that it has it.
    pub delivered_at: Timestamp,
}

/// A delivery that is done, as the store is told of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Taken {
    /// What is kept of it.
    pub receipt: Receipt,
    /// Its record.
    pub record: RecordKey,
    /// What it waited in line with.
    pub lane: Lane,
    /// What was sent, where that is kept, too: patients' data.
    pub body: Option<Bytes>,
}

/// Which receipts are meant: those of which all of this is true.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// What a purge of this would take.
    pub of: Option<Purge>,
    /// Of this notification.
    pub notification: Option<NotificationId>,
    /// Of this destination.
    pub destination: Option<DestinationName>,
    /// Delivered then or later.
    pub since: Option<Timestamp>,
}

/// A SHA-256. Shown, and in JSON, as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

impl Taken {
    /// What there is to keep of an attempt that is made now with this body, if it succeeds at once.
    pub fn of(container: &Container, delivery: &Delivery, body: Bytes, at: Timestamp) -> Self {
        let Container { task, notification_id, change, observed_at, filled, .. } = container;
        let receipt = Receipt {
            notification_id: notification_id.clone(),
            task: task.clone(),
            destination: delivery.destination.clone(),
            sequence: delivery.sequence,
            event: filled.as_ref().map(|filled| filled.event.clone()).unwrap_or_default(),
            sha256: Sha256::of(&body),
            observed_at: *observed_at,
            attempts: delivery.attempts.saturating_add(1),
            first_attempt_at: delivery.first_attempt_at.unwrap_or(at),
            delivered_at: at,
        };
        let lane = identity::lane(&task.connection, change);
        Self { receipt, record: identity::record(task, &change.id), lane, body: Some(body) }
    }

    /// The same, if it succeeded only then.
    #[must_use]
    pub fn delivered(mut self, at: Timestamp) -> Self {
        self.receipt.delivered_at = at;
        self
    }
}

impl Sought {
    /// Whether a receipt is among those.
    pub(super) fn takes(&self, taken: &Taken) -> bool {
        let Taken { receipt, record, lane, .. } = taken;
        self.of.as_ref().is_none_or(|of| of.takes(receipt.task.connection.as_str(), *record, *lane))
            && self.notification.as_ref().is_none_or(|id| *id == receipt.notification_id)
            && self.destination.as_ref().is_none_or(|name| *name == receipt.destination)
            && self.since.is_none_or(|since| receipt.delivered_at >= since)
    }
}

impl Sha256 {
    /// That of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut whole = [0; 32];
        let digest = digest(&SHA256, bytes);
        whole.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        Self(whole)
    }
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taken").field("receipt", &self.receipt).finish_non_exhaustive()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|it| it.try_into().ok());
        bytes.map(Self).ok_or_else(|| D::Error::custom("a SHA-256 has 64 hexadecimal digits"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_the_bytes_as_anybody_counts_it() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Sha256::of(b"abc").to_string(), known);
        let json = serde_json::to_string(&Sha256::of(b"abc")).unwrap();
        assert_eq!(serde_json::from_str::<Sha256>(&json).unwrap(), Sha256::of(b"abc"));
        assert!(serde_json::from_str::<Sha256>("\"ab\"").is_err());
    }
}

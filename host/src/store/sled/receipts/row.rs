//! A receipt as it is written: the names, numbers and times of it, in postcard's compact form.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    identity::RecordKey,
    model::{Lane, NotificationId, TaskId},
    store::{Receipt, Sha256, Taken},
};

/// A receipt; with the body, where that is kept, among the bodies. A change to it is a new magic
/// number of the files.
#[derive(Serialize, Deserialize)]
pub(super) struct Row<'a> {
    notification_id: &'a str,
    connection: &'a str,
    action: &'a str,
    destination: &'a str,
    sequence: u64,
    event: &'a str,
    sha256: [u8; 32],
    /// Nanoseconds since 1970, as those that follow.
    observed_at: i128,
    attempts: u32,
    first_attempt_at: i128,
    delivered_at: i128,
    record: RecordKey,
    lane: Lane,
    body: Option<&'a [u8]>,
}

impl<'a> Row<'a> {
    /// With the body, if there is one.
    pub(super) fn whole(taken: &'a Taken) -> Self {
        let Taken { receipt, record, lane, body } = taken;
        Self {
            notification_id: &receipt.notification_id.0,
            connection: receipt.task.connection.as_str(),
            action: receipt.task.action.as_str(),
            destination: receipt.destination.as_str(),
            sequence: receipt.sequence,
            event: &receipt.event,
            sha256: receipt.sha256.0,
            observed_at: receipt.observed_at.as_nanosecond(),
            attempts: receipt.attempts,
            first_attempt_at: receipt.first_attempt_at.as_nanosecond(),
            delivered_at: receipt.delivered_at.as_nanosecond(),
            record: *record,
            lane: *lane,
            body: body.as_deref(),
        }
    }

    /// Without it.
    pub(super) fn receipt(taken: &'a Taken) -> Self {
        Self { body: None, ..Self::whole(taken) }
    }

    pub(super) fn connection(&self) -> &'a str {
        self.connection
    }

    /// What it says; an error where it says a time that there is not.
    pub(super) fn taken(&self) -> Result<Taken, jiff::Error> {
        let (connection, action) = (self.connection.into(), self.action.into());
        let receipt = Receipt {
            notification_id: NotificationId(self.notification_id.to_owned()),
            task: TaskId { connection, action },
            destination: self.destination.into(),
            sequence: self.sequence,
            event: self.event.to_owned(),
            sha256: Sha256(self.sha256),
            observed_at: Timestamp::from_nanosecond(self.observed_at)?,
            attempts: self.attempts,
            first_attempt_at: Timestamp::from_nanosecond(self.first_attempt_at)?,
            delivered_at: Timestamp::from_nanosecond(self.delivered_at)?,
        };
        let body = self.body.map(Bytes::copy_from_slice);
        Ok(Taken { receipt, record: self.record, lane: self.lane, body })
    }
}

/// What a fuzzer's bytes say.
#[cfg(test)]
pub(in super::super) fn read(bytes: &[u8]) -> Option<Taken> {
    postcard::from_bytes::<Row<'_>>(bytes).ok()?.taken().ok()
}

/// As it is written.
#[cfg(test)]
pub(in super::super) fn written(taken: &Taken) -> impl Serialize + '_ {
    Row::whole(taken)
}

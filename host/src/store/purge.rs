//! What a person has the store forget, before its time.

use crate::{
    identity::{self, RecordKey},
    model::{ConnectionName, Lane, TaskId},
};

/// Whose data goes.
#[derive(Clone, PartialEq, Eq)]
pub enum Purge {
    /// All of a connection: containers, dead letters, records, cursors and kept answers. Its tasks
    /// begin anew, if there are still any.
    Connection(ConnectionName),
    /// What is held of one record. Where the EHR shows it once more, it is told once more, with
    /// the same ids.
    Record {
        /// The connection that it was read from.
        connection: ConnectionName,
        /// The record.
        record: RecordKey,
    },
    /// What is held of all records of a key, as those of a patient.
    Key {
        /// The connection that they were read from.
        connection: ConnectionName,
        /// What they wait in line with.
        lane: Lane,
    },
}

impl Purge {
    /// What is held of a record, by its identifier in the EHR.
    pub fn record(task: &TaskId, id: &str) -> Self {
        Self::Record { connection: task.connection.clone(), record: identity::record(task, id) }
    }

    /// What is held of all records that a connector gave this key.
    pub fn key(connection: &ConnectionName, key: &str) -> Self {
        Self::Key { connection: connection.clone(), lane: identity::lane_of(connection, key) }
    }

    /// The connection that the data is of.
    pub fn connection(&self) -> &ConnectionName {
        match self {
            Self::Connection(connection)
            | Self::Record { connection, .. }
            | Self::Key { connection, .. } => connection,
        }
    }

    /// Whether all of its connection with this lane is among it.
    pub(super) fn takes_lane(&self, lane: Lane) -> bool {
        match self {
            Self::Connection(_) => true,
            Self::Record { .. } => false,
            Self::Key { lane: purged, .. } => *purged == lane,
        }
    }

    /// Whether what is of this connection, record and lane is among it.
    pub(super) fn takes(&self, connection: &str, record: RecordKey, lane: Lane) -> bool {
        let is_among = match self {
            Self::Connection(_) => true,
            Self::Record { record: purged, .. } => *purged == record,
            Self::Key { lane: purged, .. } => *purged == lane,
        };
        is_among && self.connection().as_str() == connection
    }
}

/// What is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Containers that were pending.
    pub containers: usize,
    /// Containers that were dead.
    pub dead: usize,
    /// Records of which something was known.
    pub records: usize,
    /// Receipts of notifications that were delivered.
    pub delivered: usize,
}

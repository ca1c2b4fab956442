//! One change that the practice EHR made, as its log keeps it.

use jiff::Timestamp;

use super::Kind;

/// One change to one record. Holds no patient's data, so it may be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The record's type.
    pub kind: Kind,
    /// The record's id, unique across all types.
    pub id: String,
    /// The version that this change made: 1 is a new record.
    pub version: u64,
    /// What a notification of this change should be called, as `Scheduling.Reschedule`.
    pub event: &'static str,
    /// The version's `meta.lastUpdated`, to the millisecond. It grows with every version of
    /// a record, so record and time together name a version.
    pub at: Timestamp,
}

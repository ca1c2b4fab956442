//! What is known of records by containers that have no outcome yet.
//!
//! A record learns of a state only with its container's outcome, as what was made may be taken
//! back. Until then the state counts here.

use std::collections::HashMap;

use crate::{
    identity::{RecordKey, VersionKey},
    model::ContainerId,
    store::{Last, sled::format::Saying},
};

/// States by record, in the order of containers.
#[derive(Default)]
pub(super) struct Collecting(HashMap<RecordKey, Vec<(ContainerId, Saying<Box<str>>)>>);

impl Collecting {
    /// A container says this of its record, after all others.
    pub(super) fn add(
        &mut self,
        record: RecordKey,
        container: ContainerId,
        says: Saying<Box<str>>,
    ) {
        self.0.entry(record).or_default().push((container, says));
    }

    /// A container says nothing any more, as its record knows, or as it was never made.
    pub(super) fn remove(&mut self, record: RecordKey, container: ContainerId) {
        let Some(states) = self.0.get_mut(&record) else { return };
        states.retain(|(id, _)| *id != container);
        if states.is_empty() {
            self.0.remove(&record);
        }
    }

    /// Whether a state is among them.
    pub(super) fn has(&self, record: RecordKey, version: &VersionKey) -> bool {
        self.of(record).iter().any(|(_, says)| says.version == *version)
    }

    /// The last state of a record.
    pub(super) fn last(&self, record: RecordKey) -> Option<Last<'_>> {
        self.of(record).last().map(|(container, says)| says.last(*container))
    }

    fn of(&self, record: RecordKey) -> &[(ContainerId, Saying<Box<str>>)] {
        self.0.get(&record).map_or(&[], Vec::as_slice)
    }
}

//! What a store in memory knows of a record: every state that it saw, in the order of containers.

use super::super::super::{Last, Says};
use crate::{
    identity::VersionKey,
    model::{ConnectionName, ContainerId, Lane, TaskId},
};

/// A record.
#[derive(Clone)]
pub(super) struct Record {
    pub(super) connection: ConnectionName,
    /// What its last change waited in line with.
    pub(super) lane: Lane,
    states: Vec<State>,
}

#[derive(Clone)]
struct State {
    container: ContainerId,
    says: Says,
    key: Option<String>,
}

impl Record {
    /// One of which nothing was seen.
    pub(super) fn of(task: &TaskId) -> Self {
        Self { connection: task.connection.clone(), lane: Lane(0), states: Vec::new() }
    }

    pub(super) fn has_seen(&self, version: &VersionKey) -> bool {
        self.states.iter().any(|state| state.says.version == *version)
    }

    pub(super) fn last(&self) -> Option<Last<'_>> {
        let State { container, says, key } = self.states.last()?;
        let Says { content, gone, at, .. } = *says;
        Some(Last { container: *container, content, gone, at, key: key.as_deref() })
    }

    pub(super) fn saw(
        &mut self,
        container: ContainerId,
        says: Says,
        lane: Lane,
        key: Option<String>,
    ) {
        self.lane = lane;
        self.states.push(State { container, says, key });
    }

    /// Forgets what a container said, as it was never made.
    pub(super) fn forget(&mut self, container: ContainerId) {
        self.states.retain(|state| state.container != container);
    }
}

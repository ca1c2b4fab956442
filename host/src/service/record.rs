//! What is noted of a name in service, and what a start makes of it.

use serde::{Deserialize, Serialize};

use crate::{
    connector::Connector,
    model::{ContainerId, TaskId},
    store::{self, Mark, Rewind, Store, TaskState},
    trust::version::newer_or_equal,
};

/// Where a task stood before what is on trial polled it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Before {
    /// In the store, where it is sealed.
    #[serde(skip)]
    pub(super) cursor: Option<String>,
    /// In the store as well.
    #[serde(skip)]
    past: Vec<Mark>,
    pub(super) from: Option<ContainerId>,
}

impl Before {
    pub(super) fn of(state: &TaskState) -> Self {
        Self { cursor: state.cursor.clone(), past: state.past.clone(), from: None }
    }

    pub(super) fn rewind(&self) -> Rewind {
        Rewind { cursor: self.cursor.clone(), past: self.past.clone(), from: self.from }
    }
}

/// What the store has a task's place from before a swap under: no action has such a name.
pub(super) fn place(task: &TaskId) -> TaskId {
    let action = format!("{} before a swap", task.action);
    TaskId { connection: task.connection.clone(), action: action.as_str().into() }
}

/// What is noted of a name in service, for the next start.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The digest of what is in service.
    pub(crate) serving: String,
    /// Its version.
    #[serde(default)]
    pub(crate) version: String,
    /// Its file, for people.
    #[serde(default)]
    pub(crate) file: String,
    /// The digest of the last that has proven itself, while what is in service has not.
    #[serde(default)]
    pub(crate) previous: Option<String>,
    /// The digest of the one before the last that has proven itself, or of the last where somebody
    /// put that one back.
    #[serde(default)]
    pub(crate) former: Option<String>,
    /// Where tasks stood before, by connection and action.
    #[serde(default)]
    pub(crate) before: Vec<(TaskId, Before)>,
    /// Digests of what failed.
    #[serde(default)]
    pub(crate) failed: Vec<String>,
    /// The highest version that has proven itself.
    #[serde(default)]
    pub(crate) highest: String,
}

impl Record {
    /// The version that nothing may be older than.
    pub(crate) fn newest(&self) -> &str {
        newer(&self.highest, &self.version)
    }

    /// Whether this very file was in service and may be again, whatever its version.
    pub(crate) fn may_come_back(&self, digest: &str) -> bool {
        self.serving == digest || self.was_before(digest)
    }

    fn was_before(&self, digest: &str) -> bool {
        [&self.previous, &self.former].into_iter().flatten().any(|before| before == digest)
    }

    /// The last that has proven itself.
    fn last(&self) -> &str {
        self.previous.as_deref().unwrap_or(&self.serving)
    }
}

/// What an earlier run left.
#[derive(Default)]
pub(crate) struct Resumed {
    /// What was in service before, if what is now has not proven itself against it.
    pub(crate) previous: Option<Connector>,
    /// What was noted.
    pub(crate) record: Record,
}

impl Resumed {
    /// With where tasks stood before, as the store has it.
    fn with_places(mut self, store: &dyn Store) -> Result<Self, store::Error> {
        for (task, before) in &mut self.record.before {
            let from = before.from;
            *before = Before { from, ..Before::of(&store.task(&place(task))?) };
        }
        Ok(self)
    }

    /// What is left where this is to be in service: where it is one that was before, which was put
    /// back while no host ran, tasks go back to where they stood before a trial, and nothing is on
    /// trial.
    pub(crate) async fn for_service(
        mut self,
        connector: &Connector,
        store: &dyn Store,
    ) -> Result<Self, store::Error> {
        self = self.with_places(store)?;
        let digest = connector.digest();
        if self.record.serving != digest && self.record.was_before(digest) {
            let before = std::mem::take(&mut self.record.before);
            let back = before.iter().map(|(task, before)| (task.clone(), before.rewind()));
            super::take_back(back.collect(), store).await?;
            self.previous = None;
        }
        // Nothing is on trial: also where what it was on trial against cannot be loaded any more.
        if self.previous.is_none() && self.record.last() != digest {
            self.record.former = Some(self.record.last().to_owned());
        }
        Ok(self)
    }
}

/// The newer of two versions, where the first may be none.
pub(super) fn newer<'v>(highest: &'v str, version: &'v str) -> &'v str {
    if !highest.is_empty() && newer_or_equal(highest, version).is_err() { highest } else { version }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::store::memory::{Disk, MemoryStore};

    #[tokio::test(start_paused = true)]
    async fn where_a_task_stood_is_in_the_store_and_in_no_note() {
        let store = MemoryStore::open(&Disk::default(), Box::new(|| Duration::ZERO));
        let task = TaskId { connection: "ward".into(), action: "orders".into() };
        let mark =
            Mark { at: Timestamp::UNIX_EPOCH, ehr_at: None, cursor: Some("after Bob".into()) };
        let state = TaskState {
            cursor: Some("after Ada".into()),
            past: vec![mark],
            ..TaskState::default()
        };
        let before = Before { from: Some(ContainerId(7)), ..Before::of(&state) };
        store.rewind(&place(&task), Before::of(&state).rewind()).await.unwrap();

        let record = Record { before: vec![(task, before.clone())], ..Record::default() };
        let noted = serde_json::to_string(&record).unwrap();
        assert!(!noted.contains("Ada") && !noted.contains("Bob"), "{noted}");

        let record = serde_json::from_str(&noted).unwrap();
        let resumed = Resumed { previous: None, record }.with_places(&store).unwrap();
        assert!(resumed.record.before.first().unwrap().1 == before);
    }
}

//! What a poll's pages do: tasks, cursors and new containers.

use super::{Group, State, answers::forget_answer};
use crate::{
    identity,
    model::{ConnectionName, ContainerId, Pending, Stage, TaskId},
    store::{
        Commit, Committed, Error, KeptAnswer, NewChange, Rewind,
        sled::format::{self, Body, Head, Standing, TaskRecord},
    },
};

use jiff::Timestamp;

impl State {
    /// See [`Store::commit`](crate::store::Store::commit).
    pub(in super::super) fn commit(
        &mut self,
        group: &mut Group,
        commit: Commit,
    ) -> Result<Committed, Error> {
        let mut task = self.task(group, &commit.task)?;
        if task.revision != commit.revision {
            return Ok(Committed::Fenced { revision: task.revision });
        }
        let mut made = Vec::with_capacity(commit.changes.len());
        for change in commit.changes {
            if !self.has_seen(&commit.task.connection, &change)? {
                made.push(self.make(group, &commit.task, commit.observed_at, change)?);
            }
        }
        let stands =
            task.cursor.as_ref() == Some(&commit.cursor) && (task.complete || !commit.complete);
        if stands && made.is_empty() && !task.interrupted && task.answer_parts == 0 {
            return Ok(Committed::Done { revision: task.revision, made });
        }
        task.polled(commit.observed_at);
        task.cursor = Some(commit.cursor);
        task.revision += 1;
        task.complete |= commit.complete;
        task.interrupted = false;
        forget_answer(group, &commit.task, &mut task);
        let revision = task.revision;
        group.tasks.insert(commit.task, task);
        Ok(Committed::Done { revision, made })
    }

    /// See [`Store::keep`](crate::store::Store::keep).
    pub(in super::super) fn keep(
        &mut self,
        group: &mut Group,
        id: TaskId,
        answer: Option<KeptAnswer>,
    ) -> Result<(), Error> {
        let mut task = self.task(group, &id)?;
        forget_answer(group, &id, &mut task);
        task.interrupted = answer.is_none();
        if let Some(answer) = answer {
            task.answer_parts = self.write_answer(group, &id, answer)?;
        }
        group.tasks.insert(id, task);
        Ok(())
    }

    /// See [`Store::set_cursor`](crate::store::Store::set_cursor).
    pub(in super::super) fn set_cursor(
        &mut self,
        group: &mut Group,
        id: TaskId,
        cursor: Option<String>,
    ) -> Result<u64, Error> {
        let mut task = self.task(group, &id)?;
        if cursor.is_none() {
            let TaskRecord { revision, begun_at, interrupted, answer_parts, .. } = task;
            task = TaskRecord {
                revision,
                begun_at,
                interrupted,
                answer_parts,
                ..TaskRecord::default()
            };
        }
        task.cursor = cursor;
        task.revision += 1;
        let revision = task.revision;
        group.tasks.insert(id, task);
        Ok(revision)
    }

    /// See [`Store::rewind`](crate::store::Store::rewind).
    pub(in super::super) fn rewind(
        &mut self,
        group: &mut Group,
        id: TaskId,
        to: Rewind,
    ) -> Result<usize, Error> {
        let mut forgotten = 0;
        for container in self.collecting_from(to.from) {
            forgotten += usize::from(self.unmake(group, &id, container)?);
        }
        self.set_cursor(group, id, to.cursor)?;
        Ok(forgotten)
    }

    fn collecting_from(&self, first: Option<ContainerId>) -> Vec<ContainerId> {
        let Some(first) = first else { return Vec::new() };
        let since = self.entries.iter().filter(|(id, entry)| **id >= first && entry.owed.is_none());
        since.map(|(id, _)| *id).collect()
    }

    /// Forgets a container of a task that waits to be collected, as if it had never been made; not
    /// one that was replayed, which may be of long before, and is not found anew.
    fn unmake(&mut self, group: &mut Group, task: &TaskId, id: ContainerId) -> Result<bool, Error> {
        let Some(entry) = self.entries.get(&id) else { return Ok(false) };
        let item = self.item(&entry.at)?;
        let (head, _) = self.disk.understood(format::head(&item))?;
        if head.task() != *task || matches!(head.standing, Standing::Again) {
            return Ok(false);
        }
        if let Some(version) = head.version {
            self.collecting.remove(&(head.record, version));
        }
        self.forget(group, id);
        Ok(true)
    }

    /// See [`Store::begin`](crate::store::Store::begin).
    pub(in super::super) fn begin(
        &mut self,
        group: &mut Group,
        id: TaskId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut task = self.task(group, &id)?;
        task.begin(at);
        group.tasks.insert(id, task);
        Ok(())
    }

    /// See [`Store::polled`](crate::store::Store::polled).
    pub(in super::super) fn polled(
        &mut self,
        group: &mut Group,
        id: TaskId,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut task = self.task(group, &id)?;
        task.polled(at);
        group.tasks.insert(id, task);
        Ok(())
    }

    fn has_seen(&self, connection: &ConnectionName, change: &NewChange) -> Result<bool, Error> {
        let Some(version) = change.version else { return Ok(false) };
        if self.collecting.contains(&(change.record, version)) {
            return Ok(true);
        }
        let known = self.records.get(connection.as_str(), change.record)?;
        Ok(known.versions.contains(&version))
    }

    fn make(
        &mut self,
        group: &mut Group,
        task: &TaskId,
        observed_at: Timestamp,
        new: NewChange,
    ) -> Result<Pending, Error> {
        let id: ContainerId = self.number(group);
        let NewChange { change, notification_id, lane, record, version, backfill } = new;
        let (connection, action) = (task.connection.as_str(), task.action.as_str());
        let (memo, serial, standing) = (None, 0, Standing::Collect);
        let head = Head { id, connection, action, lane, record, version, memo, serial, standing };
        let body = Body { notification_id, change, backfill, observed_at, filled: None };
        let item = self.disk.understood(format::encode(&(&head, body)))?;
        let place = self.append(group, &head, &item)?;
        self.enter(group, id, place, None);
        self.collecting.extend(version.map(|version| (record, version)));
        let (task, record) = (task.clone(), identity::record_lane(record));
        Ok(Pending { id, task, lane, record, stage: Stage::Collect })
    }
}

//! What a person, or its age, has the store forget. Runs first in its group, so that all there is
//! stands on disk; in a tidy group, so that records know it all.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Group, State};
use crate::{
    identity::RecordKey,
    model::{ConnectionName, ContainerId, TaskId},
    store::{
        Error, Purge, Purged,
        sled::{
            disk::Writes,
            format::{self, Head, TaskRecord},
            keys,
        },
    },
};

impl State {
    /// See [`Store::purge`](crate::store::Store::purge).
    pub(in super::super) fn purge(
        &mut self,
        group: &mut Group,
        what: &Purge,
    ) -> Result<Purged, Error> {
        let mut records = HashSet::new();
        let containers = self.purge_pending(group, what, &mut records)?;
        let dead = self.purge_dead(group, what, &mut records)?;
        let mut lane = None;
        match what {
            Purge::Connection(connection) => self.purge_tasks(group, connection)?,
            Purge::Record { record, .. } => drop(records.insert(*record)),
            Purge::Key { lane: purged, .. } => lane = Some(*purged),
        }
        let records = self.records.forget(&records, lane)?;
        Ok(Purged { containers, dead, records })
    }

    /// See [`Store::forget_dead`](crate::store::Store::forget_dead).
    pub(in super::super) fn forget_dead(
        &mut self,
        group: &mut Group,
        before: Timestamp,
    ) -> Result<usize, Error> {
        let mut forgotten = 0;
        for id in self.dead()? {
            let bytes = self.disk.whole(&keys::dead(id))?.unwrap_or_default();
            let (letters, _) = self.disk.understood(format::decode_dead(&bytes))?;
            if letters.iter().all(|letter| letter.at < before) {
                group.writes.remove_parts(&keys::dead(id), Writes::parts(&bytes));
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    fn purge_pending(
        &mut self,
        group: &mut Group,
        what: &Purge,
        records: &mut HashSet<RecordKey>,
    ) -> Result<usize, Error> {
        let ids: Vec<ContainerId> = self.entries.keys().copied().collect();
        let mut purged = 0;
        for id in ids {
            let Some(entry) = self.entries.get(&id) else { continue };
            let item = self.item(&entry.at)?;
            let (head, _) = self.disk.understood(format::head(item.bytes()))?;
            if takes(what, &head) {
                records.insert(head.record);
                if let Some(version) = head.version {
                    self.collecting.remove(&(head.record, version));
                }
                self.forget(group, id);
                purged += 1;
            }
        }
        Ok(purged)
    }

    fn purge_dead(
        &mut self,
        group: &mut Group,
        what: &Purge,
        records: &mut HashSet<RecordKey>,
    ) -> Result<usize, Error> {
        let mut purged = 0;
        for id in self.dead()? {
            let bytes = self.disk.whole(&keys::dead(id))?.unwrap_or_default();
            let (_, item) = self.disk.understood(format::decode_dead(&bytes))?;
            let (head, _) = self.disk.understood(format::head(item))?;
            if takes(what, &head) {
                records.insert(head.record);
                group.writes.remove_parts(&keys::dead(id), Writes::parts(&bytes));
                purged += 1;
            }
        }
        Ok(purged)
    }

    /// Takes a connection's tasks back to their beginnings. Their revisions go on, so that a poll
    /// under way is fenced.
    fn purge_tasks(&mut self, group: &mut Group, connection: &ConnectionName) -> Result<(), Error> {
        for row in self.disk.scan(&keys::tasks_of(connection)) {
            let (key, _) = row?;
            group.writes.remove(&key);
            let Some(id) = keys::task_of(&key) else { continue };
            let task = self.task(group, &id)?;
            group.writes.remove_parts(&keys::answer(&id), task.answer_parts);
            let anew = TaskRecord { revision: task.revision + 1, ..TaskRecord::default() };
            group.tasks.insert(id, anew);
        }
        Ok(())
    }

    fn dead(&self) -> Result<Vec<ContainerId>, Error> {
        let id = |row: Result<(sled::IVec, _), Error>| Ok(keys::dead_of(&row?.0));
        self.disk.scan(keys::DEAD).filter_map(|row| id(row).transpose()).collect()
    }
}

fn takes(what: &Purge, head: &Head<'_>) -> bool {
    head.connection == what.connection().as_str() && what.takes(head.record, head.lane)
}

//! What a person, or its age, has the store forget. Runs first in its group, so that all there is
//! stands on disk; in a tidy group, so that records know it all.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Group, State};
use crate::{
    identity::RecordKey,
    model::{ConnectionName, ContainerId},
    store::{
        Error, Purge, Purged,
        seal::GROWTH,
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
        if let Purge::Record { record, .. } = what {
            records.insert(*record);
        }
        self.unlist(group, what.connection(), |record| {
            matches!(what, Purge::Connection(_)) || records.contains(record)
        })?;
        let records = self.records.forget(what, &records)?;
        if let Purge::Connection(connection) = what {
            self.ring.destroy(connection.as_str())?;
            self.purge_tasks(group, connection)?;
        }
        Ok(Purged { containers, dead, records, ..Purged::default() })
    }

    /// See [`Store::forget_dead`](crate::store::Store::forget_dead).
    pub(in super::super) fn forget_dead(
        &mut self,
        group: &mut Group,
        before: Timestamp,
    ) -> Result<usize, Error> {
        let mut forgotten = 0;
        for at in self.dead(keys::DEAD)? {
            let Some(bytes) = self.dead_letter(at)? else { continue };
            let (letter, _) = self.disk.understood(format::decode_dead(&bytes))?;
            if letter.at < before {
                group.writes.remove_parts(&keys::dead(at), Writes::parts(bytes.len() + GROWTH));
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// See [`Store::held`](crate::store::Store::held).
    pub(in super::super) fn held(&self, what: &Purge) -> Result<Purged, Error> {
        let (pending, dead) = (self.pending_of(what)?, self.dead_of(what)?);
        let of_pending = pending.iter().map(|(_, record)| *record);
        let mut records: HashSet<_> = of_pending.chain(dead.iter().map(|it| it.1)).collect();
        if let Purge::Record { record, .. } = what {
            records.insert(*record);
        }
        let records = self.records.rows_of(what, &records)?.len();
        Ok(Purged { containers: pending.len(), dead: dead.len(), records, ..Purged::default() })
    }

    fn purge_pending(
        &mut self,
        group: &mut Group,
        what: &Purge,
        records: &mut HashSet<RecordKey>,
    ) -> Result<usize, Error> {
        let pending = self.pending_of(what)?;
        for (id, record) in &pending {
            records.insert(*record);
            self.collecting.remove(*record, *id);
            self.forget(group, *id);
        }
        Ok(pending.len())
    }

    fn pending_of(&self, what: &Purge) -> Result<Vec<(ContainerId, RecordKey)>, Error> {
        let sealed_with = self.ring.of(what.connection().as_str());
        let mut pending = Vec::new();
        for (id, entry) in self.entries.iter().filter(|(_, it)| sealed_with.contains(&it.key)) {
            let item = self.item(&entry.at)?;
            let (head, _) = self.disk.understood(format::head(&item))?;
            if takes(what, &head) {
                pending.push((*id, head.record));
            }
        }
        Ok(pending)
    }

    fn purge_dead(
        &mut self,
        group: &mut Group,
        what: &Purge,
        records: &mut HashSet<RecordKey>,
    ) -> Result<usize, Error> {
        let dead = self.dead_of(what)?;
        for (at, record, length) in &dead {
            records.insert(*record);
            group.writes.remove_parts(&keys::dead(*at), Writes::parts(length + GROWTH));
        }
        Ok(dead.len())
    }

    /// Dead letters with their records and their lengths.
    fn dead_of(&self, what: &Purge) -> Result<Vec<(keys::Dead, RecordKey, usize)>, Error> {
        let mut dead = Vec::new();
        for at in self.dead(keys::DEAD)? {
            let Some(bytes) = self.dead_letter(at)? else { continue };
            let (_, item) = self.disk.understood(format::decode_dead(&bytes))?;
            let (head, _) = self.disk.understood(format::head(item))?;
            if takes(what, &head) {
                dead.push((at, head.record, bytes.len()));
            }
        }
        Ok(dead)
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
}

fn takes(what: &Purge, head: &Head<'_>) -> bool {
    what.takes(head.connection, head.record, head.lane)
}

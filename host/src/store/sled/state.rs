//! What the committer knows of all pending containers, and the group of changes it is making.
//!
//! `state/` has what each request does: to the state at once, and to the group for the disk. A
//! group is written as one batch; if that fails, the state is thrown away with the store.

mod answers;
mod collecting;
mod listing;
mod outcomes;
mod pages;
mod purge;
mod rebuild;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};

pub(super) use self::rebuild::rebuild;
use self::{collecting::Collecting, listing::Seen};
use super::{
    block::{self, Location},
    disk::{Disk, Writes},
    format::{self, Head, Place, Progress, TaskRecord},
    journal::{Journal, Writer},
    keyring::Keyring,
    keys, opened,
    records::Records,
    survey,
};
use crate::{
    identity::RecordKey,
    model::{ContainerId, Delivery, DestinationName, TaskId},
    store::{
        Error, Keys, Rotated, Taken,
        seal::{Kind, Number},
    },
};

/// All that is pending.
pub(super) struct State {
    disk: Arc<Disk>,
    records: Arc<Records>,
    ring: Arc<Keyring>,
    entries: HashMap<ContainerId, Entry>,
    /// The states of containers without an outcome; those of others are in the records.
    collecting: Collecting,
    /// What passes over listings have seen.
    listings: HashMap<TaskId, Seen>,
    journal: Journal,
    /// Items of containers that are done, until their records know.
    closed: Vec<Location>,
    sequences: HashMap<DestinationName, u64>,
    next: ContainerId,
    serial: u64,
    /// Up to which serial the disk says that records know.
    saved: u64,
}

/// A pending container; the rest of it is in its item.
struct Entry {
    at: Location,
    /// What its item is sealed with.
    key: Number,
    /// Who is owed its notification, once there is one.
    owed: Option<Box<[Owing]>>,
}

/// A container's delivery.
struct Owing {
    destination: DestinationName,
    sequence: u64,
    progress: Progress,
    /// Whether the progress is on disk.
    noted: bool,
}

/// Changes that will be on disk together.
#[derive(Default)]
pub(super) struct Group {
    writes: Writes,
    writer: Writer,
    tasks: HashMap<TaskId, TaskRecord>,
    sequences: HashSet<DestinationName>,
    numbered: bool,
    owing: HashSet<(ContainerId, u16)>,
    moved: Vec<(ContainerId, Option<Location>)>,
    memos: Vec<RecordKey>,
    replayed: HashSet<ContainerId>,
    taken: Vec<Taken>,
}

/// A group that is ready to be written, and what readers learn afterwards.
pub(super) struct Sealed {
    /// What to write.
    pub(super) writes: Writes,
    /// Where containers are then.
    pub(super) moved: Vec<(ContainerId, Option<Location>)>,
    /// Whose noted memos are then to be had from the records.
    pub(super) memos: Vec<RecordKey>,
    /// What is to be kept of deliveries, before it is written that they are done.
    pub(super) taken: Vec<Taken>,
}

impl State {
    /// Puts on disk what records learned from earlier groups, and lets go of the items that say
    /// it. A group in which containers are settled begins with this, and is sealed as `tidy`.
    pub(super) fn tidy(&mut self, group: &mut Group) -> Result<(), Error> {
        self.records.save(self.serial)?;
        // Also where they had nothing to learn: items that say how far they know may go now.
        if self.saved != self.serial {
            self.saved = self.serial;
            let saved = self.disk.understood(format::encode(&self.serial))?;
            group.writes.insert(keys::SAVED, saved);
        }
        for at in std::mem::take(&mut self.closed) {
            self.journal.remove(&at);
        }
        Ok(())
    }

    /// Gives the trees up, because a write failed.
    pub(super) fn abandon(&self) {
        self.disk.abandon();
        self.records.abandon();
    }

    /// Whether there is something to tidy.
    pub(super) fn is_untidy(&self) -> bool {
        self.records.is_unsaved() || self.journal.is_stale() || !self.closed.is_empty()
    }

    /// Ends a group. A tidy one writes all that may wait.
    pub(super) fn seal(&mut self, mut group: Group, tidy: bool) -> Result<Sealed, Error> {
        if tidy {
            self.compact(&mut group)?;
        }
        let Group { mut writes, writer, moved, memos, taken, .. } = group;
        self.journal.write((&self.disk, &self.ring), writer, &mut writes)?;
        self.journal.write_empty(&mut writes);
        if tidy {
            self.journal.write_marks(&mut writes);
        }
        for (id, place) in group.owing {
            self.write_owing(id, place, &mut writes)?;
        }
        let disk = &*self.disk;
        for (id, task) in group.tasks {
            let key = keys::task(&id);
            let place = (task.place != Place::default()).then(|| {
                let place = disk.understood(format::encode(&task.place))?;
                self.sealed(id.connection.as_str(), Kind::Cursor, &key, &place)
            });
            let task = (&task, place.transpose()?);
            writes.insert_parts(&key, &disk.understood(format::encode(&task))?);
        }
        for destination in &group.sequences {
            let last = self.sequences.get(destination).copied().unwrap_or_default();
            writes.insert(&keys::sequence(destination), disk.understood(format::encode(&last))?);
        }
        if group.numbered {
            writes.insert(keys::NEXT_CONTAINER, disk.understood(format::encode(&self.next))?);
        }
        Ok(Sealed { writes, moved, memos, taken })
    }

    /// Appends the items of sparse blocks again, so that the blocks can go.
    fn compact(&mut self, group: &mut Group) -> Result<(), Error> {
        for number in self.journal.sparse() {
            for (old, item) in block::items(&self.disk, number)? {
                let Some(item) = self.ring.open_value(Kind::Item, &old.seal(), &item)? else {
                    continue;
                };
                let head = self.disk.understood(format::head(&item))?.0;
                let id = head.id;
                if self.entries.get(&id).is_none_or(|entry| entry.at != old) {
                    continue;
                }
                let (at, key) = self.append(group, &head, &item)?;
                let Some(entry) = self.entries.get_mut(&id) else { continue };
                (entry.at, entry.key) = (at, key);
                self.journal.remove(&old);
                group.moved.push((id, Some(at)));
            }
        }
        Ok(())
    }

    fn write_owing(
        &mut self,
        id: ContainerId,
        place: u16,
        writes: &mut Writes,
    ) -> Result<(), Error> {
        let Some(entry) = self.entries.get_mut(&id) else { return Ok(()) };
        let mut owed = entry.owed.iter_mut().flatten();
        if let (Some(owing), Some(key)) = (owed.nth(usize::from(place)), self.ring.find(entry.key)?)
        {
            let (at, progress) = (keys::owing(id, place), format::encode(&owing.progress));
            let sealed = key.seal(Kind::Owing, &at, &self.disk.understood(progress)?);
            writes.insert(&at, sealed.map_err(|unopened| self.ring.unopened(unopened))?);
            owing.noted = true;
        }
        Ok(())
    }

    /// Has an item that was appended stand for a container, in the place of the one it has.
    fn enter(
        &mut self,
        group: &mut Group,
        id: ContainerId,
        (at, key): (Location, Number),
        owed: Option<Box<[Owing]>>,
    ) {
        group.moved.push((id, Some(at)));
        if let Some(old) = self.entries.insert(id, Entry { at, key, owed }) {
            self.journal.remove(&old.at);
        }
    }

    /// Puts an item with this head into the journal; where, and with which key.
    fn append(
        &mut self,
        group: &mut Group,
        head: &Head<'_>,
        item: &[u8],
    ) -> Result<(Location, Number), Error> {
        let key = self.ring.newest(head.connection)?;
        let at = self.journal.append(&mut group.writer, &key, item);
        let at = at.map_err(|unopened| self.ring.unopened(unopened))?;
        self.disk.understood(group.writer.note(&key, head, &at))?;
        Ok((at, key.number()))
    }

    /// A connection's value, sealed.
    fn sealed(
        &self,
        connection: &str,
        kind: Kind,
        place: &[u8],
        value: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let sealed = self.ring.newest(connection)?.seal(kind, place, value);
        sealed.map_err(|unopened| self.ring.unopened(unopened))
    }

    /// See [`Store::rotate_keys`](crate::store::Store::rotate_keys).
    pub(super) fn rotate_keys(&self) -> Result<Rotated, Error> {
        self.ring.rotate()
    }

    /// See [`Store::keys`](crate::store::Store::keys).
    pub(super) fn look_at_keys(&self, data: &Path) -> Result<Keys, Error> {
        self.ring.look(&survey::sealed(data, &self.disk, self.records.disk())?)
    }

    /// Forgets a container.
    fn forget(&mut self, group: &mut Group, id: ContainerId) {
        let Some(entry) = self.entries.remove(&id) else { return };
        self.journal.remove(&entry.at);
        group.moved.push((id, None));
        let noted = entry.owed.unwrap_or_default();
        for (place, _) in (0..).zip(&noted).filter(|(_, owing)| owing.noted) {
            group.writes.remove(&keys::owing(id, place));
        }
    }

    /// Tells a container's record of its outcome; the item with this head must be written, too.
    fn learn(&mut self, head: &Head<'_>) -> Result<(), Error> {
        self.collecting.remove(head.record, head.id);
        self.records.learn(head)
    }

    fn item(&self, at: &Location) -> Result<Vec<u8>, Error> {
        opened::item(&self.disk, &self.ring, at)
    }

    /// A dead letter, opened; `None` where there is none, or where its key was destroyed.
    fn dead_letter(&self, at: keys::Dead) -> Result<Option<Vec<u8>>, Error> {
        opened::dead_letter(&self.disk, &self.ring, at)
    }

    /// The dead letters whose keys begin so.
    fn dead(&self, prefix: &[u8]) -> Result<Vec<keys::Dead>, Error> {
        let at = |row: Result<(sled::IVec, _), Error>| Ok(keys::dead_at(&row?.0));
        self.disk.scan(prefix).filter_map(|row| at(row).transpose()).collect()
    }

    fn task(&self, group: &Group, id: &TaskId) -> Result<TaskRecord, Error> {
        match group.tasks.get(id) {
            Some(task) => Ok(task.clone()),
            None => opened::task(&self.disk, &self.ring, id),
        }
    }

    fn number(&mut self, group: &mut Group) -> ContainerId {
        group.numbered = true;
        let id = self.next;
        self.next = ContainerId(id.0 + 1);
        id
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

impl Entry {
    /// What is still owed of it.
    fn deliveries(&self) -> Vec<Delivery> {
        self.owed.iter().flatten().filter_map(Owing::delivery).collect()
    }
}

impl Owing {
    fn fresh(destination: DestinationName, sequence: u64) -> Self {
        Self { destination, sequence, progress: Progress::FRESH, noted: false }
    }

    fn delivery(&self) -> Option<Delivery> {
        let Progress::Pending { attempts, first_attempt_at, not_before } = self.progress else {
            return None;
        };
        let destination = self.destination.clone();
        let sequence = self.sequence;
        Some(Delivery { destination, sequence, attempts, first_attempt_at, not_before })
    }
}

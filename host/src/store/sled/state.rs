//! What the committer knows of all pending containers, and the group of changes it is making.
//!
//! `state/` has what each request does: to the state at once, and to the group for the disk. A
//! group is written as one batch; if that fails, the state is thrown away with the store.

mod outcomes;
mod pages;
mod purge;
mod rebuild;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

pub(super) use self::rebuild::rebuild;
use super::{
    block::{self, Item, Location},
    disk::{Disk, Writes},
    format::{self, Head, Progress, TaskRecord},
    journal::{Journal, Writer},
    keys,
    records::Records,
};
use crate::{
    identity::{RecordKey, VersionKey},
    model::{ContainerId, Delivery, DestinationName, TaskId},
    store::Error,
};

/// All that is pending.
pub(super) struct State {
    disk: Arc<Disk>,
    records: Arc<Records>,
    entries: HashMap<ContainerId, Entry>,
    /// The versions of containers without an outcome; those of others are in the records.
    collecting: HashSet<(RecordKey, VersionKey)>,
    journal: Journal,
    /// Items of containers that are done, until their records know.
    closed: Vec<Location>,
    sequences: HashMap<DestinationName, u64>,
    next: ContainerId,
    serial: u64,
}

/// A pending container; the rest of it is in its item.
struct Entry {
    at: Location,
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
}

/// A group that is ready to be written, and what readers learn afterwards.
pub(super) struct Sealed {
    /// What to write.
    pub(super) writes: Writes,
    /// Where containers are then.
    pub(super) moved: Vec<(ContainerId, Option<Location>)>,
    /// Whose noted memos are then to be had from the records.
    pub(super) memos: Vec<RecordKey>,
}

impl State {
    /// Puts on disk what records learned from earlier groups, and lets go of the items that say
    /// it. A group in which containers are settled begins with this, and is sealed as `tidy`.
    pub(super) fn tidy(&mut self, group: &mut Group) -> Result<(), Error> {
        if self.records.save()? {
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
        let Group { mut writes, writer, moved, memos, .. } = group;
        self.journal.write(&self.disk, writer, &mut writes)?;
        self.journal.write_empty(&mut writes);
        if tidy {
            self.journal.write_marks(&mut writes);
        }
        for (id, place) in group.owing {
            self.write_owing(id, place, &mut writes)?;
        }
        let disk = &*self.disk;
        for (id, task) in group.tasks {
            writes.insert_parts(&keys::task(&id), &disk.understood(format::encode(&task))?);
        }
        for destination in &group.sequences {
            let last = self.sequences.get(destination).copied().unwrap_or_default();
            writes.insert(&keys::sequence(destination), disk.understood(format::encode(&last))?);
        }
        if group.numbered {
            writes.insert(keys::NEXT_CONTAINER, disk.understood(format::encode(&self.next))?);
        }
        Ok(Sealed { writes, moved, memos })
    }

    /// Appends the items of sparse blocks again, so that the blocks can go.
    fn compact(&mut self, group: &mut Group) -> Result<(), Error> {
        for number in self.journal.sparse() {
            for (old, item) in block::items(&self.disk, number)? {
                let id = self.disk.understood(format::head(&item))?.0.id;
                let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.at == old) else {
                    continue;
                };
                entry.at = self.journal.append(&mut group.writer, &item);
                self.journal.remove(&old);
                group.moved.push((id, Some(entry.at)));
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
        let owed = self.entries.get_mut(&id).and_then(|entry| entry.owed.as_mut());
        if let Some(owing) = owed.and_then(|owed| owed.get_mut(usize::from(place))) {
            let progress = self.disk.understood(format::encode(&owing.progress))?;
            writes.insert(&keys::owing(id, place), progress);
            owing.noted = true;
        }
        Ok(())
    }

    /// Writes an item for a container, in the place of the one it has.
    fn enter(
        &mut self,
        group: &mut Group,
        id: ContainerId,
        item: &[u8],
        owed: Option<Box<[Owing]>>,
    ) {
        let at = self.journal.append(&mut group.writer, item);
        group.moved.push((id, Some(at)));
        if let Some(old) = self.entries.insert(id, Entry { at, owed }) {
            self.journal.remove(&old.at);
        }
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
        if let Some(version) = head.version {
            self.collecting.remove(&(head.record, version));
        }
        self.records.learn(head)
    }

    fn item(&self, at: &Location) -> Result<Item, Error> {
        let item = block::read(&self.disk, at)?;
        item.ok_or_else(|| self.disk.damaged("a container is missing from its block"))
    }

    fn task(&self, group: &Group, id: &TaskId) -> Result<TaskRecord, Error> {
        match group.tasks.get(id) {
            Some(task) => Ok(task.clone()),
            None => load_task(&self.disk, id),
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

/// A task as it is on disk.
pub(super) fn load_task(disk: &Disk, id: &TaskId) -> Result<TaskRecord, Error> {
    let task = disk.whole(&keys::task(id))?;
    let task = task.map(|bytes| disk.understood(format::decode(&bytes))).transpose()?;
    Ok(task.unwrap_or_default())
}

//! What the committer knows of all pending containers, and the group of changes it is making.
//!
//! `state/` has what each request does: to the state at once, and to the group for the disk. A
//! group is written as one batch; if that fails, the state is thrown away with the store.

mod outcomes;
mod pages;
mod rebuild;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

pub(super) use self::rebuild::rebuild;
use super::{
    block::{self, Item, Location},
    disk::{Disk, Writes},
    format::{self, RecordState, Standing, TaskRecord},
    journal::{Journal, Writer},
    keys,
};
use crate::{
    identity::{RecordKey, VersionKey},
    model::{ContainerId, Delivery, DestinationName, TaskId},
    store::Error,
};

/// All that is pending.
pub(super) struct State {
    disk: Arc<Disk>,
    entries: HashMap<ContainerId, Entry>,
    /// The versions of containers without a notification; those of others are in the records.
    collecting: HashSet<(RecordKey, VersionKey)>,
    journal: Journal,
    sequences: HashMap<DestinationName, u64>,
    next: ContainerId,
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
    standing: Standing,
    /// Whether the standing is on disk.
    noted: bool,
}

/// Changes that will be on disk together.
#[derive(Default)]
pub(super) struct Group {
    writes: Writes,
    writer: Writer,
    tasks: HashMap<TaskId, TaskRecord>,
    records: HashMap<RecordKey, RecordState>,
    sequences: HashSet<DestinationName>,
    numbered: bool,
    owing: HashSet<(ContainerId, u16)>,
    moved: Vec<(ContainerId, Option<Location>)>,
    memos: Vec<RecordKey>,
}

/// A group that is ready to be written, and what readers learn afterwards.
pub(super) struct Sealed {
    /// What to write.
    pub(super) writes: Writes,
    /// Where containers are then.
    pub(super) moved: Vec<(ContainerId, Option<Location>)>,
    /// Whose noted memos are then on disk.
    pub(super) memos: Vec<RecordKey>,
}

impl State {
    /// Ends a group. With `tidy`, all that may wait is written, too.
    pub(super) fn seal(&mut self, mut group: Group, tidy: bool) -> Result<Sealed, Error> {
        if tidy {
            self.compact(&mut group)?;
        }
        let disk = &*self.disk;
        let Group { mut writes, writer, moved, memos, .. } = group;
        self.journal.write(disk, writer, &mut writes)?;
        self.journal.write_marks(tidy, &mut writes);
        for (id, task) in group.tasks {
            writes.insert_parts(&keys::task(&id), &disk.understood(format::encode(&task))?);
        }
        for (key, record) in group.records {
            writes.insert(&keys::record(key), disk.understood(format::encode(&record))?);
        }
        for destination in &group.sequences {
            let last = self.sequences.get(destination).copied().unwrap_or_default();
            writes.insert(&keys::sequence(destination), disk.understood(format::encode(&last))?);
        }
        if group.numbered {
            writes.insert(keys::NEXT_CONTAINER, disk.understood(format::encode(&self.next))?);
        }
        for (id, place) in group.owing {
            self.write_owing(id, place, &mut writes)?;
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
                self.journal.remove(&old, false);
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
            let standing = self.disk.understood(format::encode(&owing.standing))?;
            writes.insert(&keys::owing(id, place), standing);
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
            self.journal.remove(&old.at, false);
        }
    }

    /// Forgets a container. It must not come back after a crash where a record's later memo or a
    /// dead letter would then have a rival: that is `urgent`.
    fn forget(&mut self, group: &mut Group, id: ContainerId, urgent: bool) {
        let Some(entry) = self.entries.remove(&id) else { return };
        self.journal.remove(&entry.at, urgent);
        group.moved.push((id, None));
        let noted = entry.owed.unwrap_or_default();
        for (place, _) in (0..).zip(&noted).filter(|(_, owing)| owing.noted) {
            group.writes.remove(&keys::owing(id, place));
        }
    }

    fn item(&self, at: &Location) -> Result<Item, Error> {
        let item = block::read(&self.disk, at)?;
        item.ok_or_else(|| self.disk.damaged("a container is missing from its block"))
    }

    fn task(&self, group: &Group, id: &TaskId) -> Result<TaskRecord, Error> {
        if let Some(task) = group.tasks.get(id) {
            return Ok(task.clone());
        }
        load_task(&self.disk, id)
    }

    fn record(&self, group: &Group, key: RecordKey) -> Result<RecordState, Error> {
        if let Some(record) = group.records.get(&key) {
            return Ok(record.clone());
        }
        let record = self.disk.get_again(&keys::record(key))?;
        let record =
            record.map(|bytes| self.disk.understood(format::decode(&bytes))).transpose()?;
        Ok(record.unwrap_or_default())
    }

    fn number(&mut self, group: &mut Group) -> ContainerId {
        group.numbered = true;
        let id = self.next;
        self.next = ContainerId(id.0 + 1);
        id
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
        Self { destination, sequence, standing: Standing::FRESH, noted: false }
    }

    fn delivery(&self) -> Option<Delivery> {
        let Standing::Pending { attempts, first_attempt_at, not_before } = self.standing else {
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

//! The state after a start, from what is on disk.

use std::{collections::HashMap, sync::Arc, thread};

use super::{Collecting, Entry, Owing, State};
use crate::{
    identity::{self, RecordKey},
    model::{ContainerId, DestinationName, Lane, Pending, Stage, TaskId},
    store::{
        Error,
        seal::{Kind, Number},
        sled::{
            block::Location,
            disk::Disk,
            format::{self, Owed, Progress, Saying, Standing},
            front::{Names, Row},
            journal::{self, Journal},
            keyring::Keyring,
            keys, opened,
            records::Records,
        },
    },
};

/// The state that the disk holds, and what is pending in it, in the order of commits.
pub(in super::super) fn rebuild(
    disk: Arc<Disk>,
    records: Arc<Records>,
    ring: Arc<Keyring>,
) -> Result<(State, Vec<Pending>), Error> {
    let saved = disk.load(keys::SAVED)?.unwrap_or_default();
    let (journal, Finds { found, lost, .. }) = read(&disk, &ring)?;
    let serial = found.iter().map(|find| find.serial).max().unwrap_or_default().max(saved);
    // The journal goes first, so only damage can have it know less than the records. They would
    // say of what it lost that it was seen, and nobody would be told of it. A crash amid a purge
    // leaves items that nobody can read any more, and those may have known the most.
    if lost.is_empty() && records.saved()? > serial {
        return Err(disk.damaged("its log ends before what is known of records"));
    }
    teach(&records, &disk, &ring, found.iter().filter(|find| find.serial > saved))?;
    let progress = progress(&disk, &ring)?;
    let next = disk.load(keys::NEXT_CONTAINER)?.unwrap_or_default();
    let sequences = sequences(&disk)?;
    let mut state = State {
        disk,
        records,
        ring,
        entries: HashMap::with_capacity(found.len()),
        collecting: Collecting::default(),
        listings: HashMap::new(),
        journal,
        closed: Vec::new(),
        sequences,
        next,
        serial,
        saved,
    };
    lost.iter().for_each(|at| state.journal.remove(at));
    let pending = state.admit_all(found, progress);
    Ok((state, pending))
}

/// What became of deliveries, by container and place.
type Noted = HashMap<(ContainerId, u16), Progress>;

impl State {
    /// Where every pending container is.
    pub(in super::super) fn places(&self) -> HashMap<ContainerId, Location> {
        self.entries.iter().map(|(id, entry)| (*id, entry.at)).collect()
    }

    /// Of several items of a container the first counts, for the marks of the others were not yet
    /// written.
    fn admit_all(&mut self, found: Vec<Find>, mut noted: Noted) -> Vec<Pending> {
        let (mut pending, mut last) = (Vec::with_capacity(found.len()), None);
        for find in found {
            if last.replace(find.id) == Some(find.id) {
                self.journal.remove(&find.at);
            } else {
                pending.extend(self.admit(find, &mut noted));
            }
        }
        pending
    }

    fn admit(&mut self, find: Find, noted: &mut Noted) -> Option<Pending> {
        let Find { id, task, lane, record, at, key, .. } = find;
        let (owed, stage) = match find.standing {
            Found::Closed => {
                self.closed.push(at);
                return None;
            }
            Found::Deliver(mut owed) => {
                if !noted.is_empty() {
                    recall(id, &mut owed, noted);
                }
                let deliveries = owed.iter().filter_map(Owing::delivery).collect();
                (Some(owed), Stage::Deliver(deliveries))
            }
            Found::Collect(says) => {
                if let Some(says) = says {
                    self.collecting.add(record, id, *says);
                }
                (None, Stage::Collect)
            }
        };
        self.entries.insert(id, Entry { at, key, owed });
        Some(Pending { id, task, lane, record: identity::record_lane(record), stage })
    }
}

/// Reads the journal on two threads, half of its blocks each. What it tells of is in the order of
/// commits, and of one container that comes first which is later.
fn read(disk: &Disk, ring: &Keyring) -> Result<(Journal, Finds), Error> {
    let marks = journal::marks(disk)?;
    let half = |fronts| {
        let mut finds = Finds::default();
        let fronts = (&marks, fronts);
        let journal = Journal::read(disk, ring, fronts, |at, key, row| finds.take(at, key, row))?;
        Ok::<_, Error>((journal, finds))
    };
    let [low, high] = keys::FRONTS;
    let (mut journal, mut finds) = thread::scope(|scope| {
        let high = scope.spawn(|| half(high));
        let (mut journal, mut finds) = half(low)?;
        let high = high.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (others, more) = high?;
        journal.join(others);
        finds.found.extend(more.found);
        finds.lost.extend(more.lost);
        Ok::<_, Error>((journal, finds))
    })?;
    journal.find_free();
    finds.found.sort_unstable_by_key(|find| (find.id, find.standing.rank()));
    Ok((journal, finds))
}

/// Has the records learn what items say of them that was not saved, in the order of the items.
fn teach<'a>(
    records: &Records,
    disk: &Disk,
    ring: &Keyring,
    unsaved: impl Iterator<Item = &'a Find>,
) -> Result<(), Error> {
    let mut unsaved: Vec<_> = unsaved.collect();
    unsaved.sort_unstable_by_key(|find| find.serial);
    for find in unsaved {
        let item = opened::item(disk, ring, &find.at)?;
        records.learn(&disk.understood(format::head(&item))?.0)?;
    }
    Ok(())
}

fn recall(id: ContainerId, owed: &mut [Owing], noted: &mut Noted) {
    for (place, owing) in (0..).zip(owed) {
        if let Some(progress) = noted.remove(&(id, place)) {
            (owing.progress, owing.noted) = (progress, true);
        }
    }
}

/// What half of the journal told so far.
#[derive(Default)]
struct Finds {
    found: Vec<Find>,
    /// Items whose key was destroyed.
    lost: Vec<Location>,
    /// The task of the last item: the next is most often of the same.
    task: Option<TaskId>,
    /// A million containers share a name.
    destinations: HashMap<Box<str>, DestinationName>,
}

/// What an item told.
struct Find {
    id: ContainerId,
    at: Location,
    key: Number,
    task: TaskId,
    lane: Lane,
    record: RecordKey,
    serial: u64,
    standing: Found,
}

enum Found {
    Closed,
    Deliver(Box<[Owing]>),
    Collect(Option<Box<Saying<Box<str>>>>),
}

impl Found {
    /// What is later comes first: nothing waits to be collected any more that was.
    fn rank(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Deliver(_) => 1,
            Self::Collect(_) => 2,
        }
    }
}

impl Finds {
    fn take(&mut self, at: Location, key: Number, row: Option<(Names<'_>, Row<'_>)>) {
        let Some((task, row)) = row else { return self.lost.push(at) };
        let Row { id, lane, record, serial, standing, collecting } = row;
        let standing = match standing {
            Standing::Closed => Found::Closed,
            Standing::Deliver(owed) => {
                Found::Deliver(owed.iter().map(|owed| self.owing(owed)).collect())
            }
            Standing::Collect | Standing::Again => {
                Found::Collect(collecting.map(|says| Box::new(says.kept())))
            }
        };
        let task = self.task(task);
        self.found.push(Find { id, at, key, task, lane, record, serial, standing });
    }

    fn task(&mut self, (connection, action): Names<'_>) -> TaskId {
        let is_it = |task: &&TaskId| {
            task.connection.as_str() == connection && task.action.as_str() == action
        };
        if let Some(task) = self.task.as_ref().filter(is_it) {
            return task.clone();
        }
        let task = TaskId { connection: connection.into(), action: action.into() };
        self.task.insert(task).clone()
    }

    fn owing(&mut self, owed: &Owed<'_>) -> Owing {
        let Owed { destination, sequence } = *owed;
        if let Some(held) = self.destinations.get(destination) {
            return Owing::fresh(held.clone(), sequence);
        }
        let name = DestinationName::from(destination);
        self.destinations.insert(destination.into(), name.clone());
        Owing::fresh(name, sequence)
    }
}

fn progress(disk: &Disk, ring: &Keyring) -> Result<Noted, Error> {
    let progress = |row: Result<(sled::IVec, sled::IVec), Error>| {
        let (key, value) = row?;
        let of = keys::owing_of(&key).ok_or_else(|| disk.damaged("a delivery has no container"))?;
        let Some(value) = ring.open_value(Kind::Owing, &key, &value)? else { return Ok(None) };
        Ok(Some((of, disk.understood(format::decode(&value))?)))
    };
    disk.scan(keys::OWINGS).filter_map(|row| progress(row).transpose()).collect()
}

fn sequences(disk: &Disk) -> Result<HashMap<DestinationName, u64>, Error> {
    let sequence = |row: Result<(sled::IVec, sled::IVec), Error>| {
        let (key, value) = row?;
        let name = key.get(1..).and_then(|name| std::str::from_utf8(name).ok());
        let name = name.ok_or_else(|| disk.damaged("a destination has no name"))?;
        Ok((name.into(), disk.understood(format::decode(&value))?))
    };
    disk.scan(keys::SEQUENCES).map(sequence).collect()
}

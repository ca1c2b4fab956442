//! The state after a start, from what is on disk.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Entry, Owing, State, item};
use crate::{
    identity::{RecordKey, VersionKey},
    model::{ContainerId, DestinationName, Lane, Pending, Stage, TaskId},
    store::{
        Error,
        seal::{Kind, Number},
        sled::{
            block::Location,
            disk::Disk,
            format::{self, Owed, Progress, Standing},
            front::{Names, Row},
            journal::Journal,
            keyring::Keyring,
            keys,
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
    let mut finds = Finds { progress: progress(&disk, &ring)?, serial: saved, ..Finds::default() };
    let mut journal = Journal::load(&disk, &ring, |at, key, row| {
        let Some((task, row)) = row else {
            finds.superseded.push(at);
            return Ok(());
        };
        if row.serial > saved {
            let item = item(&disk, &ring, &at)?;
            records.learn(&disk.understood(format::head(&item))?.0)?;
        }
        finds.take(Place { at, key }, task, &row);
        Ok(())
    })?;
    // The journal goes first, so only damage can have it know less than the records. They would
    // say of what it lost that it was seen, and nobody would be told of it. A crash amid a purge
    // leaves items that nobody can read any more, and those may have known the most.
    if finds.superseded.is_empty() && records.saved()? > finds.serial {
        return Err(disk.damaged("its log ends before what is known of records"));
    }
    for old in &finds.superseded {
        journal.remove(old);
    }
    let next = disk.load(keys::NEXT_CONTAINER)?.unwrap_or_default();
    let sequences = sequences(&disk)?;
    let (entries, collecting) = (HashMap::new(), HashSet::new());
    let (closed, serial) = (finds.closed, finds.serial);
    let mut state = State {
        disk,
        records,
        ring,
        entries,
        collecting,
        journal,
        closed,
        sequences,
        next,
        serial,
    };
    let mut pending: Vec<Pending> =
        finds.containers.into_iter().map(|(id, find)| state.admit(id, find)).collect();
    pending.sort_unstable_by_key(|pending| pending.id);
    Ok((state, pending))
}

impl State {
    /// Where every pending container is.
    pub(in super::super) fn places(&self) -> HashMap<ContainerId, Location> {
        self.entries.iter().map(|(id, entry)| (*id, entry.at)).collect()
    }

    fn admit(&mut self, id: ContainerId, find: Find) -> Pending {
        let stage = match &find.entry.owed {
            Some(_) => Stage::Deliver(find.entry.deliveries()),
            None => Stage::Collect,
        };
        self.collecting.extend(find.collecting);
        self.entries.insert(id, find.entry);
        Pending { id, task: find.task, lane: find.lane, stage }
    }
}

/// What the journal told so far.
#[derive(Default)]
struct Finds {
    progress: HashMap<(ContainerId, u16), Progress>,
    closed: Vec<Location>,
    done: HashSet<ContainerId>,
    serial: u64,
    containers: HashMap<ContainerId, Find>,
    superseded: Vec<Location>,
    /// The task of the last item: the next is most often of the same.
    task: Option<TaskId>,
    /// A million containers share a name.
    destinations: HashMap<Box<str>, DestinationName>,
}

/// Where an item is, and what it is sealed with.
struct Place {
    at: Location,
    key: Number,
}

struct Find {
    entry: Entry,
    task: TaskId,
    lane: Lane,
    collecting: Option<(RecordKey, VersionKey)>,
}

impl Finds {
    /// Takes an item in. Of two of a container, that which waits to be collected is the earlier,
    /// and its mark was not yet written.
    fn take(&mut self, place: Place, task: Names<'_>, row: &Row<'_>) {
        self.serial = self.serial.max(row.serial);
        let earlier = match row.standing {
            Standing::Collect if self.is_known(row.id) => return self.superseded.push(place.at),
            _ => self.containers.remove(&row.id),
        };
        self.superseded.extend(earlier.map(|find| find.entry.at));
        let owed = match &row.standing {
            Standing::Collect => None,
            Standing::Deliver(owed) => Some(self.owed(row.id, owed)),
            Standing::Closed => {
                self.done.insert(row.id);
                return self.closed.push(place.at);
            }
        };
        let find = Find {
            entry: Entry { at: place.at, key: place.key, owed },
            task: self.task(task),
            lane: row.lane,
            collecting: row.collecting,
        };
        self.containers.insert(row.id, find);
    }

    fn is_known(&self, id: ContainerId) -> bool {
        self.done.contains(&id) || self.containers.contains_key(&id)
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

    fn owed(&mut self, id: ContainerId, owed: &[Owed<'_>]) -> Box<[Owing]> {
        let owing = |(place, owed): (u16, &Owed<'_>)| {
            let noted = self.progress.remove(&(id, place));
            Owing {
                destination: name(&mut self.destinations, owed.destination),
                sequence: owed.sequence,
                noted: noted.is_some(),
                progress: noted.unwrap_or(Progress::FRESH),
            }
        };
        (0..).zip(owed).map(owing).collect()
    }
}

/// The name that is held already, where one is.
fn name(held: &mut HashMap<Box<str>, DestinationName>, name: &str) -> DestinationName {
    if let Some(held) = held.get(name) {
        return held.clone();
    }
    let new = DestinationName::from(name);
    held.insert(name.into(), new.clone());
    new
}

fn progress(disk: &Disk, ring: &Keyring) -> Result<HashMap<(ContainerId, u16), Progress>, Error> {
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

//! The state after a start, from what is on disk.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Entry, Owing, State};
use crate::{
    identity::{RecordKey, VersionKey},
    model::{ContainerId, DestinationName, Lane, Pending, Stage, TaskId},
    store::{
        Error,
        sled::{
            block::Location,
            disk::Disk,
            format::{self, Head, Standing},
            journal::Journal,
            keys,
        },
    },
};

/// The state that the disk holds, and what is pending in it, in the order of commits.
pub(in super::super) fn rebuild(disk: Arc<Disk>) -> Result<(State, Vec<Pending>), Error> {
    let mut finds = Finds { standings: standings(&disk)?, ..Finds::default() };
    let mut journal = Journal::load(&disk, |at, item| {
        let (head, _) = disk.understood(format::head(item))?;
        finds.take(at, &head);
        Ok(())
    })?;
    for old in &finds.superseded {
        journal.remove(old, false);
    }
    let next = disk.load(keys::NEXT_CONTAINER)?.unwrap_or_default();
    let sequences = sequences(&disk)?;
    let (entries, collecting) = (HashMap::new(), HashSet::new());
    let mut state = State { disk, entries, collecting, journal, sequences, next };
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
    standings: HashMap<(ContainerId, u16), Standing>,
    containers: HashMap<ContainerId, Find>,
    superseded: Vec<Location>,
    tasks: HashSet<TaskId>,
    destinations: HashSet<DestinationName>,
}

struct Find {
    entry: Entry,
    task: TaskId,
    lane: Lane,
    collecting: Option<(RecordKey, VersionKey)>,
}

impl Finds {
    /// Takes an item in. Of two of a container, that with the notification is the later, and
    /// the other's mark was not yet written.
    fn take(&mut self, at: Location, head: &Head<'_>) {
        if let Some(other) = self.containers.get(&head.id) {
            if head.owed.is_none() {
                return self.superseded.push(at);
            }
            self.superseded.push(other.entry.at);
        }
        let owed = head.owed.as_ref().map(|_| self.owed(head));
        let version = head.version.filter(|_| owed.is_none());
        let find = Find {
            entry: Entry { at, owed },
            task: interned(&mut self.tasks, head.task()),
            lane: head.lane,
            collecting: version.map(|version| (head.record, version)),
        };
        self.containers.insert(head.id, find);
    }

    fn owed(&mut self, head: &Head<'_>) -> Box<[Owing]> {
        let owing = |(place, owed): (u16, &format::Owed<'_>)| {
            let noted = self.standings.remove(&(head.id, place));
            Owing {
                destination: interned(&mut self.destinations, owed.destination.into()),
                sequence: owed.sequence,
                noted: noted.is_some(),
                standing: noted.unwrap_or(Standing::FRESH),
            }
        };
        (0..).zip(head.owed.iter().flatten()).map(owing).collect()
    }
}

/// The name that is held already, so that a million containers share one.
fn interned<T: Clone + Eq + std::hash::Hash>(held: &mut HashSet<T>, name: T) -> T {
    if let Some(held) = held.get(&name) {
        return held.clone();
    }
    held.insert(name.clone());
    name
}

fn standings(disk: &Disk) -> Result<HashMap<(ContainerId, u16), Standing>, Error> {
    let standing = |row: Result<(sled::IVec, sled::IVec), Error>| {
        let (key, value) = row?;
        let of = keys::owing_of(&key).ok_or_else(|| disk.damaged("a delivery has no container"))?;
        Ok((of, disk.understood(format::decode(&value))?))
    };
    disk.scan(keys::OWINGS).map(standing).collect()
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

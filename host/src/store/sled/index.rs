//! What readers ask without waiting for the committer.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::block::Location;
use crate::{identity::RecordKey, model::ContainerId};

/// Where containers are, and memos that are not yet on disk. Both locks are held for a lookup.
#[derive(Default)]
pub(super) struct Index {
    places: Mutex<HashMap<ContainerId, Location>>,
    memos: Mutex<HashMap<RecordKey, Noted>>,
}

struct Noted {
    memo: String,
    /// How many notes of it the committer has not written.
    notes: usize,
}

impl Index {
    /// An index of these places.
    pub(super) fn new(places: HashMap<ContainerId, Location>) -> Self {
        Self { places: Mutex::new(places), memos: Mutex::default() }
    }

    /// Where a pending container is.
    pub(super) fn place(&self, id: ContainerId) -> Option<Location> {
        lock(&self.places).get(&id).copied()
    }

    /// A record's memo, if one was noted that is not on disk.
    pub(super) fn memo(&self, record: RecordKey) -> Option<String> {
        lock(&self.memos).get(&record).map(|noted| noted.memo.clone())
    }

    /// Notes a record's memo until it is [written](Self::publish).
    pub(super) fn note(&self, record: RecordKey, memo: String) {
        let mut memos = lock(&self.memos);
        let notes = memos.get(&record).map_or(1, |noted| noted.notes + 1);
        memos.insert(record, Noted { memo, notes });
    }

    /// Tells readers what was written: containers that moved or are gone, and noted memos.
    pub(super) fn publish(
        &self,
        moved: Vec<(ContainerId, Option<Location>)>,
        memos: Vec<RecordKey>,
    ) {
        let mut places = lock(&self.places);
        for (id, place) in moved {
            match place {
                Some(place) => places.insert(id, place),
                None => places.remove(&id),
            };
        }
        drop(places);
        let mut noted = lock(&self.memos);
        for record in memos {
            match noted.get_mut(&record) {
                Some(note) if note.notes > 1 => note.notes -= 1,
                _ => drop(noted.remove(&record)),
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What is known of records: the versions seen, and the memo for the next change.
//!
//! They are kept for ever and are many, while containers come and go. sled frees a stretch of
//! its log only when all in it is gone or moved, so the two have logs of their own. The journal
//! goes first: what it says of a record is written here some 50 ms later, many at a time, and
//! only then does the journal forget the container that said it. After a crash it says so
//! again, which changes nothing: a memo never gives way to that of an earlier container.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sled::IVec;

use super::{
    disk::{Disk, Writes},
    format::{self, Head, RecordState},
    keys,
};
use crate::{identity::RecordKey, model::Lane, store::Error};

/// All records. The committer writes; anyone may ask for a memo.
pub(super) struct Records {
    disk: Arc<Disk>,
    unsaved: Mutex<HashMap<RecordKey, RecordState>>,
}

impl Records {
    /// The records of a tree.
    pub(super) fn new(disk: Arc<Disk>) -> Self {
        Self { disk, unsaved: Mutex::default() }
    }

    /// A record's memo.
    pub(super) fn memo(&self, key: RecordKey) -> Result<Option<String>, Error> {
        if let Some(record) = self.unsaved().get(&key) {
            return Ok(record.memo.clone());
        }
        let record = self.disk.load::<RecordState>(&keys::record(key))?;
        Ok(record.and_then(|record| record.memo))
    }

    /// What is known of a record.
    pub(super) fn get(&self, key: RecordKey) -> Result<RecordState, Error> {
        if let Some(record) = self.unsaved().get(&key) {
            return Ok(record.clone());
        }
        let record = self.disk.get_again(&keys::record(key))?;
        let record =
            record.map(|bytes| self.disk.understood(format::decode(&bytes))).transpose()?;
        Ok(record.unwrap_or_default())
    }

    /// Takes in what a container's item says of its record, once more or for the first time.
    pub(super) fn learn(&self, head: &Head<'_>) -> Result<(), Error> {
        let before = self.get(head.record)?;
        let after = before.clone().after(head);
        if after != before {
            self.unsaved().insert(head.record, after);
        }
        Ok(())
    }

    /// Puts on disk what was learned; whether there was any.
    pub(super) fn save(&self) -> Result<bool, Error> {
        let mut writes = Writes::default();
        for (key, record) in self.unsaved().iter() {
            writes.insert(&keys::record(*key), self.disk.understood(format::encode(record))?);
        }
        if self.unsaved().is_empty() {
            return Ok(false);
        }
        self.disk.apply(writes)?;
        // Only the committer learns, so nothing has come since.
        self.unsaved().clear();
        self.disk.sync()?;
        Ok(true)
    }

    /// Forgets these and all of a lane, once all that was learned is saved; how many there were.
    pub(super) fn forget(
        &self,
        records: &HashSet<RecordKey>,
        lane: Option<Lane>,
    ) -> Result<usize, Error> {
        let mut gone: HashSet<IVec> =
            records.iter().map(|key| IVec::from(&keys::record(*key))).collect();
        for row in self.disk.scan(keys::RECORDS).filter(|_| lane.is_some()) {
            let (key, value) = row?;
            let record: RecordState = self.disk.understood(format::decode(&value))?;
            if Some(record.lane) == lane {
                gone.insert(key);
            }
        }
        let (mut writes, mut forgotten) = (Writes::default(), 0);
        for key in gone {
            forgotten += usize::from(self.disk.get(&key)?.is_some());
            writes.remove(&key);
        }
        self.disk.apply(writes)?;
        self.disk.sync()?;
        Ok(forgotten)
    }

    /// See [`Disk::abandon`].
    pub(super) fn abandon(&self) {
        self.disk.abandon();
    }

    /// Whether there is something to save.
    pub(super) fn is_unsaved(&self) -> bool {
        !self.unsaved().is_empty()
    }

    fn unsaved(&self) -> MutexGuard<'_, HashMap<RecordKey, RecordState>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
    keyring::Keyring,
    keys,
};
use crate::{
    identity::RecordKey,
    store::{
        Error, Purge,
        seal::{Kind, number},
    },
};

/// All records. The committer writes; anyone may ask for a memo.
pub(super) struct Records {
    disk: Arc<Disk>,
    ring: Arc<Keyring>,
    unsaved: Mutex<HashMap<RecordKey, Unsaved>>,
}

struct Unsaved {
    connection: Box<str>,
    record: RecordState,
}

impl Records {
    /// The records of a tree.
    pub(super) fn new(disk: Arc<Disk>, ring: Arc<Keyring>) -> Self {
        Self { disk, ring, unsaved: Mutex::default() }
    }

    /// A record's memo.
    pub(super) fn memo(&self, connection: &str, key: RecordKey) -> Result<Option<String>, Error> {
        self.find(connection, key, Disk::get).map(|record| record.memo)
    }

    /// A record's place in its task's listing.
    pub(super) fn place(&self, connection: &str, key: RecordKey) -> Result<Option<u32>, Error> {
        self.find(connection, key, Disk::get).map(|record| record.place)
    }

    /// What is known of a record.
    pub(super) fn get(&self, connection: &str, key: RecordKey) -> Result<RecordState, Error> {
        self.find(connection, key, Disk::get_again)
    }

    fn find(
        &self,
        connection: &str,
        key: RecordKey,
        read: impl Fn(&Disk, &[u8]) -> Result<Option<IVec>, Error>,
    ) -> Result<RecordState, Error> {
        if let Some(unsaved) = self.unsaved().get(&key) {
            return Ok(unsaved.record.clone());
        }
        let Some(row) = self.row(connection, key) else { return Ok(RecordState::default()) };
        let Some(sealed) = read(&self.disk, &row)? else { return Ok(RecordState::default()) };
        let record = self.ring.open_of(connection, Kind::Record, &row, &sealed)?;
        let record = record.map(|bytes| self.disk.understood(format::decode(&bytes)));
        Ok(record.transpose()?.unwrap_or_default())
    }

    /// Where a record is: nobody who has not the connection's key finds out which.
    fn row(&self, connection: &str, key: RecordKey) -> Option<[u8; 17]> {
        let oldest = self.ring.oldest(connection)?;
        Some(keys::record(oldest.fingerprint(&key.0)))
    }

    /// Takes in what a container's item says of its record, once more or for the first time.
    pub(super) fn learn(&self, head: &Head<'_>) -> Result<(), Error> {
        let before = self.get(head.connection, head.record)?;
        let after = before.clone().after(head);
        if after != before {
            let unsaved = Unsaved { connection: head.connection.into(), record: after };
            self.unsaved().insert(head.record, unsaved);
        }
        Ok(())
    }

    /// Gives a record a place in its task's listing, or takes it away. It need not survive a crash:
    /// the place then belongs to nobody.
    pub(super) fn put(
        &self,
        connection: &str,
        key: RecordKey,
        place: Option<u32>,
    ) -> Result<(), Error> {
        let record = RecordState { place, ..self.get(connection, key)? };
        self.unsaved().insert(key, Unsaved { connection: connection.into(), record });
        Ok(())
    }

    /// The serial of the last item that was learned and saved, as the records have it.
    pub(super) fn saved(&self) -> Result<u64, Error> {
        Ok(self.disk.load(keys::SAVED)?.unwrap_or_default())
    }

    /// Puts on disk what was learned from items up to this serial, if there is any.
    pub(super) fn save(&self, serial: u64) -> Result<(), Error> {
        if self.unsaved().is_empty() {
            return Ok(());
        }
        let mut writes = Writes::default();
        writes.insert(keys::SAVED, self.disk.understood(format::encode(&serial))?);
        for (key, Unsaved { connection, record }) in self.unsaved().iter() {
            let sealing = self.ring.newest(connection)?;
            let Some(row) = self.row(connection, *key) else { continue };
            let bytes = self.disk.understood(format::encode(record))?;
            let sealed = sealing.seal(Kind::Record, &row, &bytes);
            writes.insert(&row, sealed.map_err(|unopened| self.ring.unopened(unopened))?);
        }
        self.disk.apply(writes)?;
        // Only the committer learns, so nothing has come since.
        self.unsaved().clear();
        self.disk.sync()
    }

    /// Forgets these and all others that are to be purged, once all that was learned is saved;
    /// how many there were.
    pub(super) fn forget(
        &self,
        what: &Purge,
        records: &HashSet<RecordKey>,
    ) -> Result<usize, Error> {
        let gone = self.rows_of(what, records)?;
        let mut writes = Writes::default();
        gone.iter().for_each(|key| writes.remove(key));
        self.disk.apply(writes)?;
        self.disk.sync()?;
        Ok(gone.len())
    }

    /// The rows of these and all others that are to be purged.
    pub(super) fn rows_of(
        &self,
        what: &Purge,
        records: &HashSet<RecordKey>,
    ) -> Result<HashSet<IVec>, Error> {
        let connection = what.connection().as_str();
        let mut rows = HashSet::new();
        for row in records.iter().filter_map(|key| self.row(connection, *key)) {
            if self.disk.get(&row)?.is_some() {
                rows.insert(IVec::from(&row));
            }
        }
        if !matches!(what, Purge::Record { .. }) {
            self.gather(what, &mut rows)?;
        }
        Ok(rows)
    }

    fn gather(&self, what: &Purge, gone: &mut HashSet<IVec>) -> Result<(), Error> {
        let sealed_with = self.ring.of(what.connection().as_str());
        for row in self.disk.scan(keys::RECORDS) {
            let (key, sealed) = row?;
            if !number(&sealed).is_some_and(|number| sealed_with.contains(&number)) {
                continue;
            }
            let Some(bytes) = self.ring.open_value(Kind::Record, &key, &sealed)? else { continue };
            let record: RecordState = self.disk.understood(format::decode(&bytes))?;
            if what.takes_lane(record.lane) {
                gone.insert(key);
            }
        }
        Ok(())
    }

    /// The tree.
    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// See [`Disk::abandon`].
    pub(super) fn abandon(&self) {
        self.disk.abandon();
    }

    /// Whether there is something to save.
    pub(super) fn is_unsaved(&self) -> bool {
        !self.unsaved().is_empty()
    }

    fn unsaved(&self) -> MutexGuard<'_, HashMap<RecordKey, Unsaved>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

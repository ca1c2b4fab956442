//! The one tree, and what it takes until a write is on disk.

use std::{fs::File, path::PathBuf};

use serde::de::DeserializeOwned;
use sled::{Batch, Db, IVec};

use super::{
    Options,
    folder::{Folder, damaged, io_error},
    format,
    guard::quietly,
    keys,
    recent::Recent,
};
use crate::store::Error;

/// Values are cut to this. A leaf of the tree may hold some twenty of them and must stay
/// below a quarter of a segment; larger ones would go to files that sled never syncs.
pub(super) const VALUE_BYTES: usize = 12 * 1024;

/// What is to be written together.
#[derive(Default)]
pub(super) struct Writes {
    batch: Batch,
    recent: Vec<(IVec, Option<IVec>)>,
}

impl Writes {
    /// Sets a key's value, of at most [`VALUE_BYTES`].
    pub(super) fn insert(&mut self, key: &[u8], value: impl Into<IVec>) {
        let (key, value) = (IVec::from(key), value.into());
        if keys::is_read_again(&key) {
            self.recent.push((key.clone(), Some(value.clone())));
        }
        self.batch.insert(key, value);
    }

    /// Removes a key. None that is read again ever goes.
    pub(super) fn remove(&mut self, key: &[u8]) {
        self.batch.remove(key);
    }

    /// Puts a value under as many keys as it needs; how many those are.
    pub(super) fn insert_parts(&mut self, key: &[u8], value: &[u8]) -> u16 {
        for (part, value) in (0..).zip(value.chunks(VALUE_BYTES)) {
            self.insert(&keys::part(key, part), value);
        }
        Self::parts(value)
    }

    /// How many parts a value is in.
    pub(super) fn parts(value: &[u8]) -> u16 {
        value.len().div_ceil(VALUE_BYTES) as u16
    }

    /// Removes a value of so many parts.
    pub(super) fn remove_parts(&mut self, key: &[u8], parts: u16) {
        for part in 0..parts {
            self.remove(&keys::part(key, part));
        }
    }
}

/// sled's tree in its folder. Reads may come from any thread, writes from the committer's.
pub(super) struct Disk {
    // Before the folder: sled's files close before the next host may open them.
    tree: Db,
    recent: Recent,
    log: File,
    folder: Folder,
}

impl Disk {
    /// Takes the folder and opens what is in it, or starts an empty store.
    pub(super) fn open(options: &Options) -> Result<Self, Error> {
        let folder = Folder::take(&options.folder)?;
        let tree = folder.open(options)?;
        let recent = Recent::new(usize::try_from(options.cache_bytes).unwrap_or(usize::MAX));
        let disk = Self { log: folder.log()?, tree, recent, folder };
        disk.check_format()?;
        disk.folder.sync()?;
        Ok(disk)
    }

    /// A key's value.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        match self.recent.get(key) {
            Some(known) => Ok(known),
            None => self.guarded(|| self.tree.get(key)),
        }
    }

    /// A key's value, decoded.
    pub(super) fn load<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, Error> {
        self.get(key)?.map(|value| self.understood(format::decode(&value))).transpose()
    }

    /// A key's value, which will be asked for again. Only for the committer: what it reads
    /// nobody else can be changing.
    pub(super) fn get_again(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        if let Some(known) = self.recent.get(key) {
            return Ok(known);
        }
        let value = self.guarded(|| self.tree.get(key))?;
        self.recent.put([(key.into(), value.clone())]);
        Ok(value)
    }

    /// All keys with this prefix, in order.
    pub(super) fn scan(&self, prefix: &[u8]) -> impl Iterator<Item = Result<(IVec, IVec), Error>> {
        let mut rows = self.tree.scan_prefix(prefix);
        std::iter::from_fn(move || self.guarded(|| rows.next().transpose()).transpose())
    }

    /// A value that was cut into parts.
    pub(super) fn whole(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let mut whole = None;
        for part in self.scan(key) {
            let (at, value) = part?;
            if at.len() == key.len() + 2 {
                whole.get_or_insert_with(Vec::new).extend_from_slice(&value);
            }
        }
        Ok(whole)
    }

    /// Writes all of it or, after a crash, nothing. It is on disk after [`Self::sync`].
    pub(super) fn apply(&self, writes: Writes) -> Result<(), Error> {
        self.guarded(|| self.tree.apply_batch(writes.batch))?;
        self.recent.put(writes.recent);
        Ok(())
    }

    /// Waits until all that was applied survives a power cut. sled's `flush` writes and does not
    /// sync; what it answers after an error means nothing, so nobody may ask twice.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.guarded(|| self.tree.flush())?;
        self.log.sync_data().map_err(io_error("sync", &self.folder.store))
    }

    /// Bytes free where the store is.
    pub(super) fn free_bytes(&self) -> Result<u64, Error> {
        let disk = rustix::fs::statvfs(&self.folder.store)
            .map_err(|error| io_error("read", &self.folder.store)(error.into()))?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Where the store is, for errors.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.store.clone()
    }

    /// What was decoded, or the error of a damaged store.
    pub(super) fn understood<T>(&self, decoded: Result<T, postcard::Error>) -> Result<T, Error> {
        decoded.map_err(|error| self.damaged(error))
    }

    /// The error of a value that says what it cannot.
    pub(super) fn damaged(&self, what: impl ToString) -> Error {
        damaged(&self.folder.store, what)
    }

    fn guarded<T>(&self, call: impl FnOnce() -> sled::Result<T>) -> Result<T, Error> {
        match quietly(call) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.damaged(error)),
            Err(panic) => Err(self.damaged(panic)),
        }
    }

    fn check_format(&self) -> Result<(), Error> {
        match self.load::<u32>(keys::FORMAT)? {
            Some(format::FORMAT) => Ok(()),
            Some(found) => {
                let folder = self.folder.store.display().to_string();
                Err(Error::Version { folder, found, known: format::FORMAT })
            }
            None => self.found(),
        }
    }

    /// Makes an empty store one of this format.
    fn found(&self) -> Result<(), Error> {
        if self.scan(&[]).next().is_some() {
            return Err(self.damaged("it holds data and does not say of which format"));
        }
        let mut writes = Writes::default();
        writes.insert(keys::FORMAT, self.understood(format::encode(&format::FORMAT))?);
        self.apply(writes)?;
        self.sync()
    }
}

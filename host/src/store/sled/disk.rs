//! One of the store's trees, and what it takes until a write is on disk.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde::de::DeserializeOwned;
use sled::{Batch, Db, IVec};

use super::{
    folder::{self, damaged, io_error},
    format,
    guard::quietly,
    keys,
    recent::Recent,
};
use crate::{step, store::Error};

/// Values are cut to this. A leaf of sled's tree may hold some twenty of them and must stay
/// below a quarter of a segment; larger ones would go to files that sled never syncs.
pub(super) const VALUE_BYTES: usize = 12 * 1024;

/// Held by whoever writes or flushes any tree of the process. sled has such a lock, too, but a
/// writer in line for that one keeps out the second flush that wakes a forgotten first: see
/// [`watch`](super::watch).
static WRITING: Mutex<()> = Mutex::new(());

/// A tree in a folder of its own. Reads may come from any thread, writes from the committer's.
pub(super) struct Disk {
    /// `None` only while it is dropped.
    tree: Option<Db>,
    log: File,
    recent: Recent,
    /// Counts the beginnings and ends of flushes: odd during one.
    flushes: AtomicU64,
    /// Whether the store failed.
    abandoned: AtomicBool,
    folder: PathBuf,
}

/// Keys to be set and removed together; of several changes to a key, the last counts.
#[derive(Default)]
pub(super) struct Writes {
    batch: Batch,
    /// Whether anything is in it.
    is_used: bool,
    /// Values that will soon be asked for.
    recent: Vec<(IVec, Option<IVec>)>,
}

impl Disk {
    /// Opens what is in the folder, or starts an empty tree.
    pub(super) fn open(folder: PathBuf, cache_bytes: u64) -> Result<Self, Error> {
        let tree = folder::open(&folder, cache_bytes)?;
        let recent = Recent::new(usize::try_from(cache_bytes).unwrap_or(usize::MAX));
        let log = folder::open_log(&folder)?;
        let disk = Self {
            tree: Some(tree),
            log,
            recent,
            flushes: AtomicU64::new(0),
            abandoned: AtomicBool::new(false),
            folder,
        };
        disk.check_format()?;
        folder::mark_founded(&disk.folder)?;
        folder::sync(&disk.folder)?;
        Ok(disk)
    }

    /// A key's value.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        match self.recent.get(key) {
            Some(known) => Ok(known),
            None => self.guarded(|tree| tree.get(key)),
        }
    }

    /// A key's value, which will be asked for again. Only for the committer: what it reads
    /// nobody else can be changing.
    pub(super) fn get_again(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        if let Some(known) = self.recent.get(key) {
            return Ok(known);
        }
        let value = self.guarded(|tree| tree.get(key))?;
        self.recent.put([(key.into(), value.clone())]);
        Ok(value)
    }

    /// A key's value, decoded.
    pub(super) fn load<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, Error> {
        self.get(key)?.map(|value| self.understood(format::decode(&value))).transpose()
    }

    /// All keys with this prefix, in order.
    pub(super) fn scan(&self, prefix: &[u8]) -> impl Iterator<Item = Result<(IVec, IVec), Error>> {
        self.rows(self.tree.as_ref().map(|tree| tree.scan_prefix(prefix)))
    }

    /// All keys from one on and below another, in order.
    pub(super) fn between(
        &self,
        (from, below): (&[u8], &[u8]),
    ) -> impl Iterator<Item = Result<(IVec, IVec), Error>> {
        self.rows(self.tree.as_ref().map(|tree| tree.range(from..below)))
    }

    fn rows(
        &self,
        mut rows: Option<sled::Iter>,
    ) -> impl Iterator<Item = Result<(IVec, IVec), Error>> {
        let mut next = move || rows.as_mut()?.next();
        std::iter::from_fn(move || self.guarded(|_| next().transpose()).transpose())
    }

    /// A value that was cut into parts.
    pub(super) fn whole(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let mut whole = None;
        for part in self.scan(key) {
            let (at, value) = part?;
            if keys::is_part_of(&at, key) {
                whole.get_or_insert_with(Vec::new).extend_from_slice(&value);
            }
        }
        Ok(whole)
    }

    /// Writes all of it or, after a crash, nothing. It is on disk after [`Self::sync`].
    pub(super) fn apply(&self, writes: Writes) -> Result<(), Error> {
        let turn = WRITING.lock();
        self.guarded(|tree| tree.apply_batch(writes.batch))?;
        drop(turn);
        self.recent.put(writes.recent);
        Ok(())
    }

    /// Waits until all that was applied survives a power cut. sled's `flush` writes and does not
    /// sync; what it answers after an error means nothing, so nobody may ask twice.
    pub(super) fn sync(&self) -> Result<(), Error> {
        let turn = WRITING.lock();
        self.flushes.fetch_add(1, Ordering::Relaxed);
        let flushed = self.guarded(|tree| tree.flush());
        self.flushes.fetch_add(1, Ordering::Relaxed);
        drop(turn);
        flushed?;
        step::reached("flushed");
        self.log.sync_data().map_err(io_error("sync", &self.folder))
    }

    #[cfg(test)]
    pub(super) fn flushes(&self) -> u64 {
        self.flushes.load(Ordering::Relaxed)
    }

    /// Flushes beside a flush that was under way when this answered `seen`, and is still.
    pub(super) fn flush_if_stuck(&self, seen: u64) -> u64 {
        let now = self.flushes.load(Ordering::Relaxed);
        if now == seen && !now.is_multiple_of(2) {
            // Its error is that of the flush beside it, which then answers.
            drop(self.guarded(|tree| tree.flush()));
        }
        now
    }

    /// Leaves the tree as it is when it is dropped, because a write failed.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// Bytes free where the tree is.
    pub(super) fn free_bytes(&self) -> Result<u64, Error> {
        let disk = rustix::fs::statvfs(&self.folder)
            .map_err(|error| io_error("read", &self.folder)(error.into()))?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Where the tree is, for errors.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was decoded, or the error of a damaged store.
    pub(super) fn understood<T>(&self, decoded: Result<T, postcard::Error>) -> Result<T, Error> {
        decoded.map_err(|error| self.damaged(error))
    }

    /// The error of a value that says what it cannot.
    pub(super) fn damaged(&self, what: impl ToString) -> Error {
        damaged(&self.folder, what)
    }

    fn guarded<T>(&self, call: impl FnOnce(&Db) -> sled::Result<T>) -> Result<T, Error> {
        let Some(tree) = &self.tree else { return Err(self.damaged("it is closed")) };
        match quietly(|| call(tree)) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(sled::Error::Io(error))) => Err(io_error("use", &self.folder)(error)),
            Ok(Err(error)) => Err(self.damaged(error)),
            Err(panic) => Err(self.damaged(panic)),
        }
    }

    fn check_format(&self) -> Result<(), Error> {
        match self.load::<u32>(keys::FORMAT)? {
            Some(format::FORMAT) => Ok(()),
            Some(found) if found < format::FORMAT => {
                Err(Error::Old { folder: self.folder.display().to_string(), found })
            }
            Some(found) => {
                let folder = self.folder.display().to_string();
                Err(Error::Version { folder, found, known: format::FORMAT })
            }
            None => self.found(),
        }
    }

    /// Makes an empty tree one of this format. One that was founded before is not empty, even if
    /// sled finds nothing in its log: every cursor in it would be lost unnoticed.
    fn found(&self) -> Result<(), Error> {
        if self.scan(&[]).next().is_some() {
            return Err(self.damaged("it holds data and does not say of which format"));
        }
        if folder::is_founded(&self.folder) {
            return Err(self.damaged("its log holds nothing that can be read"));
        }
        self.sign()
    }

    /// Says of which format it is.
    fn sign(&self) -> Result<(), Error> {
        let mut writes = Writes::default();
        writes.insert(keys::FORMAT, self.understood(format::encode(&format::FORMAT))?);
        self.apply(writes)?;
        self.sync()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let Some(tree) = self.tree.take() else { return };
        if self.abandoned.load(Ordering::Relaxed) {
            // Dropping it would flush, and where writing fails that may wait for ever.
            std::mem::forget(tree);
        } else {
            // It panics where a sync fails; all that was acknowledged is on disk long since.
            drop(quietly(|| drop(tree)));
        }
    }
}

impl Writes {
    /// Whether the disk stays as it is.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_used
    }

    /// Sets a key's value, which is small or of one slot.
    pub(super) fn insert(&mut self, key: &[u8], value: impl Into<IVec>) {
        let (key, value) = (IVec::from(key), value.into());
        if keys::is_read_again(&key) {
            self.recent.push((key.clone(), Some(value.clone())));
        }
        self.batch.insert(key, value);
        self.is_used = true;
    }

    /// Removes a key.
    pub(super) fn remove(&mut self, key: &[u8]) {
        if keys::is_read_again(key) {
            self.recent.push((key.into(), None));
        }
        self.batch.remove(key);
        self.is_used = true;
    }

    /// Puts a value under as many keys as it needs; how many those are.
    pub(super) fn insert_parts(&mut self, key: &[u8], value: &[u8]) -> u16 {
        for (part, value) in (0..).zip(value.chunks(VALUE_BYTES)) {
            self.insert(&keys::part(key, part), value);
        }
        Self::parts(value.len())
    }

    /// How many parts a value of this length is in.
    pub(super) fn parts(length: usize) -> u16 {
        length.div_ceil(VALUE_BYTES) as u16
    }

    /// Removes a value of so many parts.
    pub(super) fn remove_parts(&mut self, key: &[u8], parts: u16) {
        for part in 0..parts {
            self.remove(&keys::part(key, part));
        }
    }
}

//! The store of one host: sled in the data folder.
//!
//! ```text
//!   calls ──▶ inbox ──▶ committer ──▶ state ──▶ batch ──▶ disk, synced ──▶ answers
//!                       (one thread)  journal, records, tasks
//!   reads ──▶ index ──▶ disk
//! ```
//!
//! sled costs some 10 µs of CPU per key touched, and some 200 µs per write to disk. So many
//! callers share a write, containers share a key (`journal`), and what a restart can find out
//! is only in memory. What sled leaves to its user is done in `disk` and `folder`: to sync,
//! to keep values small, and not to panic.

#![expect(clippy::disallowed_methods, reason = "tells how long opening took")]

mod block;
mod calls;
mod committer;
mod disk;
mod folder;
mod format;
mod front;
mod guard;
mod inbox;
mod index;
mod journal;
mod keyring;
mod keys;
mod opened;
mod options;
#[cfg(test)]
mod power_cut;
mod reading;
mod receipts;
mod recent;
mod records;
mod request;
mod state;
mod survey;
#[cfg(test)]
mod tests;
mod watch;

use std::{
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Instant,
};

use tokio::sync::{oneshot, watch as value};

pub use self::options::Options;
use self::{
    committer::Committer,
    disk::Disk,
    folder::Folder,
    inbox::Inbox,
    index::Index,
    keyring::Keyring,
    receipts::Receipts,
    records::Records,
    request::{Reply, Request},
    watch::Watch,
};
use super::Error;
use crate::model::Pending;

/// The store of one host. Dropping it writes what was noted, which may take a moment.
pub struct SledStore {
    disk: Arc<Disk>,
    records: Arc<Records>,
    ring: Arc<Keyring>,
    receipts: Arc<Receipts>,
    index: Arc<Index>,
    inbox: Arc<Inbox>,
    failure: value::Receiver<Option<String>>,
    pending: Mutex<Vec<Pending>>,
    committer: Option<JoinHandle<()>>,
    _watch: Watch,
    // Last, so that sled's files are closed before the next host may open them.
    _folder: Folder,
}

impl SledStore {
    /// Opens the store and reads what is pending, 1.3 to 1.7 s for a million containers of 1 kB: see
    /// `cargo bench --bench opening`.
    ///
    /// # Errors
    ///
    /// `InUse`, `Io`, `Damaged`, `Version`, `Old` and `Key`; nothing was changed then.
    pub fn open(options: &Options) -> Result<Self, Error> {
        let since = Instant::now();
        let folder = Folder::take(&options.folder)?;
        let ring = Arc::new(Keyring::open(&options.folder, options.seal.clone())?);
        let (disk, records) = open_both(&folder, options.cache_bytes)?;
        let watch = Watch::start(vec![Arc::clone(&disk), Arc::clone(&records)])?;
        let records = Arc::new(Records::new(records, Arc::clone(&ring)));
        let receipts = Arc::new(Receipts::of(&options.folder, Arc::clone(&ring)));
        let (state, pending) =
            state::rebuild(Arc::clone(&disk), Arc::clone(&records), Arc::clone(&ring))?;
        let index = Arc::new(Index::new(state.places()));
        let inbox = Arc::new(Inbox::default());
        let (failed, failure) = value::channel(None);
        let committer = Committer {
            disk: Arc::clone(&disk),
            receipts: Arc::clone(&receipts),
            index: Arc::clone(&index),
            inbox: Arc::clone(&inbox),
            state,
            failure: failed,
            reserve: options.reserve_bytes,
            free: None,
            is_out_of_files: false,
        };
        let committer = start(committer)?;
        tracing::info!(pending = pending.len(), took = ?since.elapsed(), "store opened");
        let (pending, committer) = (pending.into(), Some(committer));
        Ok(Self {
            disk,
            records,
            ring,
            receipts,
            index,
            inbox,
            failure,
            pending,
            committer,
            _watch: watch,
            _folder: folder,
        })
    }

    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.inbox.push(request(reply));
        answer.await.unwrap_or_else(|_| Err(self.stopped()))
    }

    /// Has something done with the receipts, which may take a while.
    async fn aside<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Receipts) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let receipts = Arc::clone(&self.receipts);
        let done = tokio::task::spawn_blocking(move || what(&receipts)).await;
        done.unwrap_or_else(|panic| Err(Error::Stopped(panic.to_string())))
    }

    /// The error of a store whose committer is gone.
    fn stopped(&self) -> Error {
        let why = self.failure.borrow().clone();
        Error::Stopped(why.unwrap_or_else(|| "it was closed".into()))
    }

    fn check(&self) -> Result<(), Error> {
        if self.failure.borrow().is_some() { Err(self.stopped()) } else { Ok(()) }
    }
}

/// Opens the tree of containers and that of records, side by side: sled reads all of a log.
fn open_both(folder: &Folder, cache_bytes: u64) -> Result<(Arc<Disk>, Arc<Disk>), Error> {
    let open = |tree| Disk::open(folder.store.join(tree), cache_bytes).map(Arc::new);
    thread::scope(|scope| {
        let records = scope.spawn(|| open("records"));
        let containers = open("containers");
        // A panic of sled's is an error already.
        let records = records.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((containers?, records?))
    })
}

fn start(committer: Committer) -> Result<JoinHandle<()>, Error> {
    let thread = thread::Builder::new().name("rounds-store".into());
    thread.spawn(move || committer.run()).map_err(|source| Error::Io {
        action: "start",
        path: "a thread".into(),
        source,
    })
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.inbox.close();
        // A committer that panicked has said so in `failure`.
        drop(self.committer.take().map(JoinHandle::join));
    }
}

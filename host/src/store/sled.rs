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
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Instant,
};

use async_trait::async_trait;
use jiff::Timestamp;
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
use super::{
    Before, Commit, Committed, DeadLetter, Error, Fill, KeptAnswer, Keys, Purge, Purged, Receipt,
    Rewind, Rotated, Settlement, Sought, Store, Taken, TaskState,
};
use crate::{
    identity::RecordKey,
    model::{
        ConnectionName, Container, ContainerId, Delivery, DestinationName, NotificationId, Pending,
        TaskId,
    },
};

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

#[async_trait]
impl Store for SledStore {
    fn task(&self, id: &TaskId) -> Result<TaskState, Error> {
        self.check()?;
        let task = state::load_task(&self.disk, &self.ring, id)?;
        let kept = task.answer_parts > 0;
        let answer = if kept { state::load_answer(&self.disk, &self.ring, id)? } else { None };
        Ok(TaskState { answer, ..task.state() })
    }

    fn pending(&self) -> Result<Vec<Pending>, Error> {
        self.check()?;
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut pending))
    }

    fn container(&self, id: ContainerId) -> Result<Option<Container>, Error> {
        self.check()?;
        let pending = self.pending_item(id, |item| format::container(item).map(Some))?;
        pending.map_or_else(|| self.dead_container(id), |container| Ok(Some(container)))
    }

    fn memo(
        &self,
        connection: &ConnectionName,
        record: RecordKey,
    ) -> Result<Option<String>, Error> {
        self.check()?;
        match self.index.memo(record) {
            Some(memo) => Ok(Some(memo)),
            None => self.records.memo(connection.as_str(), record),
        }
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, Error> {
        self.ask(|reply| Request::Commit(commit, reply)).await
    }

    async fn keep(&self, task: &TaskId, answer: Option<KeptAnswer>) -> Result<(), Error> {
        self.ask(|reply| Request::Keep(task.clone(), answer, reply)).await
    }

    async fn bury_answer(
        &self,
        task: &TaskId,
        reason: String,
        at: Timestamp,
    ) -> Result<Option<ContainerId>, Error> {
        self.ask(|reply| Request::BuryAnswer(task.clone(), reason, at, reply)).await
    }

    async fn replay_answer(&self, letter: ContainerId) -> Result<bool, Error> {
        self.ask(|reply| Request::ReplayAnswer(letter, reply)).await
    }

    async fn fill(&self, fill: Fill) -> Result<Vec<Delivery>, Error> {
        self.ask(|reply| Request::Fill(fill, reply)).await
    }

    async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<u64, Error> {
        self.ask(|reply| Request::SetCursor(task.clone(), cursor, reply)).await
    }

    async fn rewind(&self, task: &TaskId, to: Rewind) -> Result<usize, Error> {
        self.ask(|reply| Request::Rewind(task.clone(), to, reply)).await
    }

    async fn replay(&self, containers: &[ContainerId]) -> Result<Vec<Pending>, Error> {
        self.ask(|reply| Request::Replay(containers.to_vec(), reply)).await
    }

    async fn purge(&self, what: &Purge) -> Result<Purged, Error> {
        let keys = self.ring.of(what.connection().as_str());
        let purged = self.ask(|reply| Request::Purge(what.clone(), reply)).await?;
        // Nothing of it is delivered from now on, so none is added meanwhile.
        let what = what.clone();
        let delivered = self.aside(move |receipts| receipts.purge(&what, &keys)).await?;
        Ok(Purged { delivered, ..purged })
    }

    async fn held(&self, what: &Purge) -> Result<Purged, Error> {
        let held = self.ask(|reply| Request::Held(what.clone(), reply)).await?;
        let (what, keys) = (what.clone(), self.ring.of(what.connection().as_str()));
        let delivered = self.aside(move |receipts| receipts.held(&what, &keys)).await?;
        Ok(Purged { delivered, ..held })
    }

    async fn forget_delivered(&self, before: &Before) -> Result<(), Error> {
        let before = *before;
        self.aside(move |receipts| receipts.forget(&before)).await
    }

    async fn forget_dead(&self, before: Timestamp) -> Result<usize, Error> {
        self.ask(|reply| Request::ForgetDead(before, reply)).await
    }

    async fn rotate_keys(&self) -> Result<Rotated, Error> {
        self.ask(Request::RotateKeys).await
    }

    async fn keys(&self) -> Result<Keys, Error> {
        self.ask(Request::LookAtKeys).await
    }

    fn dead(&self) -> Result<Vec<DeadLetter>, Error> {
        self.check()?;
        let mut dead = Vec::new();
        for row in self.disk.scan(keys::DEAD) {
            let (key, _) = row?;
            if let Some(id) = keys::dead_of(&key) {
                let letters = state::dead_letter(&self.disk, &self.ring, id)?;
                let letters = letters.map(|bytes| self.disk.understood(format::letters(&bytes)));
                dead.extend(letters.transpose()?.into_iter().flatten());
            }
        }
        Ok(dead)
    }

    fn delivered(&self, sought: &Sought, most: usize) -> Result<Vec<Receipt>, Error> {
        self.check()?;
        self.receipts.list(sought, most)
    }

    fn sent(&self, id: &NotificationId) -> Result<Vec<Taken>, Error> {
        self.check()?;
        self.receipts.sent(id)
    }

    fn begin(&self, task: &TaskId, at: Timestamp) {
        self.inbox.push(Request::Begin(task.clone(), at));
    }

    fn polled(&self, task: &TaskId, at: Timestamp) {
        self.inbox.push(Request::Polled(task.clone(), at));
    }

    fn skip(&self, id: ContainerId, memo: Option<String>) {
        let record = |item: &[u8]| format::head(item).map(|(head, _)| Some(head.record));
        let noted = memo.clone().and_then(|memo| {
            // A store that cannot be read is found out by the committer.
            let record = self.pending_item(id, record).ok().flatten()?;
            self.index.note(record, memo);
            Some(record)
        });
        self.inbox.push(Request::Skip(id, memo, noted));
    }

    fn bury(&self, id: ContainerId, reason: String, at: Timestamp) {
        self.inbox.push(Request::Bury(id, reason, at));
    }

    fn settle(&self, id: ContainerId, destination: &DestinationName, outcome: Settlement) {
        self.inbox.push(Request::Settle(id, destination.clone(), outcome));
    }

    async fn flush(&self) -> Result<(), Error> {
        self.ask(Request::Flush).await
    }

    async fn failed(&self) -> Error {
        let mut failure = self.failure.clone();
        if failure.wait_for(Option::is_some).await.is_err() {
            // It ended without a fault.
            std::future::pending::<()>().await;
        }
        self.stopped()
    }
}

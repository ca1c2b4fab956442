//! The audit log: who looked at, replayed, polled by hand, set, purged or was refused what.
//!
//! One JSON line each in `audit/log.jsonl` of the data folder. Every line names the one before it
//! and is sealed with a key of the host (HMAC-SHA256, `audit/key`), and `audit/head` says under
//! the same key which line is the last. So a line that was changed, taken out, put in, moved or cut
//! off at the end shows, also years later. At its size (`[host] audit_size`) the log goes on in a
//! new file, whose first line names the last one of the file before.
//!
//! What it does not protect against: who has the key, as the host's own user and root do, can write
//! another history; who can put back an old copy of the whole folder takes it back to then. Both
//! show only to who noted a head elsewhere before: `rounds audit verify --head` compares with it.
//!
//! An action is noted before it is done (`asked`) and its outcome before its answer is given;
//! where the log cannot be written, nothing is done. No line holds a patient's data: a record is
//! a keyed hash, which only who has the key and the record's id can make again.

mod chain;
mod end;
mod entry;
mod error;
mod files;
mod older;
mod sign_ins;
#[cfg(test)]
mod tests;
mod verify;

use std::sync::{Arc, Mutex, PoisonError};

use self::{
    chain::Link,
    files::{Files, Locked, Place},
};
pub use self::{
    entry::{Entry, Event, Outcome, Subject, What, Who},
    error::Error,
    sign_ins::SignIns,
    verify::{Broken, Finding, Verdict},
};
use crate::{clock::Clock, config::HostSettings};

/// The audit log of a data folder. Cheap to clone; several processes may write it.
#[derive(Clone)]
pub struct Audit {
    inner: Arc<Inner>,
}

struct Inner {
    files: Files,
    /// Bytes from which on the log goes on in a new file.
    size: u64,
    clock: Arc<dyn Clock>,
    /// The log's end as this process wrote it last.
    end: Mutex<Option<Written>>,
}

/// The log's last line, and where it ends.
#[derive(Clone)]
struct Written {
    link: Link,
    at: Place,
}

impl Audit {
    /// The log of a host; reads and writes nothing yet.
    pub fn of(host: &HostSettings, clock: Arc<dyn Clock>) -> Self {
        let (files, size) = (Files::new(&host.data), host.audit_size as u64);
        Self { inner: Arc::new(Inner { files, size, clock, end: Mutex::new(None) }) }
    }

    /// Cuts off what a crash left of a last line, and notes that; blocks on the disk.
    ///
    /// # Errors
    /// Where the log cannot be read or written.
    pub fn mend(&self) -> Result<(), Error> {
        match self.inner.files.is_there() {
            true => self.write(None).map(drop),
            false => Ok(()),
        }
    }

    /// Writes an event; it is on disk when this answers `Ok`. Blocks on the disk.
    ///
    /// # Errors
    /// Where it is not; then whatever it is about must not be done, nor answered.
    pub fn append(&self, event: &Event) -> Result<u64, Error> {
        self.write(Some(event))
    }

    /// As [`Audit::append`], without blocking the caller's thread.
    ///
    /// # Errors
    /// As [`Audit::append`].
    pub async fn note(&self, event: Event) -> Result<u64, Error> {
        let audit = self.clone();
        let appended = tokio::task::spawn_blocking(move || audit.append(&event)).await;
        appended.unwrap_or(Err(Error::Stopped))
    }

    /// Looks at every line. Blocks on the disk.
    ///
    /// # Errors
    /// Where there is no log, or it cannot be read.
    pub fn verify(&self) -> Result<Verdict, Error> {
        let locked = self.inner.files.read()?;
        verify::verify(&locked)
    }

    /// The entries that can be read, oldest first, whatever [`Audit::verify`] says of them. Blocks
    /// on the disk.
    ///
    /// # Errors
    /// Where there is no log, or it cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let log = self.inner.files.read()?;
        let mut entries = Vec::new();
        for part in log.parts()? {
            let text = part.text()?;
            let (lines, _) = chain::lines(&text);
            entries.extend(lines.filter_map(|line| serde_json::from_slice::<Entry>(line).ok()));
        }
        Ok(entries)
    }

    fn write(&self, event: Option<&Event>) -> Result<u64, Error> {
        let mut end = self.inner.end.lock().unwrap_or_else(PoisonError::into_inner);
        let mut log = self.inner.files.lock()?;
        let now = self.inner.clock.now();
        // Taken: what a failed write leaves behind is looked at anew.
        let known = end.take();
        let mut written = match known.filter(|known| log.is_at(known.at)) {
            Some(known) => known,
            None => end::find(&mut log, now)?,
        };
        if written.at.length >= self.inner.size {
            log.retire(&written.link)?;
            log = self.inner.files.lock()?;
            // Another process may have been the first to go on.
            written = end::find(&mut log, now)?;
        }
        if let Some(event) = event {
            let entry = event.entry(&log.key, written.link.sequence + 1, now);
            written = log.append(&entry, &written)?;
        }
        Ok(end.insert(written).link.sequence)
    }
}

impl Locked {
    /// Writes an entry behind the last line, and says in the head that it is the last one now.
    fn append(&mut self, entry: &Entry, after: &Written) -> Result<Written, Error> {
        let (line, link) = chain::seal(&self.key, entry, &after.link)?;
        let at = self.write(&line, after.at)?;
        self.write_head(&link)?;
        Ok(Written { link, at })
    }
}

//! The data folder: whose it is, and how sled's files in it are opened.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rustix::fs::{FlockOperation, flock};

use super::{Options, guard::quietly};
use crate::store::Error;

/// sled keeps every page and change in the log as long as it is smaller than a quarter of a
/// segment; what is larger goes to files that it never syncs.
const SEGMENT_BYTES: usize = 1 << 20;

const WAY_OUT: &str = "start once more with its snap.* files moved elsewhere, which only makes \
    the start slower; if that fails, move the whole folder elsewhere: the host then polls every \
    task from its `since` again, with the same ids, and what is lost are dead letters and what \
    was pending from before `since`";

/// A locked data folder; dropping it lets the next host in.
pub(super) struct Folder {
    /// The folder of sled's files.
    pub(super) store: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder where there is none and takes it for this process.
    pub(super) fn take(data: &Path) -> Result<Self, Error> {
        let store = data.join("store");
        fs::create_dir_all(&store).map_err(io_error("create", &store))?;
        let path = data.join("lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io_error("write", &path))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(in_use(data, &mut lock));
        }
        lock.set_len(0).map_err(io_error("write", &path))?;
        write!(lock, "{}", std::process::id()).map_err(io_error("write", &path))?;
        Ok(Self { store, _lock: lock })
    }

    /// Opens sled, whatever state its files are in.
    pub(super) fn open(&self, options: &Options) -> Result<sled::Db, Error> {
        self.sweep()?;
        let config = sled::Config::new()
            .path(&self.store)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(options.cache_bytes)
            .flush_every_ms(Some(200));
        for _ in 0..100 {
            match quietly(|| config.open()) {
                Err(panic) => return Err(damaged(&self.store, panic)),
                Ok(Ok(db)) => return Ok(db),
                // A store that this process has just closed is let go by sled's own threads.
                Ok(Err(sled::Error::Io(error))) if busy(&error) => {
                    thread::sleep(Duration::from_millis(20));
                }
                Ok(Err(sled::Error::Io(error))) => return Err(io_error("open", &self.store)(error)),
                Ok(Err(error)) => return Err(damaged(&self.store, error)),
            }
        }
        Err(Error::InUse { folder: text(&self.store), holder: "another program".into() })
    }

    /// The file of sled's log, opened once more: its own descriptor is never synced.
    pub(super) fn log(&self) -> Result<File, Error> {
        let path = self.store.join("db");
        OpenOptions::new().write(true).open(&path).map_err(io_error("write", &path))
    }

    /// Puts on disk that the files are there, which syncing their contents does not.
    pub(super) fn sync(&self) -> Result<(), Error> {
        let data = self.store.parent();
        let paths = [Some(self.store.join("conf")), Some(self.store.clone()), data.map(Into::into)];
        for path in paths.into_iter().flatten() {
            let file = File::open(&path).map_err(io_error("open", &path))?;
            file.sync_all().map_err(io_error("sync", &path))?;
        }
        Ok(())
    }

    /// Removes snapshots that were not yet complete when the process was killed. The one before
    /// is still there, but sled takes them for it.
    fn sweep(&self) -> Result<(), Error> {
        let entries = fs::read_dir(&self.store).map_err(io_error("read", &self.store))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("snap.") && name.ends_with(".generating") {
                fs::remove_file(entry.path()).map_err(io_error("remove", &entry.path()))?;
            }
        }
        Ok(())
    }
}

/// The error of files that cannot be understood.
pub(super) fn damaged(store: &Path, what: impl ToString) -> Error {
    Error::Damaged { folder: text(store), what: what.to_string(), way_out: WAY_OUT.into() }
}

/// The error of a file that cannot be used.
pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = text(path);
    move |source| Error::Io { action, path, source }
}

fn in_use(data: &Path, lock: &mut File) -> Error {
    let mut pid = String::new();
    let holder = match lock.read_to_string(&mut pid) {
        Ok(_) if !pid.trim().is_empty() => format!("process {}", pid.trim()),
        _ => "another process".into(),
    };
    Error::InUse { folder: text(data), holder }
}

fn busy(error: &io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

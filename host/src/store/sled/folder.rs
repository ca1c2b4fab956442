//! The data folder: whose it is, and how sled's files in it are opened.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rustix::fs::{FlockOperation, flock};
use sled::Db;

use super::guard::quietly;
use crate::store::Error;

/// sled keeps every page and change in its log as long as it is smaller than a quarter of a
/// segment; what is larger goes to files that it never syncs.
const SEGMENT_BYTES: usize = 1 << 20;

/// How long a log that this process has just closed may be held by sled's own threads.
const CLOSING: Duration = Duration::from_millis(20);
const CLOSINGS: usize = 100;

/// A file that says that the folder has had a tree: of a log that is damaged from its beginning,
/// sled makes an empty one, and says nothing.
const FOUNDED: &str = "founded";

const WAY_OUT: &str = "start once more with its snap.* files moved elsewhere, which only makes \
    the start slower; if that fails, move the whole folder elsewhere: the host then polls every \
    task from its `since` again, with the same ids, and what is lost are dead letters and what \
    was pending from before `since`";

/// A data folder that this process holds; dropping it lets the next host in.
pub(super) struct Folder {
    /// Where sled's folders are.
    pub(super) store: PathBuf,
    lock: File,
}

impl Folder {
    /// Makes the folder where there is none and takes it for this process.
    pub(super) fn take(data: &Path) -> Result<Self, Error> {
        let store = data.join("store");
        fs::create_dir_all(&store).map_err(io_error("create", &store))?;
        let path = data.join("lock");
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut lock = options.open(&path).map_err(io_error("write", &path))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(in_use(data, &mut lock));
        }
        lock.set_len(0).map_err(io_error("write", &path))?;
        write!(lock, "{}", std::process::id()).map_err(io_error("write", &path))?;
        Ok(Self { store, lock })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Closing is not enough while a child process, not yet its own program, has a copy.
        flock(&self.lock, FlockOperation::Unlock).ok();
    }
}

/// Opens sled in a folder, whatever state its files are in.
pub(super) fn open(folder: &Path, cache_bytes: u64) -> Result<Db, Error> {
    fs::create_dir_all(folder).map_err(io_error("create", folder))?;
    sweep(folder)?;
    read_through(folder)?;
    let config = sled::Config::new()
        .path(folder)
        .segment_size(SEGMENT_BYTES)
        .cache_capacity(cache_bytes)
        .flush_every_ms(None);
    for _ in 0..CLOSINGS {
        match quietly(|| config.open()) {
            Err(panic) => return Err(damaged(folder, panic)),
            Ok(Ok(db)) => return Ok(db),
            Ok(Err(sled::Error::Io(error))) if is_busy(&error) => thread::sleep(CLOSING),
            Ok(Err(sled::Error::Io(error))) => return Err(io_error("open", folder)(error)),
            Ok(Err(error)) => return Err(damaged(folder, error)),
        }
    }
    Err(Error::InUse { folder: text(folder), holder: "another program".into() })
}

/// Reads all of the log once. What a disk fails to read sled takes for the log's end, cuts off
/// and writes over, though the disk may be well again the next time.
fn read_through(folder: &Path) -> Result<(), Error> {
    let path = folder.join("db");
    let read = |mut log: File| {
        let mut nowhere = OpenOptions::new().write(true).open("/dev/null")?;
        io::copy(&mut log, &mut nowhere)
    };
    match File::open(&path).and_then(read) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io_error("read", &path)(error)),
    }
}

/// Whether a tree was in the folder before, whatever sled finds there now.
pub(super) fn is_founded(folder: &Path) -> bool {
    folder.join(FOUNDED).exists()
}

/// Notes that a tree is in the folder, once that is on disk.
pub(super) fn mark_founded(folder: &Path) -> Result<(), Error> {
    let path = folder.join(FOUNDED);
    match is_founded(folder) {
        true => Ok(()),
        false => File::create(&path).map(drop).map_err(io_error("create", &path)),
    }
}

/// The file of sled's log, opened once more: sled never syncs its own descriptor.
pub(super) fn open_log(folder: &Path) -> Result<File, Error> {
    let path = folder.join("db");
    OpenOptions::new().write(true).open(&path).map_err(io_error("write", &path))
}

/// Puts on disk that the files are there, which syncing their contents does not.
pub(super) fn sync(folder: &Path) -> Result<(), Error> {
    let conf = folder.join("conf");
    for path in std::iter::once(conf.as_path()).chain(folder.ancestors().take(3)) {
        let file = File::open(path).map_err(io_error("open", path))?;
        file.sync_all().map_err(io_error("sync", path))?;
    }
    Ok(())
}

/// Removes snapshots that were not yet complete when the process was killed. The one before is
/// still there, but sled would take these for it.
fn sweep(folder: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(io_error("read", folder))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path()).map_err(io_error("remove", &entry.path()))?;
        }
    }
    Ok(())
}

/// The error of files that cannot be understood.
pub(super) fn damaged(folder: &Path, what: impl ToString) -> Error {
    Error::Damaged { folder: text(folder), what: what.to_string(), way_out: WAY_OUT.into() }
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

fn is_busy(error: &io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

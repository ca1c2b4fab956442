//! The log's files: one writer at a time, whichever process it is in.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::{hmac, rand};
use data_encoding::HEXLOWER;

use super::{
    Error,
    chain::{self, Link},
    older,
};
use crate::{
    files::{make_folder, sync_folder, write_whole},
    step,
};

/// Bytes of a key.
const KEY: usize = 32;

/// Where they are.
pub(super) struct Files {
    folder: PathBuf,
}

/// A place in the file that is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Tells it from the files before it.
    file: u64,
    /// Bytes up to there.
    pub(super) length: u64,
}

/// A file of the log.
pub(super) struct Part {
    /// Its name, where it is an older one.
    pub(super) name: Option<String>,
    path: PathBuf,
}

/// The log, while nobody else writes it.
pub(super) struct Locked {
    pub(super) key: hmac::Key,
    folder: PathBuf,
    log: File,
}

impl Files {
    pub(super) fn new(data: &Path) -> Self {
        Self { folder: data.join("audit") }
    }

    pub(super) fn is_there(&self) -> bool {
        self.log().exists() || self.key().exists()
    }

    /// For writing; makes what is not there yet.
    pub(super) fn lock(&self) -> Result<Locked, Error> {
        make_folder(&self.folder).map_err(|error| io("make", &self.folder, error))?;
        let path = self.log();
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let log = locked(&path, |path| options.open(path), File::lock)?;
        let is_empty = metadata(&log, &path)?.len() == 0;
        if is_empty {
            sync_folder(&path).map_err(|error| io("make", &path, error))?;
        }
        let is_new = is_empty && !self.key().exists();
        let key = if is_new { self.make_key()? } else { self.read_key()? };
        Ok(Locked { key, folder: self.folder.clone(), log })
    }

    /// For reading, while nobody writes. A log that was cut away altogether reads as empty.
    pub(super) fn read(&self) -> Result<Locked, Error> {
        if !self.is_there() {
            return Err(Error::NotThere(self.folder.display().to_string()));
        }
        let path = if self.log().exists() { self.log() } else { self.key() };
        let log = locked(&path, |path| File::open(path), File::lock_shared)?;
        Ok(Locked { key: self.read_key()?, folder: self.folder.clone(), log })
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log.jsonl")
    }

    fn head(&self) -> PathBuf {
        self.folder.join("head")
    }

    fn key(&self) -> PathBuf {
        self.folder.join("key")
    }

    fn read_key(&self) -> Result<hmac::Key, Error> {
        let path = self.key();
        let shown = || path.display().to_string();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::KeyMissing(shown()));
            }
            Err(error) => return Err(io("read", &path, error)),
        };
        let bytes = HEXLOWER.decode(text.trim_end().as_bytes()).ok();
        let bytes = bytes.filter(|bytes| bytes.len() == KEY);
        let bytes = bytes.ok_or_else(|| Error::KeyDamaged(shown()))?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }

    /// A key comes last: until it is there, nothing of a log is.
    fn make_key(&self) -> Result<hmac::Key, Error> {
        let (path, mut bytes) = (self.key(), [0; KEY]);
        rand::fill(&mut bytes).map_err(|_| io("make", &path, io::ErrorKind::Other.into()))?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let head = chain::head(&key, &Link::first());
        write_whole(&self.head(), &[head.as_bytes()])
            .map_err(|error| io("write", &self.head(), error))?;
        let text = HEXLOWER.encode(&bytes) + "\n";
        write_whole(&path, &[text.as_bytes()]).map_err(|error| io("write", &path, error))?;
        Ok(key)
    }
}

impl Locked {
    fn path(&self) -> PathBuf {
        self.folder.join("log.jsonl")
    }

    fn head(&self) -> PathBuf {
        self.folder.join("head")
    }

    /// Whether the log ends there.
    pub(super) fn is_at(&self, place: Place) -> bool {
        self.place().is_ok_and(|it| it == place)
    }

    /// Where the log ends.
    pub(super) fn place(&self) -> Result<Place, Error> {
        let it = metadata(&self.log, &self.path())?;
        Ok(Place { file: it.ino(), length: it.len() })
    }

    /// All files of the log, oldest first; the last is the one that is written.
    pub(super) fn parts(&self) -> Result<Vec<Part>, Error> {
        let older = self.older()?.into_iter();
        let older = older.map(|(name, path)| Part { name: Some(name), path });
        Ok(older.chain([Part { name: None, path: self.path() }]).collect())
    }

    fn older(&self) -> Result<Vec<(String, PathBuf)>, Error> {
        older::files(&self.folder).map_err(|error| io("read", &self.folder, error))
    }

    /// The log's last bytes, so many at most.
    pub(super) fn tail(&self, bytes: u64) -> Result<Vec<u8>, Error> {
        tail(&self.log, bytes).map_err(|error| io("read", &self.path(), error))
    }

    /// The last bytes of the newest of the older files.
    pub(super) fn older_tail(&self, bytes: u64) -> Result<Vec<u8>, Error> {
        let Some((_, path)) = self.older()?.pop() else { return Ok(Vec::new()) };
        let read = File::open(&path).and_then(|file| tail(&file, bytes));
        read.map_err(|error| io("read", &path, error))
    }

    /// What the head's file says; nothing where there is none.
    pub(super) fn head_text(&self) -> Option<String> {
        fs::read_to_string(self.head()).ok()
    }

    pub(super) fn write_head(&self, last: &Link) -> Result<(), Error> {
        let (path, text) = (self.head(), chain::head(&self.key, last));
        write_whole(&path, &[text.as_bytes()]).map_err(|error| io("write", &path, error))
    }

    /// Ends the file that is written with this entry, so that whoever locks the log next goes on
    /// in a new one. The head says so first: at every moment it names the last entry there is.
    pub(super) fn retire(&self, last: &Link) -> Result<(), Error> {
        let (path, older) = (self.path(), self.folder.join(older::name(last.sequence)));
        if older.exists() {
            // Whoever put it there, nothing is written over.
            return Ok(());
        }
        self.write_head(last)?;
        step::reached("retiring");
        let moved = fs::rename(&path, &older).and_then(|()| sync_folder(&older));
        moved.map_err(|error| io("move", &path, error))?;
        step::reached("retired");
        Ok(())
    }

    /// Writes a line behind a place; it is on disk, whole, or not there.
    pub(super) fn write(&mut self, line: &str, after: Place) -> Result<Place, Error> {
        let written = self.log.write_all(line.as_bytes()).and_then(|()| self.log.sync_data());
        match written {
            Ok(()) => Ok(Place { length: after.length + line.len() as u64, ..after }),
            Err(error) => {
                // What is left of it is cut off before the next line.
                drop(self.log.set_len(after.length));
                Err(io("write", &self.path(), error))
            }
        }
    }

    pub(super) fn cut(&mut self, length: u64) -> Result<(), Error> {
        let cut = self.log.set_len(length).and_then(|()| self.log.sync_data());
        cut.map_err(|error| io("mend", &self.path(), error))
    }
}

impl Part {
    /// All of it.
    pub(super) fn text(&self) -> Result<Vec<u8>, Error> {
        match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|error| io("read", &self.path, error)),
        }
    }
}

/// Opens a file and waits until nobody else has it. Whoever had it may have gone on in another one
/// of its name meanwhile; then that is waited for.
fn locked(
    path: &Path,
    open: impl Fn(&Path) -> io::Result<File>,
    lock: impl Fn(&File) -> io::Result<()>,
) -> Result<File, Error> {
    loop {
        let file = open(path).map_err(|error| io("open", path, error))?;
        lock(&file).map_err(|error| io("lock", path, error))?;
        let held = metadata(&file, path)?;
        if fs::metadata(path)
            .is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino()))
        {
            return Ok(file);
        }
    }
}

fn metadata(file: &File, path: &Path) -> Result<fs::Metadata, Error> {
    file.metadata().map_err(|error| io("read", path, error))
}

fn tail(mut file: &File, bytes: u64) -> io::Result<Vec<u8>> {
    let (length, mut text) = (file.metadata()?.len(), Vec::new());
    file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
    file.read_to_end(&mut text)?;
    Ok(text)
}

fn io(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { action, path: path.display().to_string(), source }
}

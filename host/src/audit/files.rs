//! The log's files: one writer at a time, whichever process it is in.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use aws_lc_rs::{hmac, rand};
use data_encoding::HEXLOWER;

use super::{
    Error,
    chain::{self, Link},
};
use crate::files::{make_folder, write_whole};

/// Bytes of a key.
const KEY: usize = 32;

/// Where they are.
pub(super) struct Files {
    folder: PathBuf,
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
        let log = options.read(true).append(true).create(true).mode(0o600).open(&path);
        let log = log.map_err(|error| io("open", &path, error))?;
        log.lock().map_err(|error| io("lock", &path, error))?;
        let is_new = length(&log, &path)? == 0 && !self.key().exists();
        let key = if is_new { self.make_key()? } else { self.read_key()? };
        Ok(Locked { key, folder: self.folder.clone(), log })
    }

    /// For reading, while nobody writes. A log that was cut away altogether reads as empty.
    pub(super) fn read(&self) -> Result<Locked, Error> {
        if !self.is_there() {
            return Err(Error::NotThere(self.folder.display().to_string()));
        }
        let path = if self.log().exists() { self.log() } else { self.key() };
        let log = File::open(&path).map_err(|error| io("open", &path, error))?;
        log.lock_shared().map_err(|error| io("lock", &path, error))?;
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
        let text = match std::fs::read_to_string(&path) {
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
    pub(super) fn is_at(&self, length: u64) -> bool {
        self.log.metadata().is_ok_and(|it| it.len() == length)
    }

    /// All of the log.
    pub(super) fn text(&self) -> Result<Vec<u8>, Error> {
        match std::fs::read(self.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|error| io("read", &self.path(), error)),
        }
    }

    /// The log's last bytes, so many at most.
    pub(super) fn tail(&mut self, bytes: u64) -> Result<Vec<u8>, Error> {
        let length = length(&self.log, &self.path())?;
        let mut text = Vec::new();
        self.log
            .seek(SeekFrom::Start(length.saturating_sub(bytes)))
            .and_then(|_| self.log.read_to_end(&mut text))
            .map_err(|error| io("read", &self.path(), error))?;
        Ok(text)
    }

    pub(super) fn length(&self) -> Result<u64, Error> {
        length(&self.log, &self.path())
    }

    /// What the head's file says; nothing where there is none.
    pub(super) fn head_text(&self) -> Option<String> {
        std::fs::read_to_string(self.head()).ok()
    }

    pub(super) fn write_head(&self, text: &str) -> Result<(), Error> {
        let path = self.head();
        write_whole(&path, &[text.as_bytes()]).map_err(|error| io("write", &path, error))
    }

    /// Writes a line behind so many bytes; it is on disk, whole, or not there.
    pub(super) fn write(&mut self, line: &str, after: u64) -> Result<u64, Error> {
        let written = self.log.write_all(line.as_bytes()).and_then(|()| self.log.sync_data());
        match written {
            Ok(()) => Ok(after + line.len() as u64),
            Err(error) => {
                // What is left of it is cut off before the next line.
                drop(self.log.set_len(after));
                Err(io("write", &self.path(), error))
            }
        }
    }

    pub(super) fn cut(&mut self, length: u64) -> Result<(), Error> {
        let cut = self.log.set_len(length).and_then(|()| self.log.sync_data());
        cut.map_err(|error| io("mend", &self.path(), error))
    }
}

fn length(log: &File, path: &Path) -> Result<u64, Error> {
    Ok(log.metadata().map_err(|error| io("read", path, error))?.len())
}

fn io(action: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { action, path: path.display().to_string(), source }
}

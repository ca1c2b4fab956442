//! Files that are written from front to back and removed whole, an hour in each.
//!
//! ```text
//!   a file    magic 8 │ frame │ frame │ …       named by the second that it begins at
//!   a frame   length 4 │ rows 4 │ sealed, so many bytes
//! ```
//!
//! A crash may cut off the last frame of a file; whatever is written next goes to a new one.

use std::{
    borrow::Cow,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use rustix::io::Errno;

use super::super::folder::{damaged, io_error};
use crate::{files, store::Error};

/// What a file begins with: which form it is of.
const MAGIC: &[u8; 8] = b"rounds\0\x01";
/// What a file is of.
const SECONDS: i64 = 60 * 60;
/// From which length on the next file is begun before its time.
const LARGE: u64 = 32 << 20;

const CLOSED: &str = "a file of receipts was closed while it was written to";

/// Sealed rows of one connection.
#[derive(Clone)]
pub(super) struct Frame<'a> {
    pub(super) rows: u32,
    pub(super) sealed: Cow<'a, [u8]>,
}

/// The files of a folder, which is made with the first.
pub(super) struct Segments {
    folder: PathBuf,
    open: Mutex<Option<Open>>,
}

/// The file that is written to.
struct Open {
    segment: Segment,
    file: File,
    length: u64,
}

/// The file that is written to, while it is.
pub(super) struct Sheet<'a>(MutexGuard<'a, Option<Open>>);

/// A file.
pub(super) struct Segment {
    path: PathBuf,
    name: String,
    /// Seconds since 1970.
    begins: i64,
    /// Among those that begin at this second.
    number: u32,
}

impl Segments {
    /// Those of a folder. Opens nothing.
    pub(super) fn of(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::default() }
    }

    /// The file for so many seconds since 1970, which nobody closes before this is dropped; `None`
    /// while this process may open no more files.
    pub(super) fn sheet(&self, at: i64) -> Result<Option<Sheet<'_>>, Error> {
        let mut turn = self.open();
        if turn.as_ref().is_none_or(|open| !open.takes(at)) {
            *turn = match Open::begin(&self.folder, at) {
                Ok(begun) => Some(begun),
                Err(Error::Io { source, .. }) if is_out_of_files(&source) => return Ok(None),
                Err(error) => return Err(error),
            };
        }
        Ok(Some(Sheet(turn)))
    }

    /// All files, the oldest first.
    pub(super) fn list(&self) -> Result<Vec<Segment>, Error> {
        let mut found: Vec<_> = self.paths()?.into_iter().filter_map(Segment::at).collect();
        found.sort_unstable_by_key(|segment| (segment.begins, segment.number));
        Ok(found)
    }

    fn paths(&self) -> Result<Vec<PathBuf>, Error> {
        let paths = match fs::read_dir(&self.folder) {
            Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        paths.map_err(io_error("read", &self.folder))
    }

    /// All files, the oldest first; nothing is written to any of them any more.
    pub(super) fn close(&self) -> Result<Vec<Segment>, Error> {
        let mut turn = self.open();
        *turn = None;
        self.list()
    }

    /// Removes files that end before a time, and drafts that a crash left. Nobody else may change
    /// files meanwhile.
    pub(super) fn forget(&self, before: Timestamp) -> Result<(), Error> {
        for segment in self.close()? {
            if segment.ended_before(before) {
                segment.remove()?;
            }
        }
        for path in self.paths()?.iter().filter(|path| path.extension().is_some()) {
            fs::remove_file(path).map_err(io_error("remove", path))?;
        }
        Ok(())
    }

    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn begin(folder: &Path, at: i64) -> Result<Self, Error> {
        files::make_folder(folder).map_err(io_error("create", folder))?;
        for number in 0..=u32::MAX {
            let path = folder.join(format!("{at}-{number}"));
            let mut options = OpenOptions::new();
            match options.append(true).create_new(true).mode(0o600).open(&path) {
                Ok(file) => return Self::found(path, file),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(io_error("create", &path)(error)),
            }
        }
        Err(damaged(folder, "it has no name left"))
    }

    fn found(path: PathBuf, mut file: File) -> Result<Self, Error> {
        // Its name, and those of its folders, which may be new as well.
        let mut names = path.ancestors().take(3);
        let written = file.write_all(MAGIC).and_then(|()| names.try_for_each(files::sync_folder));
        written.map_err(|error| {
            // Nothing is in it, so that it does no harm where it stays.
            drop(fs::remove_file(&path));
            io_error("write", &path)(error)
        })?;
        let nameless = damaged(&path, "a file of receipts has no name");
        let segment = Segment::at(path).ok_or(nameless)?;
        Ok(Self { segment, file, length: MAGIC.len() as u64 })
    }

    fn takes(&self, at: i64) -> bool {
        let begins = self.segment.begins;
        (begins..begins.saturating_add(SECONDS)).contains(&at) && self.length < LARGE
    }
}

impl Sheet<'_> {
    /// Appends frames that are sealed for its place, and syncs them.
    pub(super) fn append<'a>(
        &mut self,
        seal: impl FnOnce(&[u8]) -> Result<Vec<Frame<'a>>, Error>,
    ) -> Result<(), Error> {
        let Some(open) = self.0.as_mut() else { return Err(Error::Stopped(CLOSED.into())) };
        let Open { segment, file, length } = open;
        let bytes = joined(&seal(segment.place())?);
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        written.map_err(io_error("write", &segment.path))?;
        *length += bytes.len() as u64;
        Ok(())
    }
}

fn is_out_of_files(error: &io::Error) -> bool {
    let out = [Errno::MFILE, Errno::NFILE];
    out.iter().any(|out| error.raw_os_error() == Some(out.raw_os_error()))
}

impl Segment {
    /// The file of a path; `None` where that is not the name of one.
    fn at(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_owned();
        let (begins, number) = name.rsplit_once('-')?;
        let (begins, number) = (begins.parse().ok()?, number.parse().ok()?);
        Some(Self { path, name, begins, number })
    }

    /// What its frames are sealed for.
    pub(super) fn place(&self) -> &[u8] {
        self.name.as_bytes()
    }

    /// The error of what cannot be understood in it.
    pub(super) fn damaged(&self, what: impl ToString) -> Error {
        Error::Damaged {
            folder: self.path.display().to_string(),
            what: what.to_string(),
            way_out: "move this file elsewhere, and nothing but what it says is missed".into(),
        }
    }

    /// Whether all in it is from before a time.
    pub(super) fn ended_before(&self, time: Timestamp) -> bool {
        self.begins.saturating_add(SECONDS) <= time.as_second()
    }

    /// Its bytes; `None` where it was removed meanwhile.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>, Error> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("read", &self.path)(error)),
        }
    }

    /// The frames in its bytes. What a crash cut off is left out, and told of: damage looks the same.
    pub(super) fn frames<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = Frame<'a>> {
        let mut rest = bytes.strip_prefix(MAGIC).unwrap_or(bytes.get(..1).unwrap_or_default());
        let path = self.path.clone();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let split = Frame::split(rest);
            rest = split.as_ref().map_or(&[], |(_, behind)| *behind);
            if split.is_none() {
                tracing::warn!(file = %path.display(), "ends amid a receipt; what is behind it is not read");
            }
            split.map(|(frame, _)| frame)
        })
    }

    /// Has it hold these frames instead; it goes where there are none.
    pub(super) fn replace(&self, frames: &[Frame<'_>]) -> Result<(), Error> {
        if frames.is_empty() {
            return self.remove();
        }
        let written = files::write_whole(&self.path, &[MAGIC, &joined(frames)]);
        written.map_err(io_error("write", &self.path))
    }

    fn remove(&self) -> Result<(), Error> {
        let removed = fs::remove_file(&self.path).and_then(|()| files::sync_folder(&self.path));
        removed.map_err(io_error("remove", &self.path))
    }
}

impl<'a> Frame<'a> {
    /// The first frame of these bytes, and what is behind it; `None` where it is not all there.
    fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (length, bytes) = bytes.split_first_chunk()?;
        let (rows, bytes) = bytes.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (sealed, behind) = bytes.split_at_checked(length)?;
        let rows = u32::from_le_bytes(*rows);
        // Zeros are what a disk shows of a file that it had not written yet.
        (rows > 0).then_some((Self { rows, sealed: sealed.into() }, behind))
    }
}

/// How many frames a fuzzer's bytes are.
#[cfg(test)]
pub(in super::super) fn count(bytes: &[u8]) -> usize {
    Segment::at("1-0".into()).map_or(0, |segment| segment.frames(bytes).count())
}

fn joined(frames: &[Frame<'_>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(frames.iter().map(|frame| frame.sealed.len() + 8).sum());
    for Frame { rows, sealed } in frames {
        bytes.extend_from_slice(&(sealed.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&rows.to_le_bytes());
        bytes.extend_from_slice(sealed);
    }
    bytes
}

//! Reading a file of the connectors' folder: whole, or not at all.

use std::{
    fs::{self, Metadata, OpenOptions},
    io::{self, Read},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use bytes::Bytes;
use rustix::fs::OFlags;

use super::Error;
use crate::trust::file::beside;

/// The largest file that is read.
const LARGEST: u64 = 256 << 20;

/// What tells two states of a file apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    /// The length and time of the signature beside it, where there is one.
    signature: Option<(u64, i64, i64)>,
}

impl Stamp {
    /// The stamp of what stands in a folder under this name, or of what it leads to: the files of
    /// a mount, as Kubernetes makes them of a ConfigMap, are links.
    ///
    /// # Errors
    /// Where it is no file, and where nothing of it can be known.
    pub fn of(path: &Path) -> Result<Self, Error> {
        let found = fs::metadata(path).map_err(|source| unreadable(path, source))?;
        fit(path, &found)?;
        Ok(Self::new(&found, path))
    }

    fn new(found: &Metadata, path: &Path) -> Self {
        let signature = fs::metadata(beside(path)).ok();
        Self {
            file: (found.dev(), found.ino()),
            length: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
            signature: signature.map(|it| (it.len(), it.mtime(), it.mtime_nsec())),
        }
    }
}

/// The bytes of a file, and the stamp that it had before and after they were read.
///
/// # Errors
/// [`Error::Changing`] where it was written or replaced meanwhile; [`Error::Unfit`] where it is
/// no plain file, or too large.
pub fn read(path: &Path) -> Result<(Bytes, Stamp), Error> {
    let failed = |source: io::Error| unreadable(path, source);
    Stamp::of(path)?;
    // Should it become a pipe meanwhile, that is not waited for.
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(failed)?;
    let found = file.metadata().map_err(failed)?;
    fit(path, &found)?;
    let before = Stamp::new(&found, path);
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or_default());
    file.by_ref().take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    let after = Stamp::new(&file.metadata().map_err(failed)?, path);
    let changed =
        before != after || Stamp::of(path)? != before || bytes.len() as u64 != before.length;
    match changed {
        true => Err(Error::Changing { path: path.display().to_string() }),
        false => Ok((bytes.into(), before)),
    }
}

fn fit(path: &Path, found: &Metadata) -> Result<(), Error> {
    let what = match found.file_type() {
        kind if kind.is_dir() => "is a folder, not a connector's file",
        kind if !kind.is_file() => "is no plain file",
        _ if found.len() > LARGEST => "is larger than 256 MiB, more than a connector may be",
        _ => return Ok(()),
    };
    Err(Error::Unfit { path: path.display().to_string(), what })
}

fn unreadable(path: &Path, source: io::Error) -> Error {
    Error::Unreadable { path: path.display().to_string(), source }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_a_plain_file_is_read_be_it_behind_links() {
        let folder = std::env::temp_dir().join(format!("rounds-file-{}", std::process::id()));
        fs::create_dir_all(folder.join("folder.wasm")).unwrap();
        fs::write(folder.join("plain.wasm"), b"bytes").unwrap();
        // As Kubernetes mounts a ConfigMap.
        fs::create_dir(folder.join("..1")).unwrap();
        fs::write(folder.join("..1/link.wasm"), b"linked").unwrap();
        symlink("..1", folder.join("..data")).unwrap();
        symlink("..data/link.wasm", folder.join("link.wasm")).unwrap();
        symlink("nowhere", folder.join("dangling.wasm")).unwrap();
        symlink("/dev/zero", folder.join("device.wasm")).unwrap();
        let told = |name: &str| match read(&folder.join(name)) {
            Ok((bytes, _)) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(told("plain.wasm"), "bytes");
        assert_eq!(told("link.wasm"), "linked");
        let before = Stamp::of(&folder.join("link.wasm")).unwrap();
        fs::create_dir(folder.join("..2")).unwrap();
        fs::write(folder.join("..2/link.wasm"), b"newest").unwrap();
        symlink("..2", folder.join("draft")).unwrap();
        fs::rename(folder.join("draft"), folder.join("..data")).unwrap();
        assert_ne!(Stamp::of(&folder.join("link.wasm")).unwrap(), before);
        assert_eq!(told("link.wasm"), "newest");
        assert!(told("dangling.wasm").contains("cannot be read"), "{}", told("dangling.wasm"));
        assert!(told("device.wasm").contains("no plain file"), "{}", told("device.wasm"));
        assert!(told("folder.wasm").contains("is a folder"), "{}", told("folder.wasm"));
        assert!(told("none.wasm").contains("cannot be read"), "{}", told("none.wasm"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_that_is_replaced_meanwhile_is_read_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("rounds-replaced-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (path, draft) = (folder.join("a.wasm"), folder.join("draft"));
        fs::write(&path, vec![0; 1 << 20]).unwrap();
        let over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for fill in (0..=u8::MAX).cycle() {
                    fs::write(&draft, vec![fill; 1 << 20]).unwrap();
                    fs::rename(&draft, &path).unwrap();
                    if over.load(std::sync::atomic::Ordering::Relaxed) {
                        break;
                    }
                }
            });
            let mut changing = 0;
            while changing < 20 {
                match read(&path) {
                    Ok((bytes, _)) => {
                        let first = bytes.first().copied();
                        assert!(bytes.iter().all(|byte| Some(*byte) == first), "torn");
                        assert_eq!(bytes.len(), 1 << 20, "half");
                    }
                    Err(Error::Changing { .. }) => changing += 1,
                    Err(error) => panic!("{error}"),
                }
            }
            over.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        fs::remove_dir_all(folder).unwrap();
    }
}

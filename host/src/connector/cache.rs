//! Compiled code, kept across starts.
//!
//! Loading compiled code trusts it: whoever can write a file of this folder could run anything
//! in the host. So each file carries a MAC under a key that only the host's user can read, and a
//! file whose MAC does not fit is compiled anew.

use std::{
    cmp::Reverse,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac, rand};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
use wasmtime::{Engine, component::Component};

use crate::files;

const KEY_FILE: &str = "key";
const MAC_LENGTH: usize = 32;
const EXTENSION: &str = "cwasm";

/// How much is kept, where nobody says otherwise: every build of a connector that was ever tried
/// leaves some, in Python 34 MiB.
const MOST: u64 = 4 << 30;

/// A folder of compiled connectors. Cheap to clone.
#[derive(Clone)]
pub struct Cache {
    folder: PathBuf,
    key: hmac::Key,
    most: u64,
}

impl Cache {
    /// The cache in a folder, made where there is none, closed to other users.
    ///
    /// # Errors
    /// Where the folder or its key can neither be read nor made.
    pub fn open(folder: &Path) -> io::Result<Self> {
        files::make_folder(folder)?;
        let key = match fs::read(folder.join(KEY_FILE)) {
            Ok(key) if key.len() == MAC_LENGTH => key,
            _ => new_key(folder)?,
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        Ok(Self { folder: folder.into(), key, most: MOST })
    }

    /// The same, with no more than so many bytes: what was used longest ago goes first.
    #[must_use]
    pub fn with_most(self, bytes: u64) -> Self {
        Self { most: bytes, ..self }
    }

    /// The compiled form of a file with this digest, if it is here and ours.
    pub(super) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let name = name(engine, digest);
        let path = self.folder.join(&name);
        let file = fs::read(&path).ok()?;
        let (mac, code) = file.split_at_checked(MAC_LENGTH)?;
        verify_slices_are_equal(self.mac(&name, code).as_ref(), mac).ok()?;
        note_use(&path);
        deserialize(engine, code).ok()
    }

    /// Keeps a compiled form. A cache that cannot be written costs the next start time, and no more.
    pub(super) fn keep(&self, engine: &Engine, digest: &str, code: &[u8]) {
        let name = name(engine, digest);
        let mac = self.mac(&name, code);
        let kept = files::write_whole(&self.folder.join(name), &[mac.as_ref(), code]);
        if let Err(error) = kept {
            tracing::warn!(%error, "compiled code cannot be kept; the next start compiles again");
        }
        self.shrink();
    }

    /// Removes what is beyond the most that is kept. Another process may do so as well, so what
    /// is gone or cannot be looked at is no fault.
    fn shrink(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let files = entries.filter(|entry| {
            entry.path().extension().is_some_and(|extension| extension == EXTENSION)
        });
        let mut files: Vec<_> = files
            .filter_map(|file| {
                let about = file.metadata().ok()?;
                Some((about.modified().ok()?, about.len(), file.path()))
            })
            .collect();
        files.sort_by_key(|(used, ..)| Reverse(*used));
        let mut sum = 0;
        for (_, size, path) in files {
            sum += size;
            if sum > self.most {
                drop(fs::remove_file(path));
            }
        }
    }

    /// Of the name, too, lest one connector's code is put where another's was.
    fn mac(&self, name: &str, code: &[u8]) -> hmac::Tag {
        let mut mac = hmac::Context::with_key(&self.key);
        mac.update(name.as_bytes());
        mac.update(code);
        mac.sign()
    }
}

/// A file is named by what was compiled and by the engine that did it.
fn name(engine: &Engine, digest: &str) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{digest}-{:016x}.{EXTENSION}", hasher.finish())
}

/// Says on a file that it was used now, which no one needs to know for sure.
fn note_use(path: &Path) {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    let _unnoted = utimensat(CWD, path, &times, AtFlags::empty()).is_err();
}

#[expect(
    unsafe_code,
    reason = "the engine asks that the code was compiled by itself: the MAC or the caller says so"
)]
pub(super) fn deserialize(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `code` comes from this program's own compiler, in this process or in its child, with
    // the settings of `engine`; what was in a file since carries a MAC under a key that only this
    // host's user can read.
    unsafe { Component::deserialize(engine, code) }
}

fn new_key(folder: &Path) -> io::Result<Vec<u8>> {
    let mut key = vec![0; MAC_LENGTH];
    rand::fill(&mut key).map_err(io::Error::other)?;
    files::write_whole(&folder.join(KEY_FILE), &[&key])?;
    Ok(key)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{
        fs::File,
        time::{Duration, UNIX_EPOCH},
    };

    use super::*;

    #[test]
    fn no_more_is_kept_than_was_said() {
        let folder = std::env::temp_dir().join(format!("rounds-cache-{}", std::process::id()));
        let engine = Engine::default();
        let cache = Cache::open(&folder).unwrap().with_most(250);
        let path = |digest| folder.join(name(&engine, digest));
        for digest in ["1", "2", "3"] {
            cache.keep(&engine, digest, &[0; 100 - MAC_LENGTH]);
            if digest == "2" {
                let old = UNIX_EPOCH + Duration::from_secs(1);
                File::options().append(true).open(path("2")).unwrap().set_modified(old).unwrap();
            }
        }
        let there = ["1", "2", "3"].map(|digest| path(digest).exists());
        let key = folder.join(KEY_FILE).exists();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(there, [true, false, true], "the second was used longest ago");
        assert!(key);
    }
    #[test]
    fn what_is_used_counts_as_new() {
        let folder = std::env::temp_dir().join(format!("rounds-used-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("code");
        fs::write(&path, "").unwrap();
        let file = File::options().append(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH).unwrap();
        note_use(&path);
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!(modified > UNIX_EPOCH + Duration::from_secs(1));
    }

    #[test]
    fn code_under_another_name_is_not_ours() {
        let folder = std::env::temp_dir().join(format!("rounds-renamed-{}", std::process::id()));
        let (engine, cache) = (Engine::default(), Cache::open(&folder).unwrap());
        let code = engine.precompile_component(b"\0asm\x0d\0\x01\0").unwrap();
        cache.keep(&engine, "1", &code);
        let path = |digest| folder.join(name(&engine, digest));
        fs::copy(path("1"), path("2")).unwrap();
        let loads = ["1", "2"].map(|digest| cache.load(&engine, digest).is_some());
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(loads, [true, false]);
    }
}

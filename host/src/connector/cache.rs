//! Compiled code, kept across starts.
//!
//! Loading compiled code trusts it: whoever can write a file of this folder could run anything
//! in the host. So each file carries a MAC under a key that only the host's user can read, and a
//! file whose MAC does not fit is compiled anew.

use std::{
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

/// How much compiled code is kept, in bytes. Beyond it goes what was used longest ago: every
/// build of a connector that was ever tried leaves some, in Python 34 MiB.
const ROOM: u64 = 4 << 30;

/// A folder of compiled connectors. Cheap to clone.
#[derive(Clone)]
pub struct Cache {
    folder: PathBuf,
    key: hmac::Key,
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
        Ok(Self { folder: folder.into(), key: hmac::Key::new(hmac::HMAC_SHA256, &key) })
    }

    /// The compiled form of a file with this digest, if it is here and ours.
    pub(super) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let name = name(engine, digest);
        let path = self.folder.join(&name);
        let file = fs::read(&path).ok()?;
        let (mac, code) = file.split_at_checked(MAC_LENGTH)?;
        verify_slices_are_equal(self.mac(&name, code).as_ref(), mac).ok()?;
        note_use(&path);
        deserialize(engine, code)
    }

    /// Keeps a compiled form. A cache that cannot be written costs the next start time, and no more.
    pub(super) fn keep(&self, engine: &Engine, digest: &str, code: &[u8]) {
        let name = name(engine, digest);
        let mac = self.mac(&name, code);
        let kept = files::write_whole(&self.folder.join(name), &[mac.as_ref(), code]);
        if let Err(error) = kept.and_then(|()| tidy(&self.folder, ROOM)) {
            tracing::warn!(%error, "compiled code cannot be kept; the next start compiles again");
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
    format!("{digest}-{:016x}.cwasm", hasher.finish())
}

/// Says on a file that it was used now, which no one needs to know for sure.
fn note_use(path: &Path) {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    let _unnoted = utimensat(CWD, path, &times, AtFlags::empty()).is_err();
}

/// Lets go of what was used longest ago, until the rest has no more than so many bytes.
fn tidy(folder: &Path, room: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            let found = fs::metadata(&path)?;
            files.push((found.modified()?, found.len(), path));
        }
    }
    files.sort();
    let mut kept = 0_u64;
    for (_, length, path) in files.into_iter().rev() {
        kept = kept.saturating_add(length);
        if kept > room {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[expect(
    unsafe_code,
    reason = "the engine asks that the code was compiled by itself: the MAC or the caller says so"
)]
pub(super) fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: `code` comes from this program's own compiler, in this process or in its child, with
    // the settings of `engine`; what was in a file since carries a MAC under a key that only this
    // host's user can read.
    unsafe { Component::deserialize(engine, code) }.ok()
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
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let folder = std::env::temp_dir().join(format!("rounds-cache-{}", std::process::id()));
        let cache = Cache::open(&folder).unwrap();
        for (day, name) in ["old.cwasm", "used.cwasm", "new.cwasm"].iter().enumerate() {
            let path = cache.folder.join(name);
            fs::write(&path, [0; 10]).unwrap();
            let day = UNIX_EPOCH + Duration::from_secs(day as u64 * 86_400);
            fs::File::options().append(true).open(path).unwrap().set_modified(day).unwrap();
        }
        note_use(&folder.join("used.cwasm"));
        let left = |room| {
            tidy(&folder, room).unwrap();
            let there = |name: &&str| folder.join(name).exists();
            ["old.cwasm", "new.cwasm", "used.cwasm", KEY_FILE].into_iter().filter(there).collect()
        };
        let (all, two, one): (Vec<_>, Vec<_>, Vec<_>) = (left(30), left(29), left(19));
        fs::remove_dir_all(folder).unwrap();
        assert_eq!(all, ["old.cwasm", "new.cwasm", "used.cwasm", KEY_FILE]);
        assert_eq!(two, ["new.cwasm", "used.cwasm", KEY_FILE]);
        assert_eq!(one, ["used.cwasm", KEY_FILE], "the key stays");
    }
}

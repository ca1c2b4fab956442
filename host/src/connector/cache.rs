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

use aws_lc_rs::{hmac, rand};
use data_encoding::HEXLOWER;
use wasmtime::{Engine, component::Component};

use crate::files;

const KEY_FILE: &str = "key";
const MAC_LENGTH: usize = 32;
const EXTENSION: &str = "cwasm";

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
        Ok(Self { folder: folder.into(), key, most: u64::MAX })
    }

    /// The same, with no more than so many bytes: what was compiled first goes first.
    #[must_use]
    pub fn with_most(self, bytes: u64) -> Self {
        Self { most: bytes, ..self }
    }

    /// The compiled form of a file with this digest, if it is here and ours.
    pub(super) fn load(&self, engine: &Engine, digest: &[u8]) -> Option<Component> {
        let file = fs::read(self.path(engine, digest)).ok()?;
        let (mac, code) = file.split_at_checked(MAC_LENGTH)?;
        hmac::verify(&self.key, code, mac).ok()?;
        deserialize(engine, code)
    }

    /// Keeps a compiled form. A cache that cannot be written costs the next start time, and no more.
    pub(super) fn keep(&self, engine: &Engine, digest: &[u8], code: &[u8]) {
        let mac = hmac::sign(&self.key, code);
        let kept = files::write_whole(&self.path(engine, digest), &[mac.as_ref(), code]);
        if let Err(error) = kept {
            tracing::warn!(%error, "compiled code cannot be kept; the next start compiles again");
        }
        if self.most < u64::MAX {
            self.shrink();
        }
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
        files.sort_by_key(|(written, ..)| Reverse(*written));
        let mut sum = 0;
        for (_, size, path) in files {
            sum += size;
            if sum > self.most {
                drop(fs::remove_file(path));
            }
        }
    }

    /// Named by content and by the engine that compiled it.
    fn path(&self, engine: &Engine, digest: &[u8]) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        self.folder.join(format!(
            "{}-{:016x}.{EXTENSION}",
            HEXLOWER.encode(digest),
            hasher.finish()
        ))
    }
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
    use super::*;

    #[test]
    fn no_more_is_kept_than_was_said() {
        let folder = std::env::temp_dir().join(format!("rounds-cache-{}", std::process::id()));
        let engine = Engine::default();
        let cache = Cache::open(&folder).unwrap().with_most(250);
        for digest in [[1], [2], [3]] {
            cache.keep(&engine, &digest, &[0; 100 - MAC_LENGTH]);
        }
        let there = [[1], [2], [3]].map(|digest| cache.path(&engine, &digest).exists());
        let key = folder.join(KEY_FILE).exists();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(there, [false, true, true]);
        assert!(key);
    }
}

//! The lock file: which bytes each reference stands for, until somebody looks again.
//!
//! It lies beside the configuration and is committed with it, so that every host of a fleet runs
//! the same connectors, whatever a registry answers meanwhile.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Error, Reference, digest::Digest};
use crate::config::Config;

const VERSION: u32 = 1;
const HEAD: &str = "# Which bytes the connectors of registries are. Written by `rounds connector pull`; \
                    commit it.\n";

/// All that is locked, in the order of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lock {
    version: u32,
    #[serde(default, rename = "connector")]
    pub(super) connectors: Vec<Locked>,
}

/// The lock file of a configuration that uses one, and what it last held.
pub(crate) struct LockFile {
    path: Option<PathBuf>,
    held: Option<Vec<u8>>,
}

impl LockFile {
    /// That of a configuration, as it is now. Blocks.
    pub(crate) fn of(config: &Config) -> Self {
        let path = Some(Lock::path(&config.file)).filter(|_| !config.connectors.is_empty());
        let mut file = Self { path, held: None };
        file.changed();
        file
    }

    /// Where it is.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether it holds something else than at the last look. Blocks.
    pub(crate) fn changed(&mut self) -> bool {
        let holds = self.path.as_ref().and_then(|path| fs::read(path).ok());
        let changed = holds != self.held;
        self.held = holds;
        changed
    }
}

/// What one reference stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Locked {
    /// The reference, as the configuration has it.
    pub(super) from: String,
    /// What the file said of itself.
    pub(super) name: String,
    pub(super) version: String,
    /// The manifest's digest.
    pub(super) manifest: Digest,
    /// The file's digest, and its size in bytes.
    pub(super) digest: Digest,
    pub(super) size: u64,
    /// The signature file's digest, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<Digest>,
}

impl Lock {
    pub(super) fn new(connectors: Vec<Locked>) -> Self {
        Self { version: VERSION, connectors }
    }

    /// Where the lock of a configuration lies: `rounds.lock` beside `rounds.toml`.
    pub(super) fn path(config: &str) -> PathBuf {
        Path::new(config).with_extension("lock")
    }

    /// Reads a lock file; one that is not there locks nothing. Blocks.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::new(Vec::new()));
            }
            Err(error) => return Err(Error::file(path, error)),
        };
        let wrong =
            |what: &str| Error::Lock { path: path.display().to_string(), what: what.into() };
        let lock: Self = toml::from_str(&text).map_err(|error| wrong(error.message()))?;
        match lock.version {
            VERSION => Ok(lock),
            _ => Err(wrong("it is of a newer version of this program")),
        }
    }

    /// Writes it whole or not at all. Blocks.
    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let failed = |error| Error::file(path, error);
        let text = toml::to_string(self).map_err(|error| failed(io::Error::other(error)))?;
        let draft = path.with_extension(format!("lock.{}.draft", std::process::id()));
        fs::write(&draft, format!("{HEAD}{text}")).map_err(failed)?;
        fs::rename(draft, path).map_err(failed)
    }

    /// What a reference stands for.
    pub(super) fn get(&self, reference: &Reference) -> Option<&Locked> {
        let from = reference.to_string();
        let locked = self.connectors.iter().find(|locked| locked.from == from)?;
        // A digest in the reference is the user's own word.
        let agrees = reference.digest.as_ref().is_none_or(|digest| *digest == locked.manifest);
        agrees.then_some(locked)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn locked(from: &str) -> Locked {
        Locked {
            from: from.into(),
            name: "a".into(),
            version: "1.0.0".into(),
            manifest: Digest::of(b"m"),
            digest: Digest::of(b"w"),
            size: 7,
            signature: None,
        }
    }

    #[test]
    fn a_lock_is_read_as_it_was_written_or_told() {
        let folder = std::env::temp_dir().join(format!("rounds-lock-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = Lock::path(folder.join("rounds.toml").to_str().unwrap());
        assert_eq!(Lock::read(&path).unwrap(), Lock::new(Vec::new()));
        let signed = Locked { signature: Some(Digest::of(b"s")), ..locked("oci://r.example/b:1") };
        let lock = Lock::new(vec![locked("oci://r.example/a:1"), signed]);
        lock.write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap(), lock);
        for (text, why) in [
            ("version = 2", "newer version"),
            ("version = 1\nconector = []", "unknown field"),
            ("version = 1\n[[connector]]\nfrom = 7", "invalid type"),
            ("version = [", "rounds.lock"),
        ] {
            fs::write(&path, text).unwrap();
            let told = Lock::read(&path).unwrap_err().to_string();
            assert!(told.contains(why) && told.contains("rounds connector pull"), "{told}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_digest_in_the_reference_is_no_other_than_the_locked_one() {
        let of = |digest: &Digest| format!("oci://r.example/a:1@{digest}");
        for (digest, expected) in [(Digest::of(b"m"), true), (Digest::of(b"n"), false)] {
            let lock = Lock::new(vec![locked(&of(&digest))]);
            assert_eq!(lock.get(&of(&digest).parse().unwrap()).is_some(), expected);
        }
        let lock = Lock::new(vec![locked("oci://r.example/a:1")]);
        assert!(lock.get(&"oci://r.example/a:2".parse().unwrap()).is_none());
    }
}

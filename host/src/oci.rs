//! Connectors of registries: pulled by digest, locked, kept, and pushed.
//!
//! A `[[connector]]` of the configuration names a reference, which may come to mean other bytes at
//! any time. `rounds connector pull` looks, judges what it finds as the host would, and writes
//! what it means into the lock file; the host then takes those bytes and no others.
//!
//! | file | it holds |
//! | --- | --- |
//! | `reference`, `digest`, `manifest`, `challenge` | the words of the protocol (pure) |
//! | `registry` | asking a repository, signing in, following to where content is |
//! | `fetch`, `push` | a connector with its signatures, from and to a repository |
//! | `lock`, `shelf` | what references mean, and the files themselves |

mod challenge;
mod digest;
mod fetch;
mod lock;
mod manifest;
mod push;
mod reference;
mod registry;
mod shelf;

use std::{
    io,
    path::{Path, PathBuf},
};

pub(crate) use self::reference::is_host;
pub use self::{
    digest::Digest,
    push::{Parcel, push},
    reference::Reference,
};
use self::{
    fetch::Found,
    lock::{Lock, Locked},
    registry::{Access, Repository},
    shelf::Shelf,
};
use crate::{
    config::{self, Config, Placed},
    connector::{self, Connector, Engine},
    egress::{self, Network},
    trust::{self, Facts, Policy},
};

/// Why a connector cannot be had from a registry, or put there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// References that nobody has locked.
    #[error(transparent)]
    Unlocked(config::Errors),
    /// The lock file is none.
    #[error("{path}: {what}; make it anew with `rounds connector pull`")]
    Lock {
        /// Which file.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// A registry cannot be asked, or not be understood.
    #[error(transparent)]
    Egress(#[from] egress::Error),
    /// A registry does not give, or take, what it was asked for.
    #[error("registry {registry}: {}", refused(.what, *.status, *.has_credentials))]
    Refused {
        /// Its host.
        registry: String,
        /// What it was asked for.
        what: String,
        /// What it answered.
        status: u16,
        /// Whether the configuration has credentials for it.
        has_credentials: bool,
    },
    /// A registry leads us astray.
    #[error("registry {registry}: {what}")]
    Misled {
        /// Its host.
        registry: String,
        /// How.
        what: &'static str,
    },
    /// What a reference stands for is no connector.
    #[error("{reference}: {what}")]
    NotAConnector {
        /// Which.
        reference: String,
        /// What it is instead.
        what: &'static str,
    },
    /// A registry answered with other bytes than it was asked for.
    #[error(
        "{reference}: the registry answered another {what}: {found}, where {expected} was asked for"
    )]
    Digest {
        /// Which.
        reference: String,
        /// What of it.
        what: &'static str,
        /// What was asked for.
        expected: Digest,
        /// What came.
        found: Digest,
    },
    /// Larger than any connector.
    #[error("{reference}: has {size} bytes, and {} are the most", registry::LONGEST)]
    TooLarge {
        /// Which.
        reference: String,
        /// How large it says that it is.
        size: u64,
    },
    /// What was pulled cannot be loaded.
    #[error("{reference}: {source}")]
    Connector {
        /// Which.
        reference: String,
        /// Why not.
        source: connector::Error,
    },
    /// What was pulled is not trusted.
    #[error("{reference}: {source}")]
    Untrusted {
        /// Which.
        reference: String,
        /// Why not.
        source: trust::Error,
    },
    /// What was pulled is older than what was locked.
    #[error("{reference}: {source}")]
    Older {
        /// Which.
        reference: String,
        /// The two versions.
        source: trust::version::Error,
    },
    /// A file of the host's own cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why not.
        source: io::Error,
    },
}

impl Error {
    fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }
}

fn refused(what: &str, status: u16, has_credentials: bool) -> String {
    let why = match (status, has_credentials) {
        (401, false) => "asks for credentials; add `[[registry]]` with its `host` and `auth`",
        (401, true) => "does not take the credentials; check its `[[registry]]`",
        (403, _) => "does not allow it with these credentials",
        (404, _) => "does not have it; check the name and the version",
        (429 | 500.., _) => "has troubles of its own; try again later",
        _ => "does not answer as a registry does",
    };
    format!("{what}: it answered {status} and {why}")
}

/// A connector of a registry, as `pull` found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The reference.
    pub from: String,
    /// Its name and version, as `fhir-r4@0.1.0`.
    pub connector: String,
    /// The file's digest.
    pub digest: Digest,
    /// What is to be told of its signature, where that is doubtful.
    pub warning: Option<trust::Error>,
    /// What was locked before, if it was another one.
    pub before: Option<String>,
    /// Whether the lock says something new.
    pub is_new: bool,
}

/// The files of all connectors that a configuration takes from registries, in its order: as they
/// were locked, from the data folder where they are there, else from the registry.
///
/// # Errors
/// Where a reference is not locked, all of them at their places; else the first file that cannot
/// be had as it was locked.
pub async fn provide(config: &Config) -> Result<Vec<PathBuf>, Error> {
    if config.connectors.is_empty() {
        return Ok(Vec::new());
    }
    let lock = Lock::read(&Lock::path(&config.file))?;
    let (shelf, network) = (Shelf::new(&config.host.data), Network::new());
    let mut paths = Vec::new();
    for (reference, locked) in all_locked(config, &lock)? {
        paths.push(match shelf.find(reference, locked) {
            Some(path) => path,
            None => fetch_locked(config, &network, &shelf, reference, locked).await?,
        });
    }
    Ok(paths)
}

fn all_locked<'c>(
    config: &'c Config,
    lock: &'c Lock,
) -> Result<Vec<(&'c Reference, &'c Locked)>, Error> {
    let (mut locked, mut errors) = (Vec::new(), config.errors());
    for Placed { value, place } in &config.connectors {
        match lock.get(value) {
            Some(found) => locked.push((value, found)),
            None => errors.at(*place, unlocked(value, &config.file)),
        }
    }
    errors.finish(locked).map_err(Error::Unlocked)
}

fn unlocked(reference: &Reference, file: &str) -> String {
    format!("`{reference}` is not locked; run `rounds connector pull -c {file}`")
}

async fn fetch_locked(
    config: &Config,
    network: &Network,
    shelf: &Shelf,
    reference: &Reference,
    locked: &Locked,
) -> Result<PathBuf, Error> {
    let mut repository = Repository::new(network, &config.registries, reference, Access::Pull)?;
    let file = fetch::file(&mut repository, reference, &locked.digest, locked.size).await?;
    let signature = match &locked.signature {
        Some(digest) => Some(fetch::signature(&mut repository, reference, digest).await?),
        None => None,
    };
    shelf.keep(reference, &file, signature.as_deref())
}

/// Looks up what the references of a configuration stand for, and locks it: those that are not
/// locked yet, or with `update` all of them. What is found is loaded and judged as the host would,
/// and a lock is written only where all of it may run.
///
/// # Errors
/// The first connector that cannot be had, or may not run.
pub async fn pull(config: &Config, engine: &Engine, update: bool) -> Result<Vec<Pulled>, Error> {
    let path = Lock::path(&config.file);
    let before = Lock::read(&path)?;
    let puller = Puller {
        config,
        engine,
        network: Network::new(),
        shelf: Shelf::new(&config.host.data),
        policy: Policy::new(&config.host.trust),
    };
    let (mut after, mut pulled) = (Vec::new(), Vec::new());
    for Placed { value: reference, .. } in &config.connectors {
        let known = before.get(reference);
        let (locked, warning) = match known {
            Some(locked) if !update => (puller.again(reference, locked).await?, None),
            known => puller.anew(reference, known).await?,
        };
        pulled.push(Pulled::new(&locked, known, warning));
        after.push(locked);
    }
    let after = Lock::new(after);
    if after != before {
        after.write(&path)?;
    }
    Ok(pulled)
}

/// What it takes to pull.
struct Puller<'c> {
    config: &'c Config,
    engine: &'c Engine,
    network: Network,
    shelf: Shelf,
    policy: Policy,
}

impl Puller<'_> {
    /// What is locked stays so; its file is had again where it is missing.
    async fn again(&self, reference: &Reference, locked: &Locked) -> Result<Locked, Error> {
        if self.shelf.find(reference, locked).is_none() {
            fetch_locked(self.config, &self.network, &self.shelf, reference, locked).await?;
        }
        Ok(locked.clone())
    }

    /// What the registry has now.
    async fn anew(
        &self,
        reference: &Reference,
        before: Option<&Locked>,
    ) -> Result<(Locked, Option<trust::Error>), Error> {
        let registries = &self.config.registries;
        let mut repository = Repository::new(&self.network, registries, reference, Access::Pull)?;
        let Found { manifest, file, signatures } =
            fetch::connector(&mut repository, reference).await?;
        let digest = Digest::of(&file);
        let signature = self.best(&digest, &signatures);
        let (facts, warning) = self.judge(reference, &file, signature).await?;
        if let Some(before) = before {
            let followed = self.policy.may_follow(&facts.name, &before.version, &facts.version);
            followed.map_err(|source| Error::Older { reference: reference.to_string(), source })?;
        }
        self.shelf.keep(reference, &file, signature)?;
        let locked = Locked {
            from: reference.to_string(),
            name: facts.name,
            version: facts.version,
            manifest,
            digest,
            size: file.len() as u64,
            signature: signature.map(Digest::of),
        };
        Ok((locked, warning))
    }

    /// The first signature that is good for something, of those that anybody may have put there.
    fn best<'s>(&self, digest: &Digest, signatures: &'s [bytes::Bytes]) -> Option<&'s [u8]> {
        let is_good = |signature: &&bytes::Bytes| {
            let admitted = self.policy.admit(digest.hex(), Some(signature));
            admitted.is_ok_and(|admitted| admitted.is_signed())
        };
        let best = signatures.iter().find(is_good).or(signatures.first());
        best.map(|signature| &signature[..])
    }

    async fn judge(
        &self,
        reference: &Reference,
        file: &bytes::Bytes,
        signature: Option<&[u8]>,
    ) -> Result<(Facts, Option<trust::Error>), Error> {
        let name = reference.to_string();
        let untrusted = |source| Error::Untrusted { reference: name.clone(), source };
        let digest = Digest::of(file);
        let admitted = self.policy.admit(digest.hex(), signature).map_err(untrusted)?;
        let loaded = Connector::from_bytes(self.engine, &name, file.clone()).await;
        let facts = loaded
            .map(|connector| Facts::from(&connector))
            .map_err(|source| Error::Connector { reference: name.clone(), source })?;
        let verdict = self.policy.confirm(admitted, &facts).map_err(untrusted)?;
        Ok((facts, verdict.doubt()))
    }
}

impl Pulled {
    fn new(locked: &Locked, before: Option<&Locked>, warning: Option<trust::Error>) -> Self {
        let label = |locked: &Locked| format!("{}@{}", locked.name, locked.version);
        let changed = before.filter(|before| before.digest != locked.digest);
        Self {
            from: locked.from.clone(),
            connector: label(locked),
            digest: locked.digest.clone(),
            warning,
            before: changed.map(label),
            is_new: before != Some(locked),
        }
    }
}

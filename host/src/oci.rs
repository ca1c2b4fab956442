//! Connectors of registries: pulled by digest, locked, kept, and pushed.
//!
//! A `[[connector]]` of the configuration names a reference, which may come to mean other bytes at
//! any time. `rounds connector pull` looks, judges what it finds as the host would, and writes
//! what it means into the lock file; the host then takes those bytes and no others.
//!
//! | file | it holds |
//! | --- | --- |
//! | `reference`, `digest`, `manifest`, `challenge` | the words of the protocol (pure) |
//! | `registry`, `token`, `way` | asking a repository, signing in, following to where content is |
//! | `fetch`, `push` | a connector with its signatures, from and to a repository |
//! | `lock`, `shelf` | what references mean, and the files themselves |
//! | `pull` | looking up what references mean now |

mod challenge;
mod digest;
mod error;
mod fetch;
mod lock;
mod manifest;
mod pull;
mod push;
mod reference;
mod registry;
mod shelf;
mod token;
mod way;

use std::path::PathBuf;

pub use self::{
    digest::Digest,
    error::Error,
    pull::{Pulled, pull},
    push::{Parcel, push},
    reference::Reference,
};
pub(crate) use self::{lock::LockFile, reference::is_host};
use self::{
    lock::{Lock, Locked},
    registry::Repository,
    shelf::Shelf,
    way::Access,
};
use crate::{
    clock::{Clock, System},
    config::{Config, Placed},
    egress::Network,
};

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
    // A data folder of somebody else's may only be read.
    if let Err(error) = shelf.tidy(&paths, System.now().into()) {
        tracing::debug!(%error, "the files that were pulled cannot be tidied up");
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

//! How a store is opened.

use std::path::PathBuf;

use crate::config::{HostSettings, Seal};

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder, made where there is none. The store has `lock` and `store` in it.
    pub folder: PathBuf,
    /// What sled may hold of its pages, in bytes, and as much again is held of what was written
    /// lately.
    pub cache_bytes: u64,
    /// Bytes of the disk to leave free: below that, nothing new is taken in.
    pub reserve_bytes: u64,
    /// With what it is sealed.
    pub seal: Seal,
}

impl Options {
    /// The usual: a cache of 16 MiB, 32 MiB of the disk in reserve, a key of the host's own.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let seal = Seal::default();
        Self { folder: folder.into(), cache_bytes: 16 << 20, reserve_bytes: 32 << 20, seal }
    }

    /// The usual, as a host is configured.
    pub fn of(host: &HostSettings) -> Self {
        Self { seal: host.seal.clone(), ..Self::new(&host.data) }
    }
}

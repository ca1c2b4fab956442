//! Why a connector cannot be had from a registry, or put there: who answered what, and what to do.

use std::{io, path::Path};

use super::{Digest, way};
use crate::{config, connector, egress, trust};

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
    #[error("{reference}: has {size} bytes, and {} are the most", way::LONGEST)]
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
    pub(super) fn file(path: &Path, source: io::Error) -> Self {
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

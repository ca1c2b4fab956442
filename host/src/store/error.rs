//! Why a store did not do what it was asked, and what a person can do.

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has the store.
    #[error(
        "the data folder {folder} is in use by {holder}; stop it, or give this host a folder of its own"
    )]
    InUse {
        /// The data folder.
        folder: String,
        /// Who, as `process 4711`.
        holder: String,
    },
    /// The store's files cannot be read.
    #[error("the store in {folder} is damaged: {what}; {way_out}")]
    Damaged {
        /// The store's folder.
        folder: String,
        /// What was found.
        what: String,
        /// What a person can do.
        way_out: String,
    },
    /// The store was written by a version that this one does not know.
    #[error(
        "the store in {folder} has format {found}, and this host knows {known}; use the newer host, nothing was changed"
    )]
    Version {
        /// The store's folder.
        folder: String,
        /// The store's format.
        found: u32,
        /// The format of this host.
        known: u32,
    },
    /// The store was written by a host that was never released.
    #[error(
        "the store in {folder} has format {found}, of a host that was never released; deliver what is pending with that host, then move the folder elsewhere: this host polls every task from its `since` again, with the same ids"
    )]
    Old {
        /// The store's folder.
        folder: String,
        /// The store's format.
        found: u32,
    },
    /// The key that the store is sealed with is not there, or is another.
    #[error(
        "the store in {folder} stays closed: {why}; give the key as `key` in [host.seal], or among `old_keys`; nothing was changed"
    )]
    Key {
        /// The store's folder.
        folder: String,
        /// Which key is missing.
        why: String,
    },
    /// A sealed value does not open.
    #[error(
        "the store in {folder} holds a value that is damaged, or was sealed for another connection or another place"
    )]
    Unopened {
        /// The store's folder.
        folder: String,
    },
    /// No room; nothing was written, and writing goes on when there is.
    #[error(
        "the disk of {folder} has {free} bytes free, and {needed} are kept in reserve; polling goes on when there is room"
    )]
    Full {
        /// The data folder.
        folder: String,
        /// Bytes free.
        free: u64,
        /// Bytes that must be.
        needed: u64,
    },
    /// The folder or a file in it cannot be used.
    #[error("the store cannot {action} {path}")]
    Io {
        /// What was tried, as `write`.
        action: &'static str,
        /// Which file or folder.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A write failed halfway; what is on disk is known only after a restart.
    #[error("the store stopped: {0}; restart the host, nothing that was acknowledged is lost")]
    Stopped(String),
}

//! What can be wrong with the log as files.

/// Why the audit log was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none.
    #[error("there is no audit log in {0} yet: no host has run there")]
    NotThere(String),
    /// The key is gone while the log is not.
    #[error(
        "the audit log's key {0} is missing; put it back, or move the folder away to begin a new log"
    )]
    KeyMissing(String),
    /// The key's file holds something else.
    #[error("the audit log's key {0} is damaged; put it back from a copy")]
    KeyDamaged(String),
    /// A file cannot be used.
    #[error("the audit log cannot {action} {path}")]
    Io {
        /// What was tried, as `write`.
        action: &'static str,
        /// Which file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// An entry has no form; never, as all are plain text.
    #[error("the audit log cannot write an entry")]
    Form,
    /// The process ends.
    #[error("the audit log is closed: the host stops")]
    Stopped,
}

//! Whose connectors may run.

use crate::trust::key::PublicKey;

/// What is asked of connectors before they run.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Whether they have to be signed.
    pub signatures: Signatures,
    /// Whose signatures count; names are unique.
    pub keys: Vec<TrustedKey>,
    /// Names of connectors that may go back to an older version.
    pub allow_older: Vec<String>,
}

/// What becomes of a connector that no trusted key has signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signatures {
    /// It is not loaded.
    Require,
    /// It is loaded, and a warning is logged.
    Warn,
    /// Nobody looks.
    #[default]
    Off,
}

/// A key whose signatures count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// What messages call it.
    pub name: String,
    /// What signatures are verified with.
    pub key: PublicKey,
}

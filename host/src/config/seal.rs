//! With what the store seals patients' data.

pub use crate::store::seal::KeySource;

/// The outer keys. Without one the host makes its own, in its data folder: whoever has the disk
/// then has the key as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seal {
    /// The key that wraps those of connections.
    pub key: Option<KeySource>,
    /// Keys that it was before, until nothing is wrapped by them any more.
    pub old_keys: Vec<KeySource>,
}

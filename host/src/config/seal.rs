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

impl Seal {
    /// What is to be told of a host whose key is beside what it seals.
    pub fn warning(&self) -> Option<&'static str> {
        let told = "no [host.seal]: the key of patients' data is in the data folder, so whoever has \
                    the disk can read them; give a key from elsewhere, as key = { env = \"ROUNDS_KEY\" }";
        self.key.is_none().then_some(told)
    }
}

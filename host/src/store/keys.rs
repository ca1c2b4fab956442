//! What there is to say of a store's keys; never a key itself.

use serde::{Deserialize, Serialize};

/// A store's keys, and whether all that it holds can be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The ids of the outer keys that are configured, the newest first.
    pub outer: Vec<String>,
    /// Those of connections: all that there are, and all that values ask for.
    pub keys: Vec<KeyState>,
}

/// A connection's key, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyState {
    /// Its number, never used again.
    pub number: u32,
    /// Whose it is; nobody knows of one that was destroyed.
    pub connection: Option<String>,
    /// The id of the outer key that wraps it.
    pub outer: Option<String>,
    /// Values that were sealed with it, gone ones among them that the disk still has.
    pub values: u64,
    /// Whether it was destroyed by a purge: what it sealed is meant to stay closed.
    pub destroyed: bool,
    /// Why it does not open, though it should.
    pub error: Option<String>,
}

impl Keys {
    /// Whether everything opens that should.
    pub fn are_whole(&self) -> bool {
        self.keys.iter().all(|key| key.error.is_none())
    }
}

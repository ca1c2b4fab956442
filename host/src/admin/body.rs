//! What the admin API takes and gives, as JSON.

use serde::{Deserialize, Serialize};

use crate::model::ContainerId;

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Where its next poll starts; `None` before its first one.
    pub cursor: Option<String>,
    /// Counts the cursor's moves.
    pub revision: u64,
}

/// Where a task is to stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCursor {
    /// `null` starts the task anew, as if never polled. Left out, it is an error rather than that.
    #[serde(deserialize_with = "Option::deserialize")]
    pub cursor: Option<String>,
}

/// Which dead letters to put back in line: either of them, by number, or all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Replay {
    /// The numbers of their containers.
    pub containers: Vec<ContainerId>,
    /// All that there are.
    pub all: bool,
}

/// How many containers were put back in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// So many.
    pub replayed: usize,
}

/// Why a request was not done.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refusal {
    /// For people.
    pub(super) error: String,
}

//! What the admin API takes and gives, as JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    audit::Subject,
    model::{ContainerId, TaskId},
    store::{self, DeadLetter, Held, Purge},
};

/// Where a task stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Where its next poll starts; `None` before its first one.
    pub cursor: Option<String>,
    /// Counts the cursor's moves.
    pub revision: u64,
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("revision", &self.revision).finish_non_exhaustive()
    }
}

/// Where a task is to stand.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Why dead letters cannot be replayed; none was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Neither or both were asked for.
    #[error("give either the `containers` to replay, or `all`: true")]
    Unclear,
    /// One of them is none.
    #[error("{0} is no dead letter; none was replayed")]
    NotDead(ContainerId),
}

impl Replay {
    /// The containers that are meant, of those that are dead.
    ///
    /// # Errors
    /// Where it isn't clear which, or one of them is not dead.
    pub fn choose(self, dead: &[DeadLetter]) -> Result<Vec<ContainerId>, ReplayError> {
        let is_dead = |id: &ContainerId| dead.iter().any(|letter| letter.container == *id);
        match (self.all, self.containers) {
            (true, ids) if ids.is_empty() => {
                Ok(dead.iter().map(|letter| letter.container).collect())
            }
            (false, ids) if !ids.is_empty() => match ids.iter().find(|id| !is_dead(id)) {
                Some(id) => Err(ReplayError::NotDead(*id)),
                None => Ok(ids),
            },
            _ => Err(ReplayError::Unclear),
        }
    }
}

/// How many containers were put back in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// So many.
    pub replayed: usize,
}

/// A kept answer that became a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buried {
    /// The letter's number.
    pub container: ContainerId,
}

/// What is to become of a listing that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    /// Whether what is missing in it is gone; else it is forgotten, and read anew.
    pub(super) accept: bool,
}

/// What became of a listing that was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whether what is missing in it is told as gone.
    pub accepted: bool,
    /// Records that are missing in it.
    pub gone: u64,
    /// Of how many.
    pub of: u64,
}

impl Decided {
    /// What a person decided of what was held.
    pub fn of(held: Held, accepted: bool) -> Self {
        let Held { gone, of, .. } = held;
        Self { accepted, gone, of }
    }
}

/// What to purge.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Wanted {
    /// All of a connection.
    Connection {
        /// Its name.
        connection: String,
    },
    /// One record.
    Record {
        /// The connection's name.
        connection: String,
        /// The action's name.
        action: String,
        /// The record's identifier in the EHR.
        id: String,
    },
    /// All of a key, as a patient's.
    Key {
        /// The connection's name.
        connection: String,
        /// The key, as notifications have it.
        key: String,
    },
}

impl Wanted {
    /// As the store is asked.
    pub fn purge(&self) -> Purge {
        match self {
            Self::Connection { connection } => Purge::Connection(connection.as_str().into()),
            Self::Record { connection, action, id } => {
                let (connection, action) = (connection.as_str().into(), action.as_str().into());
                Purge::record(&TaskId { connection, action }, id)
            }
            Self::Key { connection, key } => Purge::key(&connection.as_str().into(), key),
        }
    }

    /// Whether to ask for it is to ask for somebody.
    pub(super) fn is_of_a_patient(&self) -> bool {
        !matches!(self, Self::Connection { .. })
    }

    /// As the audit log has it: what is a patient's as a keyed hash only.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Connection { connection } => Subject::of(format_args!("connection {connection}")),
            Self::Record { connection, action, id } => {
                let task = TaskId {
                    connection: connection.as_str().into(),
                    action: action.as_str().into(),
                };
                Subject::record(&task, id)
            }
            Self::Key { connection, key } => {
                let plain = format!("a key of {connection}");
                Subject::marked(plain, format!("{connection}/{key}"))
            }
        }
    }
}

/// A purge, or only the question what it would come to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPurge {
    /// What to purge.
    pub(super) what: Wanted,
    /// Whether to do it; else it is only counted.
    #[serde(default)]
    pub(super) yes: bool,
}

/// What was purged, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purged {
    /// Whether it is gone.
    pub done: bool,
    /// Containers that were to be collected or delivered.
    pub containers: usize,
    /// Dead letters.
    pub dead: usize,
    /// Records of which something was known, as when they changed last.
    pub records: usize,
    /// Receipts of notifications that were delivered.
    pub delivered: usize,
}

impl Purged {
    /// What a store says of it.
    pub fn of(done: bool, purged: store::Purged) -> Self {
        let store::Purged { containers, dead, records, delivered } = purged;
        Self { done, containers, dead, records, delivered }
    }

    /// All together, as the audit log counts.
    pub fn count(&self) -> u64 {
        (self.containers + self.dead + self.records + self.delivered) as u64
    }
}

/// Why a request was not done.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refusal {
    /// For people.
    pub(super) error: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn dead(id: u64) -> DeadLetter {
        let json = serde_json::json!({
            "container": id, "notification_id": "msg", "task": { "connection": "general", "action": "orders" },
            "destination": null, "event": null, "reason": "none", "at": "2026-05-05T10:00:00Z",
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn replay_takes_dead_letters_only_and_means_what_it_says() {
        let ids = |ids: &[u64]| ids.iter().copied().map(ContainerId).collect::<Vec<_>>();
        for (containers, all, expected) in [
            (&[][..], true, Ok(ids(&[1, 2]))),
            (&[2], false, Ok(ids(&[2]))),
            (&[2, 3], false, Err(ReplayError::NotDead(ContainerId(3)))),
            (&[], false, Err(ReplayError::Unclear)),
            (&[1], true, Err(ReplayError::Unclear)),
        ] {
            let replay = Replay { containers: ids(containers), all };
            assert_eq!(replay.choose(&[dead(1), dead(2)]), expected, "{containers:?} {all}");
        }
    }

    #[test]
    fn a_cursor_is_reset_only_by_saying_so() {
        assert!(serde_json::from_str::<NewCursor>("{}").is_err());
        assert_eq!(serde_json::from_str::<NewCursor>(r#"{"cursor":null}"#).unwrap().cursor, None);
    }
}

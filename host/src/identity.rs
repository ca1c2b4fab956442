//! Who is who: fingerprints of records, versions and keys, and the ids of notifications.
//!
//! All of them are made of what the EHR said (connection, action, record, version) and never
//! of a clock or of chance, so that a change that is read again, after a crash or in an
//! overlapping poll, is known again here and keeps its id at the receiver.

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::BASE32HEX_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Change, ChangeKind, ConnectionName, Lane, NotificationId, TaskId};

/// What ids of answers begin with; no notification's does.
const ANSWER: &str = "answer_";

/// A fingerprint of a record: of connection, action and the record's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordKey(pub [u8; 16]);

/// A fingerprint of one state of a record: of its version and whether it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionKey(pub [u8; 16]);

/// The fingerprint of a record of a task.
pub fn record(task: &TaskId, id: &str) -> RecordKey {
    RecordKey(short(&["record", task.connection.as_str(), task.action.as_str(), id]))
}

/// The fingerprint of a change's version; `None` where it has none and is notified always.
pub fn version(change: &Change) -> Option<VersionKey> {
    let version = change.version.as_deref()?;
    Some(VersionKey(short(&["version", kind(change.kind), version])))
}

/// A seed for the random numbers of one poll's guest: the same when the poll is replayed.
pub fn seed(task: &TaskId, began: Timestamp) -> u64 {
    leading(short(&["seed", task.connection.as_str(), task.action.as_str(), &began.to_string()]))
}

/// What a change waits in line with: all of its connection that share its key.
pub fn lane(connection: &ConnectionName, change: &Change) -> Lane {
    lane_of(connection, change.ordering_key())
}

/// What the changes of a key wait in line with.
pub fn lane_of(connection: &ConnectionName, key: &str) -> Lane {
    Lane(leading(short(&["lane", connection.as_str(), key])))
}

/// The id of a change's notification.
///
/// A change without a version is told apart by where it was read: the task's `revision`
/// before the page was committed and its `position` in the page. Reading the page once more
/// after a crash gives the same revision, and so the same id.
pub fn notification(
    task: &TaskId,
    change: &Change,
    revision: u64,
    position: usize,
) -> NotificationId {
    let read_at;
    let state = match &change.version {
        Some(version) => ["version", version.as_str()],
        None => {
            read_at = format!("{revision}/{position}");
            ["read", read_at.as_str()]
        }
    };
    let [sort, value] = state;
    let (connection, action) = (task.connection.as_str(), task.action.as_str());
    let hash =
        short(&["notification", connection, action, &change.id, kind(change.kind), sort, value]);
    NotificationId(format!("msg_{}", BASE32HEX_NOPAD.encode(&hash).to_lowercase()))
}

/// The id of a dead letter that is an answer: of its task's `revision` as it was made one.
pub fn answer(task: &TaskId, revision: u64) -> NotificationId {
    let (connection, action) = (task.connection.as_str(), task.action.as_str());
    let hash = short(&["answer", connection, action, &revision.to_string()]);
    NotificationId(format!("{ANSWER}{}", BASE32HEX_NOPAD.encode(&hash).to_lowercase()))
}

/// Whether an id is one that [`answer`] makes, rather than a notification's.
pub fn is_answer(id: &NotificationId) -> bool {
    id.0.starts_with(ANSWER)
}

fn leading([a, b, c, d, e, f, g, h, ..]: [u8; 16]) -> u64 {
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Upserted => "upserted",
        ChangeKind::Deleted => "deleted",
        ChangeKind::MovedAway => "moved away",
    }
}

/// The first half of a SHA-256 over the parts, each behind its length, so that no two lists
/// of parts read the same.
fn short(parts: &[&str]) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> TaskId {
        TaskId { connection: "general".into(), action: "appointments".into() }
    }

    fn change(id: &str, version: Option<&str>) -> Change {
        Change {
            id: id.into(),
            kind: ChangeKind::Upserted,
            version: version.map(Into::into),
            content: None,
            key: None,
            occurred_at: None,
            data: String::new(),
        }
    }

    #[test]
    fn an_id_depends_on_record_and_version_only() {
        let first = notification(&task(), &change("1", Some("v1")), 1, 0);
        assert_eq!(first, notification(&task(), &change("1", Some("v1")), 9, 7));
        assert_ne!(first, notification(&task(), &change("1", Some("v2")), 1, 0));
        assert_ne!(first, notification(&task(), &change("2", Some("v1")), 1, 0));
        let gone = Change { kind: ChangeKind::Deleted, ..change("1", Some("v1")) };
        assert_ne!(first, notification(&task(), &gone, 1, 0));
    }

    #[test]
    fn an_id_is_a_webhook_id() {
        let NotificationId(id) = notification(&task(), &change("1", Some("v1")), 1, 0);
        assert!(id.starts_with("msg_") && id.len() == 30 && !id.contains('.'), "{id}");
    }

    #[test]
    fn without_a_version_the_place_of_reading_tells_changes_apart() {
        let read =
            |revision, position| notification(&task(), &change("1", None), revision, position);
        assert_eq!(read(4, 0), read(4, 0));
        assert_ne!(read(4, 0), read(5, 0));
        assert_ne!(read(4, 0), read(4, 1));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(short(&["ab", "c"]), short(&["a", "bc"]));
    }
}

//! Who is who: fingerprints of records, versions and keys, and the ids of notifications.
//!
//! All of them are made of what the EHR said (connection, action, record, version) and never
//! of a clock or of chance, so that a change that is read again, after a crash or in an
//! overlapping poll, is known again here and keeps its id at the receiver.

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::BASE32HEX_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Change, ChangeKind, ConnectionName, ContainerId, Lane, NotificationId, TaskId};

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

/// A fingerprint of what a record says, or that it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentKey(pub [u8; 16]);

/// The fingerprint of a record of a task.
pub fn record(task: &TaskId, id: &str) -> RecordKey {
    RecordKey(short(&["record", task.connection.as_str(), task.action.as_str(), id]))
}

/// The fingerprint of what a change's record says; `None` where the connector does not say what of
/// it counts.
pub fn content(change: &Change) -> Option<ContentKey> {
    let is_gone = change.kind == ChangeKind::Deleted;
    let content = change.content.as_deref().map(|content| ["content", content]);
    let content = if is_gone { Some(["gone", ""]) } else { content };
    content.map(|content| ContentKey(short(&content)))
}

/// The fingerprint of a change's state: its version and what it says, or where it has no version,
/// what it says and when it changed.
pub fn version(change: &Change) -> VersionKey {
    let data = || ContentKey(short(&["data", &change.data]));
    version_of(change, content(change).unwrap_or_else(data))
}

/// The fingerprint of the state that a change would be of, did its record say this.
pub fn version_of(change: &Change, ContentKey(content): ContentKey) -> VersionKey {
    let (sort, value) = match (&change.version, &change.occurred_at) {
        (Some(version), _) => ("version", version.as_str()),
        (None, Some(at)) => ("at", at.as_str()),
        (None, None) => ("once", ""),
    };
    VersionKey(short_of(&[
        sort.as_bytes(),
        kind(change.kind).as_bytes(),
        value.as_bytes(),
        &content,
    ]))
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

/// What the changes of a record wait in line with, whatever keys they have.
pub fn record_lane(RecordKey(record): RecordKey) -> Lane {
    Lane(leading(record))
}

/// The id of the notification of a change that was read once, whatever its state: told apart by
/// where that was, the task's `revision` before the page was committed and its `position` in the
/// page. Reading the page once more after a crash gives the same revision, and so the same id.
pub fn read_once(task: &TaskId, change: &Change, revision: u64, position: usize) -> NotificationId {
    told(task, change, &["read", &format!("{revision}/{position}")])
}

/// The id of the notification of a change's state, wherever and however often that is read.
pub fn notification(task: &TaskId, change: &Change) -> NotificationId {
    let VersionKey(version) = version(change);
    told(task, change, &["version", &BASE32HEX_NOPAD.encode(&version)])
}

/// The id of the notification of a state that a record has once more, after the container that said
/// that it was gone.
pub fn revived(task: &TaskId, change: &Change, gone: ContainerId) -> NotificationId {
    told(task, change, &["revived", &gone.to_string()])
}

/// The id of what those are told who knew a record under another key, last by this container.
pub fn moved_away(
    task: &TaskId,
    away: &Change,
    (from, to): (ContainerId, &NotificationId),
) -> NotificationId {
    told(task, away, &["moved away", &from.to_string(), &to.0])
}

fn told(task: &TaskId, change: &Change, state: &[&str]) -> NotificationId {
    let (connection, action) = (task.connection.as_str(), task.action.as_str());
    let whose = ["notification", connection, action, &change.id, kind(change.kind)];
    let hash = short(&[&whose[..], state].concat());
    NotificationId(format!("msg_{}", BASE32HEX_NOPAD.encode(&hash).to_lowercase()))
}

/// What stands for the id of a record that has none that can be read.
pub fn nameless(data: &str) -> String {
    format!("unreadable-{}", BASE32HEX_NOPAD.encode(&short(&["nameless", data])).to_lowercase())
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
    short_of(&parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>())
}

fn short_of(parts: &[&[u8]]) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
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
    fn an_id_depends_on_record_and_state_only() {
        let first = notification(&task(), &change("1", Some("v1")));
        assert_eq!(first, notification(&task(), &change("1", Some("v1"))));
        assert_ne!(first, notification(&task(), &change("1", Some("v2"))));
        assert_ne!(first, notification(&task(), &change("2", Some("v1"))));
        let gone = Change { kind: ChangeKind::Deleted, ..change("1", Some("v1")) };
        assert_ne!(first, notification(&task(), &gone));
        let other = Change { data: "{}".into(), ..change("1", Some("v1")) };
        assert_ne!(first, notification(&task(), &other), "what it says is part of its state");
    }

    #[test]
    fn a_fingerprint_stands_for_the_data() {
        let said = |data: &str| Change {
            content: Some("c".into()),
            data: data.into(),
            ..change("1", Some("v1"))
        };
        assert_eq!(version(&said("a")), version(&said("b")));
        assert_eq!(content(&said("a")), content(&said("b")));
    }

    #[test]
    fn an_id_is_a_webhook_id() {
        let NotificationId(id) = notification(&task(), &change("1", Some("v1")));
        assert!(id.starts_with("msg_") && id.len() == 30 && !id.contains('.'), "{id}");
    }

    #[test]
    fn what_is_read_once_is_told_apart_by_its_place() {
        let read = |revision, position| read_once(&task(), &change("1", None), revision, position);
        assert_eq!(read(4, 0), read(4, 0));
        assert_ne!(read(4, 0), read(5, 0));
        assert_ne!(read(4, 0), read(4, 1));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(short(&["ab", "c"]), short(&["a", "bc"]));
    }
}

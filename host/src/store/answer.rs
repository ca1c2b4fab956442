//! Answers of EHRs that are kept because they cannot be asked for again, and the dead letters that
//! become of those which nobody can read.
//!
//! Such a dead letter is a container like any other, of a record that the answer itself is: so it
//! is sealed, shown, purged and forgotten as they are. Its id tells it apart, as it is never
//! collected: what is replayed is the answer, to its task.

use std::str;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DeadLetter, NewChange, Says, Telling};
use crate::{
    identity,
    model::{Change, ChangeKind, ContainerId, TaskId},
};

/// Why a person's dead letter of an answer is one.
pub const BURIED: &str =
    "its connector could not read this answer of the EHR, and a person had the task poll on";

/// An answer of an EHR, kept because reading took it off the EHR's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
}

/// A kept answer in a dead letter.
#[derive(Deserialize)]
struct Shown {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Text(String),
    Bytes { base64: String },
}

impl KeptAnswer {
    /// All of it, for a person: the body as text where it is text, else in base64.
    pub fn shown(&self) -> Value {
        let Self { status, headers, body } = self;
        let body = match str::from_utf8(body) {
            Ok(text) => json!(text),
            Err(_) => json!({ "base64": BASE64.encode(body) }),
        };
        json!({ "status": status, "headers": headers, "body": body })
    }

    /// What a dead letter holds of it; `revision` is its task's.
    pub(super) fn buried(&self, task: &TaskId, revision: u64) -> NewChange {
        let notification_id = identity::answer(task, revision);
        let change = Change {
            id: notification_id.0.clone(),
            kind: ChangeKind::Upserted,
            version: None,
            content: None,
            key: None,
            occurred_at: None,
            data: self.shown().to_string(),
        };
        NewChange {
            record: identity::record(task, &change.id),
            notification_id,
            says: Says::of(&change),
            always: true,
            current: false,
            doubted: None,
            backfill: false,
            telling: Telling::All,
            unreadable: None,
            change,
        }
    }

    /// The answer that was made a change of; `None` for any other.
    pub(super) fn of(change: &Change) -> Option<Self> {
        let Shown { status, headers, body } = serde_json::from_str(&change.data).ok()?;
        let body = match body {
            Body::Text(text) => text.into_bytes(),
            Body::Bytes { base64 } => BASE64.decode(base64.as_bytes()).ok()?,
        };
        Some(Self { status, headers, body })
    }
}

/// The answers among dead letters that are meant, oldest first.
pub fn answers(dead: Vec<DeadLetter>, meant: &[ContainerId]) -> impl Iterator<Item = DeadLetter> {
    dead.into_iter().filter(|it| it.is_answer() && meant.contains(&it.container))
}

impl DeadLetter {
    /// Whether it is an answer that was kept and could not be read.
    pub fn is_answer(&self) -> bool {
        identity::is_answer(&self.notification_id)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let task = TaskId { connection: "general".into(), action: "orders".into() };
        for body in [&b"[{\"id\": 1}]"[..], b"", b"\xff\xfe\0", b"{\"base64\":\"aGk=\"}", b"\"\\\n"]
        {
            let headers = vec![("etag".into(), "\"7\"".into()), ("etag".into(), "8".into())];
            let answer = KeptAnswer { status: 200, headers, body: body.into() };
            let buried = answer.buried(&task, 7);
            assert!(KeptAnswer::of(&buried.change).unwrap() == answer, "{body:?}");
            assert!(identity::is_answer(&buried.notification_id));
        }
    }
}

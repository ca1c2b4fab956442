//! What the log says.

use std::fmt;

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{config::admin::Role, model::TaskId};

/// Bytes of a keyed hash that stand for a record.
const MARK: usize = 16;

/// What is to be noted.
#[derive(Clone, Debug)]
pub struct Event {
    /// Who asked.
    pub who: Who,
    /// What for.
    pub what: What,
    /// What of.
    pub of: Subject,
    /// How many there were, where that says something.
    pub count: Option<u64>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Event {
    /// Something that somebody asks for, about to be done.
    pub fn asked(who: &Who, what: What, of: Subject) -> Self {
        Self { who: who.clone(), what, of, count: None, outcome: Outcome::Asked }
    }

    /// The same, with what came of it.
    #[must_use]
    pub fn became(self, outcome: Outcome, count: Option<u64>) -> Self {
        Self { outcome, count, ..self }
    }

    pub(super) fn entry(&self, key: &hmac::Key, sequence: u64, at: Timestamp) -> Entry {
        Entry {
            sequence,
            at,
            who: self.who.name.clone(),
            role: self.who.role.map(|role| role.as_str().to_owned()),
            what: self.what,
            of: self.of.plain.clone(),
            record: self.of.secret.as_deref().map(|value| mark(key, value)),
            count: self.count,
            outcome: self.outcome,
        }
    }
}

/// Somebody who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The name of a token, or `local …` for a user of this machine.
    pub name: String,
    /// What that is good for; none for who did not sign in.
    pub role: Option<Role>,
}

impl Who {
    /// A user of this machine, who may do everything; none where nobody knows which.
    pub fn local(user: Option<u32>) -> Self {
        let name = user.map_or_else(|| "local".to_owned(), |user| format!("local uid {user}"));
        Self { name, role: Some(Role::Admin) }
    }

    /// This process's own user.
    pub fn myself() -> Self {
        Self::local(Some(rustix::process::getuid().as_raw()))
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// To be let in.
    SignIn,
    /// What a role does not allow.
    Reach,
    /// A poll by hand.
    Poll,
    /// A task's cursor set.
    SetCursor,
    /// Dead letters put back in line.
    Replay,
    /// The contents of a dead letter.
    ShowDead,
    /// The contents of an answer that a task keeps.
    ShowAnswer,
    /// Such an answer made a dead letter.
    BuryAnswer,
    /// What is missing in a listing that was held, told as gone.
    AcceptListing,
    /// Such a listing forgotten, and read anew.
    RejectListing,
    /// Receipts of a record's or a key's notifications.
    FindDelivered,
    /// What was sent to a destination.
    ShowDelivered,
    /// Notifications of a dry run or a recording, on somebody's screen or disk.
    Export,
    /// Data destroyed.
    Purge,
    /// Another key of the host.
    RotateKey,
    /// The log itself, mended after a crash.
    Repair,
    /// The log itself: nobody could say any more which line was its last.
    HeadLost,
}

impl What {
    /// To decide so of a listing that is held.
    pub(crate) fn deciding(accept: bool) -> Self {
        if accept { Self::AcceptListing } else { Self::RejectListing }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// What somebody asks of: in plain words, and by a value that nobody may read here.
#[derive(Clone, Default)]
pub struct Subject {
    plain: Option<String>,
    secret: Option<String>,
}

impl Subject {
    /// Something that everybody may know, as a task or a route.
    pub fn of(plain: impl fmt::Display) -> Self {
        Self { plain: Some(plain.to_string()), secret: None }
    }

    /// A record of a task. The log has a keyed hash of it.
    pub fn record(task: &TaskId, id: &str) -> Self {
        Self { plain: Some(task.to_string()), secret: Some(format!("{task}/{id}")) }
    }

    /// Something, and what stands for it as a keyed hash.
    pub fn marked(plain: impl fmt::Display, secret: impl Into<String>) -> Self {
        Self { plain: Some(plain.to_string()), secret: Some(secret.into()) }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("plain", &self.plain).finish_non_exhaustive()
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is about to be done; where no other outcome follows, the host ended meanwhile.
    Asked,
    /// It was done.
    Done,
    /// It was not allowed.
    Denied,
    /// It was allowed, and not done.
    Failed,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A line of the log, without its seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the lines from 1.
    pub sequence: u64,
    /// When, by the host's clock.
    pub at: Timestamp,
    /// Who, as [`Who`] has it.
    pub who: String,
    /// As what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What was asked for.
    pub what: What,
    /// What of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// A keyed hash of the record or key that it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What came of it.
    pub outcome: Outcome,
}

fn mark(key: &hmac::Key, value: &str) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(b"record\0");
    context.update(value.as_bytes());
    HEXLOWER.encode(context.sign().as_ref().get(..MARK).unwrap_or_default())
}

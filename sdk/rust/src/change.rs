//! One changed record, and a page of them.

use std::fmt;

use serde::Serialize;

use crate::Failure;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is new, or differs.
    Upserted,
    /// It is gone. Where a whole listing lacks it, the host says so, with the key that it had last
    /// and `null` for `data`.
    Deleted,
    /// It has another key from now on, as an appointment that is another patient's; `key` is the
    /// one that it had, `data` says what it is now. The host makes it of a change of key and has
    /// it told before that change; no page holds one.
    MovedAway,
}

/// One changed record, as the poll reported it. `Debug` shows its kind alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The record's identifier in the EHR.
    pub id: String,
    /// What became of it.
    pub kind: ChangeKind,
    /// What the EHR tells two of its states apart by. A state is this and its content; one seen
    /// before is not notified again, unless the record said something else under this version since.
    /// `None`, in a feed: each reading of it is another state, but where the host reads a stretch of
    /// the feed again.
    pub version: Option<String>,
    /// What the record says, as a [fingerprint](crate::fingerprint) of it without version, time of
    /// change and whatever else differs though nothing changed. What says the same as the record's
    /// last state is told to nobody, what says something else is told even under a version seen
    /// before. `None`: `data` stands for it where a version was seen before, and another version is
    /// always news.
    pub content: Option<String>,
    /// Records of one key are notified in order, as those of one patient; `None` is the key that
    /// the record had last, or its id.
    pub key: Option<String>,
    /// When it changed, by the EHR's clock (RFC 3339).
    pub occurred_at: Option<String>,
    /// What `collect` needs of it: JSON.
    pub data: String,
}

impl Change {
    /// A record that is new or differs, with what `collect` needs of it as JSON.
    pub fn upserted(id: impl Into<String>, data: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: ChangeKind::Upserted,
            version: None,
            content: None,
            key: None,
            occurred_at: None,
            data: data.into(),
        }
    }

    /// A record that is new or differs, with this as its data.
    ///
    /// # Errors
    /// [`Failure::Internal`] for what JSON cannot hold.
    pub fn json(id: impl Into<String>, data: &impl Serialize) -> Result<Self, Failure> {
        match serde_json::to_string(data) {
            Ok(data) => Ok(Self::upserted(id, data)),
            Err(_) => Err(Failure::Internal("a change's data is no JSON".into())),
        }
    }

    /// A record that is gone; its data is `null`.
    pub fn deleted(id: impl Into<String>) -> Self {
        Self { kind: ChangeKind::Deleted, ..Self::upserted(id, "null") }
    }

    /// Says what the EHR tells two of its states apart by.
    #[must_use]
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: Some(version.into()), ..self }
    }

    /// Says what the record says, as a fingerprint, where `data` holds what differs though nothing
    /// changed.
    #[must_use]
    pub fn content(self, content: impl Into<String>) -> Self {
        Self { content: Some(content.into()), ..self }
    }

    /// Says with which others it keeps an order.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Says when it changed, by the EHR's clock (RFC 3339).
    #[must_use]
    pub fn occurred_at(self, time: impl Into<String>) -> Self {
        Self { occurred_at: Some(time.into()), ..self }
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A record of an answer that cannot be read as one, while others can. The host makes a dead letter
/// of it, once, and goes on. `Debug` shows its place and the reason alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands in the answer, as `entry 3`.
    pub place: String,
    /// Its identifier in the EHR, where that can be read.
    pub id: Option<String>,
    /// Why it cannot be read; no patient's data.
    pub reason: String,
    /// What `collect` would be given for it, should a person have it tried again: JSON.
    pub data: String,
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, reason, .. } = self;
        f.debug_struct("Unreadable")
            .field("place", place)
            .field("reason", reason)
            .finish_non_exhaustive()
    }
}

/// What one answer said: changes, and where the next request starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In the order in which they are to be told.
    pub changes: Vec<Change>,
    /// What stands among them and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// What a user should know of this EHR's answers, a sentence each and always the same for the
    /// same, as that it does not sort. The host tells each once. No patient's data.
    pub notices: Vec<String>,
    /// Stored in one step with the changes, so it holds all there is to know.
    pub cursor: String,
    /// Whether to ask on at once. Then the cursor must differ from the one before.
    pub more: bool,
}

impl Page {
    /// The last page of a poll.
    pub fn last(cursor: impl Into<String>, changes: impl IntoIterator<Item = Change>) -> Self {
        let changes = changes.into_iter().collect();
        let (unreadable, notices) = (Vec::new(), Vec::new());
        Self { changes, unreadable, notices, cursor: cursor.into(), more: false }
    }

    /// A page after which the host asks on at once.
    pub fn more(cursor: impl Into<String>, changes: impl IntoIterator<Item = Change>) -> Self {
        Self { more: true, ..Self::last(cursor, changes) }
    }

    /// Adds what cannot be read.
    #[must_use]
    pub fn unreadable(mut self, unreadable: impl IntoIterator<Item = Unreadable>) -> Self {
        self.unreadable.extend(unreadable);
        self
    }

    /// Adds what a user should know.
    #[must_use]
    pub fn notice(mut self, notice: impl Into<String>) -> Self {
        self.notices.push(notice.into());
        self
    }
}

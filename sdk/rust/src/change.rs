//! One changed record, and a page of them.

use std::fmt;

use serde::Serialize;

use crate::Failure;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It is new, or differs.
    Upserted,
    /// It is gone.
    Deleted,
}

/// One changed record, as the poll reported it. `Debug` shows its kind alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The record's identifier in the EHR.
    pub id: String,
    /// What became of it.
    pub kind: ChangeKind,
    /// What tells two of its states apart. An (id, version) seen before is not notified again.
    pub version: Option<String>,
    /// Records of one key are notified in order, as those of one patient; `None` is the id.
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

    /// Says what tells two of its states apart.
    #[must_use]
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: Some(version.into()), ..self }
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

/// What one answer said: changes, and where the next request starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// In the order in which they are to be told.
    pub changes: Vec<Change>,
    /// Stored in one step with the changes, so it holds all there is to know.
    pub cursor: String,
    /// Whether to ask on at once. Then the cursor must differ from the one before.
    pub more: bool,
}

impl Page {
    /// The last page of a poll.
    pub fn last(cursor: impl Into<String>, changes: impl IntoIterator<Item = Change>) -> Self {
        Self { changes: changes.into_iter().collect(), cursor: cursor.into(), more: false }
    }

    /// A page after which the host asks on at once.
    pub fn more(cursor: impl Into<String>, changes: impl IntoIterator<Item = Change>) -> Self {
        Self { more: true, ..Self::last(cursor, changes) }
    }
}

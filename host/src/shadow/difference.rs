//! One thing that the candidate does otherwise.

use std::fmt;

use serde::Serialize;

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What is asked for changes, or of a change.
    Request,
    /// An answer that the other never asked for.
    AsksMore,
    /// A change that only one found, or its key, time or place among the others.
    Change,
    /// Where the next poll starts.
    Cursor,
    /// A notification that only one made.
    Notification,
    /// A notification's event.
    Event,
    /// A notification's data.
    Payload,
    /// What is kept for the record's next change.
    Memo,
    /// Why nobody is told.
    Skip,
    /// What only one failed at, or both in different ways.
    Failure,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::AsksMore => "asks-more",
            Self::Change => "change",
            Self::Cursor => "cursor",
            Self::Notification => "notification",
            Self::Event => "event",
            Self::Payload => "payload",
            Self::Memo => "memo",
            Self::Skip => "skip",
            Self::Failure => "failure",
        })
    }
}

/// One thing that the candidate does otherwise than what is in service.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What kind of thing.
    pub kind: Kind,
    /// Where, as `notifications[1].data.Visit.Reason`.
    pub place: String,
    /// What the one in service has there.
    pub old: String,
    /// What the candidate has there.
    pub new: String,
}

impl Difference {
    pub(super) fn new(
        kind: Kind,
        place: impl Into<String>,
        old: impl Into<String>,
        new: impl Into<String>,
    ) -> Self {
        Self { kind, place: place.into(), old: old.into(), new: new.into() }
    }
}

impl Difference {
    /// The same without the places in lists, of which there are many: what differs alike.
    pub fn anywhere(&self) -> Self {
        let mut parts = self.place.split('[');
        let mut place = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            place.push('[');
            place.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
        }
        Self { place, ..self.clone() }
    }
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Difference").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, place, old, new } = self;
        match place.as_str() {
            "" => write!(f, "{kind}: old {old}, new {new}"),
            place => write!(f, "{kind} {place}: old {old}, new {new}"),
        }
    }
}

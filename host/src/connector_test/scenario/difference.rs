//! Something that is other than a scenario says, and where.

use std::fmt;

use serde::Serialize;

use crate::connector_test::json::differ::Path;

/// Something that is other than a scenario says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where in the file, as `polls[0].notifications[1].data.Visit.Reason`.
    pub place: String,
    /// What the file says; `None` where it says nothing of the kind.
    pub expected: Option<String>,
    /// What came; `None` where nothing of the kind did.
    pub got: Option<String>,
    /// What it is about, where the two don't say.
    pub note: Option<String>,
}

/// A place in a scenario's file.
#[derive(Clone)]
pub(super) struct Place(String);

impl Place {
    /// A poll, counted from 1.
    pub(super) fn poll(number: usize) -> Self {
        Self(format!("polls[{}]", number.saturating_sub(1)))
    }

    pub(super) fn key(&self, key: &str) -> Self {
        Self(format!("{}.{key}", self.0))
    }

    pub(super) fn at(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// A place within a value that stands here.
    pub(super) fn within(&self, path: &Path<'_>) -> Self {
        Self(format!("{}{path}", self.0))
    }

    pub(super) fn differs(
        &self,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Difference {
        self.difference(Some(expected.into()), Some(got.into()))
    }

    pub(super) fn difference(&self, expected: Option<String>, got: Option<String>) -> Difference {
        Difference { place: self.0.clone(), expected, got, note: None }
    }

    pub(super) fn note(&self, note: impl Into<String>) -> Difference {
        let note = Some(note.into());
        Difference { place: self.0.clone(), expected: None, got: None, note }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        if let Some(note) = &self.note {
            write!(f, ": {note}")?;
        }
        for (name, value) in [("expected", &self.expected), ("got     ", &self.got)] {
            if let Some(value) = value {
                write!(f, "\n  {name} {value}")?;
            }
        }
        Ok(())
    }
}

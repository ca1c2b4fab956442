//! Where in the text something stands, so that an error can point at it.

use std::{fmt, ops::Deref};

/// A line and a column, both counted from 1, columns in characters.
///
/// The default is nowhere: the place of what a program built rather than a person wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Counted from 1; 0 is nowhere.
    pub line: usize,
    /// Counted from 1, in characters; 0 is nowhere.
    pub column: usize,
}

impl Place {
    /// Whether this is the place of something that was never text.
    pub fn is_nowhere(self) -> bool {
        self.line == 0
    }
}

/// A text's lines, found once, so that the places of a long text cost little.
pub(super) struct Lines<'t> {
    text: &'t str,
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let next = text.match_indices('\n').map(|(end, _)| end + 1);
        Self { text, starts: std::iter::once(0).chain(next).collect() }
    }

    /// The place of a byte. Past the text's end, the end.
    pub(super) fn place(&self, byte: usize) -> Place {
        let byte = byte.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = self.text.get(start..byte).unwrap_or_default();
        Place { line, column: before.chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value with the place where it was written, for checks that come after reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub place: Place,
}

impl<T> Placed<T> {
    /// A value that was written at a place.
    pub fn at(place: Place, value: T) -> Self {
        Self { value, place }
    }
}

/// A value that a program built: it stands nowhere.
impl<T> From<T> for Placed<T> {
    fn from(value: T) -> Self {
        Self { value, place: Place::default() }
    }
}

impl<T> Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let text = "ab\näöü = 1\n";
        let lines = Lines::new(text);
        for (at, line, column) in [(0, 1, 1), (1, 1, 2), (3, 2, 1), (10, 2, 5), (99, 3, 1)] {
            assert_eq!(lines.place(at), Place { line, column }, "byte {at}");
        }
    }
}

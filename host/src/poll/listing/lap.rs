//! Whether a pass leads in a circle.

/// Finds that a pass comes by a cursor again, in as little room for a million pages as for two: one
/// of its cursors is remembered, and a later one after twice as many pages each time (R. Brent 1980).
#[derive(Clone, Default)]
pub(super) struct Lap {
    mark: Option<u64>,
    /// Pages since then.
    pages: u64,
    /// After how many another is remembered.
    longest: u64,
}

impl Lap {
    /// Whether a pass that goes on from here has been here before.
    pub(super) fn is_closed_at(&mut self, cursor: &str) -> bool {
        let here = crate::poll::fingerprint(cursor);
        if self.mark == Some(here) {
            return true;
        }
        self.pages += 1;
        if self.pages > self.longest {
            *self = Self { mark: Some(here), pages: 0, longest: self.longest * 2 + 1 };
        }
        false
    }
}

//! Who hears of what a listing has: what was there before is told to nobody, what is new may be the
//! feed's to tell.

use jiff::Timestamp;

use super::super::{Poller, Progress};
use crate::{
    clock,
    model::Change,
    store::{Listing, Telling},
};

impl Poller {
    /// Who hears of a record that the listing has.
    pub(super) fn telling(
        &self,
        progress: &Progress,
        listing: &Listing,
        change: &Change,
    ) -> Telling {
        let at = change.occurred_at.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
        let is_before = at.is_none_or(|at| at < progress.context.since);
        match progress.context.mode.listing {
            // It was there before anybody looked, however short a time ago it changed.
            true if listing.ended.is_none() && is_before => Telling::Nobody,
            // What the feed has had no time for is the feed's.
            true if at.is_some_and(|at| self.is_of_the_feed(progress, at)) => Telling::NotNow,
            true => Telling::All,
            false if listing.ended.is_some() => Telling::All,
            // Of a first snapshot what is wanted from before is told.
            false if progress.context.since < progress.begun && at.is_none_or(|_| !is_before) => {
                Telling::All
            }
            false if is_before => Telling::Nobody,
            false => Telling::All,
        }
    }

    /// Whether a change is so new that the feed may still find it.
    fn is_of_the_feed(&self, progress: &Progress, at: Timestamp) -> bool {
        let late = self.late + self.late / 2;
        // A baseline comes before the feed, which then finds all that has changed since.
        let is_first = progress.state.cursor.is_none() && at >= progress.begun;
        is_first || clock::after(at, late) >= progress.context.now
    }
}

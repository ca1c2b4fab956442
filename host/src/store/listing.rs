//! Listings: all records that an EHR has of a task, held against the last time that they were read.
//!
//! What is listed has a place in the listing. A pass notes which places it has seen, a bit each, so
//! that a pass which changes nothing writes next to nothing; what no pass over the whole listing has
//! seen is gone.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Pass;
use crate::model::{Pending, TaskId};

/// Where the listing of a task stands. `Debug` leaves its cursor out.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// When the pass that is under way began, if one is.
    pub began: Option<Timestamp>,
    /// Where it goes on.
    pub cursor: Option<String>,
    /// Records that it has read.
    pub read: u64,
    /// Of these, how many were news.
    pub news: u64,
    /// Records that it did not see and that are gone, as far as they are told.
    pub gone: u64,
    /// Whether it met a record that cannot be read and whose id is not known: then nobody can tell
    /// which records are gone.
    pub blurred: bool,
    /// The last pass that came to its end.
    pub ended: Option<Ended>,
    /// What waits for a person.
    pub held: Option<Held>,
    /// Changes that were found without it since the first pass ended.
    pub told: u64,
    /// Changes that only a pass found since then.
    pub missed: u64,
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { began, read, news, gone, blurred, ended, held, told, missed, cursor: _ } = self;
        f.debug_struct("Listing")
            .field("began", began)
            .field("read", read)
            .field("news", news)
            .field("gone", gone)
            .field("blurred", blurred)
            .field("ended", ended)
            .field("held", held)
            .field("told", told)
            .field("missed", missed)
            .finish_non_exhaustive()
    }
}

/// A pass that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Records that it read.
    pub read: u64,
    /// Of these, how many were news.
    pub news: u64,
    /// Records that are gone.
    pub gone: u64,
}

/// A listing that differs so much from the last one that a person is asked before anybody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Since when.
    pub since: Timestamp,
    /// Records that were listed before and are not now.
    pub gone: u64,
    /// Of how many.
    pub of: u64,
    /// Whether a person says that it is so.
    pub accepted: bool,
}

/// Of so many parts of a listing, one may be gone at once before a person is asked.
const PARTS: u64 = 5;

impl Held {
    /// What is held where so many of so many are gone.
    pub(crate) fn of(gone: u64, of: u64, since: Timestamp) -> Option<Self> {
        let is_much = gone.saturating_mul(PARTS) > of;
        is_much.then_some(Self { since, gone, of, accepted: false })
    }
}

impl Listing {
    /// Of the changes since the first pass ended, the part that only a pass found: from 0 to 1.
    pub fn miss_rate(&self) -> Option<f64> {
        let all = self.told + self.missed;
        (all > 0).then(|| self.missed as f64 / all as f64)
    }

    /// Whether the task's listing was ever read: then what is found without it has a place there, too.
    pub(crate) fn is_used(&self) -> bool {
        self.began.is_some() || self.ended.is_some()
    }

    /// Whether a pass is under way, or waits for a person.
    pub(crate) fn is_under_way(&self) -> bool {
        self.began.is_some()
    }

    /// Where the pass is now. Stores count themselves what it found, and what was told beside it
    /// meanwhile.
    pub(crate) fn passed_on(&self, pass: Self) -> Self {
        let is_new = self.began != pass.began;
        Self { told: self.told, news: if is_new { 0 } else { self.news }, ..pass }
    }

    /// So many changes are told that a reading of this kind found.
    pub(crate) fn found(&mut self, pass: Pass, told: usize) {
        match pass {
            Pass::Listing => self.news += told as u64,
            Pass::Onward | Pass::Again => self.told += told as u64,
        }
    }

    /// A pass that begins.
    pub(crate) fn begin(&self, now: Timestamp) -> Self {
        let (cursor, read, news, gone, blurred) = (None, 0, 0, 0, false);
        Self { began: Some(now), cursor, read, news, gone, blurred, ..self.clone() }
    }

    /// The pass that is under way, if one is, is given up; what it found stays told.
    pub(crate) fn give_up(&mut self) {
        (self.began, self.cursor, self.read, self.held) = (None, None, 0, None);
        self.blurred = false;
    }

    /// A pass came to its end.
    pub(crate) fn end(&self, at: Timestamp) -> Self {
        let Self { read, news, gone, told, missed, ended, .. } = *self;
        // What the first one finds was there before anybody looked.
        let (told, missed) = match ended {
            Some(_) => (told, missed + news + gone),
            None => (0, 0),
        };
        let ended = Some(Ended { at, read, news, gone });
        Self { ended, told, missed, ..Self::default() }
    }
}

/// A pass that has read all: what it did not see is gone.
#[derive(Clone)]
pub struct EndListing {
    /// The task.
    pub task: TaskId,
    /// Its revision.
    pub revision: u64,
    /// When the pass ended.
    pub at: Timestamp,
    /// How many records that are gone are told of at once.
    pub most: usize,
}

/// What the end of a pass came to.
#[derive(Debug, PartialEq, Eq)]
pub enum EndedListing {
    /// On disk, with a container for each record that is gone.
    Done {
        /// What is told.
        made: Vec<Pending>,
        /// Whether more are gone than may be told of at once; then it is asked again.
        more: bool,
    },
    /// So many are gone that a person is asked; nobody was told.
    Held(Held),
    /// Somebody moved the cursor meanwhile, or no pass is under way; nothing was changed.
    Fenced,
}

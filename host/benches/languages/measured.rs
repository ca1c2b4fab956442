//! All that is measured of a connector.

use serde::{Deserialize, Serialize};

use crate::{cost::Cost, memory::Memory};

/// What one connector costs; CPU time, but for `poll`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Of the file, in bytes.
    pub(crate) size: usize,
    /// To load it without a cache: above all to compile it.
    pub(crate) compile: Cost,
    /// To load it where its compiled form is kept.
    pub(crate) load: Cost,
    /// A guest's first call, a `poll`.
    pub(crate) start: Twice,
    /// One `collect` that tells.
    pub(crate) collect: Twice,
    /// One `changes` of a long page.
    pub(crate) changes: Twice,
    /// The same natively, where that can be.
    pub(crate) native: Option<Beside>,
    /// Of a guest.
    pub(crate) memory: Memory,
    /// A whole poll with one change, to the notification, on the wall's clock.
    pub(crate) poll: Cost,
}

/// A call of a guest that did the same before, and the same with the guest that it needs.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Twice {
    pub(crate) reused: Cost,
    pub(crate) fresh: Cost,
}

/// `changes` without a sandbox.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Beside {
    pub(crate) changes: Cost,
    /// How many times as much the sandbox costs, median of pairs, in a reused guest.
    pub(crate) reused: f64,
    /// The same in a fresh one.
    pub(crate) fresh: f64,
}

impl Measured {
    /// The connector's own work in a poll with one change, in microseconds: what its calls cost in
    /// a guest that is there. Of a poll's `changes` the long page's share of one record is all that
    /// is counted, so this is rather too little.
    pub(crate) fn own_work(&self, page: usize) -> f64 {
        self.start.reused.median
            + self.changes.reused.median / page as f64
            + 2.0 * self.collect.reused.median
    }
}

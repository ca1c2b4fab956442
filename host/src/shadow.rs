//! A candidate beside the connector in service, on the same live answers: it delivers nothing,
//! and what it would do otherwise is told, so that one promotes it knowing.
//!
//! | file | it |
//! | --- | --- |
//! | `pair` | polls with both, side by side, for `rounds connector shadow` |
//! | `watcher` | finds candidates in a folder of a running host |
//! | `handle` | takes what the one in service was given and made of it, without ever waiting |
//! | `options` | builds these for a host |
//! | `comparer` | has the candidate do the same, and counts |
//! | `tally` | what came of it so far |
//! | `requests`, `changes`, `outcome` | compare |
//! | `difference`, `showing` | say what differs, and how much of it may be seen |

mod changes;
mod comparer;
mod difference;
mod handle;
mod options;
mod outcome;
mod pair;
mod requests;
mod showing;
mod tally;
mod watcher;

pub(crate) use self::{
    comparer::Comparer,
    handle::{Collected, Page},
    options::{Options, Places},
    watcher::Watcher,
};
pub use self::{
    difference::{Difference, Kind},
    handle::Handle,
    pair::{Compared, Done, Pair},
    showing::Showing,
};

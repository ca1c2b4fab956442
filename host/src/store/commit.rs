//! What a poll's pages do to a task: where it stands, where a page takes it, and what came of that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{KeptAnswer, Listing, NewChange, Pass};
use crate::model::{ContainerId, Pending, TaskId};

/// Where a task stands.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskState {
    /// Where the next poll starts; `None` before the first commit.
    pub cursor: Option<String>,
    /// Counts the cursor's moves: the fence of a commit.
    pub revision: u64,
    /// Since when there is the task: changes from before are backfill.
    pub begun_at: Option<Timestamp>,
    /// When its last poll began.
    pub last_polled_at: Option<Timestamp>,
    /// Whether a poll has reached its end once.
    pub complete: bool,
    /// An answer was asked for and none is on disk.
    pub interrupted: bool,
    /// An answer that is on disk and was not yet parsed and committed.
    pub answer: Option<KeptAnswer>,
    /// Where earlier polls ended, and when; the oldest first.
    pub past: Vec<Mark>,
    /// What a user was told of its EHR's answers.
    pub notices: Vec<String>,
    /// Where its listing stands, as it was noted last.
    pub listing: Listing,
}

/// Where a task stood from a time on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The host's clock when the poll began that ended there.
    pub at: Timestamp,
    /// The EHR's clock then, where it says what time it has.
    pub ehr_at: Option<Timestamp>,
    /// The cursor. `None` before the first, and where the EHR's clock was put back: what it writes
    /// since is asked for without one.
    pub cursor: Option<String>,
}

/// How many notices of a task are remembered.
const NOTICES: usize = 32;

impl TaskState {
    /// Takes in what a user is told from now on.
    pub(crate) fn tell(&mut self, notices: &[String]) {
        tell(&mut self.notices, notices);
    }
}

/// Adds what is not among them; of too many, the oldest go.
pub(super) fn tell(told: &mut Vec<String>, notices: &[String]) {
    for notice in notices {
        if !told.contains(notice) {
            told.push(notice.clone());
        }
    }
    let beyond = told.len().saturating_sub(NOTICES);
    told.drain(..beyond);
}

/// Where a task goes back to.
#[derive(Clone, PartialEq, Eq)]
pub struct Rewind {
    /// Where the next poll starts; `None` starts it anew, as if never polled.
    pub cursor: Option<String>,
    /// Where earlier polls had ended by then, and when.
    pub past: Vec<Mark>,
    /// The first container made since; `None` where nothing was.
    pub from: Option<ContainerId>,
}

/// What a page of a poll changes.
#[derive(Clone)]
pub struct Commit {
    /// The task polled.
    pub task: TaskId,
    /// The task's revision that the page was read at.
    pub revision: u64,
    /// Where the task stands afterwards; `None` leaves it where it is.
    pub moves: Option<Move>,
    /// When the poll began.
    pub observed_at: Timestamp,
    /// Which reading of the EHR it is of.
    pub pass: Pass,
    /// Where the pass over the listing stands, where it is to be noted. One that began at another
    /// time is another pass, which has seen nothing yet.
    pub listing: Option<Listing>,
    /// Whether what is news has a place in the listing though that was never read: a sweep is to
    /// come, which tells what is gone by then.
    pub lists: bool,
    /// What the page said changed, in its order.
    pub changes: Vec<NewChange>,
    /// What a user is told of the EHR's answers from now on, beside what they were told.
    pub notices: Vec<String>,
}

impl Commit {
    /// A page of a pass that goes on from the task's cursor, which it takes to another. Changes are
    /// told; nothing is remembered of where the task stood before.
    pub fn onward(
        task: TaskId,
        revision: u64,
        cursor: String,
        observed_at: Timestamp,
        changes: Vec<NewChange>,
    ) -> Self {
        let moves = Some(Move { cursor, past: Vec::new(), complete: true });
        let (pass, listing, lists, notices) = (Pass::Onward, None, false, Vec::new());
        Self { task, revision, moves, observed_at, pass, listing, lists, changes, notices }
    }
}

/// Where a commit takes a task.
#[derive(Clone)]
pub struct Move {
    /// Where the next request starts.
    pub cursor: String,
    /// Where earlier polls ended.
    pub past: Vec<Mark>,
    /// Whether the page was the poll's last.
    pub complete: bool,
}

/// What a commit came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Committed {
    /// On disk.
    Done {
        /// The task's revision now.
        revision: u64,
        /// A container for each change that is news, in order.
        made: Vec<Pending>,
        /// What became of the changes.
        tally: Tally,
    },
    /// Somebody moved the cursor meanwhile; nothing was changed.
    Fenced {
        /// The task's revision now.
        revision: u64,
    },
}

/// What became of a page's changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// In a state that was seen before.
    pub seen: usize,
    /// In another state that says the same.
    pub same: usize,
    /// Older than what is known of their records.
    pub older: usize,
    /// Dead letters made of what cannot be read.
    pub unreadable: usize,
    /// News that nobody hears of, as it was there before.
    pub silent: usize,
    /// When the oldest of what is news came to be, by the EHR's clock.
    pub oldest: Option<Timestamp>,
}

impl Tally {
    /// Something is news that came to be at a time.
    pub(crate) fn news(&mut self, at: Option<Timestamp>) {
        self.oldest = [self.oldest, at].into_iter().flatten().min();
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        let Self { seen, same, older, unreadable, silent, oldest } = more;
        self.news(oldest);
        self.seen += seen;
        self.same += same;
        self.older += older;
        self.unreadable += unreadable;
        self.silent += silent;
    }
}

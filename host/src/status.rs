//! How the host is doing, for those who look after it: numbers and times, nothing of a patient.

mod backlog;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::backlog::{Backlog, UnderWay};
use crate::{
    model::{DestinationName, TaskId},
    poll::Summary,
    store::Listing,
};

/// A task, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The connector that polls it, as `fhir-r4@0.1.0`.
    pub connector: String,
    /// When it is polled, in words.
    pub cadence: String,
    /// When its last poll began.
    pub polled_at: Option<Timestamp>,
    /// When it is polled next; `None` while a poll runs or the task is stopped.
    pub next_at: Option<Timestamp>,
    /// Why its last poll failed.
    pub error: Option<String>,
    /// Whether it needs a person before it is polled again.
    pub stopped: bool,
    /// Polls that failed, one after another.
    pub failures: u32,
    /// Polls since the host started.
    pub polls: u64,
    /// Changes found since the host started.
    pub changes: u64,
    /// Of these, how many at least say that a record is gone.
    #[serde(default)]
    pub gone: u64,
    /// When a poll last found a change, since the host started. One that has long found none may
    /// stand where the EHR has nothing to show.
    #[serde(default)]
    pub changed_at: Option<Timestamp>,
    /// What a person should look at, though all went well; until a poll finds other changes.
    #[serde(default)]
    pub notice: Option<String>,
    /// What a user should know of the EHR's answers, each told once.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Of the changes, how many the EHR showed late: where the task had asked before.
    #[serde(default)]
    pub late: u64,
    /// Seconds after its own time that the latest of these was found, as the EHR tells it.
    #[serde(default)]
    pub latest_by_s: Option<u64>,
    /// Whether its last poll ended before all was read, and goes on with the next.
    #[serde(default)]
    pub goes_on: bool,
    /// Its listing, where it has one that is read.
    #[serde(default)]
    pub sweep: Option<Sweep>,
    /// What came in another version or at another time and says the same as before, since the host
    /// started.
    #[serde(default)]
    pub unchanged: u64,
    /// What came late and is older than what was told of its record, since the host started.
    #[serde(default)]
    pub outdated: u64,
    /// Records that cannot be read and became dead letters, since the host started.
    #[serde(default)]
    pub unreadable: u64,
    /// What it found and cannot collect.
    #[serde(default)]
    pub uncollected: Option<Uncollected>,
}

/// Changes that a task found and that could not be collected yet; they are tried again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncollected {
    /// How many were tried in vain.
    pub containers: usize,
    /// Since when the oldest of them fails.
    pub since: Timestamp,
    /// Why one of them failed last.
    pub error: String,
}

/// The listing of a task, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// When it is read next, beside a feed.
    pub next_at: Option<Timestamp>,
    /// Why its last page could not be read.
    pub error: Option<String>,
    /// How far it is, what the last whole pass found, and what waits for a person.
    #[serde(flatten)]
    pub listing: Listing,
    /// Of the changes since the first pass, the part that only a pass found: from 0 to 1.
    pub miss_rate: Option<f64>,
}

/// So many records that are gone at once are worth a look.
const MANY_GONE: usize = 100;

/// Whether a poll that found so many changes, so many of them of records that are gone, is one that
/// a person should look at. They are told all the same: nobody but the EHR knows whether they are.
pub fn is_odd(changes: usize, gone: usize) -> bool {
    gone >= MANY_GONE && gone > changes / 2
}

impl Task {
    /// Notes what a page of its listing brought.
    pub fn swept(&mut self, began: Timestamp, summary: &Summary) {
        self.changes += summary.changes as u64;
        self.gone += summary.gone as u64;
        self.unreadable += summary.tally.unreadable as u64;
        self.notices.clone_from(&summary.notices);
        if summary.changes > 0 {
            self.changed_at = Some(began);
        }
    }

    /// Notes what a poll found that began then.
    pub fn found(&mut self, began: Timestamp, summary: &Summary) {
        let Summary { changes, gone, late, latest_by, tally, goes_on, .. } = *summary;
        self.goes_on = goes_on;
        self.notices.clone_from(&summary.notices);
        self.unchanged += tally.same as u64;
        self.outdated += tally.older as u64;
        self.unreadable += tally.unreadable as u64;
        self.late += late as u64;
        self.latest_by_s = self.latest_by_s.max(latest_by.map(|by| by.as_secs()));
        if changes == 0 {
            return;
        }
        self.changes += changes as u64;
        self.gone += gone as u64;
        self.changed_at = Some(began);
        self.notice = is_odd(changes, gone).then(|| {
            format!(
                "the poll at {began:.0} says that {gone} records are gone, of {changes} that \
                 changed, and so it was told; if the EHR still has them, its answers or its \
                 connector are wrong"
            )
        });
    }
}

/// A destination, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// Deliveries that wait or are under way.
    pub waiting: usize,
    /// Delivered since the host started.
    pub delivered: u64,
    /// Attempts that failed since the host started.
    pub failed: u64,
    /// Dead letters made since the host started.
    pub dead: u64,
    /// Why its last attempt failed, until one succeeds.
    pub error: Option<String>,
    /// Left alone until then.
    pub paused_until: Option<Timestamp>,
    /// Answered that it wants no more.
    pub disabled: bool,
}

/// A connector in service, as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file, in hexadecimal.
    pub digest: String,
    /// The file that it was read from.
    pub file: String,
    /// Since when it is in service in this run of the host.
    pub since: Option<Timestamp>,
    /// The version that is back at once where this one fails, until it has proven itself.
    pub on_trial_against: Option<String>,
    /// Why the file that is there now, or was, is not in service.
    pub error: Option<String>,
    /// What may follow it, and how it compares.
    #[serde(default)]
    pub shadow: Option<Shadow>,
}

/// A candidate beside a connector in service: pages and changes that both were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shadow {
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file, in hexadecimal.
    pub digest: String,
    /// The file that it was read from.
    pub file: String,
    /// Pages read and changes mapped by both.
    pub compared: u64,
    /// Of these, where both did the same.
    pub same: u64,
    /// Where the candidate did otherwise.
    pub different: u64,
    /// Where only the candidate failed.
    pub failed: u64,
    /// What came while the candidate was still busy, or rested from using up its time.
    pub not_compared: u64,
    /// Some of what differs: kinds, places, types and lengths, no values.
    pub examples: Vec<String>,
}

/// All of a host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What is in service, by connector's name.
    #[serde(default)]
    pub connectors: BTreeMap<String, Connector>,
    /// Files of the folder of connectors that cannot be used, and why.
    #[serde(default)]
    pub refused: BTreeMap<String, String>,
    /// By connection and action.
    pub tasks: BTreeMap<String, Task>,
    /// By name.
    pub destinations: BTreeMap<String, Destination>,
    /// By connection: containers to be collected and deliveries to be made.
    pub pending: BTreeMap<String, usize>,
    /// Dead letters that wait for a person, those of before the host's start among them.
    #[serde(default)]
    pub dead_letters: usize,
    /// Why the store stopped, if it did.
    pub store: Option<String>,
}

/// Where every part of the host says how it is doing. Cheap to clone.
#[derive(Clone, Default)]
pub struct Status(Arc<Mutex<Report>>);

impl Status {
    /// Changes what is said of a task.
    pub fn task(&self, id: &TaskId, change: impl FnOnce(&mut Task)) {
        self.with(|report| change(report.tasks.entry(id.to_string()).or_default()));
    }

    /// Changes what is said of a task's listing.
    pub fn sweep(&self, id: &TaskId, change: impl FnOnce(&mut Sweep)) {
        self.task(id, |task| {
            let sweep = task.sweep.get_or_insert_default();
            change(sweep);
            // It may hold what not everybody may see who may see this.
            sweep.listing.cursor = None;
            sweep.miss_rate = sweep.listing.miss_rate();
        });
    }

    /// Changes what is said of a destination.
    pub fn destination(&self, name: &DestinationName, change: impl FnOnce(&mut Destination)) {
        self.with(|report| match report.destinations.get_mut(name.as_str()) {
            Some(destination) => change(destination),
            None => change(report.destinations.entry(name.to_string()).or_default()),
        });
    }

    /// Changes what is said of the host.
    pub fn with(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// All that is said now.
    pub fn report(&self) -> Report {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_stays_until_something_else_is_found() {
        let mut task = Task::default();
        for (changes, gone, is_noticed) in
            [(120, 99, false), (300, 150, false), (101, 100, true), (0, 0, true), (1, 1, false)]
        {
            let summary = Summary { changes, gone, ..Summary::default() };
            task.found(Timestamp::UNIX_EPOCH, &summary);
            assert_eq!(task.notice.is_some(), is_noticed, "{changes} {gone}");
        }
        assert_eq!((task.changes, task.gone), (522, 350));
    }
}

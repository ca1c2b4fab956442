//! A candidate, and what came of comparing it so far.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::{Difference, Kind};
use crate::{
    connector::Connector,
    identity::{self, RecordKey, VersionKey},
    model::{Change, TaskId},
    status,
};

/// Differences that are kept as examples.
const EXAMPLES: usize = 10;
/// Changes that are kept as the candidate found them, a generation, and their bytes.
const KEPT: usize = 10_000;
const KEPT_BYTES: usize = 8 << 20;

/// A connector that may follow the one in service.
pub(super) struct Candidate {
    pub(super) connector: Connector,
    file: String,
    tally: Mutex<Tally>,
    own: Mutex<Own>,
}

/// What came of comparing it with one that is in service.
#[derive(Default)]
pub(super) struct Tally {
    /// The digest of what is in service.
    against: String,
    compared: u64,
    same: u64,
    different: u64,
    failed: u64,
    not_compared: u64,
    kinds: BTreeSet<Kind>,
    examples: Vec<String>,
    resting_until: Option<Timestamp>,
}

/// What one comparison came to.
pub(super) enum Verdict {
    Same,
    Different(Vec<Difference>),
    /// It failed where the other did not.
    Failed(Difference),
}

/// Changes that the candidate found with other data than the one in service, in two generations:
/// what is in neither any more is collected as the other found it.
#[derive(Default)]
pub(super) struct Own {
    young: HashMap<Key, Change>,
    old: HashMap<Key, Change>,
    /// Of the young.
    bytes: usize,
}

type Key = (RecordKey, VersionKey);

/// What tells a change of a task from others.
pub(super) fn key(task: &TaskId, change: &Change) -> Key {
    (identity::record(task, &change.id), identity::version(change))
}

impl Candidate {
    pub(super) fn new(connector: Connector, file: String) -> Self {
        Self { connector, file, tally: Mutex::default(), own: Mutex::default() }
    }

    /// What came of comparing it with what is in service; of what was before, nothing is kept.
    pub(super) fn tally(&self, serving: &Connector) -> MutexGuard<'_, Tally> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        if tally.against != serving.digest() {
            *tally = Tally { against: serving.digest().into(), ..Tally::default() };
        }
        tally
    }

    pub(super) fn own(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn report(&self) -> status::Shadow {
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        status::Shadow {
            version: self.connector.manifest().version.clone(),
            digest: self.connector.digest().into(),
            file: self.file.clone(),
            compared: tally.compared,
            same: tally.same,
            different: tally.different,
            failed: tally.failed,
            not_compared: tally.not_compared,
            examples: tally.examples.clone(),
        }
    }
}

impl Tally {
    /// Counts a comparison; answers the first difference of each kind that there was none of yet.
    pub(super) fn note(&mut self, verdict: Verdict) -> Vec<Difference> {
        self.compared += 1;
        let found = match verdict {
            Verdict::Same => {
                self.same += 1;
                return Vec::new();
            }
            Verdict::Different(found) => {
                self.different += 1;
                found
            }
            Verdict::Failed(how) => {
                self.failed += 1;
                vec![how]
            }
        };
        for difference in &found {
            let example = difference.anywhere().to_string();
            if self.examples.len() < EXAMPLES && !self.examples.contains(&example) {
                self.examples.push(example);
            }
        }
        found.into_iter().filter(|it| self.kinds.insert(it.kind)).collect()
    }

    pub(super) fn passed_over(&mut self) {
        self.not_compared += 1;
    }

    /// Leaves the candidate alone for a while.
    pub(super) fn rest(&mut self, until: Timestamp) {
        self.resting_until = Some(until);
    }

    pub(super) fn rests(&self, now: Timestamp) -> bool {
        self.resting_until.is_some_and(|until| now < until)
    }
}

impl Own {
    /// Keeps a change as the candidate found it.
    pub(super) fn keep(&mut self, key: Key, change: Change) {
        if self.young.len() >= KEPT || self.bytes >= KEPT_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += change.data.len();
        self.young.insert(key, change);
    }

    pub(super) fn take(&mut self, key: Key) -> Option<Change> {
        self.young.remove(&key).or_else(|| self.old.remove(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn different(place: &str) -> Verdict {
        Verdict::Different(vec![Difference::new(Kind::Payload, place, "text(1)", "text(2)")])
    }

    #[test]
    fn like_differences_are_one_example_and_are_told_once() {
        let mut tally = Tally::default();
        assert_eq!(tally.note(Verdict::Same).len(), 0);
        assert_eq!(tally.note(different("data.List[0].A")).len(), 1);
        assert_eq!(tally.note(different("data.List[1].A")).len(), 0);
        for field in 'B'..='Z' {
            assert_eq!(tally.note(different(&format!("data.{field}"))).len(), 0);
        }
        assert_eq!((tally.compared, tally.same, tally.different), (28, 1, 27));
        assert_eq!(tally.examples.len(), EXAMPLES);
        let first = "payload data.List[].A: old text(1), new text(2)";
        assert_eq!(tally.examples.first().map(String::as_str), Some(first));
    }
}

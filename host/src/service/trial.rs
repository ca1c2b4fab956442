//! A connector's standing: in service, on trial, rolled back. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Back,
    record::{Before, Record, Resumed, newer},
};
use crate::{
    connector::Connector,
    model::{ContainerId, TaskId},
    status,
};

/// Polls of a task that must go well before what polled it has proven itself.
const PROOF: u32 = 3;

/// How many that failed are remembered.
const FAILED: usize = 16;

/// What is in service under a name.
pub(super) struct Standing {
    pub(super) connector: Connector,
    pub(super) file: String,
    pub(super) since: Timestamp,
    pub(super) number: u64,
    /// All tasks on their cadence.
    pub(super) tasks: BTreeMap<TaskId, Polled>,
    /// The last that has proven itself, while what is in service has not.
    previous: Option<(Connector, String)>,
    /// Digests of what was in service and failed, the newest last.
    pub(super) failed: Vec<String>,
    /// The highest version that has proven itself.
    highest: String,
    /// Why the file that is there now is not in service.
    pub(super) refused: Option<String>,
}

/// What a connector on trial is judged by.
pub(crate) struct Trial {
    /// The last that has proven itself.
    pub(crate) previous: Connector,
    /// Whether the task failed with that one.
    was_failing: bool,
}

impl Trial {
    /// Whether a fault is the fault of what is on trial. `fails_as_well` is said of the one before,
    /// where it could be asked about the same answer; where not, `is_blamed` decides.
    pub(crate) fn is_guilty(&self, fails_as_well: Option<bool>, is_blamed: bool) -> bool {
        fails_as_well.map_or(is_blamed && !self.was_failing, |fails| !fails)
    }
}

/// How a task has polled.
#[derive(Default)]
pub(super) struct Polled {
    /// Whether its last poll failed by the connector's fault.
    failing: bool,
    /// Whether it did so before what is on trial.
    was_failing: bool,
    /// Polls that went well with what is on trial.
    well: u32,
    /// Where it stood before.
    before: Option<Before>,
}

impl Standing {
    pub(super) fn new(
        connector: Connector,
        file: String,
        resumed: Option<Resumed>,
        tasks: Vec<TaskId>,
        now: Timestamp,
    ) -> Self {
        let Resumed { previous, record } = resumed.unwrap_or_default();
        let mut tasks: BTreeMap<_, _> =
            tasks.into_iter().map(|task| (task, Polled::default())).collect();
        if previous.is_some() {
            for (task, before) in record.before {
                tasks.entry(task).or_default().before = Some(before);
            }
        }
        let previous = previous.map(|it| (it, record.file));
        let highest = match &previous {
            Some(_) => record.highest,
            None => newest(record.highest, &connector),
        };
        let failed = record.failed;
        Self {
            connector,
            file,
            since: now,
            number: 0,
            tasks,
            previous,
            failed,
            highest,
            refused: None,
        }
    }

    /// Whether that is to be noted.
    pub(super) fn begins(&mut self, task: &TaskId, number: u64, cursor: Option<&str>) -> bool {
        let Some(polled) = self.trial(number).and_then(|tasks| tasks.get_mut(task)) else {
            return false;
        };
        let is_first = polled.before.is_none();
        polled.before.get_or_insert_with(|| Before { cursor: cursor.map(Into::into), from: None });
        is_first
    }

    pub(super) fn made(&mut self, task: &TaskId, number: u64, first: ContainerId) {
        let polled = self.trial(number).and_then(|tasks| tasks.get_mut(task));
        if let Some(before) = polled.and_then(|polled| polled.before.as_mut()) {
            before.from.get_or_insert(first);
        }
    }

    /// Whether what was on trial has proven itself by that.
    pub(super) fn went_well(&mut self, task: &TaskId, number: u64) -> bool {
        if number != self.number {
            return false;
        }
        if let Some(polled) = self.tasks.get_mut(task) {
            polled.failing = false;
            polled.well = polled.well.saturating_add(1);
        }
        let proven = self.previous.is_some() && self.tasks.values().all(|it| it.well >= PROOF);
        if proven {
            self.previous = None;
            self.highest = newest(std::mem::take(&mut self.highest), &self.connector);
            self.tasks.values_mut().for_each(|it| it.before = None);
        }
        proven
    }

    pub(super) fn went_wrong(&mut self, task: &TaskId, number: u64) {
        if number == self.number
            && let Some(polled) = self.tasks.get_mut(task)
        {
            polled.failing = true;
        }
    }

    pub(super) fn on_trial(&self, task: &TaskId, number: u64) -> Option<Trial> {
        let (previous, _) = self.previous.as_ref().filter(|_| number == self.number)?;
        let was_failing = self.tasks.get(task).is_some_and(|polled| polled.was_failing);
        Some(Trial { previous: previous.clone(), was_failing })
    }

    pub(super) fn is_made_on_trial(&self, task: &TaskId, container: ContainerId) -> bool {
        let before = self.tasks.get(task).and_then(|polled| polled.before.as_ref());
        before.and_then(|before| before.from).is_some_and(|from| container >= from)
    }

    /// Where every task goes back to, where this is still what is on trial.
    pub(super) fn back(&self, number: u64) -> Option<Back> {
        self.previous.as_ref().filter(|_| number == self.number)?;
        let before = self.tasks.iter().filter_map(|(task, it)| Some((task, it.before.as_ref()?)));
        Some(before.map(|(task, before)| (task.clone(), before.rewind())).collect())
    }

    /// Whether this is the last that has proven itself, which what is in service has not.
    pub(super) fn was_before(&self, connector: &Connector) -> bool {
        self.previous.as_ref().is_some_and(|(it, _)| it.digest() == connector.digest())
    }

    /// Puts the one before back, where this is still what is on trial. Answers whether it is.
    pub(super) fn roll_back(&mut self, number: u64, why: &str) -> bool {
        let Some((previous, file)) = self.previous.take_if(|_| number == self.number) else {
            return false;
        };
        let label = self.connector.manifest().label();
        self.refused = Some(format!("{label} was rolled back: {why}"));
        self.failed.push(self.connector.digest().to_owned());
        let surplus = self.failed.len().saturating_sub(FAILED);
        self.failed.drain(..surplus);
        (self.connector, self.file) = (previous, file);
        self.number += 1;
        self.tasks.values_mut().for_each(|polled| *polled = Polled::default());
        true
    }

    pub(super) fn swap(&mut self, connector: Connector, file: String, now: Timestamp) {
        let is_back = self.was_before(&connector);
        let old = std::mem::replace(&mut self.connector, connector);
        let old_file = std::mem::replace(&mut self.file, file);
        (self.since, self.refused) = (now, None);
        self.number += 1;
        if is_back {
            // It has nothing to prove.
            self.previous = None;
            self.tasks.values_mut().for_each(|polled| *polled = Polled::default());
            return;
        }
        if self.previous.is_none() {
            self.previous = Some((old, old_file));
            for polled in self.tasks.values_mut() {
                *polled = Polled {
                    was_failing: polled.failing,
                    failing: polled.failing,
                    ..Polled::default()
                };
            }
        }
        self.tasks.values_mut().for_each(|polled| polled.well = 0);
    }

    pub(super) fn record(&self) -> Record {
        let before =
            self.tasks.iter().filter_map(|(task, it)| Some((task.clone(), it.before.clone()?)));
        Record {
            serving: self.connector.digest().into(),
            version: self.connector.manifest().version.clone(),
            file: self.file.clone(),
            previous: self.previous.as_ref().map(|(it, _)| it.digest().into()),
            before: before.collect(),
            failed: self.failed.clone(),
            highest: self.highest.clone(),
        }
    }

    pub(super) fn report(&self) -> status::Connector {
        status::Connector {
            version: self.connector.manifest().version.clone(),
            digest: self.connector.digest().into(),
            file: self.file.clone(),
            since: Some(self.since),
            on_trial_against: self.previous.as_ref().map(|(it, _)| it.manifest().version.clone()),
            error: self.refused.clone(),
            shadow: None,
        }
    }

    fn trial(&mut self, number: u64) -> Option<&mut BTreeMap<TaskId, Polled>> {
        let on_trial = number == self.number && self.previous.is_some();
        on_trial.then_some(&mut self.tasks)
    }
}

fn newest(highest: String, connector: &Connector) -> String {
    newer(&highest, &connector.manifest().version).to_owned()
}

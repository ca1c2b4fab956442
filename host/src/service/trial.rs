//! A connector's standing: in service, on trial, rolled back. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Back,
    record::{Before, Record, Resumed, newer},
    suspects::{Suspect, Suspects},
};
use crate::{
    connector::Connector,
    model::{ContainerId, TaskId},
    poll::Blame,
    status,
    store::TaskState,
};

/// Polls of a task that must go well before what polled it has proven itself.
const PROOF: u32 = 3;

/// Polls in a row that are proof where they failed and the one before would have polled well.
const DISPROOF: u32 = 3;

/// How many that failed are remembered.
const FAILED: usize = 16;

/// What is in service under a name.
pub(super) struct Standing {
    pub(super) connector: Connector,
    pub(super) file: String,
    pub(super) since: Timestamp,
    pub(super) number: u64,
    pub(super) era: u64,
    /// All tasks on their cadence.
    pub(super) tasks: BTreeMap<TaskId, Polled>,
    /// The last that has proven itself, while what is in service has not.
    previous: Option<(Connector, String)>,
    /// The digest of the one before that, or of the last where somebody put that one back.
    former: Option<String>,
    /// Digests of what was in service and failed, the newest last.
    pub(super) failed: Vec<String>,
    /// The highest version that has proven itself.
    highest: String,
    /// Why the file that is there now is not in service.
    pub(super) refused: Option<String>,
}

/// What a connector on trial is held against.
pub(crate) struct Trial {
    /// The last that has proven itself.
    pub(crate) previous: Connector,
    /// Where the task stood with that one.
    pub(crate) cursor: Option<String>,
    /// The first container that the one on trial made of the task's changes.
    pub(crate) made_from: Option<ContainerId>,
}

/// What the one before makes of what the one on trial failed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Testimony {
    /// It reads that very thing.
    Reads,
    /// It gets through, but asks for something else.
    Manages,
    /// It does not understand the change, which the one on trial made.
    Strange,
    /// It fails as well, or cannot be asked.
    Fails,
}

/// What is to be thought of what is on trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is to blame.
    Guilty,
    /// It may be: more of the kind would prove it.
    Suspected,
    /// What it was given is to blame, for all that is known.
    Innocent,
}

impl Testimony {
    /// What that says of who failed. An EHR that is down by its own account is down.
    pub(crate) fn verdict(self, blame: Blame) -> Verdict {
        match self {
            Self::Reads => Verdict::Guilty,
            Self::Manages | Self::Strange if blame == Blame::Connector => Verdict::Suspected,
            Self::Manages | Self::Strange | Self::Fails => Verdict::Innocent,
        }
    }
}

/// How a task has polled with what is in service.
#[derive(Default)]
pub(super) struct Polled {
    /// Polls that went well.
    well: u32,
    /// Polls in a row that failed where the one before would have polled well.
    alone: u32,
    /// Whether a record was collected.
    collects: bool,
    /// Records that may prove that it is to blame.
    suspects: Suspects,
    /// Where it stood before.
    before: Option<Before>,
}

impl Polled {
    /// Whether a task has done well enough. Who is suspected has something to show first.
    fn is_proof(&self) -> bool {
        self.well >= PROOF && self.suspects.is_empty()
    }
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
        let (failed, former) = (record.failed, record.former);
        Self {
            connector,
            file,
            since: now,
            number: 0,
            era: 0,
            tasks,
            previous,
            former,
            failed,
            highest,
            refused: None,
        }
    }

    /// Whether that is to be noted.
    pub(super) fn begins(&mut self, task: &TaskId, number: u64, state: &TaskState) -> bool {
        let Some(polled) = self.trial(number).and_then(|tasks| tasks.get_mut(task)) else {
            return false;
        };
        let is_first = polled.before.is_none();
        polled.before.get_or_insert_with(|| Before::of(state));
        is_first
    }

    /// That could not be noted.
    pub(super) fn begins_not(&mut self, task: &TaskId, number: u64) {
        if let Some(polled) = self.trial(number).and_then(|tasks| tasks.get_mut(task)) {
            polled.before = None;
        }
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
            polled.alone = 0;
            polled.well = polled.well.saturating_add(1);
        }
        let proven = self.previous.is_some() && self.tasks.values().all(Polled::is_proof);
        if proven {
            self.former = self.previous.take().map(|(it, _)| it.digest().into());
            self.highest = newest(std::mem::take(&mut self.highest), &self.connector);
            self.tasks.values_mut().for_each(|it| it.before = None);
        }
        proven
    }

    /// Whether polls that failed prove by now that what is on trial is to blame.
    pub(super) fn failed_alone(&mut self, task: &TaskId, number: u64) -> bool {
        let Some(polled) = self.trial(number).and_then(|tasks| tasks.get_mut(task)) else {
            return false;
        };
        polled.alone = polled.alone.saturating_add(1);
        polled.alone >= DISPROOF
    }

    pub(super) fn collected(&mut self, task: &TaskId, number: u64) {
        if let Some(polled) = self.trial(number).and_then(|tasks| tasks.get_mut(task)) {
            (polled.collects, polled.suspects) = (true, Suspects::default());
        }
    }

    pub(super) fn has_collected(&self, task: &TaskId) -> bool {
        self.tasks.get(task).is_some_and(|polled| polled.collects)
    }

    /// Whether records that it failed at prove by now that what is on trial is to blame.
    pub(super) fn suspect(&mut self, task: &TaskId, number: u64, suspect: Suspect) -> bool {
        let polled = self.trial(number).and_then(|tasks| tasks.get_mut(task));
        polled.is_some_and(|polled| polled.suspects.add(suspect))
    }

    pub(super) fn on_trial(&self, task: &TaskId, number: u64) -> Option<Trial> {
        let (previous, _) = self.previous.as_ref().filter(|_| number == self.number)?;
        let before = self.tasks.get(task).and_then(|polled| polled.before.clone());
        let Before { cursor, from, .. } = before.unwrap_or_default();
        Some(Trial { previous: previous.clone(), cursor, made_from: from })
    }

    /// Where every task goes back to, where this is still what is on trial.
    pub(super) fn back(&self, number: u64) -> Option<Back> {
        self.previous.as_ref().filter(|_| number == self.number)?;
        let before = self.tasks.iter().filter_map(|(task, it)| Some((task, it.before.as_ref()?)));
        Some(before.map(|(task, before)| (task.clone(), before.rewind())).collect())
    }

    /// Whether this was in service before and had proven itself: who puts it back means it.
    pub(super) fn was_before(&self, connector: &Connector) -> bool {
        let previous = self.previous.as_ref().map(|(it, _)| it.digest());
        [previous, self.former.as_deref()].contains(&Some(connector.digest()))
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
        self.era += 1;
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
            self.era += 1;
            let (last, _) = self.previous.take().unwrap_or((old, old_file));
            if last.digest() != self.connector.digest() {
                self.former = Some(last.digest().into());
            }
            self.tasks.values_mut().for_each(|polled| *polled = Polled::default());
            return;
        }
        if self.previous.is_none() {
            self.previous = Some((old, old_file));
        }
        // Where the tasks stood before stays what a failure goes back to.
        for polled in self.tasks.values_mut() {
            *polled = Polled { before: polled.before.take(), ..Polled::default() };
        }
    }

    pub(super) fn record(&self) -> Record {
        let before =
            self.tasks.iter().filter_map(|(task, it)| Some((task.clone(), it.before.clone()?)));
        Record {
            serving: self.connector.digest().into(),
            version: self.connector.manifest().version.clone(),
            file: self.file.clone(),
            previous: self.previous.as_ref().map(|(it, _)| it.digest().into()),
            former: self.former.clone(),
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

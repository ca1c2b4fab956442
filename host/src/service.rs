//! Connectors in service: which one polls under a connector's name now, and which did before.
//!
//! A poll takes what is in service as it begins and ends on it, so a swap lies between two polls.
//! What is new is on trial: until every task has polled well with it a few times, the one
//! before is kept, with where each task stood. Where the new one fails on what the one before
//! reads, the old one is back in service, and the tasks are back where they were. What an EHR says
//! that neither can read is nobody's fault. Who served before may always come back.

mod notes;
mod record;
mod suspects;
mod trial;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::{Mutex as Turn, RwLock, RwLockReadGuard};

pub use self::notes::Notes;
use self::trial::Standing;
pub(crate) use self::{
    record::{Record, Resumed},
    suspects::Suspect,
    trial::{Testimony, Trial, Verdict},
};
use crate::{
    connector::Connector,
    model::{ContainerId, TaskId},
    shelf::Shelf,
    status::{self, Status},
    store::{self, Rewind, Store, TaskState},
};

/// What polls under a connector's name. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    name: String,
    standing: Mutex<Standing>,
    /// Held by polls while they read where they start, and by who takes tasks back.
    gate: RwLock<()>,
    shelf: Option<Shelf>,
    /// One note after the other, so that the last is the newest.
    noting: Turn<()>,
    status: Status,
}

/// A connector as it was in service when somebody looked. Cheap to clone.
#[derive(Clone)]
pub struct Serving {
    /// The connector.
    pub connector: Connector,
    /// Counts what has been in service under the name.
    number: u64,
    /// Counts how often tasks were taken back.
    era: u64,
}

impl Serving {
    /// How often tasks were taken back until then.
    pub(crate) fn era(&self) -> u64 {
        self.era
    }
}

/// What a service begins with.
pub(crate) struct Options {
    /// What is in service.
    pub(crate) connector: Connector,
    /// Where it was read from, for people.
    pub(crate) file: String,
    /// What it is on trial against, from before a restart or from an earlier run.
    pub(crate) resumed: Option<Resumed>,
    /// The tasks that are polled on their cadence.
    pub(crate) tasks: Vec<TaskId>,
    /// Where it is noted what is in service.
    pub(crate) shelf: Option<Shelf>,
    /// Where it is told.
    pub(crate) status: Status,
    /// The time now.
    pub(crate) now: Timestamp,
}

impl Options {
    /// The service.
    pub(crate) fn build(self) -> Service {
        let Self { connector, file, resumed, tasks, shelf, status, now } = self;
        let name = connector.manifest().name.clone();
        let standing = Mutex::new(Standing::new(connector, file, resumed, tasks, now));
        let service = Service(Arc::new(Inner {
            name,
            standing,
            gate: RwLock::default(),
            shelf,
            noting: Turn::default(),
            status,
        }));
        service.publish();
        service
    }
}

impl Service {
    /// The connector's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What is in service now.
    pub fn serving(&self) -> Serving {
        let standing = self.standing();
        let (number, era) = (standing.number, standing.era);
        Serving { connector: standing.connector.clone(), number, era }
    }

    /// Whether this is what is in service.
    pub(crate) fn is_current(&self, serving: &Serving) -> bool {
        self.standing().number == serving.number
    }

    /// Held by a poll while it reads where it starts, so that nobody takes its task back meanwhile.
    pub(crate) async fn enter(&self) -> RwLockReadGuard<'_, ()> {
        self.0.gate.read().await
    }

    /// A poll begins where a task stands. Where it polls for the first time with what is on trial,
    /// that is on disk before anything is asked: in the store, which seals it.
    ///
    /// # Errors
    /// Where that cannot be written. Nothing may be asked then, and the next poll notes it.
    pub(crate) async fn begins(
        &self,
        task: &TaskId,
        serving: &Serving,
        state: &TaskState,
        store: &dyn Store,
    ) -> Result<(), store::Error> {
        let is_first = self.standing().begins(task, serving.number, state);
        if !is_first || self.0.shelf.is_none() {
            return Ok(());
        }
        let noted = self.note_place(task, state, store).await;
        if noted.is_err() {
            self.standing().begins_not(task, serving.number);
        }
        noted
    }

    async fn note_place(
        &self,
        task: &TaskId,
        state: &TaskState,
        store: &dyn Store,
    ) -> Result<(), store::Error> {
        store.rewind(&record::place(task), record::Before::of(state).rewind()).await?;
        let path = || format!("what is in service as {}", self.name());
        let noted = self.note().await;
        noted.map_err(|source| store::Error::Io { action: "note", path: path(), source })
    }

    /// A poll made containers, the first of them this one.
    pub(crate) fn made(&self, task: &TaskId, serving: &Serving, first: Option<ContainerId>) {
        if let Some(first) = first {
            self.standing().made(task, serving.number, first);
        }
    }

    /// A poll came to its end.
    pub(crate) async fn went_well(&self, task: &TaskId, serving: &Serving) {
        if self.standing().went_well(task, serving.number) {
            tracing::info!(connector = self.name(), "has proven itself; the one before is let go");
            self.publish();
            self.keep().await;
        }
    }

    /// A poll failed with what is on trial where the one before would have polled well; whether it
    /// is proven by now that what is on trial is to blame.
    pub(crate) fn failed_alone(&self, task: &TaskId, serving: &Serving) -> bool {
        self.standing().failed_alone(task, serving.number)
    }

    /// A record was collected.
    pub(crate) fn collected(&self, task: &TaskId, serving: &Serving) {
        self.standing().collected(task, serving.number);
    }

    /// Whether a record of a task was collected with what is on trial.
    pub(crate) fn has_collected(&self, task: &TaskId) -> bool {
        self.standing().has_collected(task)
    }

    /// A record could not be collected, and nobody knows whether the one before could; whether it
    /// is proven by now that what is on trial is to blame.
    pub(crate) fn suspect(&self, task: &TaskId, serving: &Serving, suspect: Suspect) -> bool {
        self.standing().suspect(task, serving.number, suspect)
    }

    /// What it is held against, where it is on trial.
    pub(crate) fn on_trial(&self, task: &TaskId, serving: &Serving) -> Option<Trial> {
        self.standing().on_trial(task, serving.number)
    }

    /// Takes what is on trial out of service and puts the one before back, with every task where
    /// it stood before the swap. Answers whether it did: it is too late where something else is
    /// in service by now.
    ///
    /// # Errors
    /// Where the store cannot be written; what is on trial stays in service then, and on trial.
    pub(crate) async fn roll_back(
        &self,
        serving: &Serving,
        store: &dyn Store,
        why: &str,
    ) -> Result<bool, store::Error> {
        let _alone = self.0.gate.write().await;
        let Some(tasks) = self.standing().back(serving.number) else { return Ok(false) };
        // First: whatever ends the host before all this is on disk, the trial goes on after it.
        take_back(tasks, store).await?;
        if !self.standing().roll_back(serving.number, why) {
            return Ok(false);
        }
        let (bad, good) = (serving.connector.manifest().label(), self.serving());
        let good = good.connector.manifest().label();
        tracing::error!(
            bad,
            good,
            why,
            "a connector failed after it was swapped in and is out of service; the one before is back, from where it stood"
        );
        self.publish();
        self.keep().await;
        Ok(true)
    }

    /// Puts another connector in service, on trial against the last that has proven itself.
    /// Where it is that one, or the one before, somebody puts it back: it has nothing to prove, and
    /// from a trial every task goes back to where it stood before. Polls under way end on what they
    /// began with.
    ///
    /// # Errors
    /// Where it is put back and the store cannot be written; what is in service stays then.
    pub(crate) async fn swap(
        &self,
        connector: Connector,
        file: String,
        now: Timestamp,
        store: &dyn Store,
    ) -> Result<(), store::Error> {
        let alone = self.0.gate.write().await;
        let back = {
            let standing = self.standing();
            let number = standing.number;
            standing.was_before(&connector).then(|| standing.back(number)).flatten()
        };
        take_back(back.unwrap_or_default(), store).await?;
        self.standing().swap(connector, file, now);
        drop(alone);
        self.publish();
        self.keep().await;
        Ok(())
    }

    /// Says of a file that would be this connector why it is not.
    pub(crate) fn refuse(&self, why: Option<String>) {
        self.standing().refused = why;
        self.publish();
    }

    /// What is noted of it.
    pub(crate) fn record(&self) -> Record {
        self.standing().record()
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self) {
        let standing = self.standing();
        let report = standing.report();
        let label = standing.connector.manifest().label();
        let tasks: Vec<_> = standing.tasks.keys().cloned().collect();
        drop(standing);
        self.0.status.with(|all: &mut status::Report| {
            let told = all.connectors.entry(self.0.name.clone()).or_default();
            // What stands beside it tells of itself.
            *told = status::Connector { shadow: told.shadow.take(), ..report };
            for task in tasks {
                all.tasks.entry(task.to_string()).or_default().connector.clone_from(&label);
            }
        });
    }

    /// Notes what is in service, so that the next start goes on from it.
    pub(crate) async fn keep(&self) {
        if let Err(error) = self.note().await {
            tracing::warn!(connector = self.name(), %error, "what is in service cannot be noted; after a restart nothing can be rolled back");
        }
    }

    async fn note(&self) -> io::Result<()> {
        let Some(shelf) = self.0.shelf.clone() else { return Ok(()) };
        let _turn = self.0.noting.lock().await;
        shelf.note(&self.0.name, &self.record()).await
    }
}

/// Where tasks go back to.
pub(crate) type Back = BTreeMap<TaskId, Rewind>;

async fn take_back(tasks: Back, store: &dyn Store) -> Result<(), store::Error> {
    for (task, to) in tasks {
        let forgotten = store.rewind(&task, to).await?;
        tracing::warn!(%task, forgotten, "goes back to where it stood before the swap");
    }
    Ok(())
}

//! Looking after a running host, from within its process.

use std::{collections::HashMap, sync::Arc};

use crate::{
    collect,
    deliver::{self, Owed},
    model::{ConnectionName, ContainerId, Delivery, DestinationName, Pending, Stage, TaskId},
    schedule,
    status::{Backlog, Report, Status},
    store::{DeadLetter, Error, Store, TaskState},
};

/// Looks after a host. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(super) status: Status,
    pub(super) store: Arc<dyn Store>,
    pub(super) scheduler: schedule::Handle,
    pub(super) lines: Arc<Lines>,
}

/// Where containers and deliveries are handed in.
pub(super) struct Lines {
    pub(super) collectors: HashMap<ConnectionName, (collect::Handle, Backlog)>,
    pub(super) deliverers: Arc<[(DestinationName, deliver::Handle)]>,
}

impl Handle {
    /// How everything is doing.
    pub fn report(&self) -> Report {
        let mut report = self.status.report();
        let pending = self.lines.collectors.iter().map(|(name, (_, backlog))| (name.to_string(), backlog.len()));
        report.pending = pending.collect();
        report
    }

    /// All dead letters, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn dead(&self) -> Result<Vec<DeadLetter>, Error> {
        self.store.dead()
    }

    /// Puts dead letters back in line; answers how many containers that were.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn replay(&self, containers: &[ContainerId]) -> Result<usize, Error> {
        let pending = self.store.replay(containers).await?;
        let count = pending.len();
        self.lines.resume(pending);
        Ok(count)
    }

    /// Where a task stands.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn task(&self, task: &TaskId) -> Result<TaskState, Error> {
        self.store.task(task)
    }

    /// Sets a task's cursor and polls it now, also where it had stopped.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<u64, Error> {
        let revision = self.store.set_cursor(task, cursor).await?;
        self.scheduler.wake(task.clone());
        Ok(revision)
    }

    /// Polls a task now, whatever its cadence.
    pub fn poll(&self, task: TaskId) {
        self.scheduler.wake(task);
    }

    /// Waits until nothing is under way: all that was found is collected, and delivered or dead.
    pub async fn idle(&self) {
        for (_, backlog) in self.lines.collectors.values() {
            backlog.drained().await;
        }
    }

    pub(super) fn status(&self) -> &Status {
        &self.status
    }
}

impl Lines {
    /// Puts what the store says is pending in its lines. What belongs to a connection or
    /// destination that is not configured stays in the store.
    pub(super) fn resume(&self, pending: Vec<Pending>) {
        let mut strangers = 0_usize;
        for pending in pending {
            strangers += usize::from(!self.resume_one(pending));
        }
        if strangers > 0 {
            tracing::warn!(strangers, "containers wait for connections or destinations that are not configured; they are kept");
        }
    }

    fn resume_one(&self, pending: Pending) -> bool {
        let Some((collector, backlog)) = self.collectors.get(&pending.task.connection) else { return false };
        match pending.stage {
            Stage::Collect => {
                collector.collect(pending.lane, pending.id, backlog.enter());
                true
            }
            Stage::Deliver(deliveries) => {
                let owed = |delivery| (pending.id, delivery, backlog.enter());
                deliveries.into_iter().map(owed).all(|(container, delivery, under_way)| {
                    self.deliver(pending.lane, Owed { container, delivery, under_way })
                })
            }
        }
    }

    fn deliver(&self, lane: crate::model::Lane, owed: Owed) -> bool {
        let name: &Delivery = &owed.delivery;
        let found = self.deliverers.iter().find(|(destination, _)| *destination == name.destination);
        match found {
            Some((_, handle)) => {
                handle.deliver(lane, owed);
                true
            }
            None => false,
        }
    }
}

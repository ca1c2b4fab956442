//! Sweeps: a task's whole listing, read beside its feed a page at a time.
//!
//! Each page takes the task's turn, so a poll waits for one page at most; and it is followed by a rest
//! as long as it took, longer where the connection has a rate, so that the EHR's pace is the polls'.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use tracing::Instrument;

use super::task::{self, Task};
use crate::{
    clock,
    model::TaskId,
    poll::{Error, Failed, Listed},
    schedule::{Outcome, Run},
};

/// The shortest rest after a page.
const REST: Duration = Duration::from_millis(20);
/// Of a rate, a sweep takes one request in so many.
const SHARE: f64 = 4.0;

/// A task's sweep, as the scheduler runs it.
pub(super) struct Sweep(pub(super) Arc<Task>);

/// What the scheduler knows a task's sweep by. No action has such a name.
pub(super) fn id(task: &TaskId) -> TaskId {
    let action = format!("{}/sweep", task.action);
    TaskId { action: action.as_str().into(), ..task.clone() }
}

#[async_trait]
impl Run for Sweep {
    async fn run(&self, _: Timestamp) -> Outcome {
        let Self(task) = self;
        let span = tracing::info_span!("sweep", task = %task.poller.task);
        self.page().instrument(span).await
    }

    fn planned(&self, next: Option<Timestamp>) {
        let Self(task) = self;
        task.status.sweep(&task.poller.task, |sweep| sweep.next_at = next);
    }
}

impl Sweep {
    async fn page(&self) -> Outcome {
        let Self(task) = self;
        let began = task.poller.clock.steady();
        let listed = task.sweep().await;
        match listed {
            Ok(Listed::More) => Outcome::More(self.rest(began)),
            Ok(Listed::Whole | Listed::Held(_)) => Outcome::Done,
            Err(Failed { error: Error::HeldBack { .. } | Error::Fenced, reached, .. }) => {
                Outcome::Failed(reached)
            }
            Err(failed) => task::give_up(&failed, &task.tell(&failed)),
        }
    }

    fn rest(&self, began: Timestamp) -> Duration {
        let Self(task) = self;
        let took = clock::until(began, task.poller.clock.steady());
        let rate = task.poller.connection.config.rate.map(|rate| SHARE / rate);
        let share = rate.and_then(|rest| Duration::try_from_secs_f64(rest).ok());
        took.max(REST).max(share.unwrap_or_default())
    }
}

//! What runs when a task is due: it notes how late that is, and polls if it is one that polls.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use jiff::Timestamp;
use rounds::{
    model::TaskId,
    schedule::{Outcome, Run},
};

use crate::polls::Polls;

/// All starts so far.
#[derive(Default)]
pub(crate) struct Starts {
    late: Mutex<Vec<f32>>,
    /// Polls that failed.
    pub(crate) failed: AtomicU64,
}

impl Starts {
    /// How late each was, in milliseconds.
    pub(crate) fn late(&self) -> Vec<f32> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, due: Timestamp) {
        let late = Timestamp::now().duration_since(due).as_secs_f32() * 1e3;
        self.late.lock().unwrap_or_else(PoisonError::into_inner).push(late);
    }
}

/// A task's run.
pub(crate) struct Noted {
    pub(crate) starts: Arc<Starts>,
    pub(crate) id: TaskId,
    /// Its connection's number.
    pub(crate) connection: usize,
    pub(crate) polls: Option<Arc<Polls>>,
}

#[async_trait]
impl Run for Noted {
    async fn run(&self, due: Timestamp) -> Outcome {
        self.starts.note(due);
        let Some(polls) = &self.polls else { return Outcome::Done };
        if let Err(error) = polls.poll(&self.id, self.connection).await
            && self.starts.failed.fetch_add(1, Ordering::Relaxed) == 0
        {
            println!("the first poll that failed: {error:#}");
        }
        Outcome::Done
    }

    fn planned(&self, _: Option<Timestamp>) {}
}

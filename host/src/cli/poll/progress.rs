//! How far a poll has come, on a terminal.

use std::{future::Future, io, pin::pin, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time;

use crate::{cli::output, model::TaskId};

const STEP: Duration = Duration::from_millis(100);

/// A line on stderr that tells how far it came; nothing where stderr is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn start(task: &TaskId) -> Self {
        let bar = match output::is_terminal(&io::stderr()) {
            true => ProgressBar::new_spinner(),
            false => ProgressBar::hidden(),
        };
        let style = ProgressStyle::with_template("{spinner} {prefix}: {msg} ({elapsed})");
        Self(
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
                .with_prefix(task.to_string()),
        )
    }

    /// Does what writes to the terminal, with the line out of its way.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    /// Waits for some work, and tells meanwhile how far it has come.
    pub(super) async fn beside<T>(
        &self,
        work: impl Future<Output = T>,
        far: impl Fn() -> String,
    ) -> T {
        let mut work = pin!(work);
        let mut steps = time::interval(STEP);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                _ = steps.tick() => self.tell(far()),
            }
        };
        self.0.finish_and_clear();
        done
    }

    fn tell(&self, far: String) {
        self.0.set_message(far);
        self.0.tick();
    }
}

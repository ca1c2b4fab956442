//! Guest time: how long a call has run, without the times at which it gave way to others.
//!
//! Counted by the machine's clock and not in ticks of the epoch: a call of WASI may last for many
//! of these, and the guest is told of the last alone.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The guest time of a call. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct GuestTime(Arc<Mutex<Used>>);

#[derive(Default)]
struct Used {
    before: Duration,
    /// Since when it runs, while it does.
    since: Option<Instant>,
}

impl GuestTime {
    /// What the present call has used so far.
    pub(super) fn used(&self) -> Duration {
        let used = self.lock();
        used.before + used.since.map(|since| since.elapsed()).unwrap_or_default()
    }

    /// Runs a call, and counts its time from nothing.
    pub(super) async fn count<T>(&self, call: impl Future<Output = T>) -> T {
        *self.lock() = Used::default();
        let mut call = pin!(call);
        poll_fn(|context| {
            self.goes_on();
            let polled = call.as_mut().poll(context);
            self.gives_way();
            polled
        })
        .await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a guest's time is the machine's, also where a test turns the host's clock"
    )]
    fn goes_on(&self) {
        self.lock().since = Some(Instant::now());
    }

    fn gives_way(&self) {
        let before = self.used();
        *self.lock() = Used { before, since: None };
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn busy(time: &GuestTime) {
        time.count(async { while time.used() < Duration::from_millis(3) {} }).await;
    }

    #[tokio::test]
    async fn only_running_counts() {
        let (time, other) = (GuestTime::default(), GuestTime::default());
        busy(&time).await;
        let used = time.used();
        assert!(used >= Duration::from_millis(3));
        busy(&other).await;
        assert_eq!(time.used(), used, "counted while another ran");
    }
}

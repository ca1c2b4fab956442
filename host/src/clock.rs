//! The one clock of a host: what time it is, and how waits are spread, comes from here, so that a
//! test can turn it and find the same again.
//!
//! Waiting is measured by the runtime's own timer, which goes on evenly when the wall clock is
//! set; what is due is decided anew at every wake-up, by this clock. It has two faces: what is
//! told to others goes by [`now`](Clock::now), and what waits in memory by
//! [`steady`](Clock::steady), or all of it would wait for an hour where the clock is set back
//! by one.

use std::{
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now, UTC.
    fn now(&self) -> Timestamp;

    /// The time by which waits are counted: that of [`now`](Self::now), but that it never goes
    /// back. Where the clock is set forward, it follows.
    fn steady(&self) -> Timestamp {
        self.now()
    }

    /// From 0 to 1, by chance: where in its bounds a wait ends.
    fn spread(&self) -> f64 {
        rand::random()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Timestamp {
        /// What the clock said when it was first asked, and when that was.
        static BEGAN: LazyLock<(Timestamp, Instant)> = LazyLock::new(began);
        /// How far it was set forward since, at most, in microseconds.
        static AHEAD: AtomicI64 = AtomicI64::new(0);

        let (time, instant) = *BEGAN;
        let even = after(time, instant.elapsed());
        let ahead = self.now().as_microsecond().saturating_sub(even.as_microsecond());
        let most = AHEAD.fetch_max(ahead, Ordering::SeqCst).max(ahead);
        even.checked_add(SignedDuration::from_micros(most)).unwrap_or(Timestamp::MAX)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn began() -> (Timestamp, Instant) {
    (Timestamp::now(), Instant::now())
}

/// A clock that goes only when it is told to.
#[derive(Debug)]
pub struct Manual(Mutex<Timestamp>);

impl Manual {
    /// A clock that stands at a time.
    pub fn at(time: Timestamp) -> Self {
        Self(Mutex::new(time))
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *time = time.checked_add(by).unwrap_or(Timestamp::MAX);
    }
}

impl Clock for Manual {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long from `now` until `time`; nothing where it is past.
pub fn until(now: Timestamp, time: Timestamp) -> Duration {
    Duration::try_from(time.duration_since(now)).unwrap_or_default()
}

/// `time`, so much later.
pub fn after(time: Timestamp, wait: Duration) -> Timestamp {
    time.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// `time`, so much earlier.
pub fn before(time: Timestamp, by: Duration) -> Timestamp {
    time.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steady_time_is_the_clocks_and_never_goes_back() {
        let (before, steady, after) = (System.steady(), System.steady(), System.steady());
        assert!(before <= steady && steady <= after);
        let (before, steady, after) = (System.now(), System.steady(), System.now());
        let slack = SignedDuration::from_secs(1);
        assert!(before <= steady + slack && steady <= after + slack, "{before} {steady} {after}");
    }
}

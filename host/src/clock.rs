//! The one clock of a host: what time it is, and how waits are spread, comes from here, so that a
//! test can turn it and find the same again.
//!
//! Waiting is measured by the runtime's own timer, which goes on evenly when the wall clock is
//! set; what is due is decided anew at every wake-up, by this clock.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The time now, UTC.
    fn now(&self) -> Timestamp;

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

//! What something costs, measured often.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::spread::Spread;

/// Times in microseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Of half of the measurements, no more than this.
    pub(crate) median: f64,
    /// Of the quickest.
    pub(crate) least: f64,
}

impl Cost {
    /// Of these measurements.
    pub(crate) fn of(times: &[Duration]) -> Self {
        let spread = Spread::of(times.iter().map(|time| time.as_secs_f64() * 1e6));
        Self { median: spread.median(), least: spread.at(0.0) }
    }

    /// In thousands of microseconds, or in millions.
    pub(crate) fn per(self, unit: f64) -> Self {
        Self { median: self.median / unit, least: self.least / unit }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.median < 20.0 { 2 } else { 0 };
        write!(formatter, "{:.digits$} ({:.digits$})", self.median, self.least)
    }
}

/// What some work came to, and the CPU time of this thread meanwhile.
pub(crate) async fn cpu<T>(work: impl Future<Output = Result<T>>) -> Result<(T, Duration)> {
    let before = thread();
    let done = work.await?;
    Ok((done, thread() - before))
}

/// CPU time of this process, until now.
pub(crate) fn process() -> Duration {
    used(ClockId::ProcessCPUTime)
}

fn thread() -> Duration {
    used(ClockId::ThreadCPUTime)
}

fn used(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures by the machine's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

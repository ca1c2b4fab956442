//! Whether another side as a whole can be spoken to.
//!
//! While everything that it is sent fails, one attempt at a time finds out whether it is back,
//! later and later, so that ten thousand lanes do not knock on a closed door.

use std::time::Duration;

use jiff::Timestamp;

use crate::{clock, schedule::backoff::backoff};

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// How a destination or an EHR has answered lately.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    paused_until: Option<Timestamp>,
}

impl Breaker {
    /// How many attempts may be under way, of `concurrency` at best.
    pub(crate) fn room(&self, now: Timestamp, concurrency: usize) -> usize {
        let paused = self.paused_until.is_some_and(|until| until > now);
        match (paused, self.failures) {
            (true, _) => 0,
            (false, 0) => concurrency,
            (false, _) => 1,
        }
    }

    /// It answered, whatever it said.
    pub(crate) fn answered(&mut self) {
        (self.failures, self.paused_until) = (0, None);
    }

    /// It failed as a whole. Answers until when it is left alone, at least for the `pause` that
    /// it asked for. Of many failures that were under way together, the first counts.
    pub(crate) fn failed(
        &mut self,
        now: Timestamp,
        pause: Option<Duration>,
        random: f64,
    ) -> Timestamp {
        if let Some(until) = self.paused_until.filter(|until| *until > now && pause.is_none()) {
            return until;
        }
        self.failures = self.failures.saturating_add(1);
        let wait = backoff(self.failures, FIRST_PAUSE, LONGEST_PAUSE, random);
        let until = clock::after(now, pause.unwrap_or_default().max(wait));
        self.paused_until = Some(until);
        until
    }

    /// Until when it is left alone, if it is at `now`.
    pub(crate) fn paused_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.paused_until.filter(|until| *until > now)
    }

    /// Until when it is or was left alone.
    pub(crate) fn paused_until(&self) -> Option<Timestamp> {
        self.paused_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn one_that_fails_is_left_alone_and_then_probed() {
        let mut breaker = Breaker::default();
        assert_eq!(breaker.room(NOW, 8), 8);
        let until = breaker.failed(NOW, None, 0.5);
        assert_eq!(breaker.room(NOW, 8), 0);
        assert_eq!(breaker.paused_at(NOW), Some(until));
        assert_eq!(breaker.room(until, 8), 1);
        assert_eq!(breaker.paused_at(until), None, "whoever waits for a probe would spin");
        breaker.answered();
        assert_eq!(breaker.room(until, 8), 8);
    }

    #[test]
    fn failures_that_were_under_way_together_count_once() {
        let mut breaker = Breaker::default();
        let first = breaker.failed(NOW, None, 0.5);
        assert_eq!(breaker.failed(NOW, None, 0.5), first);
        assert_eq!(breaker.failures, 1);
    }

    #[test]
    fn it_is_left_alone_for_as_long_as_it_asks() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Breaker::default().failed(NOW, Some(hour), 0.5), clock::after(NOW, hour));
    }
}

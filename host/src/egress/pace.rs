//! How fast a client may ask: so many requests at once, so many a second, and none during a
//! pause that the server asked for.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep, sleep_until},
};

/// A pause that is waited out within a request; a longer one is the caller's to plan with.
const SHORT_PAUSE: Duration = Duration::from_secs(5);
/// What a rate lets pass in one go: the requests of so long a time, so that timers of one
/// millisecond don't slow it down.
const BURST: Duration = Duration::from_millis(50);

/// The pause that the server asked for lasts so long still.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Paused(pub(super) Duration);

pub(super) struct Pace {
    turns: Semaphore,
    rate: Option<Rate>,
    paused_until: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(concurrency: usize, rate: Option<f64>) -> Self {
        let turns = Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS));
        Self { turns, rate: rate.and_then(Rate::new), paused_until: Mutex::default() }
    }

    /// Waits until a request may be sent; it holds its turn until the permit is dropped.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Paused> {
        self.not_paused_for_long()?;
        #[expect(clippy::expect_used, reason = "nobody closes this semaphore")]
        let turn = self.turns.acquire().await.expect("an open semaphore");
        loop {
            self.not_paused().await?;
            let wait = self.rate.as_ref().and_then(|rate| rate.take(Instant::now()));
            sleep(wait.unwrap_or_default()).await;
            // Another's answer may have asked for a pause meanwhile.
            if self.paused_for().is_none() {
                return Ok(turn);
            }
        }
    }

    /// Waits for the end of a short pause, if there is one. Who has a turn asks anew before each
    /// further request: the answer to another one may have asked for a pause meanwhile.
    pub(super) async fn not_paused(&self) -> Result<(), Paused> {
        while let Some(until) = self.not_paused_for_long()? {
            sleep_until(until).await;
        }
        Ok(())
    }

    /// How long the pause still lasts, if there is one.
    pub(super) fn paused_for(&self) -> Option<Duration> {
        let until = (*self.paused_until.lock().unwrap_or_else(PoisonError::into_inner))?;
        until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero())
    }

    /// Pauses where an answer asks for it. A pause that lasts longer already stays.
    pub(super) fn heed(&self, status: u16, retry_after: Option<Duration>) {
        let (429 | 503, Some(pause)) = (status, retry_after) else { return };
        let until = Instant::now() + pause;
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        if paused.is_none_or(|before| before < until) {
            *paused = Some(until);
        }
    }

    fn not_paused_for_long(&self) -> Result<Option<Instant>, Paused> {
        match self.paused_for() {
            Some(rest) if rest > SHORT_PAUSE => Err(Paused(rest)),
            rest => Ok(rest.map(|rest| Instant::now() + rest)),
        }
    }
}

/// A rate as a schedule of equal steps, some of which may be taken ahead (GCRA, ITU-T I.371).
struct Rate {
    step: Duration,
    ahead: Duration,
    next: Mutex<Option<Instant>>,
}

impl Rate {
    /// None where it is no rate: not above zero, or not finite.
    fn new(per_second: f64) -> Option<Self> {
        if !per_second.is_normal() || per_second.is_sign_negative() {
            return None;
        }
        let step = Duration::try_from_secs_f64(per_second.recip()).ok()?;
        Some(Self { step, ahead: BURST.saturating_sub(step), next: Mutex::default() })
    }

    /// Takes the next step, and says how long it is until it may be used.
    fn take(&self, now: Instant) -> Option<Duration> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |next| next.max(now));
        *next = Some(at + self.step);
        let wait = at.duration_since(now).saturating_sub(self.ahead);
        (!wait.is_zero()).then_some(wait)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_rate_spreads_requests() {
        let pace = Pace::new(100, Some(10.0));
        let start = Instant::now();
        for _ in 0..11 {
            drop(pace.turn().await.unwrap());
        }
        assert!(
            (Duration::from_millis(1000)..Duration::from_millis(1100)).contains(&start.elapsed())
        );
        let pace = Pace::new(100, Some(10_000.0));
        let start = Instant::now();
        for _ in 0..1_000 {
            drop(pace.turn().await.unwrap());
        }
        assert!((Duration::from_millis(50)..Duration::from_millis(150)).contains(&start.elapsed()));
    }

    #[test]
    fn what_is_no_rate_is_none() {
        for rate in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY, 1e-300] {
            assert!(Rate::new(rate).is_none(), "{rate}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_pause_is_waited_out_and_a_long_one_told() {
        let pace = Pace::new(1, None);
        pace.heed(200, Some(Duration::from_secs(60)));
        pace.heed(429, None);
        assert_eq!(pace.paused_for(), None);
        pace.heed(429, Some(Duration::from_secs(3)));
        let start = Instant::now();
        drop(pace.turn().await.unwrap());
        assert!(start.elapsed() >= Duration::from_secs(3));
        pace.heed(503, Some(Duration::from_secs(60)));
        pace.heed(503, Some(Duration::from_secs(1)));
        assert_eq!(pace.turn().await.err(), Some(Paused(Duration::from_secs(60))));
        tokio::time::advance(Duration::from_secs(58)).await;
        drop(pace.turn().await.unwrap());
        assert_eq!(pace.paused_for(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_minded_by_who_waits_for_the_rate() {
        let pace = Pace::new(2, Some(1.0));
        drop(pace.turn().await.unwrap());
        let asks = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            pace.heed(503, Some(Duration::from_secs(60)));
        };
        let (turn, ()) = tokio::join!(pace.turn(), asks);
        assert_eq!(turn.err(), Some(Paused(Duration::from_millis(59_500))));
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_have_their_turn_at_once() {
        let pace = Pace::new(2, None);
        let (first, _second) = (pace.turn().await.unwrap(), pace.turn().await.unwrap());
        let third = tokio::time::timeout(Duration::from_secs(1), pace.turn()).await;
        assert!(third.is_err());
        drop(first);
        assert!(pace.turn().await.is_ok());
    }
}

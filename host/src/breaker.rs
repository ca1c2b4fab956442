//! Whether another side as a whole can be spoken to.
//!
//! One record that is refused says nothing of the others, so what fails is first of all a matter
//! of who fails. A breaker opens on what many have in common: a fault that nobody would escape, as
//! a connection refused, or several in a row that had not failed before, with no success between.
//! While it is open one attempt at a time finds out whether the other side is back: at once, and
//! then later and later, so that ten thousand lanes do not knock on a closed door. What was under
//! way as it opened tells nothing more; what had failed before tells little, and keeps none waiting
//! that is new.

use std::time::Duration;

use jiff::Timestamp;

use crate::{clock, schedule::backoff::backoff};

/// So many failures of those that had not failed before, in a row, are not theirs any more: after a
/// while few, at once many. Those of one kind that are refused often stand side by side.
const IN_A_ROW: u32 = 5;
const AT_ONCE: u32 = 40;
const A_WHILE: Duration = Duration::from_secs(1);
/// Failures further apart than this are no row.
const ROW: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How a destination or an EHR has answered lately.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// Numbers the attempts.
    begun: u64,
    /// Counts those that ended well.
    well: u64,
    /// Failures in a row while it is closed.
    row: Option<Row>,
    open: Option<Open>,
    /// How long it was open until it closed last, all times together.
    was_open: Duration,
}

/// Failures in a row.
#[derive(Debug)]
struct Row {
    length: u32,
    first: Timestamp,
    last: Timestamp,
}

/// What is known of a side that fails as a whole.
#[derive(Debug)]
struct Open {
    since: Timestamp,
    /// For all.
    pause: Pause,
    /// For those that had failed before, beside that.
    tried: Pause,
    /// The attempt that finds out.
    probe: Option<u64>,
}

/// How long nobody tries.
#[derive(Debug, Default)]
struct Pause {
    /// Probes that failed.
    failures: u32,
    until: Option<Timestamp>,
}

/// An attempt that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass(u64);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As it should.
    Well,
    /// It failed, and maybe others would not have; whether it had not before.
    Failed { is_new: bool },
    /// It failed, and so would any other. How long the other side asked to be left alone.
    FailedWhole(Option<Duration>),
    /// Without a word of how the other side is.
    Untold,
}

/// What an attempt's end has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// It fails as a whole from now on.
    Open,
    /// It is back.
    Closed,
}

impl Breaker {
    /// Whether one more attempt may begin: of one that is new, or that had failed before.
    pub(crate) fn admits(&self, now: Timestamp, is_new: bool) -> bool {
        let Some(open) = &self.open else { return true };
        open.probe.is_none() && self.paused_at(now, is_new).is_none()
    }

    /// An attempt begins; [`Self::ended`] is to be told of its end.
    pub(crate) fn begin(&mut self) -> Pass {
        self.begun += 1;
        if let Some(open) = &mut self.open {
            open.probe.get_or_insert(self.begun);
        }
        Pass(self.begun)
    }

    /// An attempt has ended.
    pub(crate) fn ended(
        &mut self,
        Pass(pass): Pass,
        how: How,
        now: Timestamp,
        random: f64,
    ) -> Option<Turned> {
        let probe = self.open.as_mut().and_then(|open| open.probe.take_if(|it| *it == pass));
        match how {
            How::Untold => None,
            How::Well => {
                self.well += 1;
                self.close(now)
            }
            How::Failed { is_new } => self.failed(probe.is_some(), is_new, now, random),
            How::FailedWhole(pause) => self.failed_whole(probe.is_some(), pause, now, random),
        }
    }

    /// Whether it fails as a whole, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// How many attempts have ended well so far.
    pub(crate) fn well(&self) -> u64 {
        self.well
    }

    /// Until when it is left alone by those that are new, or had failed before, if it is at `now`.
    pub(crate) fn paused_at(&self, now: Timestamp, is_new: bool) -> Option<Timestamp> {
        let open = self.open.as_ref()?;
        let until = if is_new { open.pause.until } else { open.pause.until.max(open.tried.until) };
        until.filter(|until| *until > now)
    }

    /// Until when it is or was left alone, unless something new comes.
    pub(crate) fn paused_until(&self) -> Option<Timestamp> {
        self.open.as_ref().and_then(|open| open.pause.until.max(open.tried.until))
    }

    /// How long it has failed as a whole so far, all times together.
    pub(crate) fn open_for(&self, now: Timestamp) -> Duration {
        let open = self.open.as_ref().map(|open| clock::until(open.since, now));
        self.was_open.saturating_add(open.unwrap_or_default())
    }

    fn failed(&mut self, probe: bool, is_new: bool, now: Timestamp, random: f64) -> Option<Turned> {
        if let Some(open) = &mut self.open {
            match (probe, is_new) {
                (true, true) => open.pause.more(None, now, random),
                (true, false) => open.tried.more(None, now, random),
                (false, _) => {}
            }
            return None;
        }
        if !is_new {
            return None;
        }
        let row = self.row.take().filter(|row| clock::after(row.last, ROW) >= now);
        let mut row = row.unwrap_or(Row { length: 0, first: now, last: now });
        (row.length, row.last) = (row.length.saturating_add(1), now);
        let is_long = row.is_long();
        self.row = Some(row);
        is_long.then(|| {
            self.open(now);
            Turned::Open
        })
    }

    fn failed_whole(
        &mut self,
        probe: bool,
        pause: Option<Duration>,
        now: Timestamp,
        random: f64,
    ) -> Option<Turned> {
        let was_open = self.is_open();
        let open = self.open(now);
        // Of many that were under way together, the first counts; each may ask for a longer pause.
        if probe || !was_open {
            open.pause.more(pause, now, random);
        } else if let Some(pause) = pause {
            open.pause.until = open.pause.until.max(Some(clock::after(now, pause)));
        }
        (!was_open).then_some(Turned::Open)
    }

    fn open(&mut self, now: Timestamp) -> &mut Open {
        let (pause, tried) = (Pause::default(), Pause::default());
        self.open.get_or_insert(Open { since: now, pause, tried, probe: None })
    }

    fn close(&mut self, now: Timestamp) -> Option<Turned> {
        self.was_open = self.open_for(now);
        self.row = None;
        self.open.take().map(|_| Turned::Closed)
    }
}

impl Row {
    fn is_long(&self) -> bool {
        let lasts = clock::after(self.first, A_WHILE) <= self.last;
        self.length >= if lasts { IN_A_ROW } else { AT_ONCE }
    }
}

impl Pause {
    fn more(&mut self, asked: Option<Duration>, now: Timestamp, random: f64) {
        self.failures = self.failures.saturating_add(1);
        let wait = backoff(self.failures, FIRST_PAUSE, LONGEST_PAUSE, random);
        let until = clock::after(now, asked.unwrap_or_default().max(wait));
        self.until = self.until.max(Some(until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const NEW: How = How::Failed { is_new: true };
    const KNOWN: How = How::Failed { is_new: false };
    const WHOLE: How = How::FailedWhole(None);

    fn later(seconds: u64) -> Timestamp {
        clock::after(NOW, Duration::from_secs(seconds))
    }

    /// One attempt after another, as they end.
    fn after(ends: &[How]) -> Breaker {
        let mut breaker = Breaker::default();
        for how in ends {
            let pass = breaker.begin();
            breaker.ended(pass, *how, NOW, 1.0);
        }
        breaker
    }

    #[test]
    fn it_opens_on_what_many_have_in_common() {
        for (ends, is_open) in [
            (vec![NEW; 39], false),
            (vec![NEW; 40], true),
            (vec![KNOWN; 100], false),
            ([vec![NEW; 39], vec![How::Well], vec![NEW; 39]].concat(), false),
            ([vec![NEW; 39], vec![KNOWN, How::Untold], vec![NEW]].concat(), true),
            (vec![WHOLE], true),
        ] {
            assert_eq!(after(&ends).is_open(), is_open, "{ends:?}");
        }
    }

    #[test]
    fn few_are_enough_after_a_while_but_not_far_apart() {
        for (apart, opens_after) in [(1, Some(5)), (20, Some(5)), (60, Some(5)), (61, None)] {
            let mut breaker = Breaker::default();
            let opens = (1..=100).find(|number| {
                let pass = breaker.begin();
                breaker.ended(pass, NEW, later(number * apart), 1.0).is_some()
            });
            assert_eq!(opens, opens_after, "{apart} s");
        }
    }

    #[test]
    fn an_open_one_is_probed_at_once_and_then_later_and_later_by_one_at_a_time() {
        let (mut breaker, mut now, mut pauses) = (after(&[NEW; 40]), NOW, Vec::new());
        for _ in 0..10 {
            assert!(breaker.admits(now, true));
            let probe = breaker.begin();
            assert!(!breaker.admits(now, true));
            breaker.ended(probe, NEW, now, 1.0);
            let until = breaker.paused_at(now, true).unwrap_or(now);
            assert!(!breaker.admits(now, true) && !breaker.admits(now, false));
            pauses.push(clock::until(now, until).as_millis());
            now = until;
        }
        let expected = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
        assert_eq!(pauses, expected);
        let probe = breaker.begin();
        assert_eq!(breaker.ended(probe, How::Well, now, 1.0), Some(Turned::Closed));
        assert!(breaker.admits(now, false) && breaker.paused_until().is_none());
        assert_eq!(breaker.open_for(later(10_000)), clock::until(NOW, now));
    }

    #[test]
    fn what_was_under_way_as_it_opened_tells_nothing_but_that_it_is_back() {
        let mut breaker = Breaker::default();
        let passes = [(); 8].map(|()| breaker.begin());
        let [first, others @ .., last] = passes;
        assert_eq!(breaker.ended(first, WHOLE, NOW, 1.0), Some(Turned::Open));
        let until = breaker.paused_until();
        for pass in others {
            assert_eq!(breaker.ended(pass, WHOLE, NOW, 1.0), None);
            assert_eq!(breaker.ended(pass, NEW, NOW, 1.0), None);
        }
        assert_eq!(breaker.paused_until(), until);
        assert_eq!(breaker.ended(last, How::Well, NOW, 1.0), Some(Turned::Closed));
    }

    #[test]
    fn those_that_had_failed_before_keep_none_waiting_that_is_new() {
        let mut breaker = after(&[NEW; 40]);
        let probe = breaker.begin();
        breaker.ended(probe, KNOWN, NOW, 1.0);
        assert!(breaker.admits(NOW, true) && !breaker.admits(NOW, false));
        let probe = breaker.begin();
        breaker.ended(probe, NEW, NOW, 1.0);
        assert!(!breaker.admits(NOW, true));
    }

    #[test]
    fn a_probe_that_tells_nothing_makes_room_for_another() {
        let mut breaker = after(&[NEW; 40]);
        let probe = breaker.begin();
        breaker.ended(probe, How::Untold, NOW, 1.0);
        assert!(breaker.is_open() && breaker.admits(NOW, true));
    }

    #[test]
    fn it_is_left_alone_for_as_long_as_anybody_heard_it_ask() {
        let (hour, minute) = (Duration::from_secs(3600), Duration::from_secs(60));
        let mut breaker = Breaker::default();
        let [first, second, third] = [(); 3].map(|()| breaker.begin());
        breaker.ended(first, How::FailedWhole(Some(minute)), NOW, 1.0);
        breaker.ended(second, How::FailedWhole(Some(hour)), NOW, 1.0);
        breaker.ended(third, How::FailedWhole(Some(minute)), NOW, 1.0);
        assert_eq!(breaker.paused_until(), Some(clock::after(NOW, hour)));
    }
}

//! What is done about an attempt's outcome. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::Owed;
use crate::{
    clock,
    destination::Outcome,
    schedule::backoff,
    store::{Settlement, Taken},
};

/// A notification kept for a destination that is gone is looked at again after this, in vain
/// until the host is told otherwise.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest wait while nobody was answered since it first failed: the destination may be down,
/// with too few in line to tell.
const LONGEST_ALONE: Duration = Duration::from_secs(5 * 60);

/// What is done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is there; forget it.
    Delivered,
    /// Again later.
    Retry { attempted_at: Timestamp, not_before: Timestamp },
    /// A person must look.
    Dead { reason: String },
    /// Nothing, as long as the destination is gone.
    Keep,
}

impl Decision {
    /// What the store is told of it, with what it is to keep of a delivery that is done.
    pub(super) fn settlement(&self, at: Timestamp, taken: Option<Taken>) -> Option<Settlement> {
        match self {
            Self::Delivered => Some(Settlement::Delivered(taken.map(Box::new))),
            Self::Retry { attempted_at, not_before } => {
                Some(Settlement::Retry { attempted_at: *attempted_at, not_before: *not_before })
            }
            Self::Dead { reason } => Some(Settlement::Dead { reason: reason.clone(), at }),
            Self::Keep => None,
        }
    }
}

/// When it is decided, and by what.
pub(super) struct Moment {
    pub(super) now: Timestamp,
    /// Of a destination that fails as a whole, when it is asked next. Its notifications go on when
    /// it does, whatever their own waits, and these do not grow by its fault.
    pub(super) back: Option<Timestamp>,
    /// How many the destination has taken so far.
    pub(super) others: u64,
    pub(super) retry_for: Duration,
    pub(super) random: f64,
}

/// Decides, and counts the attempt.
pub(super) fn decide(outcome: &Outcome, owed: &mut Owed, moment: &Moment) -> Decision {
    let why = match outcome {
        Outcome::Delivered => return Decision::Delivered,
        Outcome::Gone { .. } => return Decision::Keep,
        Outcome::Refused { why } => return Decision::Dead { reason: why.clone() },
        Outcome::Failed { why, .. } => why,
    };
    let Moment { now, back, others, retry_for, random } = *moment;
    owed.refusals = owed.refusals.saturating_add(u32::from(back.is_none()));
    owed.delivery.attempts = owed.delivery.attempts.saturating_add(1);
    let first = *owed.delivery.first_attempt_at.get_or_insert(now);
    match backoff::next_attempt(owed.refusals, first, now, retry_for, random) {
        Some(next) => {
            let is_alone = *owed.others.get_or_insert(others) == others;
            let most = if is_alone { clock::after(now, LONGEST_ALONE) } else { next };
            let not_before = back.unwrap_or(next.min(most));
            Decision::Retry { attempted_at: now, not_before }
        }
        None => Decision::Dead {
            reason: format!("{why}, at every attempt for {}", crate::duration::Show(retry_for)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ContainerId, Delivery, Lane},
        status::Backlog,
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn owed(attempts: u32) -> Owed {
        let first_attempt_at = (attempts > 0).then_some(NOW);
        let (destination, sequence, not_before) = ("app".into(), 1, None);
        let delivery = Delivery { destination, sequence, attempts, first_attempt_at, not_before };
        let lanes = [Lane(1), Lane(2)];
        Owed::new(ContainerId(1), lanes, delivery, Backlog::new("c".into()).enter())
    }

    fn failed() -> Outcome {
        Outcome::Failed { why: "status 500".into(), pause: None, of_it_all: false }
    }

    fn at(now: Timestamp, back: Option<Timestamp>) -> Moment {
        Moment { now, back, others: 0, retry_for: DAY, random: 0.5 }
    }

    #[test]
    fn each_outcome_has_its_decision() {
        let decide = |outcome: &Outcome| decide(outcome, &mut owed(0), &at(NOW, None));
        let why = || "status 413".to_owned();
        assert_eq!(decide(&Outcome::Delivered), Decision::Delivered);
        assert_eq!(decide(&Outcome::Gone { why: why() }), Decision::Keep);
        assert_eq!(decide(&Outcome::Refused { why: why() }), Decision::Dead { reason: why() });
        assert!(matches!(decide(&failed()), Decision::Retry { .. }));
    }

    #[test]
    fn a_delivery_is_dead_when_its_days_are_used_up() {
        let late = at(clock::after(NOW, DAY), None);
        assert_eq!(
            decide(&failed(), &mut owed(20), &late),
            Decision::Dead { reason: "status 500, at every attempt for 1d".into() }
        );
    }

    #[test]
    fn one_of_a_destination_that_fails_as_a_whole_goes_on_with_it() {
        let (back, mut owed) = (clock::after(NOW, Duration::from_secs(3)), owed(0));
        for attempts in 1..=9 {
            let decision = decide(&failed(), &mut owed, &at(NOW, Some(back)));
            assert_eq!(decision, Decision::Retry { attempted_at: NOW, not_before: back });
            assert_eq!((owed.delivery.attempts, owed.refusals), (attempts, 0));
        }
        let first = Decision::Retry { attempted_at: NOW, not_before: soon(50) };
        assert_eq!(decide(&failed(), &mut owed, &at(NOW, None)), first);
    }

    #[test]
    fn its_own_waits_grow_with_its_own_failures_and_not_from_the_beginning_after_a_restart() {
        let (mut delivery, mut waits) = (owed(0), Vec::new());
        for _ in 0..6 {
            let decision = decide(&failed(), &mut delivery, &at(NOW, None));
            let Decision::Retry { not_before, .. } = decision else { unreachable!("{decision:?}") };
            waits.push(clock::until(NOW, not_before).as_millis());
        }
        assert_eq!(waits, [50, 250, 1_000, 5_000, 30_000, 120_000]);
        // Longer than five minutes only where others were answered meanwhile.
        for (others, wait) in [(0, 300_000), (1, 1_800_000)] {
            let moment = Moment { others, ..at(NOW, None) };
            let not_before = soon(wait);
            let expected = Decision::Retry { attempted_at: NOW, not_before };
            assert_eq!(decide(&failed(), &mut delivery, &moment), expected);
        }
        let after = Decision::Retry { attempted_at: NOW, not_before: soon(30_000) };
        assert_eq!(decide(&failed(), &mut owed(100), &at(NOW, None)), after);
    }

    fn soon(milliseconds: u64) -> Timestamp {
        clock::after(NOW, Duration::from_millis(milliseconds))
    }
}

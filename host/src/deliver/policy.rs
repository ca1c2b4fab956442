//! What is done about an attempt's outcome. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    destination::Outcome,
    model::Delivery,
    schedule::backoff,
    store::{Settlement, Taken},
};

/// A notification kept for a destination that is gone is looked at again after this, in vain
/// until the host is told otherwise.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

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

/// Decides, and counts the attempt. `paused_until` is said of a destination that fails as a
/// whole: its notifications go on when it does, whatever their own schedule.
pub(super) fn decide(
    outcome: &Outcome,
    delivery: &mut Delivery,
    now: Timestamp,
    paused_until: Option<Timestamp>,
    retry_for: Duration,
    random: f64,
) -> Decision {
    let why = match outcome {
        Outcome::Delivered => return Decision::Delivered,
        Outcome::Gone { .. } => return Decision::Keep,
        Outcome::Refused { why } => return Decision::Dead { reason: why.clone() },
        Outcome::Failed { why, .. } => why,
    };
    delivery.attempts = delivery.attempts.saturating_add(1);
    let first = *delivery.first_attempt_at.get_or_insert(now);
    match backoff::next_attempt(delivery.attempts, first, now, retry_for, random) {
        Some(next) => {
            Decision::Retry { attempted_at: now, not_before: paused_until.unwrap_or(next) }
        }
        None => Decision::Dead {
            reason: format!("{why}, at every attempt for {}", crate::duration::Show(retry_for)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn delivery() -> Delivery {
        let (first_attempt_at, not_before) = (None, None);
        Delivery {
            destination: "app".into(),
            sequence: 1,
            attempts: 0,
            first_attempt_at,
            not_before,
        }
    }

    fn failed(of_it_all: bool) -> Outcome {
        Outcome::Failed { why: "status 500".into(), pause: None, of_it_all }
    }

    #[test]
    fn each_outcome_has_its_decision() {
        let decide = |outcome: &Outcome| decide(outcome, &mut delivery(), NOW, None, DAY, 0.5);
        let why = || "status 413".to_owned();
        assert_eq!(decide(&Outcome::Delivered), Decision::Delivered);
        assert_eq!(decide(&Outcome::Gone { why: why() }), Decision::Keep);
        assert_eq!(decide(&Outcome::Refused { why: why() }), Decision::Dead { reason: why() });
        assert!(matches!(decide(&failed(false)), Decision::Retry { .. }));
    }

    #[test]
    fn a_delivery_is_dead_when_its_days_are_used_up() {
        let mut delivery = Delivery { attempts: 20, first_attempt_at: Some(NOW), ..delivery() };
        let late = crate::clock::after(NOW, DAY);
        let decision = decide(&failed(false), &mut delivery, late, None, DAY, 0.5);
        assert_eq!(
            decision,
            Decision::Dead { reason: "status 500, at every attempt for 1d".into() }
        );
    }

    #[test]
    fn one_of_a_destination_that_fails_as_a_whole_goes_on_with_it() {
        let back = crate::clock::after(NOW, Duration::from_secs(3));
        let decision = decide(&failed(true), &mut delivery(), NOW, Some(back), DAY, 0.5);
        assert_eq!(decision, Decision::Retry { attempted_at: NOW, not_before: back });
    }
}

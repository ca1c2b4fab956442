//! What is done about a container that could not be collected. Pure.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::failing::Failing;
use crate::{
    breaker::How,
    clock,
    connector::{Failure, Fault},
    duration, egress,
    schedule::backoff,
    store,
};

/// A fault of the connector's, that the EHR's next answer may mend, is tried so often.
const TRIES: u32 = 7;
/// The longest wait of a container that fails by itself.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// A container of an EHR that is down is kept for so long.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Why a container could not be collected.
pub(super) enum Trouble {
    Fault(Fault),
    Egress(Arc<egress::Error>),
    Store(store::Error),
}

/// Whose trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// That of any other container as well. How long the EHR asked to be left alone.
    All(Option<Duration>),
    /// The EHR refused something, maybe of this record alone: what becomes of others decides.
    Records,
    /// The connector's, with this change.
    Connectors,
    /// The store's.
    Stores,
}

/// What is done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Again, not before then.
    Again(Timestamp),
    /// As soon as the EHR is back.
    WithAll,
    /// Once more, and what the EHR still refuses is to be left out.
    LastTry,
    /// It becomes a dead letter.
    Bury(String),
}

/// When it is decided, and by what.
pub(super) struct Moment {
    pub(super) now: Timestamp,
    /// Whether the EHR fails as a whole.
    pub(super) is_open: bool,
    /// How long it has done so, all times together.
    pub(super) open_for: Duration,
    /// How long what is refused of one record is asked for.
    pub(super) collect_for: Duration,
    pub(super) random: f64,
}

impl Trouble {
    pub(super) fn whose(&self) -> Whose {
        match self {
            Self::Fault(Fault::Failure(failure)) => of_failure(failure),
            Self::Fault(_) => Whose::Connectors,
            Self::Egress(error) => match error.retry() {
                egress::Retry::Never => Whose::Connectors,
                egress::Retry::After(pause) => Whose::All(Some(pause)),
                egress::Retry::Backoff if error.is_of_it_all() => Whose::All(None),
                egress::Retry::Backoff => Whose::Records,
            },
            Self::Store(_) => Whose::Stores,
        }
    }

    /// What it says of the EHR as a whole.
    pub(super) fn how(&self, is_new: bool) -> How {
        match self.whose() {
            Whose::All(pause) => How::FailedWhole(pause),
            Whose::Records => How::Failed { is_new },
            Whose::Connectors | Whose::Stores => How::Untold,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Egress(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

fn of_failure(failure: &Failure) -> Whose {
    match failure {
        Failure::InvalidSettings(_) => Whose::All(None),
        Failure::Throttled(Some(pause)) => Whose::All(Some(*pause)),
        Failure::Throttled(None)
        | Failure::Unauthorized(_)
        | Failure::Unavailable(_)
        | Failure::UnexpectedResponse(_) => Whose::Records,
        Failure::CursorLost(_) | Failure::Internal(_) => Whose::Connectors,
    }
}

/// Decides, and counts the failure. While the EHR fails as a whole, that is nobody's own.
pub(super) fn decide(trouble: &Trouble, failing: &mut Failing, moment: &Moment) -> Decision {
    let Moment { now, is_open, .. } = *moment;
    let whose = trouble.whose();
    if is_open && matches!(whose, Whose::All(_) | Whose::Records) {
        let is_spent = clock::after(failing.since, KEPT_FOR) <= now;
        return if is_spent { Decision::Bury(trouble.to_string()) } else { Decision::WithAll };
    }
    failing.tries = failing.tries.saturating_add(1);
    let wait = backoff::delivery_wait(failing.tries, moment.random).min(LONGEST_WAIT);
    let left = match whose {
        Whose::Stores => Duration::MAX,
        Whose::Connectors if failing.tries >= TRIES => {
            return Decision::Bury(trouble.to_string());
        }
        Whose::Connectors => Duration::MAX,
        Whose::Records | Whose::All(_) => {
            moment.collect_for.saturating_sub(failing.of_its_own(now, moment.open_for))
        }
    };
    match (left.is_zero(), failing.is_last_try) {
        (true, false) => {
            failing.is_last_try = true;
            Decision::LastTry
        }
        (true, true) => {
            let span = duration::Show(moment.collect_for);
            Decision::Bury(format!("{trouble}, at every attempt for {span}"))
        }
        (false, _) => Decision::Again(clock::after(now, wait.min(left))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn refused() -> Trouble {
        Trouble::Fault(Failure::Unauthorized("status 403".into()).into())
    }

    fn at(seconds: u64) -> Moment {
        let now = clock::after(NOW, Duration::from_secs(seconds));
        let (is_open, open_for, collect_for) = (false, Duration::ZERO, HOUR);
        Moment { now, is_open, open_for, collect_for, random: 0.5 }
    }

    fn open(seconds: u64) -> Moment {
        Moment { is_open: true, ..at(seconds) }
    }

    /// Tries until something else is decided: that, after how long, and how often.
    fn tried(trouble: &Trouble, open_for: Duration) -> (Decision, u64, usize) {
        let mut failing = Failing::new(NOW, Duration::ZERO);
        let mut moment = at(0);
        for tries in 1.. {
            match decide(trouble, &mut failing, &moment) {
                Decision::Again(next) => moment = Moment { now: next, open_for, ..moment },
                other => return (other, clock::until(NOW, moment.now).as_secs(), tries),
            }
        }
        unreachable!()
    }

    #[test]
    fn whose_trouble_it_is() {
        let pause = Duration::from_secs(7);
        for (failure, whose) in [
            (Failure::InvalidSettings(String::new()), Whose::All(None)),
            (Failure::Throttled(Some(pause)), Whose::All(Some(pause))),
            (Failure::Throttled(None), Whose::Records),
            (Failure::Unauthorized(String::new()), Whose::Records),
            (Failure::Unavailable(String::new()), Whose::Records),
            (Failure::UnexpectedResponse(String::new()), Whose::Records),
            (Failure::CursorLost(String::new()), Whose::Connectors),
            (Failure::Internal(String::new()), Whose::Connectors),
        ] {
            assert_eq!(Trouble::Fault(failure.clone().into()).whose(), whose, "{failure:?}");
        }
    }

    #[test]
    fn what_is_refused_of_a_record_is_asked_for_ever_less_often_and_at_last_left_out() {
        let (decision, after, tries) = tried(&refused(), Duration::ZERO);
        assert_eq!((decision, after), (Decision::LastTry, 3_600));
        assert!(tries < 25, "{tries} times");
    }

    #[test]
    fn time_in_which_the_ehr_fails_as_a_whole_does_not_count() {
        let (decision, after, _) = tried(&refused(), HOUR);
        assert_eq!((decision, after), (Decision::LastTry, 7_200));
        let mut failing = Failing::new(NOW, Duration::ZERO);
        for minutes in 0..600 {
            assert_eq!(decide(&refused(), &mut failing, &open(minutes * 60)), Decision::WithAll);
        }
        assert_eq!(failing.tries, 0);
        let spent = open(7 * 24 * 3_600);
        assert!(matches!(decide(&refused(), &mut failing, &spent), Decision::Bury(_)));
    }

    #[test]
    fn what_is_refused_at_the_last_try_as_well_is_a_dead_letter_but_not_in_an_outage() {
        let mut failing = Failing::new(NOW, Duration::ZERO);
        failing.is_last_try = true;
        assert_eq!(decide(&refused(), &mut failing, &open(3_600)), Decision::WithAll);
        let decision = decide(&refused(), &mut failing, &at(3_600));
        let reason = format!("{}, at every attempt for 1h", refused());
        assert_eq!(decision, Decision::Bury(reason));
    }

    #[test]
    fn a_fault_of_the_connectors_is_tried_some_times_whatever_the_ehr_does() {
        let fault = || Trouble::Fault(Failure::Internal("KeyError".into()).into());
        let (decision, after, tries) = tried(&fault(), Duration::ZERO);
        assert_eq!((decision, after, tries), (Decision::Bury(fault().to_string()), 156, 7));
        let mut failing = Failing::new(NOW, Duration::ZERO);
        assert!(matches!(decide(&fault(), &mut failing, &open(0)), Decision::Again(_)));
    }
}

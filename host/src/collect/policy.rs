//! What is done about a container that could not be collected. Pure.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;

use super::job::Waiting;
use crate::{
    clock,
    connector::{Failure, Fault},
    egress,
    schedule::backoff,
    store,
};

/// A fault that the EHR's next answer may mend is tried so often.
const TRIES: u32 = 4;
/// A container of an EHR that is down is kept for so long.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Why a container could not be collected.
pub(super) enum Trouble {
    Fault(Fault),
    Egress(Arc<egress::Error>),
    Store(store::Error),
}

/// What is done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Again(Timestamp),
    Bury(String),
}

impl Trouble {
    /// Whether any other container would meet the same: then the connection waits as a whole.
    pub(super) fn of_it_all(&self) -> bool {
        match self {
            Self::Fault(Fault::Failure(failure)) => of_the_ehr(failure),
            Self::Fault(_) => false,
            Self::Egress(error) => error.retry() != egress::Retry::Never,
            Self::Store(_) => true,
        }
    }

    /// How long the EHR asked to be left alone.
    pub(super) fn pause(&self) -> Option<Duration> {
        match self {
            Self::Fault(Fault::Failure(Failure::Throttled(pause))) => *pause,
            Self::Egress(error) => match error.retry() {
                egress::Retry::After(pause) => Some(pause),
                egress::Retry::Never | egress::Retry::Backoff => None,
            },
            Self::Fault(_) | Self::Store(_) => None,
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

fn of_the_ehr(failure: &Failure) -> bool {
    match failure {
        Failure::Unauthorized(_)
        | Failure::Throttled(_)
        | Failure::Unavailable(_)
        | Failure::InvalidSettings(_) => true,
        Failure::CursorLost(_) | Failure::UnexpectedResponse(_) | Failure::Internal(_) => false,
    }
}

/// Decides, and counts the failure.
pub(super) fn decide(
    trouble: &Trouble,
    waiting: &mut Waiting,
    now: Timestamp,
    paused_until: Option<Timestamp>,
    random: f64,
) -> Decision {
    waiting.failures = waiting.failures.saturating_add(1);
    let since = *waiting.failing_since.get_or_insert(now);
    let spent = match paused_until {
        Some(_) => clock::after(since, KEPT_FOR) <= now && !matches!(trouble, Trouble::Store(_)),
        None => waiting.failures >= TRIES,
    };
    match spent {
        true => Decision::Bury(trouble.to_string()),
        false => Decision::Again(paused_until.unwrap_or_else(|| {
            clock::after(now, backoff::delivery_wait(waiting.failures, random))
        })),
    }
}

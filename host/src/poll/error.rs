//! Why a poll ended early, and when it is made again.

use std::{fmt, time::Duration};

use super::Summary;
use crate::{
    connector::{Failure, Fault},
    egress,
    model::{DestinationName, TaskId},
    schedule::Reached,
    store,
};

/// Why a poll ended early. What earlier pages of it brought is committed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connector failed, or a limit stopped it.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The EHR could not be asked.
    #[error(transparent)]
    Egress(#[from] egress::Error),
    /// The store did not take the page.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A pass over a listing cannot go on from where it was.
    #[error("the listing is read anew, as it cannot be read on from where it was: {0}")]
    Anew(Fault),
    /// The connector asks on from where it was.
    #[error(
        "the connector asks for more from a cursor where it was before, at page {page} of the poll; what came before is committed"
    )]
    Stuck {
        /// The page, counted from 1.
        page: usize,
    },
    /// The connector cannot read an answer that the EHR gives once only.
    #[error(
        "{why}; this answer is kept, as it cannot be asked for again, and nothing else is asked for before it is read: `rounds answer show {connection} {action}` shows it, a connector that can read it goes on from it, and `rounds answer bury {connection} {action}` makes it a dead letter",
        connection = task.connection, action = task.action
    )]
    Unread {
        /// Whose answer it is.
        task: TaskId,
        /// Why it cannot be read.
        why: Box<Error>,
    },
    /// The cursor was set while the poll ran.
    #[error("the cursor was set while the poll ran; the next poll starts from there")]
    Fenced,
    /// It failed with a connector on trial, which is out of service now.
    #[error("{0}; the connector before is back in service and polls again")]
    RolledBack(String),
    /// It failed with a connector that was replaced meanwhile.
    #[error("the connector was replaced while the poll ran; the next poll runs on the new one")]
    Replaced,
    /// There is no such task.
    #[error("there is no task {0}")]
    Unknown(TaskId),
    /// What was found before must be told first.
    #[error(
        "{pending} containers and deliveries are under way, of {limit} at most (host.max_pending){}; polling goes on when there are fewer", waiting_for(.most.as_ref())
    )]
    HeldBack {
        /// How many.
        pending: usize,
        /// Of how many at most.
        limit: usize,
        /// The destination that most of them wait for, and how many those are.
        most: Option<(DestinationName, usize)>,
    },
}

/// A poll that ended early.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failed {
    /// Why.
    pub error: Error,
    /// What it had asked last, where that failed or its answer could not be read.
    pub asked: Option<Asked>,
    /// How far it came.
    pub reached: Reached,
    /// What it had found by then; `None` where it could not begin.
    pub found: Option<Box<Summary>>,
}

/// A request that a poll failed at, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As its connector declares it, `GET /Patient/*`.
    pub request: String,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.request)?;
        self.status.map_or(Ok(()), |status| write!(f, ", answered {status}"))
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, asked: None, reached: Reached::default(), found: None }
    }
}

/// Who may be to blame for a failed poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The connector, for all that is known.
    Connector,
    /// The EHR by the connector's account, which may be wrong.
    Account,
    /// Neither.
    Other,
}

/// When a failed poll is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// When a person has changed something.
    Never,
    /// After so long.
    After(Duration),
    /// Later and later.
    Backoff,
}

impl Error {
    /// Whether the connector is at fault, rather than the EHR, the network or the store.
    pub fn is_the_connectors(&self) -> bool {
        match self {
            Self::Fault(fault) => fault.is_the_connectors(),
            Self::Stuck { .. } => true,
            Self::Unread { why, .. } => why.is_the_connectors(),
            _ => false,
        }
    }

    /// Who may be to blame.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Fault(fault) => blame(fault),
            Self::Egress(egress::Error::Refused { .. }) | Self::Stuck { .. } => Blame::Connector,
            Self::Unread { why, .. } => why.blame(),
            _ => Blame::Other,
        }
    }

    /// When the poll is made again.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Fault(Fault::Failure(failure)) => after_failure(failure),
            Self::Egress(error) => match error.retry() {
                egress::Retry::After(pause) => Retry::After(pause),
                egress::Retry::Never | egress::Retry::Backoff => Retry::Backoff,
            },
            Self::Fenced | Self::RolledBack(_) | Self::Replaced => Retry::After(Duration::ZERO),
            Self::Unread { why, .. } => why.retry(),
            Self::Unknown(_) => Retry::Never,
            Self::Fault(_)
            | Self::Anew(_)
            | Self::Store(_)
            | Self::Stuck { .. }
            | Self::HeldBack { .. } => Retry::Backoff,
        }
    }
}

/// Who may be to blame for a fault.
pub(crate) fn blame(fault: &Fault) -> Blame {
    match fault {
        Fault::Failure(
            Failure::Unauthorized(_) | Failure::Throttled(_) | Failure::Unavailable(_),
        ) => Blame::Account,
        _ => Blame::Connector,
    }
}

fn after_failure(failure: &Failure) -> Retry {
    match failure {
        Failure::InvalidSettings(_) | Failure::CursorLost(_) => Retry::Never,
        Failure::Throttled(Some(pause)) => Retry::After(*pause),
        Failure::Throttled(None) | Failure::Unauthorized(_) | Failure::Unavailable(_) => {
            Retry::Backoff
        }
        Failure::UnexpectedResponse(_) | Failure::Internal(_) => Retry::Backoff,
    }
}

fn waiting_for(most: Option<&(DestinationName, usize)>) -> String {
    most.map_or_else(String::new, |(destination, count)| {
        format!(", {count} of which wait for destination {destination}: see its state in `rounds status`")
    })
}

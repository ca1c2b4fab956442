//! What can go wrong in a call of a connector, as the host acts on it.

use std::{fmt, time::Duration};

/// Why a call of a connector came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The connector said so.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// A limit ended the call, or its answer is beyond one.
    #[error("{0}")]
    Limit(Limit),
    /// The guest trapped.
    #[error("the connector trapped in `{call}`: {}", .last_words.as_ref().unwrap_or(.kind))]
    Trap {
        /// The function called.
        call: &'static str,
        /// The kind of trap, in the engine's words.
        kind: String,
        /// Where the guest panicked, if its SDK said so.
        last_words: Option<String>,
    },
    /// The guest answered what the contract does not allow.
    #[error("the connector answered `{call}` against the contract: {what}")]
    Contract {
        /// The function called.
        call: &'static str,
        /// What was wrong, without its contents.
        what: String,
    },
    /// The host could not make an instance of the connector.
    #[error("the connector cannot be started: {0}")]
    Start(String),
}

impl Fault {
    /// Whether the connector is at fault, rather than what it was given: an `internal` failure is
    /// what an SDK makes of a panic, where its language lets it.
    pub fn is_the_connectors(&self) -> bool {
        !matches!(self, Self::Failure(failure) if !matches!(failure, Failure::Internal(_)))
    }

    /// The same, with other words of the connector's.
    pub(super) fn reworded(self, reword: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Failure(failure) => Self::Failure(failure.reworded(reword)),
            Self::Trap { call, kind, last_words } => {
                Self::Trap { call, kind, last_words: last_words.map(reword) }
            }
            fault => fault,
        }
    }
}

impl Failure {
    fn reworded(self, reword: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::InvalidSettings(text) => Self::InvalidSettings(reword(text)),
            Self::Unauthorized(text) => Self::Unauthorized(reword(text)),
            Self::Throttled(pause) => Self::Throttled(pause),
            Self::Unavailable(text) => Self::Unavailable(reword(text)),
            Self::CursorLost(text) => Self::CursorLost(reword(text)),
            Self::UnexpectedResponse(text) => Self::UnexpectedResponse(reword(text)),
            Self::Internal(text) => Self::Internal(reword(text)),
        }
    }
}

/// The contract's failures, each of which the host answers in its own way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Polling stops until the settings change.
    #[error("the settings cannot work: {0}")]
    InvalidSettings(String),
    /// The EHR refused the credentials, or what they are to read.
    #[error("the EHR refused access: {0}")]
    Unauthorized(String),
    /// The EHR asks for a pause.
    #[error("the EHR asks for a pause{}", .0.map(|pause| format!(" of {} s", pause.as_secs())).unwrap_or_default())]
    Throttled(Option<Duration>),
    /// A fault that may pass.
    #[error("the EHR is unavailable: {0}")]
    Unavailable(String),
    /// The EHR no longer knows the cursor.
    #[error(
        "the EHR or its connector no longer knows the cursor: {0}; set one with `rounds cursor set`, or begin anew with its `--reset`"
    )]
    CursorLost(String),
    /// The EHR answered what the connector cannot read.
    #[error("the EHR answered what the connector cannot read: {0}")]
    UnexpectedResponse(String),
    /// A fault of the connector's own.
    #[error("the connector failed: {0}")]
    Internal(String),
}

/// A limit that was reached, with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Guest time of a call.
    Cpu(Duration),
    /// Time of a call on the wall.
    Wall(Duration),
    /// Bytes of guest memory.
    Memory(usize),
    /// Elements of guest tables.
    Table(usize),
    /// What a guest holds of WASI at once.
    Handles(usize),
    /// Bytes of the answers that are collected about one change.
    Collected(usize),
    /// Bytes that one call moves between guest and host.
    Transfer(usize),
    /// Changes in a page.
    PageChanges(usize),
    /// Pages in a poll.
    PollPages(usize),
    /// Bytes of a cursor.
    Cursor(usize),
    /// Bytes of a memo.
    Memo(usize),
    /// Bytes of a notification's payload.
    Payload(usize),
    /// Steps of a collect.
    CollectSteps(usize),
    /// Requests in a step.
    StepRequests(usize),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, value, setting) = match self {
            Self::Cpu(limit) => {
                ("guest time of a call", format!("{limit:?}"), "host.limits.guest_cpu")
            }
            Self::Wall(limit) => {
                ("wall clock of a call", format!("{limit:?}"), "host.limits.guest_wall")
            }
            Self::Memory(limit) => {
                ("guest memory", format!("{limit} bytes"), "host.limits.guest_memory")
            }
            Self::Table(limit) => ("guest tables", format!("{limit} elements"), "fixed"),
            Self::Handles(limit) => ("handles of WASI", limit.to_string(), "fixed"),
            Self::Collected(limit) => {
                ("answers about one change", format!("{limit} bytes"), "host.limits.guest_memory")
            }
            Self::Transfer(limit) => {
                ("data from one call", format!("{limit} bytes"), "host.limits.answer_body")
            }
            Self::PageChanges(limit) => {
                ("changes in a page", limit.to_string(), "host.limits.page_changes")
            }
            Self::PollPages(limit) => {
                ("pages in a poll", limit.to_string(), "host.limits.poll_pages")
            }
            Self::Cursor(limit) => ("a cursor", format!("{limit} bytes"), "host.limits.cursor"),
            Self::Memo(limit) => ("a memo", format!("{limit} bytes"), "host.limits.memo"),
            Self::Payload(limit) => {
                ("a notification's payload", format!("{limit} bytes"), "host.limits.payload")
            }
            Self::CollectSteps(limit) => {
                ("steps of a collect", limit.to_string(), "host.limits.collect_steps")
            }
            Self::StepRequests(limit) => {
                ("requests in a step", limit.to_string(), "host.limits.step_requests")
            }
        };
        write!(f, "the limit of {what} was reached: {value} ({setting})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_the_connectors_however_it_is_told() {
        let trap = Fault::Trap { call: "poll", kind: "unreachable".into(), last_words: None };
        assert!(trap.is_the_connectors());
        assert!(Fault::from(Failure::Internal("KeyError".into())).is_the_connectors());
        assert!(!Fault::from(Failure::Unavailable("status 503".into())).is_the_connectors());
    }
}

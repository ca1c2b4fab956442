//! What `collect` answers: ask more, tell, or pass over.

use std::fmt;

use serde::Serialize;

use crate::{Failure, Request};

/// What is to be done next about one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these, and call `collect` again with the answers added.
    Fetch(Vec<Request>),
    /// Tell this.
    Notify(Notification),
    /// Nothing that anyone should hear of.
    Skip(Skipped),
}

/// What is told of one change. `Debug` shows its event alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// Data model and event type, as `Scheduling.Reschedule`: one that the action declares.
    pub event: String,
    /// JSON.
    pub payload: String,
    /// What the connector wants to know at the record's next change; no patient's data.
    pub memo: Option<String>,
}

impl Notification {
    /// This event, with the payload as JSON: a type of [`crate::model`], or any other.
    ///
    /// # Errors
    /// [`Failure::Internal`] for what JSON cannot hold.
    pub fn new(event: impl Into<String>, payload: &impl Serialize) -> Result<Self, Failure> {
        match serde_json::to_string(payload) {
            Ok(payload) => Ok(Self::raw(event, payload)),
            Err(_) => Err(Failure::Internal("a notification's payload is no JSON".into())),
        }
    }

    /// This event, with a payload that is JSON text already.
    pub fn raw(event: impl Into<String>, payload: impl Into<String>) -> Self {
        Self { event: event.into(), payload: payload.into(), memo: None }
    }

    /// Leaves a memo for the record's next change: at most 1 KiB, no patient's data.
    #[must_use]
    pub fn memo(self, memo: impl Into<String>) -> Self {
        Self { memo: Some(memo.into()), ..self }
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification").field("event", &self.event).finish_non_exhaustive()
    }
}

/// What is passed over, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Why nobody should hear of it; no patient's data.
    pub reason: String,
    /// As a notification's; `None` leaves the record's memo as it is.
    pub memo: Option<String>,
}

impl Skipped {
    /// Passed over for this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), memo: None }
    }

    /// Leaves a memo for the record's next change.
    #[must_use]
    pub fn memo(self, memo: impl Into<String>) -> Self {
        Self { memo: Some(memo.into()), ..self }
    }
}

impl From<Notification> for Step {
    fn from(notification: Notification) -> Self {
        Self::Notify(notification)
    }
}

impl From<Skipped> for Step {
    fn from(skipped: Skipped) -> Self {
        Self::Skip(skipped)
    }
}

//! Where notifications go: a webhook, or whatever a program that embeds Rounds brings.

mod channel;
mod webhook;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;

pub use channel::{Channel, Handed, channel};
pub use webhook::Webhook;
#[cfg(test)]
pub(crate) use webhook::meaning;

use crate::model::NotificationId;

/// A notification on its way to one destination: the same at every attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The notification's id: what a receiver knows a repetition by.
    pub id: NotificationId,
    /// The JSON that `envelope::body` made.
    pub body: Bytes,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Takes notifications.
#[async_trait]
pub trait Destination: Send + Sync + 'static {
    /// One attempt. What it answers is final for this attempt; the host decides about the next.
    async fn deliver(&self, message: Message) -> Outcome;

    /// Called once before the first attempt; a destination that must prove itself does so here.
    async fn verify(&self) -> Outcome {
        Outcome::Delivered
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The destination has it.
    Delivered,
    /// It does not, and may later. `of_it_all` is said of faults that any other notification
    /// would meet as well, as a connection refused: then the destination is left alone. Where that
    /// is not sure, as with a status, what fails of others beside it decides.
    Failed {
        /// What happened, without a patient's data.
        why: String,
        /// How long it asked to be left alone.
        pause: Option<Duration>,
        /// Whether the whole destination is surely at fault, or maybe only this notification.
        of_it_all: bool,
    },
    /// It never will take this one.
    Refused {
        /// What happened, without a patient's data.
        why: String,
    },
    /// It wants no more of anything.
    Gone {
        /// What happened.
        why: String,
    },
}

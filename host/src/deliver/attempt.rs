//! One attempt: the notification as the store has it, sent, and what is kept of that.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::Owed;
use crate::{
    breaker::Pass,
    config::HostSettings,
    destination::{Destination, Message, Outcome},
    envelope,
    model::{Container, ContainerId},
    step,
    store::{Store, Taken},
};

/// What the store keeps of a delivery that is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nothing.
    Nothing,
    /// That it was, and of what.
    #[default]
    Receipt,
    /// What was sent, too.
    Body,
}

impl Keep {
    /// As the user said.
    pub(crate) fn of(host: &HostSettings) -> Self {
        let kept = |keep: Option<Duration>| keep != Some(Duration::ZERO);
        match (kept(host.delivered), kept(host.payloads)) {
            (false, _) => Self::Nothing,
            (true, false) => Self::Receipt,
            (true, true) => Self::Body,
        }
    }
}

/// An attempt that has ended.
pub(super) struct Attempted {
    pub(super) container: ContainerId,
    /// What the destination's health is told of it by; `None` where nobody was asked.
    pub(super) pass: Option<Pass>,
    pub(super) outcome: Outcome,
    /// What there is to keep, if the destination has it.
    pub(super) taken: Option<Taken>,
}

/// An attempt that is about to be made.
pub(super) struct Attempt {
    message: Message,
    taken: Option<Taken>,
}

impl Attempt {
    /// The notification as the store has it; `None` where it was purged. A store that cannot be
    /// read is no fault of the notification's: it is tried again.
    pub(super) fn of(
        store: &dyn Store,
        owed: &Owed,
        keep: Keep,
        now: Timestamp,
    ) -> Result<Option<Self>, Outcome> {
        let failed = |why: String| Outcome::Failed { why, pause: None, of_it_all: false };
        let container =
            store.container(owed.container).map_err(|error| failed(error.to_string()))?;
        let Some(container) = container else { return Ok(None) };
        let body = envelope::body(&container, owed.delivery.sequence);
        let why = || Outcome::Refused { why: "the notification cannot be written".into() };
        let message =
            Message { id: container.notification_id.clone(), body: body.ok_or_else(why)? };
        let taken = taken(&container, owed, &message, keep, now);
        Ok(Some(Self { message, taken }))
    }

    /// Makes it.
    pub(super) async fn make(
        self,
        container: ContainerId,
        pass: Pass,
        destination: Arc<dyn Destination>,
    ) -> Attempted {
        step::reached("sending");
        let outcome = destination.deliver(self.message).await;
        Attempted { container, pass: Some(pass), outcome, taken: self.taken }
    }
}

fn taken(
    container: &Container,
    owed: &Owed,
    message: &Message,
    keep: Keep,
    now: Timestamp,
) -> Option<Taken> {
    let taken = || Taken::of(container, &owed.delivery, message.body.clone(), now);
    match keep {
        Keep::Nothing => None,
        Keep::Receipt => Some(Taken { body: None, ..taken() }),
        Keep::Body => Some(taken()),
    }
}

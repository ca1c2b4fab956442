//! What is said of deliveries: in the log, and where `status` shows it.

use super::{Deliverer, policy::Decision};
use crate::{breaker::Turned, destination::Outcome, model::ContainerId};

impl Deliverer {
    pub(super) fn tell_waiting(&mut self) {
        let (waiting, refused) = (self.lanes.len(), self.waits_refused());
        self.options.status.destination(&self.options.name, |it| {
            it.waiting = waiting;
            // Those of before the start as well.
            it.error = it.error.take().or(refused);
        });
    }

    /// Says what became of an attempt; what fails again and again, not each time.
    pub(super) fn tell(
        &mut self,
        outcome: &Outcome,
        decision: &Decision,
        container: ContainerId,
        is_worth_a_line: bool,
    ) {
        match decision {
            Decision::Retry { .. } | Decision::Keep => self.refused.insert(container),
            Decision::Delivered | Decision::Dead { .. } => self.refused.remove(&container),
        };
        let destination = &self.options.name;
        match decision {
            Decision::Delivered => tracing::debug!(%destination, %container, "delivered"),
            Decision::Retry { not_before, .. } => {
                let why = why(outcome).unwrap_or_default();
                if is_worth_a_line {
                    tracing::warn!(%destination, %container, %not_before, why, "attempt failed; it will be made again");
                } else {
                    tracing::debug!(%destination, %container, %not_before, why, "attempt failed");
                }
            }
            Decision::Dead { reason } => {
                tracing::error!(%destination, %container, reason, "became a dead letter; see `rounds dead list`")
            }
            Decision::Keep => {
                let why = why(outcome).unwrap_or_default();
                tracing::error!(%destination, why, "wants no more and is disabled; its deliveries are kept, and go on after a restart");
            }
        }
        let is_done = matches!(decision, Decision::Delivered | Decision::Dead { .. });
        let waiting = self.lanes.len().saturating_sub(usize::from(is_done));
        let paused_until = self.breaker.paused_until();
        let disabled = self.gone;
        self.options.status.destination(destination, |it| {
            it.waiting = waiting;
            it.delivered += u64::from(*decision == Decision::Delivered);
            it.dead += u64::from(matches!(decision, Decision::Dead { .. }));
            (it.paused_until, it.disabled) = (paused_until, disabled);
        });
        self.note_error(outcome);
    }

    /// Where nothing could be sent yet.
    pub(super) fn tell_unproven(&mut self, outcome: &Outcome, is_worth_a_line: bool) {
        if let Some(why) = why(outcome).filter(|_| is_worth_a_line) {
            tracing::warn!(destination = %self.options.name, why, "has not proven itself yet");
        }
        self.note_error(outcome);
    }

    pub(super) fn tell_turned(&self, turned: Option<Turned>) {
        let destination = &self.options.name;
        match turned {
            Some(Turned::Open) => {
                tracing::warn!(%destination, "fails as a whole; one attempt at a time finds out whether it is back")
            }
            Some(Turned::Closed) => tracing::info!(%destination, "is back"),
            None => {}
        }
    }

    /// An attempt that did well says nothing of those that were refused and wait.
    fn note_error(&mut self, outcome: &Outcome) {
        let why = why(outcome).map(str::to_owned);
        if let Some(why) = &why {
            self.refusal = Some(why.clone());
        }
        let is_failed = why.is_some();
        let error = why.or_else(|| self.waits_refused());
        self.options.status.destination(&self.options.name, |it| {
            it.failed += u64::from(is_failed);
            it.error = error;
        });
    }

    fn waits_refused(&mut self) -> Option<String> {
        // What was purged meanwhile waits no more.
        while let Some(first) = self.refused.first().copied() {
            if self.lanes.get_mut(first).is_some() {
                let why = self.refusal.as_deref().unwrap_or("that was before the last start");
                return Some(format!(
                    "{} were refused and are tried again: {why}",
                    self.refused.len()
                ));
            }
            self.refused.remove(&first);
        }
        None
    }
}

/// Why an attempt came to nothing.
pub(super) fn why(outcome: &Outcome) -> Option<&str> {
    match outcome {
        Outcome::Delivered => None,
        Outcome::Gone { why } | Outcome::Failed { why, .. } | Outcome::Refused { why } => Some(why),
    }
}

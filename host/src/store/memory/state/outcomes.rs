//! What becomes of a container: filled, skipped, delivered, dead, and in line once more.

use jiff::Timestamp;

use super::{
    super::super::{DeadLetter, Fill, Settlement},
    Held, Interred, State,
};
use crate::model::{ContainerId, Delivery, DestinationName, Pending};

impl State {
    pub(super) fn fill(&mut self, fill: &Fill) -> Vec<Delivery> {
        let Some(held) = self.held.get(&fill.container) else { return Vec::new() };
        if held.container.filled.is_some() {
            return held.owed.clone();
        }
        match &fill.memo {
            Some(memo) => drop(self.memos.insert(held.record, memo.clone())),
            None => drop(self.memos.remove(&held.record)),
        }
        if fill.destinations.is_empty() {
            self.held.remove(&fill.container);
            return Vec::new();
        }
        let owed: Vec<_> = fill.destinations.iter().map(|name| self.owe(name)).collect();
        let Some(held) = self.held.get_mut(&fill.container) else { return Vec::new() };
        held.container.change.data = String::new();
        held.container.filled = Some(fill.filled.clone());
        held.owed = owed;
        self.filled.insert(held.container.notification_id.clone());
        held.owed.clone()
    }

    fn owe(&mut self, destination: &DestinationName) -> Delivery {
        let last = self.sequences.entry(destination.clone()).or_default();
        *last += 1;
        fresh(destination, *last)
    }

    pub(super) fn skip(&mut self, id: ContainerId, memo: Option<&str>) {
        let Some(held) = self.take_collecting(id) else { return };
        if let Some(memo) = memo {
            self.memos.insert(held.record, memo.to_owned());
        }
    }

    pub(super) fn bury(&mut self, id: ContainerId, reason: &str, at: Timestamp) {
        let Some(held) = self.take_collecting(id) else { return };
        self.inter(held, None, reason, at);
    }

    /// Makes a dead letter of a container, or of the delivery that it has.
    pub(super) fn inter(
        &mut self,
        held: Held,
        destination: Option<&DestinationName>,
        reason: &str,
        at: Timestamp,
    ) {
        let letter = letter(&held, destination, reason, at);
        self.dead.entry(letter.container).or_default().push(Interred { held, letter });
    }

    fn take_collecting(&mut self, id: ContainerId) -> Option<Held> {
        self.held.get(&id).filter(|it| it.container.filled.is_none())?;
        self.held.remove(&id)
    }

    pub(super) fn settle(&mut self, id: ContainerId, to: &DestinationName, outcome: &Settlement) {
        let Some(held) = self.held.get_mut(&id) else { return };
        let Some(at) = held.owed.iter().position(|it| it.destination == *to) else { return };
        match outcome {
            Settlement::Delivered(taken) => {
                held.owed.remove(at);
                self.delivered.extend(taken.as_deref().cloned());
            }
            Settlement::Retry { attempted_at, not_before } => {
                if let Some(delivery) = held.owed.get_mut(at) {
                    delivery.attempts = delivery.attempts.saturating_add(1);
                    delivery.first_attempt_at.get_or_insert(*attempted_at);
                    delivery.not_before = Some(*not_before);
                }
            }
            Settlement::Dead { reason, at: since } => {
                let delivery = held.owed.remove(at);
                let dead = Held { owed: vec![delivery], ..held.clone() };
                self.inter(dead, Some(to), reason, *since);
            }
        }
        if self.held.get(&id).is_some_and(|held| held.owed.is_empty()) {
            self.held.remove(&id);
        }
    }

    pub(super) fn replay(&mut self, ids: &[ContainerId]) -> Vec<Pending> {
        let mut pending = Vec::new();
        for id in ids {
            let is_answer = |dead: &Vec<Interred>| dead.iter().any(|it| it.letter.is_answer());
            if self.dead.get(id).is_some_and(is_answer) {
                continue;
            }
            for Interred { mut held, .. } in self.dead.remove(id).into_iter().flatten() {
                held.container.id = self.number();
                held.is_replayed = true;
                for owed in &mut held.owed {
                    *owed = fresh(&owed.destination, owed.sequence);
                }
                pending.push(held.pending());
                self.held.insert(held.container.id, held);
            }
        }
        pending
    }
}

fn fresh(destination: &DestinationName, sequence: u64) -> Delivery {
    let destination = destination.clone();
    let (first_attempt_at, not_before) = (None, None);
    Delivery { destination, sequence, attempts: 0, first_attempt_at, not_before }
}

fn letter(
    held: &Held,
    destination: Option<&DestinationName>,
    reason: &str,
    at: Timestamp,
) -> DeadLetter {
    let container = &held.container;
    DeadLetter {
        container: container.id,
        notification_id: container.notification_id.clone(),
        task: container.task.clone(),
        destination: destination.cloned(),
        event: container.filled.as_ref().map(|filled| filled.event.clone()),
        reason: reason.into(),
        at,
    }
}

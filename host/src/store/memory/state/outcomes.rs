//! What becomes of a container: filled, skipped, delivered, dead, and in line once more.

use jiff::Timestamp;

use super::{
    super::super::{DeadLetter, Fill, Settlement},
    Held, Interred, Owing, State,
};
use crate::model::{ContainerId, Delivery, DestinationName, Pending};

impl State {
    pub(super) fn fill(&mut self, fill: &Fill) -> Vec<Delivery> {
        let Some(held) = self.held.get(&fill.container) else { return Vec::new() };
        if held.container.filled.is_some() {
            return held.deliveries();
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
        held.deliveries()
    }

    fn owe(&mut self, destination: &DestinationName) -> Owing {
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
        let letters = vec![letter(&held, None, reason, at)];
        self.dead.insert(id, Interred { held, letters });
    }

    fn take_collecting(&mut self, id: ContainerId) -> Option<Held> {
        self.held.get(&id).filter(|it| it.container.filled.is_none())?;
        self.held.remove(&id)
    }

    pub(super) fn settle(&mut self, id: ContainerId, to: &DestinationName, outcome: &Settlement) {
        let Some(held) = self.held.get_mut(&id) else { return };
        let Some(at) = held.owed.iter().position(|it| it.delivery.destination == *to) else {
            return;
        };
        match outcome {
            Settlement::Delivered(taken) => {
                held.owed.remove(at);
                self.delivered.extend(taken.as_deref().cloned());
            }
            Settlement::Retry { attempted_at, not_before } => {
                if let Some(Owing { delivery, dead: None }) = held.owed.get_mut(at) {
                    delivery.attempts = delivery.attempts.saturating_add(1);
                    delivery.first_attempt_at.get_or_insert(*attempted_at);
                    delivery.not_before = Some(*not_before);
                }
            }
            Settlement::Dead { reason, at: since } => {
                let owing = held.owed.get_mut(at);
                owing.into_iter().for_each(|it| it.dead = Some((reason.clone(), *since)));
            }
        }
        self.close(id);
    }

    /// Forgets a container of which nothing is owed; a dead delivery makes it a dead letter.
    fn close(&mut self, id: ContainerId) {
        if self.held.get(&id).is_none_or(|held| !held.deliveries().is_empty()) {
            return;
        }
        let Some(held) = self.held.remove(&id) else { return };
        let dead = held.owed.iter().filter_map(|it| Some((it, it.dead.as_ref()?)));
        let letters: Vec<_> = dead
            .map(|(it, (reason, at))| letter(&held, Some(&it.delivery.destination), reason, *at))
            .collect();
        if !letters.is_empty() {
            self.dead.insert(id, Interred { held, letters });
        }
    }

    pub(super) fn replay(&mut self, ids: &[ContainerId]) -> Vec<Pending> {
        let mut pending = Vec::new();
        for id in ids {
            if self.dead.get(id).is_some_and(Interred::is_answer) {
                continue;
            }
            let Some(Interred { mut held, .. }) = self.dead.remove(id) else { continue };
            held.container.id = self.number();
            held.is_replayed = true;
            for owing in &mut held.owed {
                *owing = fresh(&owing.delivery.destination, owing.delivery.sequence);
            }
            pending.push(held.pending());
            self.held.insert(held.container.id, held);
        }
        pending
    }
}

impl Interred {
    pub(super) fn is_answer(&self) -> bool {
        self.letters.iter().any(DeadLetter::is_answer)
    }
}

fn fresh(destination: &DestinationName, sequence: u64) -> Owing {
    let destination = destination.clone();
    let (first_attempt_at, not_before) = (None, None);
    let delivery = Delivery { destination, sequence, attempts: 0, first_attempt_at, not_before };
    Owing { delivery, dead: None }
}

pub(super) fn letter(
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

//! What a person, or its age, has a store in memory forget.

use jiff::Timestamp;

use super::{
    super::super::{Before, Purge, Purged, Taken, TaskState},
    Held, Interred, Record, State,
};
use crate::identity::RecordKey;

impl State {
    pub(super) fn purge(&mut self, what: &Purge) -> Purged {
        let purged = self.held(what);
        self.held.retain(|_, held| !held.is_of(what));
        self.keep_dead(|dead| !dead.held.is_of(what));
        self.delivered.retain(|taken| !is_of(taken, what));
        for record in self.records_of(what) {
            self.listings.values_mut().for_each(|places| places.forget(record));
            self.records.remove(&record);
            self.memos.remove(&record);
        }
        if let Purge::Connection(connection) = what {
            let tasks = self.tasks.iter_mut().filter(|(id, _)| id.connection == *connection);
            tasks.for_each(|(_, task)| {
                *task = TaskState { revision: task.revision + 1, ..TaskState::default() };
            });
        }
        purged
    }

    pub(in super::super) fn held(&self, what: &Purge) -> Purged {
        Purged {
            containers: self.held.values().filter(|held| held.is_of(what)).count(),
            dead: self.dead.values().flatten().filter(|dead| dead.held.is_of(what)).count(),
            records: self.records_of(what).len(),
            delivered: self.delivered.iter().filter(|taken| is_of(taken, what)).count(),
        }
    }

    fn records_of(&self, what: &Purge) -> Vec<RecordKey> {
        let is_of = |record: RecordKey, known: &Record| {
            what.takes(known.connection.as_str(), record, known.lane)
        };
        let records = self.records.iter().filter(|(record, known)| is_of(**record, known));
        records.map(|(record, _)| *record).collect()
    }

    pub(super) fn forget_dead(&mut self, before: Timestamp) -> usize {
        let count = |this: &Self| this.dead.values().map(Vec::len).sum::<usize>();
        let were = count(self);
        self.keep_dead(|dead| dead.letter.at >= before);
        were - count(self)
    }

    fn keep_dead(&mut self, keeps: impl Fn(&Interred) -> bool) {
        self.dead.retain(|_, letters| {
            letters.retain(&keeps);
            !letters.is_empty()
        });
    }

    pub(super) fn forget_delivered(&mut self, before: &Before) {
        self.delivered.retain(|taken| taken.receipt.delivered_at >= before.receipts);
        for taken in &mut self.delivered {
            taken.body = taken.body.take().filter(|_| taken.receipt.delivered_at >= before.bodies);
        }
    }
}

fn is_of(taken: &Taken, what: &Purge) -> bool {
    what.takes(taken.receipt.task.connection.as_str(), taken.record, taken.lane)
}

impl Held {
    fn is_of(&self, what: &Purge) -> bool {
        what.takes(self.container.task.connection.as_str(), self.record, self.lane)
    }
}

//! Waiting in line: items of one lane one after another, items of different lanes side by side.
//!
//! Pure and without a clock of its own. Collecting and delivering each have one of these; on
//! disk there is none, for a restart makes them anew from what the store says is pending.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use jiff::Timestamp;

use crate::model::Lane;

/// How many items whoever owns lines takes in before it sees whether one may go: after a start, a
/// million may be handed in.
pub(crate) const TAKEN_AT_ONCE: usize = 1000;

/// Lines of items. At most one item of a lane, its first, is out at a time.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    waiting: HashMap<Lane, VecDeque<T>>,
    /// Lanes whose first item may go now, in the order in which they became free.
    ready: VecDeque<Lane>,
    /// Lanes whose first item may not go yet.
    held: BinaryHeap<Reverse<(Timestamp, Lane)>>,
    length: usize,
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        let (ready, held) = (VecDeque::new(), BinaryHeap::new());
        Self { waiting: HashMap::new(), ready, held, length: 0 }
    }
}

impl<T> Lanes<T> {
    /// Puts an item at its lane's end.
    pub(crate) fn push(&mut self, lane: Lane, item: T) {
        let line = self.waiting.entry(lane).or_default();
        line.push_back(item);
        if line.len() == 1 {
            self.ready.push_back(lane);
        }
        self.length += 1;
    }

    /// Takes the next lane that may go; its first item is out until `done` or `hold`.
    pub(crate) fn take(&mut self) -> Option<Lane> {
        self.ready.pop_front()
    }

    /// A lane's first item.
    pub(crate) fn first_mut(&mut self, lane: Lane) -> Option<&mut T> {
        self.waiting.get_mut(&lane).and_then(VecDeque::front_mut)
    }

    /// The item that was out is finished: it leaves, and the next of its lane may go.
    pub(crate) fn done(&mut self, lane: Lane) -> Option<T> {
        let line = self.waiting.get_mut(&lane)?;
        let finished = line.pop_front();
        self.length -= usize::from(finished.is_some());
        if line.is_empty() {
            self.waiting.remove(&lane);
        } else {
            self.ready.push_back(lane);
        }
        finished
    }

    /// The item that was out goes again, not before `until`; its lane waits with it.
    pub(crate) fn hold(&mut self, lane: Lane, until: Timestamp) {
        self.held.push(Reverse((until, lane)));
    }

    /// Frees the lanes that were held until `now`; answers when the next one is due.
    pub(crate) fn release(&mut self, now: Timestamp) -> Option<Timestamp> {
        while let Some(Reverse((until, lane))) = self.held.peek().copied() {
            if until > now {
                return Some(until);
            }
            self.held.pop();
            self.ready.push_back(lane);
        }
        None
    }

    /// Whether a lane may go now.
    pub(crate) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// All items, those that are out among them.
    pub(crate) fn len(&self) -> usize {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Lane = Lane(1);
    const B: Lane = Lane(2);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    #[test]
    fn one_of_a_lane_goes_at_a_time_and_other_lanes_beside_it() {
        let mut lanes = Lanes::default();
        lanes.push(A, 1);
        lanes.push(A, 2);
        lanes.push(B, 3);
        assert_eq!((lanes.take(), lanes.take(), lanes.take()), (Some(A), Some(B), None));
        assert_eq!(lanes.done(A), Some(1));
        assert_eq!(lanes.take(), Some(A));
        assert_eq!(lanes.first_mut(A), Some(&mut 2));
        assert_eq!(lanes.len(), 2);
    }

    #[test]
    fn a_held_lane_waits_with_all_behind_it() {
        let mut lanes = Lanes::default();
        lanes.push(A, 1);
        lanes.push(A, 2);
        assert_eq!(lanes.take(), Some(A));
        lanes.hold(A, at(10));
        lanes.push(A, 3);
        assert_eq!(lanes.release(at(9)), Some(at(10)));
        assert_eq!(lanes.take(), None);
        assert_eq!(lanes.release(at(10)), None);
        assert_eq!(lanes.take(), Some(A));
        assert_eq!(lanes.first_mut(A), Some(&mut 1));
    }

    #[test]
    fn an_emptied_lane_starts_anew() {
        let mut lanes = Lanes::default();
        lanes.push(A, 1);
        lanes.take();
        lanes.done(A);
        assert_eq!(lanes.len(), 0);
        lanes.push(A, 2);
        assert_eq!(lanes.take(), Some(A));
    }
}

//! Waiting in line: each item in two lines at once, its key's and its record's, by its number.
//!
//! An item goes when it is the first of both its lines, and holds both until it is done; so what
//! waits behind it in either waits on, and all others go beside it. The numbers are those of the
//! commits, so the order is the same whatever order items are handed in, before a restart and
//! after it. Pure and without a clock of its own. Collecting and delivering each have one of
//! these; on disk there is none, for a restart makes them anew from what the store says is pending.

#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use jiff::Timestamp;

use crate::model::{ContainerId, Lane};

/// How many items whoever owns lines takes in before it sees whether one may go: after a start, a
/// million may be handed in.
pub(crate) const TAKEN_AT_ONCE: usize = 1000;

/// Of so many turns one is that of an item that was tried before: what is refused again and again
/// costs the others little, and gets through where it would.
const TURNS_A_TRIED: u64 = 16;

/// What is known of an item as it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has not been out yet.
    New,
    /// It was out, and came back.
    Tried,
    /// It only waits for those before it, and nobody is asked about it.
    Passing,
}

/// Lines of items.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    items: HashMap<ContainerId, Entry<T>>,
    lines: HashMap<Lane, Line>,
    /// Who may go now, in the order in which they came to. Some may have been put back since.
    new: VecDeque<ContainerId>,
    tried: VecDeque<ContainerId>,
    passing: VecDeque<ContainerId>,
    /// Who may not go yet.
    held: BinaryHeap<Reverse<(Timestamp, ContainerId)>>,
    /// How many of those that are out were tried before.
    tried_out: usize,
    /// How often one was asked for, and how many were taken to find something out.
    turns: u64,
    probes: u64,
}

#[derive(Debug)]
struct Entry<T> {
    item: T,
    places: [Place; 2],
    kind: Kind,
    state: State,
}

/// A place in a line.
#[derive(Clone, Copy, Debug)]
struct Place {
    lane: Lane,
    /// Who comes next there.
    behind: Option<ContainerId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Behind others, or about to be ready.
    Waiting,
    Ready,
    Out,
    Held(Timestamp),
}

#[derive(Clone, Copy, Debug)]
struct Line {
    first: ContainerId,
    last: ContainerId,
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Self {
            items: HashMap::new(),
            lines: HashMap::new(),
            new: VecDeque::new(),
            tried: VecDeque::new(),
            passing: VecDeque::new(),
            held: BinaryHeap::new(),
            tried_out: 0,
            turns: 0,
            probes: 0,
        }
    }
}

impl<T> Lanes<T> {
    /// Puts an item into its lines, behind all with smaller numbers and whoever is out. At once
    /// where it has the largest. One that waits already stays as it is.
    pub(crate) fn push(&mut self, id: ContainerId, lanes: [Lane; 2], item: T, kind: Kind) {
        if self.items.contains_key(&id) {
            return;
        }
        let places = lanes.map(|lane| Place { lane, behind: None });
        self.items.insert(id, Entry { item, places, kind, state: State::Waiting });
        for lane in distinct(lanes) {
            self.line_up(lane, id);
        }
        self.see(id);
    }

    /// Takes one that may go, and is out until `done`, `hold` or `again`. Those that were tried before
    /// get what room the new ones leave, and every so many-th turn so that they never starve; at most
    /// so many are out at once, so that new ones find room as well.
    pub(crate) fn take(&mut self, most_tried: usize) -> Option<ContainerId> {
        self.turns += 1;
        let may_try = self.tried_out < most_tried;
        let kinds = match self.turns.is_multiple_of(TURNS_A_TRIED) {
            true => [Kind::Tried, Kind::New],
            false => [Kind::New, Kind::Tried],
        };
        let mut kinds = kinds.into_iter().filter(|kind| may_try || *kind == Kind::New);
        kinds.find_map(|kind| self.take_of(kind))
    }

    /// As [`Self::take`], but one that tells whether others would fare better: of those that have
    /// not been out yet in turns the newest, and any, as `random` (from 0 to 1) picks it. Else, if
    /// these are asked as well, of those that have the one whose last turn is longest ago.
    pub(crate) fn probe(&mut self, random: f64, also_tried: bool) -> Option<ContainerId> {
        let new = self.probe_new(random);
        self.probes += u64::from(new.is_some());
        new.or_else(|| also_tried.then(|| self.take_of(Kind::Tried)).flatten())
    }

    /// As [`Self::take`], but one that nobody is asked about.
    pub(crate) fn take_passing(&mut self) -> Option<ContainerId> {
        self.take_of(Kind::Passing)
    }

    /// An item.
    pub(crate) fn get_mut(&mut self, id: ContainerId) -> Option<&mut T> {
        self.items.get_mut(&id).map(|entry| &mut entry.item)
    }

    /// Whether it has not been out before this time.
    pub(crate) fn is_new(&self, id: ContainerId) -> bool {
        self.items.get(&id).is_some_and(|entry| entry.kind == Kind::New)
    }

    /// One that was out is finished: it leaves, and who comes next in its lines may go.
    pub(crate) fn done(&mut self, id: ContainerId) -> Option<T> {
        self.come_back(id, State::Waiting);
        let Entry { item, places, .. } = self.items.remove(&id)?;
        let [one, other] = places;
        for lane in distinct([one.lane, other.lane]) {
            let behind = places.iter().find(|place| place.lane == lane);
            match behind.and_then(|place| place.behind) {
                Some(next) => {
                    self.lines.entry(lane).and_modify(|line| line.first = next);
                    self.see(next);
                }
                None => drop(self.lines.remove(&lane)),
            }
        }
        Some(item)
    }

    /// One that was out goes again, not before `until`; its lines wait with it.
    pub(crate) fn hold(&mut self, id: ContainerId, until: Timestamp) {
        self.come_back(id, State::Held(until));
        self.line_up_again(id);
        self.held.push(Reverse((until, id)));
    }

    /// One that was out goes again, after all others that may.
    pub(crate) fn again(&mut self, id: ContainerId) {
        self.come_back(id, State::Waiting);
        self.line_up_again(id);
        self.see(id);
    }

    /// Frees those that were held until `now`; answers when the next one is due.
    pub(crate) fn release(&mut self, now: Timestamp) -> Option<Timestamp> {
        while let Some(Reverse((until, id))) = self.held.peek().copied() {
            if until > now {
                return Some(until);
            }
            self.held.pop();
            if self.items.get(&id).is_some_and(|it| it.state == State::Held(until)) {
                self.free(id);
            }
        }
        None
    }

    /// One that is held may go now.
    pub(crate) fn free(&mut self, id: ContainerId) {
        let is_held = |it: &&mut Entry<T>| matches!(it.state, State::Held(_));
        if let Some(entry) = self.items.get_mut(&id).filter(is_held) {
            entry.state = State::Waiting;
            self.see(id);
        }
    }

    /// Whether one may go now.
    pub(crate) fn is_ready(&self) -> bool {
        !self.new.is_empty() || !self.tried.is_empty()
    }

    /// Whether one that has not been out yet may go now.
    pub(crate) fn is_new_ready(&self) -> bool {
        !self.new.is_empty()
    }

    /// All items, those that are out among them.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    fn line_up(&mut self, lane: Lane, id: ContainerId) {
        let Some(line) = self.lines.get(&lane).copied() else {
            self.lines.insert(lane, Line { first: id, last: id });
            return;
        };
        let before = match line.last < id {
            true => Some(line.last),
            false => self.before(lane, line.first, id),
        };
        let behind = match before {
            Some(before) => self.place(lane, before).and_then(|it| it.behind.replace(id)),
            None => Some(line.first),
        };
        if let Some(place) = self.place(lane, id) {
            place.behind = behind;
        }
        let Some(line) = self.lines.get_mut(&lane) else { return };
        if behind.is_none() {
            line.last = id;
        }
        if before.is_none() {
            let first = std::mem::replace(&mut line.first, id);
            let ready = self.items.get_mut(&first).filter(|it| it.state == State::Ready);
            ready.into_iter().for_each(|it| it.state = State::Waiting);
        }
    }

    /// Behind whom a number belongs; nobody where it is to be the first. Who is out stays that.
    fn before(&mut self, lane: Lane, first: ContainerId, id: ContainerId) -> Option<ContainerId> {
        let is_out = self.items.get(&first).is_some_and(|it| it.state == State::Out);
        let mut before = (first < id || is_out).then_some(first)?;
        while let Some(next) = self.place(lane, before).and_then(|it| it.behind) {
            if next > id {
                break;
            }
            before = next;
        }
        Some(before)
    }

    /// Puts one that was out behind those with smaller numbers that came meanwhile.
    fn line_up_again(&mut self, id: ContainerId) {
        let Some(places) = self.items.get(&id).map(|entry| entry.places) else { return };
        for Place { lane, behind } in places {
            let Some(next) = behind.filter(|next| *next < id) else { continue };
            self.lines.entry(lane).and_modify(|line| line.first = next);
            self.place(lane, id).into_iter().for_each(|place| place.behind = None);
            self.line_up(lane, id);
            self.see(next);
        }
    }

    fn place(&mut self, lane: Lane, id: ContainerId) -> Option<&mut Place> {
        let entry = self.items.get_mut(&id)?;
        entry.places.iter_mut().find(|place| place.lane == lane)
    }

    /// Has one go that is the first of its lines.
    fn see(&mut self, id: ContainerId) {
        let Some(entry) = self.items.get_mut(&id) else { return };
        let is_first = |place: &Place| self.lines.get(&place.lane).is_some_and(|it| it.first == id);
        if entry.state == State::Waiting && entry.places.iter().all(is_first) {
            entry.state = State::Ready;
            let kind = entry.kind;
            self.queue(kind).push_back(id);
        }
    }

    fn take_of(&mut self, kind: Kind) -> Option<ContainerId> {
        loop {
            let id = self.queue(kind).pop_front()?;
            if self.go(id, kind) {
                return Some(id);
            }
        }
    }

    fn probe_new(&mut self, random: f64) -> Option<ContainerId> {
        loop {
            let last = self.new.len().checked_sub(1)?;
            let any = (random.clamp(0.0, 1.0) * last as f64).round() as usize;
            let picked = if self.probes.is_multiple_of(2) { last } else { any.min(last) };
            // Who stands last stays there.
            let id = if picked == last {
                self.new.pop_back()?
            } else {
                self.new.swap_remove_front(picked)?
            };
            if self.go(id, Kind::New) {
                return Some(id);
            }
        }
    }

    /// One of a queue goes, unless it was put back since.
    fn go(&mut self, id: ContainerId, kind: Kind) -> bool {
        let is_it = |it: &&mut Entry<T>| it.state == State::Ready && it.kind == kind;
        let Some(entry) = self.items.get_mut(&id).filter(is_it) else { return false };
        entry.state = State::Out;
        self.tried_out += usize::from(kind == Kind::Tried);
        true
    }

    fn come_back(&mut self, id: ContainerId, state: State) {
        let Some(entry) = self.items.get_mut(&id) else { return };
        let was_out = std::mem::replace(&mut entry.state, state) == State::Out;
        let kind = std::mem::replace(&mut entry.kind, Kind::Tried);
        self.tried_out -= usize::from(was_out && kind == Kind::Tried);
    }

    fn queue(&mut self, kind: Kind) -> &mut VecDeque<ContainerId> {
        match kind {
            Kind::New => &mut self.new,
            Kind::Tried => &mut self.tried,
            Kind::Passing => &mut self.passing,
        }
    }
}

/// Two lanes, or one where they are the same.
fn distinct([one, other]: [Lane; 2]) -> impl Iterator<Item = Lane> {
    [Some(one), Some(other).filter(|other| *other != one)].into_iter().flatten()
}

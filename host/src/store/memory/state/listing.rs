//! The listing of each task: which records have a place in it, and which the pass has seen.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::super::{self as store, EndListing, EndedListing, NewChange, Tally, Verdict},
    Commit, Held, Pass, Record, State,
};
use crate::{
    identity::RecordKey,
    model::{Pending, TaskId},
};

/// The records of a listing.
#[derive(Clone, Default)]
pub(super) struct Places {
    /// Their ids.
    ids: BTreeMap<RecordKey, String>,
    pub(super) seen: BTreeSet<RecordKey>,
}

impl Places {
    pub(super) fn forget(&mut self, record: RecordKey) {
        self.ids.remove(&record);
    }
}

impl State {
    /// A pass has seen a record, which has a place from now on, if it is known.
    pub(super) fn lists(&mut self, commit: &Commit, new: &NewChange, verdict: Verdict) {
        let is_known = verdict != Verdict::NotNow || self.records.contains_key(&new.record);
        let places = self.listings.entry(commit.task.clone()).or_default();
        if is_known && new.unreadable.is_none() {
            places.ids.entry(new.record).or_insert_with(|| new.change.id.clone());
        }
        places.seen.insert(new.record);
    }

    pub(super) fn has_place(&self, task: &TaskId, record: RecordKey) -> bool {
        self.listings.get(task).is_some_and(|places| places.ids.contains_key(&record))
    }

    /// Of a record, something that was found is forgotten.
    pub(super) fn list_again(&mut self, task: &TaskId, found: &Held) {
        let is_used = self.task(task).listing.is_used();
        let last = self.records.get(&found.record).and_then(Record::last).map(|last| last.gone);
        let places = self.listings.entry(task.clone()).or_default();
        match last {
            Some(false) if is_used => {
                let id = || found.container.change.id.clone();
                places.ids.entry(found.record).or_insert_with(id);
            }
            Some(_) => {}
            None => places.forget(found.record),
        }
    }

    /// A record is gone, and has no place any more.
    pub(super) fn unlist(&mut self, task: &TaskId, record: RecordKey) {
        if let Some(places) = self.listings.get_mut(task) {
            places.ids.remove(&record);
        }
    }

    pub(super) fn end_listing(&mut self, end: &EndListing) -> EndedListing {
        let EndListing { task, revision, at, most } = end;
        let state = self.task(task);
        let Some(began) = state.listing.began.filter(|_| state.revision == *revision) else {
            return EndedListing::Fenced;
        };
        if state.listing.blurred {
            self.entry(task).listing = state.listing.end(*at);
            return EndedListing::Done { made: Vec::new(), more: false };
        }
        let places = self.listings.entry(task.clone()).or_default();
        let gone: Vec<_> = places.ids.iter().filter(|it| !places.seen.contains(it.0)).collect();
        let (count, of) = (gone.len() as u64, places.ids.len() as u64);
        let is_accepted = state.listing.held.is_some_and(|held| held.accepted);
        if let Some(held) = store::Held::of(count, of, *at).filter(|_| !is_accepted) {
            self.entry(task).listing.held = Some(held);
            return EndedListing::Held(held);
        }
        let told: Vec<_> = gone.into_iter().take(*most).map(|(_, id)| id.clone()).collect();
        let more = count > told.len() as u64;
        let made = self.tell_gone(task, told, end, began);
        let listing = &mut self.entry(task).listing;
        listing.gone += made.len() as u64;
        if !more {
            *listing = listing.end(*at);
        }
        EndedListing::Done { made, more }
    }

    fn tell_gone(
        &mut self,
        task: &TaskId,
        gone: Vec<String>,
        end: &EndListing,
        began: jiff::Timestamp,
    ) -> Vec<Pending> {
        let changes = gone.into_iter().map(|id| NewChange::gone(task, id, began)).collect();
        let commit = Commit {
            pass: Pass::Listing,
            moves: None,
            ..Commit::onward(task.clone(), end.revision, String::new(), end.at, changes)
        };
        let (mut made, mut tally) = (Vec::new(), Tally::default());
        for new in &commit.changes {
            self.take(&commit, new.clone(), &mut made, &mut tally);
            self.unlist(task, new.record);
        }
        made
    }

    pub(super) fn decide_listing(&mut self, task: &TaskId, accept: bool) -> bool {
        let listing = &mut self.entry(task).listing;
        let Some(held) = &mut listing.held else { return false };
        held.accepted = accept;
        if !accept {
            listing.give_up();
        }
        true
    }

    pub(in super::super) fn listed(&self, task: &TaskId, records: &[RecordKey]) -> (usize, u64) {
        let Some(places) = self.listings.get(task) else { return (0, 0) };
        let known = records.iter().filter(|record| places.ids.contains_key(record));
        (known.count(), places.ids.len() as u64)
    }
}

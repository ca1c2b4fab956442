//! Searching: the walk over the shelves, under the lock for as long as that takes.

use std::{ops::Range, sync::Arc};

use super::{Ehr, Order, State};
use crate::practice::{
    Kind,
    chance::scramble,
    search::{bundle::Page, query::Query},
    shelf::{Record, Shelf},
};

/// How long a page is where the client doesn't say.
const PAGE: usize = 50;

impl Ehr {
    /// One page of a search, and which of the matches it holds.
    pub(super) fn find(&self, kind: Kind, query: &Query) -> (Page, Range<usize>) {
        self.drift_before(kind, query);
        let count = query.count.unwrap_or(PAGE).min(self.0.page_cap);
        let window = query.offset..query.offset.saturating_add(count);
        let state = self.lock();
        let Some(shelf) = state.shelves.of(kind) else {
            return (Page { total: 0, matches: Vec::new(), included: Vec::new() }, window);
        };
        let (total, matches) = listed(shelf, query, state.order, &window);
        let included = state.included(&matches, &query.includes);
        (Page { total, matches, included }, window)
    }

    /// A record's newest version, be it a deleted one.
    pub(super) fn look_up(&self, kind: Kind, id: &str) -> Option<Arc<Record>> {
        self.lock().shelves.of(kind)?.get(id).cloned()
    }

    /// Changes a record of an earlier page, where that is ordered.
    fn drift_before(&self, kind: Kind, query: &Query) {
        let earlier = {
            let mut state = self.lock();
            if query.offset == 0 || state.drift == 0 {
                return;
            }
            state.drift -= 1;
            let shelf = state.shelves.of(kind);
            let first = shelf.and_then(|shelf| shelf.changed(query.changed.clone()).next());
            first.map(|record| Arc::clone(&record.id))
        };
        if let Some(id) = earlier {
            self.revise(kind, &id);
        }
    }
}

impl State {
    /// What these records refer to, each once.
    fn included(&self, matches: &[Arc<Record>], wanted: &[&str]) -> Vec<(Kind, Arc<Record>)> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let all = matches.iter().flat_map(|record| &record.references);
        let asked = all.filter(|reference| wanted.iter().any(|start| reference.starts_with(start)));
        let mut references: Vec<_> = asked.collect();
        references.sort_unstable();
        references.dedup();
        references.into_iter().filter_map(|reference| self.referred(reference)).collect()
    }

    fn referred(&self, reference: &str) -> Option<(Kind, Arc<Record>)> {
        let (kind, id) = reference.split_once('/')?;
        let kind = Kind::named(kind)?;
        let record = self.shelves.of(kind)?.get(id)?;
        record.body.is_some().then(|| (kind, Arc::clone(record)))
    }
}

/// How many records match, and those within the window.
fn listed(
    shelf: &Shelf,
    query: &Query,
    order: Order,
    window: &Range<usize>,
) -> (usize, Vec<Arc<Record>>) {
    let all = shelf.changed(query.changed.clone()).filter(|record| query.wants(&record.id));
    match order {
        Order::Asked if !query.newest_first => cut(all, window),
        Order::Asked | Order::NewestFirst => cut(all.rev(), window),
        Order::Unsorted => {
            let mut all: Vec<_> = all.collect();
            all.sort_by_key(|record| shuffled(&record.id));
            cut(all.into_iter(), window)
        }
    }
}

fn cut<'a>(
    all: impl Iterator<Item = &'a Arc<Record>>,
    window: &Range<usize>,
) -> (usize, Vec<Arc<Record>>) {
    let mut total = 0;
    let mut matches = Vec::with_capacity(window.len().min(1_000));
    for record in all {
        if window.contains(&total) {
            matches.push(Arc::clone(record));
        }
        total += 1;
    }
    (total, matches)
}

fn shuffled(id: &str) -> u64 {
    id.bytes().fold(0, |hash, byte| scramble(hash ^ u64::from(byte)))
}

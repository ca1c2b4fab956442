//! What a store acknowledged, to be compared with what it has after a crash.

use std::collections::{HashMap, HashSet};

use futures_util::future::join_all;

use super::*;
use crate::{
    model::Stage,
    store::conformance::{Open, task},
};

/// Something that was on disk when it was said, or that was about to be noted.
#[derive(Clone, Debug)]
pub(in super::super) enum Ack {
    /// A task's revision, and the containers made since the last.
    Committed(u64, Vec<u64>),
    /// A container and its delivery's sequence.
    Filled(u64, u64),
    /// A container that is about to be settled.
    Settling(u64),
}

/// Everything a store acknowledged.
#[derive(Default, Debug)]
pub(in super::super) struct Ledger {
    revision: u64,
    committed: Vec<u64>,
    filled: HashMap<u64, u64>,
    settling: HashSet<u64>,
}

impl Ledger {
    pub(in super::super) fn add(&mut self, ack: Ack) {
        match ack {
            Ack::Committed(revision, made) => {
                self.revision = revision;
                self.committed.extend(made);
            }
            Ack::Filled(id, sequence) => drop(self.filled.insert(id, sequence)),
            Ack::Settling(id) => drop(self.settling.insert(id)),
        }
    }

    pub(in super::super) fn len(&self) -> usize {
        self.committed.len() + self.filled.len()
    }

    /// Opens the store and finds in it all that it acknowledged.
    pub(in super::super) async fn check(&self, open: Open<'_>) {
        let store = open();
        assert!(store.task(&task("appointments")).unwrap().revision >= self.revision);
        let pending: HashMap<u64, Stage> =
            store.pending().unwrap().into_iter().map(|found| (found.id.0, found.stage)).collect();
        for id in self.committed.iter().filter(|id| !self.settling.contains(id)) {
            let stage = pending.get(id).unwrap_or_else(|| panic!("container {id} is lost"));
            let container = store.container(ContainerId(*id)).unwrap().unwrap();
            let Some(sequence) = self.filled.get(id) else { continue };
            let Stage::Deliver(owed) = stage else { panic!("the notification of {id} is lost") };
            assert_eq!(owed[0].sequence, *sequence);
            assert_eq!(container.filled.unwrap().payload, payload(*id));
        }
        self.check_numbers(&*store).await;
    }

    async fn check_numbers(&self, store: &dyn Store) {
        let revision = store.task(&task("appointments")).unwrap().revision;
        let changes = (0..self.revision).flat_map(changes).collect();
        let again = committed(store, page(revision, changes)).await;
        assert!(again.is_empty(), "{} versions are forgotten", again.len());
        let new = committed(store, page(revision + 1, vec![change("new", Some("a"))])).await;
        assert!(self.committed.iter().all(|id| *id < new[0].id.0), "a number is used again");
        let owed = store.fill(filling(new[0].id, None, &["app"])).await.unwrap();
        assert!(self.filled.values().all(|sequence| *sequence < owed[0].sequence));
    }
}

/// Commits, fills and settles until the store fails or `say` says that it is enough.
pub(in super::super) async fn work(store: &dyn Store, mut say: impl FnMut(Ack) -> bool) {
    for revision in 0.. {
        let Ok(Committed::Done { made, .. }) =
            store.commit(page(revision, changes(revision))).await
        else {
            return;
        };
        let ids: Vec<u64> = made.iter().map(|made| made.id.0).collect();
        if !say(Ack::Committed(revision + 1, ids.clone())) {
            return;
        }
        let fills = ids.iter().map(|id| async {
            let mut fill = filling(ContainerId(*id), Some("memo"), &["app"]);
            fill.filled.payload = payload(*id);
            (*id, store.fill(fill).await)
        });
        for (id, owed) in join_all(fills).await {
            let Ok(owed) = owed else { return };
            if !say(Ack::Filled(id, owed[0].sequence)) {
                return;
            }
            if !id.is_multiple_of(3) {
                say(Ack::Settling(id));
                store.settle(ContainerId(id), &"app".into(), Settlement::Delivered(None));
            }
        }
    }
}

fn changes(revision: u64) -> Vec<crate::store::NewChange> {
    (0..20).map(|n| change(&format!("{revision}/{n}"), Some("a"))).collect()
}

fn payload(id: u64) -> String {
    format!("{id} ").repeat(40 + id as usize % 900)
}

//! What is under way of a connection: what its polling is held back by.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use crate::model::{ConnectionName, DestinationName};

/// How much of a connection is under way: what its polling is held back by. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Backlog {
    /// Whose.
    pub connection: ConnectionName,
    under_way: Arc<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    count: AtomicUsize,
    /// Deliveries among them, by who waits for them.
    owed: Mutex<BTreeMap<DestinationName, usize>>,
    drained: Notify,
}

impl Backlog {
    /// Nothing is under way yet.
    pub fn new(connection: ConnectionName) -> Self {
        Self { connection, under_way: Arc::default() }
    }

    /// Containers to be collected and deliveries to be made.
    pub fn len(&self) -> usize {
        self.under_way.count.load(Ordering::Relaxed)
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more, until the answer is dropped.
    pub fn enter(&self) -> UnderWay {
        self.enter_for(None)
    }

    /// One more that is owed to this destination, until the answer is dropped.
    pub fn enter_to(&self, destination: &DestinationName) -> UnderWay {
        *self.under_way.owed().entry(destination.clone()).or_default() += 1;
        self.enter_for(Some(destination.clone()))
    }

    fn enter_for(&self, to: Option<DestinationName>) -> UnderWay {
        self.under_way.count.fetch_add(1, Ordering::Relaxed);
        UnderWay { counted: Arc::clone(&self.under_way), to }
    }

    /// The destination that most deliveries wait for, and how many those are.
    pub fn most(&self) -> Option<(DestinationName, usize)> {
        let owed = self.under_way.owed();
        let most = owed.iter().max_by_key(|(_, count)| **count)?;
        Some((most.0.clone(), *most.1))
    }

    /// Waits until nothing is.
    pub async fn drained(&self) {
        loop {
            let drained = self.under_way.drained.notified();
            if self.is_empty() {
                return;
            }
            drained.await;
        }
    }
}

/// A container or delivery that is under way, as long as this lives.
#[derive(Debug)]
pub struct UnderWay {
    counted: Arc<Counted>,
    to: Option<DestinationName>,
}

impl Counted {
    fn owed(&self) -> MutexGuard<'_, BTreeMap<DestinationName, usize>> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(to) = self.to.take()
            && let Entry::Occupied(mut count) = self.counted.owed().entry(to)
        {
            match *count.get() {
                0 | 1 => drop(count.remove()),
                more => *count.get_mut() = more - 1,
            }
        }
        if self.counted.count.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.counted.drained.notify_waiters();
        }
    }
}

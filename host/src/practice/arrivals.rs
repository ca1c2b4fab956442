//! Which requests arrived, and how often.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// The requests that a server was asked, counted by target (path and query). A cheap handle.
#[derive(Clone)]
pub struct Arrivals(Arc<Inner>);

struct Inner {
    counts: Mutex<BTreeMap<String, u64>>,
    total: watch::Sender<u64>,
}

impl Arrivals {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner { counts: Mutex::default(), total: watch::Sender::new(0) }))
    }

    pub(super) fn count(&self, target: &str) {
        let mut counts = self.lock();
        match counts.get_mut(target) {
            Some(count) => *count += 1,
            None => drop(counts.insert(target.to_owned(), 1)),
        }
        drop(counts);
        self.0.total.send_modify(|total| *total += 1);
    }

    /// All requests since the start or the last [`Self::forget`].
    pub fn total(&self) -> u64 {
        self.lock().values().sum()
    }

    /// Requests whose target contains this text.
    pub fn of(&self, part: &str) -> u64 {
        let counts = self.lock();
        counts.iter().filter(|(target, _)| target.contains(part)).map(|(_, count)| count).sum()
    }

    /// The targets that were asked for more than once, with how often.
    pub fn repeated(&self) -> Vec<(String, u64)> {
        let counts = self.lock();
        let repeated = counts.iter().filter(|&(_, &count)| count > 1);
        repeated.map(|(target, count)| (target.clone(), *count)).collect()
    }

    /// Starts counting anew.
    pub fn forget(&self) {
        self.lock().clear();
    }

    /// Returns once `number` requests whose target contains this text have arrived (arrived,
    /// not answered). Cancel-safe.
    pub async fn wait_for(&self, part: &str, number: u64) {
        let mut total = self.0.total.subscribe();
        while self.of(part) < number {
            // The sender lives as long as `self`.
            let Ok(()) = total.changed().await else { return };
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

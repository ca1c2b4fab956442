//! A list that only grows, and that one can wait on.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What happened, in its order.
pub(super) struct Journal<T> {
    items: Mutex<Vec<T>>,
    length: watch::Sender<usize>,
}

impl<T: Clone> Journal<T> {
    /// An empty journal.
    pub(super) fn new() -> Self {
        Self { items: Mutex::default(), length: watch::Sender::new(0) }
    }

    /// Adds what `make` makes of its place (0 is the first), and wakes who waits.
    pub(super) fn push(&self, make: impl FnOnce(usize) -> T) {
        let mut items = self.lock();
        let item = make(items.len());
        items.push(item);
        self.length.send_replace(items.len());
    }

    /// All of it.
    pub(super) fn all(&self) -> Vec<T> {
        self.lock().clone()
    }

    /// What follows the first `seen`, as soon as there is any. Cancel-safe.
    pub(super) async fn after(&self, seen: usize) -> Vec<T> {
        self.until(|items| items.len() > seen).await;
        self.lock().get(seen..).unwrap_or_default().to_vec()
    }

    /// Returns once the journal fulfils this. Cancel-safe.
    pub(super) async fn until(&self, mut fulfilled: impl FnMut(&[T]) -> bool) {
        let mut length = self.length.subscribe();
        while !fulfilled(&self.lock()) {
            // The sender lives as long as `self`.
            let Ok(()) = length.changed().await else { return };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

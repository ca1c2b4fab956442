//! Values that were written or looked up lately, in memory.
//!
//! A container is read two or three times within moments of its writing, and sled's own cache,
//! which counts whole leaves in 256 small shards, has often let go of it by then. Only the
//! committer puts values in, after sled has them, so that they are never older than sled's.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use sled::IVec;

/// What an entry takes besides its key and value, about.
const ENTRY_BYTES: usize = 128;

/// Keys and their values, or that they have none; the oldest go first.
pub(super) struct Recent {
    values: Mutex<Values>,
    limit: usize,
}

#[derive(Default)]
struct Values {
    by_key: HashMap<IVec, Option<IVec>>,
    order: VecDeque<IVec>,
    bytes: usize,
}

impl Recent {
    /// Holds up to so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { values: Mutex::default(), limit }
    }

    /// What a key's value is, or `None` where that is not known here.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<IVec>> {
        self.values().by_key.get(key).cloned()
    }

    /// Takes in what was written.
    pub(super) fn put(&self, fresh: impl IntoIterator<Item = (IVec, Option<IVec>)>) {
        let mut values = self.values();
        for (key, value) in fresh {
            values.put(key, value);
        }
        while values.bytes > self.limit && values.drop_oldest() {}
    }

    fn values(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Values {
    fn put(&mut self, key: IVec, value: Option<IVec>) {
        self.bytes += cost(&key, value.as_ref());
        match self.by_key.insert(key.clone(), value) {
            Some(old) => self.bytes -= cost(&key, old.as_ref()),
            None => self.order.push_back(key),
        }
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(key) = self.order.pop_front() else { return false };
        if let Some(value) = self.by_key.remove(&key) {
            self.bytes -= cost(&key, value.as_ref());
        }
        true
    }
}

fn cost(key: &IVec, value: Option<&IVec>) -> usize {
    ENTRY_BYTES + key.len() + value.map_or(0, |value| value.len())
}

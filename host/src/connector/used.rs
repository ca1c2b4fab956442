//! Instances that have served a poll. A host has none: each is dropped with its guest. A simulation
//! keeps them for the next poll, to prove that it would see what one poll learns of another.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{Store, component::Instance};

use super::sandbox::Sandbox;

/// An instance, in its store.
pub(super) type Stored = (Store<Sandbox>, Instance);

/// Instances that wait. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct Used(Arc<Mutex<Vec<Stored>>>);

impl Used {
    pub(super) fn take(&self) -> Option<Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(super) fn put(&self, stored: Stored) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stored);
    }
}

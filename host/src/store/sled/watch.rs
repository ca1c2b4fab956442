//! Wakes a flush that sled forgot.
//!
//! When sled's own thread cannot write, it keeps the error but does not always tell the flush
//! that waits for it, which then waits for ever. A second flush finds the error and tells
//! everyone; while nothing failed, it does no harm.

use std::{
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::disk::Disk;
use crate::store::Error;

/// How long a flush may take before it is looked after.
const PATIENCE: Duration = Duration::from_secs(1);

/// Looks after trees until it is dropped.
pub(super) struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts a thread for these trees.
    pub(super) fn start(trees: Vec<Arc<Disk>>) -> Result<Self, Error> {
        let (stop, stopped) = channel();
        let watch = move || {
            let mut seen: Vec<u64> = vec![0; trees.len()];
            while stopped.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                for (tree, seen) in trees.iter().zip(&mut seen) {
                    *seen = tree.flush_if_stuck(*seen);
                }
            }
        };
        let thread = thread::Builder::new().name("rounds-store-watch".into()).spawn(watch);
        let thread = thread.map_err(|source| Error::Io {
            action: "start",
            path: "a thread".into(),
            source,
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        drop(self.thread.take().map(JoinHandle::join));
    }
}

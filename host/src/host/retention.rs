//! Forgetting dead letters that nobody came for, as the user said.

use std::{sync::Arc, time::Duration};

use tokio::time;
use tokio_util::sync::CancellationToken;

use crate::{clock::Clock, store::Store};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Forgets dead letters when they are old.
pub(super) struct Retention {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    /// How long they are kept.
    pub(super) keep: Duration,
}

impl Retention {
    /// Runs until the host stops.
    pub(super) async fn run(self, shutdown: CancellationToken) {
        loop {
            self.sweep().await;
            if shutdown.run_until_cancelled(time::sleep(EVERY)).await.is_none() {
                return;
            }
        }
    }

    async fn sweep(&self) {
        let Ok(before) = self.clock.now().checked_sub(self.keep) else { return };
        match self.store.forget_dead(before).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::warn!(forgotten, "dead letters were forgotten for their age"),
            // A store that stopped ends the host, and says why.
            Err(error) => tracing::debug!(%error, "dead letters could not be forgotten"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        clock::Manual,
        store::{
            conformance::{at, change, committed, page},
            sled::{Options, SledStore},
        },
    };

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[tokio::test(start_paused = true)]
    async fn dead_letters_go_when_they_are_old() {
        let folder = std::env::temp_dir().join(format!("rounds-retention-{}", std::process::id()));
        let store = Arc::new(SledStore::open(&Options::new(&folder)).unwrap());
        let made = committed(&*store, page(0, vec![change("1", None)])).await;
        store.bury(made[0].id, "trap".into(), at(0));
        store.flush().await.unwrap();
        let clock = Arc::new(Manual::at(at(0) + 30 * DAY));
        let retention = Retention { store: store.clone(), clock: clock.clone(), keep: 30 * DAY };
        retention.sweep().await;
        assert_eq!(store.dead().unwrap().len(), 1, "not before");
        clock.advance(Duration::from_secs(1));
        retention.sweep().await;
        assert!(store.dead().unwrap().is_empty());
        drop((retention, store));
        std::fs::remove_dir_all(folder).unwrap();
    }
}

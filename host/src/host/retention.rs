//! Forgetting what nobody came for in time, as the user said: dead letters, receipts, payloads.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::HostSettings,
    store::{Before, Store},
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Forgets what is old.
pub(super) struct Retention {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) keep: Kept,
}

/// How long is kept what; `None` is for ever.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    dead_letters: Option<Duration>,
    receipts: Option<Duration>,
    bodies: Option<Duration>,
}

impl Kept {
    /// As the user said.
    pub(super) fn of(host: &HostSettings) -> Self {
        let HostSettings { dead_letters, delivered, payloads, .. } = *host;
        Self { dead_letters, receipts: delivered, bodies: payloads }
    }
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
        let now = self.clock.now();
        let Kept { dead_letters, receipts, bodies } = self.keep;
        match self.store.forget_dead(before(now, dead_letters)).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::warn!(forgotten, "dead letters were forgotten for their age"),
            // A store that stopped ends the host, and says why.
            Err(error) => tracing::debug!(%error, "dead letters could not be forgotten"),
        }
        let delivered = Before { receipts: before(now, receipts), bodies: before(now, bodies) };
        if let Err(error) = self.store.forget_delivered(&delivered).await {
            tracing::error!(%error, "what was delivered could not be forgotten, and is kept");
        }
    }
}

/// The time before which all goes; of what is not to be kept at all, whatever there is.
fn before(now: Timestamp, keep: Option<Duration>) -> Timestamp {
    match keep {
        None => Timestamp::MIN,
        Some(Duration::ZERO) => Timestamp::MAX,
        Some(keep) => now.checked_sub(keep).unwrap_or(Timestamp::MIN),
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
        let host = HostSettings { dead_letters: Some(30 * DAY), ..HostSettings::default() };
        let keep = Kept::of(&host);
        let retention = Retention { store: store.clone(), clock: clock.clone(), keep };
        retention.sweep().await;
        assert_eq!(store.dead().unwrap().len(), 1, "not before");
        clock.advance(Duration::from_secs(1));
        retention.sweep().await;
        assert!(store.dead().unwrap().is_empty());
        drop((retention, store));
        std::fs::remove_dir_all(folder).unwrap();
    }
}

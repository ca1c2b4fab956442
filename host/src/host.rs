//! The host as a whole: built from a configuration, run until it is told to stop.

mod assemble;
mod builder;
mod handle;
mod retention;
mod sweep;
mod task;

use std::{sync::Arc, time::Duration};

use tokio::time;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) use assemble::{client, clients, library};
pub use builder::Builder;
pub use handle::Handle;

use crate::{
    admin, collect, config, connector, deliver, egress, oci, reload, schedule, shadow,
    store::{self, Store},
};

/// How long a stopping host lets deliveries end that are under way.
const GRACE: Duration = Duration::from_secs(6);
/// How long it waits for everything to end.
const STOP_WITHIN: Duration = Duration::from_secs(9);

/// A host, ready to run.
///
/// ```no_run
/// # async fn example() -> Result<(), rounds::host::Error> {
/// use rounds::{Host, config::Config};
/// use tokio_util::sync::CancellationToken;
///
/// let config = Config::load("rounds.toml")?;
/// let host = Host::builder(config).build().await?;
/// host.run(CancellationToken::new()).await
/// # }
/// ```
pub struct Host {
    handle: Handle,
    store: Arc<dyn Store>,
    scheduler: schedule::Scheduler,
    collectors: Vec<collect::Collector>,
    deliverers: Vec<deliver::Deliverer>,
    reloader: Option<reload::Reloader>,
    shadow: Option<(shadow::Watcher, shadow::Comparer)>,
    retention: Option<retention::Retention>,
    admin: Option<admin::Server>,
    tracker: TaskTracker,
}

/// Why a host cannot start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration is wrong, in one place or several.
    #[error("{0}")]
    Config(#[from] config::Errors),
    /// A connector cannot be used.
    #[error(transparent)]
    Connector(#[from] connector::Error),
    /// No file of the folder can be in service for a connection.
    #[error("{0}")]
    Refused(String),
    /// The store cannot be used, or stopped.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A connector of a registry cannot be had.
    #[error(transparent)]
    Registry(#[from] oci::Error),
    /// A connection's or destination's HTTP client cannot be made.
    #[error(transparent)]
    Egress(#[from] egress::Error),
    /// The admin address cannot be used.
    #[error("the admin address {address} cannot be used: {source}; set another with host.admin")]
    Admin {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// A folder cannot be made.
    #[error("the folder {path} cannot be made: {source}")]
    Folder {
        /// Which.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
}

impl Host {
    /// A host from a configuration.
    pub fn builder(config: config::Config) -> Builder {
        Builder::new(config)
    }

    /// A way to look after it while it runs.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// The address of the admin API, where it has one.
    pub fn admin_address(&self) -> Option<std::net::SocketAddr> {
        self.admin.as_ref().map(admin::Server::address)
    }

    /// Runs until `shutdown` is cancelled, then ends within ten seconds: no new poll or attempt
    /// is begun, attempts under way may end, and all that was noted is on disk.
    ///
    /// # Errors
    /// [`Error::Store`] where the store fails while the host runs. What was acknowledged is on
    /// disk; a restart goes on from there.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let Self { handle, store, scheduler, collectors, deliverers, .. } = self;
        let Self { reloader, shadow, retention, admin, tracker, .. } = self;
        let running = shutdown.child_token();
        let (lines, ends) = (Arc::clone(&handle.lines), running.clone());
        tracker.spawn(async move { ends.run_until_cancelled(lines.resume_rest()).await });
        tracker.spawn(scheduler.run(running.clone()));
        for collector in collectors {
            tracker.spawn(collector.run(running.clone()));
        }
        for deliverer in deliverers {
            tracker.spawn(deliverer.run(running.clone()));
        }
        if let Some(reloader) = reloader {
            tracker.spawn(reloader.run(running.clone()));
        }
        if let Some((watcher, comparer)) = shadow {
            tracker.spawn(watcher.run(running.clone()));
            tracker.spawn(comparer.run(running.clone()));
        }
        if let Some(retention) = retention {
            tracker.spawn(retention.run(running.clone()));
        }
        if let Some(admin) = admin {
            tracker.spawn(admin.run(running.clone()));
        }
        let failed = running.run_until_cancelled(store.failed()).await;
        running.cancel();
        tracker.close();
        if time::timeout(STOP_WITHIN, tracker.wait()).await.is_err() {
            tracing::warn!(
                "some work did not end in time and was cut off; it is done again after the next start"
            );
        }
        match failed {
            Some(error) => {
                handle.status().with(|report| report.store = Some(error.to_string()));
                Err(error.into())
            }
            None => Ok(store.flush().await?),
        }
    }
}

//! The practice receiver: an endpoint that verifies signatures and remembers what it took.

mod endpoint;
mod notebook;

use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use notebook::Received;

use super::{Arrivals, Faults, gate::Gate};
use crate::{
    clock::{Clock, System},
    signature::Key,
};
use notebook::Notebook;

/// A practice receiver that was started. A cheap handle; its server runs in the future that
/// [`Builder::start`] gave beside it.
///
/// It answers 204 to what is signed well and 401 to all else, on any path, unless its
/// [faults](Self::faults) say otherwise.
#[derive(Clone)]
pub struct Receiver(Arc<Inner>);

struct Inner {
    url: String,
    keys: Vec<Key>,
    token: Option<String>,
    clock: Arc<dyn Clock>,
    gate: Gate,
    notebook: Notebook,
    refused: AtomicU64,
}

/// What a practice receiver should be.
#[derive(Clone)]
pub struct Builder {
    keys: Vec<Key>,
    token: Option<String>,
    clock: Arc<dyn Clock>,
}

impl Builder {
    /// A key that notifications may be signed with; without any, all are refused.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// The token that a verification challenge must bring, and every notification in its
    /// `verification-token` header, as Redox has it.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// The clock that arrivals are dated by, and that signatures must be in time for.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Gives the receiver's handle, with the future that serves it: until `shutdown`, and
    /// then at most a second longer.
    ///
    /// # Errors
    /// When the listener has no address; the future, when serving fails.
    pub fn start(
        self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> io::Result<(Receiver, impl Future<Output = io::Result<()>> + Send + 'static)> {
        let receiver = Receiver(Arc::new(Inner {
            url: format!("http://{}/hooks", listener.local_addr()?),
            keys: self.keys,
            token: self.token,
            clock: self.clock,
            gate: Gate::new(shutdown),
            notebook: Notebook::new(),
            refused: AtomicU64::new(0),
        }));
        let gate = receiver.0.gate.clone();
        let router = endpoint::router(receiver.clone());
        Ok((receiver, gate.run(listener, router)))
    }
}

impl Receiver {
    /// A receiver that has no keys yet.
    pub fn builder() -> Builder {
        Builder { keys: Vec::new(), token: None, clock: Arc::new(System) }
    }

    /// Where to send notifications.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// What this receiver does wrong. Holds keep back the answer, not the taking.
    pub fn faults(&self) -> &Faults {
        &self.0.gate.faults
    }

    /// What this receiver was asked, well signed or not.
    pub fn arrivals(&self) -> &Arrivals {
        &self.0.gate.arrivals
    }

    /// How many requests were not signed well.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// Every well-signed attempt in the order of arrival, taken or not.
    pub fn attempts(&self) -> Vec<Received> {
        self.0.notebook.attempts.all()
    }

    /// What was taken, in the order of arrival, repeats among it.
    pub fn received(&self) -> Vec<Received> {
        self.attempts().into_iter().filter(|attempt| attempt.taken).collect()
    }

    /// The attempts that follow the first `seen`, as soon as there are any. Cancel-safe.
    pub async fn attempts_after(&self, seen: usize) -> Vec<Received> {
        self.0.notebook.attempts.after(seen).await
    }

    /// Returns once notifications of this many different ids were taken. Cancel-safe.
    pub async fn wait_for(&self, different: usize) {
        self.0.notebook.wait_for(different).await;
    }

    /// Returns once the attempts so far fulfil this; it is asked after every attempt, and
    /// must not block. Cancel-safe.
    pub async fn wait_until(&self, fulfilled: impl FnMut(&[Received]) -> bool) {
        self.0.notebook.attempts.until(fulfilled).await;
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("url", &self.0.url).finish_non_exhaustive()
    }
}

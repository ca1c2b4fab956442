//! Servers in this process: the practice EHR and receiver on free ports.

use std::{net::Ipv4Addr, ops::Deref};

use rounds::{
    config::{Secret, SigningSecret},
    practice::{self, Ehr, Receiver},
    signature::Key,
};
use tokio::net::TcpListener;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// What destinations sign with, unless a test says otherwise.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A server that runs as long as this lives.
pub(crate) struct Running<T> {
    server: T,
    _ends: DropGuard,
}

impl<T> Deref for Running<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.server
    }
}

/// Runs what serves `server` until the answer is dropped.
pub(crate) fn serve<T, S: Future + Send + 'static>(
    server: T,
    serving: impl FnOnce(CancellationToken) -> S,
) -> Running<T>
where
    S::Output: Send,
{
    let shutdown = CancellationToken::new();
    TaskTracker::new().spawn(serving(shutdown.clone()));
    Running { server, _ends: shutdown.drop_guard() }
}

/// A listener on a free port of this machine.
pub(crate) async fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port")
}

/// A small practice EHR.
pub(crate) async fn ehr(seed: u64) -> Running<Ehr> {
    ehr_with(5, seed).await
}

/// A practice EHR with so many appointments of five patients.
pub(crate) async fn ehr_with(appointments: usize, seed: u64) -> Running<Ehr> {
    let builder = Ehr::builder().patients(5).appointments(appointments).seed(seed);
    let shutdown = CancellationToken::new();
    let (ehr, serving) = builder.start(listener().await, shutdown.clone()).expect("an EHR");
    TaskTracker::new().spawn(serving);
    Running { server: ehr, _ends: shutdown.drop_guard() }
}

/// A practice receiver that verifies with [`SECRET`].
pub(crate) async fn receiver() -> Running<Receiver> {
    receiver_with(Receiver::builder().key(key(SECRET))).await
}

/// A practice receiver of another kind.
pub(crate) async fn receiver_with(builder: practice::ReceiverBuilder) -> Running<Receiver> {
    let shutdown = CancellationToken::new();
    let started = builder.start(listener().await, shutdown.clone());
    let (receiver, serving) = started.expect("a receiver");
    TaskTracker::new().spawn(serving);
    Running { server: receiver, _ends: shutdown.drop_guard() }
}

/// The key that a secret stands for.
pub(crate) fn key(secret: &str) -> Key {
    Key::from(&SigningSecret::parse(&Secret::from(secret)).expect("a secret"))
}

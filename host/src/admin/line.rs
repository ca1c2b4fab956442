//! Connections of the admin API: few at once, and none that keeps the host waiting.
//!
//! The server underneath waits for a request's head as long as it takes. So each connection has a
//! deadline here instead, which only an answer moves on: one on which nothing was answered for
//! [`PATIENCE`] is closed, whether its head drips, its body does, or nothing comes at all.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{self, Instant, Sleep},
};

/// How long a connection may go without an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Connections at once; further ones wait.
const AT_ONCE: usize = 64;

/// Takes connections.
pub(super) struct Lines {
    listener: TcpListener,
    room: Arc<Semaphore>,
}

impl Lines {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, room: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Listener for Lines {
    type Io = Line<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let room = Arc::clone(&self.room).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        (Line::new(stream, room), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with its deadline, and its place among those that there may be.
pub(super) struct Line<S> {
    stream: S,
    deadline: Pin<Box<Sleep>>,
    _room: Option<OwnedSemaphorePermit>,
}

impl<S> Line<S> {
    fn new(stream: S, room: Option<OwnedSemaphorePermit>) -> Self {
        Self { stream, deadline: Box::pin(time::sleep(PATIENCE)), _room: room }
    }

    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        self.deadline.as_mut().poll(context).is_ready()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_late(context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending if self.is_late(context) => {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            outcome => ready!(outcome)?,
        };
        self.deadline.as_mut().reset(Instant::now() + PATIENCE);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_drips_is_closed_and_what_was_answered_goes_on() {
        let (mut near, far) = tokio::io::duplex(64);
        let mut line = Line::new(far, None);
        near.write_all(b"a").await.unwrap();
        assert_eq!(line.read_u8().await.unwrap(), b'a');
        time::advance(PATIENCE - Duration::from_secs(1)).await;
        line.write_all(b"answer").await.unwrap();
        time::advance(PATIENCE - Duration::from_secs(1)).await;
        near.write_all(b"b").await.unwrap();
        assert_eq!(line.read_u8().await.unwrap(), b'b');
        let late = line.read_u8().await.map_err(|error| error.kind());
        assert_eq!(late, Err(io::ErrorKind::TimedOut));
    }
}

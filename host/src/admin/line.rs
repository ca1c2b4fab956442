//! Connections of the admin API: few at once, and none that keeps the host waiting.
//!
//! The server underneath waits for a request's head as long as it takes. So each connection has a
//! deadline here instead, which only an answer moves on: one on which nothing was answered for
//! [`PATIENCE`] is closed, whether its handshake drips, its head does, its body does, or nothing
//! comes at all. What the host itself is busy with counts as nobody's delay.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{self, Instant, Sleep},
};
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::{
    room::{Place, Room},
    tls::Secrecy,
};

/// How long a connection may go without an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A connection's bytes, as they are or within TLS.
type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;
type Arrived = (Line<Stream>, Peer);

/// Takes connections.
pub(super) struct Lines {
    listener: TcpListener,
    room: Room,
    secrecy: Option<Secrecy>,
    /// Those that do not speak TLS yet. They take room like others.
    handshakes: FuturesUnordered<BoxFuture<'static, Option<Arrived>>>,
}

impl Lines {
    pub(super) fn new(listener: TcpListener, secrecy: Option<Secrecy>) -> Self {
        Self { listener, room: Room::new(), secrecy, handshakes: FuturesUnordered::new() }
    }

    /// Takes a connection, if it may be; where it has to speak TLS first, others go before it.
    fn take(&mut self, stream: TcpStream, peer: Peer, place: Place) -> Option<Arrived> {
        let Some(secrecy) = &self.secrecy else {
            return Some((Line::new(Either::Left(stream), &peer, Some(place)), peer));
        };
        let handshake = secrecy.acceptor().accept(stream);
        self.handshakes.push(Box::pin(async move {
            // Who cannot, or is slow, is told nothing and logged nowhere: anybody may knock.
            let stream = time::timeout(PATIENCE, handshake).await.ok()?.ok()?;
            Some((Line::new(Either::Right(Box::new(stream)), &peer, Some(place)), peer))
        }));
        None
    }
}

impl Listener for Lines {
    type Io = Line<Stream>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let arrived = tokio::select! {
                (stream, peer, place) = arrive(&self.room, &mut self.listener) => {
                    place.and_then(|place| self.take(stream, peer, place))
                }
                Some(shaken) = self.handshakes.next() => shaken,
            };
            if let Some(arrived) = arrived {
                return arrived;
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        let here = self.listener.local_addr()?;
        Ok(Peer { address: here, here, work: Work::default() })
    }
}

async fn arrive(room: &Room, listener: &mut TcpListener) -> (TcpStream, Peer, Option<Place>) {
    let permit = room.wait().await;
    let (stream, address) = Listener::accept(listener).await;
    let here = stream.local_addr().unwrap_or(address);
    let place = room.seat(address.ip(), permit);
    (stream, Peer { address, here, work: Work::default() }, place)
}

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    /// Its address.
    pub(super) address: SocketAddr,
    /// The address that it asked.
    pub(super) here: SocketAddr,
    /// Requests of it that are being done.
    pub(super) work: Work,
}

impl Connected<IncomingStream<'_, Lines>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Requests that were read whole and are being done: nobody is late who waits for that.
#[derive(Clone, Debug, Default)]
pub(super) struct Work(Arc<AtomicUsize>);

/// A request that is being done, until this is dropped.
pub(super) struct Doing(Work);

impl Work {
    pub(super) fn begin(&self) -> Doing {
        self.0.fetch_add(1, Ordering::Relaxed);
        Doing(self.clone())
    }

    fn is_under_way(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection with its deadline, and its place among those that there may be.
pub(super) struct Line<S> {
    stream: S,
    deadline: Pin<Box<Sleep>>,
    work: Work,
    _place: Option<Place>,
}

impl<S> Line<S> {
    fn new(stream: S, peer: &Peer, place: Option<Place>) -> Self {
        let (deadline, work) = (Box::pin(time::sleep(PATIENCE)), peer.work.clone());
        Self { stream, deadline, work, _place: place }
    }

    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        while self.deadline.as_mut().poll(context).is_ready() {
            if !self.work.is_under_way() {
                return true;
            }
            self.wait_anew();
        }
        false
    }

    fn wait_anew(&mut self) {
        self.deadline.as_mut().reset(Instant::now() + PATIENCE);
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
        self.wait_anew();
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS takes what is written before the other end does.
        match Pin::new(&mut self.stream).poll_flush(context) {
            Poll::Pending if self.is_late(context) => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            outcome => outcome,
        }
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

    fn peer() -> Peer {
        let address = ([127, 0, 0, 1], 1).into();
        Peer { address, here: address, work: Work::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_late_while_the_host_works() {
        let (near, far) = tokio::io::duplex(64);
        let peer = peer();
        let (mut line, doing) = (Line::new(far, &peer, None), peer.work.begin());
        let waited = time::timeout(PATIENCE * 3, line.read_u8()).await;
        assert!(waited.is_err());
        drop(doing);
        let late = line.read_u8().await.map_err(|error| error.kind());
        assert_eq!(late, Err(io::ErrorKind::TimedOut));
        drop(near);
    }

    #[tokio::test(start_paused = true)]
    async fn what_drips_is_closed_and_what_was_answered_goes_on() {
        let (mut near, far) = tokio::io::duplex(64);
        let peer = peer();
        let mut line = Line::new(far, &peer, None);
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

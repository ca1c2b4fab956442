//! A proxy that breaks what passes through it, at the byte that a test says.
//!
//! One fault is armed at a time. It counts the bytes that pass from then on in its way, over
//! whatever connections they come, and strikes once so many have passed.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::WriteHalf},
    task::JoinSet,
    time,
};
use tokio_util::sync::CancellationToken;

use super::servers::{Running, listener, serve};

/// Which bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// What the client says.
    There,
    /// What the server answers.
    Back,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// It is closed, both ways.
    Close,
    /// It is reset.
    Reset,
    /// This way ends, and the other goes on.
    HalfClose,
    /// Nothing passes any more, and nobody is told.
    Silence,
    /// Every further byte of this way takes so long.
    Drip(Duration),
    /// All waits so long once, and goes on.
    Delay(Duration),
}

/// A fault: after so many bytes of a way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Which bytes are counted.
    pub(crate) way: Way,
    /// How many pass.
    pub(crate) after: usize,
    /// What happens then.
    pub(crate) how: Break,
}

/// A running proxy. A cheap handle.
#[derive(Clone)]
pub(crate) struct Proxy {
    address: Arc<str>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    upstream: String,
    armed: Option<Cut>,
    passed: [usize; 2],
    hang_up: CancellationToken,
}

impl Proxy {
    /// A proxy to a server, whose URL or `host:port` this is.
    pub(crate) async fn start(upstream: &str) -> Running<Self> {
        let listener = listener().await;
        let address = listener.local_addr().unwrap().to_string().into();
        let state = State { upstream: authority(upstream), ..State::default() };
        let proxy = Self { address, state: Arc::new(Mutex::new(state)) };
        let handle = proxy.clone();
        serve(proxy, |shutdown| async move {
            shutdown.run_until_cancelled(handle.accept(listener)).await;
        })
    }

    /// What a URL of the server is by this way.
    pub(crate) fn url(&self, of: &str) -> String {
        of.replace(&authority(of), &self.address)
    }

    /// The next fault, in the place of one that has not struck.
    pub(crate) fn arm(&self, cut: Cut) {
        self.state().armed = Some(cut);
    }

    /// No fault from now on.
    pub(crate) fn disarm(&self) {
        self.state().armed = None;
    }

    /// Ends all connections, so that the next request comes by a new one.
    pub(crate) fn hang_up(&self) {
        std::mem::take(&mut self.state().hang_up).cancel();
    }

    /// How many bytes have passed there and back since this was asked last.
    pub(crate) fn passed(&self) -> [usize; 2] {
        std::mem::take(&mut self.state().passed)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn accept(self, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            let (upstream, hang_up) = {
                let state = self.state();
                (state.upstream.clone(), state.hang_up.clone())
            };
            let proxy = self.clone();
            connections.spawn(async move {
                let passing = async {
                    let server = TcpStream::connect(upstream).await?;
                    proxy.pass(client, server).await
                };
                drop(hang_up.run_until_cancelled(passing).await);
            });
            while connections.try_join_next().is_some() {}
        }
    }

    /// Passes on what either says until both have ended or a fault ends it.
    async fn pass(&self, mut client: TcpStream, mut server: TcpStream) -> io::Result<()> {
        let reset = {
            let (mut from_client, mut to_client) = client.split();
            let (mut from_server, mut to_server) = server.split();
            let (mut there, mut back) = (vec![0; 1 << 14], vec![0; 1 << 14]);
            let mut open = [true, true];
            loop {
                let (way, bytes, to) = tokio::select! {
                    read = from_client.read(&mut there), if open[0] =>
                        (Way::There, &there[..read?], &mut to_server),
                    read = from_server.read(&mut back), if open[1] =>
                        (Way::Back, &back[..read?], &mut to_client),
                    else => break false,
                };
                let ends = match bytes.is_empty() {
                    true => End::Way,
                    false => self.forward(way, bytes, to).await?,
                };
                match ends {
                    End::Not => {}
                    End::Way => {
                        open[way as usize] = false;
                        to.shutdown().await.ok();
                    }
                    End::All => break false,
                    End::Reset => break true,
                }
            }
        };
        if reset {
            client.set_zero_linger()?;
            server.set_zero_linger()?;
        }
        Ok(())
    }

    async fn forward(&self, way: Way, bytes: &[u8], to: &mut WriteHalf<'_>) -> io::Result<End> {
        let (whole, cut) = self.count(way, bytes.len());
        to.write_all(&bytes[..whole]).await?;
        let Some(how) = cut else { return Ok(End::Not) };
        let rest = VecDeque::from(bytes[whole..].to_vec());
        match how {
            Break::Close => return Ok(End::All),
            Break::Reset => return Ok(End::Reset),
            Break::HalfClose => return Ok(End::Way),
            Break::Silence => std::future::pending().await,
            Break::Drip(each) => {
                for byte in rest {
                    time::sleep(each).await;
                    to.write_all(&[byte]).await?;
                }
            }
            Break::Delay(wait) => {
                time::sleep(wait).await;
                to.write_all(rest.as_slices().0).await?;
            }
        }
        Ok(End::Not)
    }

    /// How many of so many bytes pass, and what happens behind them.
    fn count(&self, way: Way, bytes: usize) -> (usize, Option<Break>) {
        let mut state = self.state();
        state.passed[way as usize] += bytes;
        let Some(cut) = state.armed.as_mut().filter(|cut| cut.way == way) else {
            return (bytes, None);
        };
        if bytes < cut.after {
            cut.after -= bytes;
            return (bytes, None);
        }
        let (whole, how) = (cut.after, cut.how);
        state.armed = None;
        (whole, Some(how))
    }
}

/// What a chunk was the last of.
enum End {
    Not,
    Way,
    All,
    Reset,
}

fn authority(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap().to_owned()
}

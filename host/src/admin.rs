//! The admin API: looking after a running host over HTTP, on this machine only.
//!
//! It has no credentials of its own, so it listens on loopback addresses only, and refuses what a
//! browser would send for a web page that a person of this machine has open. It speaks of tasks,
//! cursors and dead letters, never of what is in a container.
//!
//! | route | does |
//! | --- | --- |
//! | `GET /healthz` | 200 while the store takes what it is given, else 503 |
//! | `GET /v1/status` | a [`status::Report`](crate::status::Report) |
//! | `GET /v1/dead` | all dead letters, oldest first |
//! | `POST /v1/dead/replay` | puts back in line: a [`Replay`] |
//! | `POST /v1/keys/rotate` | takes up the outer key anew: a [`Rotated`](crate::store::Rotated) |
//! | `GET /v1/tasks/{connection}/{action}/cursor` | a [`Cursor`] |
//! | `PUT /v1/tasks/{connection}/{action}/cursor` | sets it: a [`NewCursor`] (or `POST`) |
//! | `POST /v1/tasks/{connection}/{action}/poll` | polls now, whatever the cadence |

mod body;
mod client;
mod guard;
mod line;
mod reply;
mod routes;
#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, time};
use tokio_util::sync::CancellationToken;

pub use self::{
    body::{Cursor, NewCursor, Replay, ReplayError, Replayed},
    client::{Client, Error},
};
use self::{line::Lines, routes::Admin};
use crate::{host::Handle, model::TaskId};

/// How long answers under way may take once the host stops.
const GRACE: Duration = Duration::from_secs(2);

/// The admin API of a host, listening.
pub struct Server {
    listener: std::net::TcpListener,
    address: SocketAddr,
    admin: Admin,
}

impl Server {
    /// Listens on a loopback address; port 0 stands for any that is free. Nothing is answered
    /// before [`Server::run`]. `tasks` are those that there are to speak of.
    ///
    /// # Errors
    /// Where the address is in use, or others than this machine could reach it.
    pub fn bind(address: SocketAddr, handle: Handle, tasks: Vec<TaskId>) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "others could reach it; it must be a loopback address, as 127.0.0.1",
            ));
        }
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(Self { address: listener.local_addr()?, listener, admin: Admin::new(handle, tasks) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the host stops, and then for as long as what is under way takes, two
    /// seconds at most.
    pub async fn run(self, shutdown: CancellationToken) {
        let listener = match TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "the admin API cannot be served"),
        };
        let router = guard::around(routes::router(self.admin));
        let ends = shutdown.clone().cancelled_owned();
        let serving = axum::serve(Lines::new(listener), router).with_graceful_shutdown(ends);
        let out_of_grace = async {
            shutdown.cancelled().await;
            time::sleep(GRACE).await;
        };
        tokio::select! {
            // Ends without an error, as the listener tries on after each of its own.
            _ = serving.into_future() => {}
            () = out_of_grace => {}
        }
    }
}

//! The admin API: looking after a running host over HTTP, on this machine only.
//!
//! On loopback without tokens, all users of this machine are trusted: whoever can open a connection
//! there may do everything, as the audit log says by the user's number. What a browser would send
//! for a web page that a person has open is refused. With tokens, each is somebody with a role;
//! beyond loopback they and TLS are required. What changes something, or shows a patient's data,
//! is in the audit log before it is answered.
//!
//! | route | for | does |
//! | --- | --- | --- |
//! | `GET /healthz` | all | 200 while the store takes what it is given, else 503 |
//! | `GET /v1/status` | viewers | a [`status::Report`](crate::status::Report) |
//! | `GET /v1/dead` | viewers | all dead letters, oldest first, without their contents |
//! | `GET /v1/dead/{container}` | readers | one with its contents: patients' data |
//! | `POST /v1/dead/replay` | operators | puts back in line: a [`Replay`] |
//! | `POST /v1/delivered` | viewers | the newest receipts of what was delivered: a [`Seek`]; of a record or key, readers |
//! | `GET /v1/delivered/{notification}` | readers | what was sent, where that is kept: patients' data |
//! | `GET /v1/tasks/{connection}/{action}/cursor` | operators | a [`Cursor`] |
//! | `PUT /v1/tasks/{connection}/{action}/cursor` | operators | sets it: a [`NewCursor`] (or `POST`) |
//! | `POST /v1/tasks/{connection}/{action}/poll` | operators | polls now, whatever the cadence |
//! | `GET /v1/tasks/{connection}/{action}/answer` | readers | an answer that it keeps and cannot read: patients' data |
//! | `POST /v1/tasks/{connection}/{action}/answer/bury` | operators | makes a dead letter of it: a [`Buried`] |
//! | `POST /v1/tasks/{connection}/{action}/listing` | operators | decides what becomes of one that is held: `{"accept": true}` or `false`; a [`Decided`] |
//! | `GET /v1/keys` | admins | the store's [`Keys`](crate::store::Keys), and whether each opens |
//! | `POST /v1/keys/rotate` | admins | takes up the outer key anew: a [`Rotated`](crate::store::Rotated) |
//! | `POST /v1/purge` | admins | forgets a connection, a record or a key, or counts what that would be |
//!
//! Operators and readers may what viewers may, and the role `admin` everything.

mod body;
mod caller;
mod client;
mod dead;
mod delivered;
mod guard;
mod large;
mod line;
mod neighbour;
mod reply;
mod room;
mod routes;
mod shown;
#[cfg(test)]
mod tests;
mod tls;
mod way;

use std::{io, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, time};
use tokio_util::sync::CancellationToken;

pub use self::{
    body::{Buried, Cursor, Decided, NewCursor, Purged, Replay, ReplayError, Replayed, Wanted},
    client::{Client, Error},
    delivered::Seek,
    way::Way,
};
pub(crate) use self::{
    delivered::{nothing_of, sent, shown_to, sought_by},
    shown::{answer, containers, dead, no_answer, no_held_listing},
};
use self::{
    guard::Gate,
    line::{Lines, Peer},
    routes::Admin,
    tls::Secrecy,
};
use crate::{audit::Audit, config, host::Handle, model::TaskId};

/// How long answers under way may take once the host stops.
const GRACE: Duration = Duration::from_secs(2);

/// The admin API of a host, listening.
pub struct Server {
    listener: std::net::TcpListener,
    address: SocketAddr,
    secrecy: Option<Secrecy>,
    gate: Gate,
    admin: Admin,
}

impl Server {
    /// Listens; port 0 stands for any that is free. Nothing is answered before [`Server::run`].
    /// `tasks` are those that there are to speak of.
    ///
    /// # Errors
    /// Where the address is in use, the certificate cannot be used, or others than this machine
    /// could reach the address and there are no tokens or no TLS.
    pub fn bind(
        settings: config::Admin,
        handle: Handle,
        tasks: Vec<TaskId>,
        audit: Audit,
    ) -> io::Result<Self> {
        if !settings.is_safe() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "others could reach it; beyond loopback it takes tokens and a certificate",
            ));
        }
        let secrecy = settings.tls.clone().map(Secrecy::new).transpose()?;
        let listener = std::net::TcpListener::bind(settings.address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let gate = Gate::new(settings, audit.clone());
        Ok(Self { listener, address, secrecy, gate, admin: Admin::new(handle, audit, tasks) })
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
        let router = self.gate.around(routes::router(self.admin));
        let router = router.into_make_service_with_connect_info::<Peer>();
        let ends = shutdown.clone().cancelled_owned();
        let lines = Lines::new(listener, self.secrecy);
        let serving = axum::serve(lines, router).with_graceful_shutdown(ends);
        let out_of_grace = async {
            shutdown.cancelled().await;
            time::sleep(GRACE).await;
        };
        let answering = async {
            // Ends without an error, as the listener tries on after each of its own.
            drop(serving.await);
            self.gate.finished().await;
        };
        tokio::select! {
            () = answering => {}
            () = out_of_grace => {}
        }
        self.gate.close().await;
    }
}

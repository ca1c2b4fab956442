//! Asking a running host, for the commands that look after it.

use std::net::SocketAddr;

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use super::body::{Cursor, NewCursor, Refusal, Replay, Replayed};
use crate::{
    egress::{self, Method, Network, Options, Owner, Request, fault::Transport},
    model::TaskId,
    status::Report,
    store::{DeadLetter, Rotated},
};

/// The longest answer: a long list of dead letters.
const ANSWER: usize = 64 << 20;

/// Asks the admin API of a host. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    client: egress::Client,
}

/// Why a running host did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody listens there.
    #[error(
        "no host answers at {0}; start it with `rounds run`, or say with --admin where it listens"
    )]
    NotRunning(SocketAddr),
    /// It cannot be asked, or does not answer.
    #[error("the host at {address} cannot be asked: {source}")]
    Unreachable {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: egress::Error,
    },
    /// The host refused, in its own words.
    #[error("{why}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Why.
        why: String,
    },
    /// Something else listens there.
    #[error("what answers at {0} is no host of this version")]
    Stranger(SocketAddr),
}

impl Client {
    /// A client of the host whose admin API is at this address; asks nothing yet.
    ///
    /// # Errors
    /// Where the machine cannot give what an HTTP client needs.
    pub fn new(address: SocketAddr) -> Result<Self, Error> {
        let unreachable = |source| Error::Unreachable { address, source };
        let base_url =
            Url::parse(&format!("http://{address}/")).map_err(|_| Error::Stranger(address))?;
        let mut options = Options::new(Owner::Connection("admin".into()), base_url);
        options.max_body = ANSWER;
        let client = egress::Client::new(&Network::new(), options).map_err(unreachable)?;
        Ok(Self { address, client })
    }

    /// Whether a host is there, whose store takes what it is given.
    ///
    /// # Errors
    /// As [`Error`] says; so of all that follow.
    pub async fn health(&self) -> Result<(), Error> {
        self.get::<serde_json::Value>("/healthz".into()).await.map(drop)
    }

    /// How the host is doing.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn status(&self) -> Result<Report, Error> {
        self.get("/v1/status".into()).await
    }

    /// All dead letters, oldest first.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn dead(&self) -> Result<Vec<DeadLetter>, Error> {
        self.get("/v1/dead".into()).await
    }

    /// Puts dead letters back in line; answers how many containers that were.
    ///
    /// # Errors
    /// As [`Error`] says; refused where one of them is no dead letter, and then none is replayed.
    pub async fn replay(&self, replay: &Replay) -> Result<usize, Error> {
        let replayed: Replayed = self.post("/v1/dead/replay".into(), replay).await?;
        Ok(replayed.replayed)
    }

    /// Where a task stands.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn cursor(&self, task: &TaskId) -> Result<Cursor, Error> {
        self.get(path(task, "cursor")).await
    }

    /// Sets a task's cursor and polls it now; `None` starts it anew.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn set_cursor(&self, task: &TaskId, cursor: Option<String>) -> Result<Cursor, Error> {
        self.post(path(task, "cursor"), &NewCursor { cursor }).await
    }

    /// Has a task polled now, whatever its cadence. [`Client::status`] says what came of it.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn poll(&self, task: &TaskId) -> Result<(), Error> {
        self.post::<serde_json::Value>(path(task, "poll"), &()).await.map(drop)
    }

    /// Has it take up its outer key anew, and give every connection a new key.
    ///
    /// # Errors
    /// As [`Error`] says; refused where the key cannot be read.
    pub async fn rotate_keys(&self) -> Result<Rotated, Error> {
        self.post("/v1/keys/rotate".into(), &()).await
    }

    async fn get<T: DeserializeOwned>(&self, target: String) -> Result<T, Error> {
        self.send(Request { target, ..Request::default() }).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        target: String,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body = serde_json::to_vec(body).map_err(|_| Error::Stranger(self.address))?;
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        self.send(Request { method: Method::Post, target, headers, body: Some(Bytes::from(body)) })
            .await
    }

    async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let answer = self.client.send(&request).await.map_err(|error| self.unanswered(error))?;
        let stranger = |_| Error::Stranger(self.address);
        if (200..300).contains(&answer.status) {
            return serde_json::from_slice(&answer.body).map_err(stranger);
        }
        let Refusal { error } = serde_json::from_slice(&answer.body).map_err(stranger)?;
        Err(Error::Refused { status: answer.status, why: error })
    }

    fn unanswered(&self, error: egress::Error) -> Error {
        match error {
            egress::Error::Transport { fault: Transport::ConnectRefused, .. } => {
                Error::NotRunning(self.address)
            }
            source => Error::Unreachable { address: self.address, source },
        }
    }
}

/// The path of what belongs to a task. Names are encoded, as a person may have mistyped them.
fn path(task: &TaskId, what: &str) -> String {
    let encoded = |name: &str| {
        url::form_urlencoded::byte_serialize(name.as_bytes())
            .collect::<String>()
            .replace('+', "%20")
    };
    format!(
        "/v1/tasks/{}/{}/{what}",
        encoded(task.connection.as_str()),
        encoded(task.action.as_str())
    )
}

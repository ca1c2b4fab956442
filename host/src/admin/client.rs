//! Asking a running host, for the commands that look after it.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use ipnet::IpNet;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    body::{
        Buried, Cursor, Decided, Decision, NewCursor, NewPurge, Purged, Refusal, Replay, Replayed,
        Wanted,
    },
    delivered::Seek,
    way::Way,
};
use crate::{
    config::Auth,
    egress::{self, Method, Network, Options, Owner, Request, fault::Transport},
    model::{ContainerId, NotificationId, TaskId},
    status::Report,
    store::{DeadLetter, Keys, Receipt, Rotated},
};

/// The longest answer: a long list of dead letters.
const ANSWER: usize = 64 << 20;
/// How long a host may be busy with what it was asked.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Asks the admin API of a host. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    /// Where, as a person would write it.
    place: String,
    client: egress::Client,
}

/// Why a running host did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody listens there.
    #[error(
        "no host answers at {0}; start it with `rounds run`, or say with --admin where it listens"
    )]
    NotRunning(String),
    /// It cannot be asked, or does not answer.
    #[error("the host at {place} cannot be asked: {}", in_arguments(source))]
    Unreachable {
        /// Where.
        place: String,
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
    Stranger(String),
    /// It cannot be asked there.
    #[error(transparent)]
    Way(#[from] super::way::WayError),
}

impl Client {
    /// A client of the host whose admin API is at this address of this machine, without tokens;
    /// asks nothing yet.
    ///
    /// # Errors
    /// Where it is no loopback address, or the machine cannot give what an HTTP client needs.
    pub fn new(address: SocketAddr) -> Result<Self, Error> {
        Self::by(Way::plain(address)?)
    }

    /// A client of the host at the end of a way; asks nothing yet.
    ///
    /// # Errors
    /// Where the machine cannot give what an HTTP client needs.
    pub fn by(way: Way) -> Result<Self, Error> {
        let place = way.to_string();
        let mut options = Options::new(Owner::Command, way.url().clone());
        options.max_body = ANSWER;
        options.redirects = 0;
        (options.timeouts.idle, options.timeouts.total) = (PATIENCE, PATIENCE);
        options.ca = way.ca;
        // Whoever names a host means the network that it is in.
        options.private_addresses =
            ["0.0.0.0/0", "::/0"].iter().filter_map(|it| it.parse().ok()).collect::<Vec<IpNet>>();
        if let Some(token) = way.token {
            options.auth = Auth::Bearer { token };
        }
        match egress::Client::new(&Network::new(), options) {
            Ok(client) => Ok(Self { place, client }),
            Err(source) => Err(Error::Unreachable { place, source }),
        }
    }

    /// Whether a host is there, whose store takes what it is given.
    ///
    /// # Errors
    /// As [`Error`] says; so of all that follow.
    pub async fn health(&self) -> Result<(), Error> {
        self.get::<Value>("/healthz".into()).await.map(drop)
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

    /// A dead letter with all that is in it: patients' data.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn dead_letter(&self, container: ContainerId) -> Result<Value, Error> {
        self.get(format!("/v1/dead/{container}")).await
    }

    /// The newest receipts of what was delivered, the newest first.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn delivered(&self, seek: &Seek) -> Result<Vec<Receipt>, Error> {
        self.post("/v1/delivered".into(), seek).await
    }

    /// What was sent of a notification, where that is kept: patients' data.
    ///
    /// # Errors
    /// As [`Error`] says; refused where nothing of it is kept.
    pub async fn sent(&self, id: &NotificationId) -> Result<Value, Error> {
        self.get(format!("/v1/delivered/{}", encoded(&id.0))).await
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

    /// All of an answer that a task keeps: patients' data.
    ///
    /// # Errors
    /// As [`Error`] says; refused where it keeps none.
    pub async fn answer(&self, task: &TaskId) -> Result<Value, Error> {
        self.get(path(task, "answer")).await
    }

    /// Makes a dead letter of an answer that a task keeps, and polls it now.
    ///
    /// # Errors
    /// As [`Error`] says; refused where it keeps none.
    pub async fn bury_answer(&self, task: &TaskId) -> Result<Buried, Error> {
        self.post(path(task, "answer/bury"), &()).await
    }

    /// Tells what is missing in a task's listing that is held as gone, or has it read anew.
    ///
    /// # Errors
    /// As [`Error`] says; refused where none is held.
    pub async fn decide_listing(&self, task: &TaskId, accept: bool) -> Result<Decided, Error> {
        self.post(path(task, "listing"), &Decision { accept }).await
    }

    /// Has a task polled now, whatever its cadence. [`Client::status`] says what came of it.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn poll(&self, task: &TaskId) -> Result<(), Error> {
        self.post::<Value>(path(task, "poll"), &()).await.map(drop)
    }

    /// Purges; unless `yes`, only counts what that would be.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn purge(&self, what: &Wanted, yes: bool) -> Result<Purged, Error> {
        self.post("/v1/purge".into(), &NewPurge { what: what.clone(), yes }).await
    }

    /// The keys of its store, and whether all that it holds can be opened.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn keys(&self) -> Result<Keys, Error> {
        self.get("/v1/keys".into()).await
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
        let body = serde_json::to_vec(body).map_err(|_| self.stranger())?;
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        self.send(Request { method: Method::Post, target, headers, body: Some(Bytes::from(body)) })
            .await
    }

    async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<T, Error> {
        let answer = self.client.send(&request).await.map_err(|error| self.unanswered(error))?;
        if (200..300).contains(&answer.status) {
            return serde_json::from_slice(&answer.body).map_err(|_| self.stranger());
        }
        let refusal = serde_json::from_slice(&answer.body);
        let Refusal { error } = refusal.map_err(|_| self.stranger())?;
        Err(Error::Refused { status: answer.status, why: error })
    }

    fn stranger(&self) -> Error {
        Error::Stranger(self.place.clone())
    }

    fn unanswered(&self, error: egress::Error) -> Error {
        match error {
            egress::Error::Transport { fault: Transport::ConnectRefused, .. } => {
                Error::NotRunning(self.place.clone())
            }
            source => Error::Unreachable { place: self.place.clone(), source },
        }
    }
}

/// The path of what belongs to a task. Names are encoded, as a person may have mistyped them.
fn path(task: &TaskId, what: &str) -> String {
    format!(
        "/v1/tasks/{}/{}/{what}",
        encoded(task.connection.as_str()),
        encoded(task.action.as_str())
    )
}

/// A name as a part of a path.
fn encoded(name: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    encoded.replace('+', "%20")
}

/// Why a host cannot be asked, by the names of a command's arguments: in the configuration there is a
/// key of the same name.
fn in_arguments(source: &egress::Error) -> String {
    source.to_string().replace("`ca`", "--ca")
}

//! Whom the host polls, and how often.

use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;
use url::{Origin, Url};

use super::{Auth, Certificate, Header, Place, Placed, Proxy, Settings, network};
use crate::{
    model::{ActionName, ConnectionName, TaskId},
    poll::LATE,
    schedule::cadence::Cadence,
};

/// A connector with a base URL, credentials, settings and tasks.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Unique among connections.
    pub name: ConnectionName,
    /// Where it is written.
    pub place: Place,
    /// The connector's name, as its manifest says it.
    pub connector: Placed<String>,
    /// What every request's path is under: http or https, without query, fragment and
    /// credentials.
    pub base_url: Url,
    /// How to sign in.
    pub auth: Placed<Auth>,
    /// The connector's settings: a JSON object, not yet judged by its schema.
    pub settings: Settings,
    /// Requests at once, and containers collected at once.
    pub concurrency: usize,
    /// From when changes are wanted; `None` is the first poll's own time.
    pub since: Option<Since>,
    /// Private networks that it may speak to, beside those that its URLs name.
    pub private_addresses: Vec<IpNet>,
    /// Further origins that a connector may ask by whole URL.
    pub allow_origins: Vec<Origin>,
    /// Further authorities to trust: certificates in PEM.
    pub ca: Option<String>,
    /// What is shown to servers that ask who asks.
    pub certificate: Option<Certificate>,
    /// What requests go through.
    pub proxy: Option<Proxy>,
    /// For one request, its answer's last byte included.
    pub timeout: Duration,
    /// Added to every request.
    pub headers: Vec<Header>,
    /// Requests a second at most.
    pub rate: Option<f64>,
    /// How long what the EHR refuses of one record is asked for, before the rest of the record is
    /// told without it.
    pub collect_for: Duration,
    /// What is polled of it, in file order; actions are unique.
    pub tasks: Vec<Task>,
}

impl Connection {
    /// A connection without credentials, settings and tasks, and the defaults for the rest.
    pub fn new(
        name: impl Into<ConnectionName>,
        connector: impl Into<String>,
        base_url: Url,
    ) -> Self {
        Self {
            name: name.into(),
            place: Place::default(),
            connector: connector.into().into(),
            base_url,
            auth: Auth::None.into(),
            settings: Settings::default(),
            concurrency: 8,
            since: None,
            private_addresses: Vec::new(),
            allow_origins: Vec::new(),
            ca: None,
            certificate: None,
            proxy: None,
            timeout: Duration::from_secs(30),
            headers: Vec::new(),
            rate: None,
            collect_for: Duration::from_secs(60 * 60),
            tasks: Vec::new(),
        }
    }

    /// The identity of one of its tasks.
    pub fn task_id(&self, task: &Task) -> TaskId {
        TaskId { connection: self.name.clone(), action: task.action.clone() }
    }

    /// From when a task's changes are wanted while it has no cursor: its own `since`, else the
    /// connection's, else `now`. What changed before `now` is backfill.
    pub fn since(&self, task: &Task, now: Timestamp) -> Timestamp {
        task.since.or(self.since).map_or(now, |since| since.resolve(now))
    }

    /// The private networks that it may speak to: those that the user listed, and each
    /// address that one of its URLs names by number or as `localhost`.
    pub fn reachable(&self) -> Vec<IpNet> {
        let origins = self.allow_origins.iter().flat_map(network::named_by_origin);
        let urls = [Some(&self.base_url), self.auth.token_url()];
        let urls = urls.into_iter().flatten().flat_map(network::named_by_url);
        self.private_addresses.iter().copied().chain(urls).chain(origins).collect()
    }
}

/// An action of a connection on its interval.
#[derive(Clone, Debug)]
pub struct Task {
    /// What is polled: a name that the connector declares.
    pub action: ActionName,
    /// Where it is written.
    pub place: Place,
    /// When it is polled.
    pub cadence: Cadence,
    /// Goes before the connection's `since`.
    pub since: Option<Since>,
    /// How late what the EHR shows may be and is found all the same: from so long ago it is asked
    /// again now and then. Zero asks for nothing again.
    pub late: Duration,
    /// When its whole listing is read beside its feed, for what that misses; `None` is never.
    pub sweep: Option<Cadence>,
    /// Whether what is there before the first poll is read and remembered first, and told to nobody.
    pub baseline: bool,
    /// Whether it is polled at all. One that is not keeps its cursor.
    pub enabled: bool,
}

impl Task {
    /// An enabled task.
    pub fn new(action: impl Into<ActionName>, cadence: Cadence) -> Self {
        Self {
            action: action.into(),
            place: Place::default(),
            cadence,
            since: None,
            late: LATE,
            sweep: None,
            baseline: false,
            enabled: true,
        }
    }
}

/// From when changes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// From a point in time.
    At(Timestamp),
    /// From so long before the first poll.
    Ago(Duration),
}

impl Since {
    /// The point in time, for a first poll at `now`.
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(ago) => now.checked_sub(ago).unwrap_or(Timestamp::MIN),
        }
    }
}

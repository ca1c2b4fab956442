//! What a guest is told, and what it answers, in the host's own types.

use bytes::Bytes;
use jiff::Timestamp;

use crate::{
    egress,
    model::{Change, TaskId},
};

/// What a guest is told at every call.
#[derive(Clone, PartialEq, Eq)]
pub struct Context {
    /// The task polled.
    pub task: TaskId,
    /// The connection's settings: JSON text.
    pub settings: String,
    /// The connection's base URL, without a slash at its end.
    pub base_url: String,
    /// Further origins that it may ask, as `https://ehr.example:8443`.
    pub allow_origins: Vec<String>,
    /// From when changes are wanted while there is no cursor.
    pub since: Timestamp,
    /// When the poll began: the guest's clock.
    pub now: Timestamp,
    /// What is asked of it beyond the usual.
    pub mode: Mode,
}

/// How a call differs from the usual one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    /// The last request got no answer that is on disk.
    pub interrupted: bool,
    /// All records are wanted, rather than what changed.
    pub listing: bool,
    /// Nobody will hear of what is found.
    pub silent: bool,
    /// What the EHR refuses of a record is to be left out.
    pub last_try: bool,
}

/// A request as a connector shaped it, not yet judged.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// GET or POST.
    pub method: egress::Method,
    /// Under the base URL, or a whole URL.
    pub target: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<Bytes>,
}

impl From<Request> for egress::Request {
    fn from(Request { method, target, headers, body }: Request) -> Self {
        Self { method, target, headers, body }
    }
}

/// What an answer said changed.
#[derive(Clone, Default)]
pub struct Page {
    /// In the EHR's order.
    pub changes: Vec<Change>,
    /// What stands among them and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// What a user should know of the EHR's answers.
    pub notices: Vec<String>,
    /// Where the next request starts.
    pub cursor: String,
    /// Whether to ask on at once.
    pub more: bool,
}

/// A record of an answer that a connector cannot read.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands in the answer.
    pub place: String,
    /// Its identifier in the EHR, where that can be read.
    pub id: Option<String>,
    /// Why it cannot be read.
    pub reason: String,
    /// What `collect` would be given for it: JSON text.
    pub data: String,
}

/// What a connector wants done about a change.
#[derive(Clone)]
pub enum Step {
    /// Send these and call again.
    Fetch(Vec<Request>),
    /// Tell this.
    Notify {
        /// Data model and event type.
        event: String,
        /// JSON text.
        payload: String,
        /// For the record's next change.
        memo: Option<String>,
    },
    /// Tell nobody.
    Skip {
        /// Why.
        reason: String,
        /// For the record's next change.
        memo: Option<String>,
    },
}

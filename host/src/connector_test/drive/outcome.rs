//! What a poll did, and why it ended early.

use std::fmt;

use bytes::Bytes;

use crate::{
    connector::{Fault, Unreadable},
    egress,
    model::Change,
};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To hear what changed: a page of a poll.
    Poll,
    /// To collect what belongs to a change.
    Collect,
}

/// A request that a host would have sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// As `GET /path?query`, relative to the base URL where it is under it.
    pub text: String,
    /// What it is for.
    pub of: Purpose,
    /// What is sent along.
    pub body: Option<Bytes>,
    /// The connector's own headers.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// A header of the connector's own, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = self.headers.iter().find(|(its, _)| its.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    /// The same request for a client.
    pub fn request(&self) -> egress::Request {
        let (method, target) = self.text.split_once(' ').unwrap_or(("GET", &self.text));
        egress::Request {
            method: if method == "POST" { egress::Method::Post } else { egress::Method::Get },
            target: target.to_owned(),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }
}

/// A notification, with the change that it is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    /// The record's id.
    pub record: String,
    /// The change's key; `None` stands for the id.
    pub key: Option<String>,
    /// The change's version.
    pub version: Option<String>,
    /// Data model and event type.
    pub event: String,
    /// JSON text, byte by byte as the connector gave it.
    pub payload: String,
    /// What it left for the record's next change.
    pub memo: Option<String>,
}

/// A change that nobody is told of.
#[derive(Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The record's id.
    pub record: String,
    /// The change's version.
    pub version: Option<String>,
    /// Why.
    pub reason: String,
    /// What it left for the record's next change; `None` left what was there.
    pub memo: Option<String>,
}

/// What one poll did.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Polled {
    /// Every request sent: those for pages, then those of `collect`, equal ones once.
    pub asked: Vec<Asked>,
    /// Every change of every page, those seen before included.
    pub changes: Vec<Change>,
    /// What was told, in the order of the changes.
    pub told: Vec<Told>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
    /// What could not be read, and was not told before.
    pub unreadable: Vec<Unreadable>,
    /// What a user is told of the EHR, and was not told before.
    pub notices: Vec<String>,
    /// The cursor after the last page; empty where there has never been one.
    pub cursor: String,
    /// Pages read.
    pub pages: usize,
    /// What the connector wrote to stderr.
    pub log: Vec<String>,
}

/// A poll that ended early.
#[derive(Clone)]
pub struct Stopped {
    /// Why.
    pub why: Why,
    /// What happened until then.
    pub until: Box<Polled>,
}

/// Why a poll ended early.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The connector failed, or a limit stopped it.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// What the connector did, or was given, a host would refuse.
    #[error("a host would refuse this: {0}")]
    Refused(String),
    /// What the connector asked a host would not send.
    #[error("a host would refuse this: {asked}: {refusal}")]
    Unsent {
        /// What it asked, as [`Asked::text`].
        asked: String,
        /// Why it would not be sent, without anything of the request.
        refusal: String,
    },
    /// There was no answer to what it asked.
    #[error("{0}")]
    NoAnswer(String),
}

impl Why {
    /// The same, without what was asked.
    #[must_use]
    pub fn discreet(self) -> Self {
        match self {
            Self::Unsent { refusal, .. } => Self::Refused(refusal),
            why => why,
        }
    }

    /// Whether the connector failed, rather than what it works with.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Fault(_))
    }
}

macro_rules! without_its_contents {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

without_its_contents!(Asked, Told, Skipped, Polled);

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopped").field("why", &self.why).finish_non_exhaustive()
    }
}

//! Why a request has no answer, and whether asking again could help.
//!
//! What stands here may be logged and shown: it names the connection or destination and the
//! host that the user wrote, but never a path, a query, a header's value, a body or a token.

use std::{fmt, time::Duration};

use super::{auth, fault, policy::Refusal};
use crate::model::{ConnectionName, DestinationName};

/// Whose client it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A connection's.
    Connection(ConnectionName),
    /// A destination's.
    Destination(DestinationName),
    /// That of a registry of connectors, by its host.
    Registry(String),
    /// That of a command which asks a running host.
    Command,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(name) => write!(f, "connection {name}"),
            Self::Destination(name) => write!(f, "destination {name}"),
            Self::Registry(host) => write!(f, "registry {host}"),
            Self::Command => f.write_str("its admin API"),
        }
    }
}

/// Why there is no client, or no answer. Says who, what and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No client can be made of what the user wrote.
    #[error("{owner}: {problem}")]
    Setup {
        /// Whose client.
        owner: Owner,
        /// What is wrong.
        problem: Setup,
    },
    /// The request is not one that may be sent.
    #[error("{owner}: a request was not sent: {refusal}")]
    Refused {
        /// Whose client.
        owner: Owner,
        /// Why not.
        refusal: Refusal,
    },
    /// The network, or the server's way with it.
    #[error("{owner}: {host} {fault}")]
    Transport {
        /// Whose client.
        owner: Owner,
        /// Host and port, as the user wrote them.
        host: String,
        /// What happened.
        fault: fault::Transport,
    },
    /// There is an answer, but none to give on.
    #[error("{owner}: the answer of {host} {fault}")]
    Answer {
        /// Whose client.
        owner: Owner,
        /// Host and port, as the user wrote them.
        host: String,
        /// What is wrong with it.
        fault: fault::Answer,
    },
    /// There are no credentials to send the request with.
    #[error("{owner}: signing in failed: {fault}")]
    Auth {
        /// Whose client.
        owner: Owner,
        /// What happened at the token endpoint.
        fault: auth::Fault,
        /// How long the client won't ask there again.
        rest: Duration,
    },
    /// The server asked for a pause that isn't over.
    #[error("{owner}: the server asked for a pause, of which {} s are left", remaining.as_secs_f32().ceil())]
    Paused {
        /// Whose client.
        owner: Owner,
        /// How long it still lasts.
        remaining: Duration,
    },
}

/// What is wrong with what the user wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Setup {
    /// The base URL is no plain web address.
    #[error("its URL must be http or https, with a host and without user and password")]
    Url,
    /// A header that HTTP doesn't know.
    #[error("its header `{0}` has a name or value that no header can have")]
    Header(String),
    /// Its credentials cannot be a header's value.
    #[error("its credentials hold a character that no header can have")]
    Credentials,
    /// The `ca` file holds no certificates.
    #[error("its `ca` holds no certificate in PEM that can be trusted")]
    Ca,
    /// The client certificate, or its key, is none.
    #[error("its client certificate cannot be used: {0}")]
    Certificate(String),
    /// The proxy is none.
    #[error("its `proxy` must be http or https, with a host and no path")]
    Proxy,
    /// The private key can't sign what it should.
    #[error(
        "its private key cannot sign with {0}; RS384 takes an RSA key of 2048 bits or more, ES384 an \
         EC key on P-384, in PEM (PKCS#8)"
    )]
    Key(&'static str),
    /// A way to sign in that isn't there yet.
    #[error("signing in with `{0}` is not supported yet")]
    Unsupported(&'static str),
    /// The HTTP client could not be made.
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

/// Whether asking again could help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same request will fail in the same way.
    Never,
    /// Not before so long.
    After(Duration),
    /// Later, and later each time.
    Backoff,
}

impl Error {
    /// The bytes that an answer found no room for in memory: who asks again has it set aside by
    /// then, with [`Client::with_room`](super::Client::with_room).
    pub fn wants_room(&self) -> Option<usize> {
        match self {
            Self::Answer { fault: fault::Answer::NoRoom(bytes), .. } => Some(*bytes),
            _ => None,
        }
    }

    /// Whether any other request would have met the same: the server was not reached, or asks for
    /// a pause. One that was reached may have failed at this request alone.
    pub fn is_of_it_all(&self) -> bool {
        match self {
            Self::Transport { fault, .. } => fault.is_of_it_all(),
            Self::Auth { .. } | Self::Paused { .. } => true,
            Self::Setup { .. } | Self::Refused { .. } | Self::Answer { .. } => false,
        }
    }

    /// Whether, and when, the same request should be sent again.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Setup { .. } | Self::Refused { .. } => Retry::Never,
            Self::Answer { fault, .. } if fault.is_lasting() => Retry::Never,
            Self::Transport { .. } | Self::Answer { .. } => Retry::Backoff,
            Self::Auth { rest, .. } if rest.is_zero() => Retry::Backoff,
            Self::Auth { rest: after, .. } | Self::Paused { remaining: after, .. } => {
                Retry::After(*after)
            }
        }
    }
}

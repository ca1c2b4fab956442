//! Why a call came to nothing.

use std::fmt;

/// Why a call came to nothing. The host acts on the case, never on the text, which stands in
/// logs and must hold no patient's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The settings cannot work. Polling stops until they change.
    InvalidSettings(String),
    /// The EHR refused the credentials. The host renews them once.
    Unauthorized(String),
    /// The EHR asks for a pause, of so many seconds where it says.
    Throttled(Option<u32>),
    /// A fault that may pass. The host tries again, later and later.
    Unavailable(String),
    /// The EHR no longer knows the cursor. The task stops until a person sets one; a listing, which
    /// may have moved too much to be read on, is read anew.
    CursorLost(String),
    /// The EHR answered what this connector cannot read.
    UnexpectedResponse(String),
    /// A fault of the connector's own.
    Internal(String),
}

impl Failure {
    /// An [`Failure::UnexpectedResponse`] of these words.
    pub fn unexpected(what: impl Into<String>) -> Self {
        Self::UnexpectedResponse(what.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (case, text) = match self {
            Self::Throttled(None) => return f.write_str("throttled"),
            Self::Throttled(Some(seconds)) => return write!(f, "throttled for {seconds} s"),
            Self::InvalidSettings(text) => ("invalid settings", text),
            Self::Unauthorized(text) => ("unauthorized", text),
            Self::Unavailable(text) => ("unavailable", text),
            Self::CursorLost(text) => ("cursor lost", text),
            Self::UnexpectedResponse(text) => ("unexpected response", text),
            Self::Internal(text) => ("internal", text),
        };
        write!(f, "{case}: {text}")
    }
}

impl std::error::Error for Failure {}

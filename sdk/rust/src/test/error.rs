//! Why a poll of a harness came to nothing, in words that help.

use std::fmt;

use crate::Failure;

/// Why a poll came to nothing.
#[derive(Clone, PartialEq, Eq)]
pub enum Error {
    /// The connector answered with a failure.
    Failed {
        /// The function that was called.
        call: &'static str,
        /// What it answered.
        failure: Failure,
    },
    /// The connector asked what no exchange answers.
    NoAnswer {
        /// What it asked.
        request: String,
        /// What there were answers to.
        known: Vec<String>,
    },
    /// The connector did what a host refuses.
    Refused(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { call, failure } => write!(f, "{call} failed: {failure}"),
            Self::NoAnswer { request, known } if known.is_empty() => {
                write!(f, "no answer to {request}, and none left")
            }
            Self::NoAnswer { request, known } => {
                write!(f, "no answer to\n  {request}\nthere are answers left to\n  ")?;
                f.write_str(&known.join("\n  "))
            }
            Self::Refused(why) => write!(f, "a host would refuse this: {why}"),
        }
    }
}

/// The same words as `Display`, as these are what a failed `unwrap` shows.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

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
    /// Something else came of a scenario than it says.
    Differs {
        /// What differs.
        what: &'static str,
        /// What the scenario says.
        expected: String,
        /// What came of it.
        found: String,
    },
    /// What went wrong with a poll of a scenario, the first of which has the number 1.
    Poll(i64, Box<Error>),
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
            Self::Differs { what, expected, found } => {
                write!(f, "{what}: expected\n{expected}\nfound\n{found}")
            }
            Self::Poll(number, error) => write!(f, "poll {number}: {error}"),
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

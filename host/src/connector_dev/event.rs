//! What is told of the author's loop.

use std::{fmt, path::PathBuf};

/// A step of the author's loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A source changed; the first of them.
    Changed(PathBuf),
    /// The tools were started.
    Building,
    /// They made a connector.
    Built {
        /// Name and version.
        label: String,
        /// Bytes.
        size: usize,
    },
    /// They did not, or what they made is no connector.
    NotBuilt(String),
    /// The tests say that the host must not have it.
    TestsFailed,
    /// There is no host to serve it.
    NoHost,
    /// It lies in the host's folder.
    Placed(PathBuf),
    /// It could not be put there.
    NotPlaced(String),
    /// The host serves it.
    Served {
        /// Name and version.
        label: String,
        /// What is back at once where this one fails.
        on_trial_against: Option<String>,
    },
    /// The host keeps what it has.
    Refused(String),
    /// The host cannot be asked what it makes of it.
    Unknown(String),
    /// No connection of the host uses it.
    Unused(String),
    /// The next change is waited for.
    Watching,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(path) => write!(f, "changed: {}", path.display()),
            Self::Building => f.write_str("building"),
            Self::Built { label, size } => write!(f, "built: {label}, {} KiB", size.div_ceil(1024)),
            Self::NotBuilt(why) => write!(f, "not built: {why}"),
            Self::TestsFailed => f.write_str("tests failed: the host keeps what it has"),
            Self::NoHost => f.write_str("no host to serve it: name its configuration with -c"),
            Self::Placed(path) => write!(f, "placed: {}", path.display()),
            Self::NotPlaced(why) => write!(f, "not placed: {why}"),
            Self::Served { label, on_trial_against: None } => {
                write!(f, "served: polls run on {label} from now on")
            }
            Self::Served { label, on_trial_against: Some(old) } => {
                write!(f, "served: polls run on {label} from now on; {old} is back if it fails")
            }
            Self::Refused(why) => write!(f, "refused: {why}; the host keeps what it has"),
            Self::Unknown(why) => write!(f, "not known whether the host serves it: {why}"),
            Self::Unused(name) => {
                write!(f, "not served: no connection of the configuration uses `{name}`")
            }
            Self::Watching => f.write_str("waiting for changes; Ctrl-C ends it"),
        }
    }
}

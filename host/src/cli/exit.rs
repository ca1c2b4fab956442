//! How the program ends: what is said, and the code that a script reads.

use std::{io, process::ExitCode};

use super::output;
use crate::{
    admin, audit, config, connector, connector_build, connector_dev, connector_new,
    connector_test::scenario, host, oci, store,
};

/// Why a command came to nothing.
#[derive(Debug)]
pub(super) enum Error {
    /// It was asked for what cannot be, or the configuration is wrong.
    Wrong(String),
    /// It failed.
    Failed(anyhow::Error),
    /// It was wrong, and its answer on stdout says so already.
    ToldWrong,
    /// It failed, and its answer says so already.
    Told,
    /// Nobody reads the answer any more, as behind `head`.
    Unread,
}

/// Says why a command failed, if it did, and gives its code.
pub(super) fn code(ended: Result<(), Error>) -> ExitCode {
    let Err(error) = ended else { return ExitCode::SUCCESS };
    error.say(output::note);
    match error {
        Error::Wrong(_) | Error::ToldWrong => ExitCode::from(2),
        Error::Failed(_) | Error::Told => ExitCode::from(1),
        Error::Unread => ExitCode::SUCCESS,
    }
}

impl Error {
    /// Says why, where the answer doesn't.
    fn say(&self, say: impl FnOnce(&str)) {
        match self {
            Self::Wrong(why) => say(why),
            Self::Failed(why) => say(&told(why)),
            Self::ToldWrong | Self::Told | Self::Unread => {}
        }
    }

    /// Says why now, so that nobody does so again.
    pub(super) fn told(self, say: impl FnOnce(&str)) -> Self {
        self.say(say);
        match self {
            Self::Wrong(_) => Self::ToldWrong,
            Self::Failed(_) => Self::Told,
            told => told,
        }
    }
}

/// An error with its causes, but those that it names itself.
fn told(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |told, cause| {
        let cause = cause.to_string();
        if told.contains(&cause) { told } else { format!("{told}: {cause}") }
    })
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::Failed(error.into()),
        }
    }
}

impl From<config::Errors> for Error {
    fn from(errors: config::Errors) -> Self {
        Self::Wrong(errors.to_string())
    }
}

impl From<connector::Error> for Error {
    fn from(error: connector::Error) -> Self {
        match error {
            connector::Error::Engine(_) => Self::Failed(error.into()),
            error => Self::Wrong(error.to_string()),
        }
    }
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Self {
        match error {
            host::Error::Config(errors) => errors.into(),
            host::Error::Connector(error) => error.into(),
            host::Error::Registry(error) => error.into(),
            error @ (host::Error::Egress(_) | host::Error::Refused(_)) => {
                Self::Wrong(error.to_string())
            }
            error => Self::Failed(error.into()),
        }
    }
}

impl From<oci::Error> for Error {
    fn from(error: oci::Error) -> Self {
        match error {
            oci::Error::Unlocked(errors) => errors.into(),
            oci::Error::Lock { .. }
            | oci::Error::NotAConnector { .. }
            | oci::Error::Connector { .. }
            | oci::Error::Untrusted { .. }
            | oci::Error::Older { .. } => Self::Wrong(error.to_string()),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<audit::Error> for Error {
    fn from(error: audit::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<admin::Error> for Error {
    fn from(error: admin::Error) -> Self {
        match error {
            admin::Error::Refused { status: 404 | 422, why } => Self::Wrong(why),
            admin::Error::Way(error) => Self::Wrong(error.to_string()),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<scenario::Error> for Error {
    fn from(error: scenario::Error) -> Self {
        Self::Wrong(error.to_string())
    }
}

impl From<connector_build::Error> for Error {
    fn from(error: connector_build::Error) -> Self {
        match error {
            connector_build::Error::Taken { .. } => Self::Wrong(error.to_string()),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<connector_dev::Error> for Error {
    fn from(error: connector_dev::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<connector_new::Error> for Error {
    fn from(error: connector_new::Error) -> Self {
        match error {
            connector_new::Error::Io { .. } => Self::Failed(error.into()),
            error => Self::Wrong(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let cause = anyhow::anyhow!("the disk is full");
        assert_eq!(told(&cause), "the disk is full");
        let error = cause.context("the store cannot write");
        assert_eq!(told(&error), "the store cannot write: the disk is full");
        assert_eq!(
            told(&error.context("it stopped: the disk is full")),
            "it stopped: the disk is full: the store cannot write"
        );
    }
}

//! What was read of a text that may be wrong, so that others find what else is wrong with it.

use std::path::Path;

use super::{Config, Environment, Errors, Place, ProcessEnvironment, place::Lines, read};

/// What could be read of a text, and what is wrong with it.
#[derive(Debug)]
pub struct Draft {
    /// What could be read. What could not is left out, or has its default: nothing to run with
    /// unless there is no fault.
    pub config: Config,
    /// All faults of the text.
    pub errors: Errors,
    /// Whether what says which connectors there are was read without a fault.
    pub connectors_are_known: bool,
    /// Whether what says where the admin API listens was.
    pub admin_is_known: bool,
    /// Whether all that is the host's own was.
    pub host_is_known: bool,
}

impl Draft {
    /// Reads a text as [`Config::parse`] does.
    pub fn parse(text: &str, file: &str, environment: &dyn Environment) -> Self {
        read::draft(text, file, environment)
    }

    /// Reads a file as [`Config::load`] does.
    pub fn load(path: impl AsRef<Path>) -> Self {
        let file = path.as_ref().display().to_string();
        let unread = |place, message| {
            let mut errors = Errors::new(&file);
            errors.at(place, message);
            Self::unread(errors)
        };
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                return unread(Place::default(), format!("cannot read the configuration: {error}"));
            }
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(text, &file, &ProcessEnvironment),
            Err(_) if matches!(*bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) => {
                unread(Place::default(), "this is written in UTF-16; save it as UTF-8".into())
            }
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let before = String::from_utf8_lossy(before);
                let place = Lines::new(&before).place(before.len());
                unread(place, "what stands here is no UTF-8; save the text as UTF-8".into())
            }
        }
    }

    /// Nothing but its faults.
    pub(super) fn unread(errors: Errors) -> Self {
        Self {
            config: Config::default(),
            errors,
            connectors_are_known: false,
            admin_is_known: false,
            host_is_known: false,
        }
    }

    /// The configuration.
    ///
    /// # Errors
    /// All faults, where there is any.
    pub fn finish(self) -> Result<Config, Errors> {
        self.errors.finish(self.config)
    }
}

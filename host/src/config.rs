//! What the user writes, checked: TOML text in, validated values out.
//!
//! All that is wrong with a text is told at once, each fault at its line and column, so
//! that a person mends a file in one go. The types are plain, with `new` and `Default`, so
//! that a program which embeds Rounds builds them without any text. What only a loaded
//! connector can judge (its actions, its settings, its ways to sign in) keeps its [`Place`],
//! so that the host reports it in the same words.

pub mod admin;
pub mod auth;
pub mod certificate;
mod check;
pub mod connection;
pub mod destination;
pub mod draft;
pub mod environment;
pub mod error;
pub mod event;
pub mod host;
pub mod key;
pub mod limits;
pub(crate) mod nearest;
mod network;
pub mod place;
pub mod proxy;
mod read;
pub mod reference;
pub mod registry;
pub mod schema;
pub mod seal;
pub mod secret;
mod settings;
mod shape;
pub mod signing;
pub mod size;
pub mod trust;

use std::path::Path;

use crate::oci::Reference;
pub use admin::Admin;
pub use auth::Auth;
pub use certificate::{Certificate, CertificateKey};
pub use connection::{Connection, Since, Task};
pub use destination::{Destination, Handshake};
pub use draft::Draft;
pub use environment::{Environment, ProcessEnvironment};
pub use error::{Error, Errors, Warning};
pub use event::EventPattern;
pub use host::{HostSettings, LogFormat};
pub use limits::Limits;
pub use place::{Place, Placed};
pub use proxy::{Proxy, ProxyCredentials};
pub use registry::Registry;
pub use seal::{KeySource, Seal};
pub use secret::{Header, Secret};
pub use settings::Settings;
pub use signing::SigningSecret;
pub use trust::Trust;

/// All that a host is told: itself, whom it polls, and whom it tells.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What errors call the text: its file's name as the user gave it.
    pub file: String,
    /// What is the host's own.
    pub host: HostSettings,
    /// Connectors that it takes from registries, beside those of its folder; each once.
    pub connectors: Vec<Placed<Reference>>,
    /// How it signs in at registries, and how it gets there; hosts are unique.
    pub registries: Vec<Registry>,
    /// Whom it polls, in file order; names are unique.
    pub connections: Vec<Connection>,
    /// Whom it tells, in file order; names are unique.
    pub destinations: Vec<Destination>,
    /// What is allowed, but was hardly meant.
    pub warnings: Vec<Warning>,
}

impl Config {
    /// Reads a text, its secrets and its certificates; blocks on the files among them.
    ///
    /// `file` is what errors call the text, and its folder is that of every relative path within.
    ///
    /// # Errors
    /// All faults of the text at once, each at its place; a fault of TOML's own syntax alone, as
    /// nothing behind it can be trusted.
    pub fn parse(text: &str, file: &str, environment: &dyn Environment) -> Result<Self, Errors> {
        Draft::parse(text, file, environment).finish()
    }

    /// Reads a file with this process's environment; blocks.
    ///
    /// # Errors
    /// As [`Config::parse`]; and where the file cannot be read as UTF-8.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Errors> {
        Draft::load(path).finish()
    }

    /// Checks what one value alone cannot tell: clashing names, and names that nobody has. A text
    /// has passed this when it was read; a configuration that a program built has not.
    ///
    /// # Errors
    /// All such faults.
    pub fn check(&self) -> Result<(), Errors> {
        let mut errors = self.errors();
        check::check(self, &mut errors);
        errors.finish(())
    }

    /// A place for further faults of this configuration, as what only a connector can judge.
    pub fn errors(&self) -> Errors {
        Errors::new(&self.file)
    }
}

#[cfg(test)]
mod tests;

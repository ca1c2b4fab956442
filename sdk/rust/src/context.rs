//! What the host says at every call.

use std::fmt;

use serde::Deserialize;

use crate::Failure;

/// What the host says at every call. `Debug` leaves the settings out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The action polled: a name from the manifest.
    pub action: String,
    /// The connection's settings: JSON, valid under the manifest's schema.
    pub settings: String,
    /// The connection's base URL, without a slash at its end.
    pub base_url: String,
    /// Further origins that the user lets this connection ask by whole URL, as
    /// `https://ehr.example:8443`: other names of the EHR.
    pub allow_origins: Vec<String>,
    /// From when changes are wanted while there is no cursor (RFC 3339, UTC).
    pub since: String,
    /// The host's clock when this poll began (RFC 3339, UTC). Not to make a cursor of.
    pub now: String,
    /// Whether the action's last request got no answer that the host has on disk.
    pub interrupted: bool,
    /// Whether all records are wanted, whenever they changed: asked only of an action that
    /// [lists](crate::Action::lists), with a cursor of that listing's own.
    pub listing: bool,
    /// Whether nobody will hear of what is found, as it was there before: `collect` need ask for
    /// nothing but what a memo takes.
    pub silent: bool,
    /// Whether the EHR has refused something that `collect` asked for, for as long as the user
    /// wants to wait: what is missing is to be left out, whatever its status, and the rest told.
    pub last_try: bool,
}

impl Context {
    /// The settings as a type of the connector's own. Unit structs and missing fields are read
    /// by serde's rules, so give fields that the schema doesn't require a `#[serde(default)]`.
    ///
    /// # Errors
    /// [`Failure::InvalidSettings`] with the place, never with what stands there.
    pub fn settings<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(&self.settings).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::InvalidSettings(format!("unreadable at line {line}, column {column}"))
        })
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("action", &self.action).finish_non_exhaustive()
    }
}

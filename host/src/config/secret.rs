//! A value that nobody may read by accident: it prints as dots and is wiped when dropped.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A password, token or key.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the value into keeping.
    pub fn new(value: impl Into<String>) -> Self {
        Self(SecretString::from(value.into()))
    }

    /// The value itself, for the one place that sends or signs with it. Never into an error
    /// or a log.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A header that the host adds to every request. Its value may be a secret, so it is kept as one.
#[derive(Clone, Debug)]
pub struct Header {
    /// In lower case; a token of RFC 9110.
    pub name: String,
    /// Visible ASCII, spaces and tabs.
    pub value: Secret,
}

impl Header {
    /// A header by name and value.
    pub fn new(name: impl Into<String>, value: Secret) -> Self {
        Self { name: name.into().to_ascii_lowercase(), value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let header = Header::new("X-Key", "hunter2".into());
        assert_eq!(format!("{header:?}"), r#"Header { name: "x-key", value: Secret(…) }"#);
        assert_eq!(header.value.expose(), "hunter2");
    }
}

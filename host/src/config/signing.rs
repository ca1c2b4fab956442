//! A destination's signing secret, as Standard Webhooks writes it.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretSlice};

use super::Secret;

/// What the text of every signing secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes it may have: enough to be safe, few enough to be no mistake.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The key of a destination's HMAC-SHA256: 24 to 64 bytes.
#[derive(Clone)]
pub struct SigningSecret(SecretSlice<u8>);

/// Why a text is no signing secret. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another prefix, or none.
    #[error("a signing secret begins with `whsec_`")]
    Prefix,
    /// What follows the prefix is no base64.
    #[error("what follows `whsec_` is not base64")]
    Base64,
    /// Too few or too many bytes.
    #[error("a signing secret has 24 to 64 bytes, this one has {0}")]
    Length(usize),
}

impl SigningSecret {
    /// Reads `whsec_` and base64, as <https://www.standardwebhooks.com> writes secrets.
    ///
    /// # Errors
    /// Where it is anything else; see [`enum@Error`].
    pub fn parse(text: &Secret) -> Result<Self, Error> {
        let encoded = text.expose().strip_prefix(PREFIX).ok_or(Error::Prefix)?;
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| Error::Base64)?;
        if !BYTES.contains(&bytes.len()) {
            return Err(Error::Length(bytes.len()));
        }
        Ok(Self(bytes.into()))
    }

    /// The key itself, for signing only.
    pub fn bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signing_secret_is_whsec_and_24_to_64_bytes() {
        let whsec = |bytes: usize| format!("whsec_{}", BASE64_STANDARD.encode(vec![7; bytes]));
        let cases = [
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), Ok(24)),
            (whsec(64), Ok(64)),
            (whsec(23), Err(Error::Length(23))),
            (whsec(65), Err(Error::Length(65))),
            ("whsec_".to_owned(), Err(Error::Length(0))),
            ("whsec_%%".to_owned(), Err(Error::Base64)),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), Err(Error::Prefix)),
        ];
        for (text, expected) in cases {
            let read = SigningSecret::parse(&Secret::new(text.clone()));
            assert_eq!(read.map(|secret| secret.bytes().len()), expected, "{text}");
        }
    }
}

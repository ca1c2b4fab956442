//! How a poll is to fail: the contract's case, and its text where that matters.

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::connector::Failure;

const CASES: [&str; 7] = [
    "invalid-settings",
    "unauthorized",
    "throttled",
    "unavailable",
    "cursor-lost",
    "unexpected-response",
    "internal",
];

/// A failure as a scenario names it: `unavailable`, or with its text `unavailable: closed`. The
/// text of `throttled` is the pause in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fails {
    case: String,
    text: Option<String>,
}

impl Fails {
    /// The contract's case.
    pub fn case(&self) -> &str {
        &self.case
    }

    /// Whether a failure is this one. Where no text is written, any will do.
    pub fn fits(&self, failure: &Failure) -> bool {
        let other = Self::from(failure);
        self.case == other.case && (self.text.is_none() || self.text == other.text)
    }
}

impl std::fmt::Display for Fails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.text {
            Some(text) => write!(f, "{}: {text}", self.case),
            None => f.write_str(&self.case),
        }
    }
}

impl From<&Failure> for Fails {
    fn from(failure: &Failure) -> Self {
        let (case, text) = match failure {
            Failure::InvalidSettings(text) => ("invalid-settings", Some(text.clone())),
            Failure::Unauthorized(text) => ("unauthorized", Some(text.clone())),
            Failure::Throttled(pause) => {
                ("throttled", pause.map(|pause| pause.as_secs().to_string()))
            }
            Failure::Unavailable(text) => ("unavailable", Some(text.clone())),
            Failure::CursorLost(text) => ("cursor-lost", Some(text.clone())),
            Failure::UnexpectedResponse(text) => ("unexpected-response", Some(text.clone())),
            Failure::Internal(text) => ("internal", Some(text.clone())),
        };
        Self { case: case.into(), text }
    }
}

impl<'de> Deserialize<'de> for Fails {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (case, text) = match text.split_once(": ") {
            Some((case, text)) => (case, Some(text.to_owned())),
            None => (text.as_str(), None),
        };
        if CASES.contains(&case) {
            return Ok(Self { case: case.into(), text });
        }
        Err(D::Error::custom(format!(
            "unknown failure `{case}`, expected one of {}",
            CASES.join(", ")
        )))
    }
}

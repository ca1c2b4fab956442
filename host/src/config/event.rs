//! Which events a destination wants.

use std::{fmt, str::FromStr};

/// A pattern over events, as `Scheduling.Reschedule`, `Scheduling.*`, `*.New` or `*`.
///
/// A `*` stands for a whole segment; alone it stands for every event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPattern {
    model: Option<String>,
    kind: Option<String>,
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is written as `Scheduling.New`, `Scheduling.*`, `*.New` or `*`")]
pub struct Error;

impl EventPattern {
    /// The pattern that every event matches.
    pub fn all() -> Self {
        Self { model: None, kind: None }
    }

    /// Whether an event is one of these. Upper and lower case differ.
    pub fn matches(&self, event: &str) -> bool {
        let (model, kind) = event.split_once('.').unwrap_or((event, ""));
        let fits = |wanted: &Option<String>, got| wanted.as_deref().is_none_or(|it| it == got);
        fits(&self.model, model) && fits(&self.kind, kind)
    }
}

impl FromStr for EventPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "*" {
            return Ok(Self::all());
        }
        let (model, kind) = text.split_once('.').ok_or(Error)?;
        Ok(Self { model: segment(model)?, kind: segment(kind)? })
    }
}

/// One segment: `None` for `*`, else a name.
fn segment(text: &str) -> Result<Option<String>, Error> {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match text {
        "*" => Ok(None),
        name if is_name => Ok(Some(name.to_owned())),
        _ => Err(Error),
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = |segment: &Option<String>| segment.clone().unwrap_or_else(|| "*".to_owned());
        match (&self.model, &self.kind) {
            (None, None) => f.write_str("*"),
            (model, kind) => write!(f, "{}.{}", star(model), star(kind)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_segments() {
        let event = "Scheduling.New";
        for (pattern, matches) in [
            ("*", true),
            ("*.*", true),
            ("Scheduling.*", true),
            ("*.New", true),
            ("Scheduling.New", true),
            ("Scheduling.Cancel", false),
            ("Order.*", false),
            ("scheduling.new", false),
        ] {
            let read: EventPattern = pattern.parse().unwrap();
            assert_eq!(read.matches(event), matches, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "Scheduling", "Sched*.New", "Scheduling.", ".New", "A.B.C", "a b.c"] {
            assert_eq!(text.parse::<EventPattern>(), Err(Error), "{text}");
        }
    }
}

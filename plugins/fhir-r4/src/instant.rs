//! Instants as the server writes them: kept as its own text, compared as what they mean, and
//! never written more finely than it writes them itself.

use rounds_sdk::{Failure, Time};

/// An instant with the text that the server gave for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    text: String,
    time: Time,
}

impl Moment {
    /// # Errors
    /// [`Failure::UnexpectedResponse`] for a time without an offset, or no time at all.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        Ok(Self { text: text.to_owned(), time: Time::parse(text)? })
    }

    /// The whole second that an instant lies in.
    pub(crate) fn second_of(time: Time) -> Self {
        let time = time.floor_to_second();
        Self { text: time.to_string(), time }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn time(&self) -> Time {
        self.time
    }

    /// The first instant after all that the server would write so: it may hide milliseconds.
    #[must_use]
    pub(crate) fn next(&self) -> Self {
        let second = self.time.floor_to_second();
        let after = second.minus_millis(-1000);
        let Some(digits) = self.fraction() else { return Self::second_of(after) };
        let width = digits.len();
        let next = digits.parse::<u64>().unwrap_or(u64::MAX).saturating_add(1).to_string();
        if next.len() > width {
            return Self::second_of(after);
        }
        Self::fine(second, &format!("{next:0>width$}")).unwrap_or_else(|| Self::second_of(after))
    }

    /// A millisecond earlier where the server shows those, as it may have rounded what it showed.
    #[must_use]
    pub(crate) fn step_back(&self) -> Self {
        if self.fraction().is_none_or(|digits| digits.len() < 3) {
            return self.clone();
        }
        let time = self.time.minus_millis(1);
        Self { text: time.to_string(), time }
    }

    /// What stands behind the seconds, where anything does.
    fn fraction(&self) -> Option<&str> {
        let (_, rest) = self.text.split_once('.')?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        rest.get(..end).filter(|digits| !digits.is_empty())
    }

    fn fine(second: Time, digits: &str) -> Option<Self> {
        let text = format!("{}.{digits}Z", second.to_string().strip_suffix('Z')?);
        Self::parse(&text).ok()
    }
}

/// The later of two instants, where there are any.
pub(crate) fn latest(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.time > a.time { b } else { a }),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_is_as_fine_as_what_was_shown() {
        for (shown, next) in [
            ("2026-05-05T10:00:00Z", "2026-05-05T10:00:01Z"),
            ("2026-05-05T10:00:59+02:00", "2026-05-05T08:01:00Z"),
            ("2026-05-05T10:00:00.123Z", "2026-05-05T10:00:00.124Z"),
            ("2026-05-05T12:00:00.099+02:00", "2026-05-05T10:00:00.100Z"),
            ("2026-05-05T10:00:00.999Z", "2026-05-05T10:00:01Z"),
            ("2026-05-05T10:00:00.000000Z", "2026-05-05T10:00:00.000001Z"),
            ("2026-05-05T10:00:00.5Z", "2026-05-05T10:00:00.6Z"),
        ] {
            assert_eq!(Moment::parse(shown).unwrap().next().text(), next, "{shown}");
        }
    }

    #[test]
    fn only_what_shows_milliseconds_may_have_rounded_them() {
        for (shown, back) in [
            ("2026-05-05T10:00:00Z", "2026-05-05T10:00:00Z"),
            ("2026-05-05T10:00:00.120Z", "2026-05-05T10:00:00.119Z"),
        ] {
            assert_eq!(Moment::parse(shown).unwrap().step_back().text(), back);
        }
    }
}

//! Instants as the server writes them: kept as its own text, compared as what they mean, and
//! never written more finely than it writes them itself.

use rounds_sdk::{Failure, Time};

/// In milliseconds.
const MINUTE: i64 = 60 * 1000;

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

    /// The whole minute that an instant lies in, written no more finely.
    pub(crate) fn minute_of(time: Time) -> Self {
        let second = time.floor_to_second();
        let text = second.to_string();
        let within = text.get(17..19).and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
        let text = format!("{}Z", text.get(..16).unwrap_or_default());
        Self { text, time: second.minus_seconds(within) }
    }

    /// Whether the server writes no seconds.
    pub(crate) fn is_to_the_minute(&self) -> bool {
        let clock = self.text.get(11..).unwrap_or_default();
        let clock = clock.split(['Z', 'z', '+', '-']).next().unwrap_or_default();
        let digits = clock.bytes().filter(u8::is_ascii_digit).count();
        digits > 0 && digits <= 4
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
        if self.is_to_the_minute() {
            return Self::minute_of(self.time.minus_millis(-MINUTE));
        }
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
            ("2026-05-05T10:00Z", "2026-05-05T10:01Z"),
            ("2026-05-05T10:59+02:00", "2026-05-05T09:00Z"),
            ("2026-05-05T00:59-02:00", "2026-05-05T03:00Z"),
        ] {
            assert_eq!(Moment::parse(shown).unwrap().next().text(), next, "{shown}");
        }
    }

    #[test]
    fn the_minute_of_a_time_is_written_without_seconds() {
        for (time, minute) in [
            ("2026-05-05T10:00:00Z", "2026-05-05T10:00Z"),
            ("2026-05-05T10:00:59.999Z", "2026-05-05T10:00Z"),
            ("1969-12-31T23:59:01Z", "1969-12-31T23:59Z"),
        ] {
            let written = Moment::minute_of(Time::parse(time).unwrap());
            assert_eq!(written.text(), minute);
            assert_eq!(Moment::parse(minute).unwrap(), written);
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

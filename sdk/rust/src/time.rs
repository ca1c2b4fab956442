//! RFC 3339 times as EHRs write them: instants to compare and to shift, nothing more.

mod epoch;

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use crate::Failure;

/// An instant. It is parsed from RFC 3339 with an offset or `Z`, and printed in UTC with no
/// more decimals than it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

impl Time {
    /// The instant that an EHR's answer gives.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] for a time without an offset, or no time at all.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        text.parse().map(Self).map_err(|_| Failure::unexpected("no RFC 3339 time with an offset"))
    }

    /// The instant an HTTP header as `Date` gives, where it is one.
    pub fn from_http(text: &str) -> Option<Self> {
        let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(Self(zoned.timestamp()))
    }

    /// The whole second that it lies in.
    #[must_use]
    pub fn floor_to_second(self) -> Self {
        let second = self.0.as_millisecond().div_euclid(1000);
        Self(Timestamp::from_second(second).unwrap_or(self.0))
    }

    /// The whole millisecond that it lies in.
    #[must_use]
    pub fn floor_to_milli(self) -> Self {
        let nanosecond = self.0.as_nanosecond();
        let floor = nanosecond - nanosecond.rem_euclid(1_000_000);
        Self(Timestamp::from_nanosecond(floor).unwrap_or(self.0))
    }

    /// So much earlier; the earliest instant there is, where that would be before it.
    #[must_use]
    pub fn minus_millis(self, millis: i64) -> Self {
        let earlier = self.0.checked_sub(SignedDuration::from_millis(millis));
        Self(earlier.unwrap_or(Timestamp::MIN))
    }

    /// So many seconds earlier.
    #[must_use]
    pub fn minus_seconds(self, seconds: u32) -> Self {
        self.minus_millis(i64::from(seconds) * 1000)
    }

    /// Milliseconds from `earlier` to here, rounded down; negative where it is later.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.duration_since(earlier.0).as_millis().try_into().unwrap_or(i64::MAX)
    }
}

impl FromStr for Time {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::parse(text)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn compares_instants_not_texts() {
        let [berlin, utc] = ["2026-05-05T12:00:00+02:00", "2026-05-05T10:00:00.000Z"]
            .map(|t| Time::parse(t).unwrap());
        assert_eq!(berlin, utc);
        assert!(Time::parse("2026-05-05T10:00:00.001Z").unwrap() > utc);
        assert!(Time::parse("2026-05-05T10:00:00").is_err());
    }

    #[test]
    fn shifts_and_prints() {
        let time = Time::parse("2026-05-05T10:00:00.25Z").unwrap();
        assert_eq!(time.minus_seconds(5).to_string(), "2026-05-05T09:59:55.25Z");
        assert_eq!(time.floor_to_second().to_string(), "2026-05-05T10:00:00Z");
        assert_eq!(time.millis_since(time.minus_seconds(2)), 2000);
        assert_eq!(Time::from_http("Tue, 05 May 2026 10:00:00 GMT"), Some(time.floor_to_second()));
    }
}

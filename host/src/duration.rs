//! Spans of time as people write them: `1m`, `90s`, `1h30m`, `3d`, `250ms`.

use std::{fmt, time::Duration};

/// Units in milliseconds, the largest first: the order in which they are written.
const UNITS: [(&str, u64); 6] = [
    ("w", 7 * 24 * 60 * 60 * 1000),
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// Why a text is no span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time span is written as `90s`, `10m`, `1h30m` or `3d`")]
pub(crate) struct Error;

/// Reads a span of time: whole numbers with the units w, d, h, m, s and ms, larger units first.
///
/// # Errors
/// Where it is anything else, empty, or too long to count in milliseconds.
pub(crate) fn parse(text: &str) -> Result<Duration, Error> {
    let mut units = UNITS.iter();
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() || text.is_empty() {
        let (number, unit, tail) = part(rest)?;
        // Searching on from the last unit refuses a smaller one before a larger, and repeats.
        let (_, milliseconds) = units.find(|(name, _)| *name == unit).ok_or(Error)?;
        let part = number.checked_mul(*milliseconds).ok_or(Error)?;
        total = total.checked_add(part).ok_or(Error)?;
        rest = tail;
    }
    Ok(Duration::from_millis(total))
}

/// The first number, its unit, and the rest.
fn part(text: &str) -> Result<(u64, &str, &str), Error> {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic();
    let (number, rest) = split(text, u8::is_ascii_digit)?;
    let (unit, rest) = split(rest, is_letter)?;
    Ok((number.parse().map_err(|_| Error)?, unit, rest))
}

fn split(text: &str, holds: impl Fn(&u8) -> bool) -> Result<(&str, &str), Error> {
    text.split_at_checked(text.bytes().take_while(holds).count()).ok_or(Error)
}

/// Shows a span of time as [`parse`] reads it, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Show(pub Duration);

impl fmt::Display for Show {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.write_str("0s");
        }
        // Weeks are read but never shown: people count in days.
        for (name, unit) in UNITS.iter().skip(1) {
            if rest >= *unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_and_shows() {
        for (text, milliseconds, shown) in [
            ("0s", 0, "0s"),
            ("250ms", 250, "250ms"),
            ("1m", 60_000, "1m"),
            ("90s", 90_000, "1m30s"),
            ("1h30m", 5_400_000, "1h30m"),
            ("1d", 86_400_000, "1d"),
            ("2w", 1_209_600_000, "14d"),
            ("1d2h3m4s5ms", 93_784_005, "1d2h3m4s5ms"),
        ] {
            let span = Duration::from_millis(milliseconds);
            assert_eq!(parse(text), Ok(span), "{text}");
            assert_eq!(Show(span).to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "",
            " ",
            "1",
            "m",
            "1.5h",
            "-1s",
            "1 m",
            "1x",
            "30m1h",
            "1m1m",
            "1M",
            "1min",
            "ä",
            "99999999999999999999s",
            "9999999999999999w",
        ] {
            assert_eq!(parse(text), Err(Error), "{text:?}");
        }
    }
}

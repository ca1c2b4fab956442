//! Times of a world, in milliseconds since it began, and as a server writes them.

use std::sync::LazyLock;

use jiff::{Timestamp, Zoned, tz::TimeZone};

/// When every world begins.
pub(super) const BEGINNING: &str = "2026-01-01T00:00:00Z";

pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;

/// A time as clocks have it.
pub(super) fn timestamp(at: i64) -> Timestamp {
    static BEGAN: LazyLock<i64> =
        LazyLock::new(|| BEGINNING.parse::<Timestamp>().unwrap().as_millisecond());
    Timestamp::from_millisecond(*BEGAN + at).unwrap()
}

/// A time as FHIR has it, to the millisecond.
pub(super) fn instant(at: i64) -> String {
    format!("{:.3}", timestamp(at))
}

/// A time as HTTP has it.
pub(super) fn date(at: i64) -> String {
    let time: Zoned = timestamp(at).to_zoned(TimeZone::UTC);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What a time of a search says: the first and the last millisecond that it may mean.
pub(super) fn span(text: &str) -> Option<(i64, i64)> {
    let time: Timestamp = text.parse().ok()?;
    let first = time.as_millisecond() - timestamp(0).as_millisecond();
    let is_fine = text.contains('.');
    Some((first, if is_fine { first } else { first + SECOND - 1 }))
}

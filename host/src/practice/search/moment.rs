//! Times in searches: an instant of FHIR is as long as its last digit is fine.

use std::ops::Range;

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

/// The milliseconds that `_lastUpdated` of this value asks for (its prefix among it);
/// `None` where it is no time.
pub(super) fn asked(value: &str) -> Option<Range<i64>> {
    let at = value.find(|first: char| first.is_ascii_digit())?;
    let (prefix, time) = value.split_at(at);
    let span = span(time)?;
    match prefix {
        "" | "eq" => Some(span),
        "ge" => Some(span.start..i64::MAX),
        "gt" | "sa" => Some(span.end..i64::MAX),
        "le" => Some(i64::MIN..span.end),
        "lt" | "eb" => Some(i64::MIN..span.start),
        _ => None,
    }
}

/// The milliseconds that a time names: a day, a second, or one.
fn span(time: &str) -> Option<Range<i64>> {
    if let Ok(day) = time.parse::<Date>()
        && !time.contains('T')
    {
        let next = day.checked_add(Span::new().days(1)).ok()?;
        return Some(midnight(day)?..midnight(next)?);
    }
    let start = time.parse::<Timestamp>().ok()?.as_millisecond();
    let length = if time.contains('.') { 1 } else { 1_000 };
    Some(start..start + length)
}

fn midnight(day: Date) -> Option<i64> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_precisions() {
        let day = 86_400_000;
        let table = [
            ("ge1970-01-01T00:00:02Z", Some(2_000..i64::MAX)),
            ("gt1970-01-01T00:00:02Z", Some(3_000..i64::MAX)),
            ("gt1970-01-01T00:00:02.000Z", Some(2_001..i64::MAX)),
            ("le1970-01-01T00:00:02.5Z", Some(i64::MIN..2_501)),
            ("lt1970-01-01T00:00:02Z", Some(i64::MIN..2_000)),
            ("1970-01-01T01:00:02+01:00", Some(2_000..3_000)),
            ("ge1970-01-02", Some(day..i64::MAX)),
            ("gt1970-01-02", Some(2 * day..i64::MAX)),
            ("ne1970-01-02", None),
            ("ge", None),
            ("geyesterday", None),
            ("", None),
        ];
        for (value, milliseconds) in table {
            assert_eq!(asked(value), milliseconds, "{value}");
        }
    }
}

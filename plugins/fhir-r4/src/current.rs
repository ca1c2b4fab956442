//! Which of several names, addresses, numbers and identifiers holds now.

use rounds_sdk::Time;

use crate::fhir::{Address, ContactPoint, HumanName, Identifier, Period};

/// What may have been, and be no more.
pub(crate) trait Lasting {
    /// What it is for, as `old`.
    fn usage(&self) -> Option<&str>;

    /// From when until when it holds.
    fn period(&self) -> Option<&Period<'_>>;

    /// Whether it holds at this time, RFC 3339.
    fn holds(&self, now: &str) -> bool {
        let period = self.period();
        let end = period.and_then(|period| period.end.as_deref());
        let start = period.and_then(|period| period.start.as_deref());
        let is_over = end.is_some_and(|end| is_before(end, now));
        let is_to_come = start.is_some_and(|start| is_before(now, start));
        self.usage() != Some("old") && !is_over && !is_to_come
    }
}

/// Those that hold now, in their order.
pub(crate) fn holding<'l, T: Lasting>(all: &'l [T], now: &str) -> Vec<&'l T> {
    all.iter().filter(|one| one.holds(now)).collect()
}

/// Whether a time is before another. One of them may be no more than a year, a month or a day:
/// then that is what counts of both.
fn is_before(one: &str, other: &str) -> bool {
    if let (Ok(one), Ok(other)) = (Time::parse(one), Time::parse(other)) {
        return one < other;
    }
    let day = |text: &str| text.split('T').next().map(str::to_owned).unwrap_or_default();
    let (one, other) = (day(one), day(other));
    let length = one.len().min(other.len());
    one.get(..length) < other.get(..length)
}

macro_rules! lasting {
    ($($name:ident),*) => {
        $(impl Lasting for $name<'_> {
            fn usage(&self) -> Option<&str> {
                self.usage.as_deref()
            }

            fn period(&self) -> Option<&Period<'_>> {
                self.period.as_ref()
            }
        })*
    };
}
lasting!(HumanName, Address, ContactPoint, Identifier);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_time_is_compared_as_far_as_it_goes() {
        let now = "2026-05-05T10:00:00Z";
        for (end, expected) in [
            ("2025", true),
            ("2026", false),
            ("2026-04", true),
            ("2026-05", false),
            ("2026-05-04", true),
            ("2026-05-05", false),
            ("2026-05-05T11:59:59+02:00", true),
            ("2026-05-05T09:00:00-02:00", false),
            ("2026-05-04T23:00:00", true),
            ("", false),
        ] {
            assert_eq!(is_before(end, now), expected, "{end}");
        }
    }
}

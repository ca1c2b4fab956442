//! What a recording's pseudonyms are drawn by: by chance, and then forgotten.

use std::collections::HashSet;

use jiff::civil::Date;

use super::dates::shift;

/// Weekdays stay what they are.
const WEEK: i32 = 7;
/// Dates move by a year at least and by twelve at most, where that makes none of those that were
/// there.
const WEEKS: std::ops::Range<i32> = 53..626;
/// Tries to find such a number of weeks.
const TRIES: usize = 256;

/// A key that nobody keeps, and by how many days dates move.
#[derive(Clone, Copy)]
pub(super) struct Draw {
    pub(super) key: [u8; 32],
    pub(super) days: i32,
}

impl Draw {
    /// A draw under which no date becomes one of these.
    pub(super) fn apart_from(dates: &HashSet<Date>) -> Self {
        let days = std::iter::repeat_with(|| weeks() * WEEK)
            .take(TRIES)
            .find(|days| dates.iter().all(|date| !dates.contains(&shift(*date, *days))));
        Self { key: rand::random(), days: days.unwrap_or_else(|| beyond(dates)) }
    }
}

/// Weeks back or, for a third, ahead.
fn weeks() -> i32 {
    let weeks = rand::random_range(WEEKS);
    if rand::random_range(0..3) == 0 { weeks } else { -weeks }
}

/// Days by which each date comes after all that were there.
fn beyond(dates: &HashSet<Date>) -> i32 {
    let moving = || dates.iter().filter(|date| shift(**date, WEEK) != **date);
    let (first, last) = (moving().min(), moving().max());
    let span = first.zip(last).and_then(|(first, last)| first.until(*last).ok());
    let weeks = span.map_or(0, |span| span.get_days() / WEEK + 1);
    (weeks + rand::random_range(WEEKS)) * WEEK
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn no_date_becomes_one_that_was_there() {
        let few = HashSet::from([date(1906, 12, 9), date(2026, 5, 5), date(2026, 5, 6)]);
        let days = (0..60_000).map(|day| date(1900, 1, 1).checked_add(jiff::Span::new().days(day)));
        let every: HashSet<Date> = days.map(Result::unwrap).collect();
        for dates in [HashSet::new(), few, every] {
            let days = Draw::apart_from(&dates).days;
            assert!(days != 0 && days % 7 == 0, "{days}");
            assert!(dates.iter().all(|date| !dates.contains(&shift(*date, days))), "{days}");
        }
    }
}

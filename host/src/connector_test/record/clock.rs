//! Times that are numbers: seconds, milliseconds or microseconds since 1970.

use jiff::Timestamp;

/// A year, in seconds.
const YEAR: i128 = 365 * 24 * 60 * 60;
/// A day, in seconds.
const DAY: i128 = 24 * 60 * 60;
/// A number is taken for a time within so many years of the recording; where its key says that it
/// is one, within many more.
const NEAR: i128 = 5;
const FAR: i128 = 150;
/// How many there are of each unit in a second, and how many digits a time near ours has in it.
const UNITS: [(i128, usize); 3] = [(1, 10), (1_000, 13), (1_000_000, 16)];

/// Knows a time by its distance from the recording's.
#[derive(Clone, Copy)]
pub(super) struct Epoch(pub(super) Timestamp);

/// Digits of a number that is a time as its key says: fewer, and it is an hour, a day, a count.
const TELLING: usize = 7;

impl Epoch {
    /// A whole number that is a time, as its key says, and so may lie far back, as a birth does.
    /// Which unit it has is told by how many digits it has.
    pub(super) fn of_old(text: &str) -> Option<(i128, i128)> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_negative = digits.len() < text.len();
        let fits = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let unit = match digits.len() {
            TELLING..=8 if is_negative => 1,
            9..=10 => 1,
            11..=13 => 1_000,
            14..=16 => 1_000_000,
            _ => return None,
        };
        let value: i128 = text.parse().ok().filter(|_| fits)?;
        Some((value, unit))
    }

    /// A number of units since 1970, so many days later.
    pub(super) fn later(value: i128, unit: i128, days: i32) -> i128 {
        value + i128::from(days) * DAY * unit
    }

    /// Digits that are a time, so many days later.
    pub(super) fn moved(self, digits: &str, is_said: bool, days: i32) -> Option<String> {
        let (unit, _) = UNITS.into_iter().find(|(_, width)| digits.len() == *width)?;
        let value: i128 = digits.parse().ok()?;
        let distance = (value / unit - i128::from(self.0.as_second())).abs();
        let within = if is_said { FAR } else { NEAR } * YEAR;
        (distance < within).then(|| Self::later(value, unit, days).to_string())
    }
}

//! Instants as numbers: seconds or milliseconds since 1970, as many EHRs count them.

use std::fmt::Display;

use jiff::Timestamp;

use super::Time;
use crate::Failure;

/// Where the year 1 begins, in nanoseconds since 1970. (The latest is [`Timestamp::MAX`], in 9999.)
const FIRST: i128 = -62_135_596_800 * 1_000_000_000;
/// How many digits the largest has.
const LONGEST: i64 = 21;

/// How many decimal places a nanosecond is behind a second, and behind a millisecond.
const OF_SECONDS: usize = 9;
const OF_MILLIS: usize = 6;

impl Time {
    /// The instant that is so many seconds after 1970: a number, its digits, or JSON of either, be
    /// it quoted, as `1767225600`, `-1.5`, `1.7672256E9` and `"1767225600.25"`. A
    /// [`Record`](crate::Record)'s text has every digit; an `f64` has fifteen.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] for what is no number, not of the years 1 to 9999, or finer
    /// than nanoseconds.
    pub fn from_epoch_seconds(number: impl Display) -> Result<Self, Failure> {
        read(&number.to_string(), OF_SECONDS)
    }

    /// The same for milliseconds.
    ///
    /// # Errors
    /// As for seconds.
    pub fn from_epoch_millis(number: impl Display) -> Result<Self, Failure> {
        read(&number.to_string(), OF_MILLIS)
    }

    /// Seconds since 1970, with no more decimals than there are: [`floor_to_second`] first where
    /// the EHR wants whole ones.
    ///
    /// [`floor_to_second`]: Time::floor_to_second
    pub fn epoch_seconds(self) -> String {
        printed(self.0.as_nanosecond(), OF_SECONDS)
    }

    /// Milliseconds since 1970, with no more decimals than there are: [`floor_to_milli`] first where
    /// the EHR wants whole ones.
    ///
    /// [`floor_to_milli`]: Time::floor_to_milli
    pub fn epoch_millis(self) -> String {
        printed(self.0.as_nanosecond(), OF_MILLIS)
    }
}

fn read(number: &str, places: usize) -> Result<Time, Failure> {
    nanoseconds(number, places)
        .filter(|nanoseconds| *nanoseconds >= FIRST)
        .and_then(|nanoseconds| Timestamp::from_nanosecond(nanoseconds).ok())
        .map(Time)
        .ok_or_else(|| Failure::unexpected("no epoch time of the years 1 to 9999"))
}

fn nanoseconds(number: &str, places: usize) -> Option<i128> {
    let quoted = number.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let number = quoted.unwrap_or(number);
    let (number, exponent) = match number.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let (sign, whole) = whole.strip_prefix('-').map_or((1, whole), |whole| (-1, whole));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let all = format!("{whole}{fraction}");
    let digits = all.trim_end_matches('0');
    let zeros = i64::from(exponent) + i64::try_from(places + whole.len()).ok()?
        - i64::try_from(digits.len()).ok()?;
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let is_fitting = zeros >= 0 && i64::try_from(digits.len()).ok()? + zeros <= LONGEST;
    let zeros = u32::try_from(zeros).ok().filter(|_| is_fitting)?;
    Some(sign * digits.parse::<i128>().ok()? * 10_i128.pow(zeros))
}

fn printed(nanoseconds: i128, places: usize) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", nanoseconds.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Row {
        unit: String,
        number: String,
        time: Option<String>,
        printed: Option<String>,
    }

    #[test]
    fn numbers_are_the_times_that_they_are_in_every_language() {
        let rows: Vec<Row> =
            serde_json::from_str(include_str!("../../../tables/epoch.json")).unwrap();
        for Row { unit, number, time, printed } in rows {
            let of_seconds = unit == "seconds";
            let found = match of_seconds {
                true => Time::from_epoch_seconds(&number),
                false => Time::from_epoch_millis(&number),
            };
            assert_eq!(found.as_ref().ok().map(Time::to_string), time, "{number} {unit}");
            let back = found.ok().map(|time| match of_seconds {
                true => time.epoch_seconds(),
                false => time.epoch_millis(),
            });
            assert_eq!(back, printed, "{number} {unit}");
        }
    }

    #[test]
    fn numbers_of_rust_and_whole_milliseconds() {
        let time = Time::from_epoch_seconds(1.5).unwrap();
        assert_eq!(time, Time::from_epoch_millis(1500_u64).unwrap());
        let fine = Time::from_epoch_millis("-1.25").unwrap();
        assert_eq!(fine.floor_to_milli().epoch_millis(), "-2");
    }
}

//! Instants as the server writes them: kept as its own text, compared as what they mean.

use std::cmp::Ordering;

use rounds_sdk::{Failure, Time};

/// Which of two instants is earlier.
///
/// Texts of one length and in UTC compare as they are, which is nearly all of them.
pub(crate) fn compare(a: &str, b: &str) -> Result<Ordering, Failure> {
    if a.len() == b.len() && a.ends_with('Z') && b.ends_with('Z') {
        return Ok(a.cmp(b));
    }
    Ok(Time::parse(a)?.cmp(&Time::parse(b)?))
}

/// Whether `a` is later than `b`.
pub(crate) fn later(a: &str, b: &str) -> Result<bool, Failure> {
    Ok(compare(a, b)?.is_gt())
}

/// The instant so many milliseconds earlier, as text.
pub(crate) fn minus(text: &str, millis: i64) -> Result<String, Failure> {
    Ok(Time::parse(text)?.minus_millis(millis).to_string())
}

//! Where a task stood before: the cursors that it had, and from which of them it is asked again. Pure.
//!
//! What a server shows some minutes after its own time is behind the cursor by then. A connector is a
//! function of its cursor, so asking from the one that the task had some minutes ago shows it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::store::Mark;

/// Marks are so much closer together than what comes late may be late.
const PARTS: u32 = 10;

/// The marks of a task that came to rest at a cursor, by a poll that began at `at`. The last of them
/// is where it rests.
pub(super) fn rested(past: &[Mark], at: Timestamp, cursor: &str, late: Duration) -> Vec<Mark> {
    let mut past = past.to_vec();
    if past.last().is_some_and(|last| last.cursor.as_deref() == Some(cursor)) {
        return past;
    }
    // Where the clock was set back, the marks wait for it.
    let at = past.last().map_or(at, |last| last.at.max(at));
    if let [.., before, last] = past.as_slice()
        && since(before.at, last.at) < late / PARTS
    {
        past.pop();
    }
    past.push(Mark { at, cursor: Some(cursor.to_owned()) });
    let oldest = past.iter().rposition(|mark| since(mark.at, at) >= late);
    past.drain(..oldest.unwrap_or_default());
    past
}

/// From where a task that rests is asked again at `now`: where it stood so long ago. `None` where it
/// stood there since, as all that came late was asked for with the last poll.
pub(super) fn from(past: &[Mark], now: Timestamp, late: Duration) -> Option<&Mark> {
    let (last, earlier) = past.split_last()?;
    if since(last.at, now) >= late {
        return None;
    }
    let stood = earlier.iter().rev().find(|mark| since(mark.at, now) >= late);
    stood.or_else(|| earlier.first())
}

/// How long after `from` it is `to`; nothing where that is earlier.
fn since(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from).max(SignedDuration::ZERO)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Duration = Duration::from_secs(600);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn walk(seconds: impl Iterator<Item = i64>) -> Vec<Mark> {
        seconds.fold(vec![Mark { at: at(0), cursor: None }], |past, second| {
            rested(&past, at(second), &second.to_string(), LATE)
        })
    }

    #[test]
    fn a_busy_task_keeps_few_marks_and_one_from_long_enough_ago() {
        for end in [1, 59, 61, 599, 601, 5_000] {
            let past = walk(1..=end);
            assert!(past.len() <= 13, "{}", past.len());
            let mark = from(&past, at(end), LATE);
            let second = mark.map(|mark| mark.at.as_second());
            let expected = end - 600 - 60..=(end - 600).max(0);
            assert!(second.is_some_and(|second| expected.contains(&second)), "{end}: {second:?}");
        }
    }

    #[test]
    fn who_rests_for_long_is_not_asked_again() {
        let past = walk(1..=100);
        assert!(from(&past, at(699), LATE).is_some());
        assert!(from(&past, at(700), LATE).is_none());
    }

    #[test]
    fn a_cursor_that_stays_is_no_new_mark() {
        let past = walk([5, 200].into_iter());
        assert!(rested(&past, at(300), "200", LATE) == past);
    }

    #[test]
    fn a_clock_that_is_set_back_loses_no_mark() {
        let past = walk([3_600, 3_660].into_iter());
        let past = rested(&past, at(60), "60", LATE);
        assert!(past.is_sorted_by_key(|mark| mark.at));
        let mark = from(&past, at(60), LATE);
        assert!(mark.is_some_and(|mark| mark.cursor.as_deref() != Some("60")));
    }
}

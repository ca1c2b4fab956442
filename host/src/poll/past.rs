//! Where a task stood before: the cursors that it had, and from which of them it is asked again. Pure.
//!
//! What a server shows some minutes after its own time is behind the cursor by then. A connector is a
//! function of its cursor, so asking from the one that the task had some minutes ago shows it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::store::Mark;

/// Marks are so much closer together than what comes late may be late.
const PARTS: u32 = 10;
/// More marks than these are kept of no task: of one that cannot be asked again, the newer are fewer.
const MOST: usize = 32;

/// The marks of a task that came to rest at a cursor, by a poll that began at `at`. The last of them
/// is where it rests, the first where it is to be asked again from, as it was `looked` for what came
/// late then and not since, if that is known.
pub(super) fn rested(
    past: &[Mark],
    at: Timestamp,
    cursor: &str,
    late: Duration,
    looked: Option<Timestamp>,
) -> Vec<Mark> {
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
    let oldest = looked.and_then(|looked| stood(&past, looked.min(at), late));
    past.drain(..oldest.unwrap_or_default());
    if past.len() > MOST {
        past.remove(1);
    }
    past
}

/// From where a task that rests is asked again: where it stood so long before it was `looked` for
/// what came late the last time, however long that is ago. `None` where it rested there by then, as
/// nothing can be behind it any more.
pub(super) fn from(past: &[Mark], looked: Option<Timestamp>, late: Duration) -> Option<&Mark> {
    let (last, earlier) = past.split_last()?;
    let Some(looked) = looked else { return earlier.first() };
    if since(last.at, looked) >= late {
        return None;
    }
    earlier.get(stood(earlier, looked, late).unwrap_or_default())
}

/// The last mark that was so old at a time.
fn stood(past: &[Mark], at: Timestamp, late: Duration) -> Option<usize> {
    past.iter().rposition(|mark| since(mark.at, at) >= late)
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
            rested(&past, at(second), &second.to_string(), LATE, Some(at(second)))
        })
    }

    #[test]
    fn a_busy_task_keeps_few_marks_and_one_from_long_enough_ago() {
        for end in [1, 59, 61, 599, 601, 5_000] {
            let past = walk(1..=end);
            assert!(past.len() <= 13, "{}", past.len());
            let mark = from(&past, Some(at(end)), LATE);
            let second = mark.map(|mark| mark.at.as_second());
            let expected = end - 600 - 60..=(end - 600).max(0);
            assert!(second.is_some_and(|second| expected.contains(&second)), "{end}: {second:?}");
        }
    }

    #[test]
    fn who_rests_for_long_is_not_asked_again() {
        let past = walk(1..=100);
        assert!(from(&past, Some(at(699)), LATE).is_some());
        assert!(from(&past, Some(at(700)), LATE).is_none());
    }

    #[test]
    fn who_could_not_be_asked_for_long_is_asked_from_before_that() {
        for looked in [None, Some(at(600))] {
            let past = (601..90_000).step_by(30).fold(walk(1..=600), |past, second| {
                rested(&past, at(second), &second.to_string(), LATE, looked)
            });
            assert!(past.len() <= MOST, "{}", past.len());
            let mark = from(&past, looked, LATE);
            assert!(mark.is_some_and(|mark| mark.at == at(0)), "{looked:?}");
        }
    }

    #[test]
    fn a_cursor_that_stays_is_no_new_mark() {
        let past = walk([5, 200].into_iter());
        assert!(rested(&past, at(300), "200", LATE, Some(at(300))) == past);
    }

    #[test]
    fn a_clock_that_is_set_back_loses_no_mark() {
        let past = walk([3_600, 3_660].into_iter());
        let past = rested(&past, at(60), "60", LATE, Some(at(60)));
        assert!(past.is_sorted_by_key(|mark| mark.at));
        let mark = from(&past, Some(at(60)), LATE);
        assert!(mark.is_some_and(|mark| mark.cursor.as_deref() != Some("60")));
    }
}

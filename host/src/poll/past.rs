//! Where a task stood before: the cursors that it had, and from which of them it is asked again. Pure.
//!
//! What a server shows some minutes after its own time is behind the cursor by then. A connector is a
//! function of its cursor, so asking from the one that the task had some minutes ago shows it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::store::Mark;

/// Marks are so much closer together than what comes late may be late.
const PARTS: u32 = 10;

/// More marks than this are kept of no task.
const MOST: usize = 64;

/// The marks of a task that came to rest at a cursor, by a poll that began at `at`, and was asked
/// again last at `looked`, if it is known when. The last of them is where it rests, the first where it
/// stood for so long before that.
pub(super) fn rested(
    past: &[Mark],
    (at, looked): (Timestamp, Option<Timestamp>),
    cursor: &str,
    late: Duration,
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
    let is_old = |looked| past.iter().rposition(|mark| since(mark.at, looked) >= late);
    let oldest = looked.and_then(is_old).unwrap_or_default();
    past.drain(..oldest);
    // Where nobody came to look for long, what lies between may go.
    while past.len() > MOST {
        past.remove(1);
    }
    past
}

/// From where a task that rests is asked again, as it was at `looked`: where it stood so long before
/// that, and where nobody knows when that was, as far back as is kept. `None` where it rested for so
/// long by then: all that can come late was found.
pub(super) fn from(past: &[Mark], looked: Option<Timestamp>, late: Duration) -> Option<&Mark> {
    let (last, earlier) = past.split_last()?;
    let Some(looked) = looked else { return earlier.first() };
    if since(last.at, looked) >= late {
        return None;
    }
    let stood = earlier.iter().rev().find(|mark| since(mark.at, looked) >= late);
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
            rested(&past, (at(second), Some(at(second))), &second.to_string(), LATE)
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
    fn what_was_not_seen_the_last_time_may_be_as_old_as_that() {
        let mut past = vec![Mark { at: at(0), cursor: None }];
        for hour in 1..=9 {
            let (now, looked) = (hour * 3_600, (hour - 1) * 3_600);
            past = rested(&past, (at(now), Some(at(looked))), &now.to_string(), LATE);
            let mark = from(&past, Some(at(looked)), LATE);
            let second = mark.map(|mark| mark.at.as_second());
            assert_eq!(second, Some((looked - 3_600).max(0)), "{hour}");
            assert!(past.len() <= 4, "{}", past.len());
        }
    }

    #[test]
    fn after_a_start_it_begins_as_far_back_as_it_can() {
        let past = walk(1..=5_000);
        let mark = from(&past, None, LATE).map(|mark| mark.at);
        assert_eq!(mark, past.first().map(|mark| mark.at));
    }

    #[test]
    fn where_nobody_looks_the_oldest_mark_stays() {
        let past = (1..=10_000).fold(vec![Mark { at: at(0), cursor: None }], |past, second| {
            rested(&past, (at(second), None), &second.to_string(), LATE)
        });
        assert!(past.len() <= MOST);
        assert!(past.first().is_some_and(|mark| mark.at == at(0)));
    }

    #[test]
    fn a_cursor_that_stays_is_no_new_mark() {
        let past = walk([5, 200].into_iter());
        assert!(rested(&past, (at(300), Some(at(300))), "200", LATE) == past);
    }

    #[test]
    fn a_clock_that_is_set_back_loses_no_mark() {
        let past = walk([3_600, 3_660].into_iter());
        let past = rested(&past, (at(60), Some(at(60))), "60", LATE);
        assert!(past.is_sorted_by_key(|mark| mark.at));
        let mark = from(&past, Some(at(60)), LATE);
        assert!(mark.is_some_and(|mark| mark.cursor.as_deref() != Some("60")));
    }
}

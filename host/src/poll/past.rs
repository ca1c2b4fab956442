//! Where a task stood before: the cursors that it had, and from which of them it is asked again. Pure.
//!
//! What a server shows some minutes after its own time is behind the cursor by then. A connector is a
//! function of its cursor, so asking from the one that the task had some minutes ago shows it.

use std::{slice, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{clock, store::Mark};

/// Marks are so much closer together than what comes late may be late.
const PARTS: u32 = 10;

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// So much less than ours the EHR's clock goes on where it was put back. Those of the machines of one
/// server differ by less.
const PUT_BACK: SignedDuration = SignedDuration::from_mins(2);

/// More marks than this are kept of no task.
const MOST: usize = 64;

/// The marks of a task that came to rest, and was asked again last at `looked`, if it is known when.
/// The last of them is where it rests, the first where it stood for so long before that; what is before
/// these tells that the EHR's clock was put back.
pub(super) fn rested(
    past: &[Mark],
    rests: Mark,
    looked: Option<&Mark>,
    late: Duration,
) -> Vec<Mark> {
    let mut past = past.to_vec();
    if past.last().is_some_and(|last| last.cursor == rests.cursor) {
        return past;
    }
    // Where the host's clock was set back, the marks wait for it.
    let at = past.last().map_or(rests.at, |last| last.at.max(rests.at));
    let rests = Mark { at, ..rests };
    if let [.., before, last] = past.as_slice()
        && !is_put_back(before, last)
        && since(slice::from_ref(before), last) < late / PARTS
    {
        past.pop();
    }
    // From no cursor it is asked from so long before that time: all cursors are ahead of it.
    if past.last().is_some_and(|last| is_put_back(last, &rests)) {
        past.push(Mark { cursor: None, ..rests.clone() });
    }
    past.push(rests);
    if let Some(looked) = looked {
        let stood = stood(&past, looked, late).unwrap_or_default();
        let turned = turned(&past, looked, late);
        let mut places = 0..;
        past.retain(|_| places.next().is_some_and(|it| it >= stood || turned.contains(&it)));
    }
    // Where nobody came to look for long, what lies between may go.
    while past.len() > MOST {
        past.remove(1);
    }
    past
}

/// From where a task that rests is asked again, as it was at `looked`: where it stood so long before
/// that, and where nobody knows when that was, as far back as is kept. `None` where it rested for so
/// long by then: all that can come late was found.
pub(super) fn from<'p>(
    past: &'p [Mark],
    looked: Option<&Mark>,
    late: Duration,
) -> Option<&'p Mark> {
    let (last, earlier) = past.split_last()?;
    if looked.is_some_and(|looked| since(slice::from_ref(last), looked) >= late) {
        return None;
    }
    let stood = looked.and_then(|looked| stood(earlier, looked, late)).unwrap_or_default();
    // Where the EHR's clock was put back since, what it writes is older than what it showed.
    earlier.get(stood..)?.iter().min_by_key(|mark| mark.ehr_at)
}

/// From which of the EHR's times on those that it gave before may be later than what it writes now:
/// `None` where its clock was not put back, or is past all of these again.
pub(super) fn doubted(past: &[Mark], now: &Mark, late: Duration) -> Option<Timestamp> {
    let from = clock::before(now.ehr_at?, late);
    let followed = past.iter().skip(1).chain([now]);
    let put_back = past.iter().zip(followed).filter(|(mark, next)| is_put_back(mark, next));
    let latest = put_back.filter_map(|(mark, _)| mark.ehr_at).max()?;
    (latest >= from).then_some(from)
}

/// The place of the last mark that is so old by then.
fn stood(past: &[Mark], looked: &Mark, late: Duration) -> Option<usize> {
    let places = (0..past.len()).rev();
    places.into_iter().find(|place| {
        let since_then = past.get(*place..).unwrap_or_default();
        since(since_then, looked) >= late
    })
}

fn is_put_back(mark: &Mark, next: &Mark) -> bool {
    mark.ehr_at.zip(next.ehr_at).is_some_and(|(at, next)| at.duration_since(next) > PUT_BACK)
}

/// The places of the marks between which the EHR's clock was put back, as long as what comes late may
/// be of the time that is there twice.
fn turned(past: &[Mark], now: &Mark, late: Duration) -> Vec<usize> {
    let from = now.ehr_at.map(|now| clock::before(now, late));
    let is_turn = |(mark, next): (&Mark, &Mark)| mark.ehr_at >= from && is_put_back(mark, next);
    let pairs = past.iter().zip(past.iter().skip(1)).enumerate();
    pairs.filter(|(_, pair)| is_turn(*pair)).flat_map(|(place, _)| [place, place + 1]).collect()
}

/// How long it is from the first of these marks to `to` at least: by the host's clock and, where that
/// is known, by the EHR's, as either may have been set forward. Where that one was put back between
/// two marks, nobody knows how long that took.
fn since(marks: &[Mark], to: &Mark) -> Duration {
    let Some(from) = marks.first() else { return Duration::ZERO };
    let by_hosts = to.at.duration_since(from.at);
    let shown: Vec<Timestamp> = marks.iter().chain([to]).filter_map(|mark| mark.ehr_at).collect();
    let steps = shown.iter().zip(shown.iter().skip(1));
    let steps = steps.map(|(one, next)| next.duration_since(*one).max(SignedDuration::ZERO));
    let is_known = from.ehr_at.is_some() && to.ehr_at.is_some();
    // That one is known to the second.
    let by_ehrs = is_known.then(|| steps.fold(SECOND, SignedDuration::saturating_add));
    let least = by_hosts.min(by_ehrs.unwrap_or(SignedDuration::MAX));
    Duration::try_from(least.max(SignedDuration::ZERO)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: Duration = Duration::from_secs(600);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn mark(second: i64, cursor: Option<&str>) -> Mark {
        Mark { at: at(second), ehr_at: None, cursor: cursor.map(Into::into) }
    }

    /// As a task that rests there.
    fn rest(past: &[Mark], (second, looked): (i64, Option<i64>), cursor: &str) -> Vec<Mark> {
        let looked = looked.map(|looked| mark(looked, None));
        rested(past, mark(second, Some(cursor)), looked.as_ref(), LATE)
    }

    fn walk(seconds: impl Iterator<Item = i64>) -> Vec<Mark> {
        seconds.fold(vec![mark(0, None)], |past, second| {
            rest(&past, (second, Some(second)), &second.to_string())
        })
    }

    #[test]
    fn a_busy_task_keeps_few_marks_and_one_from_long_enough_ago() {
        for end in [1, 59, 61, 599, 601, 5_000] {
            let past = walk(1..=end);
            assert!(past.len() <= 13, "{}", past.len());
            let mark = from(&past, Some(&mark(end, None)), LATE);
            let second = mark.map(|mark| mark.at.as_second());
            let expected = end - 600 - 60..=(end - 600).max(0);
            assert!(second.is_some_and(|second| expected.contains(&second)), "{end}: {second:?}");
        }
    }

    #[test]
    fn who_rests_for_long_is_not_asked_again() {
        let past = walk(1..=100);
        assert!(from(&past, Some(&mark(699, None)), LATE).is_some());
        assert!(from(&past, Some(&mark(700, None)), LATE).is_none());
    }

    #[test]
    fn what_was_not_seen_the_last_time_may_be_as_old_as_that() {
        let mut past = vec![mark(0, None)];
        for hour in 1..=9 {
            let (now, looked) = (hour * 3_600, (hour - 1) * 3_600);
            past = rest(&past, (now, Some(looked)), &now.to_string());
            let mark = from(&past, Some(&mark(looked, None)), LATE);
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
        let past = (1..=10_000).fold(vec![mark(0, None)], |past, second| {
            rest(&past, (second, None), &second.to_string())
        });
        assert!(past.len() <= MOST);
        assert!(past.first().is_some_and(|mark| mark.at == at(0)));
    }

    #[test]
    fn a_cursor_that_stays_is_no_new_mark() {
        let past = walk([5, 200].into_iter());
        assert!(rest(&past, (300, Some(300)), "200") == past);
    }

    #[test]
    fn a_clock_that_is_set_back_loses_no_mark() {
        let past = walk([3_600, 3_660].into_iter());
        let past = rest(&past, (60, Some(60)), "60");
        assert!(past.is_sorted_by_key(|mark| mark.at));
        let mark = from(&past, Some(&mark(60, None)), LATE);
        assert!(mark.is_some_and(|mark| mark.cursor.as_deref() != Some("60")));
    }

    #[test]
    fn what_an_ehr_said_before_its_clock_was_put_back_is_doubted_until_it_is_past() {
        let stood = |second: i64, ehr: i64| Mark { ehr_at: Some(at(ehr)), ..mark(second, None) };
        let mut past = vec![stood(0, 0)];
        for second in (60..=12_000).step_by(60) {
            let ehr = if second < 3_600 { second } else { second - 3_600 };
            let now = Mark { cursor: Some(second.to_string()), ..stood(second, ehr) };
            let doubted = doubted(&past, &now, LATE);
            assert!(doubted.is_none_or(|from| from == at(ehr - 600)), "{second}");
            // As long as what came late may be of the hour that is there twice.
            let has_to_be = (3_600..7_200 + 600).contains(&second);
            let may_be = (3_600..7_200 + 2 * 600).contains(&second);
            assert!(if doubted.is_some() { may_be } else { !has_to_be }, "{second}");
            past = rested(&past, now.clone(), Some(&now), LATE);
        }
        assert_eq!(doubted(&past, &mark(20_000, None), LATE), None, "without a clock of its own");
    }

    /// Of what is written after a clock was put back, and comes late, all is asked for at some time.
    #[test]
    fn what_comes_late_after_the_ehrs_clock_was_put_back_is_asked_for() {
        for by in [3, 5, 20, 60, 600].map(|minutes| minutes * 60) {
            let stood =
                |second: i64, ehr: i64| Mark { ehr_at: Some(at(ehr)), ..mark(second, None) };
            let mut past = vec![stood(0, 0)];
            for second in (60..=by + 9_000).step_by(60) {
                let ehr = if second < 3_600 { second } else { second - by };
                // Nothing that it says now is older than its clock, so the cursor is where that is.
                let now = Mark { cursor: Some(ehr.to_string()), ..stood(second, ehr) };
                past = rested(&past, now.clone(), Some(&now), LATE);
                assert!(past.len() <= MOST, "{}", past.len());
                if second < 3_600 {
                    continue;
                }
                let oldest = (ehr - 600).max(3_600 - by);
                for looked in [Some(&now), None] {
                    let mark = from(&past, looked, LATE);
                    let before = mark.and_then(|mark| mark.ehr_at).map(|at| at.as_second() - 600);
                    let cursor = mark.and_then(|mark| mark.cursor.as_ref());
                    let cursor = cursor.map(|cursor| cursor.parse().unwrap_or(i64::MAX));
                    let asked = cursor.or(before);
                    assert!(asked.is_some_and(|asked| asked <= oldest), "{by} {second} {asked:?}");
                }
            }
        }
    }

    #[test]
    fn a_clock_that_is_set_forward_makes_no_mark_older_than_the_other_says() {
        let stood = |second: i64, ehr: i64, cursor: &str| Mark {
            ehr_at: Some(at(ehr)),
            ..mark(second, Some(cursor))
        };
        let past = [stood(0, 0, "a"), stood(300, 300, "b")];
        for (host, ehr) in [(40_000, 310), (310, 40_000)] {
            let looked = Mark { cursor: None, ..stood(host, ehr, "") };
            let past = rested(&past, stood(host, ehr, "c"), Some(&looked), LATE);
            let from = from(&past, Some(&looked), LATE).and_then(|mark| mark.cursor.as_deref());
            assert_eq!(from, Some("a"));
        }
    }
}

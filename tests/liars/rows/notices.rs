//! What a person is told of a server that lies: each lie that can be seen, once.

use super::{bookings, well, world};
use crate::liars::{
    chronicle::MINUTE,
    lies::{
        Lie,
        odd_records::{ODDITIES, OddRecords},
        reading_time::ReadingTime,
        skew::{Date, Skew},
        unfiltered::Unfiltered,
        unsorted::Unsorted,
        wrong_total::WrongTotal,
    },
};

fn is_told(lie: impl Lie + 'static, says: &str) {
    let mut script = bookings(60, 10);
    script.iter_mut().skip(30).for_each(|write| write.at += 10 * MINUTE);
    let outcome = well(world(script, lie));
    let told = outcome.notices.iter().filter(|notice| notice.contains(says)).count();
    assert_eq!(told, 1, "{says}: {outcome:#?}");
}

#[test]
fn who_does_not_sort_is_told_of() {
    is_told(Unsorted::Backwards, "does not sort");
}

#[test]
fn who_passes_over_times_is_told_of() {
    for way in [Unfiltered::InSelf, Unfiltered::InOutcome, Unfiltered::Silent] {
        is_told(way, "does not mind _lastUpdated");
    }
}

#[test]
fn a_clock_that_is_off_is_told_of() {
    is_told(Skew { ahead: -5 * MINUTE, date: Date::OfClock }, "clock is behind");
    is_told(Skew { ahead: 5 * MINUTE, date: Date::OfClock }, "clock is ahead");
    is_told(Skew { ahead: 0, date: Date::Of1970 }, "more than a day");
}

#[test]
fn a_count_of_all_there_is_is_told_of() {
    is_told(WrongTotal::OfServer, "counts of records are wrong");
}

#[test]
fn times_of_reading_and_times_without_a_zone_are_told_of() {
    is_told(ReadingTime, "says the same as before");
    let zoneless: Vec<_> = ODDITIES.iter().filter(|odd| odd.name == "zoneless").collect();
    is_told(OddRecords(zoneless), "times without a zone");
}

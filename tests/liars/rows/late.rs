//! Kind 19: late commits.

use super::{all_told, booked, bookings, world};
use crate::liars::{
    chronicle::{HOUR, MINUTE, SECOND},
    lies::{cache::Cache, late::Late, transactions::transaction},
    server::Write,
};

#[test]
fn a_record_that_turns_up_twenty_seconds_late_is_told() {
    let mut script = bookings(100, 1);
    let mut late = booked("late", 50);
    late.late = 20 * SECOND;
    script.push(late);
    all_told(world(script, Late::as_written()), 101);
}

/// Records beside single writes, each of which is late by so many seconds.
fn late_by(seconds: i64, each: i64, many: i64) -> Vec<Write> {
    let late = (0..many).map(|place| Write {
        late: seconds * SECOND,
        ..booked(&format!("late{place}"), 20 + place * each)
    });
    let mut script = bookings(many, 1);
    script.iter_mut().zip(0..).for_each(|(write, place)| write.at += place * each * SECOND);
    script.extend(late);
    script
}

/// The waits between two looks are part of what may be missed.
#[test]
fn what_is_late_by_nearly_as_long_as_may_be_is_told() {
    all_told(world(late_by(590, 45, 30), Late::as_written()), 60);
}

#[test]
fn who_is_polled_once_an_hour_is_told_what_came_late() {
    let mut plan = world(late_by(480, 600, 20), Late::as_written());
    plan.interval = HOUR;
    all_told(plan, 40);
}

#[test]
fn what_came_late_of_a_first_pass_of_many_pages_is_told() {
    let mut script = bookings(100, -70);
    script.iter_mut().for_each(|write| write.at = 1_000 + (write.at + 70_000) / 100);
    script.push(Write { late: 200 * SECOND, ..booked("late", 2) });
    let mut plan = world(script, Late::as_written());
    plan.page_size = 5;
    all_told(plan, 101);
}

#[test]
fn a_transaction_beside_single_writes_is_told_at_its_end() {
    for seconds in [17, 60, 480] {
        let mut script = bookings(600, 1);
        script.extend(transaction("t", 100, 5 * MINUTE, seconds * SECOND));
        all_told(world(script, Late::as_written()), 700);
    }
}

#[test]
fn a_search_that_is_answered_from_a_cache_hides_nothing() {
    all_told(world(bookings(60, 10), Cache::default()), 60);
}

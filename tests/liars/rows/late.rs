//! Kind 19: late commits.

use super::{all_told, booked, bookings, world};
use crate::liars::{
    chronicle::{MINUTE, SECOND},
    lies::{cache::Cache, late::Late, transactions::transaction},
};

#[test]
fn a_record_that_turns_up_twenty_seconds_late_is_told() {
    let mut script = bookings(100, 1);
    let mut late = booked("late", 50);
    late.late = 20 * SECOND;
    script.push(late);
    all_told(world(script, Late::as_written()), 101);
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

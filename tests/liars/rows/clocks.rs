//! Kind 4's clocks, and clocks that are put back.

use super::{all_told, bookings, world};
use crate::liars::{
    chronicle::{HOUR, MINUTE},
    lies::{
        put_back::PutBack,
        skew::{Date, Skew},
    },
};

#[test]
fn a_clock_that_is_minutes_off_loses_nothing_and_tells_no_history() {
    for ahead in [-5 * MINUTE, 5 * MINUTE] {
        for date in [Date::OfClock, Date::Missing, Date::Of1970] {
            let mut script = bookings(30, 1);
            script.iter_mut().take(5).for_each(|write| write.at -= 10 * HOUR);
            all_told(world(script, Skew { ahead, date }), 25);
        }
    }
}

#[test]
fn a_clock_that_is_put_back_by_an_hour_loses_nothing() {
    for of_host in [true, false] {
        all_told(world(bookings(600, 1), PutBack { at: 5 * MINUTE, of_host }), 600);
    }
}

//! Kind 4's clocks, and clocks that are put back.

use super::{all_told, and, booked, bookings, world};
use crate::liars::{
    chronicle::{HOUR, MINUTE, SECOND},
    lies::{
        late::Late,
        put_back::PutBack,
        skew::{Date, Skew},
    },
    server::Write,
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

/// By its own time such a change is older than what was told of its record.
#[test]
fn what_is_seen_late_after_a_clock_was_put_back_is_told() {
    for minutes in [6, 40, 66] {
        let mut script = bookings(400, minutes * 60 - 100);
        script.push(booked("late", 290));
        let late = booked("late", minutes * 60);
        script.push(Write { late: 90 * SECOND, ..late });
        let put_back = PutBack { at: 5 * MINUTE, of_host: false };
        all_told(and(world(script, put_back), Late::as_written()), 402);
    }
}

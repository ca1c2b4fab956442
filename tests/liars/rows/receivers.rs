//! Kinds 7 and 8: receivers that answer oddly, and those that lead away.

use super::{all_told, bookings, run, world};
use crate::liars::lies::{odd_receiver::OddReceiver, redirects::Redirects};

#[test]
fn whatever_follows_a_status_of_success_is_success() {
    all_told(world(bookings(60, 10), OddReceiver), 60);
}

#[test]
fn a_receiver_that_redirects_is_told_nothing_and_told_of() {
    let outcome = run(world(bookings(3, 10), Redirects::of_receiver(1.0)), false);
    let strayed = outcome.broken.iter().any(|it| it.contains("strayed") || it.contains("leaked"));
    assert!(outcome.told == 0 && !strayed, "{outcome:#?}");
    assert!(outcome.errors.iter().any(|it| it.contains("redirect")), "{outcome:#?}");
}

//! Kind 4 again: what tells two states apart.

use super::{all_told, bookings, world};
use crate::liars::{
    lies::{one_version::OneVersion, versions::Versions},
    record::Draft,
};

#[test]
fn a_cancel_in_the_second_of_the_booking_is_told() {
    let outcome = all_told(world(bookings(3, 90), OneVersion::with(1)), 5);
    assert_eq!(outcome.lies, ["one version"]);
}

#[test]
fn versions_that_are_no_numbers_or_are_missing_tell_all() {
    for versions in [Versions::Names, Versions::Missing, Versions::NoMeta] {
        let mut script = bookings(5, 10);
        let mut moved = script[0].clone();
        (moved.at, moved.draft) = (300_000, Draft { start: 241, ..moved.draft });
        script.push(moved);
        all_told(world(script, versions), 6);
    }
}

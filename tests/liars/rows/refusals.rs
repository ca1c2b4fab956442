//! Kinds 5, 6 and 13: one patient, one record or a whole server that refuses.

use super::{all_told, bookings, well, world};
use crate::liars::{
    chronicle::MINUTE,
    lies::{
        flaky_receiver::FlakyReceiver, outage::Outage, refused_patient::RefusedPatient,
        refusing_receiver::RefusingReceiver,
    },
};

#[test]
fn a_patient_who_is_refused_for_ever_is_told_as_the_record_says() {
    for status in [401, 403, 404, 410, 500, 503] {
        eprintln!("{status}");
        well(world(bookings(30, 10), RefusedPatient { status, until: i64::MAX }));
    }
}

#[test]
fn a_patient_who_is_refused_for_a_while_is_told_then() {
    for status in [401, 403, 500, 503] {
        eprintln!("{status}");
        well(world(bookings(30, 10), RefusedPatient { status, until: 20 * MINUTE }));
    }
}

/// One request a probe, later and later, though a refusal is an answer.
#[test]
fn a_server_that_answers_only_refusals_is_left_alone() {
    for status in [503, 500, 429] {
        let outage = Outage::of(status, 5_000, 30 * MINUTE);
        let outcome = all_told(world(bookings(5, 1), outage), 5);
        assert!(outcome.refused < 60, "{outcome:#?}");
    }
}

#[test]
fn thirty_records_that_are_refused_for_ever_hold_up_no_others() {
    let outcome = well(world(bookings(300, 10), RefusingReceiver { status: 503, many: 30 }));
    assert_eq!(outcome.told, 300);
}

#[test]
fn a_receiver_that_refuses_some_at_random_is_told_all() {
    all_told(world(bookings(300, 10), FlakyReceiver), 300);
}

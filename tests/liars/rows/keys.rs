//! Kinds 10, 12 and 15: a record with two keys, tasks that share one, and what is new.

use super::{booked, bookings, well, world};
use crate::liars::{
    chronicle::MINUTE,
    lies::{moving_patients::MovingPatients, mute::Mute},
    plan::Plan,
    record::{Draft, Kind},
    server::Write,
};

#[test]
fn a_held_slot_that_is_booked_is_told_in_its_order() {
    let mut held = booked("slot", 10);
    held.draft.patient = None;
    let mut taken = held.clone();
    (taken.at, taken.draft.patient) = (5 * MINUTE, Some("b".into()));
    well(world(vec![held, taken], MovingPatients { moves: false }));
}

#[test]
fn who_loses_a_booking_hears_of_it() {
    let first = booked("moved", 10);
    let mut second = first.clone();
    (second.at, second.draft.patient) = (5 * MINUTE, Some("b".into()));
    let outcome = well(world(vec![first, second], MovingPatients { moves: false }));
    assert_eq!(outcome.told, 3, "{outcome:#?}");
}

#[test]
fn two_tasks_that_share_a_patient_are_told_in_one_order() {
    let mut plan = world(bookings(40, 10), Mute { gives: true });
    plan.kinds.push(Kind::Order);
    for place in 0..40 {
        let draft = Draft::new(Kind::Order, Some("p1"));
        let id = format!("o{place}");
        plan.script.push(Write { at: 10_000 + place, late: 0, kind: Kind::Order, id, draft });
    }
    plan.script.iter_mut().for_each(|write| write.draft.patient = Some("p1".into()));
    well(plan);
}

#[test]
fn what_was_made_and_changed_between_two_polls_is_new() {
    let made = booked("a", 61);
    let mut changed = made.clone();
    (changed.at, changed.draft.start) = (61_100, 241);
    let mut plan = Plan::quiet();
    plan.script = vec![made, changed];
    let outcome = well(plan);
    assert_eq!(outcome.events, ["Scheduling.New"]);
}

//! Kinds 20 to 22: pages that move while they are read, and what they cost.

use super::{bookings, well, world};
use crate::liars::lies::{
    coarse_times::CoarseTimes, contents_of_now::ContentsOfNow, mute::Mute, offset::Offset,
};

fn ids(places: impl IntoIterator<Item = usize>) -> Vec<String> {
    places.into_iter().map(|place| format!("a{place}")).collect()
}

/// The oldest are changed just before the fifth page of the first round, and ten each before the
/// fourth, the third and the second page of the next ones: the 40th never changes.
#[test]
fn a_record_that_never_changed_is_not_passed_over_while_others_move() {
    let steps = [(40, ids(0..10)), (30, ids(10..20)), (20, ids(20..30)), (10, ids(30..39))];
    let mut plan = world(bookings(60, -70), Offset::of(steps));
    plan.script.iter_mut().for_each(|write| write.at += 75_000);
    plan.lies.push(Box::new(Mute { gives: false }));
    well(plan);
}

#[test]
fn a_second_version_of_an_earlier_page_is_not_passed_over() {
    let steps = vec!["a4".to_owned(), "a24".to_owned()];
    let mut plan = world(bookings(30, 5), ContentsOfNow { steps, moves: 0 });
    plan.lies.push(Box::new(Mute { gives: false }));
    well(plan);
}

/// 350 records in one shown second: idle polls read them all again.
#[test]
fn what_shares_a_second_is_not_read_at_every_poll() {
    let mut plan = world(bookings(350, 10), CoarseTimes);
    plan.script.iter_mut().zip(10_001..).for_each(|(write, at)| write.at = at);
    plan.page_size = 100;
    well(plan);
}

#[test]
fn a_pass_of_an_honest_server_reads_each_page_once() {
    let mut plan = world(bookings(200, -400), Mute { gives: false });
    plan.script.iter_mut().for_each(|write| write.at += 401_000);
    plan.further = ", late = \"1ms\"".into();
    let outcome = well(plan);
    // Once more, for what came late.
    assert!(outcome.pages < 20 * 3, "{outcome:#?}");
}

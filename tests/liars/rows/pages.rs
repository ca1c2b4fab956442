//! Kind 4: proof at hand, not used.

use super::{all_told, and, bookings, told_or_failing, world};
use crate::liars::{
    chronicle::MINUTE,
    lies::{
        capped::Capped, full_page::FullPage, gone_pages::GonePages, no_next::NoNext,
        odd_envelope::OddEnvelope, reading_time::ReadingTime, transactions::transaction,
        unfiltered::Unfiltered, unsorted::Unsorted, unsteady::Unsteady, wrong_total::WrongTotal,
    },
    run::run,
};

#[test]
fn a_total_that_is_higher_than_the_page_is_believed() {
    all_told(world(bookings(35, 10), NoNext), 35);
}

#[test]
fn a_total_that_is_higher_than_an_unsorted_page_is_told_of() {
    told_or_failing(and(world(bookings(35, 10), NoNext), Unsorted::Backwards), 35);
}

#[test]
fn a_full_page_without_a_link_and_a_total_is_no_proof() {
    all_told(world(bookings(35, 10), FullPage), 35);
}

#[test]
fn a_total_of_the_page_beside_a_next_link_hides_nothing() {
    all_told(world(bookings(35, 10), WrongTotal::OfPage), 35);
}

#[test]
fn links_outweigh_a_total_that_is_too_low() {
    all_told(world(bookings(35, 10), WrongTotal::Fewer(3)), 35);
}

#[test]
fn a_total_that_is_too_high_holds_up_nothing() {
    for wrong in [WrongTotal::More(2), WrongTotal::OfServer] {
        all_told(world(bookings(35, 10), wrong), 35);
    }
}

#[test]
fn null_links_and_a_total_as_text_are_read() {
    let odd = OddEnvelope { null_links: true, text_total: true };
    all_told(world(bookings(35, 10), odd), 35);
}

#[test]
fn a_server_that_does_not_sort_is_read_whole() {
    for order in [Unsorted::AsMade, Unsorted::ById, Unsorted::Backwards] {
        all_told(world(bookings(35, 10), order), 35);
    }
}

#[test]
fn an_order_that_differs_from_page_to_page_hides_nothing() {
    for order in [Unsteady::Pages, Unsteady::Requests] {
        all_told(world(bookings(35, 10), order), 35);
    }
    // All of one time, and no page that has them all: nobody can know, and a person is told.
    let script: Vec<_> = transaction("t", 100, 10_000, 0).collect();
    let outcome = run(and(world(script, Unsteady::Ties), Capped(10)), false);
    assert!(outcome.told == 100 || outcome.notices.iter().any(|it| it.contains("pages moved")));
}

#[test]
fn a_server_that_ignores_the_time_tells_no_history() {
    for way in [Unfiltered::InSelf, Unfiltered::InOutcome, Unfiltered::Silent] {
        let mut script = bookings(15, 10);
        script.iter_mut().take(5).for_each(|write| write.at -= 600 * MINUTE);
        all_told(world(script, way), 10);
    }
}

#[test]
fn fewer_than_were_asked_for_are_no_end() {
    all_told(world(bookings(35, 10), Capped(4)), 35);
}

#[test]
fn a_transaction_larger_than_a_page_is_told_whole_without_links() {
    let script: Vec<_> = transaction("t", 100, 10_000, 0).collect();
    all_told(world(script, NoNext), 100);
}

#[test]
fn a_transaction_larger_than_a_page_is_told_whole_by_links() {
    let script: Vec<_> = transaction("t", 100, 10_000, 0).collect();
    all_told(world(script, Capped(10)), 100);
}

#[test]
fn pages_that_are_gone_are_asked_for_again() {
    for status in [410, 404, 400] {
        all_told(world(bookings(35, 10), GonePages::with(status)), 35);
    }
}

#[test]
fn a_time_of_reading_is_no_change() {
    all_told(world(bookings(5, 10), ReadingTime), 5);
}

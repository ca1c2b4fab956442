//! Kinds 1 and 2: the server's own names, and where its links lead.

use super::{all_told, and, bookings, run, told_or_failing, world};
use crate::liars::{
    lies::{
        Lie,
        capped::Capped,
        foreign_links::ForeignLinks,
        link_paths::{self},
        needless_links::NeedlessLinks,
        odd_names::{self},
        other_names::OtherNames,
        unsorted::Unsorted,
    },
    plan::Plan,
};

/// A world whose links have to be followed: pages of few, in no order.
fn linked(lie: impl Lie + 'static) -> Plan {
    and(and(world(bookings(35, 10), lie), Capped(4)), Unsorted::Backwards)
}

#[test]
fn a_server_that_thinks_that_it_is_elsewhere_is_told_whole() {
    for names in OtherNames::all() {
        all_told(linked(names), 35);
    }
}

#[test]
fn one_address_in_other_words_is_one_address() {
    for names in odd_names::ALL.iter() {
        all_told(linked(*names), 35);
    }
}

#[test]
fn links_of_a_server_s_own_choice_are_followed() {
    for paths in link_paths::ALL.iter() {
        all_told(linked(*paths), 35);
    }
}

#[test]
fn a_link_that_is_not_followed_is_not_judged() {
    all_told(world(bookings(7, 10), NeedlessLinks), 7);
    for alone in [true, false] {
        all_told(world(bookings(35, 10), ForeignLinks { alone }), 35);
    }
}

/// Nobody follows it, and a person hears of it.
#[test]
fn a_link_to_whom_nobody_named_is_told_of() {
    for alone in [true, false] {
        let outcome = run(linked(ForeignLinks { alone }), false);
        let strayed =
            outcome.broken.iter().any(|it| it.contains("strayed") || it.contains("leaked"));
        let mut said = outcome.notices.iter().chain(&outcome.errors);
        let is_told = said.any(|it| it.contains("link") && it.contains("allow_origins"));
        assert!(is_told && !strayed, "{outcome:#?}");
        told_or_failing(linked(ForeignLinks { alone }), 35);
    }
}

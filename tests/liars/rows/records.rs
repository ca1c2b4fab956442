//! Kind 5: one odd thing stops all.

use super::{bookings, well, world};
use crate::liars::{
    lies::odd_records::{CLASS_LIST, ODDITIES, OddRecords},
    record::Kind,
};

#[test]
fn an_odd_record_is_its_own_trouble() {
    for odd in ODDITIES {
        eprintln!("{}", odd.name);
        well(world(bookings(3, 1300), OddRecords(vec![odd])));
    }
}

#[test]
fn all_odd_records_on_one_page_are_each_their_own() {
    let mut plan = world(bookings(3, 600), OddRecords(ODDITIES.iter().collect()));
    plan.script.iter_mut().for_each(|write| write.at = 10_000);
    plan.page_size = 100;
    well(plan);
}

#[test]
fn an_encounter_of_another_release_is_told() {
    let mut plan = world(Vec::new(), OddRecords(vec![&CLASS_LIST]));
    plan.kinds = vec![Kind::Encounter];
    assert_eq!(well(plan).told, 1);
}

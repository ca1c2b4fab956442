//! What a backlog costs the EHR.

use super::{Plan, all_told, world};
use crate::liars::{
    chronicle::HOUR,
    lies::long_urls::LongUrls,
    record::{Draft, Kind},
    server::Write,
};

const PATIENTS: i64 = 1_000;

/// All that a patient has: two appointments, a visit and an order, and the patient.
fn script() -> Vec<Write> {
    let patients = (0..PATIENTS).map(|place| Write {
        at: -HOUR - place,
        late: 0,
        kind: Kind::Patient,
        id: format!("of{place}"),
        draft: Draft::new(Kind::Patient, None),
    });
    let kinds = [Kind::Appointment, Kind::Appointment, Kind::Encounter, Kind::Order];
    let records = kinds.into_iter().enumerate().flat_map(|(nth, kind)| {
        // Not in the order of their patients, and each action in another.
        (0..PATIENTS).map(move |place| Write {
            at: nth as i64 * PATIENTS + place,
            late: 0,
            kind,
            id: format!("r{nth}x{place}"),
            draft: Draft::new(
                kind,
                Some(&format!("of{}", place * [7, 11, 13, 17][nth] % PATIENTS)),
            ),
        })
    });
    patients.chain(records).collect()
}

/// As many requests as there are groups of them, however long a URL may be.
#[test]
fn ids_that_no_url_can_hold_are_asked_for_together() {
    let mut plan = world(Vec::new(), LongUrls { many: 40 });
    plan.page_size = 100;
    let outcome = all_told(plan, 40);
    assert!(outcome.listed < 10, "{outcome:#?}");
}

#[test]
fn each_thing_that_a_backlog_needs_is_asked_for_about_once() {
    let mut plan = Plan::quiet();
    plan.kinds = vec![Kind::Appointment, Kind::Encounter, Kind::Order];
    plan.page_size = 100;
    plan.script = script();
    let outcome = all_told(plan, 4 * PATIENTS as usize);
    let (asked, things) = (outcome.looked_up, outcome.things);
    assert!(asked * 10 <= things * 12, "{asked} requests for {things} things");
}

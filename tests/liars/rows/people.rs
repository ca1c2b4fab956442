//! Kind 9: whom a record is about.

use super::{all_told, booked, well, world};
use crate::liars::{
    chronicle::MINUTE,
    lies::{
        drafts::Drafts, ended_names::EndedNames, merges::Merges, release_5::Release5,
        several_patients::SeveralPatients,
    },
    record::Kind,
    server::Write,
};

#[test]
fn who_has_declined_is_told_of_nothing() {
    all_told(world(vec![booked("a", 10)], SeveralPatients), 1);
}

#[test]
fn a_draft_is_told_to_nobody_until_it_is_more() {
    let draft = Write { at: 10_000, ..booked("a", 0) };
    let mut proposed = draft.clone();
    proposed.draft.status = "proposed";
    let cancelled = |mut write: Write| {
        (write.at, write.draft.status) = (5 * MINUTE, "cancelled");
        write
    };
    let mut plan = world(Vec::new(), Drafts);
    plan.script = vec![proposed.clone(), cancelled(proposed.clone())];
    assert_eq!(well(plan).events, Vec::<String>::new());
    let mut plan = world(Vec::new(), Drafts);
    plan.script = vec![proposed, Write { at: 5 * MINUTE, ..draft }];
    assert_eq!(well(plan).events, ["Scheduling.New"]);
}

#[test]
fn two_patients_who_are_one_are_told_as_merged() {
    well(world(Vec::new(), Merges(3)));
}

#[test]
fn an_ended_name_is_not_told() {
    for usage in [Some("official"), Some("usual"), Some("maiden"), Some("old"), None] {
        let mut plan = world(vec![booked("a", 10)], EndedNames { usage });
        plan.kinds.push(Kind::Patient);
        let patient = Write { kind: Kind::Patient, id: "of-a".into(), ..booked("a", 5) };
        plan.script.push(patient);
        all_told(plan, 2);
    }
}

#[test]
fn records_of_release_5_are_told() {
    let mut plan = world(vec![booked("a", 10)], Release5);
    plan.kinds = vec![Kind::Appointment, Kind::Encounter, Kind::Order];
    for (kind, id) in [(Kind::Encounter, "e"), (Kind::Order, "o")] {
        let mut write = Write { kind, ..booked(id, 10) };
        write.draft.status = kind.first_status();
        plan.script.push(write);
    }
    all_told(plan, 3);
}

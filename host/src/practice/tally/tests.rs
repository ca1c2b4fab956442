//! Tables of what was changed and what arrived.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::practice::Kind;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn change(id: &str, version: u64, second: i64) -> Changed {
    let event = if version == 1 { "Scheduling.New" } else { "Scheduling.Reschedule" };
    Changed { kind: Kind::Appointment, id: id.to_owned(), version, event, at: at(second) }
}

/// What arrives of a change, two seconds later, under its own id.
fn arrival(change: &Changed) -> Arrival {
    Arrival {
        id: format!("msg_{}_{}", change.id, change.version),
        event: change.event.to_owned(),
        connection: "general".to_owned(),
        action: "appointments".to_owned(),
        record: change.id.clone(),
        key: Some("patient/7".to_owned()),
        changed_at: Some(change.at),
        at: change.at + SignedDuration::from_secs(2),
        backfill: false,
        altered: false,
    }
}

fn counts(tally: &Tally) -> [usize; 5] {
    [tally.changes, tally.arrived, tally.coalesced, tally.missing.len(), tally.repeated]
}

#[test]
fn every_change_is_arrived_coalesced_or_missing() {
    let [a1, a2, a3, b1] =
        [change("a", 1, 1), change("a", 2, 2), change("a", 3, 3), change("b", 1, 2)];
    let changes = [a1.clone(), a2.clone(), b1.clone(), a3.clone()];
    let table: [(&[&Changed], [usize; 5]); 6] = [
        (&[], [4, 0, 0, 4, 0]),
        (&[&a1, &a2, &b1, &a3], [4, 4, 0, 0, 0]),
        (&[&b1, &a3], [4, 2, 2, 0, 0]),
        (&[&a1, &a3], [4, 2, 1, 1, 0]),
        (&[&a1, &a2], [4, 2, 0, 2, 0]),
        (&[&a1, &a1, &a1], [4, 1, 0, 3, 2]),
    ];
    for (arrived, expected) in table {
        let arrivals: Vec<_> = arrived.iter().map(|change| arrival(change)).collect();
        assert_eq!(counts(&Tally::of(&changes, &arrivals)), expected);
    }
}

#[test]
fn ids_may_be_told_with_their_type() {
    let made = [change("obs-1", 1, 1)];
    let typed = Arrival { record: "Observation/obs-1".to_owned(), ..arrival(&made[0]) };
    assert_eq!(Tally::of(&made, &[typed]).arrived, 1);
}

#[test]
fn nothing_at_all_is_well() {
    assert_eq!(Tally::of(&[], &[]), Tally::default());
}

#[test]
fn repeats_keep_id_and_bytes_or_are_told_apart() {
    let made = [change("a", 1, 1)];
    let first = arrival(&made[0]);
    let altered = Arrival { altered: true, ..first.clone() };
    let renamed = Arrival { id: "msg_other".to_owned(), ..first.clone() };
    let elsewhere =
        Arrival { id: "msg_third".to_owned(), connection: "other".to_owned(), ..renamed.clone() };
    let tally = Tally::of(&made, &[first, altered, renamed, elsewhere]);
    assert_eq!((tally.repeated, tally.altered, tally.renamed), (1, 1, 1));
}

#[test]
fn order_is_judged_within_a_key() {
    let made = [change("a", 1, 1), change("b", 1, 2), change("c", 1, 3)];
    let [a, b, c] = made.each_ref().map(arrival);
    let late = |arrivals: &[Arrival]| Tally::of(&made, arrivals).out_of_order;
    assert_eq!(late(&[a.clone(), b.clone(), c.clone()]), 0);
    assert_eq!(late(&[c.clone(), a.clone(), b.clone()]), 2);
    let other_key = Arrival { key: None, ..a.clone() };
    assert_eq!(late(&[c.clone(), other_key]), 0);
    let other_action = Arrival { action: "patients".to_owned(), ..a };
    assert_eq!(late(&[c, other_action]), 0);
}

#[test]
fn what_nobody_changed_is_unexpected_unless_backfill() {
    let stray = arrival(&change("z", 1, 1));
    let backfill = Arrival { id: "msg_b".to_owned(), backfill: true, ..stray.clone() };
    let timeless = Arrival { id: "msg_t".to_owned(), changed_at: None, ..stray.clone() };
    assert_eq!(Tally::of(&[], &[stray, backfill, timeless]).unexpected, 2);
}

#[test]
fn events_are_judged_where_the_host_knows_what_was_before() {
    let made = [change("a", 1, 1), change("a", 2, 2), change("b", 7, 3)];
    let called =
        |change: &Changed, event: &str| Arrival { event: event.to_owned(), ..arrival(change) };
    let misnamed = |arrivals: &[Arrival]| Tally::of(&made, arrivals).misnamed;
    assert_eq!(misnamed(&made.each_ref().map(arrival)), 0);
    assert_eq!(misnamed(&[called(&made[0], "Scheduling.Cancel")]), 1);
    assert_eq!(misnamed(&[called(&made[1], "Scheduling.Modification")]), 0);
    let both = [arrival(&made[0]), called(&made[1], "Scheduling.Modification")];
    assert_eq!(misnamed(&both), 1);
    assert_eq!(misnamed(&[called(&made[2], "Scheduling.New")]), 0);
}

#[test]
fn delays_are_of_the_nearest_rank() {
    let seconds = |numbers: &[i64]| numbers.iter().map(|&s| SignedDuration::from_secs(s)).collect();
    let delays = |numbers: &[i64]| {
        Delays::of(seconds(numbers)).map(|d| [d.median, d.p95, d.max].map(|d| d.as_secs()))
    };
    assert_eq!(delays(&[]), None);
    assert_eq!(delays(&[5]), Some([5, 5, 5]));
    assert_eq!(delays(&[4, 1, 3, 2]), Some([2, 4, 4]));
    assert_eq!(delays(&(1..=100).collect::<Vec<_>>()), Some([50, 95, 100]));
}

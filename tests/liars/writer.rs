//! Honest clients: some tens to a few hundred records that are made, changed, moved and cancelled
//! in a few hours.

use super::{
    chronicle::{HOUR, MINUTE, SECOND},
    record::{Draft, Kind},
    server::Write,
};
use crate::support::chance::Chance;

/// Patients who are there from the beginning.
const PATIENTS: u64 = 12;

/// What is written in a world, in the time of two to forty polls.
pub(super) fn script(kinds: &[Kind], interval: i64, chance: &mut Chance) -> Vec<Write> {
    let most = [3, 10, 40][chance.below(3) as usize];
    let span = chance.between(2, most) as i64 * interval;
    let mut script = patients(kinds, span, chance);
    for kind in kinds.iter().filter(|kind| **kind != Kind::Patient) {
        for place in 0..chance.between(5, 60) {
            let patient = patient(chance.below(PATIENTS));
            let id = format!("{}{place}", initial(*kind));
            life(*kind, &id, Some(&patient), span, chance, &mut script);
        }
    }
    script
}

/// The id of one who is there from the beginning.
pub(super) fn patient(place: u64) -> String {
    format!("p{place}")
}

/// What the ids of a kind begin with.
pub(super) fn initial(kind: Kind) -> char {
    kind.action().chars().next().unwrap()
}

/// Patients that all else is about: written long before, and changed only where they are polled.
fn patients(kinds: &[Kind], span: i64, chance: &mut Chance) -> Vec<Write> {
    let mut script: Vec<_> = (0..PATIENTS)
        .map(|place| Write {
            at: -HOUR - place as i64 * SECOND,
            late: 0,
            kind: Kind::Patient,
            id: patient(place),
            draft: Draft::new(Kind::Patient, None),
        })
        .collect();
    if kinds.contains(&Kind::Patient) {
        for place in 0..chance.between(5, 30) {
            life(Kind::Patient, &format!("n{place}"), None, span, chance, &mut script);
        }
    }
    script
}

/// One record, from its first state to its last.
fn life(
    kind: Kind,
    id: &str,
    patient: Option<&str>,
    span: i64,
    chance: &mut Chance,
    script: &mut Vec<Write>,
) {
    let mut draft = Draft::new(kind, patient);
    let mut at = chance.below((span + span / 10) as u64) as i64 - span / 10;
    let write =
        |at, draft: &Draft| Write { at, late: 0, kind, id: id.into(), draft: draft.clone() };
    script.push(write(at, &draft));
    for _ in 0..chance.below(4) {
        let most = [20 * SECOND, 2 * MINUTE, span / 3][chance.below(3) as usize];
        at += chance.between(1, most as u64) as i64;
        change(kind, &mut draft, chance);
        script.push(write(at, &draft));
    }
}

/// Changes what a record says. Where nothing else does, its mark differs.
fn change(kind: Kind, draft: &mut Draft, chance: &mut Chance) {
    let deed = chance.below(6);
    match (kind, deed) {
        (Kind::Appointment | Kind::Encounter, 0) => draft.status = "cancelled",
        (Kind::Order, 0) => draft.status = "revoked",
        (Kind::Appointment, 1) => draft.status = "noshow",
        (Kind::Encounter, 1) => draft.status = "finished",
        (Kind::Appointment, 2 | 3) => draft.start += 1,
        (Kind::Encounter, 2 | 3) => draft.place += 1,
        (_, 4) => draft.status = kind.first_status(),
        _ => {}
    }
}

//! The one table of events: what is told of a state, after which state was told before.

use crate::liars::record::{Draft, Kind, Link};

/// What stands behind a record that is told of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Past<'a> {
    /// It was there before Rounds came, and the receiver never heard of it.
    Old,
    /// It is new since, and the receiver never heard of it.
    New,
    /// The receiver heard this of it.
    Told(&'a Draft),
}

/// Whether nothing will come of it any more.
pub(super) fn is_over(kind: Kind, draft: &Draft) -> bool {
    match kind {
        Kind::Appointment => matches!(draft.status, "cancelled" | "noshow"),
        Kind::Patient | Kind::Observation | Kind::Report => false,
        Kind::Encounter => matches!(draft.status, "finished" | "cancelled"),
        Kind::Order => draft.status == "revoked",
    }
}

/// What is told of two patients who are one.
pub(in super::super) const MERGE: &str = "PatientAdmin.PatientMerge";

/// Whether it is no more than a plan.
pub(super) fn is_draft(kind: Kind, draft: &Draft) -> bool {
    match kind {
        Kind::Appointment => matches!(draft.status, "proposed" | "pending" | "waitlist"),
        Kind::Order => draft.status == "draft",
        _ => false,
    }
}

/// What is told to who loses a record.
pub(super) fn cancel(kind: Kind) -> &'static str {
    match kind {
        Kind::Appointment => "Scheduling.Cancel",
        Kind::Patient | Kind::Encounter => "PatientAdmin.Cancel",
        Kind::Order => "Order.Cancel",
        Kind::Observation | Kind::Report => "Results.Modification",
    }
}

/// The events that are right.
pub(super) fn events(kind: Kind, past: Past, now: &Draft) -> &'static [&'static str] {
    match kind {
        Kind::Appointment => appointment(past, now),
        Kind::Patient if matches!(now.link, Some(Link::ReplacedBy(_))) => &[MERGE],
        Kind::Patient => match past {
            _ if now.link.is_some() => {
                &[MERGE, "PatientAdmin.PatientUpdate", "PatientAdmin.NewPatient"]
            }
            Past::New => &["PatientAdmin.NewPatient"],
            Past::Old => &["PatientAdmin.NewPatient", "PatientAdmin.PatientUpdate"],
            Past::Told(_) => &["PatientAdmin.PatientUpdate"],
        },
        Kind::Encounter => encounter(past, now),
        Kind::Order => order(past, now),
        Kind::Observation | Kind::Report => match past {
            Past::New => &["Results.New"],
            Past::Old => &["Results.New", "Results.Modification"],
            Past::Told(_) => &["Results.Modification"],
        },
    }
}

fn appointment(past: Past, now: &Draft) -> &'static [&'static str] {
    let was = before(past).map(|draft| draft.status);
    match (now.status, past) {
        ("cancelled", _) if was != Some("cancelled") => &["Scheduling.Cancel"],
        ("noshow", _) if was != Some("noshow") => &["Scheduling.NoShow"],
        ("cancelled" | "noshow", _) => &["Scheduling.Modification"],
        (_, Past::New) => &["Scheduling.New"],
        (_, Past::Old) => &["Scheduling.New", "Scheduling.Modification", "Scheduling.Reschedule"],
        (_, Past::Told(_)) if was == Some("cancelled") => &["Scheduling.New"],
        (_, Past::Told(before)) if before.start != now.start => &["Scheduling.Reschedule"],
        _ => &["Scheduling.Modification"],
    }
}

fn encounter(past: Past, now: &Draft) -> &'static [&'static str] {
    let was = before(past).map(|draft| draft.status);
    match (now.status, past) {
        ("cancelled", _) if was != Some("cancelled") => &["PatientAdmin.Cancel"],
        ("finished", _) if was != Some("finished") => &["PatientAdmin.Discharge"],
        ("cancelled" | "finished", _) => &["PatientAdmin.VisitUpdate"],
        (_, Past::New) => &["PatientAdmin.Arrival"],
        (_, Past::Old) => &["PatientAdmin.Arrival", "PatientAdmin.VisitUpdate"],
        (_, Past::Told(_)) if was == Some("finished") => &["PatientAdmin.VisitUpdate"],
        (_, Past::Told(_)) if was == Some("cancelled") => &["PatientAdmin.Arrival"],
        (_, Past::Told(before)) if before.place != now.place => &["PatientAdmin.Transfer"],
        _ => &["PatientAdmin.VisitUpdate"],
    }
}

fn order(past: Past, now: &Draft) -> &'static [&'static str] {
    let was = before(past).map(|draft| draft.status);
    match (now.status, past) {
        ("revoked", _) if was != Some("revoked") => &["Order.Cancel"],
        ("revoked", _) => &["Order.Update"],
        (_, Past::New) => &["Order.New"],
        (_, Past::Old) => &["Order.New", "Order.Update"],
        (_, Past::Told(_)) => &["Order.Update"],
    }
}

fn before(past: Past<'_>) -> Option<&Draft> {
    match past {
        Past::Told(draft) => Some(draft),
        Past::Old | Past::New => None,
    }
}

//! The patients of an appointment: there may be several.

use rounds_sdk::model::{AppointmentInfo, Demographics, Patient};

use super::{Appointment, Participant};
use crate::{fhir::Reference, names::Names, related::Case};

/// The code by which a further patient of an appointment stands in `AppointmentInfo`.
const ADDITIONAL_PATIENT: &str = "AdditionalPatient";

/// Whether the patient who had it takes part all the same.
pub(super) fn is_still_there(case: &Case, appointment: &Appointment) -> bool {
    let names = Names::of(case.context);
    let is_it = |(kind, id): (&str, &str)| {
        case.change.key.as_deref() == Some(format!("{kind}/{id}").as_str())
    };
    let who = candidates(appointment.subject.as_ref(), &appointment.participant);
    who.filter_map(|who| names.local(who.reference.as_deref()?)).any(is_it)
}

/// Whom it is about, and who takes part in it without having declined.
pub(super) fn candidates<'r, 'a>(
    subject: Option<&'r Reference<'a>>,
    participants: &'r [Participant<'a>],
) -> impl Iterator<Item = &'r Reference<'a>> {
    let accepting = participants.iter().filter(|who| who.status.as_deref() != Some("declined"));
    subject.into_iter().chain(accepting.filter_map(|who| who.actor.as_ref()))
}

/// A patient beside the one whom an appointment is told of.
pub(super) fn beside(patient: &Patient) -> AppointmentInfo {
    let Demographics { first_name, last_name, .. } = &patient.demographics;
    let name: Vec<&str> =
        [first_name, last_name].into_iter().flatten().map(String::as_str).collect();
    let identifier = patient.identifiers.first().cloned().unwrap_or_default();
    AppointmentInfo {
        code: Some(ADDITIONAL_PATIENT.to_owned()),
        codeset: identifier.id_type,
        description: (!name.is_empty()).then(|| name.join(" ")),
        value: identifier.id,
    }
}

//! `patients`: Patient, told as PatientAdmin.

use rounds_sdk::{Action, Failure, Notification, Step, model::PatientAdmin};

use crate::{map::patient, related::Case, search::Feed};

/// What is searched.
pub(crate) const FEED: Feed =
    Feed { resource: "Patient", include: &[], typed_ids: false, asks_together: false };

/// What is remembered of a patient: that there was one.
const KNOWN: &str = "known";

/// What the manifest says.
pub(crate) fn action() -> Action {
    let events = ["PatientAdmin.NewPatient", "PatientAdmin.PatientUpdate"];
    Action::feed("patients", "Patients registered and changed", &events, 1).lists()
}

/// Maps one patient, who needs nothing else.
pub(crate) fn collect(case: &Case) -> Result<Step, Failure> {
    let resource = case.data::<patient::Resource>()?.resource;
    if let Some(skipped) = case.pass_over(false, false, KNOWN) {
        return Ok(skipped.into());
    }
    let is_new = case.is_unheard();
    let event = if is_new { "PatientAdmin.NewPatient" } else { "PatientAdmin.PatientUpdate" };
    let patient = patient::map(case.settings, &resource);
    let told = Notification::new(event, &PatientAdmin { patient, visit: None })?;
    Ok(told.memo(KNOWN).into())
}

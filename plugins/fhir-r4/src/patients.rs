//! `patients`: Patient, told as PatientAdmin.

mod merge;

use rounds_sdk::{Action, Failure, Notification, Step, model::PatientAdmin};

use self::merge::Merged;
use crate::{map::patient, related::Case, search::Feed};

/// What is searched.
pub(crate) const FEED: Feed =
    Feed { resource: "Patient", include: &[], typed_ids: false, asks_together: false };

/// What is remembered of a patient: that there was one.
const KNOWN: &str = "known";

/// What the manifest says.
pub(crate) fn action() -> Action {
    let events =
        ["PatientAdmin.NewPatient", "PatientAdmin.PatientUpdate", "PatientAdmin.PatientMerge"];
    Action::feed("patients", "Patients registered, changed and merged", &events, 1).lists()
}

/// Maps one patient, who needs nothing else unless records were merged.
pub(crate) fn collect(case: &Case) -> Result<Step, Failure> {
    let data = case.data::<patient::Resource>()?;
    let resource = &data.resource;
    let merged = Merged::of(case, resource);
    let memo = merged.memo();
    if let Some(skipped) = case.pass_over(false, false, &memo) {
        return Ok(skipped.into());
    }
    if let Some(step) = merged.tell(case, &data, &memo)? {
        return Ok(step);
    }
    let is_new = case.is_unheard();
    let event = if is_new { "PatientAdmin.NewPatient" } else { "PatientAdmin.PatientUpdate" };
    let patient = patient::map(case, resource);
    let told = Notification::new(event, &PatientAdmin { patient, visit: None })?;
    Ok(told.memo(&memo).into())
}

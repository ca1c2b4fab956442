//! Telling a patient that a record is another's from now on: to those who knew it, it is cancelled.

use rounds_sdk::{Failure, Notification, Skipped, Step, model::Patient};

use crate::{
    fhir::Reference,
    map::patient,
    related::{Case, Data, Gathered, UNHEARD},
};

/// Has `tell` cancel a record for the patient whom it was about, where it was told as one that
/// stands. Whoever has it now hears of it as of a new one.
pub(crate) fn away<'a, T>(
    case: &Case<'a>,
    data: &Data<'a, T>,
    stands: bool,
    tell: impl FnOnce(Patient) -> Result<Notification, Failure>,
) -> Result<Step, Failure> {
    let key = case.change.key.as_deref().filter(|key| key.starts_with("Patient/"));
    let (Some(key), true) = (key, stands) else {
        let skipped = Skipped::new("no patient was told of it as one that stands");
        // What one was told of it says nothing to the next.
        let is_known = key.is_some() && case.memo.is_some();
        return Ok(if is_known { skipped.memo(UNHEARD) } else { skipped }.into());
    };
    if case.context.silent {
        return Ok(Skipped::new("it was there before").memo(UNHEARD).into());
    }
    let reference = Reference { reference: Some(key.to_owned().into()), ..Reference::default() };
    let related = match case.gather(data, &[], [Some(&reference)])? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let patient = patient::of(case, &related, Some(&reference))?;
    Ok(tell(patient)?.memo(UNHEARD).into())
}

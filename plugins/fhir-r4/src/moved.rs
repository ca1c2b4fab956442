//! Telling a patient that a record is another's from now on, or that the server has it no more: to
//! those who knew it, it is cancelled.

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
    let key = patient_of(case);
    if key.is_none() || !stands {
        let skipped = Skipped::new("no patient was told of it as one that stands");
        // What one was told of it says nothing to the next.
        let is_known = key.is_some() && case.memo.is_some();
        return Ok(if is_known { skipped.memo(UNHEARD) } else { skipped }.into());
    }
    cancel(case, data, key, tell)
}

/// Has `tell` cancel a record that the server has no more, where it was told as one that stands. Is
/// it there again one day, it is a new one.
pub(crate) fn gone(
    case: &Case<'_>,
    stands: bool,
    tell: impl FnOnce(Patient) -> Result<Notification, Failure>,
) -> Result<Step, Failure> {
    if !stands {
        let skipped = Skipped::new("it is gone, and nobody was told of it as one that stands");
        return Ok(skipped.memo(UNHEARD).into());
    }
    cancel(case, &Data::none(), patient_of(case), tell)
}

/// The patient whom a record was about, as `Patient/id`, where that is its key.
fn patient_of<'a>(case: &Case<'a>) -> Option<&'a str> {
    case.change.key.as_deref().filter(|key| key.starts_with("Patient/"))
}

fn cancel<'a, T>(
    case: &Case<'a>,
    data: &Data<'a, T>,
    key: Option<&str>,
    tell: impl FnOnce(Patient) -> Result<Notification, Failure>,
) -> Result<Step, Failure> {
    if case.context.silent {
        return Ok(Skipped::new("it was there before").memo(UNHEARD).into());
    }
    let reference =
        key.map(|key| Reference { reference: Some(key.to_owned().into()), ..Reference::default() });
    let related = match case.gather(data, &[], [reference.as_ref()])? {
        Gathered::Ask(step) => return Ok(step),
        Gathered::All(related) => related,
    };
    let patient = patient::of(case, &related, reference.as_ref())?;
    Ok(tell(patient)?.memo(UNHEARD).into())
}

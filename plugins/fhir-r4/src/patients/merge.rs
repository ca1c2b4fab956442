//! Records of one person that were made one.
//!
//! The record that is replaced tells it, with the one that replaces it. Where that one says so as
//! well it is not told again; where the other is gone without a word, it is the only one to tell.

use rounds_sdk::{
    Failure, Notification, Skipped, Step, fingerprint,
    model::{Identifier, Patient, PatientAdmin},
};

use super::KNOWN;
use crate::{
    fhir::Reference,
    map::patient::{self, Resource},
    related::{Case, Data, Gathered},
};

/// What is remembered of a record that another replaced, before a fingerprint of that one.
const REPLACED: &str = "merged";

/// What a record says of others of the same person.
pub(super) struct Merged<'r, 'a> {
    resource: &'r Resource<'a>,
    /// The one that is used in its place.
    replaced_by: Option<&'r Reference<'a>>,
    /// Those that it is used in place of.
    replaces: Vec<&'r Reference<'a>>,
}

impl<'r, 'a> Merged<'r, 'a> {
    pub(super) fn of(case: &Case<'a>, resource: &'r Resource<'a>) -> Self {
        let own = format!("Patient/{}", case.change.id);
        let links = |kind: &str| -> Vec<&'r Reference<'a>> {
            let links = resource.link.iter().filter(|link| link.kind.as_deref() == Some(kind));
            let others = links.filter_map(|link| link.other.as_ref());
            others.filter(|other| other.reference.as_deref() != Some(&own)).collect()
        };
        let replaced_by = links("replaced-by").first().copied();
        Self { resource, replaced_by, replaces: links("replaces") }
    }

    /// What is to be remembered.
    pub(super) fn memo(&self) -> String {
        let text = |who: &&Reference| who.reference.as_deref().unwrap_or_default().to_owned();
        if let Some(other) = &self.replaced_by {
            return format!("{REPLACED}:{}", fingerprint([text(other).as_str()]));
        }
        let mut others: Vec<String> = self.replaces.iter().map(text).collect();
        others.sort();
        match others.is_empty() {
            true => KNOWN.to_owned(),
            false => format!("{KNOWN}:{}", fingerprint(others.iter().map(String::as_str))),
        }
    }

    /// Tells the merge, unless there is none, or it was told.
    pub(super) fn tell(
        &self,
        case: &Case<'a>,
        data: &Data<'a, Resource<'a>>,
        memo: &str,
    ) -> Result<Option<Step>, Failure> {
        let is_told = case.memo == Some(memo);
        match self.replaced_by {
            Some(_) if is_told => {
                let skipped = Skipped::new("it was merged into another, and that was told");
                Ok(Some(skipped.memo(memo).into()))
            }
            Some(other) => self.replaced(case, data, other, memo).map(Some),
            None if is_told || self.replaces.is_empty() => Ok(None),
            None => self.replacing(case, data, memo),
        }
    }

    /// This record was merged into another.
    fn replaced(
        &self,
        case: &Case<'a>,
        data: &Data<'a, Resource<'a>>,
        other: &Reference<'a>,
        memo: &str,
    ) -> Result<Step, Failure> {
        let related = match case.gather(data, &[], [Some(other)])? {
            Gathered::Ask(step) => return Ok(step),
            Gathered::All(related) => related,
        };
        let survivor = patient::of(case, &related, Some(other))?;
        told(survivor, patient::identifiers(case, self.resource), memo)
    }

    /// Others were merged into this record: told of those that do not tell it themselves.
    fn replacing(
        &self,
        case: &Case<'a>,
        data: &Data<'a, Resource<'a>>,
        memo: &str,
    ) -> Result<Option<Step>, Failure> {
        let related = match case.gather(data, &[], self.replaces.iter().copied().map(Some))? {
            Gathered::Ask(step) => return Ok(Some(step)),
            Gathered::All(related) => related,
        };
        let mut previous = Vec::new();
        for other in &self.replaces {
            let found = related.find::<Resource>(other)?;
            let tells = found.is_some_and(|found| {
                found.link.iter().any(|link| link.kind.as_deref() == Some("replaced-by"))
            });
            if !tells {
                previous.extend(patient::of(case, &related, Some(other))?.identifiers);
            }
        }
        if previous.is_empty() {
            return Ok(None);
        }
        told(patient::map(case, self.resource), previous, memo).map(Some)
    }
}

fn told(
    survivor: Patient,
    previous_identifiers: Vec<Identifier>,
    memo: &str,
) -> Result<Step, Failure> {
    let patient = Patient { previous_identifiers, ..survivor };
    let merge = PatientAdmin { patient, visit: None };
    Ok(Notification::new("PatientAdmin.PatientMerge", &merge)?.memo(memo).into())
}

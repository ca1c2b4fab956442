//! The location of a payload.

use rounds_sdk::{Failure, model::Location};

use super::code;
use crate::{
    fhir::{CodeableConcept, Reference, Text, fhir, own},
    related::Related,
};

fhir! {
    /// A Location, as far as it is told.
    Resource {
        name: Option<Text<'a>>,
        #[serde(rename = "type")]
        kind: Vec<CodeableConcept<'a>>,
        physical_type: Option<CodeableConcept<'a>>,
        // What R5 has for it.
        form: Option<CodeableConcept<'a>>,
        managing_organization: Option<Reference<'a>>,
        part_of: Option<Reference<'a>>,
    }
}

/// The place that a record refers to; where it leads nowhere, with the reference's own words.
/// A room's department is what it is part of, as far as its own record names that.
pub(crate) fn of<'a>(
    related: &Related<'a>,
    reference: Option<&Reference<'_>>,
) -> Result<Location, Failure> {
    let Some(reference) = reference.filter(|reference| related.is_a(reference, "Location")) else {
        return Ok(Location::default());
    };
    match related.find::<Resource>(reference)? {
        Some(resource) => Ok(map(&resource)),
        None => {
            let department = own(reference.display.as_ref());
            Ok(Location { department, ..Location::default() })
        }
    }
}

fn map(resource: &Resource) -> Location {
    let physical = resource.physical_type.as_ref().or(resource.form.as_ref());
    let is_room = physical.is_some_and(|kind| code::has(kind, "ro") || code::has(kind, "bd"));
    let name = own(resource.name.as_ref());
    let part_of = display(resource.part_of.as_ref());
    let (room, department) = if is_room { (name, part_of) } else { (None, name) };
    Location {
        kind: resource.kind.first().and_then(code::words).or_else(|| code::words(physical?)),
        facility: display(resource.managing_organization.as_ref()),
        department,
        room,
    }
}

fn display(reference: Option<&Reference>) -> Option<String> {
    own(reference?.display.as_ref())
}

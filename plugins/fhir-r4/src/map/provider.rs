//! The providers of a payload.

use rounds_sdk::{Failure, model::Provider};

use super::{code, contact};
use crate::{
    current::holding,
    fhir::{
        Address, CodeableConcept, ContactPoint, HumanName, Identifier, Reference, Text, fhir, own,
    },
    related::{Case, Related},
};

const NPI: &str = "http://hl7.org/fhir/sid/us-npi";

fhir! {
    /// A Practitioner, as far as it is told.
    Resource {
        id: Option<Text<'a>>,
        identifier: Vec<Identifier<'a>>,
        name: Vec<HumanName<'a>>,
        telecom: Vec<ContactPoint<'a>>,
        address: Vec<Address<'a>>,
        qualification: Vec<Qualification<'a>>,
    }

    /// What a practitioner may call themselves.
    Qualification {
        code: Option<CodeableConcept<'a>>,
    }
}

/// The provider that a record refers to: a Practitioner, or whatever else the reference names
/// with the words of its own. `None` without a reference.
pub(crate) fn of<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    reference: Option<&Reference<'_>>,
) -> Result<Option<Provider>, Failure> {
    let Some(reference) = reference else { return Ok(None) };
    if related.is_a(reference, "Practitioner")
        && let Some(resource) = related.find::<Resource>(reference)?
    {
        return Ok(Some(map(case, &resource)));
    }
    Ok(only_referred_to(case, related, reference))
}

fn map(case: &Case, resource: &Resource) -> Provider {
    let (id, id_type) = id(case, resource);
    let now = &case.context.now;
    let name = contact::name(&resource.name, now);
    let suffix = name.map(|name| name.suffix.as_slice()).unwrap_or_default();
    let qualifications = resource.qualification.iter().filter_map(|known| known.code.as_ref());
    let credentials = suffix.iter().map(|suffix| suffix.to_string());
    Provider {
        id,
        id_type,
        first_name: name.and_then(|name| contact::join(&name.given, " ")),
        last_name: name.and_then(|name| own(name.family.as_ref().or(name.text.as_ref()))),
        credentials: credentials.chain(qualifications.filter_map(code::words)).collect(),
        address: contact::address(&resource.address, now),
        email_addresses: contact::emails(&resource.telecom, now),
        phone_number: contact::phones(&resource.telecom, now),
        ..Provider::default()
    }
}

/// The NPI where there is one, else the EHR's own id.
fn id(case: &Case, resource: &Resource) -> (Option<String>, Option<String>) {
    let identifiers = holding(&resource.identifier, &case.context.now);
    let is_npi = |identifier: &&&Identifier| identifier.system.as_deref() == Some(NPI);
    let npi = identifiers.iter().find(is_npi);
    if let Some(value) = npi.and_then(|npi| own(npi.value.as_ref())) {
        return (Some(value), Some("NPI".to_owned()));
    }
    if let Some(id) = &resource.id {
        return (Some(id.to_string()), Some("EHRID".to_owned()));
    }
    let first = identifiers.first();
    let first = first.and_then(|first| super::patient::identifier(case.settings, first));
    first.map_or((None, None), |first| (first.id, first.id_type))
}

fn only_referred_to(case: &Case, related: &Related, reference: &Reference) -> Option<Provider> {
    let local = related.local_id(reference);
    let named = reference.identifier.as_ref();
    let named = named.and_then(|named| super::patient::identifier(case.settings, named));
    let id_type = match (&named, local) {
        (Some(named), _) => named.id_type.clone(),
        (None, local) => local.map(|_| "EHRID".to_owned()),
    };
    let id = named.and_then(|named| named.id).or_else(|| local.map(str::to_owned));
    let last_name = own(reference.display.as_ref());
    let known = id.is_some() || last_name.is_some();
    known.then(|| Provider { id, id_type, last_name, ..Provider::default() })
}

//! The patient of a payload.

use rounds_sdk::{
    Failure,
    model::{Contact, Demographics, Identifier, Patient},
};

use super::{code, contact};
use crate::{
    current::holding,
    fhir::{self, Address, CodeableConcept, Coding, ContactPoint, HumanName, Text, fhir, own},
    related::{Case, Related},
    settings::Settings,
};

const SSN: &str = "http://hl7.org/fhir/sid/us-ssn";
const RACE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
const ETHNICITY: &str = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity";
const HISPANIC: &str = "2135-2";

fhir! {
    /// A Patient, as far as it is told.
    Resource {
        id: Option<Text<'a>>,
        extension: Vec<Extension<'a>>,
        identifier: Vec<fhir::Identifier<'a>>,
        name: Vec<HumanName<'a>>,
        telecom: Vec<ContactPoint<'a>>,
        gender: Option<Text<'a>>,
        birth_date: Option<Text<'a>>,
        deceased_boolean: Option<bool>,
        deceased_date_time: Option<Text<'a>>,
        address: Vec<Address<'a>>,
        marital_status: Option<CodeableConcept<'a>>,
        contact: Vec<Person<'a>>,
        communication: Vec<Communication<'a>>,
        link: Vec<Link<'a>>,
    }

    /// Another record of the same person.
    Link {
        other: Option<fhir::Reference<'a>>,
        #[serde(rename = "type")]
        kind: Option<Text<'a>>,
    }

    /// What FHIR's core leaves to others; read for race and ethnicity.
    Extension {
        url: Option<Text<'a>>,
        value_coding: Option<Coding<'a>>,
        value_string: Option<Text<'a>>,
        extension: Vec<Extension<'a>>,
    }

    /// Someone to be called.
    Person {
        relationship: Vec<CodeableConcept<'a>>,
        name: Option<HumanName<'a>>,
        telecom: Vec<ContactPoint<'a>>,
        address: Option<Address<'a>>,
    }

    /// A language.
    Communication {
        language: Option<CodeableConcept<'a>>,
        preferred: Option<bool>,
    }
}

/// The patient that a record refers to, from where it says whom it is about. Without a reference to
/// one, a patient without identifiers; where it leads nowhere, with what the reference itself says,
/// which need not say that this is a patient.
pub(crate) fn of<'a>(
    case: &Case<'a>,
    related: &Related<'a>,
    reference: Option<&fhir::Reference<'_>>,
) -> Result<Patient, Failure> {
    let is_patient = |it: &&fhir::Reference<'_>| {
        related.is_a(it, "Patient") || it.reference.is_none() && it.kind.is_none()
    };
    let Some(reference) = reference.filter(is_patient) else { return Ok(Patient::default()) };
    match related.find::<Resource>(reference)? {
        Some(resource) => Ok(map(case, &resource)),
        None => Ok(only_referred_to(case, related, reference)),
    }
}

/// A Patient as payloads have it.
pub(crate) fn map(case: &Case, resource: &Resource) -> Patient {
    let now = &case.context.now;
    Patient {
        identifiers: identifiers(case, resource),
        previous_identifiers: Vec::new(),
        demographics: demographics(resource, now),
        notes: Vec::new(),
        contacts: resource.contact.iter().map(|contact| person(contact, now)).collect(),
    }
}

/// The EHR's own id, and all others that a patient has now.
pub(crate) fn identifiers(case: &Case, resource: &Resource) -> Vec<Identifier> {
    let ids = resource.id.iter().map(|id| ehr_id(id));
    let others = holding(&resource.identifier, &case.context.now);
    let others = others.into_iter().filter(|identifier| !is_ssn(identifier));
    ids.chain(others.filter_map(|other| identifier(case.settings, other))).collect()
}

pub(crate) fn only_referred_to(
    case: &Case,
    related: &Related,
    reference: &fhir::Reference,
) -> Patient {
    let id = related.local_id(reference).map(ehr_id);
    let named = reference.identifier.as_ref().and_then(|named| identifier(case.settings, named));
    let last_name = own(reference.display.as_ref());
    Patient {
        identifiers: id.into_iter().chain(named).collect(),
        demographics: Demographics { last_name, ..Demographics::default() },
        ..Patient::default()
    }
}

/// The EHR's own id, by which its API knows the patient.
fn ehr_id(id: &str) -> Identifier {
    Identifier { id: Some(id.to_owned()), id_type: Some("EHRID".to_owned()) }
}

/// An identifier, of the type that the settings give its system, else of the type that it says
/// itself, else of its system.
pub(crate) fn identifier(settings: &Settings, from: &fhir::Identifier) -> Option<Identifier> {
    let id = own(from.value.as_ref())?;
    let by_system = from.system.as_deref().and_then(|system| settings.identifier_types.get(system));
    let kind = from.kind.as_ref();
    let code = || own(kind?.coding.first()?.code.as_ref());
    let words = || code::words(kind?);
    let id_type = by_system.cloned().or_else(code).or_else(words);
    Some(Identifier { id: Some(id), id_type: id_type.or_else(|| own(from.system.as_ref())) })
}

fn is_ssn(identifier: &fhir::Identifier) -> bool {
    let by_type = identifier.kind.as_ref().is_some_and(|kind| code::has(kind, "SS"));
    by_type || identifier.system.as_deref() == Some(SSN)
}

fn demographics(resource: &Resource, now: &str) -> Demographics {
    let name = contact::name(&resource.name, now);
    let given = name.map(|name| name.given.as_slice()).unwrap_or_default();
    let middle = given.get(1..).unwrap_or_default();
    let ssn = holding(&resource.identifier, now).into_iter().find(|identifier| is_ssn(identifier));
    let death = own(resource.deceased_date_time.as_ref());
    Demographics {
        first_name: own(given.first()),
        middle_name: contact::join(middle, " "),
        last_name: name.and_then(|name| own(name.family.as_ref().or(name.text.as_ref()))),
        dob: own(resource.birth_date.as_ref()),
        ssn: ssn.and_then(|ssn| own(ssn.value.as_ref())),
        sex: resource.gender.as_deref().map(sex),
        race: race(resource),
        is_hispanic: is_hispanic(resource),
        marital_status: resource.marital_status.as_ref().and_then(code::words),
        is_deceased: resource.deceased_boolean.or(death.as_ref().map(|_| true)),
        death_date_time: death,
        phone_number: contact::phones(&resource.telecom, now),
        email_addresses: contact::emails(&resource.telecom, now),
        language: language(resource),
        citizenship: Vec::new(),
        address: contact::address(&resource.address, now),
    }
}

fn sex(gender: &str) -> String {
    match gender {
        "female" => "Female",
        "male" => "Male",
        "other" => "Other",
        _ => "Unknown",
    }
    .to_owned()
}

fn extension<'r, 'a>(all: &'r [Extension<'a>], url: &str) -> Option<&'r Extension<'a>> {
    all.iter().find(|extension| extension.url.as_deref() == Some(url))
}

fn race(resource: &Resource) -> Option<String> {
    let race = &extension(&resource.extension, RACE)?.extension;
    let text = extension(race, "text").and_then(|text| text.value_string.as_ref());
    let code = || extension(race, "ombCategory")?.value_coding.as_ref()?.display.as_ref();
    own(text.or_else(code))
}

fn is_hispanic(resource: &Resource) -> Option<bool> {
    let ethnicity = &extension(&resource.extension, ETHNICITY)?.extension;
    let coding = extension(ethnicity, "ombCategory")?.value_coding.as_ref()?;
    Some(coding.code.as_deref()? == HISPANIC)
}

fn language(resource: &Resource) -> Option<String> {
    let preferred = resource.communication.iter().find(|spoken| spoken.preferred == Some(true));
    let language = preferred.or(resource.communication.first())?.language.as_ref()?;
    let code = language.coding.first().and_then(|coding| coding.code.as_ref());
    own(code.or(language.text.as_ref()))
}

fn person(person: &Person, now: &str) -> Contact {
    let name = person.name.as_ref();
    Contact {
        first_name: name.and_then(|name| contact::join(&name.given, " ")),
        middle_name: None,
        last_name: name.and_then(|name| own(name.family.as_ref().or(name.text.as_ref()))),
        address: contact::address(person.address.as_slice(), now),
        phone_number: contact::phones(&person.telecom, now),
        relation_to_patient: person.relationship.first().and_then(code::words),
        email_addresses: contact::emails(&person.telecom, now),
        roles: Vec::new(),
    }
}

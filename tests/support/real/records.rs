//! Records as a FHIR server's strict validation takes them, about people who never lived.
//!
//! Each is a starting point: change its members, or give them to [`super::Fhir::change`].

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

const IDENTIFIER_TYPES: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// A reference to a stored record.
pub(crate) fn reference(record: &Value) -> Value {
    let [kind, id] =
        ["resourceType", "id"].map(|name| record[name].as_str().expect("a stored record"));
    json!({ "reference": format!("{kind}/{id}") })
}

/// A patient with a medical record number.
pub(crate) fn patient(family: &str, given: &str, mrn: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "active": true,
        "identifier": [{
            "type": coded(IDENTIFIER_TYPES, "MR", "Medical record number"),
            "system": "urn:oid:1.2.3.4.5.1",
            "value": mrn,
        }],
        "name": [{ "use": "official", "family": family, "given": [given] }],
        "telecom": [{ "system": "phone", "value": "+1-555-0100", "use": "home" }],
        "gender": "female",
        "birthDate": "1980-02-03",
        "address": [{
            "line": ["1 Example Street"],
            "city": "Springfield",
            "state": "WI",
            "postalCode": "53703",
            "country": "US",
        }],
    })
}

/// A practitioner with a national provider identifier.
pub(crate) fn practitioner(family: &str, given: &str, npi: &str) -> Value {
    json!({
        "resourceType": "Practitioner",
        "active": true,
        "identifier": [{ "system": "http://hl7.org/fhir/sid/us-npi", "value": npi }],
        "name": [{ "family": family, "given": [given] }],
    })
}

/// A location.
pub(crate) fn location(name: &str) -> Value {
    json!({ "resourceType": "Location", "status": "active", "name": name })
}

/// Half an hour from `start` (RFC 3339, with seconds and zone) with these participants: a
/// patient, practitioners, locations, or no patient at all.
pub(crate) fn appointment(participants: &[&Value], start: &str, status: &str) -> Value {
    let start: Timestamp = start.parse().expect("RFC 3339");
    let participant = |record: &&Value| json!({ "actor": reference(record), "status": "accepted" });
    json!({
        "resourceType": "Appointment",
        "status": status,
        "start": start,
        "end": start + 30.minutes(),
        "minutesDuration": 30,
        "reasonCode": [{ "text": "Follow-up" }],
        "participant": participants.iter().map(participant).collect::<Vec<_>>(),
    })
}

/// An inpatient encounter that began with 2026.
pub(crate) fn encounter(patient: &Value, status: &str) -> Value {
    json!({
        "resourceType": "Encounter",
        "status": status,
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "IMP",
            "display": "inpatient encounter",
        },
        "subject": reference(patient),
        "period": { "start": "2026-01-01T00:00:00Z" },
    })
}

/// A laboratory order for a blood count.
pub(crate) fn service_request(patient: &Value, status: &str) -> Value {
    json!({
        "resourceType": "ServiceRequest",
        "identifier": [{ "system": "urn:oid:1.2.3.4.5.3", "value": "ORDER-1" }],
        "status": status,
        "intent": "order",
        "code": coded("http://loinc.org", "58410-2", "Complete blood count panel"),
        "subject": reference(patient),
        "authoredOn": "2026-01-01T08:00:00Z",
    })
}

/// A haemoglobin value in g/dL.
pub(crate) fn observation(patient: &Value, value: f64, status: &str) -> Value {
    json!({
        "resourceType": "Observation",
        "status": status,
        "code": coded("http://loinc.org", "718-7", "Hemoglobin [Mass/volume] in Blood"),
        "subject": reference(patient),
        "effectiveDateTime": "2026-01-01T09:00:00Z",
        "valueQuantity": {
            "value": value,
            "unit": "g/dL",
            "system": "http://unitsofmeasure.org",
            "code": "g/dL",
        },
    })
}

/// A report on a blood count that holds these observations.
pub(crate) fn diagnostic_report(patient: &Value, observations: &[&Value], status: &str) -> Value {
    json!({
        "resourceType": "DiagnosticReport",
        "status": status,
        "code": coded("http://loinc.org", "58410-2", "Complete blood count panel"),
        "subject": reference(patient),
        "effectiveDateTime": "2026-01-01T09:00:00Z",
        "issued": "2026-01-01T09:10:00Z",
        "result": observations.iter().map(|it| reference(it)).collect::<Vec<_>>(),
    })
}

fn coded(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }], "text": display })
}

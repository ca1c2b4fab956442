//! Visits, orders and results.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{coded, refer, set, words};
use crate::practice::{Chance, Kind};

const LOINC: &str = "http://loinc.org";

/// A visit that begins now.
pub(in crate::practice) fn encounter(
    number: usize,
    patient: &str,
    practitioner: &str,
    location: &str,
    now: Timestamp,
) -> Value {
    json!({
        "identifier": [{ "system": "urn:oid:2.999.4", "value": format!("E{number:07}") }],
        "status": "in-progress",
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "AMB",
            "display": "ambulatory",
        },
        "subject": refer(Kind::Patient, patient),
        "participant": [{ "individual": refer(Kind::Practitioner, practitioner) }],
        "period": { "start": now.to_string() },
        "location": [{ "location": refer(Kind::Location, location) }],
    })
}

/// The visit ends now.
pub(in crate::practice) fn discharged(encounter: &mut Value, now: Timestamp) {
    set(encounter, "status", "finished");
    if let Some(period) = encounter.get_mut("period") {
        set(period, "end", now.to_string());
    }
}

/// A laboratory order.
pub(in crate::practice) fn order(
    number: usize,
    patient: &str,
    practitioner: &str,
    now: Timestamp,
    chance: &mut Chance,
) -> Value {
    let (code, name, ..) = test(chance);
    json!({
        "identifier": [{ "system": "urn:oid:2.999.5", "value": format!("O{number:07}") }],
        "status": "active",
        "intent": "order",
        "priority": "routine",
        "code": coded(LOINC, code, name),
        "subject": refer(Kind::Patient, patient),
        "requester": refer(Kind::Practitioner, practitioner),
        "authoredOn": now.to_string(),
    })
}

/// The order is taken back.
pub(in crate::practice) fn revoked(order: &mut Value) {
    set(order, "status", "revoked");
}

/// A measured value.
pub(in crate::practice) fn observation(
    patient: &str,
    now: Timestamp,
    chance: &mut Chance,
) -> Value {
    let (code, name, unit, low, high) = test(chance);
    let value = low.saturating_sub(2) + chance.below(high - low + 5);
    let quantity = |value| json!({ "value": value, "unit": unit });
    json!({
        "status": "final",
        "category": [coded(
            "http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory",
        )],
        "code": coded(LOINC, code, name),
        "subject": refer(Kind::Patient, patient),
        "effectiveDateTime": now.to_string(),
        "valueQuantity": quantity(value),
        "referenceRange": [{ "low": quantity(low), "high": quantity(high) }],
    })
}

/// A report on one observation.
pub(in crate::practice) fn report(
    patient: &str,
    practitioner: &str,
    observation: &str,
    now: Timestamp,
) -> Value {
    json!({
        "status": "final",
        "category": [coded("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB", "Laboratory")],
        "code": coded(LOINC, "11502-2", "Laboratory report"),
        "subject": refer(Kind::Patient, patient),
        "effectiveDateTime": now.to_string(),
        "issued": now.to_string(),
        "performer": [refer(Kind::Practitioner, practitioner)],
        "result": [refer(Kind::Observation, observation)],
    })
}

fn test(chance: &mut Chance) -> (&'static str, &'static str, &'static str, u64, u64) {
    chance.pick(words::TESTS).copied().unwrap_or(("2345-7", "Glucose", "mg/dL", 70, 99))
}

//! Synthetic records, and how they change: resources in, resources out, no state.

mod clinic;
mod people;
mod schedule;
mod words;

pub(super) use clinic::{discharged, encounter, observation, order, report, revoked};
pub(super) use people::{location, patient, practitioner};
pub(super) use schedule::{Participants, appointment, cancelled, missed, rescheduled};

use serde_json::{Value, json};

use super::{Chance, Kind};

/// Changes something about a record that makes no event of its own kind.
pub(super) fn revise(kind: Kind, record: &mut Value, chance: &mut Chance) {
    let text = chance.word(words::REMARKS);
    let text = format!("{text} ({})", chance.below(1_000));
    match kind {
        Kind::Appointment => set(record, "comment", text),
        Kind::Patient => people::move_house(record, chance),
        Kind::DiagnosticReport => set(record, "conclusion", text),
        Kind::Encounter => set(record, "reasonCode", json!([{ "text": text }])),
        Kind::ServiceRequest | Kind::Observation => set(record, "note", json!([{ "text": text }])),
        Kind::Practitioner | Kind::Location => {
            set(record, "telecom", json!([people::phone("work", chance)]));
        }
    }
}

/// Whether a record's `status` is this.
pub(super) fn has_status(record: &Value, status: &str) -> bool {
    record.get("status").and_then(Value::as_str) == Some(status)
}

fn set(record: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = record.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

fn refer(kind: Kind, id: &str) -> Value {
    json!({ "reference": format!("{kind}/{id}") })
}

fn coded(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }], "text": display })
}

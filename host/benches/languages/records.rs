//! What the clinic's EHR has: appointments and a patient, made up.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Records of a long page.
pub(crate) const PAGE: usize = 500;

/// A patient, whoever is asked for.
pub(crate) fn patient() -> String {
    json!({
        "id": "p7", "mrn": "000123", "given": "Zoë", "family": "Müller-Łukasz", "birthDate": "1906-12-09",
        "sex": "F", "phone": "+1 555 0100",
        "address": { "street": "1 Navy Way", "city": "Arlington", "state": "VA", "zip": "22201" },
    })
    .to_string()
}

/// The answer with these appointments.
pub(crate) fn answer(appointments: impl Iterator<Item = usize>) -> String {
    json!({ "appointments": appointments.map(appointment).collect::<Vec<_>>() }).to_string()
}

/// An appointment that changed in the second of its number.
fn appointment(number: usize) -> Value {
    let seconds = SignedDuration::from_secs(i64::try_from(number).unwrap_or_default() + 1);
    let changed = Timestamp::UNIX_EPOCH + seconds;
    json!({
        "id": format!("a{number}"), "patientId": format!("p{number}"), "status": "booked",
        "changedAt": changed.to_string(), "start": "2026-05-06T09:00:00Z", "minutes": 30,
        "reason": "Nachsorge \"nach Eingriff\": Größe, Gewicht, café\nund Blutbild; bitte nüchtern kommen",
        "type": "Consultation", "provider": { "id": "d3", "given": "Ada", "family": "Nowak" },
        "location": { "facility": "North", "room": "4" },
    })
}

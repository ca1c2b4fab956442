//! Patients, practitioners and rooms.

use serde_json::{Value, json};

use super::{coded, refer, set, words};
use crate::practice::{Chance, Kind};

/// The arc of object identifiers that is reserved for examples.
const EXAMPLE_OID: &str = "urn:oid:2.999";
const IDENTIFIER_TYPES: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// A new patient, the `number`th.
pub(in crate::practice) fn patient(
    number: usize,
    practitioner: &str,
    chance: &mut Chance,
) -> Value {
    let female = chance.below(2) == 0;
    let given = chance.word(if female { words::FEMALE } else { words::MALE });
    let middle = chance.word(if female { words::FEMALE } else { words::MALE });
    let family = chance.word(words::FAMILY);
    let email = format!("{given}.{family}.{number}@example.org").to_lowercase();
    json!({
        "identifier": [
            identifier("MR", "Medical record number", 1, format!("MR{:06}", 100_000 + number)),
            identifier("PI", "Patient internal identifier", 2, format!("{}", 9_000_000 + number)),
        ],
        "active": true,
        "name": [{ "use": "official", "family": family, "given": [given, middle] }],
        "telecom": [
            phone("home", chance),
            phone("mobile", chance),
            { "system": "email", "value": email },
        ],
        "gender": if female { "female" } else { "male" },
        "birthDate": birth_date(chance),
        "address": [address(chance)],
        "maritalStatus": coded(
            "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M", "Married",
        ),
        "communication": [{ "language": coded("urn:ietf:bcp:47", "en", "English"), "preferred": true }],
        "generalPractitioner": [refer(Kind::Practitioner, practitioner)],
    })
}

/// A new practitioner, the `number`th. Their NPI begins with a 9, as no real one does.
pub(in crate::practice) fn practitioner(number: usize, chance: &mut Chance) -> Value {
    let female = chance.below(2) == 0;
    let given = chance.word(if female { words::FEMALE } else { words::MALE });
    let npi = coded(IDENTIFIER_TYPES, "NPI", "National provider identifier");
    json!({
        "identifier": [{
            "type": npi,
            "system": "http://hl7.org/fhir/sid/us-npi",
            "value": format!("9{number:09}"),
        }],
        "active": true,
        "name": [{
            "use": "official",
            "family": chance.word(words::FAMILY),
            "given": [given],
            "suffix": ["MD"],
        }],
        "telecom": [phone("work", chance)],
        "gender": if female { "female" } else { "male" },
    })
}

/// A new room, the `number`th.
pub(in crate::practice) fn location(number: usize, chance: &mut Chance) -> Value {
    let room = words::ROOMS.get(number % words::ROOMS.len()).copied().unwrap_or_default();
    json!({
        "status": "active",
        "name": format!("{}, {room}", chance.word(words::DEPARTMENTS)),
        "mode": "instance",
        "physicalType": coded(
            "http://terminology.hl7.org/CodeSystem/location-physical-type", "ro", "Room",
        ),
        "telecom": [phone("work", chance)],
        "address": address(chance),
    })
}

/// A new address and a new phone number.
pub(super) fn move_house(patient: &mut Value, chance: &mut Chance) {
    set(patient, "address", json!([address(chance)]));
    set(patient, "telecom", json!([phone("home", chance), phone("mobile", chance)]));
}

/// A phone number of the hundred that are set aside for fiction.
pub(super) fn phone(used: &str, chance: &mut Chance) -> Value {
    let (area, number) = (200 + chance.below(700), 100 + chance.below(100));
    json!({ "system": "phone", "use": used, "value": format!("+1-{area}-555-0{number}") })
}

fn identifier(code: &str, display: &str, arc: u8, value: String) -> Value {
    json!({
        "use": if code == "MR" { "usual" } else { "secondary" },
        "type": coded(IDENTIFIER_TYPES, code, display),
        "system": format!("{EXAMPLE_OID}.{arc}"),
        "value": value,
    })
}

fn birth_date(chance: &mut Chance) -> String {
    let (year, month, day) = (1935 + chance.below(85), 1 + chance.below(12), 1 + chance.below(28));
    format!("{year}-{month:02}-{day:02}")
}

fn address(chance: &mut Chance) -> Value {
    let street = format!("{} {}", 1 + chance.below(120), chance.word(words::STREETS));
    json!({
        "use": "home",
        "line": [street],
        "city": chance.word(words::TOWNS),
        "state": chance.word(words::STATES),
        "postalCode": format!("000{:02}", chance.below(100)),
        "country": "US",
    })
}

//! Appointments, from recorded exchanges.

use fhir_r4::FhirR4;
use rounds_sdk::test::Harness;
use serde_json::{Value, json};

fn harness(exchanges: &str) -> Harness<FhirR4> {
    let related = include_str!("../exchanges/related.json");
    Harness::new("appointments").exchanges(related).unwrap().exchanges(exchanges).unwrap()
}

#[test]
fn tells_the_events_of_a_life_apart() {
    let mut harness = harness(include_str!("../exchanges/appointment-life.json"));
    for event in [
        "Scheduling.New",
        "Scheduling.Reschedule",
        "Scheduling.Modification",
        "Scheduling.Cancel",
        "Scheduling.Modification",
        "Scheduling.New",
        "Scheduling.NoShow",
    ] {
        assert_eq!(harness.poll().unwrap().events(), [("123", event)]);
    }
}

#[test]
fn tells_who_when_and_where() {
    let mut harness = harness(include_str!("../exchanges/appointment-life.json"))
        .settings(&json!({ "identifier_types": { "https://portal.example/accounts": "PORTAL" } }));
    let poll = harness.poll().unwrap();
    let asked = ["GET /Patient/7", "GET /Practitioner/3", "GET /Location/1"];
    assert_eq!(poll.requests[1..], asked);
    assert_eq!(poll.changes[0].key.as_deref(), Some("Patient/7"));
    assert_eq!(poll.changes[0].version.as_deref(), Some("1@2026-01-01T09:00:00.000Z"));
    assert_eq!(poll.changes[0].occurred_at.as_deref(), Some("2026-01-01T09:00:00.000Z"));

    let told = &poll.notifications[0].payload;
    assert_eq!(
        told["Patient"]["Identifiers"],
        json!([
            { "ID": "7", "IDType": "EHRID" },
            { "ID": "MRN-0007", "IDType": "MR" },
            { "ID": "ada7", "IDType": "PORTAL" },
        ])
    );
    let expected = json!({
        "FirstName": "Ada", "MiddleName": "Beth Cleo", "LastName": "Example", "DOB": "1980-02-29",
        "SSN": "999-00-0007", "Sex": "Female", "Race": "White", "IsHispanic": false,
        "MaritalStatus": "Married", "IsDeceased": false, "DeathDateTime": null,
        "PhoneNumber": { "Home": "+1 555 0107", "Office": null, "Mobile": "+1 555 0108" },
        "EmailAddresses": ["ada@patients.example"], "Language": "en", "Citizenship": [],
        "Address": {
            "StreetAddress": "1 Test Street, Flat 2", "City": "Sampleton", "State": "WI",
            "ZIP": "53566", "County": null, "Country": "US",
        },
    });
    assert_eq!(told["Patient"]["Demographics"], expected);
    assert_eq!(told["Visit"]["VisitNumber"], "123");
    assert_eq!(told["Visit"]["VisitDateTime"], "2026-02-01T10:00:00Z");
    assert_eq!(told["Visit"]["Duration"], 30);
    assert_eq!(told["Visit"]["AttendingProvider"]["ID"], "1234567893");
    assert_eq!(told["Visit"]["AttendingProvider"]["LastName"], "Sample");
    let place = json!({
        "Type": "Room", "Facility": "General Hospital", "Department": "Cardiology", "Room": "Room 12",
    });
    assert_eq!(told["Visit"]["Location"], place);
    assert_eq!(told["AppointmentInfo"][0]["Code"], "185349003");
}

#[test]
fn a_hold_has_no_patient() {
    let poll = harness(include_str!("../exchanges/appointment-hold.json")).poll().unwrap();
    assert_eq!(poll.events(), [("200", "Scheduling.New")]);
    assert_eq!(poll.changes[0].key, None);
    let told = &poll.notifications[0].payload;
    assert_eq!(told["Patient"]["Identifiers"], json!([]));
    assert_eq!(told["Patient"]["Demographics"]["LastName"], Value::Null);
    assert_eq!(told["Visit"]["AttendingProvider"], Value::Null);
    assert_eq!(told["Visit"]["Reason"], "Blocked for maintenance");
}

#[test]
fn bears_whatever_is_missing_or_elsewhere() {
    let poll = harness(include_str!("../exchanges/appointment-odd.json")).poll().unwrap();
    let told: Vec<&Value> = poll.notifications.iter().map(|told| &told.payload).collect();
    let last_name = |at: usize| &told[at]["Patient"]["Demographics"]["LastName"];
    assert_eq!(told.len(), 4);
    assert_eq!(told[0]["Patient"]["Identifiers"], json!([]));
    assert_eq!(last_name(1), "Contained Only");
    assert_eq!(told[1]["Visit"]["AttendingProvider"]["LastName"], "Dr. Elsewhere");
    assert_eq!(last_name(2), "Logical Only");
    assert_eq!(
        told[2]["Patient"]["Identifiers"],
        json!([{ "ID": "MRN-0009", "IDType": "urn:oid:1.2.3" }])
    );
    assert_eq!(last_name(3), "Gone Missing");
    assert_eq!(told[3]["Patient"]["Identifiers"], json!([{ "ID": "404", "IDType": "EHRID" }]));
    assert_eq!(told[3]["Visit"]["AttendingProvider"]["LastName"], "Nurse on duty");
}

#[test]
fn what_came_along_is_not_asked_for() {
    let mut harness = harness(include_str!("../exchanges/appointment-included.json"))
        .settings(&json!({ "include": true }));
    let poll = harness.poll().unwrap();
    assert_eq!(poll.requests.len(), 1);
    assert_eq!(poll.events(), [("123", "Scheduling.New")]);
    let told = &poll.notifications[0].payload;
    assert_eq!(told["Patient"]["Demographics"]["LastName"], "Example");
    assert_eq!(told["Visit"]["Location"]["Room"], "Room 12");
}

#[test]
fn asks_for_no_more_than_the_settings_want() {
    let mut harness = harness(include_str!("../exchanges/appointment-life.json"))
        .settings(&json!({ "collect": ["Patient"] }));
    let poll = harness.poll().unwrap();
    assert_eq!(poll.requests[1..], ["GET /Patient/7"]);
    assert_eq!(poll.notifications[0].payload["Visit"]["AttendingProvider"]["ID"], "3");
}

#[test]
fn what_was_there_before_is_a_modification() {
    for (version, status, event) in [
        ("1", "booked", "Scheduling.New"),
        ("4", "booked", "Scheduling.Modification"),
        ("MTY3", "booked", "Scheduling.New"),
        ("4", "cancelled", "Scheduling.Cancel"),
        ("1", "entered-in-error", "Scheduling.Cancel"),
        ("2", "noshow", "Scheduling.NoShow"),
        ("3", "fulfilled", "Scheduling.Modification"),
    ] {
        let meta = json!({ "versionId": version, "lastUpdated": "2026-01-01T09:00:00Z" });
        let appointment =
            json!({ "resourceType": "Appointment", "id": "1", "meta": meta, "status": status });
        let bundle = json!({ "resourceType": "Bundle", "entry": [{ "resource": appointment }] });
        let mut harness = Harness::<FhirR4>::new("appointments").answer(200, bundle.to_string());
        assert_eq!(harness.poll().unwrap().events(), [("1", event)], "{version} {status}");
    }
}

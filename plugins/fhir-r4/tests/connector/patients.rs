//! Patients, from recorded exchanges.

use fhir_r4::FhirR4;
use rounds_sdk::test::Harness;

#[test]
fn tells_new_ones_from_changed_ones() {
    let recorded = include_str!("../exchanges/patient-life.json");
    let mut harness = Harness::<FhirR4>::new("patients").exchanges(recorded).unwrap();
    let poll = harness.poll().unwrap();
    assert_eq!(poll.events(), [("7", "PatientAdmin.NewPatient")]);
    assert_eq!(poll.requests.len(), 1);
    assert_eq!(poll.changes[0].key.as_deref(), Some("Patient/7"));
    let told = &poll.notifications[0].payload;
    assert!(told["Visit"].is_null());
    assert_eq!(told["Patient"]["Contacts"][0]["RelationToPatient"], "Spouse");

    let poll = harness.poll().unwrap();
    assert_eq!(poll.events(), [("7", "PatientAdmin.PatientUpdate")]);
    let told = &poll.notifications[0].payload;
    assert_eq!(told["Patient"]["Demographics"]["LastName"], "Renamed");
}

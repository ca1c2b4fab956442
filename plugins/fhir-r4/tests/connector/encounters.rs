//! Encounters, from recorded exchanges.

use fhir_r4::FhirR4;
use rounds_sdk::test::Harness;

#[test]
fn tells_the_events_of_a_stay_apart() {
    let recorded = include_str!("../exchanges/encounter-life.json");
    let related = include_str!("../exchanges/related.json");
    let harness = Harness::<FhirR4>::new("encounters").exchanges(related).unwrap();
    let mut harness = harness.exchanges(recorded).unwrap();
    for (event, department) in [
        ("PatientAdmin.PreAdmit", "Cardiology"),
        ("PatientAdmin.Arrival", "Cardiology"),
        ("PatientAdmin.VisitUpdate", "Cardiology"),
        ("PatientAdmin.Transfer", "Ward B"),
        ("PatientAdmin.Discharge", "Ward B"),
        ("PatientAdmin.VisitUpdate", "Ward B"),
        ("PatientAdmin.Cancel", "Ward B"),
    ] {
        let poll = harness.poll().unwrap();
        assert_eq!(poll.events(), [("50", event)]);
        let visit = &poll.notifications[0].payload["Visit"];
        assert_eq!(visit["VisitNumber"], "V-50");
        assert_eq!(visit["Location"]["Department"], department);
        assert_eq!(visit["AttendingProvider"]["LastName"], "Sample");
        assert_eq!(visit["DischargeDateTime"].is_string(), event == "PatientAdmin.Discharge");
    }
}

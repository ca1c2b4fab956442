//! Encounters, from recorded exchanges.

use fhir_r4::FhirR4;
use rounds_sdk::{Change, ChangeKind, Connector, Context, Response, Step, test::Harness};
use serde_json::json;

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

fn collected(resource: serde_json::Value, memo: Option<&str>, settings: &str) -> String {
    let context =
        Context { action: "encounters".into(), settings: settings.into(), ..Context::default() };
    let change = Change::json("1", &json!({ "resource": resource })).unwrap();
    match FhirR4::collect(&context, &change, memo, &[]).unwrap() {
        Step::Notify(told) => told.event,
        Step::Skip(skipped) => skipped.reason,
        Step::Fetch(_) => panic!("asks"),
    }
}

#[test]
fn a_stay_that_was_over_before_anybody_heard_of_it_may_be_passed_over() {
    let over = "it was over before anybody heard of it";
    let strict = r#"{"skip_unheard":["encounters"]}"#;
    for (status, memo, usual, skipping) in [
        ("finished", None, "PatientAdmin.Discharge", over),
        ("cancelled", None, "PatientAdmin.Cancel", over),
        ("finished", Some("here:x"), "PatientAdmin.Discharge", "PatientAdmin.Discharge"),
        ("in-progress", None, "PatientAdmin.Arrival", "PatientAdmin.Arrival"),
    ] {
        let encounter = json!({ "resourceType": "Encounter", "id": "1", "status": status });
        assert_eq!(collected(encounter.clone(), memo, "{}"), usual, "{status}");
        assert_eq!(collected(encounter, memo, strict), skipping, "{status}");
    }
}

#[test]
fn reads_the_class_of_other_versions() {
    for class in [
        json!({ "code": "AMB", "display": "ambulatory" }),
        json!([{ "coding": [{ "code": "AMB", "display": "ambulatory" }] }]),
        json!([{ "text": "ambulatory" }]),
    ] {
        let encounter = json!({ "resourceType": "Encounter", "id": "1", "class": class });
        let context =
            Context { action: "encounters".into(), settings: "{}".into(), ..Context::default() };
        let change = Change::json("1", &json!({ "resource": encounter })).unwrap();
        let step = FhirR4::collect(&context, &change, None, &[]).unwrap();
        let Step::Notify(told) = step else { panic!("{step:?}") };
        let payload: serde_json::Value = serde_json::from_str(&told.payload).unwrap();
        assert_eq!(payload["Visit"]["PatientClass"], "ambulatory", "{class}");
    }
}

#[test]
fn a_stay_and_an_order_of_another_patient_are_cancelled_for_the_first() {
    let patient = Response::new(200, r#"{"resourceType":"Patient","id":"7"}"#);
    for (action, memo, event) in
        [("encounters", "here:x", "PatientAdmin.Cancel"), ("orders", "active", "Order.Cancel")]
    {
        let context =
            Context { action: action.into(), settings: "{}".into(), ..Context::default() };
        let data = json!({ "resource": { "id": "1", "subject": { "reference": "Patient/8" } } });
        let mut change = Change::json("1", &data).unwrap().key("Patient/7");
        change.kind = ChangeKind::MovedAway;
        let answers = [patient.clone()];
        let step = FhirR4::moved_away(&context, &change, Some(memo), &answers).unwrap();
        let Step::Notify(told) = step else { panic!("{step:?}") };
        assert_eq!((told.event.as_str(), told.memo.as_deref()), (event, Some("unheard")));
        let step = FhirR4::moved_away(&context, &change, None, &[]).unwrap();
        assert!(matches!(step, Step::Skip(_)), "{step:?}");
    }
}

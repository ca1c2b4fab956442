//! Who records are about: several patients, merged ones, and the names that hold now.

use fhir_r4::FhirR4;
use rounds_sdk::{
    Change, ChangeKind, Connector, Context, Notification, Response, Step, test::BASE_URL,
};
use serde_json::{Value, json};

fn context(action: &str) -> Context {
    Context {
        action: action.into(),
        settings: "{}".into(),
        base_url: BASE_URL.into(),
        since: "2026-01-01T00:00:00Z".into(),
        now: "2026-05-05T10:00:00Z".into(),
        ..Context::default()
    }
}

/// The change that a page with this resource alone makes.
fn change(action: &str, resource: &Value) -> Change {
    let bundle = json!({ "resourceType": "Bundle", "entry": [{ "resource": resource }] });
    let answer = Response::new(200, bundle.to_string());
    FhirR4::changes(&context(action), None, &answer).unwrap().changes.remove(0)
}

/// What collecting comes to, where the server has these records and no other.
fn collected(action: &str, change: &Change, memo: Option<&str>, known: &[Value]) -> Step {
    let mut answers = Vec::new();
    loop {
        match FhirR4::collect(&context(action), change, memo, &answers).unwrap() {
            Step::Fetch(asked) => answers.extend(asked.iter().map(|request| {
                let is_it = |it: &&Value| {
                    let (kind, id) =
                        (it["resourceType"].as_str().unwrap(), it["id"].as_str().unwrap());
                    request.target == format!("/{kind}/{id}")
                };
                let found = known.iter().find(is_it);
                found.map_or(Response::new(404, ""), |it| Response::new(200, it.to_string()))
            })),
            step => return step,
        }
    }
}

fn told(step: Step) -> (Notification, Value) {
    let Step::Notify(told) = step else { panic!("{step:?}") };
    let payload = serde_json::from_str(&told.payload).unwrap();
    (told, payload)
}

fn patient(id: &str, family: &str) -> Value {
    json!({ "resourceType": "Patient", "id": id, "name": [{ "family": family, "given": ["Ann"] }] })
}

/// An appointment of these patients, each with a status.
fn appointment(patients: &[(&str, &str)]) -> Value {
    let who = |(id, status): &(&str, &str)| json!({ "actor": { "reference": format!("Patient/{id}") }, "status": status });
    let participant: Vec<Value> = patients.iter().map(who).collect();
    json!({ "resourceType": "Appointment", "id": "1", "status": "booked", "participant": participant })
}

#[test]
fn an_appointment_is_told_of_who_takes_part_and_lists_the_others() {
    let known = [patient("a", "Alpha"), patient("b", "Beta"), patient("c", "Gamma")];
    let other = |id: &str, name: &str| json!({ "Code": "AdditionalPatient", "Codeset": "EHRID", "Description": format!("Ann {name}"), "Value": id });
    for (patients, first, others) in [
        (&[("a", "accepted")][..], "a", vec![]),
        (&[("a", "accepted"), ("b", "needs-action")], "a", vec![other("b", "Beta")]),
        (&[("a", "declined"), ("b", "accepted")], "b", vec![]),
        (
            &[("a", "declined"), ("b", "accepted"), ("c", "tentative")],
            "b",
            vec![other("c", "Gamma")],
        ),
        (&[("a", "declined")], "a", vec![]),
    ] {
        let change = change("appointments", &appointment(patients));
        assert_eq!(change.key, Some(format!("Patient/{first}")));
        let (_, payload) = told(collected("appointments", &change, None, &known));
        assert_eq!(payload["Patient"]["Identifiers"][0]["ID"], first);
        assert_eq!(payload["AppointmentInfo"], json!(others), "{patients:?}");
    }
}

#[test]
fn who_comes_first_may_change_and_takes_it_from_nobody() {
    for (patients, is_taken) in [
        (&[("b", "accepted"), ("a", "accepted")][..], false),
        (&[("b", "accepted"), ("a", "declined")], true),
        (&[("b", "accepted")], true),
    ] {
        let mut change = change("appointments", &appointment(patients)).key("Patient/a");
        change.kind = ChangeKind::MovedAway;
        let known = [Response::new(200, patient("a", "Alpha").to_string())];
        let step = FhirR4::moved_away(&context("appointments"), &change, Some("active:x"), &known);
        match step.unwrap() {
            Step::Notify(told) => assert!(is_taken && told.event == "Scheduling.Cancel"),
            Step::Skip(skipped) => assert!(!is_taken && skipped.memo.is_none(), "{patients:?}"),
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn a_merge_is_told_once_with_both_records_identifiers() {
    let link = |kind: &str, id: &str| json!([{ "type": kind, "other": { "reference": format!("Patient/{id}") } }]);
    let with = |mut patient: Value, link: Value| {
        patient["link"] = link;
        patient
    };
    let gone = with(patient("a", "Alpha"), link("replaced-by", "b"));
    let stays = with(patient("b", "Beta"), link("replaces", "a"));
    let ids =
        |of: &Value| of.as_array().unwrap().iter().map(|it| it["ID"].clone()).collect::<Vec<_>>();

    // By the one that is replaced, known before or not.
    for memo in [Some("known"), None] {
        let change = change("patients", &gone);
        let (notification, payload) =
            told(collected("patients", &change, memo, std::slice::from_ref(&stays)));
        assert_eq!(notification.event, "PatientAdmin.PatientMerge");
        assert_eq!(ids(&payload["Patient"]["Identifiers"]), ["b"]);
        assert_eq!(ids(&payload["Patient"]["PreviousIdentifiers"]), ["a"]);
        assert_eq!(payload["Patient"]["Demographics"]["LastName"], "Beta");
        assert!(payload["Visit"].is_null());
        let again = collected(
            "patients",
            &change,
            notification.memo.as_deref(),
            std::slice::from_ref(&stays),
        );
        assert!(matches!(again, Step::Skip(_)), "{again:?}");
    }
    // The one that stays doesn't say it again, unless it is the only one.
    let change = change("patients", &stays);
    for (memo, event) in
        [(Some("known"), "PatientAdmin.PatientUpdate"), (None, "PatientAdmin.NewPatient")]
    {
        let (notification, _) =
            told(collected("patients", &change, memo, std::slice::from_ref(&gone)));
        assert_eq!(notification.event, event);
    }
    for known in [&[][..], &[patient("a", "Alpha")]] {
        let (notification, payload) = told(collected("patients", &change, Some("known"), known));
        assert_eq!(notification.event, "PatientAdmin.PatientMerge");
        assert_eq!(ids(&payload["Patient"]["PreviousIdentifiers"]), ["a"]);
        let memo = notification.memo.as_deref();
        let (again, _) = told(collected("patients", &change, memo, known));
        assert_eq!(again.event, "PatientAdmin.PatientUpdate");
    }
    // Whoever has not heard of it either: nobody else may ever tell it.
    let (first, payload) = told(collected("patients", &change, None, &[]));
    assert_eq!(first.event, "PatientAdmin.PatientMerge");
    assert_eq!(payload["Patient"]["Demographics"]["LastName"], "Beta");
}

#[test]
fn whom_a_reference_names_without_a_link_or_a_type_is_told() {
    let who = json!({ "identifier": { "system": "urn:mrn", "value": "M7" }, "display": "Beta" });
    let order = json!({
        "resourceType": "ServiceRequest", "id": "1", "status": "active", "intent": "order",
        "subject": who,
    });
    let (_, payload) = told(collected("orders", &change("orders", &order), None, &[]));
    assert_eq!(payload["Patient"]["Identifiers"][0]["ID"], "M7");
    assert_eq!(payload["Patient"]["Demographics"]["LastName"], "Beta");
    let mut gone = patient("a", "Alpha");
    gone["link"] = json!([{ "type": "replaced-by", "other": who }]);
    let (told, payload) = told(collected("patients", &change("patients", &gone), None, &[]));
    assert_eq!(told.event, "PatientAdmin.PatientMerge");
    assert_eq!(payload["Patient"]["Identifiers"][0]["ID"], "M7");
    assert_eq!(payload["Patient"]["PreviousIdentifiers"][0]["ID"], "a");
}

#[test]
fn what_has_ended_is_not_told_for_what_holds_now() {
    let ended = json!({ "end": "2020-03" });
    let to_come = json!({ "start": "2027-01-01" });
    let record = json!({
        "resourceType": "Patient", "id": "a",
        "identifier": [
            { "value": "M1", "type": { "coding": [{ "code": "MR" }] }, "period": ended },
            { "value": "M2", "type": { "coding": [{ "code": "MR" }] } },
            { "value": "M3", "use": "old" },
        ],
        "name": [
            { "use": "official", "family": "Before", "period": ended },
            { "use": "official", "family": "Later", "period": to_come },
            { "use": "old", "family": "Old" },
            { "use": "maiden", "family": "Maiden" },
            { "use": "nickname", "family": "Now", "period": { "start": "2020-03-01" } },
        ],
        "telecom": [
            { "system": "phone", "use": "home", "value": "1", "period": ended },
            { "system": "phone", "use": "home", "value": "2" },
            { "system": "email", "value": "x@old.example", "use": "old" },
        ],
        "address": [
            { "use": "home", "city": "Before", "period": ended },
            { "use": "work", "city": "Now" },
        ],
    });
    let (_, payload) = told(collected("patients", &change("patients", &record), None, &[]));
    let ids: Vec<&Value> =
        payload["Patient"]["Identifiers"].as_array().unwrap().iter().map(|it| &it["ID"]).collect();
    assert_eq!(ids, ["a", "M2"]);
    let demographics = &payload["Patient"]["Demographics"];
    assert_eq!(demographics["LastName"], "Now");
    assert_eq!(demographics["PhoneNumber"]["Home"], "2");
    assert_eq!(demographics["EmailAddresses"], json!([]));
    assert_eq!(demographics["Address"]["City"], "Now");
}

#[test]
fn an_r5_encounter_says_as_much_as_one_of_r4() {
    let concept = |text: &str| json!({ "concept": { "text": text } });
    let encounter = |status: &str| {
        json!({
            "resourceType": "Encounter", "id": "1", "status": status,
            "class": [{ "coding": [{ "code": "IMP", "display": "inpatient encounter" }] }],
            "subject": { "reference": "Patient/a" },
            "participant": [{
                "type": [{ "coding": [{ "code": "PPRF" }] }],
                "actor": { "reference": "Practitioner/p", "display": "Dr. Sample" },
            }],
            "actualPeriod": { "start": "2026-05-05T09:00:00Z", "end": "2026-05-06T09:00:00Z" },
            "reason": [{ "use": [{ "text": "RV" }] }, { "value": [concept("Cough")] }],
            "location": [{ "location": { "reference": "Location/l" }, "form": { "text": "ward" } }],
        })
    };
    let place = json!({
        "resourceType": "Location", "id": "l", "name": "Room 1",
        "form": { "coding": [{ "code": "ro" }] }, "partOf": { "display": "Cardiology" },
    });
    for (status, event) in [
        ("planned", "PatientAdmin.PreAdmit"),
        ("in-progress", "PatientAdmin.Arrival"),
        ("on-hold", "PatientAdmin.Arrival"),
        ("discharged", "PatientAdmin.Discharge"),
        ("completed", "PatientAdmin.Discharge"),
        ("discontinued", "PatientAdmin.Discharge"),
        ("entered-in-error", "PatientAdmin.Cancel"),
    ] {
        let change = change("encounters", &encounter(status));
        let (told, payload) =
            told(collected("encounters", &change, None, std::slice::from_ref(&place)));
        assert_eq!(told.event, event, "{status}");
        let visit = &payload["Visit"];
        assert_eq!(visit["PatientClass"], "inpatient encounter");
        assert_eq!(visit["VisitDateTime"], "2026-05-05T09:00:00Z");
        assert_eq!(visit["DischargeDateTime"], "2026-05-06T09:00:00Z");
        assert_eq!(visit["Reason"], "Cough");
        assert_eq!(visit["AttendingProvider"]["LastName"], "Dr. Sample");
        assert_eq!(
            (&visit["Location"]["Room"], &visit["Location"]["Department"]),
            (&json!("Room 1"), &json!("Cardiology"))
        );
    }
}

#[test]
fn r5_appointments_and_orders_say_as_much_as_those_of_r4() {
    let concept = |text: &str| json!({ "concept": { "text": text, "coding": [{ "code": "C" }] } });
    let appointment = json!({
        "resourceType": "Appointment", "id": "1", "status": "cancelled",
        "subject": { "reference": "Patient/a" },
        "cancellationReason": { "text": "Ill" },
        "serviceType": [concept("Check")], "reason": [concept("Cough")],
        "class": [{ "text": "ambulatory" }],
    });
    let change_of = change("appointments", &appointment);
    assert_eq!(change_of.key.as_deref(), Some("Patient/a"));
    let (_, payload) = told(collected("appointments", &change_of, None, &[patient("a", "Alpha")]));
    assert_eq!(payload["Patient"]["Demographics"]["LastName"], "Alpha");
    assert_eq!(
        (&payload["Visit"]["Reason"], &payload["Visit"]["CancelReason"]),
        (&json!("Cough"), &json!("Ill"))
    );
    assert_eq!(payload["AppointmentInfo"][0]["Description"], "Check");
    assert_eq!(payload["AppointmentInfo"][0]["Code"], "C");

    let order = json!({
        "resourceType": "ServiceRequest", "id": "1", "status": "active", "intent": "order",
        "code": concept("Blood count"), "subject": { "reference": "Patient/a" },
        "reason": [concept("Fatigue")],
        "orderDetail": [{ "parameter": [{ "code": { "text": "Volume" }, "valueQuantity": { "value": 5.0, "unit": "ml" } }] }],
        "patientInstruction": [{ "instructionMarkdown": "Fast." }],
    });
    let (_, payload) = told(collected("orders", &change("orders", &order), None, &[]));
    assert_eq!(payload["Order"]["Procedure"]["Description"], "Blood count");
    assert_eq!(payload["Order"]["Diagnoses"][0]["Name"], "Fatigue");
    let info = &payload["Order"]["ClinicalInfo"][0];
    assert_eq!(
        (&info["Description"], &info["Value"], &info["Units"]),
        (&json!("Volume"), &json!("5.0"), &json!("ml"))
    );
}

#[test]
fn an_observation_without_a_result_is_none_yet() {
    let observation = |status: &str| {
        change(
            "results",
            &json!({ "resourceType": "DiagnosticReport", "id": "o", "status": status }),
        )
    };
    let as_observation = |status: &str| Change {
        id: "Observation/o".into(),
        data: json!({ "resource": { "resourceType": "Observation", "id": "o", "status": status } })
            .to_string(),
        ..observation(status)
    };
    let step = collected("results", &as_observation("registered"), None, &[]);
    let Step::Skip(skipped) = step else { panic!("{step:?}") };
    assert_eq!(skipped.memo.as_deref(), Some("untold"));
    let (told, _) = told(collected("results", &as_observation("final"), Some("untold"), &[]));
    assert_eq!(told.event, "Results.New");
}

//! What a sweep finds that the server has no more.

use fhir_r4::FhirR4;
use rounds_sdk::{Change, ChangeKind, Connector, Context, Response, Step};
use serde_json::{Value, json};

fn collect(action: &str, id: &str, memo: Option<&str>, collected: &[Response]) -> Step {
    let context = Context { action: action.into(), settings: "{}".into(), ..Context::default() };
    let mut change = Change::json(id, &Value::Null).unwrap().key("Patient/7");
    change.kind = ChangeKind::Deleted;
    FhirR4::collect(&context, &change, memo, collected).unwrap()
}

#[test]
fn what_was_told_as_one_that_stands_is_taken_back() {
    let patient = Response::new(200, r#"{"resourceType":"Patient","id":"7"}"#);
    for (action, id, memo, event, number) in [
        ("appointments", "1", "active:x", "Scheduling.Cancel", ("/Visit/VisitNumber", "1")),
        ("appointments", "1", "noshow:x:V:9", "Scheduling.Cancel", ("/Visit/VisitNumber", "V:9")),
        ("encounters", "1", "here:x", "PatientAdmin.Cancel", ("/Visit/VisitNumber", "1")),
        ("encounters", "1", "gone:x:V9", "PatientAdmin.Cancel", ("/Visit/VisitNumber", "V9")),
        ("orders", "1", "active", "Order.Cancel", ("/Order/ID", "1")),
        (
            "results",
            "DiagnosticReport/1",
            "told",
            "Results.Modification",
            ("/Orders/0/ApplicationOrderID", "1"),
        ),
    ] {
        let Step::Fetch(asked) = collect(action, id, Some(memo), &[]) else { panic!("{action}") };
        assert_eq!((asked.len(), asked[0].target.as_str()), (1, "/Patient/7"));
        for patient in [patient.clone(), Response::new(404, "")] {
            let Step::Notify(told) = collect(action, id, Some(memo), &[patient]) else {
                panic!("{action}")
            };
            assert_eq!((told.event.as_str(), told.memo.as_deref()), (event, Some("unheard")));
            let payload: Value = serde_json::from_str(&told.payload).unwrap();
            assert_eq!(payload["Patient"]["Identifiers"][0]["ID"], "7");
            assert_eq!(payload.pointer(number.0), Some(&json!(number.1)), "{payload}");
        }
    }
}

#[test]
fn of_what_stood_for_nobody_nothing_is_told() {
    for (action, memos) in [
        ("appointments", &["cancelled:x", "draft", "unheard"][..]),
        ("encounters", &["cancelled:x", "unheard"]),
        ("orders", &["cancelled", "draft", "unheard"]),
        ("results", &["untold", "unheard", "listed"]),
        ("patients", &["known"]),
    ] {
        for memo in memos.iter().copied().map(Some).chain([None]) {
            let step = collect(action, "Observation/1", memo, &[]);
            let Step::Skip(skipped) = step else { panic!("{action} {memo:?}: {step:?}") };
            assert_eq!(skipped.memo.as_deref(), Some("unheard"));
        }
    }
}

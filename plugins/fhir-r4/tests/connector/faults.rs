//! Answers that are none, and what must not become of them: an empty page.

use fhir_r4::FhirR4;
use rounds_sdk::{Failure, Response, test::Harness};

use crate::server::failure;

#[test]
fn every_fault_is_a_failure_of_its_kind() {
    let outcome = |severity: &str| {
        format!(r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}"}}]}}"#)
    };
    let entry = |entry: &str| format!(r#"{{"resourceType":"Bundle","entry":[{entry}]}}"#);
    let inside = entry(&format!(r#"{{"resource":{}}}"#, outcome("fatal")));
    let unexpected = |says: &str| Failure::unexpected(says);
    for (status, body, expected) in [
        (200, "<!DOCTYPE html><title>Sign in</title>", unexpected("HTML with status 200")),
        (
            200,
            r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Appoint"#,
            unexpected("no valid JSON at line 1, column 70"),
        ),
        (200, "", unexpected("no valid JSON at line 1, column 0")),
        (200, &outcome("error"), unexpected("a search was not answered with a Bundle")),
        (200, &inside, unexpected("an OperationOutcome of an error inside a Bundle")),
        (200, &entry("{}"), unexpected("an entry without a resource")),
        (
            200,
            &entry(r#"{"resource":{"resourceType":"Appointment"}}"#),
            unexpected("a resource without an id"),
        ),
        (401, &outcome("error"), Failure::Unauthorized("status 401".into())),
        (403, &outcome("error"), Failure::Unauthorized("status 403".into())),
        (404, "", unexpected("status 404")),
        (410, "", unexpected("status 410")),
        (429, "", Failure::Throttled(None)),
        (500, "", Failure::Unavailable("status 500".into())),
    ] {
        assert_eq!(failure(None, &Response::new(status, body)), expected, "{status} {body}");
    }
}

#[test]
fn a_warning_inside_a_page_is_no_record() {
    let page = r#"{"resourceType":"Bundle","entry":[{"search":{"mode":"outcome"},"resource":
        {"resourceType":"OperationOutcome","issue":[{"severity":"warning"}]}}]}"#;
    let poll = Harness::<FhirR4>::new("appointments").answer(200, page).poll().unwrap();
    assert_eq!(poll.changes, []);
}

#[test]
fn a_patient_who_cannot_be_had_for_now_fails_the_change_alone() {
    let mut harness = Harness::<FhirR4>::new("appointments")
        .on("GET /Location/1", 503, "")
        .exchanges(include_str!("../exchanges/appointment-hold.json"))
        .unwrap();
    let error = harness.poll().unwrap_err();
    assert_eq!(error.to_string(), "collect failed: unavailable: status 503");
}

//! Answers that are none, and what must not become of them: an empty page.

use fhir_r4::FhirR4;
use rounds_sdk::{Connector, Failure, Response, Step, test::Harness};

use crate::server::{Server, Ways, failure};

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
        (
            200,
            r#"{"resourceType":"Bundle","entry":"none"}"#,
            unexpected("the entries of a Bundle are no list"),
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
fn a_server_that_refuses_to_count_is_not_asked_again() {
    let refused = Response::new(400, "");
    let context = Server::new(Ways::default(), 2).context();
    let page = FhirR4::changes(&context, None, &refused).unwrap();
    let request = FhirR4::poll(&context, Some(&page.cursor)).unwrap();
    assert!(page.more && !request.target.contains("_total"), "{}", request.target);
    assert_eq!(failure(Some(&page.cursor), &refused), Failure::unexpected("status 400"));
}

#[test]
fn an_odd_entry_takes_no_other_along() {
    let good = r#"{"resource":{"resourceType":"Appointment","id":"good"}}"#;
    for (odd, id, says) in [
        (r#"{"resource":{"resourceType":"Appointment","id":"a","meta":null}}"#, Some("a"), None),
        (
            r#"{"resource":{"resourceType":"Appointment","id":7,"meta":{"versionId":2}}}"#,
            Some("7"),
            None,
        ),
        (r#"{"resource":{"id":"b","participant":{"actor":[{"reference":7}]}}}"#, Some("b"), None),
        (
            r#"{"resource":{"resourceType":"Appointment","id":"c","meta":{"lastUpdated":"2026-01-01T09:00:00"}}}"#,
            Some("c"),
            None,
        ),
        (
            r#"{"search":null,"resource":{"resourceType":"Appointment","id":"d","minutesDuration":30.0}}"#,
            Some("d"),
            None,
        ),
        (r#"{"request":{"method":"DELETE"}}"#, None, None),
        (r#"{"resource":null}"#, None, Some("an entry without a resource")),
        (
            r#"{"resource":{"resourceType":7,"id":"e"},"search":{"mode":"match"}}"#,
            None,
            Some("a resource of another type"),
        ),
        ("null", None, Some("an entry that is no object")),
        (r#""text""#, None, Some("an entry that is no object")),
        (r#"{"resource":"text"}"#, None, Some("what stands for a resource is none")),
        (r#"{"resource":["Appointment"]}"#, None, Some("what stands for a resource is none")),
        (
            r#"{"resource":{"resourceType":"Appointment","id":null}}"#,
            None,
            Some("a resource without an id"),
        ),
    ] {
        let body = format!(
            r#"{{"resourceType":"Bundle","total":"2","link":null,"entry":[{odd},{good}]}}"#
        );
        let context = Server::new(Ways::default(), 20).context();
        let page = FhirR4::changes(&context, None, &Response::new(200, body)).unwrap();
        let ids: Vec<&str> = page.changes.iter().map(|change| change.id.as_str()).collect();
        assert_eq!(ids, id.into_iter().chain(["good"]).collect::<Vec<_>>(), "{odd}");
        let unreadable: Vec<(&str, &str)> =
            page.unreadable.iter().map(|it| (it.place.as_str(), it.reason.as_str())).collect();
        assert_eq!(unreadable, says.map(|says| ("entry 1", says)).into_iter().collect::<Vec<_>>());
        for change in &page.changes {
            let step = FhirR4::collect(&context, change, None, &[]);
            assert!(matches!(step, Ok(Step::Notify(_))), "{odd}: {step:?}");
        }
    }
}

#[test]
fn what_differs_in_its_meta_alone_says_the_same() {
    let content = |meta: &str, rest: &str| {
        let body = format!(
            r#"{{"resourceType":"Bundle","entry":[{{"resource":{{"id":"1",{meta}{rest}}}}}]}}"#
        );
        let context = Server::new(Ways::default(), 20).context();
        let page = FhirR4::changes(&context, None, &Response::new(200, body)).unwrap();
        page.changes[0].content.clone().unwrap()
    };
    let booked = r#""status":"booked""#;
    let first =
        content(r#""meta":{"versionId":"1","lastUpdated":"2026-01-01T11:00:00Z"},"#, booked);
    let later =
        content(r#""meta":{"versionId":"1","lastUpdated":"2026-01-01T11:00:07Z"},"#, booked);
    assert_eq!(first, later);
    let cancelled = content(r#""meta":{"versionId":"1"},"#, r#""status":"cancelled""#);
    assert_ne!(first, cancelled);
}

#[test]
fn a_warning_inside_a_page_is_no_record() {
    let page = r#"{"resourceType":"Bundle","entry":[{"search":{"mode":"outcome"},"resource":
        {"resourceType":"OperationOutcome","issue":[{"severity":"warning"}]}}]}"#;
    let mut harness = Harness::<FhirR4>::new("appointments").answer(200, page).answer(200, page);
    assert_eq!(harness.poll().unwrap().changes, []);
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

//! Answers that are none, and what must not become of them: an empty page.

use fhir_r4::FhirR4;
use rounds_sdk::{Connector, Context, Failure, Response, Step, test::Harness};
use serde_json::{Value, json};

use crate::server::{Server, Ways, failure};

const ASKED: &str = " to a search of Appointment by _lastUpdated, _sort, _count, _total";
const MAY_NOT: &str = ": the EHR must let this client read and search Appointment";

#[test]
fn every_fault_is_a_failure_of_its_kind() {
    let outcome = |severity: &str| {
        format!(r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}"}}]}}"#)
    };
    let entry = |entry: &str| format!(r#"{{"resourceType":"Bundle","entry":[{entry}]}}"#);
    let inside = entry(&format!(r#"{{"resource":{}}}"#, outcome("fatal")));
    let unexpected = |says: &str| Failure::unexpected(says);
    for (status, body, expected) in [
        (
            200,
            "<!DOCTYPE html><title>Sign in</title>",
            unexpected(&format!(
                "HTML with status 200{ASKED}: a page for people; check `base_url` and `auth`, and \
                 what stands between"
            )),
        ),
        (
            200,
            r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Appoint"#,
            unexpected("no valid JSON at line 1, column 70 (status 200, media type none)"),
        ),
        (200, " \n", unexpected("a search was answered without a body (status 200)")),
        (200, &outcome("error"), unexpected("a search was not answered with a Bundle")),
        (200, &inside, unexpected("an OperationOutcome of an error inside a Bundle")),
        (
            200,
            r#"{"resourceType":"Bundle","entry":"none"}"#,
            unexpected("the entries of a Bundle are no list"),
        ),
        (
            401,
            &outcome("error"),
            Failure::Unauthorized(format!(
                "status 401{ASKED}: it does not take who asks; check the connection's `auth`"
            )),
        ),
        (403, &outcome("error"), Failure::Unauthorized(format!("status 403{ASKED}{MAY_NOT}"))),
        (
            404,
            "",
            unexpected(&format!(
                "status 404{ASKED}: is `base_url` right, and does the EHR have Appointment?"
            )),
        ),
        (410, "", unexpected(&format!("status 410{ASKED}"))),
        (429, "", Failure::Throttled(None)),
        (500, "", Failure::Unavailable(format!("status 500{ASKED}"))),
        (202, "", Failure::Unavailable(format!("status 202{ASKED}: its answer is not ready yet"))),
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
    let says = "status 400 to a search of Appointment by _lastUpdated, _sort, _count: it must be \
        possible to search by _lastUpdated";
    assert_eq!(failure(Some(&page.cursor), &refused), Failure::unexpected(says));
}

#[test]
fn what_a_server_says_is_told_from_closed_lists_alone() {
    let outcome = |issue: Value| {
        let outcome = json!({ "resourceType": "OperationOutcome", "issue": issue });
        Response::new(403, outcome.to_string())
    };
    let issue = |code: &str, words: &str| json!([{ "severity": "error", "code": code, "diagnostics": words }]);
    for (issue, says) in [
        (
            issue("not-supported", "unknown parameter '_sort' for Jane Doe"),
            " (not-supported, about `_sort`)",
        ),
        (issue("invalid", "_lastUpdatedJane"), " (invalid)"),
        (issue("jane", "Jane Doe"), ""),
        (issue("invalid structure", "_since"), ""),
        (issue("", "_count"), " (about `_count`)"),
        (
            json!([{ "code": "too-costly", "expression": ["http._count"] }]),
            " (too-costly, about `_count`)",
        ),
        (json!("Jane"), ""),
    ] {
        let expected = Failure::Unauthorized(format!("status 403{says}{ASKED}{MAY_NOT}"));
        assert_eq!(failure(None, &outcome(issue)), expected);
    }
    let inside = r#"{"resourceType":"OperationOutcome","issue":[{"code":"throttled"}]}"#;
    let says = "a search was not answered with a Bundle (throttled)";
    assert_eq!(failure(None, &Response::new(200, inside)), Failure::unexpected(says));
}

#[test]
fn an_answer_without_a_body_changes_nothing_and_is_said() {
    let context = Server::new(Ways::default(), 2).context();
    for answer in [Response::new(204, ""), Response::new(205, "")] {
        let cursor = r#"{"since":"2026-01-01T10:00:03.001Z"}"#;
        let page = FhirR4::changes(&context, Some(cursor), &answer).unwrap();
        assert_eq!((page.changes.len(), page.more, page.cursor.as_str()), (0, false, cursor));
        assert!(page.notices[0].contains("without a body"), "{:?}", page.notices);
        let listing = Context { listing: true, ..context.clone() };
        assert!(FhirR4::changes(&listing, None, &answer).is_err(), "everything would be gone");
    }
}

#[test]
fn a_server_that_refuses_fractions_is_asked_for_whole_seconds() {
    let mut server = Server::new(Ways { whole: true, ..Ways::default() }, 10);
    for id in 0..35 {
        server.now += 300;
        server.change(id);
    }
    server.now += 90_000;
    server.poll(|_| {}).unwrap();
    assert_eq!(server.missed(), []);
    server.now += 60_000;
    assert_eq!(server.poll(|_| {}), Ok(1));
    let says: Vec<_> = server.notices.iter().filter(|it| it.contains("fractions")).collect();
    assert_eq!(says.len(), 1);
    // Asked again from a cursor of before.
    server.cursor = Some(r#"{"since":"2026-01-01T10:00:03.001Z"}"#.into());
    server.seen.clear();
    server.poll(|_| {}).unwrap();
    assert_eq!(server.seen.len(), 26);
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
    assert_eq!(
        error.to_string(),
        "collect failed: unavailable: status 503 to a request for a Location"
    );
}

//! What a server's history says was deleted.

use fhir_r4::FhirR4;
use rounds_sdk::test::{Harness, Poll};
use serde_json::{Value, json};

/// A page without a record.
const NOTHING: &str = r#"{"resourceType":"Bundle"}"#;

fn booked(version: u32) -> Value {
    json!({ "resourceType": "Appointment", "id": "1", "status": "booked",
        "meta": { "versionId": version.to_string(), "lastUpdated": "2026-01-01T23:59:00Z" } })
}

fn page(record: &Value) -> String {
    json!({ "resourceType": "Bundle", "entry": [{ "resource": record }] }).to_string()
}

/// A page of a history, with these entries and a link to this one.
fn history(entries: &[Value], next: Option<&str>) -> String {
    let link: Vec<_> = next.iter().map(|url| json!({ "relation": "next", "url": url })).collect();
    json!({ "resourceType": "Bundle", "type": "history", "link": link, "entry": entries })
        .to_string()
}

fn deleted(version: u32) -> Value {
    json!({ "fullUrl": "http://ehr.example/fhir/Appointment/1",
        "request": { "method": "DELETE", "url": format!("Appointment/1/_history/{version}") } })
}

/// One that told of the appointment, ten minutes before it asks for what was deleted.
fn told() -> Harness<FhirR4> {
    let mut harness = Harness::<FhirR4>::new("appointments")
        .settings(&json!({ "history": 600 }))
        .answer(200, page(&booked(1)))
        // The hour before, as nobody says what time it is.
        .answer(200, NOTHING);
    let poll = harness.poll().unwrap();
    assert_eq!((poll.events(), poll.requests.len()), (vec![("1", "Scheduling.New")], 2));
    harness
}

/// The poll of ten minutes later, in which the history says this.
fn later(harness: Harness<FhirR4>, pages: &[String]) -> (Harness<FhirR4>, Poll) {
    let mut harness = harness.answer(200, NOTHING);
    for page in pages {
        harness = harness.answer(200, page);
    }
    let poll = harness.now("2026-01-02T00:10:00Z").poll().unwrap();
    (harness, poll)
}

#[test]
fn a_deletion_is_told_once_it_was_looked_up() {
    for status in [404, 410] {
        let harness = told().on("GET /Appointment/1", status, "");
        let created = json!({ "resource": booked(1), "request": { "method": "POST" } });
        let (harness, poll) = later(harness, &[history(&[deleted(2), created], None)]);
        assert_eq!(poll.events(), [("1", "Scheduling.Cancel")]);
        let asked = "GET /Appointment/_history?_since=2026-01-01T23:00:00Z&_count=100";
        assert_eq!(poll.requests[1..], [asked, "GET /Appointment/1"]);

        let mut harness = harness.answer(200, NOTHING);
        let idle = harness.now("2026-01-02T00:19:59Z").poll().unwrap();
        assert_eq!(idle.requests.len(), 1, "not before it is due");
        let mut harness = harness.answer(200, NOTHING).answer(200, history(&[deleted(2)], None));
        let again = harness.now("2026-01-02T00:20:00Z").poll().unwrap();
        assert_eq!((again.requests.len(), again.events()), (2, vec![]), "told once");

        let back =
            harness.answer(200, page(&booked(3))).now("2026-01-02T00:21:00Z").poll().unwrap();
        assert_eq!(back.events(), [("1", "Scheduling.New")]);
    }
}

#[test]
fn what_stands_again_is_not_taken_back() {
    let harness = told().on("GET /Appointment/1", 200, booked(3).to_string());
    let (_, poll) = later(harness, &[history(&[deleted(2)], None)]);
    assert_eq!(poll.events(), []);
    assert_eq!(poll.skipped.len(), 1);
    let again = json!({ "resource": booked(3), "request": { "method": "PUT" } });
    let (_, poll) = later(told(), &[history(&[again, deleted(2)], None)]);
    assert_eq!((poll.changes.len(), poll.requests.len()), (0, 2), "its newest entry counts");
}

#[test]
fn what_may_not_be_looked_up_is_told_at_the_last_try_and_what_stands_is_not() {
    for (status, told) in [(403, vec![("1", "Scheduling.Cancel")]), (200, vec![])] {
        let mut harness = self::told().on("GET /Appointment/1", status, booked(3).to_string());
        harness.last_try(true);
        let (_, poll) = later(harness, &[history(&[deleted(2)], None)]);
        assert_eq!(poll.events(), told, "{status}");
    }
}

#[test]
fn what_nobody_was_told_of_is_not_looked_up() {
    let other = json!({ "request": { "method": "DELETE", "url": "/Appointment/2" },
        "response": { "lastModified": "2026-01-01T23:58:00Z", "etag": "W/\"7\"" } });
    let (_, poll) = later(told(), &[history(&[other], None)]);
    assert_eq!(poll.changes[0].version.as_deref(), Some("W/\"7\""));
    assert_eq!((poll.events(), poll.requests.len()), (vec![], 2));
}

#[test]
fn it_is_read_as_far_back_as_deletions_are_not_known() {
    let at = |time: &str| {
        json!({ "resource": { "resourceType": "Appointment", "id": time,
            "meta": { "lastUpdated": format!("2026-01-01T{time}Z") } } })
    };
    let pages = [
        history(
            &[at("23:59:00"), at("23:58:00")],
            Some("http://ehr.example/fhir/Appointment/_history?page=1"),
        ),
        history(
            &[at("23:57:00"), deleted(2)],
            Some("http://ehr.example/fhir/Appointment/_history?page=2"),
        ),
        // Its link forgets from when on was asked.
        history(&[at("22:59:00")], Some("http://ehr.example/fhir/Appointment/_history?page=3")),
    ];
    let harness = told().on("GET /Appointment/1", 410, "");
    let (_, poll) = later(harness, &pages);
    assert_eq!(poll.events(), [("1", "Scheduling.Cancel")]);
    assert_eq!(poll.requests.len(), 1 + 3 + 1);
}

#[test]
fn where_there_is_none_that_is_said_and_all_else_goes_on() {
    for (status, body) in [(404, ""), (403, ""), (501, ""), (500, ""), (200, NOTHING)] {
        let harness = told().answer(200, page(&booked(2))).answer(status, body);
        let mut harness = harness.answer(200, page(&booked(3)));
        let poll = harness.now("2026-01-02T00:10:00Z").poll().unwrap();
        assert!(poll.notices[0].contains("no _history that can be read"), "{:?}", poll.notices);
        let next = harness.now("2026-01-02T12:00:00Z").poll().unwrap();
        assert_eq!((next.changes.len(), next.requests.len()), (1, 1), "{status}");
    }
}

#[test]
fn a_history_that_fails_keeps_no_search_waiting() {
    let harness = told().answer(200, NOTHING).answer(503, "");
    let mut harness = harness.answer(200, page(&booked(2)));
    let error = harness.now("2026-01-02T00:10:00Z").poll().unwrap_err().to_string();
    assert!(error.contains("503"), "{error}");
    let poll = harness.now("2026-01-02T00:10:30Z").poll().unwrap();
    assert_eq!((poll.changes.len(), poll.requests.len()), (1, 1));
    let mut harness = harness.answer(200, NOTHING).answer(200, history(&[], None));
    let poll = harness.now("2026-01-02T00:11:00Z").poll().unwrap();
    assert_eq!(poll.requests.len(), 2, "once more");
}

#[test]
fn a_history_that_leads_elsewhere_is_read_as_far_as_it_goes_and_said() {
    let link = |next: &str, this: &str| {
        let link = |relation: &str, url: &str| json!({ "relation": relation, "url": url });
        let entries = json!([deleted(2), { "request": { "method": "POST" },
            "resource": { "resourceType": "Appointment", "id": "2", "meta": { "lastUpdated": "2026-01-02T00:00:00Z" } } }]);
        json!({ "resourceType": "Bundle", "type": "history", "entry": entries,
            "link": [link("next", next), link("self", this)] })
        .to_string()
    };
    let internal = "https://fhir-internal:8443/r4/Appointment/_history";
    let next = format!("{internal}?page=2");
    let harness = told().on("GET /Appointment/1", 410, "");
    let (_, poll) = later(harness, &[link(&next, internal), history(&[], None)]);
    assert!(poll.requests.contains(&"GET /Appointment/_history?page=2".to_owned()));
    assert_eq!(poll.events(), [("1", "Scheduling.Cancel")]);
    let harness = told().on("GET /Appointment/1", 410, "");
    let (_, poll) = later(harness, &[link(&next, "")]);
    assert_eq!(poll.events(), [("1", "Scheduling.Cancel")]);
    let says = "a next link leads to https://fhir-internal:8443, which is not the base URL's";
    assert!(poll.notices.iter().any(|notice| notice.contains(says)), "{:?}", poll.notices);
}

//! A server that calls itself otherwise than it is called: its links, and whom its records are about.

use fhir_r4::FhirR4;
use rounds_sdk::{Change, Connector, Response, Step, test::BASE_URL};
use serde_json::{Value, json};

use crate::server::{INTERNAL, Links, Named, Order, Server, Ways};

fn nothing(_: &mut Server) {}

/// A server with 35 records made a second apart.
fn server(ways: Ways, page_size: usize) -> Server {
    let mut server = Server::new(ways, page_size);
    for id in 0..35 {
        server.now += 1_000;
        server.change(id);
    }
    server.now += 90_000;
    server
}

#[test]
fn links_under_another_name_of_the_server_are_followed_under_the_configured_one() {
    for named in [Named::BySelf, Named::ByRecords] {
        let mut server = server(Ways { named, order: Order::ById, cap: 10, ..Ways::default() }, 10);
        server.poll(nothing).unwrap();
        assert_eq!(server.missed(), []);
        assert!(server.requests.iter().all(|target| target.starts_with("/Appointment?")));
        assert!(server.requests.iter().any(|target| target.contains("_page=")));
    }
}

#[test]
fn a_link_that_is_not_needed_is_not_judged() {
    // All of it fits the page, or what sorts is asked on by time.
    for (links, page_size) in [(Links::None, 100), (Links::Offset, 10)] {
        let named = Named::Unsaid;
        let mut server = server(Ways { named, links, ..Ways::default() }, page_size);
        server.poll(nothing).unwrap();
        assert_eq!(server.missed(), []);
        assert_eq!(server.notices.into_iter().collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn of_a_link_that_is_needed_and_leads_away_is_said_where_and_what_to_do() {
    let ways = Ways { named: Named::Unsaid, order: Order::ById, cap: 10, ..Ways::default() };
    let mut server = server(ways, 100);
    for _ in 0..2 {
        let failure = server.poll(nothing).unwrap_err().to_string();
        let says = "unexpected response: a next link leads to https://fhir-internal:8443, which is \
            not the base URL's origin: if that is the EHR's own, add it to `allow_origins`";
        assert_eq!(failure, says);
        assert_eq!(server.missed().len(), 25, "what it showed is told");
        server.now += 60_000;
    }
}

/// The changes of a page with these entries, of which the `self` link says this.
fn changes(this: &str, entries: &Value) -> Vec<Change> {
    let link = json!([{ "relation": "self", "url": this }]);
    let bundle = json!({ "resourceType": "Bundle", "link": link, "entry": entries });
    let context = Server::new(Ways::default(), 10).context();
    let answer = Response::new(200, bundle.to_string());
    FhirR4::changes(&context, None, &answer).unwrap().changes
}

#[test]
fn a_link_that_says_nothing_is_none() {
    for url in ["", " ", "#"] {
        let entries = json!([appointment(&format!("{BASE_URL}/Appointment/1"), "Patient/7")]);
        let link = json!([{ "relation": "next", "url": url }]);
        let bundle = json!({ "resourceType": "Bundle", "link": link, "entry": entries });
        let context = Server::new(Ways::default(), 10).context();
        let answer = Response::new(200, bundle.to_string());
        let page = FhirR4::changes(&context, None, &answer).unwrap();
        assert_eq!((page.changes.len(), page.cursor.contains("pass")), (1, false), "{url:?}");
    }
}

fn appointment(full_url: &str, patient: &str) -> Value {
    let participant = json!([{ "actor": { "reference": patient }, "status": "accepted" }]);
    json!({ "fullUrl": full_url, "resource": {
        "resourceType": "Appointment", "id": "1", "status": "booked", "participant": participant,
    } })
}

#[test]
fn a_reference_under_any_of_its_names_is_its_own() {
    let other = "https://other-hospital.example/fhir";
    let here = format!("{BASE_URL}/Appointment?_count=2");
    let internal = format!("{INTERNAL}/Appointment?_count=2");
    let lies = |base: &str| format!("{base}/Appointment/1");
    let is = |base: &str| format!("{base}/Patient/7");
    let mut contents = Vec::new();
    for (this, full_url, patient, key) in [
        (&here, lies(BASE_URL), "Patient/7".to_owned(), "Patient/7"),
        (&here, lies(BASE_URL), is(BASE_URL), "Patient/7"),
        (&internal, lies(INTERNAL), is(INTERNAL), "Patient/7"),
        (&internal, lies(BASE_URL), is(INTERNAL), "Patient/7"),
        (&here, lies(INTERNAL), is(INTERNAL), "Patient/7"),
        (&here, "urn:uuid:53fefa32".into(), is(BASE_URL), "Patient/7"),
        // Somebody else's.
        (&here, lies(BASE_URL), is(other), "Appointment/1"),
        (
            &here,
            "https://other-hospital.example/fhir/Appointment/2".into(),
            is(other),
            "Appointment/1",
        ),
        (&internal, lies(INTERNAL), is(other), "Appointment/1"),
        (&here, lies(INTERNAL), is(other), "Appointment/1"),
    ] {
        let changes = changes(this, &json!([appointment(&full_url, &patient)]));
        assert_eq!(changes[0].key.as_deref(), Some(key), "{this} {full_url} {patient}");
        contents.push(changes[0].content.clone());
        let context = Server::new(Ways::default(), 10).context();
        let step = FhirR4::collect(&context, &changes[0], None, &[]).unwrap();
        match (key, step) {
            ("Patient/7", Step::Fetch(asked)) => assert_eq!(asked[0].target, "/Patient/7"),
            ("Appointment/1", Step::Notify(_)) => {}
            (_, step) => panic!("{this} {full_url} {patient}: {step:?}"),
        }
    }
    assert!(contents[..6].iter().all(|content| content == &contents[0]), "says the same");
}

#[test]
fn in_a_page_of_several_servers_each_record_has_its_own() {
    let other = "https://other-hospital.example/fhir";
    let this = format!("{BASE_URL}/Appointment");
    let entries = json!([
        appointment(&format!("{other}/Appointment/1"), &format!("{other}/Patient/7")),
        appointment(&format!("{BASE_URL}/Appointment/1"), &format!("{other}/Patient/7")),
    ]);
    let keys = changes(&this, &entries).into_iter().map(|change| change.key.unwrap());
    assert_eq!(keys.collect::<Vec<_>>(), ["Patient/7", "Appointment/1"]);
}

#[test]
fn another_servers_patient_who_came_along_is_not_taken_for_its_own() {
    let patient = |base: &str| {
        let patient = json!({ "resourceType": "Patient", "id": "7" });
        let search = json!({ "mode": "include" });
        json!({ "fullUrl": format!("{base}/Patient/7"), "search": search, "resource": patient })
    };
    let this = format!("{BASE_URL}/Appointment");
    for (base, is_known) in [(BASE_URL, true), ("https://other-hospital.example/fhir", false)] {
        let full_url = format!("{BASE_URL}/Appointment/1");
        let entries = json!([patient(base), appointment(&full_url, "Patient/7")]);
        let changes = changes(&this, &entries);
        let context = Server::new(Ways::default(), 10).context();
        let step = FhirR4::collect(&context, &changes[0], None, &[]).unwrap();
        assert_eq!(matches!(step, Step::Notify(_)), is_known, "{base}: {step:?}");
    }
}

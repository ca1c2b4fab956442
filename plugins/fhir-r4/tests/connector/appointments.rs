//! Appointments, from recorded exchanges.

use fhir_r4::FhirR4;
use rounds_sdk::{Change, ChangeKind, Connector, Context, Response, Step, test::Harness};
use serde_json::{Value, json};

fn harness(exchanges: &str) -> Harness<FhirR4> {
    let related = include_str!("../exchanges/related.json");
    Harness::new("appointments").exchanges(related).unwrap().exchanges(exchanges).unwrap()
}

#[test]
fn tells_the_events_of_a_life_apart() {
    let mut harness = harness(include_str!("../exchanges/appointment-life.json"));
    for event in [
        "Scheduling.New",
        "Scheduling.Reschedule",
        "Scheduling.Modification",
        "Scheduling.Cancel",
        "Scheduling.Modification",
        "Scheduling.New",
        "Scheduling.NoShow",
    ] {
        assert_eq!(harness.poll().unwrap().events(), [("123", event)]);
    }
}

#[test]
fn tells_who_when_and_where() {
    let mut harness = harness(include_str!("../exchanges/appointment-life.json"))
        .settings(&json!({ "identifier_types": { "https://portal.example/accounts": "PORTAL" } }));
    let poll = harness.poll().unwrap();
    let asked = ["GET /Patient/7", "GET /Practitioner/3", "GET /Location/1"];
    assert_eq!(poll.requests[1..], asked);
    assert_eq!(poll.changes[0].key.as_deref(), Some("Patient/7"));
    assert_eq!(poll.changes[0].version.as_deref(), Some("1@2026-01-01T09:00:00.000Z"));
    assert_eq!(poll.changes[0].occurred_at.as_deref(), Some("2026-01-01T09:00:00.000Z"));

    let told = &poll.notifications[0].payload;
    assert_eq!(
        told["Patient"]["Identifiers"],
        json!([
            { "ID": "7", "IDType": "EHRID" },
            { "ID": "MRN-0007", "IDType": "MR" },
            { "ID": "ada7", "IDType": "PORTAL" },
        ])
    );
    let expected = json!({
        "FirstName": "Ada", "MiddleName": "Beth Cleo", "LastName": "Example", "DOB": "1980-02-29",
        "SSN": "999-00-0007", "Sex": "Female", "Race": "White", "IsHispanic": false,
        "MaritalStatus": "Married", "IsDeceased": false, "DeathDateTime": null,
        "PhoneNumber": { "Home": "+1 555 0107", "Office": null, "Mobile": "+1 555 0108" },
        "EmailAddresses": ["ada@patients.example"], "Language": "en", "Citizenship": [],
        "Address": {
            "StreetAddress": "1 Test Street, Flat 2", "City": "Sampleton", "State": "WI",
            "ZIP": "53566", "County": null, "Country": "US",
        },
    });
    assert_eq!(told["Patient"]["Demographics"], expected);
    assert_eq!(told["Visit"]["VisitNumber"], "123");
    assert_eq!(told["Visit"]["VisitDateTime"], "2026-02-01T10:00:00Z");
    assert_eq!(told["Visit"]["Duration"], 30);
    assert_eq!(told["Visit"]["AttendingProvider"]["ID"], "1234567893");
    assert_eq!(told["Visit"]["AttendingProvider"]["LastName"], "Sample");
    let place = json!({
        "Type": "Room", "Facility": "General Hospital", "Department": "Cardiology", "Room": "Room 12",
    });
    assert_eq!(told["Visit"]["Location"], place);
    assert_eq!(told["AppointmentInfo"][0]["Code"], "185349003");
}

#[test]
fn a_hold_has_no_patient() {
    let poll = harness(include_str!("../exchanges/appointment-hold.json")).poll().unwrap();
    assert_eq!(poll.events(), [("200", "Scheduling.New")]);
    assert_eq!(poll.changes[0].key.as_deref(), Some("Appointment/200"));
    let told = &poll.notifications[0].payload;
    assert_eq!(told["Patient"]["Identifiers"], json!([]));
    assert_eq!(told["Patient"]["Demographics"]["LastName"], Value::Null);
    assert_eq!(told["Visit"]["AttendingProvider"], Value::Null);
    assert_eq!(told["Visit"]["Reason"], "Blocked for maintenance");
}

#[test]
fn bears_whatever_is_missing_or_elsewhere() {
    let poll = harness(include_str!("../exchanges/appointment-odd.json")).poll().unwrap();
    let told: Vec<&Value> = poll.notifications.iter().map(|told| &told.payload).collect();
    let last_name = |at: usize| &told[at]["Patient"]["Demographics"]["LastName"];
    assert_eq!(told.len(), 4);
    assert_eq!(told[0]["Patient"]["Identifiers"], json!([]));
    assert_eq!(last_name(1), "Contained Only");
    assert_eq!(told[1]["Visit"]["AttendingProvider"]["LastName"], "Dr. Elsewhere");
    assert_eq!(last_name(2), "Logical Only");
    assert_eq!(
        told[2]["Patient"]["Identifiers"],
        json!([{ "ID": "MRN-0009", "IDType": "urn:oid:1.2.3" }])
    );
    assert_eq!(last_name(3), "Gone Missing");
    assert_eq!(told[3]["Patient"]["Identifiers"], json!([{ "ID": "404", "IDType": "EHRID" }]));
    assert_eq!(told[3]["Visit"]["AttendingProvider"]["LastName"], "Nurse on duty");
}

#[test]
fn what_came_along_is_not_asked_for() {
    let mut harness = harness(include_str!("../exchanges/appointment-included.json"))
        .settings(&json!({ "include": true }));
    let poll = harness.poll().unwrap();
    assert_eq!(poll.requests.len(), 1);
    assert_eq!(poll.events(), [("123", "Scheduling.New")]);
    let told = &poll.notifications[0].payload;
    assert_eq!(told["Patient"]["Demographics"]["LastName"], "Example");
    assert_eq!(told["Visit"]["Location"]["Room"], "Room 12");
}

#[test]
fn asks_for_no_more_than_the_settings_want() {
    let mut harness = harness(include_str!("../exchanges/appointment-life.json"))
        .settings(&json!({ "collect": ["Patient"] }));
    let poll = harness.poll().unwrap();
    assert_eq!(poll.requests[1..], ["GET /Patient/7"]);
    assert_eq!(poll.notifications[0].payload["Visit"]["AttendingProvider"]["ID"], "3");
}

/// What collecting an appointment of this status comes to, given this memo: an event, or why there
/// is none; and the memo left, without what stands behind its state.
fn outcome(status: &str, memo: Option<&str>, context: &Context) -> (String, Option<String>) {
    let appointment = json!({ "resourceType": "Appointment", "id": "1", "status": status });
    let change = Change::json("1", &json!({ "resource": appointment })).unwrap();
    let (says, memo) = match FhirR4::collect(context, &change, memo, &[]).unwrap() {
        Step::Notify(told) => (told.event, told.memo),
        Step::Skip(skipped) => (skipped.reason, skipped.memo),
        Step::Fetch(_) => panic!("asks"),
    };
    (says, memo.map(|memo| memo.split(':').next().unwrap().to_owned()))
}

fn context(settings: &Value) -> Context {
    let (action, settings) = ("appointments".into(), settings.to_string());
    Context { action, settings, ..Context::default() }
}

#[test]
fn the_first_that_anybody_hears_is_new_or_what_it_is() {
    let over = "it was over before anybody heard of it";
    let draft = "a draft, a proposal or a plan is none yet";
    let heard = Some("active:x");
    for (status, memo, usual, strict) in [
        ("booked", None, "Scheduling.New", "Scheduling.New"),
        ("arrived", None, "Scheduling.New", "Scheduling.New"),
        ("fulfilled", None, "Scheduling.New", over),
        ("cancelled", None, "Scheduling.Cancel", over),
        ("entered-in-error", None, "Scheduling.Cancel", over),
        ("noshow", None, "Scheduling.NoShow", over),
        ("proposed", None, draft, draft),
        ("waitlist", Some("draft"), draft, draft),
        ("booked", Some("draft"), "Scheduling.New", "Scheduling.New"),
        ("cancelled", Some("draft"), over, over),
        ("booked", Some("unheard"), "Scheduling.New", "Scheduling.New"),
        ("booked", heard, "Scheduling.Reschedule", "Scheduling.Reschedule"),
        ("pending", heard, "Scheduling.Reschedule", "Scheduling.Reschedule"),
        ("cancelled", heard, "Scheduling.Cancel", "Scheduling.Cancel"),
        ("booked", Some("cancelled:x"), "Scheduling.New", "Scheduling.New"),
    ] {
        let skipping = json!({ "skip_unheard": ["appointments"] });
        for (settings, event) in [(json!({}), usual), (skipping, strict)] {
            assert_eq!(outcome(status, memo, &context(&settings)).0, event, "{status} {memo:?}");
        }
    }
}

#[test]
fn what_nobody_hears_of_is_remembered_and_asks_for_nothing() {
    let silent = Context { silent: true, ..context(&json!({})) };
    let held = include_str!("../exchanges/appointment-life.json");
    let held: Value = serde_json::from_str(held).unwrap();
    let data = json!({ "resource": held[0]["body"]["entry"][0]["resource"] });
    let change = Change::json("1", &data).unwrap();
    let step = FhirR4::collect(&silent, &change, None, &[]).unwrap();
    let Step::Skip(skipped) = step else { panic!("{step:?}") };
    assert!(skipped.memo.unwrap().starts_with("active:"));
    let draft = (String::from("it was there before"), Some(String::from("draft")));
    assert_eq!(outcome("proposed", None, &silent), draft);
}

#[test]
fn who_loses_an_appointment_to_another_hears_of_it() {
    let participant = json!([{ "actor": { "reference": "Patient/8" } }]);
    let appointment = json!({ "resourceType": "Appointment", "id": "1", "status": "booked", "participant": participant });
    let mut change =
        Change::json("1", &json!({ "resource": appointment })).unwrap().key("Patient/7");
    change.kind = ChangeKind::MovedAway;
    let context = context(&json!({}));
    let away = |memo: Option<&str>, change: &Change, collected: &[Response]| {
        FhirR4::moved_away(&context, change, memo, collected).unwrap()
    };
    let Step::Fetch(asked) = away(Some("active:x"), &change, &[]) else { panic!("asks nothing") };
    assert_eq!(asked[0].target, "/Patient/7");
    let patient = Response::new(200, r#"{"resourceType":"Patient","id":"7"}"#);
    let step = away(Some("active:x"), &change, &[patient]);
    let Step::Notify(told) = step else { panic!("{step:?}") };
    assert_eq!((told.event.as_str(), told.memo.as_deref()), ("Scheduling.Cancel", Some("unheard")));
    let payload: Value = serde_json::from_str(&told.payload).unwrap();
    assert_eq!(payload["Patient"]["Identifiers"][0]["ID"], "7");
    assert_eq!(payload["Visit"]["VisitNumber"], "1");
    for memo in [None, Some("cancelled:x"), Some("unheard"), Some("draft")] {
        let Step::Skip(skipped) = away(memo, &change, &[]) else { panic!("{memo:?}") };
        assert_eq!(skipped.memo.as_deref(), memo.map(|_| "unheard"), "{memo:?}");
    }
    let held = change.clone().key("Appointment/1");
    assert!(matches!(away(Some("active:x"), &held, &[]), Step::Skip(_)));
}

#[test]
fn what_the_ehr_refuses_is_left_out_at_the_last_try() {
    let mut harness = Harness::<FhirR4>::new("appointments")
        .on("GET /Location/1", 403, "")
        .exchanges(include_str!("../exchanges/appointment-hold.json"))
        .unwrap();
    assert!(harness.poll().is_err());
    let held: Value =
        serde_json::from_str(include_str!("../exchanges/appointment-hold.json")).unwrap();
    let data = json!({ "resource": held[0]["body"]["entry"][0]["resource"] });
    let change = Change::json("200", &data).unwrap();
    let context = Context { last_try: true, ..context(&json!({})) };
    for refused in [Response::new(403, ""), Response::new(500, ""), Response::new(200, "{}")] {
        let step = FhirR4::collect(&context, &change, None, &[refused]).unwrap();
        assert!(matches!(step, Step::Notify(_)), "{step:?}");
    }
}

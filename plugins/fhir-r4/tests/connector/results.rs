//! Results, from recorded exchanges.

use fhir_r4::FhirR4;
use rounds_sdk::{
    Connector, Context, Method, Response, Step,
    test::{BASE_URL, Harness},
};
use serde_json::{Value, json};

/// A page without a record.
const NOTHING: &str = r#"{"resourceType":"Bundle"}"#;

#[test]
fn tells_reports_with_their_observations() {
    let recorded = include_str!("../exchanges/results.json");
    let related = include_str!("../exchanges/related.json");
    let harness = Harness::<FhirR4>::new("results").exchanges(related).unwrap();
    let mut harness = harness.exchanges(recorded).unwrap();

    let poll = harness.poll().unwrap();
    let events = [("DiagnosticReport/90", "Results.New"), ("Observation/93", "Results.New")];
    assert_eq!(poll.events(), events);
    assert_eq!(poll.skipped[0].0, "Observation/91");
    let order = &poll.notifications[0].payload["Orders"][0];
    assert_eq!(order["ID"], "80");
    assert_eq!(order["ApplicationOrderID"], "90");
    let values: Vec<&Value> =
        order["Results"].as_array().unwrap().iter().map(|r| &r["Value"]).collect();
    assert_eq!(values, [&json!("140.0"), &json!("120"), &json!("<80"), &Value::Null]);
    assert_eq!(order["Results"][0]["ReferenceRange"]["High"], 145);
    assert_eq!(order["Results"][3]["Description"], "Lost in the laboratory");
    let alone = &poll.notifications[1].payload["Orders"][0]["Results"][0];
    assert_eq!(
        (&alone["Value"], &alone["ValueType"]),
        (&json!("Never smoked"), &json!("Coded Entry"))
    );

    let poll = harness.poll().unwrap();
    let events = [
        ("DiagnosticReport/90", "Results.Modification"),
        ("Observation/91", "Results.Modification"),
    ];
    assert_eq!(poll.events(), events);
}

#[test]
fn a_report_without_results_is_not_told_yet() {
    let report = |version: u32, status: &str| {
        let meta = json!({
            "versionId": version.to_string(), "lastUpdated": format!("2026-01-01T09:00:0{version}Z"),
        });
        let report = json!({ "resourceType": "DiagnosticReport", "id": "1", "meta": meta, "status": status });
        json!({ "resourceType": "Bundle", "entry": [{ "resource": report }] }).to_string()
    };
    let mut harness = Harness::<FhirR4>::new("results")
        .settings(&json!({ "observations": false }))
        .answer(200, report(1, "registered"))
        // The hour before, as nobody says what time it is.
        .answer(200, NOTHING)
        .answer(200, report(2, "preliminary"))
        .answer(200, report(3, "final"));
    assert_eq!(harness.poll().unwrap().skipped.len(), 1);
    assert_eq!(harness.poll().unwrap().events(), [("DiagnosticReport/1", "Results.New")]);
    assert_eq!(harness.poll().unwrap().events(), [("DiagnosticReport/1", "Results.Modification")]);
}

#[test]
fn many_observations_ask_together_which_report_lists_them() {
    let names: Vec<String> = (0..45).map(|id| format!("Observation/{id}")).collect();
    let entries = names.iter().map(|name| {
        let (kind, id) = name.split_once('/').unwrap();
        json!({ "resource": { "resourceType": kind, "id": id } })
    });
    let observations =
        json!({ "resourceType": "Bundle", "entry": entries.collect::<Vec<_>>() }).to_string();
    let listing = |name: &str| {
        let report = json!({ "resourceType": "DiagnosticReport", "id": "1", "result": [{ "reference": name }] });
        json!({ "resourceType": "Bundle", "entry": [{ "resource": report }] }).to_string()
    };
    let mut harness = Harness::<FhirR4>::new("results")
        .answer(200, NOTHING)
        .answer(200, NOTHING)
        .answer(200, observations)
        .answer(200, NOTHING);
    for (group, answer) in names.chunks(20).zip([
        (200, listing("Observation/7")),
        (200, NOTHING.to_owned()),
        // A server that knows no such list is asked about each alone.
        (400, String::new()),
    ]) {
        let together = group.join(",").replace('/', "%2F");
        let request = format!("GET /DiagnosticReport?result={together}&_count=100");
        harness = harness.on(&request, answer.0, answer.1);
    }
    for name in names.iter().skip(40) {
        let request = format!("GET /DiagnosticReport?result={}&_count=1", name.replace('/', "%2F"));
        harness = harness.on(&request, 200, NOTHING);
    }
    let poll = harness.poll().unwrap();
    assert_eq!(poll.requests.len(), 4 + 3 + 5, "{:#?}", poll.requests);
    assert_eq!((poll.skipped.len(), poll.notifications.len()), (1, 44));
    assert_eq!(poll.skipped[0].0, "Observation/7");
}

#[test]
fn many_long_names_are_asked_for_in_a_body_or_in_parts_where_that_is_refused() {
    let id = |at: usize| format!("{at:0120}");
    let entries: Vec<Value> = (0..20)
        .map(|at| json!({ "resource": { "resourceType": "Observation", "id": id(at), "status": "final" } }))
        .collect();
    let bundle = json!({ "resourceType": "Bundle", "entry": entries }).to_string();
    let cursor = r#"{"turn":"observations","reports":{"since":"2026-01-01T00:00:00Z"},"observations":{"since":"2026-01-01T00:00:00Z"}}"#;
    let context = Context {
        action: "results".into(),
        settings: "{}".into(),
        base_url: BASE_URL.into(),
        since: "2026-01-01T00:00:00Z".into(),
        now: "2026-01-02T00:00:00Z".into(),
        ..Context::default()
    };
    let page = FhirR4::changes(&context, Some(cursor), &Response::new(200, bundle)).unwrap();
    let change = &page.changes[19];
    let report = json!({ "resourceType": "DiagnosticReport", "id": "r",
        "result": [{ "reference": format!("Observation/{}", id(19)) }] });
    let found = json!({ "resourceType": "Bundle", "entry": [{ "resource": report }] }).to_string();
    let step = |answers: &[Response]| FhirR4::collect(&context, change, None, answers).unwrap();
    let Step::Fetch(asked) = step(&[]) else { panic!("asks nothing") };
    assert_eq!(
        (asked[0].method, asked[0].target.as_str()),
        (Method::Post, "/DiagnosticReport/_search")
    );
    assert!(matches!(step(&[Response::new(200, found.clone())]), Step::Skip(_)));
    for refused in [404, 405, 501] {
        let refused = Response::new(refused, "");
        let Step::Fetch(asked) = step(std::slice::from_ref(&refused)) else {
            panic!("asks nothing")
        };
        assert_eq!(asked[0].method, Method::Get);
        assert!(asked[0].target.len() <= 2_000 && asked[0].target.contains(&id(19)));
        assert!(matches!(step(&[refused, Response::new(200, found.clone())]), Step::Skip(_)));
    }
}

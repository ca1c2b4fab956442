//! Recorded exchanges: replayed, rewritten, and made of live EHRs with nothing of their patients.

use std::{collections::BTreeSet, fs};

use rounds::{
    config::Limits,
    connector::{Connector, Engine},
    connector_test::{
        drive::{Asked, Ehr, Setup},
        record::{self, Recorder, Recording},
        scenario::Scenario,
    },
    egress::Response,
    practice::Access,
};
use serde_json::{Value, json};

use crate::support::{
    CLINIC, Clinic, FHIR, HELLO, Said, Site, assert_fits, connection, connector_file, ehr_with,
    guest,
};

const SCENARIO: &str = r#"{
  "about": "A patient is told once",
  "action": "patients",
  "polls": [
    {
      "exchanges": [
        {
          "request": "GET /patients?since=2026-01-01T00:00:00Z",
          "body": { "patients": [["7", "v1"]], "until": "8" }
        }
      ],
      "cursor": "8",
      "notifications": [
        { "record": "7", "event": "PatientAdmin.PatientUpdate", "version": "v1", "data": {} }
      ]
    },
    {
      "exchanges": [
        { "request": "GET /patients?since=8", "body": { "patients": [["7", "v1"]], "until": "8" } }
      ],
      "cursor": "8"
    },
    {
      "exchanges": [{ "request": "GET /patients?since=8", "status": 503 }],
      "fails": "unavailable: status 503"
    }
  ]
}
"#;

async fn test(site: &Site, connector: &str, further: &[&str]) -> Said {
    let file = format!("connectors/{connector}.wasm");
    let fixed = ["connector", "test", &file, "--no-adversity"];
    let default = ["--exchanges", "exchanges"];
    let folder = if further.contains(&"--exchanges") { [].as_slice() } else { &default };
    let further = [folder, further].concat();
    let further = further.as_slice();
    site.rounds(&[fixed.as_slice(), further].concat()).await
}

/// A site with the smallest connector and this scenario.
async fn hello(scenario: &str) -> Site {
    let site = Site::new(&[HELLO]).await;
    fs::create_dir(site.path("exchanges")).unwrap();
    site.write("exchanges/once.json", scenario);
    site
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scenario_passes_as_long_as_the_connector_does_what_it_says() {
    let site = hello(SCENARIO).await;
    let said = test(&site, HELLO, &[]).await;
    let line = "ok      once: A patient is told once (3 polls, 3 requests, 1 notification)";
    assert_eq!((said.code, said.out.as_str()), (Some(0), line), "{said:?}");
    for (was, is, expected) in [
        ("?since=8", "?since=9", "*polls[1]: asked GET /patients?since=8,*GET /patients?since=9"),
        (
            "PatientUpdate",
            "NewPatient",
            "*notifications[0]*expected *.NewPatient of 7*got*nothing*",
        ),
        ("\"data\": {}", "\"data\": { \"a\": [1] }", "*notifications[0].data.a*expected [1]*"),
        ("\"version\": \"v1\"", "\"version\": \"v2\"", "*notifications[0].version*expected v2*"),
        ("\"cursor\": \"8\"", "\"cursor\": \"9\"", "*polls[0].cursor*expected 9*got*8*"),
        ("unavailable: status 503", "throttled", "*polls[2].fails*expected throttled*"),
        (
            "\"status\": 503",
            "\"status\": 200, \"body\": { \"patients\": [], \"until\": \"8\" }",
            "*fails*got      the poll succeeds",
        ),
        (
            "\"action\": \"patients\"",
            "\"action\": \"people\"",
            "*no action `people`; it has: patients",
        ),
        (
            "\"polls\": [\n    {",
            "\"settings\": { \"a\": 1 }, \"polls\": [\n    {",
            "*settings: unknown: `a`",
        ),
    ] {
        site.write("exchanges/once.json", SCENARIO.replacen(was, is, 1));
        let said = test(&site, HELLO, &[]).await;
        assert_eq!(said.code, Some(1), "{is}: {said:?}");
        assert_fits(expected, &said.out);
        let told = test(&site, HELLO, &["--json"]).await.json();
        assert_eq!(
            (&told["ok"], told["scenarios"][0]["differences"].as_array().is_some()),
            (&json!(false), true)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_scenario_is_told_with_its_place() {
    let site = hello(SCENARIO).await;
    for (was, is, expected) in [
        ("\"about\"", "\"abuot\"", "*once.json:2:9: unknown field `abuot`*"),
        ("\"cursor\"", "\"curser\"", "*once.json:12:14: unknown field `curser`*"),
        ("unavailable", "broken", "*once.json:*: unknown failure `broken`*"),
        (
            "GET /patients?since=8",
            "get /patients",
            "*once.json:*: polls[1].exchanges[0].request: is none*",
        ),
        ("\"polls\"", "\"since\": \"yesterday\", \"polls\"", "*once.json:4:*: *"),
        ("{", "", "*once.json:2:*"),
    ] {
        site.write("exchanges/once.json", SCENARIO.replacen(was, is, 1));
        let said = test(&site, HELLO, &[]).await;
        assert_eq!(said.code, Some(2), "{is}: {said:?}");
        assert_fits(expected, &said.error);
    }
    let said = test(&site, HELLO, &["--exchanges", "nowhere"]).await;
    assert_eq!(said.code, Some(2), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expectations_are_rewritten_where_one_wants_it() {
    let site = hello(&SCENARIO.replacen("\"until\": \"8\"", "\"until\": \"9\"", 1)).await;
    let said = test(&site, HELLO, &["--update"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits("updated once*polls[1].exchanges[0].request*since=8*since=9*", &said.out);
    let said = test(&site, HELLO, &[]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let text = fs::read_to_string(site.path("exchanges/once.json")).unwrap();
    assert!(
        text.contains("\"about\": \"A patient is told once\"") && text.contains("since=9\""),
        "{text}"
    );
    test(&site, HELLO, &["--update"]).await;
    assert_eq!(fs::read_to_string(site.path("exchanges/once.json")).unwrap(), text);
}

#[tokio::test]
async fn answers_stay_where_a_connector_is_what_is_to_be_mended() {
    const POLL: &str = r#"{ "action": "appointments", "polls": [{ "exchanges": [
        { "request": "GET /appointments?changedsince=0", "body": BODY },
        { "request": "GET /patient/7", "body": { "name": "Example, Patient" } }
    ], "notifications": [] }, { "exchanges": [] }] }"#;
    let engine = Engine::new(&Limits::default(), 1, None).unwrap();
    let change = r#"{ "appointments": [{ "id": "1", "version": 1, "patient": "7" }], "until": 1 }"#;
    for (name, body, is_kept) in [
        // It says itself that it is wrong, which nobody wants to expect.
        ("next-cannot-map", change, true),
        // It may be right not to understand this, and may have been asked for the patient once.
        ("plain", r#"{ "appointment": [] }"#, false),
    ] {
        let connector = Connector::load(&engine, &guest(name)).await.unwrap();
        let scenario = Scenario::parse(&POLL.replace("BODY", body)).unwrap();
        let outcome = scenario.update(&connector).await;
        assert!(!outcome.differences.is_empty());
        let updated: Value = serde_json::from_str(&outcome.updated.text()).unwrap();
        assert_eq!(updated["polls"][0]["exchanges"].as_array().unwrap().len(), 2, "{updated}");
        assert_eq!(updated["polls"][0].get("fails").is_none(), is_kept, "{updated}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_no_scenario_hears_how_to_make_one() {
    let site = Site::new(&[HELLO]).await;
    let said = site.rounds(&["connector", "test", "connectors/hello.wasm", "--no-adversity"]).await;
    assert_fits(
        "no recorded exchanges*--record exchanges*looked in connectors/hello/exchanges and connectors/exchanges*",
        &said.error,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exchanges_that_are_here_pass() {
    let site = Site::new(&[FHIR, HELLO, CLINIC]).await;
    let folders =
        [(FHIR, "plugins/fhir-r4"), (HELLO, "sdk/rust/hello"), (CLINIC, "examples/clinic")];
    for (name, folder) in folders {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/..").to_owned() + "/" + folder;
        let said = test(&site, name, &["--exchanges", &format!("{folder}/exchanges")]).await;
        assert_eq!(said.code, Some(0), "{name}: {said:?}");
        assert!(said.out.starts_with("ok "), "{name}: {said:?}");
    }
}

/// Every string of a JSON value, and every number of more than three digits.
fn leaves(value: &Value, to: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(to.insert(text.clone())),
        Value::Number(number) => drop(to.insert(number.to_string())),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, to)),
        Value::Object(entries) => entries.values().for_each(|value| leaves(value, to)),
        _ => {}
    }
}

#[track_caller]
fn assert_without(text: &str, originals: &BTreeSet<String>) {
    let small = text.to_lowercase();
    for original in originals.iter().filter(|original| original.len() >= 4) {
        assert!(!small.contains(&original.to_lowercase()), "{original} stays\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_of_a_fhir_server_replays_and_holds_nothing_of_its_patients() {
    let (site, ehr) = (Site::new(&[FHIR]).await, ehr_with(6, 51).await);
    ehr.require(Access::Basic("rounds".into(), "correct-horse".into()));
    let further = "since = \"1d\"\nsettings = { include = false, page_size = 4 }\n\
                   auth = { type = \"basic\", user = \"rounds\", password = { env = \"PASSWORD\" } }";
    site.configure(&connection("practice", FHIR, ehr.base_url(), further));
    let variables = [("PASSWORD", "correct-horse")];
    let poll = ["poll", "practice", "appointments"];
    let dry = site.rounds_with(&[poll.as_slice(), &["--dry-run"]].concat(), &variables).await;
    assert_eq!(dry.code, Some(0), "{dry:?}");
    let arguments = [poll.as_slice(), &["--record", "exchanges", "--name", "booked"]].concat();
    let said = site.rounds_with(&arguments, &variables).await;
    assert_eq!((said.code, said.out.as_str()), (Some(0), "exchanges/booked.json"), "{said:?}");
    let text = fs::read_to_string(site.path("exchanges/booked.json")).unwrap();
    if let Ok(to) = std::env::var("KEEP_RECORDING") {
        fs::write(to, &text).unwrap();
    }
    let said = test(&site, FHIR, &[]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits("ok      booked (1 poll, * requests, 6 notifications)", &said.out);

    let mut originals = BTreeSet::from(["correct-horse".to_owned(), ehr.base_url().to_owned()]);
    for line in dry.out.lines() {
        let told: Value = serde_json::from_str(line).unwrap();
        let patient = &told["data"]["Patient"];
        for identifier in patient["Identifiers"].as_array().unwrap() {
            leaves(&identifier["ID"], &mut originals);
        }
        leaves(&patient["Demographics"], &mut originals);
        leaves(&told["data"]["Visit"]["VisitDateTime"], &mut originals);
        leaves(&told["meta"]["record"], &mut originals);
        leaves(&told["meta"]["key"], &mut originals);
        leaves(&told["meta"]["changed_at"], &mut originals);
    }
    for word in ["Female", "Male", "Unknown", "Other", "English"] {
        originals.remove(word);
    }
    assert!(originals.len() > 30, "{originals:?}");
    assert_without(&text, &originals);
    let again = site.rounds_with(&arguments, &variables).await;
    assert_eq!(again.code, Some(2), "{again:?}");
}

/// A guest's EHR whose answers to both of its requests are given.
struct Given {
    appointments: Value,
    patient: Value,
}

impl Ehr for Given {
    fn answer(&mut self, asked: &Asked) -> Result<Response, String> {
        let is_list = asked.text.starts_with("GET /appointments");
        let body = if is_list { &self.appointments } else { &self.patient };
        let headers = vec![("content-type".into(), "application/json".into())];
        Ok(Response { status: 200, headers, body: body.to_string().into(), retry_after: None })
    }
}

/// A recording of the guest that tells a patient's record as it comes.
async fn recorded(
    patient: Value,
    keep: &[&str],
    replace: &[&str],
) -> Result<Recording, record::Error> {
    let engine = Engine::new(&Limits::default(), 1, None).unwrap();
    let connector = Connector::load(&engine, &connector_file("plain")).await.unwrap();
    let setup = Setup {
        action: "appointments".into(),
        settings: json!({}),
        base_url: "https://north.example/api".parse().unwrap(),
        allow_origins: vec![],
        since: "2026-05-05T10:00:00Z".parse().unwrap(),
    };
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let options = record::Options {
        setup,
        keep: owned(keep),
        replace: owned(replace),
        secrets: vec!["sesame-open".into()],
    };
    let appointments = json!({
        "appointments": [{ "id": "A-100200", "version": 1, "patient": "P-4711" }], "until": 3,
    });
    let mut ehr = Given { appointments, patient };
    let mut recorder = Recorder::new(&connector, options)?;
    recorder.poll("2026-05-05T11:00:00Z".parse().unwrap(), &mut ehr).await?;
    recorder.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_of_an_unknown_ehr_holds_nothing_that_is_not_known_to_be_harmless() {
    let patient = json!({
        "id": "P-4711", "Hopper, Grace": ["Grace", { "b": "1906-12-09" }], "note": "Hopper called",
        "status": "active", "phone": 5_550_100, "photo": "R3JhY2UgSG9wcGVy".repeat(40),
        "self": "https://north.example/api/patient/P%2D4711?name=Hopper",
        "more": "{\"mother\":\"Mary\"}",
    });
    let recording = recorded(patient, &[], &[]).await.unwrap();
    let text = recording.scenario.text();
    let originals = [
        "4711",
        "100200",
        "Hopper",
        "Grace",
        "Mary",
        "called",
        "1906-12-09",
        "5550100",
        "R3JhY2",
        "north.example",
        "2026-05-05",
    ];
    assert_without(&text, &originals.map(str::to_owned).into());
    assert!(text.contains("\"status\": \"active\""), "{text}");
    let asked: Vec<_> =
        recording.scenario.polls[0].exchanges.iter().map(|it| it.request.as_str()).collect();
    assert_eq!(asked.len(), 2);
    let id = asked[1].trim_start_matches("GET /patient/");
    let (letter, digits) = id.split_once('-').expect("an id of the same shape");
    assert!(letter.len() == 1 && digits.len() == 4 && digits.parse::<u32>().is_ok(), "{id}");
    assert!(text.contains(&format!("/patient/{letter}%2D{digits}?name=")), "{text}");
}

/// An EHR of numbered changes, at two names, whose header says where the next page is.
struct Numbered;

impl Ehr for Numbered {
    fn answer(&mut self, asked: &Asked) -> Result<Response, String> {
        let (items, next) = match asked.text.contains("page=") {
            true => (json!([{ "id": "a2", "meta": { "changed": 1_777_975_300_000_i64 } }]), None),
            false => (
                json!([{ "id": "a1", "meta": { "changed": 1_777_975_200_000_i64 }, "born": -62_035_200 }]),
                Some("https://pages.north.example:8443/changes?page=Hopper"),
            ),
        };
        let next = next.map(|next| ("x-next-page".to_owned(), next.to_owned()));
        let cookie = ("set-cookie".to_owned(), "session=Hopper".to_owned());
        let headers = next.into_iter().chain([cookie]).collect();
        let body = json!({ "items": items }).to_string().into();
        Ok(Response { status: 200, headers, body, retry_after: None })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_paged_by_a_header_of_its_own_is_recorded_and_replayed() {
    let engine = Engine::new(&Limits::default(), 1, None).unwrap();
    let connector = Connector::load(&engine, &guest("numbered")).await.unwrap();
    let setup = Setup {
        action: "appointments".into(),
        settings: json!({}),
        base_url: "https://north.example/api".parse().unwrap(),
        allow_origins: vec![
            "https://pages.north.example:8443".parse::<url::Url>().unwrap().origin(),
        ],
        since: "2026-05-05T10:00:00Z".parse().unwrap(),
    };
    let options = record::Options { setup, keep: vec![], replace: vec![], secrets: vec![] };
    let mut recorder = Recorder::new(&connector, options).unwrap();
    recorder.poll("2026-05-05T11:00:00Z".parse().unwrap(), &mut Numbered).await.unwrap();
    let recording = recorder.finish().await.unwrap();
    let text = recording.scenario.text();
    for original in ["north", "Hopper", "cookie", "1777975", "62035200"] {
        assert!(!text.contains(original), "{original} stays: {text}");
    }
    let exchanges = &recording.scenario.polls[0].exchanges;
    assert_eq!(recording.scenario.allow_origins, ["https://ehr-1.example"]);
    let next = &exchanges[0].headers.0;
    assert!(next.len() == 1 && next[0].0 == "x-next-page", "{text}");
    assert_eq!(exchanges[1].request, format!("GET {}", next[0].1));
    let changed = |at: usize| {
        let body: Value = serde_json::from_slice(&exchanges[at].response().body).unwrap();
        body["items"][0]["meta"]["changed"].as_i64().unwrap()
    };
    assert_eq!(changed(1) - changed(0), 100_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_of_requests_are_compared_where_a_scenario_names_them() {
    let engine = Engine::new(&Limits::default(), 1, None).unwrap();
    let connector = Connector::load(&engine, &guest("numbered")).await.unwrap();
    let scenario = |headers: Value| {
        let request = "GET /changes?_since=%221767225600000%22&count=3";
        let exchange =
            json!({ "request": request, "request_headers": headers, "body": { "items": [] } });
        let polls = json!([{ "exchanges": [exchange] }]);
        let scenario = json!({ "action": "appointments", "polls": polls });
        Scenario::parse(&scenario.to_string()).unwrap()
    };
    let outcome = scenario(json!({ "accept": "application/json" })).run(&connector).await;
    assert!(outcome.differences.is_empty(), "{outcome:?}");
    let wrong = json!({ "accept": "application/xml", "if-match": "1" });
    let outcome = scenario(wrong).run(&connector).await;
    let places: Vec<_> = outcome.differences.iter().map(|it| it.place.as_str()).collect();
    let place = "polls[0].exchanges[0].request_headers";
    assert_eq!(places, [format!("{place}.accept"), format!("{place}.if-match")]);
    let updated = outcome.updated.text();
    assert!(updated.contains("application/json") && !updated.contains("if-match"), "{updated}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_manifest_says_of_times_and_headers_is_shown() {
    let site = Site::new(&["numbered"]).await;
    let said = site.rounds(&["connector", "inspect", "connectors/numbered.wasm"]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits("*meta.changed (milliseconds since 1970, unique)*reads * x-next-page*", &said.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_leak_is_not_written_and_told_by_its_place_alone() {
    let twice = || json!({ "name": "Hopper", "code": "Hopper" });
    let error = recorded(twice(), &[], &[]).await.unwrap_err().to_string();
    assert_fits("nothing was written: polls[0].exchanges[1].body.code would still hold *", &error);
    assert!(!error.contains("Hopper"), "{error}");
    let text = recorded(twice(), &[], &["code"]).await.unwrap().scenario.text();
    assert!(!text.contains("Hopper"), "{text}");
    let text = recorded(twice(), &["Hopper"], &[]).await.unwrap().scenario.text();
    assert!(text.contains("Hopper"), "{text}");
    let secret = json!({ "status": "sesame-open" });
    let error = recorded(secret, &[], &[]).await.unwrap_err().to_string();
    assert!(error.contains("secret") && !error.contains("sesame"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_polls_of_a_clinic_are_one_recording() {
    let (site, clinic) = (Site::new(&["plain"]).await, Clinic::start().await);
    for _ in 0..12 {
        clinic.book(4711);
    }
    clinic.book(4712);
    site.configure(&connection("practice", "plain", clinic.url(), ""));
    let poll = ["poll", "practice", "appointments", "--record", "exchanges"];
    let further = ["--polls", "2", "--every", "10ms"];
    let said = site.rounds_with(&[poll.as_slice(), &further].concat(), &[]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let text = fs::read_to_string(site.path("exchanges/appointments.json")).unwrap();
    assert_without(&text, &["4711", "4712", "Example, Patient"].map(str::to_owned).into());
    let said = test(&site, "plain", &[]).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_fits("ok      appointments (2 polls, 4 requests, 13 notifications)", &said.out);
}

/// A page with an odd record, a listing that nobody hears of, and what both say.
const ODD: &str = r#"{
  "action": "appointments",
  "since": "2026-01-01T10:00:00Z",
  "polls": [
    {
      "exchanges": [
        {
          "request": "GET /appointments?changedsince=2026-01-01T10:00:00Z&limit=4",
          "body": {
            "appointments": [
              { "id": "a", "changedAt": "2026-01-01T10:00:20Z" },
              { "id": "b", "changedAt": null },
              7
            ]
          }
        }
      ],
      "cursor": "2026-01-01T10:00:20Z 4",
      "notifications": [
        {
          "record": "a",
          "event": "Scheduling.Modification",
          "version": "2026-01-01T10:00:20Z",
          "data": { "Patient": null, "Visit": { "changedAt": "2026-01-01T10:00:20Z", "id": "a" } }
        }
      ],
      "unreadable": [
        { "place": "appointments[1]", "id": "b", "reason": "it lacks what each must have" },
        { "place": "appointments[2]", "reason": "it lacks what each must have" }
      ]
    },
    {
      "listing": true,
      "silent": true,
      "exchanges": [
        {
          "request": "GET /appointments?offset=0&limit=4",
          "body": {
            "appointments": [
              { "id": "a", "changedAt": "2026-01-01T10:00:20Z" },
              { "id": "b", "changedAt": null },
              { "id": "c", "changedAt": "2025-01-01T10:00:20Z" }
            ]
          }
        }
      ],
      "cursor": "3"
    },
    {
      "exchanges": [
        {
          "request": "GET /appointments?changedsince=2026-01-01T10:00:20Z&limit=4",
          "body": { "appointments": [{ "id": "c", "changedAt": "2025-01-01T10:00:20Z" }] }
        }
      ],
      "cursor": "2026-01-01T10:00:20Z 4"
    }
  ]
}
"#;

#[tokio::test]
async fn what_cannot_be_read_and_what_is_listed_in_silence_is_compared_and_rewritten() {
    let engine = Engine::new(&Limits::default(), 1, None).unwrap();
    let connector = Connector::load(&engine, &guest("careful")).await.unwrap();
    let scenario = Scenario::parse(ODD).unwrap();
    let outcome = scenario.run(&connector).await;
    assert!(outcome.differences.is_empty(), "{:?}", outcome.differences);
    for (was, is, places) in [
        (
            "\"id\": \"b\", \"reason\"",
            "\"id\": \"x\", \"reason\"",
            &["unreadable[0]", "unreadable"][..],
        ),
        ("it lacks what", "it has what", &["unreadable[0].reason"][..]),
        ("\"unreadable\": [", "\"notices\": [\"It sorts.\"], \"unreadable\": [", &["notices[0]"]),
        ("\"silent\": true", "\"silent\": false", &["notifications"]),
    ] {
        let wrong = Scenario::parse(&ODD.replacen(was, is, 1)).unwrap();
        let outcome = wrong.run(&connector).await;
        let found: Vec<_> = outcome.differences.iter().map(|it| it.place.as_str()).collect();
        let polls = ["polls[0].", "polls[1]."];
        let found: Vec<_> = found
            .iter()
            .map(|it| polls.iter().fold(*it, |it, poll| it.trim_start_matches(poll)))
            .collect();
        assert_eq!(found, places, "{is}: {:?}", outcome.differences);
        let updated = wrong.update(&connector).await.updated;
        assert!(
            Scenario::parse(&updated.text()).unwrap().run(&connector).await.differences.is_empty()
        );
    }
    let refused = Scenario::parse(ODD).unwrap();
    let hello = Connector::load(&engine, &connector_file(HELLO)).await.unwrap();
    let refused =
        Scenario { action: "patients".into(), polls: refused.polls[1..2].to_vec(), ..refused };
    let told = refused.run(&hello).await.differences;
    assert!(
        told[0].note.as_ref().unwrap().contains("`patients` does not say that it lists"),
        "{told:?}"
    );
}

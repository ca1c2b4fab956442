//! Odd answers of every kind: what is somebody's goes, what is of a form stays.

use std::collections::HashSet;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::*;
use crate::connector_test::{
    record::{clock::Epoch, draw::Draw},
    scenario::BASE_URL,
};

fn replaced(bodies: &[&str]) -> Vec<String> {
    replaced_by(&Structure::default(), bodies)
}

fn replaced_by(structure: &Structure, bodies: &[&str]) -> Vec<String> {
    let answers = |draw: &Draw, avoid| {
        let now = "2026-05-05T10:00:00Z".parse().unwrap();
        let paths = HashSet::from(["patient".to_owned(), "https".into()]);
        let pseudonyms = Pseudonyms::new(draw, Epoch(now), paths, avoid);
        let base_url = "https://north.example:8443/fhir".parse().unwrap();
        let origins = Origins::of(&base_url, &[]);
        let mut answers = Answers::new(pseudonyms, structure, origins);
        let told = bodies.iter().map(|body| {
            let body = answers.body(&Bytes::copy_from_slice(body.as_bytes()));
            String::from_utf8(body.to_vec()).unwrap()
        });
        (told.collect::<Vec<_>>(), answers.pseudonyms)
    };
    let (_, first) = answers(&Draw::apart_from(&HashSet::new()), HashSet::new());
    answers(&Draw::apart_from(&first.dates), first.words).0
}

fn replaced_json(body: &Value) -> Value {
    serde_json::from_str(&replaced(&[&body.to_string()]).remove(0)).unwrap()
}

#[test]
fn one_is_the_same_in_every_answer_and_no_two_are_one() {
    let ids: Vec<String> = (0..300).map(|id| id.to_string()).collect();
    let list = json!({ "ids": ids, "patients": ids.iter().map(|id| format!("Patient/{id}")).collect::<Vec<_>>() });
    let one = json!({ "id": "7", "self": "https://north.example:8443/fhir/Patient/7" });
    let told = replaced(&[&list.to_string(), &one.to_string()]);
    let list: Value = serde_json::from_str(&told[0]).unwrap();
    let one: Value = serde_json::from_str(&told[1]).unwrap();
    let ids: HashSet<&str> =
        list["ids"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(ids.len(), 300);
    assert_eq!(one["id"], list["ids"][7]);
    let id = one["id"].as_str().unwrap();
    assert_eq!(list["patients"][7], format!("Patient/{id}"));
    assert_eq!(
        one["self"],
        format!("{BASE_URL}/{}/Patient/{id}", {
            let text = one["self"].as_str().unwrap().trim_start_matches(BASE_URL);
            text.split('/').nth(1).unwrap().to_owned()
        })
    );
}

#[test]
fn shape_order_and_differences_stay() {
    let body = json!({
        "birthDate": "1906-12-09",
        "first": "2026-05-05T10:00:00.125+02:00",
        "second": "2026-05-06T09:00:00Z",
        "american": "05/07/2026 9:30 PM",
        "packed": "20260508101500",
        "updated": 1_778_000_000_125_i64,
        "never": "9999-12-31",
        "mrn": "000123",
        "family": "HOPPER-Müller",
        "given": "hopper",
        "phone": "+1 555 0100",
        "weight": 72.5,
        "status": "booked",
    });
    let told = replaced_json(&body);
    let date = |key: &str| told[key].as_str().unwrap()[..10].parse::<jiff::civil::Date>().unwrap();
    let days = |from: &str, to: &str| date(from).until(date(to)).unwrap().get_days();
    assert_eq!(days("first", "second"), 1);
    assert_eq!(days("birthDate", "first"), 43_612);
    assert!(told["first"].as_str().unwrap().ends_with("T10:00:00.125+02:00"));
    assert!(told["american"].as_str().unwrap().ends_with(" 9:30 PM"));
    assert!(told["packed"].as_str().unwrap().ends_with("101500"));
    assert_eq!(told["updated"].as_i64().unwrap() % 86_400_000, 1_778_000_000_125 % 86_400_000);
    assert_eq!((&told["never"], &told["status"]), (&"9999-12-31".into(), &"booked".into()));
    let mrn = told["mrn"].as_str().unwrap();
    assert!(mrn.len() == 6 && mrn.starts_with("000") && mrn != "000123", "{mrn}");
    let (family, given) = (told["family"].as_str().unwrap(), told["given"].as_str().unwrap());
    assert_eq!(family.split('-').next().unwrap(), given.to_uppercase());
    assert!(told["phone"].as_str().unwrap().starts_with('+'));
    assert!(told["weight"].as_f64().unwrap() >= 11.1);
}

#[test]
fn numbers_that_are_times_move_as_dates_do_however_far_back() {
    let body = json!({
        "birthDate": "1968-01-14", "born": -62_035_200, "bornMillis": -62_035_200_000_i64,
        "timeOfBirth": "315532800", "birthTime": 315_532_800_000_i64, "day": 14, "at": 1030,
        "packedDate": "19061209",
    });
    let told = replaced_json(&body);
    let date: jiff::civil::Date = told["birthDate"].as_str().unwrap().parse().unwrap();
    let days = jiff::civil::date(1968, 1, 14).until(date).unwrap().get_days();
    let moved = i64::from(days) * 86_400;
    assert_eq!(told["born"], -62_035_200 + moved);
    assert_eq!(told["bornMillis"], (-62_035_200 + moved) * 1000);
    assert_eq!(told["timeOfBirth"], (315_532_800 + moved).to_string());
    assert_eq!(told["birthTime"], (315_532_800 + moved) * 1000);
    assert_ne!(told["packedDate"], "19061209");
}

#[test]
fn a_record_has_the_time_that_the_manifest_says() {
    use crate::connector::RecordTime;
    let body =
        json!({ "day": "2026-05-05", "entry": [{ "meta": { "seen": 86_400 } }], "seen": 86_401 });
    for (form, per_second) in
        [(TimeForm::EpochSeconds, 1), (TimeForm::EpochMilliseconds, 1000), (TimeForm::Sequence, 0)]
    {
        let record_time = Some(RecordTime { field: "meta.seen".into(), form, unique: true });
        let structure = Structure { record_time, ..Structure::default() };
        let told = replaced_by(&structure, &[&body.to_string()]).remove(0);
        let told: Value = serde_json::from_str(&told).unwrap();
        let date: jiff::civil::Date = told["day"].as_str().unwrap().parse().unwrap();
        let days = jiff::civil::date(2026, 5, 5).until(date).unwrap().get_days();
        let moved = i64::from(days) * 86_400 * per_second;
        assert_eq!(told["entry"][0]["meta"]["seen"], 86_400 + moved, "{form:?}");
        assert_ne!(told["seen"], 86_401, "{form:?}");
    }
}

#[test]
fn nothing_that_is_somebodys_stays_in_odd_answers() {
    let secrets = ["Hopper", "Grace", "1906-12-09", "000123", "5550100", "Navy", "R3JhY2U"];
    let long = "Grace Hopper was seen. ".repeat(40);
    let odd = [
        r#"{"patient":{"name":"Hopper, Grace","dob":"1906-12-09","mrn":"000123"}}"#.to_owned(),
        r#"{"Hopper, Grace":{"1906-12-09":[["000123"]]}}"#.into(),
        r#"[["Hopper",["Grace",{"x":5550100}]]]"#.into(),
        r#""Hopper""#.into(),
        "5550100".into(),
        r#"{"embedded":"{\"name\":\"Hopper\",\"list\":[\"Grace\"]}"}"#.into(),
        r#"{"next":"https://north.example:8443/fhir/Patient?name=Grace%20Hopper&born=1906-12-09"}"#
            .into(),
        r#"{"url":"https://other.example/Hopper/000123"}"#.into(),
        r#"{"name":"Ho\u0070per","upper":"GRACE_HOPPER","data":"R3JhY2U="}"#.into(),
        json!({ "note": long }).to_string(),
        "{\"a\":\"Hopper\"}\n{\"a\":\"Grace\"}\n".into(),
        "name;born;mrn\nHopper;1906-12-09;000123\n".into(),
        "<Patient><name value=\"Hopper\"/><given a='Grace'>Navy<br/></given></Patient>".into(),
        "<p class=Hopper>Grace < Navy &amp; 000123".into(),
        "MSH|^~\\&|Hopper^Grace||19061209|000123".into(),
        "no JSON: {\"name\":\"Hopper\"".into(),
    ];
    for body in odd {
        let told = replaced(&[&body]).remove(0);
        assert!(!told.is_empty(), "{body}");
        for secret in secrets {
            let held = told.to_lowercase().contains(&secret.to_lowercase());
            assert!(!held, "{secret} stays\n{body}\n{told}");
        }
    }
}

#[test]
fn what_is_of_a_form_stays() {
    let body = json!({
        "resourceType": "Bundle", "total": 12, "status": "booked", "hasMore": true, "nothing": null,
        "code": { "coding": [{ "system": "http://loinc.org", "code": "8302-2" }] },
        "link": [{ "relation": "next", "url": "https://north.example:8443/fhir?patient=7" }],
        "empty": [], "blank": "", "at": "09:30",
    });
    let told = replaced_json(&body);
    for key in
        ["resourceType", "total", "status", "hasMore", "nothing", "code", "empty", "blank", "at"]
    {
        assert_eq!(told[key], body[key], "{key}");
    }
    let next = told["link"][0]["url"].as_str().unwrap();
    assert!(next.starts_with(BASE_URL) && next.contains("?patient="), "{next}");
}

#[test]
fn headers_hold_what_connectors_read() {
    let reads = ["x-next-page", "set-cookie", "x-count", "www-authenticate"];
    let reads_headers = reads.map(str::to_owned).into();
    let structure = Structure { reads_headers, ..Structure::default() };
    let draw = Draw { key: [7; 32], days: -700 };
    let now = "2026-05-05T10:00:00Z".parse().unwrap();
    let pseudonyms = Pseudonyms::new(&draw, Epoch(now), HashSet::new(), HashSet::new());
    let base_url = "https://north.example/".parse().unwrap();
    let further = [url::Url::parse("https://pages.example:8443").unwrap().origin()];
    let mut answers = Answers::new(pseudonyms, &structure, Origins::of(&base_url, &further));
    let mut header = |name: &str, value: &str| answers.header(name, value);
    assert_eq!(header("set-cookie", "session=Grace"), None);
    assert_eq!(header("x-patient", "Grace"), None);
    assert_eq!(header("www-authenticate", "Bearer realm=Grace"), None);
    assert_eq!(header("x-count", "12").as_deref(), Some("12"));
    let next = header("x-next-page", "https://pages.example:8443/p?name=Grace&page=2").unwrap();
    assert!(next.starts_with("https://ehr-1.example/") && !next.contains("Grace"), "{next}");
    assert_ne!(header("x-next-page", "Grace").as_deref(), Some("Grace"));
    assert_eq!(
        header("date", "Tue, 05 May 2026 10:00:00 GMT").unwrap(),
        "Tue, 04 Jun 2024 10:00:00 GMT"
    );
    assert_eq!(header("date", "Grace"), None);
    assert_eq!(header("retry-after", "30").unwrap(), "30");
    assert_eq!(
        header("content-type", "application/json; charset=utf-8; a=Grace").unwrap(),
        "application/json"
    );
    let link =
        header("link", "<https://north.example/p?name=Grace>; rel=\"next\"; title=\"Grace\"")
            .unwrap();
    assert!(
        link.starts_with(&format!("<{BASE_URL}"))
            && link.ends_with("rel=\"next\"")
            && !link.contains("Grace"),
        "{link}"
    );
    let etag = header("etag", "W/\"Grace\"").unwrap();
    assert!(etag.starts_with("W/\"") && !etag.contains("Grace"), "{etag}");
}

const PLACES: [&str; 8] = ["name", "note", "a", "Hopper, Grace", "x-1", "line1", "given", "ß"];
const SOMEBODYS: [&str; 10] = [
    "Hopper",
    "Grace Brewster",
    "1906-12-09",
    "09.12.1906",
    "000123",
    "5550100",
    "grace@navy.example",
    "Arlington",
    "ssn 078-05-1120",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
];

/// A JSON value of any shape, in which only these words are.
fn any(chance: &mut StdRng, deeper: u32) -> Value {
    let word = SOMEBODYS[chance.random_range(0..SOMEBODYS.len())];
    match chance.random_range(0..if deeper == 0 { 6 } else { 9 }) {
        0 => word.into(),
        1 => format!("{}/{word}?q={word}", chance.random_range(0..9)).into(),
        2 => format!("<b>{word}</b>, then {word}").into(),
        3 => json!(5_550_100),
        4 => json!({ "q": word }).to_string().into(),
        5 => [json!(null), json!(true), json!(""), json!(0)][chance.random_range(0..4)].clone(),
        6 => (0..chance.random_range(0..4)).map(|_| any(chance, deeper - 1)).collect(),
        _ => {
            let entries = (0..chance.random_range(0..4)).map(|_| {
                (PLACES[chance.random_range(0..PLACES.len())].to_owned(), any(chance, deeper - 1))
            });
            Value::Object(entries.collect())
        }
    }
}

/// A value's shape: what it is made of, without what is in it.
fn shape(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(entries) => entries.values().map(shape).collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => 1.into(),
        other => other.clone(),
    }
}

#[test]
fn whatever_an_answer_is_made_of_its_shape_stays_and_nobody_is_in_it() {
    for seed in 0..200 {
        let mut chance = StdRng::seed_from_u64(seed);
        let bodies: Vec<_> = (0..3).map(|_| any(&mut chance, 5).to_string()).collect();
        let told = replaced(&bodies.iter().map(String::as_str).collect::<Vec<_>>());
        for (body, told) in bodies.iter().zip(&told) {
            let small = told.to_lowercase();
            for word in SOMEBODYS.iter().flat_map(|word| word.split([' ', '@', 'T'])) {
                let held = word.len() >= 4 && small.contains(&word.to_lowercase());
                assert!(!held, "seed {seed}: {word} stays\n{body}\n{told}");
            }
            let (body, told): (Value, Value) =
                (serde_json::from_str(body).unwrap(), serde_json::from_str(told).unwrap());
            let same = shape(&body).to_string().len() == shape(&told).to_string().len();
            assert!(same, "seed {seed}: another shape\n{body}\n{told}");
        }
    }
}

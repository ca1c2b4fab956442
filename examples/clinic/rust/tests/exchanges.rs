//! The connector against the exchanges that it shares with its kin in the other languages.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{fs, path::Path};

use clinic::Clinic;
use rounds_sdk::test::{Harness, play};

#[test]
fn what_is_told_is_what_the_scenarios_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../exchanges");
    let mut played = 0;
    for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let scenario = fs::read_to_string(&file).unwrap();
        play::<Clinic>(&scenario).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        played += 1;
    }
    assert!(played > 5, "{played} scenarios");
}

/// The clinic's answers, each of as many appointments of one instant as were asked for.
#[test]
fn more_of_one_instant_than_the_largest_page_is_told_and_not_passed_over() {
    let record = r#"{"id":"a","patientId":"p","changedAt":"2026-01-01T00:00:00Z"}"#;
    let mut clinic = Harness::<Clinic>::new("appointments");
    clinic.cursor("2026-01-01T00:00:00Z 5000");
    for limit in [5_000, 10_000] {
        let page = vec![record; limit].join(",");
        clinic = clinic.answer(200, format!(r#"{{"appointments":[{page}]}}"#));
    }
    let error = clinic.poll().unwrap_err().to_string();
    assert!(error.contains("more than 10000 appointments changed at one instant"), "{error}");
}

#[test]
fn a_text_that_is_no_cursor_is_lost() {
    for text in ["", "7", "2026-01-01T00:00:00Z", "yesterday 100", "2026-01-01T00:00:00Z 0"] {
        let mut clinic = Harness::<Clinic>::new("appointments");
        let error = clinic.cursor(text).poll().unwrap_err().to_string();
        assert!(error.contains("cursor lost"), "{text}: {error}");
    }
}

#[test]
fn a_cursor_from_the_future_is_lost() {
    let none = r#"{"appointments":[]}"#;
    let mut clinic = Harness::<Clinic>::new("appointments").answer(200, none);
    clinic.now("2026-01-01T00:01:00Z").cursor("2026-01-02T01:01:00+01:00 100").poll().unwrap();
    let lost = clinic.cursor("2026-01-02T00:01:00.001Z 100").poll().unwrap_err().to_string();
    assert!(lost.contains("the cursor lies in the future"), "{lost}");
}

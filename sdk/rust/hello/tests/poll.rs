//! The connector, driven as a host would.
#![allow(clippy::unwrap_used, reason = "tests")]

use hello::Hello;
use rounds_sdk::test::{Harness, play};

#[test]
fn what_is_told_is_what_was_recorded() {
    play::<Hello>(include_str!("../exchanges/patients.json")).unwrap();
}

#[test]
fn an_answer_that_is_no_list_of_patients_is_an_error() {
    let mut harness = Harness::<Hello>::new("patients").answer(200, r#"{ "error": "closed" }"#);
    let error = harness.poll().unwrap_err().to_string();
    assert!(error.contains("other JSON than expected"), "{error}");
}

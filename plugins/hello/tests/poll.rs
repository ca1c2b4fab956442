//! The smallest connector, driven as a host would.
#![allow(clippy::unwrap_used, reason = "tests")]

use hello_connector::Hello;
use rounds_sdk::test::Harness;

#[test]
fn tells_each_version_once() {
    let mut harness = Harness::<Hello>::new("patients")
        .on("GET /patients?since=8", 200, r#"{ "patients": [["7", "v1"]], "until": "8" }"#)
        .answer(200, r#"{ "patients": [["7", "v1"]], "until": "8" }"#);

    let poll = harness.poll().unwrap();
    assert_eq!(poll.requests, ["GET /patients?since=2026-01-01T00:00:00Z"]);
    assert_eq!(poll.events(), [("7", "PatientAdmin.PatientUpdate")]);
    assert_eq!(poll.cursor, "8");

    assert_eq!(harness.poll().unwrap().events(), []);
}

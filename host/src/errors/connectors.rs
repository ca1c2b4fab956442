//! What connectors say and do, and what destinations answer.

use std::time::Duration;

use super::{Row, row};
use crate::{
    connector::{Failure, Fault, Limit},
    destination::meaning,
};

const ANSWERS: &str = "tests/bad_answers.rs";
const CANARIES: &str = "tests/canaries.rs";
const CONNECTORS: &str = "tests/bad_connectors.rs";
const DESTINATIONS: &str = "tests/bad_destinations.rs";
const SECOND: Duration = Duration::from_secs(1);

fn failed(failure: &Failure) -> (&'static str, &'static str) {
    match failure {
        Failure::InvalidSettings(_) => (CANARIES, "the settings cannot work: "),
        Failure::Unauthorized(_) => (CANARIES, "the EHR refused access: "),
        Failure::Throttled(_) => (ANSWERS, "the EHR asks for a pause"),
        Failure::Unavailable(_) => (ANSWERS, "the EHR is unavailable: "),
        Failure::CursorLost(_) => {
            (CANARIES, "the EHR or its connector no longer knows the cursor: ")
        }
        Failure::UnexpectedResponse(_) => {
            (ANSWERS, "the EHR answered what the connector cannot read: ")
        }
        Failure::Internal(_) => (CANARIES, "the connector failed: "),
    }
}

fn stopped(fault: &Fault) -> (&'static str, &'static str) {
    match fault {
        Fault::Failure(failure) => failed(failure),
        Fault::Limit(_) => (CONNECTORS, "host.limits."),
        Fault::Trap { .. } => (CANARIES, "the connector trapped in `changes`"),
        Fault::Contract { .. } => (CONNECTORS, "against the contract"),
        Fault::Start(_) => ("", ""),
    }
}

pub(super) fn rows() -> Vec<Row> {
    let says = || "…".to_owned();
    let failures = [
        Failure::InvalidSettings(says()),
        Failure::Unauthorized(says()),
        Failure::Throttled(Some(SECOND)),
        Failure::Unavailable(says()),
        Failure::CursorLost(says()),
        Failure::UnexpectedResponse(says()),
        Failure::Internal(says()),
    ];
    let limits = [
        Limit::Cpu(SECOND),
        Limit::Wall(SECOND),
        Limit::Memory(128 << 20),
        Limit::PageChanges(10_000),
        Limit::PollPages(1_000),
        Limit::Cursor(16 << 10),
        Limit::Memo(1 << 10),
        Limit::Payload(1 << 20),
        Limit::CollectSteps(8),
        Limit::StepRequests(32),
    ];
    let others = [
        Fault::Trap { call: "changes", kind: says(), last_words: None },
        Fault::Contract { call: "changes", what: says() },
        Fault::Start(says()),
    ];
    let all = failures.map(Fault::Failure).into_iter();
    let all = all.chain(limits.map(Fault::Limit)).chain(others);
    all.map(|fault| {
        let (file, needle) = stopped(&fault);
        row(&fault, file, needle)
    })
    .collect()
}

pub(super) fn destinations() -> Vec<Row> {
    let told = [
        (302, "answered 302: "),
        (400, "answered 400: "),
        (401, "answered 401: "),
        (404, "answered 404: "),
        (407, "answered 407: "),
        (410, "answered 410: "),
        (413, "answered 413: "),
        (429, "answered 429: "),
        (500, "answered 500: "),
    ];
    told.map(|(status, needle)| {
        row(format!("answered {status}: {}", meaning(status)), DESTINATIONS, needle)
    })
    .into()
}

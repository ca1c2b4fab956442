//! Adversity: each fault that a connector may have is found, and told as what it is; a connector
//! without any has no finding.

use std::path::Path;

use rounds::{
    config::Limits,
    connector::{Connector, Engine},
    connector_test::{
        adversity::{self, Cost, Outcome, Report},
        scenario::{self, Scenario},
    },
};
use serde_json::Value;

use crate::support::{FHIR, connector_file, guest};

/// What was recorded of the careful guest's EHR.
const RECORDED: &str = include_str!("adversity.json");

/// What was recorded of the numbered guest's EHR.
const NUMBERED: &str = include_str!("numbered.json");

async fn loaded(file: &Path) -> Connector {
    let engine = Engine::new(&Limits::default(), 1, None).unwrap();
    Connector::load(&engine, file).await.unwrap()
}

/// The recording for a connector with a fault.
fn recorded(fault: &str) -> Scenario {
    let mut scenario: Value = serde_json::from_str(RECORDED).unwrap();
    scenario["settings"] = serde_json::json!({ "fault": fault });
    let mut scenario = Scenario::parse(&scenario.to_string()).unwrap();
    scenario.file = "recorded.json".into();
    scenario
}

fn found(report: &Report) -> Vec<(Cost, &str)> {
    report.findings.iter().map(|finding| (finding.cost, finding.check)).collect()
}

#[tokio::test]
async fn a_careful_connector_has_no_finding_and_every_check_tries_something() {
    let connector = loaded(&guest("careful")).await;
    let report = adversity::run(&connector, &[recorded("")]).await;
    assert_eq!(found(&report), [], "{report}");
    assert_eq!(report.counts.not_applicable, 0, "{report}");
    assert!(report.notes.is_empty() && report.passed(), "{report}");
}

#[tokio::test]
async fn each_fault_is_found_and_told_as_what_it_is() {
    use Cost::{Leak, LostChange, Repeated, Stops, Untidy};
    let connector = loaded(&guest("careful")).await;
    for (fault, cost, check) in [
        ("exclusive", LostChange, "page-boundary"),
        ("stuck", Stops, "page-boundary"),
        ("unversioned", Repeated, "same-page-twice"),
        ("forgets", Repeated, "empty-page"),
        ("takes-anything", LostChange, "empty-page"),
        ("takes-anything", Stops, "errors-inside"),
        ("drops", LostChange, "odd-records"),
        ("poisoned", Stops, "odd-records"),
        ("all-or-none", Stops, "odd-records"),
        ("unwraps", Stops, "odd-records"),
        ("blind-to-status", LostChange, "failure-answers"),
        ("tells-without", LostChange, "failure-answers"),
        ("believes", LostChange, "errors-inside"),
        ("restarts", Repeated, "cursors"),
        ("follows-future", LostChange, "future-record"),
        ("follows-future", Untidy, "cursors"),
        ("random-version", Repeated, "determinism"),
        ("now", LostChange, "host-clock"),
        ("now", LostChange, "empty-page"),
        ("says-nothing", LostChange, "contents"),
        ("gone-elsewhere", Untidy, "keys"),
        ("moves-badly", Stops, "keys"),
        ("lists-since", LostChange, "listing"),
        ("lists-some", LostChange, "listing"),
        ("grows", Stops, "growth"),
        ("memo-grows", Stops, "growth"),
        ("raw-ids", Leak, "identifiers"),
        ("newest-first", Untidy, "order"),
        ("undeclared", Stops, "requests"),
        ("names-in-cursor", Leak, "leaks"),
        ("names-in-key", Leak, "leaks"),
        ("names-in-memo", Leak, "leaks"),
        ("names-in-skip", Leak, "leaks"),
        ("names-in-reason", Leak, "leaks"),
        ("logs", Leak, "leaks"),
        ("quotes", Leak, "leaks"),
    ] {
        let report = adversity::run(&connector, &[recorded(fault)]).await;
        assert!(found(&report).contains(&(cost, check)), "{fault}: {report}");
    }
}

#[tokio::test]
async fn what_a_manifest_says_of_times_is_gone_by() {
    let connector = loaded(&guest("numbered")).await;
    let mut scenario = Scenario::parse(NUMBERED).unwrap();
    scenario.file = "numbered.json".into();
    let outcome = scenario.run(&connector).await;
    assert!(outcome.differences.is_empty(), "{outcome:?}");
    let report = adversity::run(&connector, &[scenario]).await;
    assert_eq!(found(&report), [], "{report}");
    for name in ["page-boundary", "future-record", "cursors", "growth"] {
        let check = report.checks.iter().find(|check| check.name == name).unwrap();
        assert!(matches!(check.outcome, Outcome::Passed), "{name}: {report}");
    }
}

#[tokio::test]
async fn the_fhir_connector_bears_what_needs_no_recording() {
    let connector = loaded(&connector_file(FHIR)).await;
    let report = adversity::run(&connector, &[]).await;
    assert_eq!(found(&report), [], "{report}");
}

#[tokio::test]
async fn the_fhir_connector_passes_its_recordings_and_bears_what_is_done_to_them() {
    let connector = loaded(&connector_file(FHIR)).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/fhir-r4/exchanges");
    let recorded = scenario::find(&[folder]).unwrap().scenarios;
    assert_eq!(recorded.len(), 5);
    for scenario in &recorded {
        let outcome = scenario.run(&connector).await;
        assert!(outcome.differences.is_empty(), "{}: {outcome:?}", scenario.name());
    }
    let report = adversity::run(&connector, &recorded).await;
    assert_eq!(found(&report), [], "{report}");
}

#[tokio::test]
async fn without_a_recording_there_is_less_to_try_and_all_of_it_is_told() {
    let connector = loaded(&guest("careful")).await;
    let report = adversity::run(&connector, &[]).await;
    assert_eq!(found(&report), [], "{report}");
    let said = report.to_string();
    assert!(said.contains("no page is recorded"), "{said}");
    assert!(report.counts.passed >= 4 && report.counts.not_applicable >= 8, "{said}");
}

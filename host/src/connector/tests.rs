//! Connectors of two versions of the contract in one engine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{path::Path, process::Command};

use super::*;
use crate::{
    config::Limits,
    egress,
    model::{Change, TaskId},
};

/// Guests of the tests, built from source in the folder where this test was.
async fn guests<const N: usize>(engine: &Engine, names: [&str; N]) -> Vec<Connector> {
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--package", "guests", "--profile", "connector"]);
    cargo.args(["--target", "wasm32-wasip2", "--target-dir"]).arg(&target);
    cargo.args(names.map(|name| format!("--example={name}"))).current_dir(workspace);
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let folder = target.join("wasm32-wasip2/connector/examples");
    let mut guests = Vec::new();
    for name in names {
        let file = folder.join(format!("{}.wasm", name.replace('-', "_")));
        guests.push(Connector::load(engine, &file).await.unwrap());
    }
    guests
}

fn answer(body: &'static str) -> egress::Response {
    egress::Response { status: 200, headers: vec![], body: body.into(), retry_after: None }
}

/// Polls the connection `ward`: what is asked, and what is told of the only change.
async fn poll(connector: &Connector, body: &'static str) -> (String, String) {
    let context = Context {
        task: TaskId { connection: "ward".into(), action: "appointments".into() },
        settings: "{}".into(),
        base_url: "http://ehr.example".into(),
        allow_origins: vec![],
        since: jiff::Timestamp::UNIX_EPOCH,
        now: jiff::Timestamp::UNIX_EPOCH,
        mode: Mode::default(),
    };
    let mut guest = Guest::new(connector, &context, false).await.unwrap();
    let request = guest.poll(None).await.unwrap();
    let page = guest.changes(None, &answer(body)).await.unwrap();
    let [change] = <[Change; 1]>::try_from(page.changes).expect("one change");
    let patient = answer("\"Grace\"").into();
    match guest.collect(&change, None, &[patient]).await.unwrap() {
        Step::Notify { payload, .. } => (request.target, payload),
        _ => panic!("nothing is told"),
    }
}

#[tokio::test]
async fn connectors_of_two_contracts_are_polled_side_by_side() {
    let engine = Engine::new(&Limits::default(), 2, None).unwrap();
    let guests = guests(&engine, ["plain", "contract-0-2"]).await;
    let [old, new] = guests.as_slice() else { panic!("two guests") };
    assert_eq!(old.contract(), "rounds:connector@0.1.0");
    assert_eq!(new.contract(), "rounds:connector@0.2.0");

    let body = r#"{"appointments":[{"id":"1","version":1,"patient":"7"}],"until":1}"#;
    let (old, new) = tokio::join!(poll(old, body), poll(new, "1"));
    let told = r#"{"Appointment":{"id":"1","patient":"7","version":1},"Patient":"Grace"}"#;
    assert_eq!(old, ("/appointments?changedsince=0".into(), told.into()));
    assert_eq!(new, ("/appointments/ward".into(), "\"ward\"".into()), "0.2's own field arrives");
}

//! The job that both contenders do: what is polled, what is collected, who is told.

use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use rounds::{
    config::{Connection, Destination, Secret, SigningSecret, Since, Task},
    model::TaskId,
    schedule::cadence::Cadence,
    signature::Key,
};
use serde_json::json;

use crate::arguments::Arguments;

const CONNECTION: &str = "practice";
const ACTION: &str = "appointments";
/// Records a page.
pub(crate) const PAGE: usize = 500;
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The task that is polled.
pub(crate) fn task() -> TaskId {
    TaskId { connection: CONNECTION.into(), action: ACTION.into() }
}

/// The connector's settings: long pages, and the patient alone is collected.
pub(crate) fn settings() -> serde_json::Value {
    json!({ "page_size": PAGE, "collect": ["Patient"] })
}

/// What notifications are signed with.
pub(crate) fn secret() -> Result<SigningSecret> {
    SigningSecret::parse(&Secret::new(SECRET)).context("the benchmark's own secret")
}

/// The same, ready to sign with.
pub(crate) fn key() -> Result<Key> {
    Ok(Key::from(&secret()?))
}

/// The host's connection. Its task is due once a day and polled when it is asked for.
pub(crate) fn connection(arguments: &Arguments) -> Connection {
    let mut connection = Connection::new(CONNECTION, "fhir-r4", arguments.ehr.clone());
    connection.settings = settings().into();
    connection.concurrency = arguments.concurrency;
    connection.since = Some(Since::At(Timestamp::UNIX_EPOCH));
    connection.tasks = vec![Task::new(ACTION, Cadence::Every(Duration::from_secs(24 * 60 * 60)))];
    connection
}

/// The host's destination.
pub(crate) fn destination(arguments: &Arguments) -> Result<Destination> {
    let mut destination = Destination::new("receiver", arguments.receiver.clone(), vec![secret()?]);
    destination.concurrency = arguments.concurrency;
    Ok(destination)
}

/// What the native mapping is told at every call, as a guest is.
pub(crate) fn native_context(arguments: &Arguments) -> rounds_sdk::Context {
    rounds_sdk::Context {
        action: ACTION.into(),
        settings: settings().to_string(),
        base_url: arguments.ehr.as_str().trim_end_matches('/').to_owned(),
        since: Timestamp::UNIX_EPOCH.to_string(),
        now: Timestamp::now().to_string(),
        ..rounds_sdk::Context::default()
    }
}

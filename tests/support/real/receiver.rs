//! Webhook receivers that verify with the `standardwebhooks` library of another language.

use std::process::Command;

use serde_json::Value;

use super::{
    install::{node, python},
    process::Process,
};

/// A running receiver. It answers 204 to what verifies, else 401.
pub(crate) struct Receiver {
    process: Process,
}

/// One request that a receiver got.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Received {
    /// Its `webhook-id`.
    pub(crate) id: String,
    /// Its `webhook-timestamp`, seconds.
    pub(crate) timestamp: String,
    /// Whether the library verified it; else what the library said.
    pub(crate) verified: Result<(), String>,
    /// The body as it came.
    pub(crate) raw: String,
    /// The body as JSON, null where it is none.
    pub(crate) body: Value,
}

impl Receiver {
    /// One that verifies in Python, with a secret as `whsec_…`.
    pub(crate) async fn python(secret: &str) -> Self {
        Self::start("the Python receiver", python("receiver.py"), secret).await
    }

    /// One that verifies in JavaScript, with a secret as `whsec_…`.
    pub(crate) async fn node(secret: &str) -> Self {
        Self::start("the Node receiver", node("receiver.mjs"), secret).await
    }

    async fn start(name: &'static str, mut command: Command, secret: &str) -> Self {
        command.env("ROUNDS_WEBHOOK_SECRET", secret);
        Self { process: Process::start(name, command).await }
    }

    /// Where it takes notifications; any path will do.
    pub(crate) fn url(&self) -> String {
        format!("{}/hooks", self.process.origin())
    }

    /// What it got so far, in the order of arrival.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.process.lines().iter().map(Received::from).collect()
    }

    /// Waits until what it got is what `until` wants, and returns all of it. Panics after a
    /// minute with what there was instead.
    pub(crate) async fn wait_for(
        &self,
        what: &str,
        until: impl Fn(&[Received]) -> bool,
    ) -> Vec<Received> {
        let enough = |lines: &[Value]| until(&lines.iter().map(Received::from).collect::<Vec<_>>());
        self.process.wait_for(what, enough).await.iter().map(Received::from).collect()
    }

    /// Waits for so many requests, and returns all there are.
    pub(crate) async fn wait_for_count(&self, count: usize) -> Vec<Received> {
        self.wait_for(&format!("{count} requests"), |received| received.len() >= count).await
    }
}

impl Received {
    /// Data model and event type, as `Scheduling.New`; empty where there is none.
    pub(crate) fn event(&self) -> &str {
        self.body["type"].as_str().unwrap_or_default()
    }

    /// The identifier of the record that it is about; empty where there is none.
    pub(crate) fn record(&self) -> &str {
        self.body["meta"]["record"].as_str().unwrap_or_default()
    }
}

impl From<&Value> for Received {
    fn from(line: &Value) -> Self {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        Self {
            id: text("id"),
            timestamp: text("timestamp"),
            verified: if line["ok"] == true { Ok(()) } else { Err(text("error")) },
            raw: text("raw"),
            body: line["body"].clone(),
        }
    }
}

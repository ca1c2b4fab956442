//! Configurations as nobody would write them.

use super::{ACME, P384, WHSEC, unjudged};
use crate::{config::Limits, fuzz::fuzz};

const WORDS: [&str; 34] = [
    "[host]",
    "[[connection]]",
    "[[destination]]",
    "[[connector]]",
    "[[registry]]",
    "[host.trust]",
    "[connection.actions]",
    "name = ",
    "url = ",
    "base_url = ",
    "connector = ",
    "auth = { type = ",
    "\"bearer\"",
    "\"basic\"",
    "\"smart-backend-services\"",
    "secret = { env = \"WHSEC\" }",
    "key = { file = \"p384.pem\" }",
    "every = \"1m\"",
    "cron = \"0 6 * * *\"",
    "time_zone = ",
    "\"Europe/Berlin\"",
    "limits = { guest_cpu = ",
    "\"4MiB\"",
    "events = [\"*\"]",
    "since = ",
    "\"2026-01-01T00:00:00Z\"",
    "\"oci://registry.example/team/x:1\"",
    "private_addresses = [",
    "allow_origins = [",
    "\"http://[::1]:1/\"",
    "concurrency = ",
    "{",
    "}",
    "\"\"\"",
];

#[test]
fn fuzz_configuration() {
    let hidden = [WHSEC, P384, ACME, "s3cr3t"];
    fuzz("configuration", &WORDS, |input| {
        let text = String::from_utf8_lossy(input);
        match unjudged(&text) {
            Ok(config) => {
                let shown = format!("{config:?}");
                assert!(!hidden[..2].iter().any(|it| shown.contains(it)), "a secret is shown");
                assert!(config.host.limits != Limits { guest_memory: 0, ..Limits::default() });
                assert!(config.check().is_ok(), "what was read is not what is checked");
                format!("{} and {}", config.connections.len(), config.destinations.len())
            }
            Err(errors) => {
                assert!(!errors.is_empty(), "refused for no reason");
                let told = errors.to_string();
                assert!(!hidden.iter().any(|it| told.contains(it)), "a secret is told: {told}");
                let first = errors.iter().next().map(|error| error.to_string());
                let words = first.unwrap_or_default();
                words.split(['`', ':', '"']).filter(|it| it.len() > 8).take(2).collect()
            }
        }
    });
}

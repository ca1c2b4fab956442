//! A scenario: a file of exchanges, and what must come of them.
//!
//! The same files that `rounds connector test` plays against a `.wasm` file, here against the
//! connector as it is compiled natively.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Error, Harness, Poll, script::Exchange};
use crate::{Connector, Failure, Time};

const BASE_URL: &str = "http://ehr.example";
const SINCE: &str = "2026-01-01T00:00:00Z";
const MINUTE: i64 = 60_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    #[serde(default, rename = "about")]
    _about: String,
    action: String,
    #[serde(default = "empty")]
    settings: Value,
    base_url: Option<String>,
    #[serde(default)]
    allow_origins: Vec<String>,
    since: Option<String>,
    polls: Vec<Expected>,
}

/// What one poll is answered, and what must come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    now: Option<String>,
    #[serde(default)]
    listing: bool,
    #[serde(default)]
    silent: bool,
    #[serde(default)]
    last_try: bool,
    #[serde(default)]
    exchanges: Vec<Exchange>,
    cursor: Option<String>,
    #[serde(default)]
    notifications: Vec<Value>,
    #[serde(default)]
    skipped: Vec<Value>,
    #[serde(default)]
    unreadable: Vec<Value>,
    #[serde(default)]
    notices: Vec<String>,
    fails: Option<String>,
}

/// Plays a scenario from its first poll to its last, with the cursor, the memos and the versions
/// seen kept from poll to poll.
///
/// # Errors
/// [`Error::Refused`] where the text is no scenario, [`Error::Differs`] where something else came
/// of it than it says, and whatever a poll fails with that should not.
pub fn play<C: Connector>(scenario: &str) -> Result<(), Error> {
    let scenario = serde_json::from_str(scenario)
        .map_err(|error| Error::Refused(format!("no scenario: {error}")))?;
    let Scenario { action, settings, base_url, allow_origins, since, polls, .. } = scenario;
    let since = since.unwrap_or_else(|| SINCE.into());
    let base_url = base_url.as_deref().unwrap_or(BASE_URL);
    let harness = Harness::<C>::new(&action).settings(&settings);
    let harness = harness.base_url(base_url).allow_origins(allow_origins);
    let mut harness = harness.since(&since);
    for (number, expected) in (1..).zip(polls) {
        let now = expected.now.clone().unwrap_or_else(|| after(&since, number));
        harness.now(&now).listing(expected.listing);
        harness.silent(expected.silent).last_try(expected.last_try);
        expected.play(&mut harness).map_err(|error| Error::Poll(number, error.into()))?;
    }
    Ok(())
}

impl Expected {
    fn play<C: Connector>(self, harness: &mut Harness<C>) -> Result<(), Error> {
        for exchange in self.exchanges {
            harness.script.add(exchange);
        }
        match (harness.poll(), self.fails) {
            (Ok(poll), None) => {
                let cursor = self.cursor.unwrap_or_else(|| poll.cursor.clone());
                same("cursor", &cursor.into(), &poll.cursor.as_str().into())?;
                same("notifications", &self.notifications.into(), &told(&poll))?;
                same("skipped", &self.skipped.into(), &passed_over(&poll))?;
                same("unreadable", &self.unreadable.into(), &unreadable(&poll))?;
                same("notices", &self.notices.into(), &poll.notices.into())?;
            }
            (Err(Error::Failed { failure, .. }), Some(fails)) => {
                same("failure", &fails.as_str().into(), &named(&failure, &fails).into())?;
            }
            (Ok(_), Some(fails)) => same("failure", &fails.into(), &Value::Null)?,
            (Err(error), _) => return Err(error),
        }
        same("exchanges left over", &json!([]), &harness.script.left().into())
    }
}

fn same(what: &'static str, expected: &Value, found: &Value) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Differs { what, expected: format!("{expected:#}"), found: format!("{found:#}") })
}

fn told(poll: &Poll) -> Value {
    let told = poll.notifications.iter().map(|told| {
        let fields = [
            ("record", Some(json!(told.record))),
            ("event", Some(json!(told.event))),
            ("key", told.key.as_ref().map(|key| json!(key))),
            ("version", told.version.as_ref().map(|version| json!(version))),
            ("data", Some(told.payload.clone())),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(fields.collect())
    });
    told.collect()
}

fn passed_over(poll: &Poll) -> Value {
    let skipped = poll.skipped.iter();
    skipped.map(|(record, it)| json!({ "record": record, "reason": it.reason })).collect()
}

fn unreadable(poll: &Poll) -> Value {
    let unreadable = poll.unreadable.iter().map(|it| match &it.id {
        Some(id) => json!({ "place": it.place, "id": id, "reason": it.reason }),
        None => json!({ "place": it.place, "reason": it.reason }),
    });
    unreadable.collect()
}

/// A failure as a scenario names it, with its words where the scenario has some.
fn named(failure: &Failure, as_in: &str) -> String {
    let (case, text) = match failure {
        Failure::InvalidSettings(text) => ("invalid-settings", text.clone()),
        Failure::Unauthorized(text) => ("unauthorized", text.clone()),
        Failure::Throttled(pause) => {
            ("throttled", pause.map(|seconds| seconds.to_string()).unwrap_or_default())
        }
        Failure::Unavailable(text) => ("unavailable", text.clone()),
        Failure::CursorLost(text) => ("cursor-lost", text.clone()),
        Failure::UnexpectedResponse(text) => ("unexpected-response", text.clone()),
        Failure::Internal(text) => ("internal", text.clone()),
    };
    if as_in.contains(": ") { format!("{case}: {text}") } else { case.into() }
}

fn after(since: &str, minutes: i64) -> String {
    let time = Time::parse(since).map(|time| time.minus_millis(-minutes * MINUTE).to_string());
    time.unwrap_or_else(|_| since.into())
}

fn empty() -> Value {
    json!({})
}

//! What adversity takes of a scenario: what was polled, and what the EHR answered.

use jiff::Timestamp;
use url::Origin;

use crate::{connector::Mode, connector_test::scenario::Scenario, egress::Response};

/// One recorded scenario.
pub(super) struct Recording {
    /// Its name, for reports.
    pub(super) name: String,
    pub(super) action: String,
    /// JSON text.
    pub(super) settings: String,
    pub(super) base_url: String,
    pub(super) allow_origins: Vec<Origin>,
    pub(super) since: Timestamp,
    pub(super) polls: Vec<Poll>,
}

/// One recorded poll.
pub(super) struct Poll {
    pub(super) now: Timestamp,
    pub(super) mode: Mode,
    /// In the order in which they were asked.
    pub(super) exchanges: Vec<Exchange>,
}

/// One recorded exchange.
pub(super) struct Exchange {
    /// Method and target, as `GET /Patient/7`.
    pub(super) request: String,
    pub(super) answer: Response,
}

impl From<&Scenario> for Recording {
    fn from(scenario: &Scenario) -> Self {
        let setup = scenario.setup();
        let polls = scenario.polls.iter().zip(scenario.times()).map(|(poll, now)| {
            let exchanges = poll.exchanges.iter().map(|exchange| Exchange {
                request: exchange.request.clone(),
                answer: exchange.response(),
            });
            Poll { now, mode: poll.mode(), exchanges: exchanges.collect() }
        });
        Self {
            name: scenario.name(),
            action: setup.action,
            settings: setup.settings.to_string(),
            base_url: setup.base_url.as_str().trim_end_matches('/').to_owned(),
            allow_origins: setup.allow_origins,
            since: setup.since,
            polls: polls.collect(),
        }
    }
}

//! The answers of an EHR that isn't there.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::Deserialize;
use serde_json::Value;

use super::Error;
use crate::{Body, Response};

/// What is answered to what.
#[derive(Default)]
pub(super) struct Script {
    /// Each answers one request of this name.
    recorded: Vec<(String, Response)>,
    /// Each answers every request of this name.
    standing: HashMap<String, Response>,
    /// Each answers one request of a poll, whatever it is.
    next: VecDeque<Response>,
}

/// An exchange, as a file of them holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    request: String,
    #[serde(default = "success")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    always: bool,
}

fn success() -> u16 {
    200
}

impl Script {
    pub(super) fn next(&mut self, answer: Response) {
        self.next.push_back(answer);
    }

    pub(super) fn on(&mut self, request: &str, answer: Response) {
        self.standing.insert(request.to_owned(), answer);
    }

    pub(super) fn record(&mut self, recorded: &str) -> Result<(), Error> {
        let exchanges: Vec<Exchange> = serde_json::from_str(recorded)
            .map_err(|error| Error::Refused(format!("no list of exchanges: {error}")))?;
        for Exchange { request, status, headers, body, always } in exchanges {
            let body = match body {
                Value::String(text) => text,
                json => json.to_string(),
            };
            let headers = headers.into_iter().collect();
            let answer = Response { status, headers, body: Body::Text(body) };
            match always {
                true => self.on(&request, answer),
                false => self.recorded.push((request, answer)),
            }
        }
        Ok(())
    }

    /// The answer to a request of a poll.
    pub(super) fn answer(&mut self, request: &str) -> Result<Response, Error> {
        match self.answer_to(request) {
            Err(error) => self.next.pop_front().ok_or(error),
            answer => answer,
        }
    }

    /// The answer to a request by its name: what was recorded first, then what stands.
    pub(super) fn answer_to(&mut self, request: &str) -> Result<Response, Error> {
        if let Some(at) = self.recorded.iter().position(|(name, _)| name == request) {
            return Ok(self.recorded.remove(at).1);
        }
        self.standing.get(request).cloned().ok_or_else(|| self.unknown(request))
    }

    fn unknown(&self, request: &str) -> Error {
        let recorded = self.recorded.iter().map(|(name, _)| name);
        let known = recorded.chain(self.standing.keys()).cloned().collect();
        Error::NoAnswer { request: request.to_owned(), known }
    }
}

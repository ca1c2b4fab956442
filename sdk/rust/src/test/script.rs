//! The answers of an EHR that isn't there.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::Deserialize;
use serde_json::Value;

use super::Error;
use crate::{Body, Request, Response};

/// What is answered to what.
#[derive(Default)]
pub(super) struct Script {
    /// Each answers one request of this name.
    recorded: Vec<Recorded>,
    /// Each answers every request of this name.
    standing: HashMap<String, Response>,
    /// Each answers one request of a poll, whatever it is.
    next: VecDeque<Response>,
}

struct Recorded {
    request: String,
    sends: Option<String>,
    request_headers: BTreeMap<String, String>,
    answer: Response,
}

/// An exchange, as a file of them holds it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    request: String,
    sends: Option<Value>,
    #[serde(default)]
    request_headers: BTreeMap<String, String>,
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
        exchanges.into_iter().for_each(|exchange| self.add(exchange));
        Ok(())
    }

    pub(super) fn add(&mut self, exchange: Exchange) {
        let Exchange { request, sends, request_headers, status, headers, body, always } = exchange;
        let sends = sends.map(text);
        let is_json = !body.is_string() && !body.is_null();
        let mut headers: Vec<_> = headers.into_iter().collect();
        if is_json && !headers.iter().any(|(name, _)| name == "content-type") {
            headers.push(("content-type".into(), "application/json".into()));
        }
        let answer = Response { status, headers, body: Body::Text(text(body)) };
        match always {
            true => self.on(&request, answer),
            false => self.recorded.push(Recorded { request, sends, request_headers, answer }),
        }
    }

    /// The answer to a request of a poll.
    pub(super) fn answer(&mut self, name: &str, request: &Request) -> Result<Response, Error> {
        match self.answer_to(name, request) {
            Err(error) => self.next.pop_front().ok_or(error),
            answer => answer,
        }
    }

    /// The answer to a request by its name: what was recorded first, then what stands.
    pub(super) fn answer_to(&mut self, name: &str, request: &Request) -> Result<Response, Error> {
        let sent = request.body.as_ref().and_then(|body| match body {
            Body::Text(text) => Some(text),
            Body::Bytes(_) => None,
        });
        let has = |(name, value): (&String, &String)| {
            request.headers.iter().any(|(its, said)| its == name && said == value)
        };
        let is_asked = |it: &Recorded| {
            it.request == name
                && it.sends.as_ref().is_none_or(|sends| Some(sends) == sent)
                && it.request_headers.iter().all(has)
        };
        if let Some(at) = self.recorded.iter().position(is_asked) {
            return Ok(self.recorded.remove(at).answer);
        }
        self.standing.get(name).cloned().ok_or_else(|| self.unknown(name))
    }

    /// What was recorded and not asked.
    pub(super) fn left(&self) -> Vec<String> {
        self.recorded.iter().map(|it| it.request.clone()).collect()
    }

    fn unknown(&self, request: &str) -> Error {
        let recorded = self.recorded.iter().map(|it| &it.request);
        let known = recorded.chain(self.standing.keys()).cloned().collect();
        Error::NoAnswer { request: request.to_owned(), known }
    }
}

/// A body as it is where it is a string, else as JSON; none is empty.
fn text(body: Value) -> String {
    match body {
        Value::String(text) => text,
        Value::Null => String::new(),
        json => json.to_string(),
    }
}

//! How the tests themselves read and write a FHIR server's records.

use reqwest::{Client, Error, Method, StatusCode};
use serde_json::Value;

/// A client of a FHIR server below `/fhir` on a port of this machine. A cheap handle, for the runtime that
/// made it.
#[derive(Clone)]
pub(crate) struct Rest {
    port: u16,
    token: Option<&'static str>,
    http: Client,
}

impl Rest {
    /// One that shows this bearer token.
    pub(super) fn new(port: u16, token: Option<&'static str>) -> Self {
        let http = Client::builder().no_proxy().build().expect("a client");
        Self { port, token, http }
    }

    /// The server's base URL, as `http://127.0.0.1:1234/fhir`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/fhir", self.port)
    }

    /// What it answers to a request of this path and query: status, and JSON, null where it is none.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(StatusCode, Value), Error> {
        let patch = method == Method::PATCH;
        let kind = if patch { "application/json-patch+json" } else { "application/fhir+json" };
        let url = format!("{}/{path}", self.base_url());
        let mut request = self.http.request(method, url.trim_end_matches('/'));
        if let Some(token) = self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", kind).body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }
}

/// A record's type.
pub(crate) fn kind(record: &Value) -> &str {
    record["resourceType"].as_str().expect("a resourceType")
}

/// A record's type and id, as `Patient/7`.
pub(crate) fn path(record: &Value) -> String {
    format!("{}/{}", kind(record), record["id"].as_str().expect("an id"))
}

//! A request for the host to send.

use std::fmt;

use serde::Serialize;

use crate::{Body, Failure, percent};

/// How a request asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads by a search or a call whose arguments are a body.
    Post,
}

/// A request for the host to send. Credentials, `host` and `content-length` are the host's to
/// add. `Debug` shows the path alone, as a query may name a patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// How it asks.
    pub method: Method,
    /// Path and query under the connection's base URL, or a whole URL that it allows.
    pub target: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// What a POST carries.
    pub body: Option<Body>,
}

impl Request {
    /// A GET of this target.
    pub fn get(target: impl Into<String>) -> Self {
        Self { method: Method::Get, target: target.into(), headers: Vec::new(), body: None }
    }

    /// A POST to this target, still without a body.
    pub fn post(target: impl Into<String>) -> Self {
        Self { method: Method::Post, ..Self::get(target) }
    }

    /// Adds `name=value` to the query, both encoded. The name may repeat.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        percent::push(&mut self.target, name);
        self.target.push('=');
        percent::push(&mut self.target, &value.to_string());
        self
    }

    /// Adds a header, its name in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// Sets a body of this media type.
    #[must_use]
    pub fn body(mut self, media_type: &str, body: impl Into<String>) -> Self {
        self.body = Some(Body::Text(body.into()));
        self.header("content-type", media_type)
    }

    /// Sets a JSON body.
    ///
    /// # Errors
    /// [`Failure::Internal`] for what JSON cannot hold, as a map whose keys are no strings.
    pub fn json(self, value: &impl Serialize) -> Result<Self, Failure> {
        match serde_json::to_string(value) {
            Ok(text) => Ok(self.body("application/json", text)),
            Err(_) => Err(Failure::Internal("a request's body is no JSON".into())),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        f.debug_struct("Request").field("method", &self.method).field("path", &path).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_queries() {
        let request = Request::get("/Appointment").query("_count", 100).query("date", "ge2026+1");
        assert_eq!(request.target, "/Appointment?_count=100&date=ge2026%2B1");
        assert_eq!(format!("{request:?}"), "Request { method: Get, path: \"/Appointment\" }");
    }
}

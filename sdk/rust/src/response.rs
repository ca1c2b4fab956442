//! What the EHR answered, and the ways to read it.

use std::fmt;

use serde::Deserialize;

use crate::Failure;

/// A request's or an answer's body: text where it is valid UTF-8.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// Valid UTF-8.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, length) = match self {
            Self::Text(text) => ("text", text.len()),
            Self::Bytes(bytes) => ("bytes", bytes.len()),
        };
        write!(f, "Body({length} bytes of {kind})")
    }
}

/// What the EHR answered, whatever its status. `Debug` leaves headers and body out.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, after decompression.
    pub body: Body,
}

impl Response {
    /// An answer of this status and text: for tests.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Text(body.into()) }
    }

    /// The first header of this name, which is to be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The answer itself, where its status is 2xx and it is no web page. Statuses that mean
    /// something to a connector, as a 404 of one record, are for it to look at first.
    ///
    /// # Errors
    /// 401 and 403 are [`Failure::Unauthorized`], 429 [`Failure::Throttled`], 408 and 5xx
    /// [`Failure::Unavailable`]; everything else is [`Failure::UnexpectedResponse`], as is HTML,
    /// which is what a sign-in page or a proxy answers.
    pub fn ok(&self) -> Result<&Self, Failure> {
        match self.status {
            200..=299 if self.is_html() => {
                Err(Failure::unexpected(format!("HTML with status {}", self.status)))
            }
            200..=299 => Ok(self),
            401 | 403 => Err(Failure::Unauthorized(format!("status {}", self.status))),
            429 => Err(Failure::Throttled(self.retry_after())),
            408 | 500..=599 => Err(Failure::Unavailable(format!("status {}", self.status))),
            status => Err(Failure::unexpected(format!("status {status}"))),
        }
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] where it is no UTF-8.
    pub fn text(&self) -> Result<&str, Failure> {
        match &self.body {
            Body::Text(text) => Ok(text),
            Body::Bytes(bytes) => std::str::from_utf8(bytes)
                .map_err(|_| Failure::unexpected("the body is no UTF-8 text")),
        }
    }

    /// The body read as JSON; the type may borrow from it.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] with the place, never with what stands there.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(self.text()?).map_err(|error| unreadable(&error))
    }

    /// The pause that the EHR asks for, where it says it in seconds.
    fn retry_after(&self) -> Option<u32> {
        self.header("retry-after")?.trim().parse().ok()
    }

    fn is_html(&self) -> bool {
        let media_type = self.header("content-type").unwrap_or_default();
        let text = self.text().unwrap_or_default().trim_start();
        starts(media_type, "text/html") || starts(text, "<!doctype html") || starts(text, "<html")
    }
}

/// Where JSON is broken or other than expected; serde's own words quote what stands there.
pub(crate) fn unreadable(error: &serde_json::Error) -> Failure {
    let what = if error.is_data() { "other JSON than expected" } else { "no valid JSON" };
    let (line, column) = (error.line(), error.column());
    Failure::unexpected(format!("{what} at line {line}, column {column}"))
}

fn starts(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, header: &str, body: &str) -> Option<Failure> {
        let mut response = Response::new(status, body);
        if let Some((name, value)) = header.split_once(": ") {
            response.headers.push((name.into(), value.into()));
        }
        response.ok().err()
    }

    #[test]
    fn tells_statuses_apart() {
        let unexpected = |text: &str| Some(Failure::unexpected(text));
        for (status, header, body, expected) in [
            (200, "", "{}", None),
            (204, "", "", None),
            (
                200,
                "content-type: text/HTML; charset=utf-8",
                "x",
                unexpected("HTML with status 200"),
            ),
            (200, "", " \n<!DOCTYPE html><p>", unexpected("HTML with status 200")),
            (401, "", "", Some(Failure::Unauthorized("status 401".into()))),
            (403, "", "", Some(Failure::Unauthorized("status 403".into()))),
            (404, "", "", unexpected("status 404")),
            (302, "", "", unexpected("status 302")),
            (429, "retry-after: 30", "", Some(Failure::Throttled(Some(30)))),
            (429, "retry-after: tomorrow", "", Some(Failure::Throttled(None))),
            (503, "", "", Some(Failure::Unavailable("status 503".into()))),
        ] {
            assert_eq!(failure(status, header, body), expected);
        }
    }

    #[test]
    fn never_quotes_what_it_cannot_read() {
        for (body, says) in [
            ("[\"Jane Doe\"]", "other JSON than expected at line 1, column 11"),
            ("[1,", "no valid JSON at line 1, column 3"),
        ] {
            let read = Response::new(200, body).json::<Vec<u32>>();
            assert_eq!(read, Err(Failure::unexpected(says)));
        }
    }
}

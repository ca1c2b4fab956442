//! What the EHR answered, and the ways to read it.

use std::fmt;

use serde::Deserialize;

use crate::Failure;

// The host leaves out of a failure what stood in an answer, unless it finds the word in the
// component. There one text stands right behind another, so no word that only a failure has may end
// one.

/// The media types that a failure names.
const MEDIA_TYPES: &str = "application/json, application/fhir+json, text/html, text/plain, \
    application/xml, text/xml, application/fhir+xml, application/pdf, none, ";

const NOT_ACCEPTABLE: &str = "status 406: the EHR has nothing of the media type that the accept \
    header asks for; set another in the connection's headers";
const UNSUPPORTED: &str = "status 415: the EHR does not know a media type that was sent or asked \
    for; set another accept header in the connection's headers";

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
    /// something to a connector are for it to look at first: a 404 of one record, a 204 where it
    /// says that nothing changed, a 202 where it says that an answer is not ready yet. The last two
    /// have no JSON.
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
            406 => Err(Failure::unexpected(NOT_ACCEPTABLE)),
            415 => Err(Failure::unexpected(UNSUPPORTED)),
            status => Err(Failure::unexpected(format!("status {status}"))),
        }
    }

    /// The body as text, without the mark that UTF-8 may begin with.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] where it is no UTF-8, with the media type that came.
    pub fn text(&self) -> Result<&str, Failure> {
        let text = match &self.body {
            Body::Text(text) => Ok(text.as_str()),
            Body::Bytes(bytes) => std::str::from_utf8(bytes),
        };
        let text = text.map_err(|_| self.is_no_json("the body is no UTF-8 text ("))?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The body read as JSON; the type may borrow from it.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] with the place, never with what stands there; of what is no
    /// JSON at all with status and media type as well.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        let text = self.text()?;
        if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
            return Err(self.is_no_json("the body is empty ("));
        }
        serde_json::from_str(text).map_err(|error| match error.is_data() {
            true => unreadable(&error),
            false => self.is_no_json(&format!("{} (", place(&error))),
        })
    }

    /// What is wrong, and what came instead.
    fn is_no_json(&self, what: &str) -> Failure {
        let (status, media_type) = (self.status, self.media_type());
        Failure::unexpected(format!("{what}status {status}, {media_type})"))
    }

    /// The media type in words, where it is one that EHRs and what stands before them answer.
    fn media_type(&self) -> String {
        let named = self.header("content-type").unwrap_or_default();
        let named = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let named = if named.is_empty() { "none" } else { &named };
        match MEDIA_TYPES.split(", ").find(|known| *known == named) {
            Some(known) => format!("media type {known}"),
            None => "another media type".into(),
        }
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
    Failure::unexpected(place(error))
}

fn place(error: &serde_json::Error) -> String {
    let what = if error.is_data() { "other JSON than expected" } else { "no valid JSON" };
    let (line, column) = (error.line(), error.column());
    format!("{what} at line {line}, column {column}")
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
#[allow(clippy::unwrap_used, reason = "tests")]
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

    #[derive(Deserialize)]
    struct Row {
        status: u16,
        media_type: Option<String>,
        body: Option<String>,
        bytes: Option<Vec<u8>>,
        ok: Option<String>,
        json: Option<String>,
    }

    /// `*` stands for a place, which each language's reader of JSON has its own words for.
    fn is_said(found: Option<Failure>, expected: Option<&str>) -> bool {
        let (Some(found), Some(expected)) = (found.as_ref(), expected) else {
            return found.is_none() && expected.is_none();
        };
        let (start, end) = expected.split_once('*').unwrap_or((expected, ""));
        let found = found.to_string();
        found.starts_with(start) && found.ends_with(end)
    }

    #[test]
    fn says_what_came_instead() {
        let rows: Vec<Row> =
            serde_json::from_str(include_str!("../../tables/answers.json")).unwrap();
        for row in rows {
            let mut answer = Response::new(row.status, row.body.unwrap_or_default());
            answer.headers.extend(row.media_type.map(|it| ("content-type".to_owned(), it)));
            if let Some(bytes) = row.bytes {
                answer.body = Body::Bytes(bytes);
            }
            let (ok, json) = (answer.ok().err(), answer.json::<Vec<u8>>().err());
            let said = format!("{ok:?}, {json:?}: {:?} {:?}", row.ok, row.json);
            assert!(is_said(ok, row.ok.as_deref()) && is_said(json, row.json.as_deref()), "{said}");
        }
        assert_eq!(Response::new(200, "\u{feff}[1]").json(), Ok([1]));
    }

    #[test]
    fn never_quotes_what_it_cannot_read() {
        for (body, says) in [
            ("[\"Jane Doe\"]", "other JSON than expected at line 1, column 11"),
            ("[1,", "no valid JSON at line 1, column 3 (status 200, media type none)"),
        ] {
            let read = Response::new(200, body).json::<Vec<u32>>();
            assert_eq!(read, Err(Failure::unexpected(says)));
        }
    }
}

//! What is asked, and what was answered.

use std::{fmt, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;

/// The methods that there are: a client reads, and searches where only a POST will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`.
    #[default]
    Get,
    /// `POST`.
    Post,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
        })
    }
}

/// What to ask an EHR. Whoever shaped it isn't trusted; the client's policy judges all of it.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Path and query under the base URL (`/Patient/7`), or a whole URL below it or of an allowed
    /// origin. Empty is the base URL itself.
    pub target: String,
    /// Beside those that the host adds.
    pub headers: Vec<(String, String)>,
    /// What to send.
    pub body: Option<Bytes>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What an EHR answered, whatever its status. All of it was read, and it kept all limits.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// 200 or more. A 401 came after the credentials were renewed, where they can be.
    pub status: u16,
    /// Names in lower case; a name may come more than once.
    pub headers: Vec<(String, String)>,
    /// As it came, byte by byte; but a text is in UTF-8, and without a mark at its beginning,
    /// whatever its `content-type` said that it came in.
    pub body: Bytes,
    /// The pause that the server asks for, if it does.
    pub retry_after: Option<Duration>,
}

impl Response {
    /// When it was given, by the server's own clock, to the second; `None` where it does not say.
    pub(crate) fn given_at(&self) -> Option<Timestamp> {
        let (_, date) = self.headers.iter().find(|(name, _)| name == "date")?;
        Timestamp::try_from(httpdate::parse_http_date(date).ok()?).ok()
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What a destination answered. Its body was read over, as far as it was short, and dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200 or more; redirects are not followed.
    pub status: u16,
    /// The pause that the destination asks for, if it does.
    pub retry_after: Option<Duration>,
}

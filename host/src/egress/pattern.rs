//! What a connector declares that it will ask for, as `GET /Patient/*`.

use std::{fmt, str::FromStr};

use super::Method;

/// A method and a path under the base URL; anything else is not sent.
///
/// `*` stands for one segment that isn't empty, `**` at the end for any number of segments, none
/// included. Every other segment stands for itself, byte by byte. The query is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    method: Method,
    segments: Vec<Segment>,
    open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Any,
    Named(String),
}

/// Why a text is no [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It has no method that a connector may use.
    #[error("starts with neither `GET /` nor `POST /`")]
    Start,
    /// `**` where more follows.
    #[error("has `**` before its end")]
    Open,
    /// A `*` that is only a part of its segment.
    #[error("has a `*` that isn't a whole segment of the path")]
    Partial,
    /// A query, a fragment, a space, a dot segment or an encoded character that no target can have.
    #[error("has what no path can have: `?`, `#`, `\\`, white space, `.` or `..`")]
    Path,
}

impl Pattern {
    /// Whether it names a segment itself.
    pub(super) fn names(&self, segment: &str) -> bool {
        self.segments.iter().any(|it| matches!(it, Segment::Named(name) if name == segment))
    }

    /// Whether it covers a request for this path, which is the part of the URL's path that
    /// follows the base URL's: empty, or starting with a slash. A slash at its end changes nothing.
    pub fn covers(&self, method: Method, path: &str) -> bool {
        if method != self.method {
            return false;
        }
        let expected = match self.segments.split_last() {
            Some((Segment::Named(last), before)) if last.is_empty() => before,
            _ => &self.segments,
        };
        let rest = path.strip_prefix('/').unwrap_or(path);
        let given = rest.strip_suffix('/').unwrap_or(rest).split('/');
        let mut given = given.skip(usize::from(rest.is_empty()));
        for expected in expected {
            let covered = match (given.next(), expected) {
                (Some(segment), Segment::Any) => !segment.is_empty(),
                (Some(segment), Segment::Named(name)) => segment == name,
                (None, _) => false,
            };
            if !covered {
                return false;
            }
        }
        self.open || given.next().is_none()
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let (method, path) = text.split_once(' ').ok_or(PatternError::Start)?;
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            _ => return Err(PatternError::Start),
        };
        if !path.starts_with('/') {
            return Err(PatternError::Start);
        }
        if path.contains(['?', '#', '\\']) || path.contains(char::is_whitespace) {
            return Err(PatternError::Path);
        }
        let (path, open) = path.strip_suffix("/**").map_or((path, false), |path| (path, true));
        let segments = segments(path).map(Segment::parse).collect::<Result<_, _>>()?;
        Ok(Self { method, segments, open })
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, PatternError> {
        match text {
            "*" => Ok(Self::Any),
            "**" => Err(PatternError::Open),
            "." | ".." => Err(PatternError::Path),
            _ if text.contains('*') => Err(PatternError::Partial),
            _ => Ok(Self::Named(text.to_owned())),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.method)?;
        for segment in &self.segments {
            match segment {
                Segment::Any => f.write_str("/*")?,
                Segment::Named(name) => write!(f, "/{name}")?,
            }
        }
        match (self.open, self.segments.is_empty()) {
            (true, _) => f.write_str("/**"),
            (false, true) => f.write_str("/"),
            (false, false) => Ok(()),
        }
    }
}

/// The segments of a path: those of the empty path and of `/` are none at all.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split('/').skip(usize::from(path.is_empty()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn covers_what_it_says_and_nothing_else() {
        let table = [
            ("GET /Patient/*", "GET", "/Patient/7", true),
            ("GET /Patient/*", "GET", "/Patient", false),
            ("GET /Patient/*", "GET", "/Patient/", false),
            ("GET /Patient/*", "GET", "/Patient/7/_history", false),
            ("GET /Patient/*", "POST", "/Patient/7", false),
            ("GET /Patient/*", "GET", "/patient/7", false),
            ("GET /Patient/*", "GET", "/P%61tient/7", false),
            ("GET /*/_history", "GET", "/Patient/_history", true),
            ("POST /Patient/_search", "POST", "/Patient/_search", true),
            ("GET /", "GET", "", true),
            ("GET /", "GET", "/", true),
            ("GET /", "GET", "/Patient", false),
            ("GET /Patient", "GET", "/Patient/", true),
            ("GET /Patient", "GET", "/Patient//", false),
            ("GET /Patient/*", "GET", "/Patient/7/", true),
            ("GET /a/**", "GET", "/a", true),
            ("GET /a/**", "GET", "/a/b/c", true),
            ("GET /a/**", "GET", "/ab", false),
            ("GET /**", "GET", "", true),
            ("GET /**", "GET", "/anything/at/all", true),
        ];
        for (pattern, method, path, expected) in table {
            let method = if method == "GET" { Method::Get } else { Method::Post };
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(pattern.covers(method, path), expected, "{pattern} {method} {path}");
        }
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        let table = [
            ("DELETE /Patient/*", PatternError::Start),
            ("get /Patient", PatternError::Start),
            ("/Patient", PatternError::Start),
            ("GET Patient", PatternError::Start),
            ("GET https://ehr.example/Patient", PatternError::Start),
            ("GET /**/x", PatternError::Open),
            ("GET /Pat*", PatternError::Partial),
            ("GET /***", PatternError::Partial),
            ("GET /Patient?name=*", PatternError::Path),
            ("GET /a b", PatternError::Path),
            ("GET /../x", PatternError::Path),
        ];
        for (text, error) in table {
            assert_eq!(text.parse::<Pattern>(), Err(error), "{text}");
        }
    }

    #[test]
    fn shows_itself_as_it_was_written() {
        for text in ["GET /", "GET /**", "POST /Patient/_search", "GET /a/*/b/**"] {
            assert_eq!(text.parse::<Pattern>().unwrap().to_string(), text);
        }
    }
}

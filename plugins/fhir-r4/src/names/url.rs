//! URLs as far as names are made of them: an origin and a path, compared as what they mean.

use std::{borrow::Cow, fmt};

use http::uri::Authority;

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    is_secure: bool,
    /// In small letters.
    host: String,
    port: u16,
}

/// A base URL: what stands before `/Patient/7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) origin: Origin,
    /// Without a slash at its end; escapes in capitals.
    pub(super) path: String,
}

/// A whole URL, taken apart. It has neither user nor password.
pub(super) struct Whole<'u> {
    pub(super) origin: Origin,
    /// Empty, or from its slash on.
    pub(super) path: &'u str,
    /// Empty, or from its `?` on.
    pub(super) query: &'u str,
}

/// Whether a text is a URL with a scheme and a host, whatever else may stand in it.
pub(super) fn is_whole(text: &str) -> bool {
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    !scheme.is_empty() && scheme.bytes().all(is_letter)
}

impl Origin {
    /// The origin of `https` or `http` and an authority.
    pub(super) fn parse(scheme: &str, authority: &str) -> Option<Self> {
        let is_secure = scheme.eq_ignore_ascii_case("https");
        if !is_secure && !scheme.eq_ignore_ascii_case("http") || authority.contains('@') {
            return None;
        }
        let authority: Authority = authority.parse().ok()?;
        let usual = if is_secure { 443 } else { 80 };
        let port = match authority.port_u16() {
            Some(port) => port,
            None => authority
                .as_str()
                .trim_end_matches(':')
                .ends_with(authority.host())
                .then_some(usual)?,
        };
        Some(Self { is_secure, host: authority.host().to_ascii_lowercase(), port })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.is_secure { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl Base {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Whole::parse(text).map(|whole| whole.base(whole.path))
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl<'u> Whole<'u> {
    /// `None` for what is no URL of the web.
    pub(super) fn parse(text: &'u str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let rest = rest.split('#').next().unwrap_or_default();
        let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        Some(Self { origin: Origin::parse(scheme, authority)?, path, query })
    }

    /// The base URL of its origin with this path.
    pub(super) fn base(&self, path: &str) -> Base {
        let path = capitals(path.trim_end_matches('/')).into_owned();
        Base { origin: self.origin.clone(), path }
    }

    /// Its path below a base URL: empty, or from its slash on.
    pub(super) fn below(&self, base: &Base) -> Option<&'u str> {
        below(self.path, &base.path).filter(|_| self.origin == base.origin)
    }
}

/// What follows one path in another, of which it has to be all segments.
pub(super) fn below<'p>(path: &'p str, base: &str) -> Option<&'p str> {
    let (before, after) = path.split_at_checked(base.len())?;
    let ends = after.is_empty() || after.starts_with('/');
    (ends && capitals(before) == base).then_some(after)
}

/// A path whose escapes are in capitals: `%2f` and `%2F` are the same.
fn capitals(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut parts = path.split('%');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escape, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        whole.push('%');
        whole.push_str(&escape.to_ascii_uppercase());
        whole.push_str(rest);
    }
    Cow::Owned(whole)
}

//! Where a request may go: under the base URL or to an origin that the user allowed, and nowhere else.
//!
//! A target comes from a connector, which may be wrong or hostile, and from EHRs' own `next`
//! links. It is judged twice: as the text it is, for all that parsers and servers are known to
//! read in two ways, and as the URL that it becomes, whose origin and path decide.

use std::sync::Arc;

use url::{Host, Origin, Url};

use super::{Method, Pattern};

/// The longest URL that is sent, in bytes.
pub(super) const LONGEST_URL: usize = 8 << 10;

/// Why a request is not sent. Tells nothing of its URL, headers or body but what is named here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither a path nor a web address.
    #[error("its target is neither a path that starts with one `/` nor a whole http or https URL")]
    Target,
    /// CR, LF, NUL and their like.
    #[error("its target holds a control character")]
    Control,
    /// What servers and parsers read in two ways.
    #[error("its target holds {0}")]
    Ambiguous(&'static str),
    /// A URL that is too long.
    #[error("its URL has {0} bytes, and {LONGEST_URL} are the most")]
    TooLong(usize),
    /// Another scheme, host or port.
    #[error(
        "its target is of another origin (scheme, host and port) than the base URL; if it is \
         the EHR's own, add it to `allow_origins`"
    )]
    Origin,
    /// The base URL's origin, but another part of it.
    #[error("its target is not under the base URL's path")]
    Outside,
    /// Not among what the connector declares.
    #[error("its connector declares no {0} of such a path in `requests` ({1} segments)")]
    Undeclared(Method, usize),
    /// A header that the host sets, or nobody.
    #[error("it sets the header `{0}`, which is the host's")]
    Reserved(String),
    /// A header that is none, by its place among them, from 1.
    #[error("its header {0} has a name or value that holds what no header may hold")]
    Header(usize),
    /// Too many headers.
    #[error("it has {0} headers, and {max} are the most", max = super::headers::MOST)]
    Headers(usize),
    /// Headers that are too long together.
    #[error("its headers have {0} bytes, and {max} are the most", max = super::headers::MOST_BYTES)]
    HeaderBytes(usize),
    /// A body that is too long.
    #[error("its body has {size} bytes, and {limit} are the most")]
    Body {
        /// What it has.
        size: usize,
        /// What it may have.
        limit: usize,
    },
}

/// Where one client's requests may go.
#[derive(Clone, Debug)]
pub(super) struct Targets {
    /// The base URL without fragment, as it was written.
    base: String,
    /// The base URL without query and final slash: what paths are put behind.
    root: String,
    scopes: Vec<Scope>,
    declared: Option<Arc<[Pattern]>>,
}

/// An origin, and the path that targets have to be under.
#[derive(Clone, Debug)]
struct Scope {
    scheme: String,
    host: Host<String>,
    port: u16,
    prefix: String,
}

impl Targets {
    /// Targets under `base`, of the origins `allowed` beside it, and, where a connector declares
    /// what it asks, of such paths only. `None` where `base` has no host, or a user and password.
    pub(super) fn new(
        base: &Url,
        allowed: &[Origin],
        declared: Option<Arc<[Pattern]>>,
    ) -> Option<Self> {
        let has_credentials = !base.username().is_empty() || base.password().is_some();
        if has_credentials || !matches!(base.scheme(), "http" | "https") {
            return None;
        }
        let mut root = base.clone();
        root.set_fragment(None);
        let base = root.to_string();
        root.set_query(None);
        let mut scopes = vec![Scope::new(&root.origin(), root.path().trim_end_matches('/'))?];
        scopes.extend(allowed.iter().filter_map(|origin| Scope::new(origin, "")));
        let root = root.as_str().trim_end_matches('/').to_owned();
        Some(Self { base, root, scopes, declared })
    }

    /// The same, for a connector that declares to ask for these.
    pub(super) fn declaring(&self, declared: Arc<[Pattern]>) -> Self {
        Self { declared: Some(declared), ..self.clone() }
    }

    /// The URL that a target stands for, if it may be asked for.
    ///
    /// # Errors
    /// Why it may not.
    pub(super) fn resolve(&self, method: Method, target: &str) -> Result<Url, Refusal> {
        judge_text(target)?;
        let url = if target.is_empty() || target.starts_with(['/', '?']) {
            self.under_base(target)?
        } else {
            whole(target)?
        };
        if url.as_str().len() > LONGEST_URL {
            return Err(Refusal::TooLong(url.as_str().len()));
        }
        let path = self.path_in_scope(&url)?;
        self.declared(method, path)?;
        Ok(url)
    }

    /// What covers a URL that may be asked for, among what is declared.
    pub(super) fn pattern(&self, method: Method, url: &Url) -> Option<&Pattern> {
        let path = self.path_in_scope(url).ok()?;
        self.declared.as_ref()?.iter().find(|pattern| pattern.covers(method, path))
    }

    fn under_base(&self, target: &str) -> Result<Url, Refusal> {
        if target.starts_with("//") {
            return Err(Refusal::Target);
        }
        let text = match target.strip_prefix('?') {
            Some(query) if self.base.contains('?') => format!("{}&{query}", self.base),
            _ if target.starts_with('/') => format!("{}{target}", self.root),
            _ => format!("{}{target}", self.base),
        };
        Url::parse(&text).map_err(|_| Refusal::Target)
    }

    /// The part of the URL's path that patterns speak of.
    fn path_in_scope<'a>(&self, url: &'a Url) -> Result<&'a str, Refusal> {
        let mut refusal = Refusal::Origin;
        for scope in self.scopes.iter().filter(|scope| scope.holds(url)) {
            match under(url.path(), &scope.prefix) {
                Some(path) => return Ok(path),
                None => refusal = Refusal::Outside,
            }
        }
        Err(refusal)
    }

    fn declared(&self, method: Method, path: &str) -> Result<(), Refusal> {
        let Some(patterns) = &self.declared else { return Ok(()) };
        if patterns.iter().any(|pattern| pattern.covers(method, path)) {
            return Ok(());
        }
        let segments = path.split('/').filter(|segment| !segment.is_empty()).count();
        Err(Refusal::Undeclared(method, segments))
    }
}

impl Scope {
    fn new(origin: &Origin, prefix: &str) -> Option<Self> {
        let Origin::Tuple(scheme, host, port) = origin else { return None };
        let (scheme, prefix) = (scheme.clone(), prefix.to_owned());
        Some(Self { scheme, host: host.clone(), port: *port, prefix })
    }

    fn holds(&self, url: &Url) -> bool {
        let same_host = match (url.host(), &self.host) {
            (Some(Host::Domain(left)), Host::Domain(right)) => left == right,
            (Some(Host::Ipv4(left)), Host::Ipv4(right)) => left == *right,
            (Some(Host::Ipv6(left)), Host::Ipv6(right)) => left == *right,
            _ => false,
        };
        same_host && url.scheme() == self.scheme && url.port_or_known_default() == Some(self.port)
    }
}

/// Whether two URLs are of the same scheme, host and port.
pub(super) fn same_origin(left: &Url, right: &Url) -> bool {
    left.scheme() == right.scheme()
        && left.host() == right.host()
        && left.port_or_known_default() == right.port_or_known_default()
}

/// What follows `prefix` in `path`, if all of its segments are there.
fn under<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn whole(target: &str) -> Result<Url, Refusal> {
    let rest = target.strip_prefix("https://").or_else(|| target.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?']).next());
    // Parsers pass over further slashes, and so find an authority that nobody has looked at.
    let authority = authority.filter(|it| !it.is_empty()).ok_or(Refusal::Target)?;
    if authority.contains('@') {
        return Err(Refusal::Ambiguous("a user or a password"));
    }
    if authority.contains('%') {
        return Err(Refusal::Ambiguous("an encoded host"));
    }
    Url::parse(target).map_err(|_| Refusal::Target)
}

/// What can be said of a target before anyone takes it apart.
fn judge_text(target: &str) -> Result<(), Refusal> {
    if target.len() > LONGEST_URL {
        return Err(Refusal::TooLong(target.len()));
    }
    if target.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Refusal::Control);
    }
    if target.contains('#') {
        return Err(Refusal::Ambiguous("a fragment (`#`)"));
    }
    let path = target.split('?').next().unwrap_or(target);
    if path.contains('\\') {
        return Err(Refusal::Ambiguous("a backslash"));
    }
    if path.contains('%') && path.split('%').skip(1).any(is_tricky_escape) {
        return Err(Refusal::Ambiguous("an encoded slash, backslash or control character"));
    }
    if path.contains(['.', '%']) && path.split('/').any(is_dot_segment) {
        return Err(Refusal::Ambiguous("a `.` or `..` segment"));
    }
    Ok(())
}

/// Whether what follows a `%` makes a character that some servers take apart paths at.
fn is_tricky_escape(rest: &str) -> bool {
    let byte = rest.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    byte.is_some_and(|byte| byte.is_ascii_control() || matches!(byte, b'/' | b'\\'))
}

/// Whether a segment is `.` or `..`, in plain or encoded, or as Tomcat reads `..;x`.
fn is_dot_segment(segment: &str) -> bool {
    let segment = segment.split(';').next().unwrap_or(segment);
    // Dots and their escapes only: at most two of three characters each.
    if segment.is_empty() || segment.len() > 6 {
        return false;
    }
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests;

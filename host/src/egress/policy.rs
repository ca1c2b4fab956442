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
    /// Another scheme, host or port; which of them.
    #[error(
        "its target has another {0} than the base URL; if that is the EHR's own, as its links \
         show, add it to `allow_origins`"
    )]
    Origin(String),
    /// The base URL's origin, but another part of it.
    #[error("its target is not under the base URL's path")]
    Outside,
    /// Not among what the connector declares: a method and a path, without what may be a record's.
    #[error("its connector declares no {0} of `{1}` in `requests`")]
    Undeclared(Method, String),
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
        let prefix = root.path().trim_end_matches('/').to_owned();
        let mut scopes = vec![Scope::new(&root.origin(), &prefix)?];
        for origin in allowed {
            // The same API by another name, or another of the EHR's servers.
            scopes.extend(Scope::new(origin, &prefix));
            scopes.extend(Scope::new(origin, "").filter(|_| !prefix.is_empty()));
        }
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
        let mut paths = self.paths_in_scope(&url)?;
        let Some(patterns) = &self.declared else { return Ok(url) };
        let covers = |path: &str| patterns.iter().any(|pattern| pattern.covers(method, path));
        match paths.iter().any(|path| covers(path)) {
            true => Ok(url),
            false => Err(Refusal::Undeclared(method, plain(paths.swap_remove(0), patterns))),
        }
    }

    /// Whether a URL is of an origin that may be asked.
    pub(super) fn allows(&self, url: &Url) -> bool {
        self.scopes.iter().any(|scope| scope.holds(url))
    }

    /// What covers a URL that may be asked for, among what is declared.
    pub(super) fn pattern(&self, method: Method, url: &Url) -> Option<&Pattern> {
        let paths = self.paths_in_scope(url).ok()?;
        let covers = |pattern: &&Pattern| paths.iter().any(|path| pattern.covers(method, path));
        self.declared.as_ref()?.iter().find(covers)
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

    /// What of the URL's path patterns speak of: one reading of it at least.
    fn paths_in_scope<'a>(&self, url: &'a Url) -> Result<Vec<&'a str>, Refusal> {
        let scopes: Vec<_> = self.scopes.iter().filter(|scope| scope.holds(url)).collect();
        if scopes.is_empty() {
            return Err(self.foreign(url));
        }
        let under = |scope: &Scope| under(url.path(), &scope.prefix);
        let paths: Vec<_> = scopes.into_iter().filter_map(under).collect();
        if paths.is_empty() { Err(Refusal::Outside) } else { Ok(paths) }
    }

    /// In what a URL differs from the base URL, though not what it says instead: nobody knows who
    /// wrote it, or why.
    fn foreign(&self, url: &Url) -> Refusal {
        let Some(base) = self.scopes.first() else { return Refusal::Target };
        let differences = [
            (!base.is_host(url), "host"),
            (url.scheme() != base.scheme, "scheme"),
            (url.port_or_known_default() != Some(base.port), "port"),
        ];
        let differs: Vec<_> = differences.iter().filter(|it| it.0).map(|it| it.1).collect();
        Refusal::Origin(differs.join(" and "))
    }
}

/// What servers call their own in paths, and so may be told.
const SERVERS_OWN: [&str; 14] = [
    "_history",
    "_search",
    "_page",
    "__page",
    "__history",
    "__search",
    "_snapshot",
    "_paging",
    "_next",
    "_cursor",
    "_getpages",
    "$everything",
    "$export",
    "metadata",
];

/// A path in which only what cannot be a record's is shown: what a connector declares by name,
/// and what servers call their own.
fn plain(path: &str, patterns: &[Pattern]) -> String {
    let is_shown = |segment: &str| {
        let is_known = segment.is_empty() || SERVERS_OWN.contains(&segment);
        is_known || patterns.iter().any(|it| it.names(segment))
    };
    let shown = path.split('/').take(8).map(|it| if is_shown(it) { it } else { "*" });
    shown.collect::<Vec<_>>().join("/")
}

impl Scope {
    fn new(origin: &Origin, prefix: &str) -> Option<Self> {
        let Origin::Tuple(scheme, host, port) = origin else { return None };
        let (scheme, prefix) = (scheme.clone(), prefix.to_owned());
        Some(Self { scheme, host: host.clone(), port: *port, prefix })
    }

    fn holds(&self, url: &Url) -> bool {
        let is_port = url.port_or_known_default() == Some(self.port);
        is_port && url.scheme() == self.scheme && self.is_host(url)
    }

    fn is_host(&self, url: &Url) -> bool {
        match (url.host(), &self.host) {
            (Some(Host::Domain(left)), Host::Domain(right)) => left == right,
            (Some(Host::Ipv4(left)), Host::Ipv4(right)) => left == *right,
            (Some(Host::Ipv6(left)), Host::Ipv6(right)) => left == *right,
            _ => false,
        }
    }
}

/// What follows `prefix` in `path`, if all of its segments are there.
fn under<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn whole(target: &str) -> Result<Url, Refusal> {
    let (scheme, rest) = target.split_once("://").ok_or(Refusal::Target)?;
    let is_web = ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let rest = is_web.then_some(rest);
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

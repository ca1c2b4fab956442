//! All names of the server: what it is asked by, and what it calls itself.
//!
//! Proxies, clusters and old settings give a server several base URLs, so its links and references
//! may stand under any of them. This is the one place that knows which: the connection's base URL,
//! what a Bundle's `self` link says that was searched, where a record says that it is (`fullUrl`),
//! and the origins that the user allowed. Nothing is ever asked of another name than the
//! configured one for it: names are only written as that one, so that a server gains nothing by
//! saying that it has others.

pub(crate) mod link;
mod references;
mod url;

use std::borrow::Cow;

use rounds_sdk::{Context, encode};

use self::url::{Base, Origin, Whole, is_whole};

/// The names of a server.
#[derive(Clone, Default)]
pub(crate) struct Names {
    /// The configured one first.
    bases: Vec<Base>,
    /// Origins of which all that looks like a record is the server's.
    origins: Vec<Origin>,
}

impl Names {
    /// Those that the configuration has.
    pub(crate) fn of(context: &Context) -> Self {
        let bases = Base::parse(&context.base_url).into_iter().collect();
        let allowed = context.allow_origins.iter().filter_map(|origin| Base::parse(origin));
        Self { bases, origins: allowed.map(|base| base.origin).collect() }
    }

    /// And these, which the server was heard to have.
    pub(crate) fn and<'t>(mut self, others: impl IntoIterator<Item = &'t str>) -> Self {
        for base in others.into_iter().filter_map(Base::parse) {
            self.add(base);
        }
        self
    }

    /// These and others.
    pub(crate) fn with(mut self, others: &Self) -> Self {
        others.bases.iter().for_each(|base| self.add(base.clone()));
        self
    }

    /// Learns from a page's `self` link what the server is called: that without the type searched
    /// and without its query.
    pub(crate) fn learn(&mut self, kind: &str, this: &str) {
        let Some(whole) = Whole::parse(this) else { return };
        let path = whole.path.trim_end_matches('/');
        let path = match from_type(path, kind) {
            Some(below) => path.strip_suffix(below).unwrap_or_default(),
            // Of a search that is read on, `{base}?_getpages=…` or `{base}/_snapshot?…`.
            None => match path.rsplit_once('/') {
                Some((folder, page)) if page.starts_with('_') => folder,
                _ => path,
            },
        };
        self.add(whole.base(path));
    }

    /// These names and the one under which a record says that it lies, where that is another: to
    /// it that one is what relative references are relative to.
    pub(crate) fn of_record(&self, full_url: &str, kind: &str, id: &str) -> Option<Self> {
        let whole = Whole::parse(full_url)?;
        let below = from_type(whole.path, kind)?;
        let is_its_own = local_path(below.trim_start_matches('/')) == Some((kind, id));
        let base = whole.base(whole.path.strip_suffix(below)?);
        (is_its_own && !self.bases.contains(&base)).then(|| {
            let mut names = self.clone();
            names.add(base);
            names
        })
    }

    /// Whether an entry that says that it lies there lies at this server, or doesn't say.
    pub(crate) fn has(&self, full_url: &str) -> bool {
        !is_whole(full_url) || self.below(full_url).is_some()
    }

    /// The names beside the configured one, as text.
    pub(crate) fn others(&self) -> Vec<String> {
        self.bases.iter().skip(1).map(ToString::to_string).collect()
    }

    /// `Type/id` of a reference to a resource of this server: relative, or a whole URL under one of
    /// its names, with or without a version. `None` for one of another server, one inside the
    /// resource, or one that names nothing.
    pub(crate) fn local<'r>(&self, reference: &'r str) -> Option<(&'r str, &'r str)> {
        if !is_whole(reference) {
            return local_path(reference);
        }
        local_path(self.below(reference)?)
    }

    /// A resource with what it refers to at this server written as `Type/id`, so that it says the
    /// same by whichever name it was read.
    pub(crate) fn shortened<'t>(&self, resource: &'t str) -> Cow<'t, str> {
        let (mut written, mut done) = (String::new(), 0);
        for (at, reference) in references::all(resource) {
            let below = is_whole(&reference).then(|| self.below(&reference)).flatten();
            let Some(below) = below.filter(|below| local_path(below).is_some()) else { continue };
            written.push_str(resource.get(done..at.start).unwrap_or_default());
            let below = serde_json::Value::from(below).to_string();
            written.push_str(below.get(1..below.len() - 1).unwrap_or_default());
            done = at.end;
        }
        if done == 0 {
            return Cow::Borrowed(resource);
        }
        written.push_str(resource.get(done..).unwrap_or_default());
        Cow::Owned(written)
    }

    /// What all references of a resource to this server name.
    pub(crate) fn referred<'t>(&self, resource: &'t str) -> impl Iterator<Item = String> + use<'t> {
        let names = self.clone();
        references::all(resource).filter_map(move |(_, reference)| {
            names.local(&reference).map(|(kind, id)| format!("{kind}/{id}"))
        })
    }

    /// A URL's path below the name that it is under, of several the longest.
    fn path_of<'u>(&self, whole: &Whole<'u>) -> Option<&'u str> {
        self.bases.iter().filter_map(|base| whole.below(base)).min_by_key(|path| path.len())
    }

    fn add(&mut self, base: Base) {
        if !self.bases.contains(&base) {
            self.bases.push(base);
        }
    }

    /// What stands in a whole URL behind one of the server's names.
    fn below<'u>(&self, url: &'u str) -> Option<&'u str> {
        let whole = Whole::parse(url).filter(|whole| whole.query.is_empty())?;
        let path = self.path_of(&whole);
        let allowed = || {
            let is_allowed = self.origins.contains(&whole.origin);
            is_allowed.then(|| last_record(whole.path)).flatten()
        };
        // Some put a slash too many behind their base URL.
        path.or_else(allowed)?.strip_prefix('/').map(|path| path.trim_start_matches('/'))
    }
}

/// The path of a resource.
pub(crate) fn path(kind: &str, id: &str) -> String {
    format!("/{kind}/{}", encode(id))
}

/// The id in a link to a record of this type, whatever stands before that, and its version where
/// the link names one.
pub(crate) fn in_link<'l>(kind: &str, link: &'l str) -> Option<(&'l str, Option<&'l str>)> {
    let mut segments = link.split('/').skip_while(|segment| *segment != kind).skip(1);
    let id = segments.next().filter(|id| is_id(id))?;
    let version = segments.next().filter(|segment| *segment == "_history");
    Some((id, version.and(segments.next())))
}

/// A path from its last segment of this type on.
fn from_type<'p>(path: &'p str, kind: &str) -> Option<&'p str> {
    let is_it = |at: &usize| {
        let rest = path.get(at + 1..).and_then(|rest| rest.strip_prefix(kind));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let at = path.rmatch_indices('/').map(|(at, _)| at).find(is_it)?;
    path.get(at..)
}

/// The end of a path that is a record's, with its slash.
fn last_record(path: &str) -> Option<&str> {
    let slashes = path.rmatch_indices('/').map(|(at, _)| at);
    let ends = slashes.take(4).filter_map(|at| path.get(at..));
    ends.filter(|end| end.strip_prefix('/').and_then(local_path).is_some()).last()
}

/// `Type/id` of a relative reference.
fn local_path(path: &str) -> Option<(&str, &str)> {
    let mut segments = path.split('/');
    let (kind, id) = (segments.next()?, segments.next()?);
    let ends = match segments.next() {
        None => true,
        Some(history) => history == "_history" && segments.count() == 1,
    };
    (ends && is_type(kind) && is_id(id)).then_some((kind, id))
}

fn is_type(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_id(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['?', '#'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

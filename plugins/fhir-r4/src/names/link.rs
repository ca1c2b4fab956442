//! Links to a next page: whether they are the server's own, and what to ask for then.

use std::borrow::Cow;

use super::{
    Names, from_type,
    url::{Origin, Whole, below, is_whole},
};

/// The longest link that is followed, in bytes: a cursor takes it up.
const LONGEST: usize = 8 * 1024;

/// What servers name the pages of a search by, below their base URL.
const PAGES: [&str; 2] = ["_snapshot", "__page"];

/// What a path may hold that is no id and no patient's, as one text so that each is a word of this
/// connector's own.
const WORDS: &str = "/_snapshot/__page/_page/_search/_history/$everything/$export/metadata/fhir/\
    Appointment/Patient/Encounter/ServiceRequest/DiagnosticReport/Observation/Practitioner/\
    Location/Bundle/";

/// A link: what to ask for, or why it cannot be followed.
pub(crate) type Link = Result<String, String>;

impl Names {
    /// What a link stands for that was found in the answer to a search of this type, which was asked
    /// for by this target: a target below the base URL. One of an origin that the user allowed,
    /// where it doesn't show what it is below, stays whole.
    pub(crate) fn follow(&self, kind: &str, asked: &str, link: &str) -> Link {
        let link = link.trim().split('#').next().unwrap_or_default();
        if link.len() > LONGEST {
            return Err(format!(
                "a next link has {} bytes, and {LONGEST} are the most",
                link.len()
            ));
        }
        let (path, query) = link.split_at(link.find('?').unwrap_or(link.len()));
        let path = match () {
            () if is_whole(link) => {
                let link = without_user(link);
                match self.under(kind, &link)? {
                    Some(path) => path.to_owned(),
                    None => return Ok(link.into_owned()),
                }
            }
            () if link.starts_with("//") => {
                let scheme = self.bases.first().map_or_else(String::new, |base| base.to_string());
                let scheme = scheme.split("//").next().unwrap_or_default().to_owned();
                return self.follow(kind, asked, &format!("{scheme}{link}"));
            }
            () if path.starts_with('/') => self.of_host(kind, path)?.to_owned(),
            () => match Whole::parse(asked) {
                Some(asked) => {
                    let path = joined(asked.path, path).ok_or_else(|| outside(path))?;
                    return self.follow(kind, "", &format!("{}{path}{query}", asked.origin));
                }
                None => self.relative(kind, asked, path)?,
            },
        };
        // Some put a slash too many behind their base URL.
        let path = match path.starts_with("//") {
            true => format!("/{}", path.trim_start_matches('/')),
            false => path,
        };
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let is_page = match segments.clone().next() {
            None => true,
            Some(first) => first == kind || PAGES.contains(&first),
        };
        // An operation does something, or answers with what nobody searched.
        let is_operation = segments.any(|it| it.starts_with('$') || it.starts_with("%24"));
        if !is_page || is_operation {
            return Err(format!(
                "a next link leads to the path `{}`, which this connector does not ask for",
                shown(&path)
            ));
        }
        Ok(match self.bases.first() {
            // The base URL itself has no path below it.
            Some(base) if path.is_empty() => format!("{base}{query}"),
            _ => format!("{path}{query}"),
        })
    }

    /// The path of a whole URL below the name that it is under. `None` where the user allowed its
    /// origin, and nothing says which part of the path is the base's.
    fn under<'u>(&self, kind: &str, link: &'u str) -> Result<Option<&'u str>, String> {
        let elsewhere = || "a next link leads to no web address that can be asked for".to_owned();
        let whole = Whole::parse(link).ok_or_else(elsewhere)?;
        if let Some(path) = self.path_of(&whole) {
            return Ok(Some(path));
        }
        let is_allowed = self.origins.contains(&whole.origin);
        if !is_allowed && !self.bases.iter().any(|base| base.origin == whole.origin) {
            return Err(away(&whole.origin));
        }
        match self.of_host(kind, whole.path) {
            Ok(path) => Ok(Some(path)),
            Err(_) if is_allowed => Ok(None),
            Err(outside) => Err(outside),
        }
    }

    /// The path of a page below the base URL, where only the path of its URL is known: below that
    /// of a name, else from the type that was searched on.
    fn of_host<'p>(&self, kind: &str, path: &'p str) -> Result<&'p str, String> {
        let known = self.bases.iter().filter_map(|base| below(path, &base.path));
        known
            .min_by_key(|path| path.len())
            .or_else(|| from_type(path, kind))
            .or_else(|| PAGES.iter().find_map(|page| from_type(path, page)))
            .ok_or_else(|| outside(path))
    }

    /// The path below the base URL of one that is relative to what was asked for, or to the base URL
    /// where it begins with a type.
    fn relative(&self, kind: &str, asked: &str, path: &str) -> Result<String, String> {
        let base = self.bases.first().map_or("", |base| &base.path);
        let is_of_base = path.trim_start_matches("./").split('/').next() == Some(kind);
        let asked = if is_of_base { "/" } else { asked.split('?').next().unwrap_or_default() };
        let path = joined(&format!("{base}{asked}"), path).ok_or_else(|| outside(path))?;
        self.of_host(kind, &path).map(str::to_owned)
    }
}

/// A path that is relative to another, whose last segment is that of a page. `None` for one that
/// climbs out of all there are.
fn joined(from: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(from.to_owned());
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut segments: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => drop(segments.pop()?),
            segment => segments.push(segment),
        }
    }
    Some(segments.iter().flat_map(|segment| ["/", segment]).collect())
}

/// A whole URL without the user and password that it names: nobody is signed in by a link.
fn without_user(link: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = link.split_once("://") else { return link.into() };
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{host}{rest}").into(),
        None => link.into(),
    }
}

/// Why a link to this origin is not followed.
fn away(origin: &Origin) -> String {
    format!(
        "a next link leads to {origin}, which is not the base URL's origin: if that is the EHR's \
         own, add it to `allow_origins`"
    )
}

fn outside(path: &str) -> String {
    format!("a next link leads to the path `{}`, which is not below the base URL", shown(path))
}

/// A path as a user may see it: without what may be an id.
fn shown(path: &str) -> String {
    let is_known = |segment: &str| !segment.is_empty() && WORDS.contains(&format!("/{segment}/"));
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.map(|it| if is_known(it) { format!("/{it}") } else { "/…".into() }).collect()
}

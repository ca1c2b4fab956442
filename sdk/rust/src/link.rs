//! Links to a next page: found in a header, and turned into what to ask for.

use std::borrow::Cow;

use crate::Response;

/// The `next` link of an answer's `Link` headers (RFC 8288), as it stands there: for [`resolve`].
pub fn next(response: &Response) -> Option<&str> {
    let links = response.headers.iter().filter(|(name, _)| name == "link");
    links.into_iter().find_map(|(_, value)| next_in(value))
}

/// The link in the first header of this name, as `X-Next-Page`, which holds a URL or a path and
/// nothing else. `None` where it is missing or empty.
pub fn in_header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let value = found?.1.trim();
    let bracketed = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    Some(bracketed.unwrap_or(value).trim()).filter(|link| !link.is_empty())
}

/// A link found in an answer, as the target of a request. `asked` is the target that was answered,
/// as `/Appointment?page=1`: what is relative (`?page=2`, `./…`, `/fhir/…`) is relative to that.
///
/// A link below `base_url`, compared as URLs, becomes a target relative to it. Any other whole URL
/// stays as it is, and the host refuses it unless the user allows its origin. A path that is not
/// that of the base URL stays as well, which makes it one below the base URL.
pub fn resolve(base_url: &str, asked: &str, link: &str) -> String {
    let link = before(link.trim(), &['#']);
    if link.is_empty() {
        return asked.to_owned();
    }
    let whole = whole(base_url, asked, link);
    let is_path = link.starts_with('/') && !link.starts_with("//") && !is_whole(asked);
    match below(base_url, &whole) {
        Some(target) => target.to_owned(),
        None if is_path => link.to_owned(),
        None => whole.into_owned(),
    }
}

/// What follows the base URL in a URL below it: empty, or from its `/` or `?` on. They are compared
/// as URLs: neither the case of scheme and host nor a usual port makes a difference.
pub fn below<'a>(base_url: &str, url: &'a str) -> Option<&'a str> {
    let (base, url) = (Parts::of(before(base_url, &['?']))?, Parts::of(url)?);
    let rest = url.path.strip_prefix(base.path.trim_end_matches('/'))?;
    let ends = rest.is_empty() || rest.starts_with(['/', '?']);
    (ends && url.is_of(&base)).then_some(rest)
}

/// The next link among those of one header.
fn next_in(links: &str) -> Option<&str> {
    let mut left = links;
    loop {
        left = left.trim_start_matches([' ', '\t', ',']);
        if left.is_empty() {
            return None;
        }
        let (url, parameters) = match left.strip_prefix('<') {
            Some(opened) => opened.split_once('>')?,
            None => ("", left),
        };
        let (parameters, rest) = part(parameters, b',');
        if !url.is_empty() && is_next(parameters) {
            return Some(url.trim());
        }
        left = rest;
    }
}

/// Whether the first `rel` of a link's parameters names `next`, be it among others.
fn is_next(mut parameters: &str) -> bool {
    while !parameters.is_empty() {
        let (parameter, rest) = part(parameters, b';');
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if name.trim().eq_ignore_ascii_case("rel") {
            let relations = value.trim().trim_matches('"').split_ascii_whitespace();
            return relations.into_iter().any(|it| it.eq_ignore_ascii_case("next"));
        }
        parameters = rest;
    }
    false
}

/// What stands before and behind the first such byte that is not within quotes.
fn part(text: &str, byte: u8) -> (&str, &str) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let at = text.bytes().position(|it| {
        let ends = it == byte && !is_quoted;
        is_quoted ^= it == b'"' && !is_escaped;
        is_escaped = it == b'\\' && is_quoted && !is_escaped;
        ends
    });
    let (part, rest) = text.split_at(at.unwrap_or(text.len()));
    (part, rest.get(1..).unwrap_or_default())
}

fn whole<'l>(base_url: &str, asked: &str, link: &'l str) -> Cow<'l, str> {
    if is_whole(link) {
        return link.into();
    }
    let base = before(base_url, &['?']).trim_end_matches('/');
    let asked = before(asked, &['?']);
    let from = if is_whole(asked) { asked.to_owned() } else { format!("{base}{asked}") };
    let (origin, path) = origin_and_path(&from);
    let whole = match link.as_bytes() {
        [b'/', b'/', ..] => format!("{}:{link}", before(origin, &[':'])),
        [b'/', ..] => format!("{origin}{}", without_dots(link)),
        [b'?', ..] => format!("{from}{link}"),
        // What is asked of the base URL itself is taken for a folder of it.
        _ if asked.is_empty() => format!("{origin}{}", without_dots(&format!("{path}/{link}"))),
        _ => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{origin}{}", without_dots(&format!("{folder}/{link}")))
        }
    };
    whole.into()
}

/// A path and its query, with `.` and `..` of the path gone along (RFC 3986, 5.2.4).
fn without_dots(target: &str) -> String {
    let path = before(target, &['?']);
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        if segment == ".." {
            kept.pop();
        }
        match segment {
            "." | ".." if is_last => kept.push(""),
            "." | ".." => {}
            _ => kept.push(segment),
        }
    }
    format!("/{}{}", kept.join("/"), target.strip_prefix(path).unwrap_or_default())
}

/// What of a URL two are compared by.
struct Parts<'u> {
    scheme: &'u str,
    host: &'u str,
    port: &'u str,
    /// And the query.
    path: &'u str,
}

impl<'u> Parts<'u> {
    /// `None` for what is no whole URL, or has a user.
    fn of(url: &'u str) -> Option<Self> {
        let (scheme, _) = url.split_once("://").filter(|_| is_whole(url))?;
        let (origin, path) = origin_and_path(url);
        let authority = origin.get(scheme.len() + 3..).filter(|it| !it.contains('@'))?;
        let port = authority.rsplit_once(':');
        let port = port.filter(|(_, port)| port.bytes().all(|it| it.is_ascii_digit()));
        let (host, port) = port.unwrap_or((authority, ""));
        let usual = if scheme.eq_ignore_ascii_case("https") { "443" } else { "80" };
        Some(Self { scheme, host, port: if port.is_empty() { usual } else { port }, path })
    }

    fn is_of(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.host.eq_ignore_ascii_case(other.host)
            && self.port == other.port
    }
}

/// Whether a link begins with a scheme: one in its query makes no whole URL of it.
fn is_whole(link: &str) -> bool {
    let is_of_scheme = |it: u8| it.is_ascii_alphanumeric() || b"+-.".contains(&it);
    link.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|it: char| it.is_ascii_alphabetic()) && scheme.bytes().all(is_of_scheme)
    })
}

/// Scheme, host and port; and the path with its query.
fn origin_and_path(url: &str) -> (&str, &str) {
    let host_at = url.find("://").map_or(0, |at| at + 3);
    let host = url.get(host_at..).unwrap_or_default();
    url.split_at(host_at + before(host, &['/', '?', '#']).len())
}

/// What stands before the first of these.
fn before<'t>(text: &'t str, ends: &[char]) -> &'t str {
    text.split(ends).next().unwrap_or(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Table {
        next: Vec<Next>,
        in_header: Vec<InHeader>,
        resolve: Vec<Resolve>,
    }

    #[derive(Deserialize)]
    struct Next {
        links: Vec<String>,
        next: Option<String>,
    }

    #[derive(Deserialize)]
    struct InHeader {
        value: Option<String>,
        link: Option<String>,
    }

    #[derive(Deserialize)]
    struct Resolve {
        base: String,
        asked: String,
        link: String,
        target: String,
    }

    fn table() -> Table {
        serde_json::from_str(include_str!("../../tables/links.json")).unwrap()
    }

    fn answer(name: &str, values: impl IntoIterator<Item = String>) -> Response {
        let mut answer = Response::new(200, "");
        answer.headers.push(("date".into(), "<x>; rel=next".into()));
        answer.headers.extend(values.into_iter().map(|value| (name.to_owned(), value)));
        answer
    }

    #[test]
    fn finds_the_next_link_in_headers() {
        for Next { links, next: expected } in table().next {
            assert_eq!(next(&answer("link", links.clone())), expected.as_deref(), "{links:?}");
        }
        for InHeader { value, link } in table().in_header {
            let answer = answer("x-next-page", value.clone());
            assert_eq!(in_header(&answer, "X-Next-Page"), link.as_deref(), "{value:?}");
        }
    }

    #[test]
    fn turns_links_into_targets() {
        for Resolve { base, asked, link, target } in table().resolve {
            assert_eq!(resolve(&base, &asked, &link), target, "{base} {asked} {link}");
        }
    }

    #[test]
    fn nothing_but_what_is_below_the_base_url_is_taken_for_it() {
        let base = "https://ehr.example/fhir";
        assert_eq!(below(base, "HTTPS://EHR.example:443/fhir/Patient/7"), Some("/Patient/7"));
        assert_eq!(below(base, "https://ehr.example/fhir"), Some(""));
        for url in ["https://ehr.example/fhirx", "Patient/7", "https://ehr.example", ""] {
            assert_eq!(below(base, url), None, "{url}");
        }
    }
}

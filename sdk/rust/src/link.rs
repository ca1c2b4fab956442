//! Links to a next page: found in a header, and made whole.

use crate::{Failure, Response};

/// The `next` link of an answer's `Link` headers (RFC 8288), as it stands there.
pub fn next(response: &Response) -> Option<&str> {
    let links = response.headers.iter().filter(|(name, _)| name == "link");
    links.flat_map(|(_, value)| value.split(", ")).find_map(|link| {
        let (url, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |p: &str| matches!(p.trim(), "rel=next" | "rel=\"next\"");
        parameters.split(';').any(is_next).then_some(url)
    })
}

/// A link found in the answer to a request of `path` (`/Appointment`), as a request's target:
/// a whole URL stays as it is, anything relative is made whole.
///
/// # Errors
/// [`Failure::UnexpectedResponse`] for a link that leads away from `base_url`, where the
/// credentials must not follow.
pub fn resolve(base_url: &str, path: &str, link: &str) -> Result<String, Failure> {
    let (origin, _) = split(base_url);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = if link.contains("://") {
        link.to_owned()
    } else if link.starts_with("//") {
        format!("{}{link}", origin.split("//").next().unwrap_or_default())
    } else if link.starts_with('/') {
        format!("{origin}{link}")
    } else if link.starts_with('?') {
        format!("{base_url}{path}{link}")
    } else {
        format!("{base_url}{folder}/{link}")
    };
    match below(base_url, &whole) {
        Some(_) => Ok(whole),
        None => Err(Failure::unexpected("a link leads away from the base URL")),
    }
}

/// What follows the base URL in a URL below it: empty, or from its `/` or `?` on.
pub fn below<'a>(base_url: &str, url: &'a str) -> Option<&'a str> {
    let (origin, path) = split(base_url);
    let (same, rest) = url.split_at_checked(origin.len())?;
    let under = rest.strip_prefix(path)?;
    let ends = under.is_empty() || under.starts_with(['/', '?']);
    (ends && same.eq_ignore_ascii_case(origin)).then_some(under)
}

/// Scheme, host and port; and the path.
fn split(base_url: &str) -> (&str, &str) {
    let host_at = base_url.find("://").map_or(0, |at| at + 3);
    let host_length = base_url.split_at(host_at).1.find('/');
    base_url.split_at(host_length.map_or(base_url.len(), |length| host_at + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://ehr.example/fhir";

    #[test]
    fn makes_links_whole() {
        for (link, whole) in [
            ("https://ehr.example/fhir?_getpages=1", "https://ehr.example/fhir?_getpages=1"),
            ("HTTPS://EHR.example/fhir/A?p=2", "HTTPS://EHR.example/fhir/A?p=2"),
            ("//ehr.example/fhir/A", "https://ehr.example/fhir/A"),
            ("/fhir/A?p=2", "https://ehr.example/fhir/A?p=2"),
            ("?p=2", "https://ehr.example/fhir/A?p=2"),
            ("A?p=2", "https://ehr.example/fhir/A?p=2"),
        ] {
            assert_eq!(resolve(BASE, "/A", link).as_deref(), Ok(whole), "{link}");
        }
    }

    #[test]
    fn refuses_links_that_lead_away() {
        for link in [
            "https://evil.example/fhir/A",
            "https://ehr.example.evil.example/fhir/A",
            "https://ehr.example@evil.example/fhir",
            "http://ehr.example/fhir/A",
            "https://ehr.example/fhir-other/A",
            "/admin",
            "//evil.example/fhir",
        ] {
            assert!(resolve(BASE, "/A", link).is_err(), "{link}");
        }
    }

    #[test]
    fn finds_the_next_link_in_headers() {
        let mut response = Response::new(200, "");
        assert_eq!(next(&response), None);
        let value = "</a?p=1>; rel=prev, </a?p=3>; rel=\"next\"";
        response.headers.push(("link".into(), value.into()));
        assert_eq!(next(&response), Some("/a?p=3"));
    }
}

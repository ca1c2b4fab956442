//! What a host refuses, and its default limits.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::Error;
use crate::{ChangeKind, Context, Manifest, Method, Notification, Page, Request, link};

/// Pages in a poll.
pub(super) const PAGES: usize = 1_000;
/// Steps in which a change is collected.
pub(super) const STEPS: usize = 8;
const REQUESTS: usize = 32;
const CHANGES: usize = 10_000;
const CURSOR: usize = 16 * 1024;
const MEMO: usize = 1024;
const PAYLOAD: usize = 1024 * 1024;

/// The request's name, as `GET /Patient/7`, where the manifest allows it.
pub(super) fn request(
    manifest: &Manifest,
    context: &Context,
    request: &Request,
) -> Result<String, Error> {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let target = request.target.as_str();
    let allowed = |origin: &String| target.strip_prefix(origin.as_str());
    let below = if target.starts_with('/') {
        Some(target)
    } else {
        link::below(&context.base_url, target)
            .or_else(|| context.allow_origins.iter().find_map(allowed))
            .filter(|below| below.starts_with(['/', '?']) || below.is_empty())
    };
    let path = below.and_then(|target| target.split('?').next());
    let allows = |pattern: &String| match (pattern.split_once(' '), path) {
        (Some((known, pattern)), Some(path)) => known == method && matches(pattern, path),
        _ => false,
    };
    if manifest.requests.iter().any(allows) {
        return Ok(format!("{method} {target}"));
    }
    Err(Error::Refused(format!("{method} {target} is not among the manifest's requests")))
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        match (part, segments.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (part, segment) if segment == Some(part) => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

/// Whether a whole listing is asked only of an action that has one.
pub(super) fn listing(manifest: &Manifest, context: &Context) -> Result<(), Error> {
    let lists = |name: &str| manifest.actions.iter().any(|it| it.name == name && it.lists);
    if !context.listing || lists(&context.action) {
        return Ok(());
    }
    Err(Error::Refused(format!("{} does not say that it `lists`", context.action)))
}

/// Whether a page is within the limits, and moves the cursor if more is to come.
pub(super) fn page(before: Option<&str>, page: &Page) -> Result<(), Error> {
    within("changes in a page", page.changes.len(), CHANGES)?;
    within("unreadable records in a page", page.unreadable.len(), CHANGES)?;
    within("bytes of cursor", page.cursor.len(), CURSOR)?;
    if page.changes.iter().any(|change| change.kind == ChangeKind::MovedAway) {
        return Err(Error::Refused("a page with a `moved-away`, which only a host makes".into()));
    }
    if page.unreadable.iter().any(|it| serde_json::from_str::<IgnoredAny>(&it.data).is_err()) {
        return Err(Error::Refused("an unreadable record whose data are no JSON".into()));
    }
    if page.more && before == Some(page.cursor.as_str()) {
        return Err(Error::Refused("a page with more to come left the cursor as it was".into()));
    }
    Ok(())
}

/// Whether a step asks for something, and not for too much.
pub(super) fn step(requests: &[Request]) -> Result<(), Error> {
    if requests.is_empty() {
        return Err(Error::Refused("a step that fetches nothing".into()));
    }
    within("requests in a step", requests.len(), REQUESTS)
}

/// The payload of a notification that the action declares, within the limits.
pub(super) fn notification(
    manifest: &Manifest,
    action: &str,
    told: &Notification,
) -> Result<Value, Error> {
    let mut known = manifest.actions.iter().filter(|known| known.name == action);
    let event = &told.event;
    if !known.any(|action| action.events.contains(event)) {
        return Err(Error::Refused(format!("{action} does not declare the event {event}")));
    }
    within("bytes of memo", told.memo.as_ref().map_or(0, String::len), MEMO)?;
    within("bytes of payload", told.payload.len(), PAYLOAD)?;
    serde_json::from_str(&told.payload)
        .map_err(|error| Error::Refused(format!("the payload of {event} is no JSON: {error}")))
}

fn within(what: &str, found: usize, limit: usize) -> Result<(), Error> {
    if found <= limit {
        return Ok(());
    }
    Err(Error::Refused(format!("{found} {what}, where {limit} is the limit")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_paths_as_the_manifest_means_them() {
        for (pattern, path, expected) in [
            ("/Patient/*", "/Patient/7", true),
            ("/Patient/*", "/Patient", false),
            ("/Patient/*", "/Patient/7/_history", false),
            ("/Patient/**", "/Patient/7/_history", true),
            ("/", "", true),
            ("/", "/Patient", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}

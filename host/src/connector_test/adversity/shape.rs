//! How a connector asks for what changed: which part of its first request, in its query or its
//! body, says since when, and which how many, found by asking with two different times.

use jiff::Timestamp;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::{
    json,
    lab::{Lab, Place},
    stamp::{Stamp, later},
};
use crate::connector::Request;

/// Words in the names of parameters that say how many records a page may have.
const LIMITS: [&str; 8] = ["count", "limit", "size", "top", "max", "rows", "take", "per"];

/// A feed that is asked by time may begin so much earlier than it was told, in seconds.
const OVERLAP: i64 = 8 * 86_400;

/// How a connector asks.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) path: String,
    /// The parameters that say since when.
    since: Vec<String>,
    /// The parameter that says how many, and what it says.
    pub(super) limit: Option<(String, usize)>,
}

/// A bound that a request sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Since {
    pub(super) instant: Timestamp,
    /// Whether what changed at that very instant is not asked for.
    pub(super) after: bool,
}

impl Shape {
    /// How a connector asks for the first time, where that can be told.
    pub(super) async fn of(lab: &mut Lab<'_>, place: &Place) -> Option<Self> {
        let earlier = Place { since: later(place.since, -86_400), ..place.clone() };
        let (then, now) = (lab.poll(&earlier, None).await.ok()?, lab.poll(place, None).await.ok()?);
        Self::between((&earlier, &then), (place, &now))
    }

    fn between(
        (earlier, then): (&Place, &Request),
        (place, now): (&Place, &Request),
    ) -> Option<Self> {
        let (before, after) = (parameters(earlier, then)?, parameters(place, now)?);
        let moved = |(name, value): &&(String, String)| {
            let bound = bound(value).map(|bound| bound.instant);
            let near = bound.is_some_and(|at| {
                at <= later(place.since, 1) && at >= later(place.since, -OVERLAP)
            });
            near && !before.contains(&(name.clone(), value.clone()))
        };
        let since: Vec<String> = after.iter().filter(moved).map(|(name, _)| name.clone()).collect();
        let named = |name: &str| LIMITS.iter().any(|word| name.to_lowercase().contains(word));
        let limit = after.iter().filter(|(name, _)| named(name)).find_map(|(name, value)| {
            Some((name.clone(), count(value).filter(|limit| (1..=10_000).contains(limit))?))
        });
        (!since.is_empty()).then(|| Self { path: path(place, now), since, limit })
    }

    /// Since when a request asks.
    pub(super) fn since(&self, place: &Place, request: &Request) -> Option<Since> {
        let asked = parameters(place, request)?;
        let (_, value) = asked.iter().find(|(name, _)| self.since.contains(name))?;
        bound(value)
    }

    /// How many records a request asks for.
    pub(super) fn limit(&self, place: &Place, request: &Request) -> Option<usize> {
        let (named, _) = self.limit.as_ref()?;
        let asked = parameters(place, request)?;
        count(&asked.iter().find(|(name, _)| name == named)?.1)
    }
}

/// A bound as parameters spell it: `ge2026-01-01T00:00:00Z`, the bare time, one between quotes, or
/// one within a condition, as `changedAt > 1767225600`.
fn bound(value: &str) -> Option<Since> {
    let (before, stamp) = Stamp::first(value)?;
    let before = before.trim_end_matches([' ', '"', '\'']);
    let after = before.ends_with("gt") || before.ends_with('>');
    Some(Since { instant: stamp.instant, after })
}

fn count(value: &str) -> Option<usize> {
    value.trim_matches('"').parse().ok()
}

/// What a request says by name: in its query and in its body, as JSON or as a form.
fn parameters(place: &Place, request: &Request) -> Option<Vec<(String, String)>> {
    let mut all = query(place, request)?;
    let body = request.body.as_deref().and_then(|body| str::from_utf8(body).ok());
    let body = body.unwrap_or_default();
    match serde_json::from_str::<Value>(body) {
        Ok(value) => all
            .extend(json::scalars(&value).into_iter().map(|(path, text)| (path.to_string(), text))),
        Err(_) => all.extend(form_urlencoded::parse(body.as_bytes()).into_owned()),
    }
    Some(all)
}

/// The path of a request below the base URL.
pub(super) fn path(place: &Place, request: &Request) -> String {
    let whole = url(place, request).map(|url| url.path().to_owned()).unwrap_or_default();
    let base = Url::parse(&place.base_url).map(|url| url.path().to_owned()).unwrap_or_default();
    whole.strip_prefix(base.trim_end_matches('/')).unwrap_or(&whole).to_owned()
}

/// The parameters of a request's query, decoded.
pub(super) fn query(place: &Place, request: &Request) -> Option<Vec<(String, String)>> {
    Some(url(place, request)?.query_pairs().into_owned().collect())
}

/// The URL of a request.
pub(super) fn url(place: &Place, request: &Request) -> Option<Url> {
    let target = &request.target;
    match target.contains("://") {
        true => Url::parse(target).ok(),
        false => Url::parse(&format!("{}{target}", place.base_url)).ok(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::egress::Method;

    fn place(since: &str) -> Place {
        let since = since.parse().unwrap();
        Place {
            action: "a".into(),
            settings: "{}".into(),
            base_url: "http://ehr.example/fhir".into(),
            allow_origins: vec![],
            since,
            now: since,
            mode: Default::default(),
            connection: "test",
        }
    }

    fn get(target: &str) -> Request {
        Request { method: Method::Get, target: target.into(), headers: vec![], body: None }
    }

    #[test]
    fn what_moves_with_since_is_the_bound() {
        let (then, now) = (place("2026-01-01T00:00:00Z"), place("2026-01-02T00:00:00Z"));
        let [first, second] = ["2026-01-01", "2026-01-02"].map(|day| {
            get(&format!("/Appointment?_lastUpdated=ge{day}T00%3A00%3A00Z&_count=100&x=1"))
        });
        let shape = Shape::between((&then, &first), (&now, &second)).unwrap();
        assert_eq!(
            (shape.path.as_str(), &shape.since),
            ("/Appointment", &vec!["_lastUpdated".into()])
        );
        assert_eq!(shape.limit, Some(("_count".into(), 100)));
        let since = shape.since(&now, &second).unwrap();
        assert_eq!(since, Since { instant: now.since, after: false });
        let later = get("http://ehr.example/fhir/Appointment?_lastUpdated=gt2026-01-02T00:00:00Z");
        assert!(shape.since(&now, &later).unwrap().after);
        assert!(Shape::between((&then, &first), (&now, &first)).is_none());
    }

    #[test]
    fn a_bound_is_seen_between_quotes_and_in_a_body() {
        let (then, now) = (place("2026-01-01T00:00:00Z"), place("2026-01-02T00:00:00Z"));
        let quoted = |millis: u64| get(&format!("/changes?_since=%22{millis}%22&count=3"));
        let posted = |body: String| Request { body: Some(body.into()), ..get("/changes") };
        let object = |seconds: u64| posted(format!(r#"{{"page":{{"size":3}},"after":{seconds}}}"#));
        let form = |day: &str| posted(format!("since={day}&limit=3"));
        for (first, second, named, limit) in [
            (quoted(1_767_225_600_000), quoted(1_767_312_000_000), "_since", "count"),
            (object(1_767_225_600), object(1_767_312_000), "after", "page.size"),
            (form("2026-01-01"), form("2026-01-02"), "since", "limit"),
        ] {
            let shape = Shape::between((&then, &first), (&now, &second)).unwrap();
            assert_eq!(shape.since, [named]);
            assert_eq!(shape.limit, Some((limit.into(), 3)));
            let since = shape.since(&now, &second).unwrap();
            assert_eq!(since, Since { instant: now.since, after: false });
        }
    }
}

//! A page of a history, as far as it tells what was deleted.

use std::collections::BTreeSet;

use rounds_sdk::{Context, Failure, Response, Time};

use super::{Answer, LONGEST, entries::Entry, record::Head};
use crate::{
    fhir::Text,
    instant::Moment,
    names::{self, Names},
    search::Feed,
    tolerant,
};

/// A record that was deleted, and not written since as far as its page shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// Its logical id.
    pub(crate) id: String,
    /// What tells this deletion from others of the record, where the server says something of that.
    pub(crate) version: Option<String>,
    /// When it was, by the server's clock.
    pub(crate) at: Option<String>,
}

/// One page of the history of a type.
pub(crate) struct Entries<'a> {
    pub(crate) deletions: Vec<Deletion>,
    /// The times of its entries, as far as they have any.
    pub(crate) oldest: Option<Time>,
    pub(crate) newest: Option<Time>,
    /// Whether there is none.
    pub(crate) is_empty: bool,
    /// The link to the next page, as the server wrote it.
    pub(crate) next: Option<Text<'a>>,
    /// What the server is called, as this page shows.
    pub(crate) names: Names,
}

impl<'a> Entries<'a> {
    /// Reads an answer; `None` where it is no history.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] for what is no JSON.
    pub(crate) fn read(
        context: &Context,
        feed: &Feed,
        answer: &'a Response,
    ) -> Result<Option<Self>, Failure> {
        let answer: Answer = answer.json()?;
        let is_history = answer.kind.as_deref() == Some("history");
        let Some(entries) = answer.entry.0.as_ref().filter(|_| is_history) else {
            return Ok(None);
        };
        let next = answer.link("next");
        let mut names = Names::of(context);
        if let Some(this) = answer.link("self") {
            names.learn(feed.resource, &this);
        }
        let (mut seen, mut deletions) = (BTreeSet::new(), Vec::new());
        let entries: Vec<Made> =
            entries.iter().flatten().filter_map(|entry| Made::of(feed, entry)).collect();
        for made in &entries {
            // Its newest entry comes first.
            if seen.insert(&made.id) && made.is_deletion {
                deletions.push(Deletion {
                    id: made.id.clone(),
                    version: made.version.clone(),
                    at: made.at.as_ref().map(|at| at.text().to_owned()),
                });
            }
        }
        let times = || entries.iter().filter_map(|made| made.at.as_ref().map(Moment::time));
        let (oldest, newest) = (times().min(), times().max());
        Ok(Some(Self { deletions, oldest, newest, is_empty: entries.is_empty(), next, names }))
    }
}

/// What was done to a record.
struct Made {
    id: String,
    is_deletion: bool,
    version: Option<String>,
    at: Option<Moment>,
}

impl Made {
    fn of(feed: &Feed, entry: &Entry<'_>) -> Option<Self> {
        let head = entry.resource.and_then(|resource| tolerant::parse::<Head>(resource.get()));
        let (request, response) = (entry.request.as_ref(), entry.response.as_ref());
        let is_deletion = request.is_some_and(|it| it.method.as_deref() == Some("DELETE"));
        let links = [
            request.and_then(|it| it.url.as_deref()),
            response.and_then(|it| it.location.as_deref()),
            entry.full_url.as_deref(),
        ];
        let links =
            || links.iter().flatten().filter_map(|link| names::in_link(feed.resource, link));
        let shown = head.as_ref().and_then(|head| head.id.as_deref());
        let id = shown
            .or_else(|| links().next().map(|(id, _)| id))
            .filter(|id| (1..=LONGEST).contains(&id.len()))?;
        let by_link = links().find_map(|(_, version)| version);
        let meta = head.as_ref().and_then(|head| head.meta.as_ref());
        let etag = response.and_then(|it| it.etag.as_deref());
        let at = response.and_then(|it| it.last_modified.as_deref());
        let at = at.or_else(|| meta.and_then(|meta| meta.last_updated.as_deref()));
        let version = by_link.or(etag).or(at).map(str::to_owned);
        let at = at.and_then(|at| Moment::parse(at).ok());
        Some(Self { id: id.to_owned(), is_deletion, version, at })
    }
}

//! An EHR made of a recorded answer: it holds copies of the recorded records, and answers the
//! requests that the connector makes with those that changed since, oldest first.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    lab::{Lab, Place},
    material::with_json,
    records::{Record, Records},
    shape::{self, Shape, Since},
    stamp,
};
use crate::{
    connector::{Fault, Page, Request},
    egress::Response,
};

/// The parameter of this EHR's own links to further pages.
const FROM: &str = "rounds-from";

/// A poll of more pages than this has no end.
const PAGES: usize = 60;

/// How an answer says that there is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paging {
    /// By having as many records as were asked for.
    Full,
    /// By a link, as a FHIR Bundle does.
    Link,
    /// Never: one answer has all.
    Whole,
}

/// An EHR that holds records, and how it is asked for them.
pub(super) struct Ehr<'r, 'm> {
    pub(super) place: Place,
    pub(super) shape: Shape,
    pub(super) paging: Paging,
    records: &'r Records<'m>,
    /// What it holds: the id that each change is to have, when it changed, the record.
    held: Vec<(String, Timestamp, Record)>,
    /// What it answers to searches of another path: nothing.
    others: Vec<(String, Response)>,
}

/// Why a poll came to no end.
pub(super) enum Trouble {
    Fault(Fault),
    /// The request is none that this EHR understands.
    NotUnderstood,
    Endless,
}

/// Where a series of polls stands, and what it saw.
#[derive(Default)]
pub(super) struct Visit {
    pub(super) cursor: Option<String>,
    pub(super) seen: Vec<crate::model::Change>,
    pub(super) pages: usize,
}

impl<'r, 'm> Ehr<'r, 'm> {
    /// An EHR for these records, where it is understood how the connector asks for them. `None`
    /// where that cannot be told, or the records cannot be copied and dated.
    pub(super) async fn of(
        lab: &mut Lab<'_>,
        all: &'r [Records<'m>],
        records: &'r Records<'m>,
    ) -> Option<Self> {
        let since = records.call.place.since;
        let place = Place { now: stamp::later(since, 86_400), ..records.call.place.clone() };
        records.datable()?;
        let shape = Shape::of(lab, &place).await?;
        if shape.path != shape::path(&place, &records.call.request) {
            return None;
        }
        let others = all.iter().filter(|other| other.call.place.action == place.action);
        let others = others.map(|other| {
            let path = shape::path(&other.call.place, &other.call.request);
            (path, other.response(Vec::new()))
        });
        let others = others.filter(|(path, _)| *path != shape.path).collect();
        let mut ehr =
            Self { place, shape, paging: Paging::Whole, records, held: Vec::new(), others };
        ehr.paging = ehr.find_paging(lab).await;
        ehr.held.clear();
        Some(ehr)
    }

    /// A copy of a recorded record, dated so many seconds after the first that is asked for.
    pub(super) fn add(&mut self, seconds: usize) {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        let instant = stamp::later(self.place.since, 3600_i64.saturating_add(seconds));
        let number = self.held.len();
        let can_be = |record: &&Record| !record.ids.is_empty() && !record.times.is_empty();
        let originals: Vec<&Record> = self.records.all.iter().filter(can_be).collect();
        if let Some(original) = originals.get(number % originals.len().max(1)) {
            let (copy, id) = original.copy(number);
            self.held.push((id, instant, copy.dated(instant)));
        }
    }

    /// Forgets all records.
    pub(super) fn clear(&mut self) {
        self.held.clear();
    }

    /// How many records it holds.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// What it was made of.
    pub(super) fn at(&self) -> &str {
        &self.records.call.at
    }

    /// How many of its records were not seen.
    pub(super) fn missed(&self, visit: &Visit) -> usize {
        let seen: HashSet<&str> = visit.seen.iter().map(|change| change.id.as_str()).collect();
        self.held.iter().filter(|(id, ..)| !seen.contains(id.as_str())).count()
    }

    /// How many records a page has: what the connector asks for, where it says.
    pub(super) fn page_size(&self) -> Option<usize> {
        let (_, limit) = self.shape.limit.as_ref()?;
        (self.paging != Paging::Whole).then_some(*limit)
    }

    /// One poll of this EHR, to its end.
    pub(super) async fn poll(
        &self,
        lab: &mut Lab<'_>,
        place: &Place,
        visit: &mut Visit,
    ) -> Result<(), Trouble> {
        for _ in 0..PAGES {
            let page = self.page(lab, place, visit.cursor.as_deref()).await?;
            visit.pages += 1;
            visit.seen.extend(page.changes);
            let stands = visit.cursor.as_deref() == Some(page.cursor.as_str());
            visit.cursor = Some(page.cursor);
            match (page.more, stands) {
                (false, _) => return Ok(()),
                (true, true) => return Err(Trouble::Endless),
                (true, false) => {}
            }
        }
        Err(Trouble::Endless)
    }

    async fn page(
        &self,
        lab: &mut Lab<'_>,
        place: &Place,
        cursor: Option<&str>,
    ) -> Result<Page, Trouble> {
        let request = lab.poll(place, cursor).await.map_err(Trouble::Fault)?;
        let answer = self.answer(&request).ok_or(Trouble::NotUnderstood)?;
        lab.changes(place, cursor, &answer).await.map_err(Trouble::Fault)
    }

    /// Tries which way of paging the connector goes by.
    async fn find_paging(&mut self, lab: &mut Lab<'_>) -> Paging {
        let Some((_, limit)) = self.shape.limit.clone() else { return Paging::Whole };
        (0..limit + 2).for_each(|second| self.add(second));
        // An EHR that answers with Bundles has links, and says how many there are: a connector
        // may go by either.
        let body = self.records.answer(Vec::new());
        let ways = match body.get("resourceType").and_then(Value::as_str) {
            Some("Bundle") => [Paging::Link, Paging::Full],
            _ => [Paging::Full, Paging::Link],
        };
        for paging in ways {
            self.paging = paging;
            if self.goes_on(lab).await {
                return paging;
            }
        }
        Paging::Whole
    }

    /// Whether a first page leads to another one of the same search.
    async fn goes_on(&self, lab: &mut Lab<'_>) -> bool {
        let page = self.page(lab, &self.place, None).await.ok().filter(|page| page.more);
        let Some(Page { cursor, .. }) = page else { return false };
        let next = lab.poll(&self.place, Some(&cursor)).await;
        next.is_ok_and(|next| shape::path(&self.place, &next) == self.shape.path)
    }

    /// What it answers to a request; `None` where it does not understand it.
    fn answer(&self, request: &Request) -> Option<Response> {
        let path = shape::path(&self.place, request);
        if path != self.shape.path {
            let other = self.others.iter().find(|(other, _)| *other == path);
            return other.map(|(_, answer)| answer.clone());
        }
        let since = self.shape.since(&self.place, request)?;
        let found = self.since(since);
        let query = shape::query(&self.place, request)?;
        let from = query.iter().find(|(name, _)| name == FROM);
        let from = from.and_then(|(_, value)| value.parse().ok()).unwrap_or_default();
        let size = match self.paging {
            Paging::Whole => usize::MAX,
            _ => self.shape.limit(&self.place, request).unwrap_or(usize::MAX),
        };
        let page: Vec<Value> =
            found.iter().skip(from).take(size).map(|record| record.element.clone()).collect();
        let next = from.saturating_add(size);
        let body = self.records.answer(page);
        let body = match self.paging {
            Paging::Link => self.linked(body, request, found.len(), next)?,
            _ => body,
        };
        Some(with_json(&self.records.call.alone(), &body))
    }

    /// A Bundle's count of all, and its link to the next page.
    fn linked(&self, body: Value, request: &Request, total: usize, next: usize) -> Option<Value> {
        let Value::Object(mut bundle) = body else { return None };
        bundle.insert("total".into(), total.into());
        bundle.remove("link");
        if next < total {
            let mut url = shape::url(&self.place, request)?;
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            let kept = pairs.iter().filter(|(name, _)| name != FROM);
            let kept: Vec<(String, String)> = kept.cloned().collect();
            let from = (FROM.to_owned(), next.to_string());
            url.query_pairs_mut().clear().extend_pairs(kept.iter().chain([&from]));
            bundle.insert("link".into(), json!([{ "relation": "next", "url": url.to_string() }]));
        }
        Some(Value::Object(bundle))
    }

    /// What changed since, oldest first.
    fn since(&self, since: Since) -> Vec<&Record> {
        let is_wanted =
            |at: Timestamp| if since.after { at > since.instant } else { at >= since.instant };
        let mut found: Vec<_> = self.held.iter().filter(|(_, at, _)| is_wanted(*at)).collect();
        found.sort_by_key(|(_, at, _)| *at);
        found.into_iter().map(|(.., record)| record).collect()
    }
}

//! What a search answered: records, what they refer to, and where it goes on.
//!
//! One odd entry must not take the others with it: what cannot be read as a record is told of by
//! its place, and what isn't read isn't judged.

mod entries;
pub(crate) mod history;
mod record;

use std::rc::Rc;

use rounds_sdk::{Change, Context, Failure, Response, Unreadable};
use serde_json::{Value, value::RawValue};

pub(crate) use self::record::Record;
use self::{
    entries::{Entries, Entry},
    record::Head,
};
use crate::{
    fhir::{Meta, Text, fhir},
    instant::Moment,
    names::Names,
    outcome::Outcome,
    search::Feed,
    tolerant,
};

/// So many records that may be asked about together are named in each other's data.
const TOGETHER: usize = 20;

/// No id has more bytes: FHIR has 64.
const LONGEST: usize = 512;

/// One page of a search.
pub(crate) struct Bundle<'a> {
    /// The records, in the server's order.
    pub(crate) records: Vec<Record<'a>>,
    /// What stands among them and cannot be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// How many there are in all pages, where the server says.
    total: Option<u64>,
    /// The link to the next page, as the server wrote it.
    pub(crate) next: Option<Text<'a>>,
    /// What the server says that it searched for, as a link.
    pub(crate) this: Option<Text<'a>>,
    /// When it searched, where it says so.
    pub(crate) searched: Option<Moment>,
    /// Whether it says that something is amiss with `_lastUpdated`.
    pub(crate) warns_of_time: bool,
    /// Entries of records that are gone.
    empty: usize,
    /// What the server is called, as it says itself.
    names: Rc<Names>,
    /// And as its records say, which is enough for where further pages lie.
    pub(crate) pages: Names,
    included: Vec<Included<'a>>,
}

/// A resource that came along with those searched for.
pub(crate) struct Included<'a> {
    /// `Type/id`.
    name: String,
    /// Where it lies, as the server says.
    url: Option<Text<'a>>,
    resource: &'a RawValue,
}

fhir! {
    /// A Bundle, but for its entries.
    Answer {
        resource_type: Option<Text<'a>>,
        #[serde(rename = "type")]
        kind: Option<Text<'a>>,
        meta: Option<Meta<'a>>,
        total: Option<u64>,
        link: Vec<Link<'a>>,
        entry: Entries<'a>,
    }

    /// Where another page is.
    Link {
        relation: Option<Text<'a>>,
        url: Option<Text<'a>>,
    }
}

impl<'a> Answer<'a> {
    /// The link of a relation, as the server wrote it.
    fn link(&self, relation: &str) -> Option<Text<'a>> {
        let is_it = |link: &&Link| link.relation.as_deref() == Some(relation);
        let leads = |url: &Text<'_>| !matches!(url.trim(), "" | "#");
        self.link.iter().find(is_it).and_then(|link| link.url.clone()).filter(leads)
    }
}

impl<'a> Bundle<'a> {
    /// Reads an answer to a search of this feed.
    ///
    /// # Errors
    /// What [`Response::json`] says; [`Failure::UnexpectedResponse`] for anything but a bundle, or
    /// an error inside it.
    pub(crate) fn read(
        context: &Context,
        feed: &Feed,
        answer: &'a Response,
    ) -> Result<Self, Failure> {
        let text = answer;
        // A 204 means it; in place of a page it is a session that ran out, or a proxy.
        if text.text()?.trim().is_empty() {
            let says = format!("a search was answered without a body (status {})", answer.status);
            return Err(Failure::unexpected(says));
        }
        let answer: Answer = text.json()?;
        if answer.resource_type.as_deref() != Some("Bundle") {
            let outcome: Outcome = text.json()?;
            let said = outcome.said();
            return Err(Failure::unexpected(format!(
                "a search was not answered with a Bundle{said}"
            )));
        }
        let searched = answer.meta.as_ref().and_then(|meta| meta.last_updated.as_deref());
        let this = answer.link("self");
        let mut names = Names::of(context);
        if let Some(this) = &this {
            names.learn(feed.resource, this);
        }
        let mut bundle = Self {
            records: Vec::new(),
            unreadable: Vec::new(),
            total: answer.total,
            next: answer.link("next"),
            this,
            searched: searched.and_then(|time| Moment::parse(time).ok()),
            warns_of_time: false,
            empty: 0,
            pages: names.clone(),
            names: Rc::new(names),
            included: Vec::new(),
        };
        let no_list = || Failure::unexpected("the entries of a Bundle are no list");
        for (place, entry) in answer.entry.0.ok_or_else(no_list)?.into_iter().enumerate() {
            match entry {
                Some(entry) => bundle.take(feed, place, entry)?,
                None => bundle.refuse(place, "an entry that is no object", "null"),
            }
        }
        Ok(bundle)
    }

    /// Takes the times of its records for no finer than seconds.
    pub(crate) fn count_in_seconds(&mut self) {
        for time in self.records.iter_mut().filter_map(|record| record.time.as_mut()) {
            *time = Moment::second_of(time.time());
        }
    }

    /// How many matches the page shows, those that cannot be read included.
    pub(crate) fn shown(&self) -> usize {
        self.records.len() + self.unreadable.len() + self.empty
    }

    /// How many the server says that there are, unless that counts what was included as well.
    pub(crate) fn total(&self) -> Option<u64> {
        let all = (self.shown() + self.included.len()) as u64;
        self.total.filter(|total| self.included.is_empty() || *total != all)
    }

    fn take(&mut self, feed: &Feed, place: usize, entry: Entry<'a>) -> Result<(), Failure> {
        let Some(resource) = entry.resource else {
            // Of a history, it says that a record is gone; a search has none.
            let is_gone =
                entry.request.is_some_and(|it| it.method.is_some_and(|it| it == "DELETE"));
            match is_gone {
                true => self.empty += 1,
                false => self.refuse(place, "an entry without a resource", "null"),
            }
            return Ok(());
        };
        let Some(head) = tolerant::parse::<Head>(resource.get()) else {
            self.refuse(place, "what stands for a resource is none", resource.get());
            return Ok(());
        };
        let kind = head.resource_type.as_deref().unwrap_or(feed.resource);
        if kind == "OperationOutcome" {
            return self.heed(resource);
        }
        let mode = entry.search.and_then(|search| search.mode);
        let is_beside = mode.as_deref().is_some_and(|mode| matches!(mode, "include" | "outcome"));
        let is_match = kind == feed.resource && !is_beside;
        match &head.id {
            Some(id) if is_match && (1..=LONGEST).contains(&id.len()) => {
                let url = entry.full_url.as_deref();
                let own = url.and_then(|url| self.names.of_record(url, kind, id)).map(Rc::new);
                if let Some(own) = &own {
                    self.pages = std::mem::take(&mut self.pages).with(own);
                }
                let names = own.unwrap_or_else(|| Rc::clone(&self.names));
                self.records.push(Record::new(feed, names, id.clone(), &head, resource.get()));
            }
            None if is_match => self.refuse(place, "a resource without an id", resource.get()),
            Some(_) if is_match => {
                self.refuse(place, "a resource with an id that is none", resource.get());
            }
            _ if mode.is_some_and(|mode| mode == "match") => {
                self.refuse(place, "a resource of another type", resource.get());
            }
            Some(id) => {
                let (name, url) = (format!("{kind}/{id}"), entry.full_url);
                self.included.push(Included { name, url, resource });
            }
            None => {}
        }
        Ok(())
    }

    fn refuse(&mut self, place: usize, reason: &str, what: &str) {
        self.unreadable.push(Unreadable {
            place: format!("entry {}", place + 1),
            id: None,
            reason: reason.into(),
            data: format!("{{\"resource\":{}}}", lasting(what)),
        });
    }

    /// Reads what the server has to say: an error inside a page is one.
    fn heed(&mut self, resource: &RawValue) -> Result<(), Failure> {
        let outcome: Outcome = tolerant::parse(resource.get()).unwrap_or_default();
        if outcome.is_error() {
            let said = outcome.said();
            return Err(Failure::unexpected(format!(
                "an OperationOutcome of an error inside a Bundle{said}"
            )));
        }
        self.warns_of_time |= resource.get().contains("_lastUpdated");
        Ok(())
    }

    /// The records as changes, each with what was included for it, but for those that `is_told`
    /// says nobody is to hear of.
    pub(crate) fn changes(
        &self,
        feed: &Feed,
        is_told: impl Fn(&Record<'a>) -> bool,
    ) -> Vec<Change> {
        let told: Vec<&Record> = self.records.iter().filter(|record| is_told(record)).collect();
        let mut changes = Vec::with_capacity(told.len());
        for group in told.chunks(TOGETHER) {
            let beside = feed.asks_together.then(|| {
                let names: Vec<String> = group.iter().map(|record| feed.id(&record.id)).collect();
                names.join(",")
            });
            let change = |it: &&Record| it.change(feed, &self.included, beside.as_deref());
            changes.extend(group.iter().map(change));
        }
        changes
    }

    /// Whether a record refers to what is named so, as `Observation/7`.
    pub(crate) fn refers_to(&self, name: &str) -> bool {
        self.records.iter().any(|record| record.refers_to(name))
    }
}

/// What a resource says, written as it always is: without its `meta`, which servers are known to
/// change as they answer, and which would make another dead letter of it each time.
fn lasting(resource: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(resource) else { return resource.to_owned() };
    if let Some(members) = value.as_object_mut() {
        members.remove("meta");
    }
    value.to_string()
}

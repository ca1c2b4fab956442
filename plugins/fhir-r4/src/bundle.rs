//! What a search answered: records, what they refer to, and where it goes on.

use std::collections::BTreeMap;

use rounds_sdk::{Change, Failure, Response, fingerprint};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    fhir::{Meta, Text},
    instant, reference,
    search::Feed,
};

/// One page of a search.
pub(crate) struct Bundle<'a> {
    /// The records, in the server's order.
    pub(crate) records: Vec<Record<'a>>,
    /// How many there are in all pages, where the server says.
    pub(crate) total: Option<u64>,
    /// The link to the next page, as the server wrote it.
    pub(crate) next: Option<String>,
    included: Vec<Text<'a>>,
    resources: Vec<&'a RawValue>,
}

/// A record that the search found.
pub(crate) struct Record<'a> {
    /// Its logical id.
    pub(crate) id: Text<'a>,
    /// What tells two of its states apart.
    pub(crate) version: String,
    /// When it changed, by the server's clock.
    pub(crate) time: Option<Text<'a>>,
    key: Option<String>,
    text: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    total: Option<u64>,
    #[serde(borrow, default)]
    link: Vec<Link<'a>>,
    #[serde(borrow, default)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Link<'a> {
    #[serde(borrow)]
    relation: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
    /// As it is: what is odd in it must not take the page with it.
    #[serde(borrow)]
    search: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Search<'a> {
    #[serde(borrow)]
    mode: Option<Text<'a>>,
}

/// What is read of every resource of a page: as little as tells a change.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    meta: Meta<'a>,
    #[serde(borrow)]
    subject: Option<Actor<'a>>,
    /// With room for nulls, as one odd record must not take all others with it.
    #[serde(borrow)]
    participant: Option<Vec<Option<Participant<'a>>>>,
}

#[derive(Deserialize)]
struct Participant<'a> {
    #[serde(borrow)]
    actor: Option<Actor<'a>>,
}

/// A reference, of which only the path tells anything here.
#[derive(Deserialize)]
struct Actor<'a> {
    #[serde(borrow)]
    reference: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(borrow, default)]
    issue: Vec<Issue<'a>>,
}

#[derive(Deserialize)]
struct Issue<'a> {
    #[serde(borrow)]
    severity: Option<Text<'a>>,
}

impl<'a> Bundle<'a> {
    /// Reads an answer to a search of this feed.
    ///
    /// # Errors
    /// What [`Response::ok`] and [`Response::json`] say; [`Failure::UnexpectedResponse`] for
    /// anything but a bundle, an error inside it, or a record without an id.
    pub(crate) fn read(feed: &Feed, base_url: &str, answer: &'a Response) -> Result<Self, Failure> {
        let answer: Answer = answer.ok()?.json()?;
        if answer.resource_type != "Bundle" {
            return Err(Failure::unexpected("a search was not answered with a Bundle"));
        }
        let next = answer.link.into_iter().find(|link| link.relation == "next");
        let mut bundle = Self {
            records: Vec::with_capacity(answer.entry.len()),
            total: answer.total,
            next: next.map(|link| link.url.into()),
            included: Vec::new(),
            resources: Vec::new(),
        };
        for entry in answer.entry {
            bundle.take(feed, base_url, entry)?;
        }
        Ok(bundle)
    }

    fn take(&mut self, feed: &Feed, base_url: &str, entry: Entry<'a>) -> Result<(), Failure> {
        let Some(resource) = entry.resource else {
            return Err(Failure::unexpected("an entry without a resource"));
        };
        let head: Head = parse(resource)?;
        if head.resource_type == "OperationOutcome" {
            return no_error(resource);
        }
        let search: Option<Search> =
            entry.search.and_then(|search| serde_json::from_str(search.get()).ok());
        let mode = search.and_then(|search| search.mode);
        let is_match =
            mode.is_none_or(|mode| mode == "match") && head.resource_type == feed.resource;
        let Some(id) = head.id.clone() else {
            return Err(Failure::unexpected("a resource without an id"));
        };
        if is_match {
            self.records.push(Record::new(base_url, id, head, resource.get()));
        } else {
            self.included.push(format!("{}/{id}", head.resource_type).into());
            self.resources.push(resource);
        }
        Ok(())
    }

    /// The records as changes, each with what was included for it.
    pub(crate) fn changes(&self, feed: &Feed, base_url: &str) -> Vec<Change> {
        let names = self.included.iter().map(|name| &**name);
        let included: BTreeMap<_, _> = names.zip(self.resources.iter().copied()).collect();
        self.records.iter().map(|record| record.change(feed, base_url, &included)).collect()
    }

    /// Whether a record refers to what is named so, as `Observation/7`.
    pub(crate) fn refers_to(&self, base_url: &str, name: &str) -> bool {
        let references = self.records.iter().flat_map(|record| reference::all(record.text));
        let mut local = references.filter_map(|text| reference::local(base_url, text));
        local.any(|(kind, id)| name.split_once('/') == Some((kind, id)))
    }

    /// Whether every record has a time, and none is earlier than the one before it.
    pub(crate) fn is_sorted(&self) -> Result<bool, Failure> {
        let mut before: Option<&str> = None;
        for record in &self.records {
            let Some(time) = record.time.as_deref() else { return Ok(false) };
            if let Some(before) = before
                && instant::later(before, time)?
            {
                return Ok(false);
            }
            before = Some(time);
        }
        Ok(true)
    }

    /// The newest time on the page, or `floor` where that is newer. What lies beyond `ceiling`
    /// is a mistake of the server's, past which nothing would be seen any more: it doesn't count.
    pub(crate) fn newest(&self, floor: &str, ceiling: &str) -> Result<String, Failure> {
        let newest = self.newest_where(floor, |_| Ok(true))?;
        if instant::later(newest, ceiling)? {
            return self
                .newest_where(floor, |time| Ok(!instant::later(time, ceiling)?))
                .map(str::to_owned);
        }
        Ok(newest.to_owned())
    }

    fn newest_where<'s>(
        &'s self,
        floor: &'s str,
        counts: impl Fn(&str) -> Result<bool, Failure>,
    ) -> Result<&'s str, Failure> {
        let mut newest = floor;
        for time in self.records.iter().filter_map(|record| record.time.as_deref()) {
            if instant::later(time, newest)? && counts(time)? {
                newest = time;
            }
        }
        Ok(newest)
    }
}

impl<'a> Record<'a> {
    fn new(base_url: &str, id: Text<'a>, head: Head<'a>, text: &'a str) -> Self {
        let key = match &*head.resource_type {
            "Patient" => Some(format!("Patient/{id}")),
            _ => head.patient(base_url).map(|id| format!("Patient/{id}")),
        };
        Self { version: version(&head.meta, text), time: head.meta.last_updated, key, id, text }
    }

    fn change(
        &self,
        feed: &Feed,
        base_url: &str,
        included: &BTreeMap<&str, &'a RawValue>,
    ) -> Change {
        Change {
            id: feed.id(&self.id),
            version: Some(self.version.clone()),
            key: self.key.clone(),
            occurred_at: self.time.as_deref().map(str::to_owned),
            ..Change::upserted("", self.data(base_url, included))
        }
    }

    /// What [`crate::related::Data`] reads.
    fn data(&self, base_url: &str, included: &BTreeMap<&str, &'a RawValue>) -> String {
        let mut data = String::with_capacity(self.text.len() + 16);
        data.push_str("{\"resource\":");
        data.push_str(self.text);
        if !included.is_empty() {
            let found = reference::all(self.text)
                .filter_map(|text| reference::local(base_url, text))
                .filter_map(|(kind, id)| included.get(format!("{kind}/{id}").as_str()));
            let found: Vec<&str> = found.map(|resource| resource.get()).collect();
            data.push_str(",\"included\":[");
            data.push_str(&found.join(","));
            data.push(']');
        }
        data.push('}');
        data
    }
}

impl<'a> Head<'a> {
    /// The id of the patient whom the record is about.
    fn patient(&self, base_url: &str) -> Option<&str> {
        let participants = self.participant.iter().flatten().flatten();
        let actors = participants.filter_map(|participant| participant.actor.as_ref());
        let references = self.subject.iter().chain(actors);
        references
            .filter_map(|actor| reference::local(base_url, actor.reference.as_deref()?))
            .find_map(|(kind, id)| (kind == "Patient").then_some(id))
    }
}

/// Version and time together: servers are known that count versions and servers that don't,
/// and of neither is a change to be lost. Without both, what the record says.
fn version(meta: &Meta<'_>, text: &str) -> String {
    match (&meta.version_id, &meta.last_updated) {
        (Some(version), Some(time)) => format!("{version}@{time}"),
        (Some(version), None) => version.to_string(),
        (None, Some(time)) => time.to_string(),
        (None, None) => fingerprint([text]),
    }
}

fn no_error(resource: &RawValue) -> Result<(), Failure> {
    let outcome: Outcome = parse(resource)?;
    let is_error = |severity: &Text| matches!(&**severity, "error" | "fatal");
    if outcome.issue.iter().any(|issue| issue.severity.as_ref().is_some_and(is_error)) {
        return Err(Failure::unexpected("an OperationOutcome of an error inside a Bundle"));
    }
    Ok(())
}

fn parse<'a, T: Deserialize<'a>>(resource: &'a RawValue) -> Result<T, Failure> {
    serde_json::from_str(resource.get())
        .map_err(|_| Failure::unexpected("an entry of a Bundle is no FHIR resource"))
}

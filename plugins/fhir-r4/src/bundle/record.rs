//! A record of a page: as little of it as tells a change.

use std::collections::BTreeMap;

use rounds_sdk::Change;
use serde_json::value::RawValue;

use super::LONGEST;
use crate::{
    content,
    fhir::{Meta, Text, fhir},
    instant::Moment,
    reference,
    search::Feed,
};

/// A record that the search found.
pub(crate) struct Record<'a> {
    /// Its logical id.
    pub(crate) id: Text<'a>,
    /// What tells two of its states apart.
    pub(crate) version: String,
    /// When it changed, by the server's clock.
    pub(crate) time: Option<Moment>,
    /// Whether its time has no zone, and so is none.
    pub(crate) is_zoneless: bool,
    key: String,
    pub(super) text: &'a str,
}

fhir! {
    /// What is read of every resource of a page: as little as tells a change.
    Head {
        resource_type: Option<Text<'a>>,
        id: Option<Text<'a>>,
        meta: Option<Meta<'a>>,
        subject: Option<Actor<'a>>,
        participant: Vec<Participant<'a>>,
    }

    /// Who takes part.
    Participant {
        actor: Option<Actor<'a>>,
    }

    /// A reference, of which only the path tells anything here.
    Actor {
        reference: Option<Text<'a>>,
    }
}

impl<'a> Record<'a> {
    pub(super) fn new(
        feed: &Feed,
        base_url: &str,
        id: Text<'a>,
        head: &Head<'a>,
        text: &'a str,
    ) -> Self {
        let key = match head.patient(base_url) {
            Some(patient) => format!("Patient/{patient}"),
            // The record's own, so that it shows where a patient was taken from it.
            None => format!("{}/{id}", feed.resource),
        };
        let shown = head.meta.as_ref().and_then(|meta| meta.last_updated.as_deref());
        let time = shown.and_then(|shown| Moment::parse(shown).ok());
        let is_zoneless = shown.is_some() && time.is_none();
        Self { version: version(head.meta.as_ref()), time, is_zoneless, key, id, text }
    }

    pub(super) fn change(
        &self,
        feed: &Feed,
        (base_url, included): (&str, &BTreeMap<&str, &'a RawValue>),
        beside: Option<&str>,
    ) -> Change {
        let version = (!self.version.is_empty()).then(|| self.version.clone());
        let content = content::fingerprint(self.text);
        Change {
            id: feed.id(&self.id),
            version: Some(version.unwrap_or_else(|| content.clone())),
            content: Some(content),
            key: Some(self.key.clone()),
            occurred_at: self.time.as_ref().map(|time| time.text().to_owned()),
            ..Change::upserted("", self.data(base_url, included, beside))
        }
    }

    /// What [`crate::related::Data`] reads.
    fn data(
        &self,
        base_url: &str,
        included: &BTreeMap<&str, &'a RawValue>,
        beside: Option<&str>,
    ) -> String {
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
        if let Some(beside) = beside {
            let beside = serde_json::Value::from(beside).to_string();
            data.push_str(",\"beside\":");
            data.push_str(&beside);
        }
        data.push('}');
        data
    }
}

impl<'a> Head<'a> {
    /// The id of the patient whom the record is about.
    fn patient(&self, base_url: &str) -> Option<&str> {
        let actors = self.participant.iter().filter_map(|participant| participant.actor.as_ref());
        let references = self.subject.iter().chain(actors);
        references
            .filter_map(|actor| reference::local(base_url, actor.reference.as_deref()?))
            .find_map(|(kind, id)| (kind == "Patient" && id.len() <= LONGEST).then_some(id))
    }
}

/// Version and time together: servers are known that count versions and servers that don't,
/// and of neither is a change to be lost. Empty without both: then what the record says stands
/// for it.
fn version(meta: Option<&Meta<'_>>) -> String {
    let Some(meta) = meta else { return String::new() };
    match (&meta.version_id, &meta.last_updated) {
        (Some(version), Some(time)) => format!("{version}@{time}"),
        (Some(version), None) => version.to_string(),
        (None, Some(time)) => time.to_string(),
        (None, None) => String::new(),
    }
}

//! A record of a page: as little of it as tells a change.

use std::{borrow::Cow, rc::Rc};

use rounds_sdk::Change;
use serde_json::Value;

use super::{Included, LONGEST};
use crate::{
    content,
    fhir::{Meta, Text, fhir, own},
    instant::Moment,
    names::Names,
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
    /// The same as the server wrote it.
    shown: Option<Text<'a>>,
    key: String,
    /// What the server is called, as this record shows it.
    names: Rc<Names>,
    /// With all that it refers to at this server as `Type/id`.
    text: Cow<'a, str>,
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
        status: Option<Text<'a>>,
    }

    /// A reference, of which only the path tells anything here.
    Actor {
        reference: Option<Text<'a>>,
    }
}

impl<'a> Record<'a> {
    pub(super) fn new(
        feed: &Feed,
        names: Rc<Names>,
        id: Text<'a>,
        head: &Head<'a>,
        text: &'a str,
    ) -> Self {
        let key = match head.patient(&names) {
            Some(patient) => format!("Patient/{patient}"),
            // The record's own, so that it shows where a patient was taken from it.
            None => format!("{}/{id}", feed.resource),
        };
        let shown = head.meta.as_ref().and_then(|meta| meta.last_updated.clone());
        let time = shown.as_deref().and_then(|shown| Moment::parse(shown).ok());
        let is_zoneless = shown.is_some() && time.is_none();
        let text = names.shortened(text);
        let (version, shown) = (version(head.meta.as_ref()), shown.filter(|_| time.is_some()));
        Self { id, version, time, is_zoneless, shown, key, names, text }
    }

    pub(super) fn change(
        &self,
        feed: &Feed,
        included: &[Included<'a>],
        beside: Option<&str>,
    ) -> Change {
        let version = (!self.version.is_empty()).then(|| self.version.clone());
        let content = content::fingerprint(&self.text);
        Change {
            id: feed.id(&self.id),
            version: Some(version.unwrap_or_else(|| content.clone())),
            content: Some(content),
            key: Some(self.key.clone()),
            occurred_at: own(self.shown.as_ref()),
            ..Change::upserted("", self.data(included, beside))
        }
    }

    /// Whether it refers to what is named so, as `Observation/7`.
    pub(super) fn refers_to(&self, name: &str) -> bool {
        self.names.referred(&self.text).any(|referred| referred == name)
    }

    /// What [`crate::related::Data`] reads.
    fn data(&self, included: &[Included<'a>], beside: Option<&str>) -> String {
        let mut data = String::with_capacity(self.text.len() + 16);
        data.push_str("{\"resource\":");
        data.push_str(&self.text);
        if !included.is_empty() {
            let is_here = |it: &&Included| it.url.as_deref().is_none_or(|url| self.names.has(url));
            let named = |name| included.iter().filter(is_here).find(|it| it.name == name);
            let found = self.names.referred(&self.text).filter_map(named);
            let found: Vec<&str> = found.map(|included| included.resource.get()).collect();
            data.push_str(",\"included\":[");
            data.push_str(&found.join(","));
            data.push(']');
        }
        if let Some(beside) = beside {
            data.push_str(",\"beside\":");
            data.push_str(&Value::from(beside).to_string());
        }
        let others = self.names.others();
        if !others.is_empty() {
            data.push_str(",\"names\":");
            data.push_str(&Value::from(others).to_string());
        }
        data.push('}');
        data
    }
}

impl<'a> Head<'a> {
    /// The id of the patient whom the record is about.
    fn patient(&self, names: &Names) -> Option<&str> {
        let declines = |who: &&Participant| who.status.as_deref() == Some("declined");
        let (declining, accepting): (Vec<_>, Vec<_>) = self.participant.iter().partition(declines);
        // Who declines has it all the same where nobody else does.
        let participants = accepting.into_iter().chain(declining);
        let references = self.subject.iter().chain(participants.filter_map(|it| it.actor.as_ref()));
        references
            .filter_map(|actor| names.local(actor.reference.as_deref()?))
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

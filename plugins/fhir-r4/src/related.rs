//! Collecting what a record refers to.

use rounds_sdk::{Change, Context, Failure, Request, Response, Step};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    fhir::{Reference, Text},
    reference,
    settings::Settings,
};

/// How many requests a step may have.
const STEP: usize = 32;

/// How many requests a record may make: what fits the steps that a host allows.
const MOST: usize = STEP * 7;

/// One change to collect: what the host gave.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) context: &'a Context,
    pub(crate) settings: &'a Settings,
    pub(crate) change: &'a Change,
    pub(crate) memo: Option<&'a str>,
    pub(crate) collected: &'a [Response],
}

/// A change's data: the record, as the action reads it, and what came along with it.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a, T: Deserialize<'de>"))]
pub(crate) struct Data<'a, T> {
    pub(crate) resource: T,
    #[serde(default)]
    included: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Head<'a> {
    resource_type: Text<'a>,
    id: Option<Text<'a>>,
}

/// Everything that a record refers to, as far as it could be had.
#[derive(Default)]
pub(crate) struct Related<'a> {
    base_url: &'a str,
    /// Few, so that a list is the quickest way to find one.
    resources: Vec<Found<'a>>,
}

/// A resource that a record refers to.
struct Found<'a> {
    /// `Type/id`, or `#id` where it lies inside the record.
    name: String,
    kind: String,
    text: &'a str,
}

impl<'a> Found<'a> {
    /// The resource of that name in an answer. As everything in a resource may be missing, its
    /// type alone tells it from an error inside a 200.
    fn read(name: String, answer: &'a Response) -> Result<Self, Failure> {
        let text = answer.ok()?.text()?;
        let head: Head = serde_json::from_str(text)
            .map_err(|_| Failure::unexpected("a reference was answered with no resource"))?;
        let kind = name.split('/').next().unwrap_or_default().to_owned();
        match head.resource_type == *kind {
            true => Ok(Self { name, kind, text }),
            false => Err(Failure::unexpected("a reference was answered with another resource")),
        }
    }
}

/// What is known of a record so far.
pub(crate) enum Gathered<'a> {
    /// Too little: this is to be asked first.
    Ask(Step),
    /// All that can be had.
    All(Related<'a>),
}

impl<'a> Case<'a> {
    /// The change's record.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] where it isn't what the server's type says.
    pub(crate) fn data<T: Deserialize<'a>>(&self) -> Result<Data<'a, T>, Failure> {
        serde_json::from_str(&self.change.data).map_err(|error| {
            let column = error.column();
            Failure::unexpected(format!("a record that is no valid resource, at byte {column}"))
        })
    }

    /// What these references lead to: from inside the record, from beside it, from the answers
    /// collected, or by asking.
    ///
    /// # Errors
    /// Those of [`Response::ok`], but for a resource that is gone or was never there.
    pub(crate) fn gather<'r, T>(
        &self,
        data: &Data<'a, T>,
        contained: &[&'a RawValue],
        references: impl IntoIterator<Item = Option<&'r Reference<'r>>>,
    ) -> Result<Gathered<'a>, Failure> {
        let mut related = Related { base_url: &self.context.base_url, resources: Vec::new() };
        related.add(contained, |_, id| format!("#{id}"))?;
        related.add(&data.included, |kind, id| format!("{kind}/{id}"))?;
        let wanted = self.wanted(&related, references);
        let missing = wanted.iter().skip(self.collected.len()).take(STEP);
        let missing: Vec<Request> = missing.map(|name| resource(name)).collect();
        if !missing.is_empty() {
            return Ok(Gathered::Ask(Step::Fetch(missing)));
        }
        for (name, answer) in wanted.into_iter().zip(self.collected) {
            if !matches!(answer.status, 404 | 410) {
                related.resources.push(Found::read(name, answer)?);
            }
        }
        Ok(Gathered::All(related))
    }

    /// What is to be asked for, as `Type/id`, in the order of the references.
    fn wanted<'r>(
        &self,
        related: &Related<'_>,
        references: impl IntoIterator<Item = Option<&'r Reference<'r>>>,
    ) -> Vec<String> {
        let mut wanted = Vec::new();
        for reference in references.into_iter().flatten() {
            let Some(text) = reference.reference.as_deref() else { continue };
            let Some((kind, id)) = reference::local(&self.context.base_url, text) else { continue };
            let name = format!("{kind}/{id}");
            let may_ask = self.settings.collects(kind);
            if may_ask && related.named(&name).is_none() && !wanted.contains(&name) {
                wanted.push(name);
            }
        }
        wanted.truncate(MOST);
        wanted
    }
}

impl<'a> Related<'a> {
    /// The resource that a reference leads to, where it could be had.
    ///
    /// # Errors
    /// [`Failure::UnexpectedResponse`] where it isn't what its type says.
    pub(crate) fn find<T: Deserialize<'a>>(
        &self,
        reference: &Reference<'_>,
    ) -> Result<Option<T>, Failure> {
        let Some(found) = self.found(reference) else { return Ok(None) };
        serde_json::from_str(found.text)
            .map(Some)
            .map_err(|_| Failure::unexpected("a record refers to what is no valid resource"))
    }

    /// Whether a reference leads to a resource of this type: by its path, by what lies inside
    /// the record, or by what it says of itself.
    pub(crate) fn is_a(&self, reference: &Reference<'_>, kind: &str) -> bool {
        let text = reference.reference.as_deref().unwrap_or_default();
        let elsewhere = || text.rsplit('/').nth(1).is_some_and(|known| known == kind);
        match (reference::local(self.base_url, text), self.found(reference)) {
            (Some((known, _)), _) => known == kind,
            (None, Some(inside)) => inside.kind == kind,
            (None, None) => reference.kind.as_deref() == Some(kind) || elsewhere(),
        }
    }

    /// The id by which this server knows what a reference leads to.
    pub(crate) fn local_id<'r>(&self, reference: &'r Reference<'_>) -> Option<&'r str> {
        let text = reference.reference.as_deref()?;
        reference::local(self.base_url, text).map(|(_, id)| id)
    }

    fn found(&self, reference: &Reference<'_>) -> Option<&Found<'a>> {
        let text = reference.reference.as_deref()?;
        match reference::local(self.base_url, text) {
            Some((kind, id)) => self.named(&format!("{kind}/{id}")),
            None => self.named(text),
        }
    }

    fn named(&self, name: &str) -> Option<&Found<'a>> {
        self.resources.iter().find(|found| found.name == name)
    }

    fn add(
        &mut self,
        resources: &[&'a RawValue],
        name: impl Fn(&str, &str) -> String,
    ) -> Result<(), Failure> {
        for resource in resources {
            let head: Head = serde_json::from_str(resource.get())
                .map_err(|_| Failure::unexpected("a resource inside a record is none"))?;
            if let Some(id) = head.id {
                let (name, kind) = (name(&head.resource_type, &id), head.resource_type.into());
                self.resources.push(Found { name, kind, text: resource.get() });
            }
        }
        Ok(())
    }
}

/// The request for a resource, by its name.
fn resource(name: &str) -> Request {
    let (kind, id) = name.split_once('/').unwrap_or((name, ""));
    Request::get(reference::path(kind, id)).header("accept", "application/fhir+json")
}

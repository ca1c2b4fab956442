//! Collecting what a record refers to.

use rounds_sdk::{Change, Context, Failure, Request, Response, Skipped, Step};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    fhir::{Reference, Text, fhir},
    names::{self, Names},
    outcome, search,
    settings::Settings,
    tolerant,
};

/// What is remembered of a record that nobody has heard of under the key that it has: that is
/// another patient's now, or was over at once.
pub(crate) const UNHEARD: &str = "unheard";

/// What is remembered of a record that is no more than a draft.
pub(crate) const DRAFT: &str = "draft";

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
pub(crate) struct Data<'a, T> {
    pub(crate) resource: T,
    /// The names of records that may be asked about together with this one, and its own.
    pub(crate) beside: Option<Text<'a>>,
    included: Vec<&'a RawValue>,
    /// What the server is called beside its base URL.
    names: Vec<Text<'a>>,
}

impl Data<'_, ()> {
    /// Of a record that is gone.
    pub(crate) fn none() -> Self {
        Self { resource: (), beside: None, included: Vec::new(), names: Vec::new() }
    }
}

fhir! {
    /// What the host keeps of a change.
    Kept {
        resource: Option<&'a RawValue>,
        included: Vec<&'a RawValue>,
        beside: Option<Text<'a>>,
        names: Vec<Text<'a>>,
    }

    /// What is read of anything that is referred to.
    Head {
        resource_type: Option<Text<'a>>,
        id: Option<Text<'a>>,
    }
}

/// Everything that a record refers to, as far as it could be had.
#[derive(Default)]
pub(crate) struct Related<'a> {
    names: Names,
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
        let text = outcome::ok(answer, || resource(&name))?.text()?.trim();
        let head: Head = tolerant::parse(text)
            .ok_or_else(|| Failure::unexpected("a reference was answered with no resource"))?;
        let kind = name.split('/').next().unwrap_or_default().to_owned();
        match head.resource_type.is_some_and(|known| known == *kind) {
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
        let none = || Failure::unexpected("a record that is no valid resource");
        let Kept { resource, included, beside, names } =
            tolerant::parse(&self.change.data).ok_or_else(none)?;
        let resource = resource.and_then(|resource| tolerant::parse(resource.get()));
        Ok(Data { resource: resource.ok_or_else(none)?, beside, included, names })
    }

    /// Whether nobody was ever told of the record under the key that it has.
    pub(crate) fn is_unheard(&self) -> bool {
        matches!(self.memo, None | Some(UNHEARD) | Some(DRAFT))
    }

    /// Passes over what nobody is to hear of: what was there before, a draft, and what was over
    /// before anybody heard of it, where that is certain or the settings say so.
    pub(crate) fn pass_over(&self, is_draft: bool, is_over: bool, memo: &str) -> Option<Skipped> {
        let memo = if is_draft { DRAFT } else { memo };
        if self.context.silent {
            return Some(Skipped::new("it was there before").memo(memo));
        }
        if !self.is_unheard() {
            return None;
        }
        if is_draft {
            return Some(Skipped::new("a draft, a proposal or a plan is none yet").memo(memo));
        }
        let skips = self.memo.is_some() || self.settings.skips_unheard(&self.context.action);
        // Whatever it says next, that is the first that anybody may hear of it.
        let over = || Skipped::new("it was over before anybody heard of it").memo(UNHEARD);
        (is_over && skips).then(over)
    }

    /// What these references lead to: from inside the record, from beside it, from the answers
    /// collected, or by asking.
    ///
    /// # Errors
    /// Those of [`Response::ok`], but for a resource that is gone or was never there, and at the
    /// last try for any.
    pub(crate) fn gather<'r, T>(
        &self,
        data: &Data<'a, T>,
        contained: &[&'a RawValue],
        references: impl IntoIterator<Item = Option<&'r Reference<'r>>>,
    ) -> Result<Gathered<'a>, Failure> {
        let names = Names::of(self.context).and(data.names.iter().map(|name| &**name));
        let mut related = Related { names, resources: Vec::new() };
        related.add(contained, |_, id| format!("#{id}"));
        related.add(&data.included, |kind, id| format!("{kind}/{id}"));
        let wanted = self.wanted(&related, references);
        let missing = wanted.iter().skip(self.collected.len()).take(STEP);
        let missing: Vec<Request> = missing.map(|name| resource(name)).collect();
        if !missing.is_empty() {
            return Ok(Gathered::Ask(Step::Fetch(missing)));
        }
        for (name, answer) in wanted.into_iter().zip(self.collected) {
            match Found::read(name, answer) {
                Ok(found) => related.resources.push(found),
                Err(_) if matches!(answer.status, 404 | 410) || self.context.last_try => {}
                Err(failure) => return Err(failure),
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
            let Some((kind, id)) = related.names.local(text) else { continue };
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
        let none = || Failure::unexpected("a record refers to what is no valid resource");
        tolerant::parse(found.text).map(Some).ok_or_else(none)
    }

    /// Whether a reference leads to a resource of this type: by its path, by what lies inside
    /// the record, or by what it says of itself.
    pub(crate) fn is_a(&self, reference: &Reference<'_>, kind: &str) -> bool {
        let text = reference.reference.as_deref().unwrap_or_default();
        let elsewhere = || text.rsplit('/').nth(1).is_some_and(|known| known == kind);
        match (self.names.local(text), self.found(reference)) {
            (Some((known, _)), _) => known == kind,
            (None, Some(inside)) => inside.kind == kind,
            (None, None) => reference.kind.as_deref() == Some(kind) || elsewhere(),
        }
    }

    /// The id by which this server knows what a reference leads to.
    pub(crate) fn local_id<'r>(&self, reference: &'r Reference<'_>) -> Option<&'r str> {
        let text = reference.reference.as_deref()?;
        self.names.local(text).map(|(_, id)| id)
    }

    fn found(&self, reference: &Reference<'_>) -> Option<&Found<'a>> {
        let text = reference.reference.as_deref()?;
        match self.names.local(text) {
            Some((kind, id)) => self.named(&format!("{kind}/{id}")),
            None => self.named(text),
        }
    }

    fn named(&self, name: &str) -> Option<&Found<'a>> {
        self.resources.iter().find(|found| found.name == name)
    }

    fn add(&mut self, resources: &[&'a RawValue], name: impl Fn(&str, &str) -> String) {
        for resource in resources {
            let head: Head = tolerant::parse(resource.get()).unwrap_or_default();
            if let (Some(kind), Some(id)) = (head.resource_type, head.id) {
                let (name, kind) = (name(&kind, &id), kind.into());
                self.resources.push(Found { name, kind, text: resource.get() });
            }
        }
    }
}

/// The request for a resource, by its name.
fn resource(name: &str) -> Request {
    let (kind, id) = name.split_once('/').unwrap_or((name, ""));
    search::fhir(Request::get(names::path(kind, id)))
}

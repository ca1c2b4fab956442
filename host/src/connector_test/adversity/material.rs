//! What there is to try a connector with: every call that a recording leads to, as it was made.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use serde_json::Value;

use super::lab::Place;
use crate::{
    connector::{Fault, Page, Request},
    egress::Response,
    model::Change,
};

/// All that was called while the recordings were played.
#[derive(Default)]
pub(super) struct Material {
    /// One an action at least: where to call it, and how the recording is named.
    pub(super) places: Vec<(String, Place)>,
    pub(super) pages: Vec<PageCall>,
    pub(super) collects: Vec<CollectCall>,
    /// What could not be played.
    pub(super) notes: Vec<String>,
}

/// A page that was asked for, answered and read.
pub(super) struct PageCall {
    /// Where in the recordings.
    pub(super) at: String,
    pub(super) place: Place,
    pub(super) cursor: Option<String>,
    pub(super) request: Request,
    pub(super) answer: Response,
    pub(super) page: Page,
}

/// A change that was collected to its end.
pub(super) struct CollectCall {
    /// Where in the recordings.
    pub(super) at: String,
    pub(super) place: Place,
    pub(super) change: Change,
    pub(super) memo: Option<String>,
    /// What was asked for it.
    pub(super) asked: Vec<Request>,
    /// What was answered, in that order.
    pub(super) collected: Vec<Arc<Response>>,
    /// The event told; `None` where it was skipped.
    pub(super) event: Option<String>,
}

impl PageCall {
    /// The path that was asked.
    pub(super) fn path(&self) -> &str {
        path(&self.request)
    }

    /// The answer without headers that led on to another page: of what is made of it, that one is
    /// no part.
    pub(super) fn alone(&self) -> Response {
        let Page { more, cursor, .. } = &self.page;
        let leads = |name: &str, value: &str| name == "link" || cursor.contains(value);
        let mut answer = self.answer.clone();
        answer.headers.retain(|(name, value)| !more || !leads(name, value));
        answer
    }

    /// The answer as JSON, where it is.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.answer.body).ok()
    }
}

impl Material {
    /// Pages to try each thing with: of like ones (action, path, with or without changes, first
    /// or later) the first.
    pub(super) fn typical_pages(&self) -> Vec<&PageCall> {
        let mut known = HashSet::new();
        let kind = |call: &PageCall| {
            let (empty, first) = (call.page.changes.is_empty(), call.cursor.is_none());
            (call.place.action.clone(), call.path().to_owned(), empty, first)
        };
        self.pages.iter().filter(|call| known.insert(kind(call))).collect()
    }

    /// The same, but only those that brought changes, one an action and path: the fullest.
    pub(super) fn full_pages(&self) -> Vec<&PageCall> {
        let mut full: Vec<&PageCall> = Vec::new();
        for call in self.pages.iter().filter(|call| !call.page.changes.is_empty()) {
            let alike = |it: &&mut &PageCall| {
                it.place.action == call.place.action && it.path() == call.path()
            };
            match full.iter_mut().find(alike) {
                Some(known) if known.page.changes.len() < call.page.changes.len() => *known = call,
                Some(_) => {}
                None => full.push(call),
            }
        }
        full
    }

    /// Changes to try each thing with: of like ones (action, event, number of answers) the first.
    pub(super) fn typical_collects(&self) -> Vec<&CollectCall> {
        let mut known = HashSet::new();
        let kind = |call: &CollectCall| {
            (call.place.action.clone(), call.event.clone(), call.collected.len())
        };
        self.collects.iter().filter(|call| known.insert(kind(call))).collect()
    }

    /// Answers that changes were collected with, by their places: of like ones (action, event,
    /// beginning of the path that was asked) the first.
    pub(super) fn typical_answers(&self) -> Vec<(&CollectCall, usize)> {
        let mut known = HashSet::new();
        let all = self.collects.iter();
        let all = all.flat_map(|call| (0..call.collected.len()).map(move |at| (call, at)));
        let kind = |(call, at): &(&CollectCall, usize)| {
            let asked = call.asked.get(*at).map(path).unwrap_or_default();
            let start = asked.split('/').find(|segment| !segment.is_empty()).map(str::to_owned);
            (call.place.action.clone(), call.event.clone(), start)
        };
        all.filter(|answer| known.insert(kind(answer))).collect()
    }
}

/// A request as recordings name it.
pub(super) fn text(place: &Place, request: &Request) -> String {
    let target = request.target.strip_prefix(place.base_url.as_str());
    let target = target.filter(|rest| rest.starts_with(['/', '?'])).unwrap_or(&request.target);
    format!("{} {target}", request.method)
}

/// The path of a request's target.
pub(super) fn path(request: &Request) -> &str {
    request.target.split('?').next().unwrap_or_default()
}

/// An answer with another body.
pub(super) fn with_body(answer: &Response, body: impl Into<Bytes>) -> Response {
    Response { body: body.into(), ..answer.clone() }
}

/// An answer with this JSON as its body.
pub(super) fn with_json(answer: &Response, value: &Value) -> Response {
    with_body(answer, value.to_string())
}

/// A failure's case in the contract's words; `None` where the connector itself came to grief.
pub(super) fn case(fault: &Fault) -> Option<&'static str> {
    use crate::connector::Failure;
    match fault {
        Fault::Failure(failure) => match failure {
            Failure::InvalidSettings(_) => Some("invalid-settings"),
            Failure::Unauthorized(_) => Some("unauthorized"),
            Failure::Throttled(_) => Some("throttled"),
            Failure::Unavailable(_) => Some("unavailable"),
            Failure::CursorLost(_) => Some("cursor-lost"),
            Failure::UnexpectedResponse(_) => Some("unexpected-response"),
            Failure::Internal(_) => None,
        },
        _ => None,
    }
}

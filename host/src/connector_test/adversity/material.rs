//! What there is to try a connector with: every call that a recording leads to, as it was made.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::{
    lab::{Lab, Place},
    recording::{Poll, Recording},
    stamp,
};
use crate::{
    connector::{Fault, Page, Request, Step},
    egress::Response,
    identity::{self, VersionKey},
    model::Change,
};

/// Where connections without a recording seem to stand, and from when.
const BASE_URL: &str = "http://ehr.example";
const SINCE: &str = "2026-01-01T00:00:00Z";

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
}

/// Plays recordings as far as they go.
pub(super) async fn play(lab: &mut Lab<'_>, recordings: &[Recording]) -> Material {
    let mut material = Material::default();
    for recording in recordings {
        if let Err(why) = Player::new(recording).play(lab, &mut material).await {
            material
                .notes
                .push(format!("{} could not be played to its end: {why}", recording.name));
        }
    }
    add_places(lab, &mut material);
    material
}

/// A place for each action that no recording polls.
fn add_places(lab: &Lab<'_>, material: &mut Material) {
    let since = SINCE.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    for action in &lab.connector().manifest().actions {
        if material.places.iter().any(|(_, place)| place.action == action.name) {
            continue;
        }
        let place = Place {
            action: action.name.clone(),
            settings: "{}".into(),
            base_url: BASE_URL.into(),
            since,
            now: stamp::later(since, 60),
            connection: "test",
        };
        material.places.push((format!("`{}`, not recorded", action.name), place));
    }
}

/// A recording being played.
struct Player<'r> {
    recording: &'r Recording,
    cursor: Option<String>,
    memos: std::collections::HashMap<String, String>,
    seen: HashSet<(String, VersionKey)>,
}

impl<'r> Player<'r> {
    fn new(recording: &'r Recording) -> Self {
        Self { recording, cursor: None, memos: Default::default(), seen: HashSet::new() }
    }

    async fn play(&mut self, lab: &mut Lab<'_>, material: &mut Material) -> Result<(), String> {
        for (number, poll) in self.recording.polls.iter().enumerate() {
            let place = self.place(poll);
            let at = format!("{}, poll {}", self.recording.name, number + 1);
            let known = |(_, known): &(String, Place)| known.action == place.action;
            if !material.places.iter().any(known) {
                material.places.push((self.recording.name.clone(), place.clone()));
            }
            let changes = self.pages(lab, material, poll, (&at, &place)).await?;
            for change in changes {
                self.collect(lab, material, poll, (&at, &place), change).await?;
            }
        }
        Ok(())
    }

    fn place(&self, poll: &Poll) -> Place {
        let Recording { action, settings, base_url, since, .. } = self.recording;
        let (action, settings, base_url) = (action.clone(), settings.clone(), base_url.clone());
        Place { action, settings, base_url, since: *since, now: poll.now, connection: "test" }
    }

    /// Reads the pages of a poll; answers what changed. A poll may be recorded to fail.
    async fn pages(
        &mut self,
        lab: &mut Lab<'_>,
        material: &mut Material,
        poll: &Poll,
        (at, place): (&str, &Place),
    ) -> Result<Vec<Change>, String> {
        let mut used = vec![false; poll.exchanges.len()];
        let mut changes = Vec::new();
        for number in 1..=lab.connector().limits().poll_pages {
            lab.call = format!("{at}, page {number}");
            let Ok(request) = lab.poll(place, self.cursor.as_deref()).await else { break };
            let text = text(place, &request);
            let mut free = poll.exchanges.iter().zip(&mut used).filter(|(_, used)| !**used);
            let found = free.find(|(exchange, _)| exchange.request == text);
            let (exchange, used) = found.ok_or_else(|| format!("{at} asks {text}"))?;
            *used = true;
            let answer = exchange.answer.clone();
            let Ok(page) = lab.changes(place, self.cursor.as_deref(), &answer).await else { break };
            let (more, cursor) = (page.more, self.cursor.replace(page.cursor.clone()));
            changes.extend(page.changes.iter().filter(|change| self.is_new(change)).cloned());
            let (at, place) = (lab.call.clone(), place.clone());
            material.pages.push(PageCall { at, place, cursor, request, answer, page });
            if !more {
                break;
            }
        }
        changes.retain(|change| self.is_new(change));
        self.seen.extend(changes.iter().filter_map(state));
        Ok(changes)
    }

    fn is_new(&self, change: &Change) -> bool {
        state(change).is_none_or(|state| !self.seen.contains(&state))
    }

    async fn collect(
        &mut self,
        lab: &mut Lab<'_>,
        material: &mut Material,
        poll: &Poll,
        (at, place): (&str, &Place),
        change: Change,
    ) -> Result<(), String> {
        let memo = self.memos.get(&change.id).cloned();
        let (mut asked, mut collected) = (Vec::new(), Vec::new());
        lab.call = format!("{at}, record {}", change.id);
        for _ in 0..=lab.connector().limits().collect_steps {
            let step = lab.collect(place, &change, memo.as_deref(), &collected).await;
            let (event, left) = match step {
                Err(_) => return Ok(()),
                Ok(Step::Fetch(requests)) => {
                    for request in requests {
                        let answer = answer(poll, &text(place, &request))
                            .ok_or_else(|| format!("{at} asks {}", text(place, &request)))?;
                        collected.push(Arc::new(answer));
                        asked.push(request);
                    }
                    continue;
                }
                Ok(Step::Notify { event, memo, .. }) => (Some(event), memo),
                Ok(Step::Skip { memo, .. }) => (None, memo),
            };
            self.memos.extend(left.map(|memo| (change.id.clone(), memo)));
            let (at, place) = (lab.call.clone(), place.clone());
            material.collects.push(CollectCall {
                at,
                place,
                change,
                memo,
                asked,
                collected,
                event,
            });
            return Ok(());
        }
        Ok(())
    }
}

fn state(change: &Change) -> Option<(String, VersionKey)> {
    Some((change.id.clone(), identity::version(change)?))
}

fn answer(poll: &Poll, text: &str) -> Option<Response> {
    let exchange = poll.exchanges.iter().find(|exchange| exchange.request == text)?;
    Some(exchange.answer.clone())
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

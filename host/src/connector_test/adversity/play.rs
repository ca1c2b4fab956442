//! Playing recordings: the calls that they lead to, made as a host would.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;

use super::{
    lab::{Lab, Place},
    material::{CollectCall, Material, PageCall, text},
    recording::{Poll, Recording},
    stamp,
};
use crate::{
    connector::{Mode, Request, Step},
    connector_test::known::Known,
    egress::Response,
    model::Change,
};

/// Where connections without a recording seem to stand, and from when.
const BASE_URL: &str = "http://ehr.example";
const SINCE: &str = "2026-01-01T00:00:00Z";

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
    add_places(lab, &mut material).await;
    material
}

/// A place for each action that no recording polls: with the settings of one that is recorded,
/// as they are the connection's.
async fn add_places(lab: &mut Lab<'_>, material: &mut Material) {
    for action in &lab.connector().manifest().actions {
        if material.places.iter().any(|(_, place)| place.action == action.name) {
            continue;
        }
        let (name, place) = (&action.name, place_of(&action.name, material));
        lab.call = format!("`{name}`, not recorded");
        match lab.poll(&place, None).await {
            Ok(_) => material.places.push((lab.call.clone(), place)),
            Err(fault) => material.notes.push(format!(
                "`{name}` was not tried: without a recording its settings are not known ({fault})"
            )),
        }
    }
}

fn place_of(action: &str, material: &Material) -> Place {
    if let Some((_, place)) = material.places.first() {
        return Place { action: action.into(), mode: Mode::default(), ..place.clone() };
    }
    let since = SINCE.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    Place {
        action: action.into(),
        settings: "{}".into(),
        base_url: BASE_URL.into(),
        allow_origins: Vec::new(),
        since,
        now: stamp::later(since, 60),
        mode: Mode::default(),
        connection: "test",
    }
}

/// A recording being played.
struct Player<'r> {
    recording: &'r Recording,
    cursor: Option<String>,
    listed: Option<String>,
    memos: HashMap<String, String>,
    known: Known,
}

impl<'r> Player<'r> {
    fn new(recording: &'r Recording) -> Self {
        let (memos, known) = (HashMap::new(), Known::default());
        Self { recording, cursor: None, listed: None, memos, known }
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
        let Recording { action, settings, base_url, allow_origins, since, .. } = self.recording;
        Place {
            action: action.clone(),
            settings: settings.clone(),
            base_url: base_url.clone(),
            allow_origins: allow_origins.clone(),
            since: *since,
            now: poll.now,
            mode: poll.mode,
            connection: "test",
        }
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
            let cursor = self.cursor(place).clone();
            let Ok(request) = lab.poll(place, cursor.as_deref()).await else { break };
            let text = text(place, &request);
            let mut free = poll.exchanges.iter().zip(&mut used).filter(|(_, used)| !**used);
            let found = free.find(|(exchange, _)| exchange.request == text);
            let (exchange, used) = found.ok_or_else(|| format!("{at} asks {text}"))?;
            *used = true;
            let answer = exchange.answer.clone();
            let Ok(page) = lab.changes(place, cursor.as_deref(), &answer).await else { break };
            let more = page.more;
            *self.cursor(place) = Some(page.cursor.clone());
            let (task, mode) = (place.task(), place.mode);
            let news = page.changes.iter().flat_map(|it| self.known.news(&task, mode, it.clone()));
            changes.extend(news);
            let (at, place) = (lab.call.clone(), place.clone());
            material.pages.push(PageCall { at, place, cursor, request, answer, page });
            if !more {
                break;
            }
        }
        Ok(changes)
    }

    /// Where a poll stands: the listing has a cursor of its own.
    fn cursor(&mut self, place: &Place) -> &mut Option<String> {
        if place.mode.listing { &mut self.listed } else { &mut self.cursor }
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
                    collected.extend(answers(poll, (at, place), &requests)?);
                    asked.extend(requests);
                    continue;
                }
                Ok(Step::Notify { event, memo, .. }) => {
                    self.memos.remove(&change.id);
                    (Some(event), memo)
                }
                Ok(Step::Skip { memo, .. }) => (None, memo),
            };
            self.memos.extend(left.map(|memo| (change.id.clone(), memo)));
            let (at, place) = (lab.call.clone(), place.clone());
            let call = CollectCall { at, place, change, memo, asked, collected, event };
            material.collects.push(call);
            return Ok(());
        }
        Ok(())
    }
}

/// The recorded answers to requests.
fn answers(
    poll: &Poll,
    (at, place): (&str, &Place),
    requests: &[Request],
) -> Result<Vec<Arc<Response>>, String> {
    let answer = |request| {
        let text = text(place, request);
        let exchange = poll.exchanges.iter().find(|exchange| exchange.request == text);
        let exchange = exchange.ok_or_else(|| format!("{at} asks {text}"))?;
        Ok(Arc::new(exchange.answer.clone()))
    };
    requests.iter().map(answer).collect()
}

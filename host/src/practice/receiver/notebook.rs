//! What a practice receiver remembers.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::watch;

use crate::practice::{Arrival, journal::Journal};

/// One attempt that was signed well.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The `webhook-id`.
    pub id: String,
    /// Which attempt of this id it is; the first is 1.
    pub attempt: u32,
    /// Whether its body differs from the first attempt's.
    pub altered: bool,
    /// Whether it was taken: answered with a success, or with one that got lost.
    pub taken: bool,
    /// When it arrived, whole.
    pub at: Timestamp,
    /// The body, byte by byte.
    pub body: Bytes,
}

impl Received {
    /// What it tells of; `None` where it is no notification of this host's form.
    pub fn arrival(&self) -> Option<Arrival> {
        let Notification { event, meta } = serde_json::from_slice(&self.body).ok()?;
        Some(Arrival {
            id: self.id.clone(),
            event,
            connection: meta.connection,
            action: meta.action,
            record: meta.record,
            key: meta.key,
            changed_at: meta.changed_at.and_then(|time| time.parse().ok()),
            at: self.at,
            backfill: meta.backfill,
            altered: self.altered,
        })
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Received");
        text.field("id", &self.id).field("attempt", &self.attempt).field("taken", &self.taken);
        text.finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "type")]
    event: String,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    connection: String,
    action: String,
    record: String,
    key: Option<String>,
    changed_at: Option<String>,
    #[serde(default)]
    backfill: bool,
}

/// All attempts, and how many notifications they come to.
pub(super) struct Notebook {
    pub(super) attempts: Journal<Received>,
    known: Mutex<HashMap<String, Known>>,
    taken: watch::Sender<usize>,
}

/// What is known of an id.
struct Known {
    attempts: u32,
    taken: bool,
    body: Bytes,
}

impl Notebook {
    pub(super) fn new() -> Self {
        let (attempts, known) = (Journal::new(), Mutex::default());
        Self { attempts, known, taken: watch::Sender::new(0) }
    }

    pub(super) fn note(&self, id: &str, body: Bytes, taken: bool, at: Timestamp) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Known { attempts: 0, taken: false, body: body.clone() };
        let known = all.entry(id.to_owned()).or_insert_with(fresh);
        let first_taken = taken && !known.taken;
        known.attempts += 1;
        known.taken |= taken;
        let (attempt, altered) = (known.attempts, known.body != body);
        self.attempts.push(|_| Received { id: id.to_owned(), attempt, altered, taken, at, body });
        self.taken.send_modify(|number| *number += usize::from(first_taken));
    }

    pub(super) async fn wait_for(&self, different: usize) {
        let mut taken = self.taken.subscribe();
        // The sender lives as long as `self`.
        let Ok(_) = taken.wait_for(|&number| number >= different).await else { return };
    }
}

//! A destination: what it took, and whether that was right.

use std::collections::BTreeMap;

use bytes::Bytes;
use rounds::{egress::Carried, store::memory::Disk};
use serde::Deserialize;

use super::world::Inner;

/// A notification as a destination reads it.
#[derive(Clone, Deserialize)]
pub(super) struct Told {
    #[serde(rename = "type")]
    pub(super) event: String,
    pub(super) data: Payload,
}

/// What the simulated connector says of an entry.
#[derive(Clone, Deserialize)]
pub(super) struct Payload {
    pub(super) seq: u64,
    pub(super) record: String,
    pub(super) key: String,
    pub(super) version: String,
    pub(super) previous: Option<String>,
}

/// What was taken under one id.
pub(super) struct Taken {
    pub(super) body: Bytes,
    pub(super) told: Told,
    /// Its place among all that were taken.
    pub(super) place: usize,
}

/// A destination.
pub(super) struct Receiver {
    pub(super) name: &'static str,
    /// The event that it wants; `None` is all.
    pub(super) wants: Option<&'static str>,
    pub(super) taken: BTreeMap<String, Taken>,
}

impl Receiver {
    pub(super) fn both() -> [Self; 2] {
        let named = |name, wants| Self { name, wants, taken: BTreeMap::new() };
        [named("app", None), named("lake", Some("Scheduling.New"))]
    }

    pub(super) fn wants(&self, event: &str) -> bool {
        self.wants.is_none_or(|wanted| wanted == event)
    }
}

/// The id that a request has.
pub(super) fn id_of(request: &Carried) -> String {
    let id = request.headers.iter().find(|(name, _)| name == "webhook-id");
    id.map(|(_, id)| id.clone()).unwrap_or_default()
}

/// Sees a request leave the host, whether or not it arrives.
pub(super) fn leaves(world: &mut Inner, disk: &Disk, request: &Carried) {
    let id = id_of(request);
    if !disk.has_filled(&rounds::model::NotificationId(id.clone())) {
        world.broke(format!("{id} was sent before it was stored"));
    }
}

/// Takes a notification.
pub(super) fn take(world: &mut Inner, at: usize, request: &Carried) {
    let id = id_of(request);
    let told: Told = serde_json::from_slice(&request.body).unwrap();
    let name = world.receivers[at].name;
    let seq = told.data.seq;
    world.tell(format_args!("{name} takes {seq} as {id}"));
    let receiver = &mut world.receivers[at];
    let place = receiver.taken.len();
    let wanted = receiver.wants(&told.event);
    let before = receiver.taken.get(&id).map(|taken| taken.body == request.body);
    match before {
        Some(true) => {}
        Some(false) => world.broke(format!("{name}: {id} came again with other bytes")),
        None => {
            receiver.taken.insert(id, Taken { body: request.body.clone(), told, place });
        }
    }
    if !wanted {
        world.broke(format!("{name} was told of {seq}, which it does not want"));
    }
}

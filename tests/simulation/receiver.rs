//! A destination: what it took, and whether that was right.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use rounds::{egress::Carried, model::NotificationId, store::memory::Disk};
use serde::Deserialize;

use super::{
    plan::shape::DESTINATIONS,
    sign_in::authorization,
    world::{Inner, beginning},
};

/// How long before it is sent a request may be signed: its turn may come later, and so may a
/// second connection.
const LONGEST_TURN: u64 = 60_000;

/// A notification as a destination reads it.
#[derive(Clone, Deserialize)]
pub(super) struct Told {
    #[serde(rename = "type")]
    pub(super) event: String,
    pub(super) timestamp: Timestamp,
    pub(super) data: Payload,
    pub(super) meta: Meta,
}

/// What the simulated connector says of an entry.
#[derive(Clone, Deserialize)]
pub(super) struct Payload {
    pub(super) seq: u64,
    pub(super) record: String,
    /// `None` where neither the EHR nor anything before says one.
    pub(super) key: Option<String>,
    pub(super) version: String,
    pub(super) previous: Option<String>,
    /// Whether it is told to those who knew its record under this key.
    pub(super) moved: bool,
    /// The polls that its instance has served.
    pub(super) seen: String,
}

/// What the host says of it.
#[derive(Clone, Deserialize)]
pub(super) struct Meta {
    pub(super) connection: String,
    pub(super) action: String,
    pub(super) observed_at: Timestamp,
}

/// What was taken under one id.
pub(super) struct Taken {
    pub(super) body: Bytes,
    pub(super) told: Told,
    /// Its place among all that were taken, and when it was.
    pub(super) place: usize,
    pub(super) at: u64,
}

/// A destination.
pub(super) struct Receiver {
    pub(super) name: &'static str,
    /// The event that it wants; `None` is all.
    pub(super) wants: Option<&'static str>,
    pub(super) taken: BTreeMap<String, Taken>,
}

impl Receiver {
    pub(super) fn all() -> [Self; DESTINATIONS.len()] {
        let wants = [None, Some("Scheduling.New")];
        let at =
            |at: usize| Self { name: DESTINATIONS[at], wants: wants[at], taken: BTreeMap::new() };
        [at(0), at(1)]
    }

    pub(super) fn wants(&self, event: &str) -> bool {
        self.wants.is_none_or(|wanted| wanted == event)
    }
}

fn header<'a>(request: &'a Carried, wanted: &str) -> &'a str {
    let header = request.headers.iter().find(|(name, _)| name == wanted);
    header.map_or("", |(_, value)| value)
}

/// Sees a request leave the host, whether or not it arrives.
pub(super) fn leaves(world: &mut Inner, disk: &Disk, request: &Carried) {
    let id = header(request, "webhook-id");
    if !disk.has_filled(&NotificationId(id.into())) {
        world.broke(format!("{id} was sent before it was stored"));
    }
    let stamp = header(request, "webhook-timestamp").parse().unwrap_or_default();
    let now = world.now();
    if !world.plan.wall.showed(stamp, now.saturating_sub(LONGEST_TURN), now) {
        world.broke(format!("{id} was sent as of {stamp}"));
    }
    if authorization(request).is_some() {
        world.broke(format!("{id} was sent with somebody's token"));
    }
}

/// Takes a notification, or refuses it.
pub(super) fn take(world: &mut Inner, at: usize, request: &Carried) -> u16 {
    let id = header(request, "webhook-id").to_owned();
    let told: Told = serde_json::from_slice(&request.body).unwrap();
    let now = world.now();
    if let Some(refused) = &world.plan.odd.notifications
        && told.data.key.as_deref().is_some_and(|key| refused.refuses(key, now))
    {
        return refused.status;
    }
    let name = world.receivers[at].name;
    let seq = told.data.seq;
    world.tell(format_args!("{name} takes {seq} of {} as {id}", told.meta.action));
    is_its_own(world, &told);
    let receiver = &mut world.receivers[at];
    let place = receiver.taken.len();
    let wanted = receiver.wants(&told.event);
    let before = receiver.taken.get(&id).map(|taken| taken.body == request.body);
    match before {
        Some(true) => {}
        Some(false) => world.broke(format!("{name}: {id} came again with other bytes")),
        None => {
            let body = request.body.clone();
            receiver.taken.insert(id, Taken { body, told, place, at: now });
        }
    }
    if !wanted {
        world.broke(format!("{name} was told of {seq}, which it does not want"));
    }
    204
}

/// Whether it was made by who saw its own poll and no other, at times that the host's clock has
/// shown.
fn is_its_own(world: &mut Inner, told: &Told) {
    let Meta { connection, action, observed_at } = &told.meta;
    let seen = &told.data.seen;
    if *seen != format!("http://{connection}.sim/{action}@{observed_at}") {
        world.broke(format!("a notification of {connection} was made by who saw {seen}"));
    }
    let (least, most) = world.plan.wall.bounds(world.now());
    let shown = beginning() + least..=world.now() as i64 + beginning() + most;
    if ![told.timestamp, *observed_at].iter().all(|at| shown.contains(&at.as_millisecond())) {
        world.broke(format!("{} is a time that never was", told.timestamp));
    }
}

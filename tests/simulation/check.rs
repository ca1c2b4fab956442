//! What always holds, and what holds in the end.

pub(super) mod anew;
pub(super) mod cursor;
mod memos;
mod order;
pub(super) mod seen;

use std::collections::BTreeMap;

use rounds::model::NotificationId;

use self::{memos::memos, order::in_order};
use super::{
    plan::feed::{Entry, Feed},
    receiver::Receiver,
    world::{Inner, World},
};

/// What was shown and is not at every destination that wants it. What came late, behind a newer
/// state of its record that was told, need not be.
pub(super) fn missing(world: &Inner) -> Vec<(&str, u64, &'static str)> {
    let mut missing = Vec::new();
    for (feed, entry) in entries(world) {
        let event = event(entry.seq);
        let wanting = world.receivers.iter().filter(|it| it.wants(event));
        let without = wanting
            .filter(|it| !it.taken.contains_key(&entry.id.0) && !is_overtaken(world, feed, entry));
        missing.extend(without.map(|it| (feed.task.action.as_str(), entry.seq, it.name)));
    }
    missing
}

fn is_overtaken(world: &Inner, feed: &Feed, entry: &Entry) -> bool {
    let is_newer = |it: &&Entry| it.record == entry.record && it.at > entry.at;
    let is_told = |it: &Entry| world.receivers.iter().any(|to| to.taken.contains_key(&it.id.0));
    entry.at < entry.shown && feed.log.iter().filter(is_newer).any(is_told)
}

/// What holds in the end.
pub(super) fn end(world: &World) {
    let made = world.disk.made();
    let numbers: BTreeMap<_, _> =
        made.iter().map(|(number, id)| (id.0.as_str(), *number)).collect();
    let mut inner = world.lock();
    let mut broken = Vec::new();
    if numbers.len() != made.len() {
        broken.push("two containers have the same id".into());
    }
    let number = |id: &str| numbers.get(id).copied();
    for receiver in &inner.receivers {
        once(receiver, &inner, &mut broken);
        noted(receiver, world, &mut broken);
        in_order(receiver, &inner, number, &mut broken);
        memos(receiver, &inner, number, &mut broken);
    }
    for what in broken {
        inner.broke(what);
    }
}

/// What is told came under one id, which is its own, and no connection told another's.
fn once(receiver: &Receiver, world: &Inner, broken: &mut Vec<String>) {
    let key = |feed: &Feed, entry: &Entry| {
        let (record, version) = (entry.record.clone(), entry.version.clone());
        (feed.task.connection.to_string(), feed.task.action.to_string(), record, version)
    };
    let ids: BTreeMap<_, _> =
        entries(world).map(|(feed, entry)| (key(feed, entry), &entry.id.0)).collect();
    for (id, taken) in &receiver.taken {
        let told = &taken.told;
        let (record, version) = (told.data.record.clone(), told.data.version.clone());
        let its = (told.meta.connection.clone(), told.meta.action.clone(), record, version);
        if ids.get(&its) != Some(&id) {
            broken.push(format!("{}: {its:?} came as {id}", receiver.name));
        }
    }
}

/// Of each that a destination took there is a receipt.
fn noted(receiver: &Receiver, world: &World, broken: &mut Vec<String>) {
    let without = receiver.taken.keys().filter(|id| {
        !world.disk.has_delivered(&NotificationId((*id).clone()), &receiver.name.into())
    });
    broken
        .extend(without.map(|id| format!("{}: no receipt says that it took {id}", receiver.name)));
}

fn entries(world: &Inner) -> impl Iterator<Item = (&Feed, &Entry)> {
    world.plan.feeds.iter().flat_map(|feed| feed.log.iter().map(move |entry| (feed, entry)))
}

/// What the simulated connector tells an entry as.
fn event(seq: u64) -> &'static str {
    if seq.is_multiple_of(2) { "Scheduling.New" } else { "Scheduling.Modification" }
}

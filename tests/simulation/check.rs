//! What always holds, and what holds in the end.

pub(super) mod anew;
pub(super) mod cursor;
mod memos;
mod moved;
mod order;
mod progress;
pub(super) mod seen;

use std::collections::BTreeMap;

use rounds::{
    model::{NotificationId, TaskId},
    store::DeadLetter,
};

use self::{memos::memos, moved::moved, order::in_order, progress::progress};
use super::{
    plan::feed::{Entry, Feed},
    receiver::Receiver,
    world::{Inner, World},
};

/// What the host says of what cannot be read.
pub(super) const UNREADABLE: &str = "cannot be read";

/// What was shown and is not at every destination that wants it. What came late, behind a newer
/// state of its record that was told, need not be.
pub(super) fn missing(world: &Inner) -> Vec<(&str, u64, &'static str)> {
    let mut missing = Vec::new();
    for (feed, entry) in entries(world).filter(|(_, entry)| !entry.is_odd) {
        let event = event(entry.seq);
        let wanting = world.receivers.iter().filter(|it| it.wants(event));
        let without = wanting
            .filter(|it| !it.taken.contains_key(&entry.id.0) && !is_overtaken(world, feed, entry));
        missing.extend(without.map(|it| (feed.task.action.as_str(), entry.seq, it.name)));
    }
    missing
}

/// How many dead letters there are of what cannot be read, and how many there should be, a task each.
pub(super) fn unreadable(world: &Inner, dead: &[DeadLetter]) -> Vec<(usize, usize)> {
    let is_of =
        |it: &&DeadLetter, task: &TaskId| it.task == *task && it.reason.contains(UNREADABLE);
    let count = |feed: &Feed| {
        let letters = dead.iter().filter(|it| is_of(it, &feed.task)).count();
        (letters, feed.log.iter().filter(|entry| entry.is_odd).count())
    };
    world.plan.feeds.iter().map(count).collect()
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
        moved(receiver, &inner, number, &mut broken);
        progress(receiver, &inner, &mut broken);
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
    let ids: BTreeMap<_, _> = entries(world).map(|it| (key(it.0, it.1), &it.1.id.0)).collect();
    for (id, taken) in receiver.taken.iter().filter(|(_, taken)| !taken.told.data.moved) {
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

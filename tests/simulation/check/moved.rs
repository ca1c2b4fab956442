//! Records that change keys: each is told under the key that it has, or had last, and those who knew
//! it under another are told before that.

use std::collections::BTreeMap;

use rounds::model::{ContainerId, TaskId};

use super::{
    super::{
        plan::feed::Entry,
        receiver::{Receiver, Taken},
        world::Inner,
    },
    entries, event,
};

pub(super) fn moved(
    receiver: &Receiver,
    world: &Inner,
    number: impl Fn(&str) -> Option<ContainerId>,
    broken: &mut Vec<String>,
) {
    // One that leaves things out has its own idea of who had what before.
    if world.plan.is_blind() {
        return;
    }
    let mut records = BTreeMap::<_, Vec<(ContainerId, &Entry)>>::new();
    for (feed, entry) in entries(world) {
        if let Some(number) = number(&entry.id.0) {
            records.entry((&feed.task, &entry.record)).or_default().push((number, entry));
        }
    }
    for ((task, _), states) in &mut records {
        states.sort_by_key(|(number, _)| *number);
        let mut last: Option<&str> = None;
        for (_, entry) in states {
            let key = entry.key.as_deref().or(last);
            let from = last.filter(|last| key != Some(last));
            if receiver.wants(event(entry.seq)) {
                told(receiver, world, (task, entry, key, from), broken);
            }
            last = key;
        }
    }
}

/// Whether an entry is told under its key, and before that to those of another, if there is one.
fn told(
    receiver: &Receiver,
    world: &Inner,
    (task, entry, key, from): (&TaskId, &Entry, Option<&str>, Option<&str>),
    broken: &mut Vec<String>,
) {
    let (name, seq) = (receiver.name, entry.seq);
    let Some(here) = receiver.taken.get(&entry.id.0) else { return };
    if here.told.data.key.as_deref() != key {
        broken.push(format!("{name}: {seq} was told under another key"));
    }
    let is_away = |taken: &&Taken| {
        let (data, meta) = (&taken.told.data, &taken.told.meta);
        let its = (meta.connection.as_str(), meta.action.as_str(), &data.record, &data.version);
        let task = (task.connection.as_str(), task.action.as_str());
        data.moved && its == (task.0, task.1, &entry.record, &entry.version)
    };
    let mut away = receiver.taken.values().filter(is_away);
    let (first, second) = (away.next(), away.next());
    let moved = world.dead_moves.contains(&(entry.record.clone(), entry.version.clone()));
    if moved || world.dead.contains(&entry.id.0) {
        return;
    }
    let is_right = match (from, first, second) {
        (None, None, None) => true,
        (Some(from), Some(away), None) => {
            away.told.data.key.as_deref() == Some(from) && away.place < here.place
        }
        _ => false,
    };
    if !is_right {
        broken.push(format!("{name}: {seq} has {key:?} after {from:?}, and was not told so"));
    }
}

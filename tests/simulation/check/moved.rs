//! Records that change keys: each is told under the key that it has, or had last, and those who knew
//! it under another are told before that.

use std::collections::BTreeMap;

use rounds::model::ContainerId;

use super::{
    super::{plan::feed::Entry, receiver::Receiver, world::Inner},
    entries, event,
};

pub(super) fn moved(
    receiver: &Receiver,
    world: &Inner,
    number: impl Fn(&str) -> Option<ContainerId>,
    broken: &mut Vec<String>,
) {
    let mut records = BTreeMap::<_, Vec<(ContainerId, &Entry)>>::new();
    for (feed, entry) in entries(world) {
        if let Some(number) = number(&entry.id.0) {
            records.entry((&feed.task, &entry.record)).or_default().push((number, entry));
        }
    }
    for states in records.values_mut() {
        states.sort_by_key(|(number, _)| *number);
        let mut last: Option<&str> = None;
        for (_, entry) in states {
            let key = entry.key.as_deref().or(last);
            let from = last.filter(|last| key != Some(last));
            if receiver.wants(event(entry.seq)) {
                told(receiver, world, (entry, key, from), broken);
            }
            last = key;
        }
    }
}

/// Whether an entry is told under its key, and before that to those of another, if there is one.
fn told(
    receiver: &Receiver,
    world: &Inner,
    (entry, key, from): (&Entry, Option<&str>, Option<&str>),
    broken: &mut Vec<String>,
) {
    let (name, seq) = (receiver.name, entry.seq);
    let Some(here) = receiver.taken.get(&entry.id.0) else { return };
    if here.told.data.key.as_deref() != key {
        broken.push(format!("{name}: {seq} was told under another key"));
    }
    let away = receiver.taken.get(&entry.moved.0);
    if [&entry.id.0, &entry.moved.0].into_iter().any(|id| world.dead.contains(id)) {
        return;
    }
    let is_right = match (from, away) {
        (None, None) => true,
        (Some(from), Some(away)) => {
            away.told.data.key.as_deref() == Some(from) && away.place < here.place
        }
        _ => false,
    };
    if !is_right {
        broken.push(format!("{name}: {seq} has {key:?} after {from:?}, and was not told so"));
    }
}

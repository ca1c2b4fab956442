//! Order: per key of a connection and per record that of the containers' numbers, which is that of
//! the commits; per key of a task that of the EHR.

use std::collections::BTreeMap;

use rounds::model::ContainerId;

use super::{
    super::{
        plan::feed::Entry,
        receiver::{Receiver, Told},
        world::Inner,
    },
    entries,
};

pub(super) fn in_order(
    receiver: &Receiver,
    world: &Inner,
    number: impl Fn(&str) -> Option<ContainerId>,
    broken: &mut Vec<String>,
) {
    let of_key = |told: &Told| (told.meta.connection.clone(), key(told));
    if lines(receiver, world, of_key, &number).iter().any(|line| !line.is_sorted()) {
        broken.push(format!("{}: a key is not told in the order of the commits", receiver.name));
    }
    if lines(receiver, world, of_record, &number).iter().any(|line| !line.is_sorted()) {
        broken.push(format!("{}: a record is not told in the order of the commits", receiver.name));
    }
    // One that leaves things out has them told when they are found.
    if !world.plan.is_blind() {
        of_ehrs(receiver, world, broken);
    }
}

fn of_record(Told { meta, data, .. }: &Told) -> (String, String, String) {
    (meta.connection.clone(), meta.action.clone(), data.record.clone())
}

fn of_task(told: &Told) -> (String, String, String) {
    (told.meta.connection.clone(), told.meta.action.clone(), key(told))
}

/// Its key, or the record's id.
fn key(Told { data, .. }: &Told) -> String {
    data.key.clone().unwrap_or_else(|| data.record.clone())
}

/// Of one key, what was shown first and stands first came first; but for what the EHR showed late,
/// maybe behind a page that was read already.
fn of_ehrs(receiver: &Receiver, world: &Inner, broken: &mut Vec<String>) {
    let known: BTreeMap<_, _> = entries(world).map(|(_, it)| (it.id.0.as_str(), it)).collect();
    for line in lines(receiver, world, of_task, |id| known.get(id).copied()) {
        let line: Vec<_> = line.into_iter().flatten().collect();
        for (at, later) in line.iter().enumerate().filter(|(_, it)| it.at == it.shown) {
            let is_before =
                |it: &&Entry| it.shown >= later.shown && (it.at, it.seq) > (later.at, later.seq);
            if let Some(before) = line[..at].iter().find(|it| is_before(it)) {
                let (name, one, two) = (receiver.name, before.seq, later.seq);
                broken.push(format!("{name}: {one} came before {two}"));
            }
        }
    }
}

/// What each line's notifications have, in the order in which they came first, but for those that
/// were dead for a time.
fn lines<L: Ord, T>(
    receiver: &Receiver,
    world: &Inner,
    line: impl Fn(&Told) -> L,
    of: impl Fn(&str) -> T,
) -> Vec<Vec<T>> {
    let mut taken: Vec<_> =
        receiver.taken.iter().filter(|(id, _)| !world.dead.contains(*id)).collect();
    taken.sort_by_key(|(_, taken)| taken.place);
    let mut lines = BTreeMap::<L, Vec<T>>::new();
    for (id, taken) in taken {
        lines.entry(line(&taken.told)).or_default().push(of(id));
    }
    lines.into_values().collect()
}

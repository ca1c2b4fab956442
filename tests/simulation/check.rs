//! What always holds, and what holds in the end.

use std::collections::{BTreeMap, BTreeSet};

use rounds::{
    identity,
    model::{Change, ChangeKind, NotificationId, TaskId},
};

use super::{
    plan::Entry,
    receiver::{Receiver, Taken},
    world::{Inner, World, beginning},
};

/// The connector's overlap, in milliseconds.
const OVERLAP: i64 = 120_000;

/// The task of every world.
pub(super) fn task() -> TaskId {
    TaskId { connection: "general".into(), action: "appointments".into() }
}

/// The id that the notification of a record's version must have.
pub(super) fn id(record: u64, version: u64) -> NotificationId {
    let change = Change {
        id: format!("r{record}"),
        kind: ChangeKind::Upserted,
        version: Some(format!("v{version}")),
        key: None,
        occurred_at: None,
        data: String::new(),
    };
    identity::notification(&task(), &change, 0, 0)
}

/// The cursor on disk has not passed what is not on disk beside it.
pub(super) fn cursor(world: &World) {
    let Some(cursor) = world.disk.task(&task()).cursor else { return };
    let mut inner = world.lock();
    let (now, first) = (inner.now(), beginning());
    let numbers: Vec<i64> = cursor.split(' ').map(|it| it.parse().unwrap()).collect();
    let has_passed = |entry: &Entry| {
        let (at, shown) = (first + entry.at as i64, first + entry.shown as i64);
        match numbers[..] {
            [newest] => at < newest - OVERLAP,
            [from, begun, _, last, seq] => {
                at < from || (at, entry.seq as i64) <= (last, seq) && shown <= begun
            }
            _ => panic!("{cursor}"),
        }
    };
    let shown = inner.plan.log.iter().filter(|entry| entry.shown <= now && has_passed(entry));
    let lost: Vec<_> = shown.filter(|it| !world.disk.has_made(&it.id)).map(|it| it.seq).collect();
    if !lost.is_empty() {
        inner.broke(format!("the cursor {cursor} has passed {lost:?}, which have no container"));
    }
}

/// What was shown and is not at every destination that wants it.
pub(super) fn missing(world: &Inner) -> Vec<(u64, &'static str)> {
    let mut missing = Vec::new();
    for entry in &world.plan.log {
        let event = event(entry.seq);
        let wanting = world.receivers.iter().filter(|it| it.wants(event));
        let without = wanting.filter(|it| !it.taken.contains_key(&entry.id.0));
        missing.extend(without.map(|it| (entry.seq, it.name)));
    }
    missing
}

/// What the simulated connector tells an entry as.
fn event(seq: u64) -> &'static str {
    if seq.is_multiple_of(2) { "Scheduling.New" } else { "Scheduling.Modification" }
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
    for receiver in &inner.receivers {
        once(receiver, &inner, &mut broken);
        let number = |id: &str| numbers.get(id).copied();
        let by_number = lines(receiver, &inner.dead, number);
        if by_number.iter().any(|line| !line.is_sorted()) {
            broken.push(format!("{}: not in the order of the commits", receiver.name));
        }
        in_order(receiver, &inner, &mut broken);
        memos(receiver, &inner, number, &mut broken);
    }
    for what in broken {
        inner.broke(what);
    }
}

/// Every entry came under one id, which is its own.
fn once(receiver: &Receiver, world: &Inner, broken: &mut Vec<String>) {
    for entry in &world.plan.log {
        let ids = receiver.of(entry);
        if ids.iter().any(|it| **it != entry.id.0) {
            broken.push(format!("{}: {} came as {ids:?}", receiver.name, entry.seq));
        }
    }
}

/// What each key's notifications have, in the order in which they came first, but for those that
/// were dead for a time.
fn lines<T>(receiver: &Receiver, dead: &BTreeSet<String>, of: impl Fn(&str) -> T) -> Vec<Vec<T>> {
    let mut taken: Vec<_> = receiver.taken.iter().filter(|(id, _)| !dead.contains(*id)).collect();
    taken.sort_by_key(|(_, taken)| taken.place);
    let mut lines = BTreeMap::<&str, Vec<T>>::new();
    for (id, taken) in taken {
        lines.entry(&taken.told.data.key).or_default().push(of(id));
    }
    lines.into_values().collect()
}

/// Of one key, what was shown first and stands first came first; but for what the EHR showed late,
/// maybe behind a page that was read already.
fn in_order(receiver: &Receiver, world: &Inner, broken: &mut Vec<String>) {
    let entries: BTreeMap<_, _> = world.plan.log.iter().map(|it| (it.id.0.as_str(), it)).collect();
    for line in lines(receiver, &world.dead, |id| entries.get(id).copied()) {
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

/// Each notification knows what was told of its record before.
fn memos<T: Ord>(
    receiver: &Receiver,
    world: &Inner,
    number: impl Fn(&str) -> T,
    broken: &mut Vec<String>,
) {
    // A destination of some events does not see each.
    if receiver.wants.is_some() {
        return;
    }
    let mut records = BTreeMap::<&str, Vec<(&String, &Taken)>>::new();
    for (id, taken) in &receiver.taken {
        records.entry(&taken.told.data.record).or_default().push((id, taken));
    }
    records.retain(|_, told| !told.iter().any(|(id, _)| world.dead.contains(*id)));
    for told in records.values_mut() {
        told.sort_by_key(|(id, _)| number(id));
        let mut before = None;
        for (_, Taken { told, .. }) in told {
            if told.data.previous != before {
                broken.push(format!("{} was told with the wrong memo", told.data.seq));
            }
            before = Some(told.data.version.clone());
        }
    }
}

impl Receiver {
    /// The ids under which an entry came.
    fn of(&self, entry: &Entry) -> Vec<&String> {
        let is_its = |taken: &Taken| {
            let told = &taken.told.data;
            (told.record.as_str(), told.version.as_str())
                == (&*format!("r{}", entry.record), &*format!("v{}", entry.version))
        };
        self.taken.iter().filter(|(_, taken)| is_its(taken)).map(|(id, _)| id).collect()
    }
}

//! A random walk: commits, fills and outcomes in any order with restarts between, beside a
//! model that keeps the same in two maps.

use std::collections::BTreeMap;

use super::*;

const STEPS: usize = 1500;

/// What should be in the store.
#[derive(Default)]
struct Model {
    revision: u64,
    pending: BTreeMap<ContainerId, Option<BTreeMap<String, u32>>>,
    dead: BTreeMap<ContainerId, Option<Vec<String>>>,
    records: u64,
}

impl Model {
    /// The pending containers with a notification, or those without.
    fn with(&self, filled: bool) -> impl Iterator<Item = ContainerId> {
        let pending = self.pending.iter().filter(move |(_, owed)| owed.is_some() == filled);
        pending.map(|(id, _)| *id)
    }
}

/// Chance that is the same every time (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    fn pick<T: Clone>(&mut self, from: impl Iterator<Item = T>) -> Option<T> {
        let all: Vec<T> = from.collect();
        if all.is_empty() { None } else { Some(all[self.below(all.len() as u64) as usize].clone()) }
    }
}

pub(crate) async fn a_walk_with_restarts_keeps_what_a_model_keeps(open: Open<'_>) {
    let (mut model, mut chance) = (Model::default(), Chance(7));
    let mut store = open();
    for _ in 0..STEPS {
        if chance.below(60) == 0 {
            drop(store);
            store = open();
            compare(&*store, &model);
        }
        step(&*store, &mut model, &mut chance).await;
    }
}

async fn step(store: &dyn Store, model: &mut Model, chance: &mut Chance) {
    let collecting = chance.pick(model.with(false));
    let delivering = chance.pick(model.with(true));
    match (chance.below(10), collecting, delivering) {
        (0, ..) => commit(store, model, chance).await,
        (1..=3, Some(id), _) => fill(store, model, chance, id).await,
        (4, Some(id), _) => {
            store.skip(id, Some(format!("memo of {id}")));
            model.pending.remove(&id);
        }
        (5, Some(id), _) => {
            store.bury(id, "buried".into(), at(1));
            model.pending.remove(&id);
            model.dead.insert(id, None);
        }
        (6, ..) => replay(store, model, chance).await,
        (_, _, Some(id)) => settle(store, model, chance, id),
        _ => {}
    }
}

async fn commit(store: &dyn Store, model: &mut Model, chance: &mut Chance) {
    let count = chance.below(60);
    let mut changes = Vec::new();
    for _ in 0..count {
        model.records += 1;
        let mut new = change(&model.records.to_string(), Some("a"));
        new.change.data = "d".repeat(chance.below(900) as usize);
        changes.push(new);
    }
    let made = committed(store, page(model.revision, changes)).await;
    assert_eq!(made.len() as u64, count);
    model.revision += 1;
    model.pending.extend(made.iter().map(|made| (made.id, None)));
}

async fn fill(store: &dyn Store, model: &mut Model, chance: &mut Chance, id: ContainerId) {
    let all = ["app", "lake", "desk"];
    let mut fill = filling(id, None, &all[..chance.below(4) as usize]);
    fill.filled.payload = payload(id);
    let owed = store.fill(fill).await.unwrap();
    match owed.is_empty() {
        true => drop(model.pending.remove(&id)),
        false => {
            let owed = owed.iter().map(|one| (one.destination.to_string(), 0)).collect();
            model.pending.insert(id, Some(owed));
        }
    }
}

fn payload(id: ContainerId) -> String {
    let length = if id.0.is_multiple_of(41) { 40_000 } else { 100 + id.0 % 3_000 };
    "p".repeat(length as usize)
}

fn settle(store: &dyn Store, model: &mut Model, chance: &mut Chance, id: ContainerId) {
    let owed = model.pending.get_mut(&id).unwrap().as_mut().unwrap();
    let name = chance.pick(owed.keys().cloned()).unwrap();
    let outcome = match chance.below(6) {
        0 => dead("refused"),
        1 => Settlement::Retry { attempted_at: at(1), not_before: at(2) },
        _ => Settlement::Delivered(None),
    };
    store.settle(id, &name.as_str().into(), outcome.clone());
    match outcome {
        Settlement::Retry { .. } => *owed.get_mut(&name).unwrap() += 1,
        Settlement::Dead { .. } => {
            owed.remove(&name);
            model.dead.entry(id).or_default().get_or_insert_default().push(name);
        }
        Settlement::Delivered(_) => drop(owed.remove(&name)),
    }
    if owed.is_empty() {
        model.pending.remove(&id);
    }
}

async fn replay(store: &dyn Store, model: &mut Model, chance: &mut Chance) {
    store.flush().await.unwrap();
    let Some(id) = chance.pick(model.dead.keys().copied()) else { return };
    let pending = store.replay(&[id]).await.unwrap();
    let mut found: Vec<_> = pending.iter().map(stage).collect();
    found.sort();
    let alone = |name| Some(BTreeMap::from([(name, 0)]));
    let mut owed = match model.dead.remove(&id).unwrap() {
        Some(names) => names.into_iter().map(alone).collect(),
        None => vec![None],
    };
    owed.sort();
    assert_eq!(found, owed, "each on its own");
    model.pending.extend(pending.iter().map(|pending| (pending.id, stage(pending))));
}

fn compare(store: &dyn Store, model: &Model) {
    let found: BTreeMap<_, _> =
        store.pending().unwrap().iter().map(|pending| (pending.id, stage(pending))).collect();
    assert_eq!(found, model.pending);
    for (id, owed) in &model.pending {
        let container = store.container(*id).unwrap().unwrap();
        assert_eq!((container.id, container.filled.is_some()), (*id, owed.is_some()));
    }
    let mut letters = BTreeMap::<ContainerId, Vec<String>>::new();
    for letter in store.dead().unwrap() {
        let names = letters.entry(letter.container).or_default();
        names.extend(letter.destination.map(|name| name.to_string()));
    }
    let expected = model.dead.iter().map(|(id, names)| {
        let mut names = names.clone().unwrap_or_default();
        names.sort();
        (*id, names)
    });
    letters.values_mut().for_each(|names| names.sort());
    assert_eq!(letters, expected.collect());
    assert_eq!(store.task(&task("appointments")).unwrap().revision, model.revision);
}

/// Who is owed a container, and how often each was tried.
fn stage(pending: &Pending) -> Option<BTreeMap<String, u32>> {
    let Stage::Deliver(owed) = &pending.stage else { return None };
    Some(owed.iter().map(|one| (one.destination.to_string(), one.attempts)).collect())
}

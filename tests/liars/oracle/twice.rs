//! Nothing is told twice, and never in other words.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;

pub(super) fn is_told_once(case: &Case) -> Vec<String> {
    let mut broken = Vec::new();
    let mut bodies = BTreeMap::new();
    for sent in &case.world.receiver.sent {
        let id = &sent.told.meta.id;
        if *bodies.entry(id).or_insert(&sent.body) != &sent.body {
            broken.push(format!("other words: {id} of {}", sent.told.meta.record));
        }
    }
    let (mut ids, mut states) = (BTreeSet::new(), BTreeSet::new());
    for taken in case.world.receiver.taken() {
        let meta = &taken.told.meta;
        if !ids.insert(&meta.id) {
            broken.push(format!("twice: {} of {}", meta.id, meta.record));
        } else if let Some(state) = &taken.state
            && !states.insert((state, &meta.key))
        {
            broken.push(format!("twice: {state:?} of {}", meta.record));
        }
    }
    broken
}

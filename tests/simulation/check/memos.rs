//! Each notification knows what was told of its record before.

use std::collections::BTreeMap;

use rounds::model::ContainerId;

use super::super::{
    receiver::{Receiver, Taken},
    world::Inner,
};

pub(super) fn memos(
    receiver: &Receiver,
    world: &Inner,
    number: impl Fn(&str) -> Option<ContainerId>,
    broken: &mut Vec<String>,
) {
    // A destination of some events does not see each.
    if receiver.wants.is_some() {
        return;
    }
    let mut records = BTreeMap::<_, Vec<(&String, &Taken)>>::new();
    for (id, taken) in receiver.taken.iter().filter(|(_, taken)| !taken.told.data.moved) {
        let told = &taken.told;
        let record = (&told.meta.connection, &told.meta.action, &told.data.record);
        records.entry(record).or_default().push((id, taken));
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

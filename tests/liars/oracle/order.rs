//! Order: of each record that of its states, and of each key that of the commits.

use std::collections::BTreeMap;

use rounds::model::ContainerId;

use super::Case;

pub(super) fn is_kept(case: &Case) -> Vec<String> {
    let of_records = case.records().filter_map(|record| {
        let told: Vec<_> = case.told(record).map(|(_, number)| number).collect();
        (!told.is_sorted()).then(|| format!("order: {} was told {told:?}", record.id))
    });
    of_records.chain(of_keys(case)).collect()
}

fn of_keys(case: &Case) -> Vec<String> {
    let places: BTreeMap<_, _> =
        case.ended.made.iter().map(|(place, id)| (id.0.as_str(), *place)).collect();
    let mut lines = BTreeMap::<&str, Vec<ContainerId>>::new();
    for taken in case.world.receiver.taken() {
        let meta = &taken.told.meta;
        lines.entry(&meta.key).or_default().extend(places.get(meta.id.as_str()));
    }
    let mixed = lines.into_iter().filter(|(_, line)| !line.is_sorted());
    mixed.map(|(key, line)| format!("order: {key} was told {line:?}")).collect()
}

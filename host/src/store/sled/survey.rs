//! With which keys all values of a store were sealed.

use std::{collections::BTreeMap, path::Path};

use super::{
    Folder, Options, SledStore,
    disk::Disk,
    format::{self, TaskRecord},
    front, keyring, keys, receipts,
};
use crate::store::{
    Error, Keys,
    seal::{Number, number},
};

impl SledStore {
    /// The keys of a store that is closed, also of one that its keys do not open. Changes nothing.
    ///
    /// # Errors
    ///
    /// As [`SledStore::open`], but for keys that do not open; where the outer key cannot be read.
    pub fn look_at_keys(options: &Options) -> Result<Keys, Error> {
        let folder = Folder::take(&options.folder)?;
        let open = |tree| Disk::open(folder.store.join(tree), options.cache_bytes);
        let sealed = sealed(&options.folder, &open("containers")?, &open("records")?)?;
        keyring::look(&options.folder, &options.seal, &sealed)
    }
}

/// How many values were sealed with each key, by both trees and beside them. Reads all of them;
/// nobody may write meanwhile.
pub(super) fn sealed(
    data: &Path,
    disk: &Disk,
    records: &Disk,
) -> Result<BTreeMap<Number, u64>, Error> {
    let mut survey = Survey::default();
    receipts::survey(data, |number, frames| survey.add_many(number, frames))?;
    for row in disk.scan(keys::TASKS) {
        let (key, _) = row?;
        if let Some(task) = keys::task_of(&key) {
            survey.add(&cursor(disk, &keys::task(&task))?.unwrap_or_default());
        }
    }
    for (tree, prefix) in [(disk, keys::OWINGS), (disk, keys::PLACES), (records, keys::RECORDS)] {
        for row in tree.scan(prefix) {
            survey.add(&row?.1);
        }
    }
    for (prefix, is_first) in
        [(keys::DEAD, is_dead as fn(&[u8]) -> bool), (keys::ANSWERS, keys::is_first_part)]
    {
        for row in disk.scan(prefix) {
            let (key, value) = row?;
            if is_first(&key) {
                survey.add(&value);
            }
        }
    }
    for row in keys::FRONTS.into_iter().flat_map(|fronts| disk.between(fronts)) {
        let (_, value) = row?;
        if !value.is_empty() {
            let keys = front::keys(&value, disk)?;
            keys.into_iter().for_each(|(number, items)| survey.add_many(number, items.into()));
        }
    }
    Ok(survey.0)
}

fn cursor(disk: &Disk, task: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let Some(bytes) = disk.whole(task)? else { return Ok(None) };
    let (_, cursor): (TaskRecord, _) = disk.understood(format::decode(&bytes))?;
    Ok(cursor)
}

fn is_dead(key: &[u8]) -> bool {
    keys::dead_at(key).is_some()
}

#[derive(Default)]
struct Survey(BTreeMap<Number, u64>);

impl Survey {
    /// Counts a value, if there is one.
    fn add(&mut self, value: &[u8]) {
        if let Some(number) = number(value) {
            self.add_many(number, 1);
        }
    }

    fn add_many(&mut self, number: Number, values: u64) {
        *self.0.entry(number).or_default() += values;
    }
}

//! What is on disk, opened.

use super::{
    block::{self, Location},
    disk::Disk,
    format::{self, TaskRecord},
    keyring::Keyring,
    keys,
};
use crate::{
    model::TaskId,
    store::{Error, KeptAnswer, seal::Kind},
};

/// The item at a location, opened.
pub(super) fn item(disk: &Disk, ring: &Keyring, at: &Location) -> Result<Vec<u8>, Error> {
    let item = block::read(disk, at)?;
    let item = item.ok_or_else(|| disk.damaged("a container is missing from its block"))?;
    let item = ring.open_value(Kind::Item, &at.seal(), item.bytes())?;
    item.ok_or_else(|| disk.damaged("a container outlived its key"))
}

/// A task as it is on disk.
pub(super) fn task(disk: &Disk, ring: &Keyring, id: &TaskId) -> Result<TaskRecord, Error> {
    let key = keys::task(id);
    let Some(bytes) = disk.whole(&key)? else { return Ok(TaskRecord::default()) };
    let (task, place): (TaskRecord, Option<Vec<u8>>) = disk.understood(format::decode(&bytes))?;
    let Some(sealed) = place else { return Ok(task) };
    let place = ring.open_of(id.connection.as_str(), Kind::Cursor, &key, &sealed)?;
    let place = place.map(|place| disk.understood(format::decode(&place))).transpose()?;
    Ok(TaskRecord { place: place.unwrap_or_default(), ..task })
}

/// A dead letter as it is on disk, opened; `None` also where its key was destroyed.
pub(super) fn dead_letter(
    disk: &Disk,
    ring: &Keyring,
    at: keys::Dead,
) -> Result<Option<Vec<u8>>, Error> {
    let key = keys::dead(at);
    let Some(bytes) = disk.whole(&key)? else { return Ok(None) };
    ring.open_value(Kind::Dead, &key, &bytes)
}

/// A task's kept answer as it is on disk; `None` also where its key was destroyed.
pub(super) fn answer(
    disk: &Disk,
    ring: &Keyring,
    id: &TaskId,
) -> Result<Option<KeptAnswer>, Error> {
    let key = keys::answer(id);
    let Some(sealed) = disk.whole(&key)? else { return Ok(None) };
    let bytes = ring.open_of(id.connection.as_str(), Kind::Answer, &key, &sealed)?;
    bytes.map(|bytes| disk.understood(format::answer(&bytes))).transpose()
}

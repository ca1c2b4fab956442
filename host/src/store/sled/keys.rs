//! The keys of the trees, a space to a prefix.
//!
//! sled cuts the tree into leaves of some sixteen neighbours and writes a leaf anew after every
//! ten changes to it. So the spaces are in an order that keeps small keys which change often
//! apart from large values, and neighbouring journal slots land in different leaves.

use crate::model::{ConnectionName, ContainerId, DestinationName, TaskId};

/// The format of what is stored; a store of a higher one is left alone.
pub(super) const FORMAT: &[u8] = &[0, b'f'];
/// The number that the next container gets.
pub(super) const NEXT_CONTAINER: &[u8] = &[0, b'n'];
/// The serial of the last item whose record knows what it says.
pub(super) const SAVED: &[u8] = &[0, b's'];

/// The prefix of all tasks.
pub(super) const TASKS: &[u8] = &[2];
/// The prefix of all kept answers.
pub(super) const ANSWERS: &[u8] = &[7];
/// The prefix of all sequences.
pub(super) const SEQUENCES: &[u8] = &[1];
/// The prefix of all marks.
pub(super) const MARKS: &[u8] = &[3];
/// The prefix of what is noted of deliveries.
pub(super) const OWINGS: &[u8] = &[4];
/// The prefix of all records.
pub(super) const RECORDS: &[u8] = &[5];
/// The prefix of all dead letters.
pub(super) const DEAD: &[u8] = &[6];
/// The prefix of all journal slots.
#[cfg(test)]
pub(super) const SLOTS: &[u8] = &[8];
/// The prefix of all places in listings.
pub(super) const PLACES: &[u8] = &[10];
/// All fronts of journal blocks, in two halves: from the one key on, below the other.
pub(super) const FRONTS: [(&[u8], &[u8]); 2] = [(&[9], &[9, 0x80]), (&[9, 0x80], &[10])];

/// A dead letter: its container, and the place of the delivery in that.
pub(super) type Dead = (ContainerId, u16);

/// A destination's last sequence.
pub(super) fn sequence(destination: &DestinationName) -> Vec<u8> {
    [&[1], destination.as_str().as_bytes()].concat()
}

/// Where a task stands.
pub(super) fn task(task: &TaskId) -> Vec<u8> {
    named(2, task)
}

/// The prefix of all tasks of a connection.
pub(super) fn tasks_of(connection: &ConnectionName) -> Vec<u8> {
    [&[2], connection.as_str().as_bytes(), &[0]].concat()
}

/// The task of a key of its first part.
pub(super) fn task_of(key: &[u8]) -> Option<TaskId> {
    let names = key.get(1..)?.strip_suffix(&[0, 0, 0])?;
    let (connection, action) = std::str::from_utf8(names).ok()?.split_once('\0')?;
    Some(TaskId { connection: connection.into(), action: action.into() })
}

/// Which items of a block are gone.
pub(super) fn mark(block: u32) -> [u8; 5] {
    tagged(3, block.to_be_bytes())
}

/// What became of a container's delivery, by its place in the container.
pub(super) fn owing(container: ContainerId, place: u16) -> [u8; 11] {
    let [a, b, c, d, e, f, g, h] = container.0.to_be_bytes();
    let [i, j] = place.to_be_bytes();
    [4, a, b, c, d, e, f, g, h, i, j]
}

/// The container and the place of a key made by [`owing`].
pub(super) fn owing_of(key: &[u8]) -> Option<(ContainerId, u16)> {
    let (container, place) = key.get(1..)?.split_first_chunk::<8>()?;
    let place = u16::from_be_bytes(place.try_into().ok()?);
    Some((ContainerId(u64::from_be_bytes(*container)), place))
}

/// What is known of a record, by its fingerprint.
pub(super) fn record(fingerprint: [u8; 16]) -> [u8; 17] {
    tagged(5, fingerprint)
}

/// The prefix of a container's dead letters.
pub(super) fn dead_of(container: ContainerId) -> [u8; 9] {
    tagged(6, container.0.to_be_bytes())
}

/// A container's dead letter, by the place of its delivery, which is the first where there is no
/// notification; its parts follow.
pub(super) fn dead((container, place): Dead) -> Vec<u8> {
    [&dead_of(container)[..], &place.to_be_bytes()].concat()
}

/// The dead letter of a key of its first part.
pub(super) fn dead_at(key: &[u8]) -> Option<Dead> {
    let (container, rest) = key.get(1..)?.split_first_chunk::<8>()?;
    let (place, part) = rest.split_first_chunk::<2>()?;
    let container = ContainerId(u64::from_be_bytes(*container));
    (part == [0, 0]).then_some((container, u16::from_be_bytes(*place)))
}

/// A kept answer; its parts follow.
pub(super) fn answer(task: &TaskId) -> Vec<u8> {
    named(7, task)
}

/// The prefix of all places in the listings of a connection.
pub(super) fn places_of(connection: &ConnectionName) -> Vec<u8> {
    [&[10], connection.as_str().as_bytes(), &[0]].concat()
}

/// A place in a task's listing.
pub(super) fn place(task: &TaskId, place: u32) -> Vec<u8> {
    [&named(10, task), &place.to_be_bytes()[..]].concat()
}

/// What a pass over a task's listing has seen; its parts follow.
pub(super) fn seen(task: &TaskId) -> Vec<u8> {
    named(11, task)
}

/// Whether a key is that of a value's first part.
pub(super) fn is_first_part(key: &[u8]) -> bool {
    key.ends_with(&[0, 0])
}

/// Whether a key is that of a part of this one's value.
pub(super) fn is_part_of(part: &[u8], key: &[u8]) -> bool {
    part.len() == key.len() + 2 && part.starts_with(key)
}

/// A part of a value that is cut into several.
pub(super) fn part(key: &[u8], part: u16) -> Vec<u8> {
    [key, &part.to_be_bytes()].concat()
}

/// Whether a key's value is asked for soon after it was written: a record's or a slot's.
pub(super) fn is_read_again(key: &[u8]) -> bool {
    matches!(key.first(), Some(5 | 8))
}

/// A slot of the journal. Reversing the bits scatters slots that are taken one after another.
pub(super) fn slot(slot: u32) -> [u8; 5] {
    tagged(8, slot.reverse_bits().to_be_bytes())
}

/// The front of the journal block that begins in a slot, scattered as those are.
pub(super) fn front(block: u32) -> [u8; 5] {
    tagged(9, block.reverse_bits().to_be_bytes())
}

/// The block in a key made by [`front`].
pub(super) fn front_of(key: &[u8]) -> Option<u32> {
    number(key).map(u32::reverse_bits)
}

/// The block in a key made by [`mark`].
pub(super) fn mark_of(key: &[u8]) -> Option<u32> {
    number(key)
}

fn number(key: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(key.get(1..)?.try_into().ok()?))
}

fn named(space: u8, task: &TaskId) -> Vec<u8> {
    let (connection, action) = (task.connection.as_str(), task.action.as_str());
    [&[space], connection.as_bytes(), &[0], action.as_bytes(), &[0]].concat()
}

fn tagged<const N: usize, const M: usize>(space: u8, rest: [u8; N]) -> [u8; M] {
    let mut key = [0; M];
    let bytes = std::iter::once(space).chain(rest);
    for (to, from) in key.iter_mut().zip(bytes) {
        *to = from;
    }
    key
}

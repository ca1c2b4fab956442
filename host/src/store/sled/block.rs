//! A block of the journal: its bytes, in the slots that hold them, and which items are left.
//!
//! A slot's value begins with a [`Slot`]; in the block's bytes behind it, every item stands
//! after its length in four bytes, little-endian. A block of one item too large for a value
//! has only the list of the slots with its parts in the first.

use serde::{Deserialize, Serialize};
use sled::IVec;

use super::{
    disk::{Disk, VALUE_BYTES},
    format, keys,
};
use crate::store::Error;

/// What a slot's value begins with.
#[derive(Serialize, Deserialize)]
enum Slot {
    /// A block begins here; where slots are named, its bytes are in those.
    First(Vec<u32>),
    /// A part of the block of another slot.
    Part,
}

/// What a block's bytes may come to in one slot, with room for the front.
const ONE_SLOT: usize = VALUE_BYTES - 8;

/// The length before every item.
const LENGTH: usize = 4;

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location {
    /// The block, by its first slot.
    pub(super) block: u32,
    /// The item's place in the block.
    pub(super) place: u16,
    /// The item's first byte in the block.
    pub(super) offset: u32,
    /// Its length in bytes.
    pub(super) len: u32,
}

impl Location {
    /// What the item is sealed for.
    pub(super) fn seal(self) -> [u8; 6] {
        seal(self.block, self.place)
    }
}

/// What memory knows of a block.
#[derive(Default)]
pub(super) struct Block {
    /// The slots of its parts.
    pub(super) more: Vec<u32>,
    /// A bit an item, the lowest first: whether it is gone.
    pub(super) gone: Vec<u8>,
    /// How many items are left.
    pub(super) live: u16,
    /// Their bytes.
    pub(super) live_bytes: u32,
    /// The bytes of all items.
    pub(super) bytes: u32,
    /// Whether a mark is on disk.
    pub(super) marked: bool,
    items: u16,
}

/// An item's bytes, within the value that they were read with.
pub(super) struct Item {
    value: IVec,
    from: usize,
    to: usize,
}

impl Item {
    /// The item's own bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.value.get(self.from..self.to).unwrap_or_default()
    }
}

impl Block {
    /// A block whose parts are in these slots, without its items.
    pub(super) fn new(more: Vec<u32>, marked: bool) -> Self {
        Self { more, marked, ..Self::default() }
    }

    /// What its next item is to be sealed for.
    pub(super) fn next_seal(&self, number: u32) -> [u8; 6] {
        seal(number, self.items)
    }

    /// Adds an item to a block and to the bytes that will be written.
    pub(super) fn push(&mut self, number: u32, bytes: &mut Vec<u8>, item: &[u8]) -> Location {
        bytes.extend_from_slice(&(item.len() as u32).to_le_bytes());
        bytes.extend_from_slice(item);
        self.add(number, item.len() as u32)
    }

    /// Notes that an item is gone; whether it was there.
    pub(super) fn strike(&mut self, at: &Location) -> bool {
        if is_set(&self.gone, at.place) {
            return false;
        }
        if let Some(byte) = self.gone.get_mut(usize::from(at.place / 8)) {
            *byte |= 1 << (at.place % 8);
        }
        self.live -= 1;
        self.live_bytes -= at.len;
        true
    }

    /// Whether most of it is gone, and not all.
    pub(super) fn is_sparse(&self) -> bool {
        self.live > 0 && self.live_bytes < self.bytes / 4
    }

    /// Notes an item that is in the bytes already, or will be.
    pub(super) fn add(&mut self, number: u32, len: u32) -> Location {
        let place = self.items;
        let offset = self.bytes + LENGTH as u32;
        self.items += 1;
        self.live += 1;
        self.live_bytes += len;
        self.bytes = offset + len;
        self.gone.resize(usize::from(self.items).div_ceil(8), 0);
        Location { block: number, place, offset, len }
    }
}

/// What the thing at a place of a block is sealed for.
pub(super) fn seal(block: u32, place: u16) -> [u8; 6] {
    let ([a, b, c, d], [e, f]) = (block.to_be_bytes(), place.to_be_bytes());
    [a, b, c, d, e, f]
}

/// Whether one more item of this length fits into a block's slot.
pub(super) fn fits(bytes: &[u8], length: usize) -> bool {
    bytes.len() + LENGTH + length <= ONE_SLOT
}

/// How many slots besides its first a block of these bytes needs.
pub(super) fn more_slots(bytes: &[u8]) -> usize {
    if bytes.len() <= ONE_SLOT { 0 } else { bytes.len().div_ceil(ONE_SLOT) }
}

/// The slots of a block and their values.
pub(super) fn values(
    first: u32,
    more: &[u32],
    bytes: &[u8],
) -> Result<Vec<(u32, Vec<u8>)>, postcard::Error> {
    let mut front = format::encode(&Slot::First(more.to_vec()))?;
    if more.is_empty() {
        front.extend_from_slice(bytes);
    }
    let mut values = vec![(first, front)];
    for (slot, part) in more.iter().zip(bytes.chunks(ONE_SLOT)) {
        values.push((*slot, [&format::encode(&Slot::Part)?, part].concat()));
    }
    Ok(values)
}

/// All items of a block, gone or not, and where they are.
pub(super) fn items(disk: &Disk, number: u32) -> Result<Vec<(Location, Vec<u8>)>, Error> {
    let value = disk.get(&keys::slot(number))?.unwrap_or_default();
    let Some(bytes) = stored(disk, &value)? else { return Ok(Vec::new()) };
    let (mut block, mut items, mut rest) = (Block::default(), Vec::new(), bytes.as_slice());
    while !rest.is_empty() {
        let item = first(rest).ok_or_else(|| disk.damaged("a block ends within an item"))?;
        rest = rest.get(LENGTH + item.len()..).unwrap_or_default();
        items.push((block.add(number, item.len() as u32), item.to_vec()));
    }
    Ok(items)
}

/// The bytes of the block that begins with this value; `None` for a value that begins none.
fn stored(disk: &Disk, value: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    if value.is_empty() {
        return Ok(None);
    }
    let (slot, rest) = disk.understood(postcard::take_from_bytes(value))?;
    let Slot::First(more) = slot else { return Ok(None) };
    let bytes = if more.is_empty() { rest.to_vec() } else { parts(disk, &more)? };
    Ok(Some(bytes))
}

/// The item at a location, if one of that length is there still.
pub(super) fn read(disk: &Disk, at: &Location) -> Result<Option<Item>, Error> {
    let Some(value) = disk.get(&keys::slot(at.block))? else { return Ok(None) };
    let (value, start) = match postcard::take_from_bytes(&value) {
        Ok((Slot::First(more), rest)) if more.is_empty() => {
            let start = value.len() - rest.len();
            (value, start)
        }
        Ok((Slot::First(more), _)) => (IVec::from(parts(disk, &more)?), 0),
        _ => return Ok(None),
    };
    let from = start + at.offset as usize;
    let to = from + at.len as usize;
    Ok((to <= value.len()).then_some(Item { value, from, to }))
}

fn parts(disk: &Disk, slots: &[u32]) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for slot in slots {
        let value = disk.get(&keys::slot(*slot))?.unwrap_or_default();
        if let Ok((Slot::Part, part)) = postcard::take_from_bytes::<Slot>(&value) {
            bytes.extend_from_slice(part);
        }
    }
    Ok(bytes)
}

fn first(bytes: &[u8]) -> Option<&[u8]> {
    let (len, rest) = bytes.split_first_chunk::<LENGTH>()?;
    rest.get(..u32::from_le_bytes(*len) as usize)
}

/// Whether the bit of a place is set.
pub(super) fn is_set(bits: &[u8], place: u16) -> bool {
    bits.get(usize::from(place / 8)).is_some_and(|byte| byte & (1 << (place % 8)) != 0)
}

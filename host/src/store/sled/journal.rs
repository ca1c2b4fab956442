//! The journal: where the items of pending containers are, many to a key.
//!
//! sled's cost is per key, so the items of a commit or a group are packed into *blocks*. A block
//! is the value of a *slot*, or of several when one item is larger than a value may be. Items
//! are never changed: a container's newer item takes the place of the older, a *mark* beside the
//! block says which of its items are gone, and a block without any is emptied. Emptied slots
//! are used again, since overwriting a key is cheaper in sled than removing one and adding
//! another, and there are several times as many as are in use: sled writes a leaf anew with all
//! that is in it, and that shall be little.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::{
    block::{self, Block, Location},
    disk::{Disk, Writes},
    keys,
};
use crate::store::{
    Error,
    seal::{GROWTH, Key, Kind, Unopened},
};

/// Slots that stand empty even in a small store, and how many more for each in use.
const SPARE_SLOTS: usize = 64;
const SPARE_PER_BLOCK: usize = 3;

/// Dead weight that is left alone, and how many times the live weight more.
const SLACK_BYTES: u64 = 4 << 20;
const SLACK_FACTOR: u64 = 4;

/// Sparse blocks emptied at a time.
const SWEEP: usize = 32;

/// All blocks and slots.
#[derive(Default)]
pub(super) struct Journal {
    blocks: HashMap<u32, Block>,
    /// Slots with nothing in them, the longest unused first.
    free: VecDeque<u32>,
    /// How many slots there are.
    slots: u32,
    /// Blocks whose marks on disk are behind.
    stale: BTreeSet<u32>,
    bytes: u64,
    live_bytes: u64,
}

/// Blocks on their way to the disk; the last is still open for items.
#[derive(Default)]
pub(super) struct Writer(Vec<(u32, Vec<u8>)>);

impl Journal {
    /// Reads the journal and calls `each` for every item that is not gone.
    pub(super) fn load(
        disk: &Disk,
        mut each: impl FnMut(Location, &[u8]) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let marks = marks(disk)?;
        let mut journal = Self::default();
        for row in disk.scan(keys::SLOTS) {
            let (key, value) = row?;
            let slot = keys::slot_of(&key).ok_or_else(|| disk.damaged("a slot has no number"))?;
            journal.slots = journal.slots.max(slot.saturating_add(1));
            if value.is_empty() {
                journal.free.push_back(slot);
            } else if let Some(stored) = block::stored(disk, &value)? {
                let mark = marks.get(&slot).map(Vec::as_slice);
                journal.adopt(slot, Block::load(disk, slot, stored, mark, &mut each)?);
            }
        }
        journal.free.make_contiguous().sort_unstable();
        Ok(journal)
    }

    /// Adds an item, sealed for its place. It can be read once the writer's blocks are
    /// [written](Self::write).
    pub(super) fn append(
        &mut self,
        writer: &mut Writer,
        key: &Key,
        item: &[u8],
    ) -> Result<Location, Unopened> {
        let open = writer.0.pop_if(|(_, bytes)| block::fits(bytes, item.len() + GROWTH));
        let (slot, mut bytes) = open.unwrap_or_else(|| (self.take_slot(), Vec::new()));
        let block = self.blocks.entry(slot).or_default();
        let before = block.bytes;
        let sealed = key.seal(Kind::Item, &block.next_seal(slot), item)?;
        let at = block.push(slot, &mut bytes, &sealed);
        self.bytes += u64::from(block.bytes - before);
        self.live_bytes += u64::from(at.len);
        writer.0.push((slot, bytes));
        Ok(at)
    }

    /// Notes that an item is gone. A crash brings it back until its mark is written.
    pub(super) fn remove(&mut self, at: &Location) {
        let Some(block) = self.blocks.get_mut(&at.block) else { return };
        if block.strike(at) {
            self.live_bytes -= u64::from(at.len);
        }
        self.stale.insert(at.block);
    }

    /// Puts a writer's blocks among the writes.
    pub(super) fn write(
        &mut self,
        disk: &Disk,
        writer: Writer,
        writes: &mut Writes,
    ) -> Result<(), Error> {
        for (slot, bytes) in writer.0 {
            let more: Vec<u32> = (0..block::more_slots(&bytes)).map(|_| self.take_slot()).collect();
            for (slot, value) in disk.understood(block::values(slot, &more, &bytes))? {
                writes.insert(&keys::slot(slot), value);
            }
            self.blocks.entry(slot).or_default().more = more;
        }
        Ok(())
    }

    /// Empties the blocks that have no item left.
    pub(super) fn write_empty(&mut self, writes: &mut Writes) {
        for number in self.stale.clone() {
            if self.blocks.get(&number).is_none_or(|block| block.live == 0) {
                self.stale.remove(&number);
                self.release(number, writes);
            }
        }
    }

    /// Puts the marks of all blocks that changed among the writes.
    pub(super) fn write_marks(&mut self, writes: &mut Writes) {
        for number in std::mem::take(&mut self.stale) {
            let Some(block) = self.blocks.get_mut(&number) else { continue };
            block.marked = true;
            writes.insert(&keys::mark(number), block.gone.as_slice());
        }
    }

    /// Blocks kept for few items, once too much of the journal is such: their items had better
    /// be appended again.
    pub(super) fn sparse(&self) -> Vec<u32> {
        if self.bytes <= SLACK_BYTES + SLACK_FACTOR * self.live_bytes {
            return Vec::new();
        }
        let sparse = self.blocks.iter().filter(|(_, block)| block.is_sparse());
        sparse.map(|(number, _)| *number).take(SWEEP).collect()
    }

    /// Whether there is a mark to be written.
    pub(super) fn is_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    fn adopt(&mut self, slot: u32, block: Block) {
        self.bytes += u64::from(block.bytes);
        self.live_bytes += u64::from(block.live_bytes);
        if block.live == 0 {
            self.stale.insert(slot);
        }
        self.blocks.insert(slot, block);
    }

    fn take_slot(&mut self) -> u32 {
        let plenty = self.free.len() > SPARE_SLOTS + SPARE_PER_BLOCK * self.blocks.len();
        let free = if plenty { self.free.pop_front() } else { None };
        free.unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        })
    }

    fn release(&mut self, number: u32, writes: &mut Writes) {
        let Some(block) = self.blocks.remove(&number) else { return };
        self.bytes -= u64::from(block.bytes);
        if block.marked {
            writes.remove(&keys::mark(number));
        }
        for slot in std::iter::once(number).chain(block.more) {
            writes.insert(&keys::slot(slot), &[]);
            self.free.push_back(slot);
        }
    }
}

fn marks(disk: &Disk) -> Result<HashMap<u32, Vec<u8>>, Error> {
    let mark = |row: Result<(sled::IVec, sled::IVec), Error>| {
        let (key, value) = row?;
        let block = keys::mark_of(&key).ok_or_else(|| disk.damaged("a mark has no block"))?;
        Ok((block, value.to_vec()))
    };
    disk.scan(keys::MARKS).map(mark).collect()
}

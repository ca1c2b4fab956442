//! The journal: where the items of pending containers are, many to a key.
//!
//! sled's cost is per key, so the items of a commit or a group are packed into *blocks*. A block
//! is the value of a *slot*, or of several when one item is larger than a value may be. Items
//! are never changed: a container's newer item takes the place of the older, a *mark* beside the
//! block says which of its items are gone, and a block without any is emptied. Emptied slots
//! are used again, since overwriting a key is cheaper in sled than removing one and adding
//! another, and there are several times as many as are in use: sled writes a leaf anew with all
//! that is in it, and that shall be little. What a restart must know of a block is in a value of
//! its own, its [front](super::front).

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use super::{
    block::{self, Block, Location},
    disk::{Disk, Writes},
    format::Head,
    front::{Front, Names, Row, Rows},
    keyring::Keyring,
    keys,
};
use crate::store::{
    Error,
    seal::{GROWTH, Key, Kind, Number, Unopened},
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
pub(super) struct Writer(Vec<Open>);

/// A block on its way: its bytes and its front.
struct Open {
    slot: u32,
    bytes: Vec<u8>,
    rows: Rows,
}

impl Writer {
    /// Notes in its block's front what was appended last.
    pub(super) fn note(
        &mut self,
        key: &Arc<Key>,
        head: &Head<'_>,
        at: &Location,
    ) -> Result<(), postcard::Error> {
        match self.0.last_mut() {
            Some(open) => open.rows.push(key, head, at.len),
            None => Ok(()),
        }
    }
}

impl Journal {
    /// Reads what these fronts say, and calls `each` for every item that is not gone: where it is,
    /// its key, and its task and row unless the key was destroyed.
    pub(super) fn read(
        disk: &Disk,
        ring: &Keyring,
        (marks, fronts): (&Marks, (&[u8], &[u8])),
        mut each: impl FnMut(Location, Number, Option<(Names<'_>, Row<'_>)>),
    ) -> Result<Self, Error> {
        let mut journal = Self::default();
        for row in disk.between(fronts) {
            let (key, value) = row?;
            let number =
                keys::front_of(&key).ok_or_else(|| disk.damaged("a front has no block"))?;
            journal.slots = journal.slots.max(number.saturating_add(1));
            if value.is_empty() {
                continue;
            }
            let front = Front::open(number, &value, disk, ring)?;
            let mark = marks.get(&number).map(Vec::as_slice);
            let mut block = Block::new(front.more.clone(), mark.is_some());
            front.each(disk, |length, key, row| {
                let at = block.add(number, length);
                match block::is_set(mark.unwrap_or_default(), at.place) {
                    true => drop(block.strike(&at)),
                    false => each(at, key, row),
                }
            })?;
            journal.adopt(number, block);
        }
        Ok(journal)
    }

    /// Takes in another part of the journal.
    pub(super) fn join(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
        self.stale.extend(other.stale);
        self.slots = self.slots.max(other.slots);
        self.bytes += other.bytes;
        self.live_bytes += other.live_bytes;
    }

    /// Finds every slot that no block is in, once all is read.
    pub(super) fn find_free(&mut self) {
        let slots =
            |(number, block): (&u32, &Block)| std::iter::once(*number).chain(block.more.clone());
        let used: HashSet<u32> = self.blocks.iter().flat_map(slots).collect();
        let last = used.iter().max().map_or(0, |last| last.saturating_add(1));
        self.slots = self.slots.max(last);
        self.free = (0..self.slots).filter(|slot| !used.contains(slot)).collect();
    }

    /// Adds an item, sealed for its place. It can be read once the writer's blocks are
    /// [written](Self::write).
    pub(super) fn append(
        &mut self,
        writer: &mut Writer,
        key: &Key,
        item: &[u8],
    ) -> Result<Location, Unopened> {
        let open = writer.0.pop_if(|open| block::fits(&open.bytes, item.len() + GROWTH));
        let mut open = open.unwrap_or_else(|| self.open());
        let block = self.blocks.entry(open.slot).or_default();
        let before = block.bytes;
        let sealed = key.seal(Kind::Item, &block.next_seal(open.slot), item)?;
        let at = block.push(open.slot, &mut open.bytes, &sealed);
        self.bytes += u64::from(block.bytes - before);
        self.live_bytes += u64::from(at.len);
        writer.0.push(open);
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
        (disk, ring): (&Disk, &Keyring),
        writer: Writer,
        writes: &mut Writes,
    ) -> Result<(), Error> {
        for Open { slot, bytes, rows } in writer.0 {
            let more: Vec<u32> = (0..block::more_slots(&bytes)).map(|_| self.take_slot()).collect();
            for (slot, value) in disk.understood(block::values(slot, &more, &bytes))? {
                writes.insert(&keys::slot(slot), value);
            }
            writes.insert(&keys::front(slot), rows.seal(slot, &more, disk, ring)?);
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

    fn open(&mut self) -> Open {
        Open { slot: self.take_slot(), bytes: Vec::new(), rows: Rows::default() }
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
        writes.insert(&keys::front(number), &[]);
        for slot in std::iter::once(number).chain(block.more) {
            writes.insert(&keys::slot(slot), &[]);
            self.free.push_back(slot);
        }
    }
}

/// Which items of blocks are gone, by block.
pub(super) type Marks = HashMap<u32, Vec<u8>>;

/// All marks that are on disk.
pub(super) fn marks(disk: &Disk) -> Result<Marks, Error> {
    let mark = |row: Result<(sled::IVec, sled::IVec), Error>| {
        let (key, value) = row?;
        let block = keys::mark_of(&key).ok_or_else(|| disk.damaged("a mark has no block"))?;
        Ok((block, value.to_vec()))
    };
    disk.scan(keys::MARKS).map(mark).collect()
}

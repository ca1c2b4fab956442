//! A block's *front*: what a restart must know of its items, in a value of its own.
//!
//! A start reads all fronts and no item, which is a twentieth of what the journal holds. Items of
//! one task that stand one behind another are a *run*, sealed as one: how many there are and how
//! long is in the clear, as the journal itself shows it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    block,
    disk::Disk,
    format::{self, Head, Saying, Standing},
    keyring::Keyring,
};
use crate::{
    identity::RecordKey,
    model::{ContainerId, Lane, TaskId},
    store::{
        Error,
        seal::{Key, Kind, Number, number},
    },
};

/// What a restart must know of an item.
#[derive(Serialize, Deserialize)]
pub(super) struct Row<'a> {
    pub(super) id: ContainerId,
    pub(super) lane: Lane,
    pub(super) record: RecordKey,
    /// As in its head.
    pub(super) serial: u64,
    #[serde(borrow)]
    pub(super) standing: Standing<'a>,
    /// The state that it is of, while it waits to be collected.
    #[serde(borrow)]
    pub(super) collecting: Option<Saying<&'a str>>,
}

/// What is in the clear, before the runs' sealed bytes.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Clear {
    /// The slots of the block's parts.
    pub(super) more: Vec<u32>,
    /// The lengths of its items.
    pub(super) lengths: Vec<u32>,
    /// How many items each run has, and how long it is.
    pub(super) runs: Vec<(u16, u32)>,
}

/// A connection and its action.
pub(super) type Names<'a> = (&'a str, &'a str);

/// A front that is read.
pub(super) struct Front {
    /// The slots of the block's parts.
    pub(super) more: Vec<u32>,
    lengths: Vec<u32>,
    runs: Vec<Run>,
}

/// Items of one task, opened.
struct Run {
    items: u16,
    key: Number,
    /// The task and the rows; `None` where the key was destroyed.
    opened: Option<Vec<u8>>,
}

/// The rows of a block that is on its way to the disk.
#[derive(Default)]
pub(super) struct Rows {
    lengths: Vec<u32>,
    runs: Vec<Open>,
}

/// A run that may still grow.
struct Open {
    task: TaskId,
    key: Arc<Key>,
    items: u16,
    bytes: Vec<u8>,
}

impl<'a> Row<'a> {
    /// What an item with this head is to a restart.
    pub(super) fn of(head: &Head<'a>) -> Self {
        let Head { id, lane, serial, record, .. } = *head;
        let standing = head.standing.clone();
        let collecting = head.says.clone().filter(|_| matches!(standing, Standing::Collect));
        Self { id, lane, record, serial, standing, collecting }
    }
}

impl Rows {
    /// Adds an item of this length.
    pub(super) fn push(
        &mut self,
        key: &Arc<Key>,
        head: &Head<'_>,
        length: u32,
    ) -> Result<(), postcard::Error> {
        self.lengths.push(length);
        let task = (head.connection, head.action);
        if self.runs.last().is_none_or(|run| !run.is_of(key, task)) {
            let (bytes, task) = (format::encode(&task)?, head.task());
            self.runs.push(Open { task, key: Arc::clone(key), items: 0, bytes });
        }
        let Some(run) = self.runs.last_mut() else { return Ok(()) };
        run.items += 1;
        run.bytes = postcard::to_extend(&Row::of(head), std::mem::take(&mut run.bytes))?;
        Ok(())
    }

    /// The bytes of the front of the block that begins in a slot.
    pub(super) fn seal(
        self,
        slot: u32,
        more: &[u32],
        disk: &Disk,
        ring: &Keyring,
    ) -> Result<Vec<u8>, Error> {
        let mut clear = Clear { more: more.to_vec(), lengths: self.lengths, runs: Vec::new() };
        let mut sealed = Vec::new();
        for (place, run) in (0..).zip(self.runs) {
            let bytes = run.key.seal(Kind::Front, &block::seal(slot, place), &run.bytes);
            let bytes = bytes.map_err(|unopened| ring.unopened(unopened))?;
            clear.runs.push((run.items, bytes.len() as u32));
            sealed.extend_from_slice(&bytes);
        }
        let mut bytes = disk.understood(format::encode(&clear))?;
        bytes.extend_from_slice(&sealed);
        Ok(bytes)
    }
}

impl Open {
    fn is_of(&self, key: &Key, (connection, action): (&str, &str)) -> bool {
        let TaskId { connection: its, action: own } = &self.task;
        self.key.number() == key.number() && its.as_str() == connection && own.as_str() == action
    }
}

impl Front {
    /// Reads the front of the block that begins in a slot.
    pub(super) fn open(
        slot: u32,
        value: &[u8],
        disk: &Disk,
        ring: &Keyring,
    ) -> Result<Self, Error> {
        let (clear, mut rest) = disk.understood(postcard::take_from_bytes::<Clear>(value))?;
        let mut front = Self { more: clear.more, lengths: clear.lengths, runs: Vec::new() };
        for (place, (items, length)) in (0..).zip(clear.runs) {
            let (sealed, others) = rest
                .split_at_checked(length as usize)
                .ok_or_else(|| disk.damaged("a front ends within a run"))?;
            let key = number(sealed).unwrap_or(Number(0));
            let opened = ring.open_value(Kind::Front, &block::seal(slot, place), sealed)?;
            front.runs.push(Run { items, key, opened });
            rest = others;
        }
        Ok(front)
    }

    /// Calls `each` for every item in turn: its length, the number of its key, its task and row.
    pub(super) fn each(
        &self,
        disk: &Disk,
        mut each: impl FnMut(u32, Number, Option<(Names<'_>, Row<'_>)>),
    ) -> Result<(), Error> {
        let mut lengths = self.lengths.iter().copied();
        for run in &self.runs {
            let mut rest = run.opened.as_deref();
            let task = rest.as_mut().map(|rest| next(disk, rest)).transpose()?;
            for length in lengths.by_ref().take(usize::from(run.items)) {
                let row = rest.as_mut().map(|rest| next(disk, rest)).transpose()?;
                each(length, run.key, task.zip(row));
            }
        }
        match lengths.next() {
            None => Ok(()),
            Some(_) => Err(disk.damaged("a front has items of no run")),
        }
    }
}

/// The keys that a block's items are sealed with, and of how many each: without opening any.
pub(super) fn keys(value: &[u8], disk: &Disk) -> Result<Vec<(Number, u16)>, Error> {
    let (clear, mut rest) = disk.understood(postcard::take_from_bytes::<Clear>(value))?;
    let mut keys = Vec::new();
    for (items, length) in clear.runs {
        keys.extend(number(rest).map(|number| (number, items)));
        rest = rest.get(length as usize..).unwrap_or_default();
    }
    Ok(keys)
}

/// What stands next in a run.
fn next<'a, T: Deserialize<'a>>(disk: &Disk, rest: &mut &'a [u8]) -> Result<T, Error> {
    let (value, others) = disk.understood(postcard::take_from_bytes(rest))?;
    *rest = others;
    Ok(value)
}

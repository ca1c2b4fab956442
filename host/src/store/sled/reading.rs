//! Reading a container while the committer may be moving it.

use std::{thread, time::Duration};

use super::{
    SledStore,
    block::{self, Location},
    format, keys, opened,
};
use crate::{
    model::{Container, ContainerId},
    store::{DeadLetter, Error, seal::Kind},
};

/// How often and after what pause a container that is about to move is looked for.
const MOVES: usize = 500;
const MOVE: Duration = Duration::from_millis(1);

impl SledStore {
    /// What `read` makes of a pending container's item.
    pub(super) fn pending_item<T>(
        &self,
        id: ContainerId,
        read: impl Fn(&[u8]) -> Result<Option<T>, postcard::Error>,
    ) -> Result<Option<T>, Error> {
        let mut fault = None;
        // An item may move between the look at the index and the look at the disk.
        for _ in 0..MOVES {
            let Some(at) = self.index.place(id) else { return Ok(None) };
            match self.item_at(&at, id, &read) {
                Ok(Some(item)) => return Ok(Some(item)),
                Ok(None) => {}
                Err(error) => fault = Some(error),
            }
            if self.index.place(id) == Some(at) {
                thread::sleep(MOVE);
            }
        }
        Err(fault.unwrap_or_else(|| self.disk.damaged("a container is missing from its block")))
    }

    fn item_at<T>(
        &self,
        at: &Location,
        id: ContainerId,
        read: impl Fn(&[u8]) -> Result<Option<T>, postcard::Error>,
    ) -> Result<Option<T>, Error> {
        let Some(item) = block::read(&self.disk, at)? else { return Ok(None) };
        let item = self.ring.open_value(Kind::Item, &at.seal(), item.bytes())?;
        let Some(item) = item else { return Ok(None) };
        let (head, _) = self.disk.understood(format::head(&item))?;
        if head.id != id {
            return Ok(None);
        }
        self.disk.understood(read(&item))
    }

    pub(super) fn dead_container(&self, id: ContainerId) -> Result<Option<Container>, Error> {
        for row in self.disk.scan(&keys::dead_of(id)) {
            let Some(at) = keys::dead_at(&row?.0) else { continue };
            let Some(bytes) = opened::dead_letter(&self.disk, &self.ring, at)? else { continue };
            let (_, item) = self.disk.understood(format::decode_dead(&bytes))?;
            return self.disk.understood(format::container(item)).map(Some);
        }
        Ok(None)
    }

    /// How many dead letters are on disk, none of which is opened.
    pub(super) fn letters_there(&self) -> Result<usize, Error> {
        let mut count = 0;
        for row in self.disk.scan(keys::DEAD) {
            count += usize::from(keys::dead_at(&row?.0).is_some());
        }
        Ok(count)
    }

    /// The dead letters of so many containers, from one on.
    pub(super) fn letters(
        &self,
        first: ContainerId,
        most: usize,
    ) -> Result<Vec<DeadLetter>, Error> {
        let first = keys::dead_of(first);
        let (mut dead, mut containers, mut last) = (Vec::new(), 0, None);
        for row in self.disk.between((&first, keys::ANSWERS)) {
            let Some(at) = keys::dead_at(&row?.0) else { continue };
            if last.replace(at.0) != Some(at.0) {
                containers += 1;
            }
            if containers > most {
                break;
            }
            let Some(bytes) = opened::dead_letter(&self.disk, &self.ring, at)? else { continue };
            dead.push(self.disk.understood(format::decode_dead(&bytes))?.0);
        }
        Ok(dead)
    }
}

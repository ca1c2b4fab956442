//! The listing of each task: which records have a place in it, and which the pass has seen.
//!
//! A place is a number; the pass has a bit for each, in memory, and on disk where it is noted how far
//! the pass is. Which place is a record's, its record says: a place that no record calls its own
//! belongs to nobody.

use super::{Group, State, pages::Page};
use crate::{
    identity::RecordKey,
    model::TaskId,
    store::{
        EndListing, EndedListing, Error, Held, Listing, NewChange, Pass, Tally, Verdict,
        seal::Kind,
        sled::format::{self, Listed, TaskRecord},
        sled::keys,
    },
};

/// A bit a place: those that a pass has seen.
#[derive(Default)]
pub(super) struct Seen {
    words: Vec<u64>,
    count: u64,
}

impl Seen {
    fn of(words: Vec<u64>) -> Self {
        let count = words.iter().map(|word| u64::from(word.count_ones())).sum();
        Self { words, count }
    }

    fn has(&self, place: u32) -> bool {
        let (word, bit) = (place as usize / 64, place % 64);
        self.words.get(word).is_some_and(|word| word >> bit & 1 == 1)
    }

    /// Whether it was not seen before.
    fn add(&mut self, place: u32) -> bool {
        if self.has(place) {
            return false;
        }
        let (at, bit) = (place as usize / 64, place % 64);
        if self.words.len() <= at {
            self.words.resize(at + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << bit;
            self.count += 1;
        }
        true
    }
}

impl State {
    /// What the pass over a task's listing has seen.
    fn seen(&mut self, task: &TaskId) -> Result<&mut Seen, Error> {
        if !self.listings.contains_key(task) {
            let bytes = self.disk.whole(&keys::seen(task))?;
            let words = bytes.map(|bytes| self.disk.understood(format::decode(&bytes)));
            let seen = Seen::of(words.transpose()?.unwrap_or_default());
            self.listings.insert(task.clone(), seen);
        }
        Ok(self.listings.entry(task.clone()).or_default())
    }

    /// Takes a listing to where its pass is. One that began at another time has seen nothing yet.
    pub(super) fn pass_on(
        &mut self,
        group: &mut Group,
        id: &TaskId,
        task: &mut TaskRecord,
        listing: Option<Listing>,
    ) -> Result<(), Error> {
        let Some(listing) = listing else { return Ok(()) };
        if listing.began != task.place.listing.began {
            self.forget_seen(group, id)?;
        }
        task.place.listing = task.place.listing.passed_on(listing);
        Ok(())
    }

    /// Notes what a pass has seen.
    pub(super) fn note_seen(&mut self, group: &mut Group, id: &TaskId) -> Result<(), Error> {
        let bytes = format::encode(&self.seen(id)?.words);
        let bytes = self.disk.understood(bytes)?;
        group.writes.insert_parts(&keys::seen(id), &bytes);
        Ok(())
    }

    fn forget_seen(&mut self, group: &mut Group, id: &TaskId) -> Result<(), Error> {
        let before = self.disk.whole(&keys::seen(id))?;
        let parts = crate::store::sled::disk::Writes::parts(before.map_or(0, |it| it.len()));
        group.writes.remove_parts(&keys::seen(id), parts);
        self.listings.insert(id.clone(), Seen::default());
        Ok(())
    }

    /// A record was seen, which has a place from now on, if it is known.
    pub(super) fn list(
        &mut self,
        page: &mut Page<'_>,
        task: &mut TaskRecord,
        new: &NewChange,
        (place, is_known): (Option<u32>, bool),
        verdict: Verdict,
    ) -> Result<(), Error> {
        let may_have = new.unreadable.is_none() && (verdict != Verdict::NotNow || is_known);
        let place = match place {
            None if may_have => {
                page.lists = true;
                self.give(page.group, page.task, task, (new.record, new.change.id.clone()))?
            }
            None => return Ok(()),
            Some(place) => place,
        };
        page.sees |= self.seen(page.task)?.add(place);
        Ok(())
    }

    /// Of a record, something that was found is forgotten. It has a place again where it is not known
    /// to be gone any more, and none where nothing is known of it.
    pub(super) fn list_again(
        &mut self,
        group: &mut Group,
        id: &TaskId,
        task: &mut TaskRecord,
        record: (RecordKey, String),
    ) -> Result<(), Error> {
        let connection = id.connection.as_str();
        let known = self.records.get(connection, record.0)?;
        let last = self.collecting.last(record.0).or_else(|| known.last());
        match (last.map(|last| last.gone), known.place) {
            (Some(false), None) if task.place.listing.is_used() => {
                self.give(group, id, task, record).map(drop)
            }
            (None, Some(place)) => self.free(group, id, task, (place, record.0)),
            _ => Ok(()),
        }
    }

    fn give(
        &mut self,
        group: &mut Group,
        id: &TaskId,
        task: &mut TaskRecord,
        (record, name): (RecordKey, String),
    ) -> Result<u32, Error> {
        let (given, taken) = &mut task.places;
        let place = *given;
        (*given, *taken) = (*given + 1, *taken + 1);
        let (key, listed) = (keys::place(id, place), format::encode(&Listed { record, id: name }));
        let listed = self.disk.understood(listed)?;
        let connection = id.connection.as_str();
        let sealed = self.sealed(connection, Kind::Cursor, &key, &listed)?;
        group.writes.insert(&key, sealed);
        self.records.put(connection, record, Some(place))?;
        Ok(place)
    }

    /// Frees a place, which the record has no more.
    pub(super) fn free(
        &mut self,
        group: &mut Group,
        id: &TaskId,
        task: &mut TaskRecord,
        (place, record): (u32, RecordKey),
    ) -> Result<(), Error> {
        group.writes.remove(&keys::place(id, place));
        task.places.1 = task.places.1.saturating_sub(1);
        match self.has_place(id, record, place)? {
            true => self.records.put(id.connection.as_str(), record, None),
            false => Ok(()),
        }
    }

    fn has_place(&self, id: &TaskId, record: RecordKey, place: u32) -> Result<bool, Error> {
        Ok(self.records.get(id.connection.as_str(), record)?.place == Some(place))
    }

    /// See [`Store::end_listing`](crate::store::Store::end_listing).
    pub(in super::super) fn end_listing(
        &mut self,
        group: &mut Group,
        end: EndListing,
    ) -> Result<EndedListing, Error> {
        let EndListing { task: id, revision, at, most } = end;
        let mut task = self.task(group, &id)?;
        let listing = &task.place.listing;
        let Some(began) = listing.began.filter(|_| task.revision == revision) else {
            return Ok(EndedListing::Fenced);
        };
        if listing.blurred {
            task.place.listing = listing.end(at);
            self.forget_seen(group, &id)?;
            group.tasks.insert(id, task);
            return Ok(EndedListing::Done { made: Vec::new(), more: false });
        }
        let of = u64::from(task.places.1);
        let unseen = of.saturating_sub(self.seen(&id)?.count);
        let is_accepted = listing.held.is_some_and(|held| held.accepted);
        if let Some(held) = Held::of(unseen, of, at).filter(|_| !is_accepted) {
            task.place.listing.held = Some(held);
            group.tasks.insert(id, task);
            return Ok(EndedListing::Held(held));
        }
        let (gone, more) = self.unseen(&id, &mut task, group, most)?;
        let mut page = Page::of(group, &id, at, Pass::Listing);
        let mut tally = Tally::default();
        for (place, listed) in gone {
            let new = NewChange::gone(&id, listed.id, began);
            self.take(&mut page, &mut task, new, &mut tally)?;
            // What was known to be gone is told to nobody, and leaves its place here.
            if self.has_place(&id, listed.record, place)? {
                self.free(page.group, &id, &mut task, (place, listed.record))?;
            }
        }
        let made = page.made;
        let listing = &mut task.place.listing;
        listing.gone += made.len() as u64;
        if !more {
            *listing = listing.end(at);
            self.forget_seen(group, &id)?;
        }
        group.tasks.insert(id, task);
        Ok(EndedListing::Done { made, more })
    }

    /// So many places that the pass has not seen, and whether there are more. Those that belong to
    /// nobody are freed.
    fn unseen(
        &mut self,
        id: &TaskId,
        task: &mut TaskRecord,
        group: &mut Group,
        most: usize,
    ) -> Result<(Vec<(u32, Listed)>, bool), Error> {
        let mut gone = Vec::new();
        for place in 0..task.places.0 {
            if self.seen(id)?.has(place) {
                continue;
            }
            let Some(listed) = self.listed_at(id, place)? else { continue };
            if gone.len() >= most {
                return Ok((gone, true));
            }
            match self.has_place(id, listed.record, place)? {
                true => gone.push((place, listed)),
                false => self.free(group, id, task, (place, listed.record))?,
            }
        }
        Ok((gone, false))
    }

    fn listed_at(&self, id: &TaskId, place: u32) -> Result<Option<Listed>, Error> {
        let key = keys::place(id, place);
        let Some(sealed) = self.disk.get(&key)? else { return Ok(None) };
        let listed = self.ring.open_of(id.connection.as_str(), Kind::Cursor, &key, &sealed)?;
        listed.map(|bytes| self.disk.understood(format::decode(&bytes))).transpose()
    }

    /// See [`Store::decide_listing`](crate::store::Store::decide_listing).
    pub(in super::super) fn decide_listing(
        &mut self,
        group: &mut Group,
        id: TaskId,
        accept: bool,
    ) -> Result<bool, Error> {
        let mut task = self.task(group, &id)?;
        let listing = &mut task.place.listing;
        let Some(held) = &mut listing.held else { return Ok(false) };
        held.accepted = accept;
        if !accept {
            listing.give_up();
        }
        group.tasks.insert(id, task);
        Ok(true)
    }

    /// Has the listings of a connection forget these records, or all.
    pub(super) fn unlist(
        &mut self,
        group: &mut Group,
        connection: &crate::model::ConnectionName,
        is_meant: impl Fn(&RecordKey) -> bool,
    ) -> Result<(), Error> {
        for row in self.disk.scan(&keys::places_of(connection)) {
            let (key, sealed) = row?;
            let listed = self.ring.open_of(connection.as_str(), Kind::Cursor, &key, &sealed)?;
            let listed = listed.map(|bytes| self.disk.understood(format::decode::<Listed>(&bytes)));
            if listed.transpose()?.is_none_or(|listed| is_meant(&listed.record)) {
                group.writes.remove(&key);
            }
        }
        Ok(())
    }
}

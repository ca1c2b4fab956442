//! What is kept of deliveries that are done: receipts, and what was sent, where the user wants that.
//!
//! There are many, they are written once, hardly ever read, and go by their age. sled reads all of
//! its log at every start and touches a leaf for every key; so these are in files of an hour each
//! beside it, which a start does not open, and which are removed whole. The committer writes them,
//! and has them synced, before the group that forgets the deliveries.

mod row;
mod segments;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use self::{
    row::Row,
    segments::{Frame, Segment, Segments},
};
use super::{folder, format, keyring::Keyring};
use crate::{
    model::NotificationId,
    step,
    store::{
        Before, Error, Purge, Receipt, Sought, Taken,
        seal::{Kind, Number, number},
    },
};

/// All receipts of a data folder, and all bodies. The committer writes; anyone may look.
pub(super) struct Receipts {
    data: PathBuf,
    ring: Arc<Keyring>,
    receipts: Segments,
    bodies: Segments,
    /// Held by who changes files that are closed.
    changing: Mutex<()>,
}

impl Receipts {
    /// Those of a data folder. Opens nothing.
    pub(super) fn of(data: &Path, ring: Arc<Keyring>) -> Self {
        let [receipts, bodies] = places(data);
        let data = data.to_owned();
        Self { data, ring, receipts, bodies, changing: Mutex::default() }
    }

    /// The data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// Keeps these; they are on disk when this answers.
    pub(super) fn keep(&self, taken: &[Taken]) -> Result<(), Error> {
        if taken.is_empty() {
            return Ok(());
        }
        step::reached("receipting");
        let bodies: Vec<_> = taken.iter().filter(|it| it.body.is_some()).map(Row::whole).collect();
        self.append(&self.bodies, Kind::Body, &bodies)?;
        let receipts: Vec<_> = taken.iter().map(Row::receipt).collect();
        self.append(&self.receipts, Kind::Receipt, &receipts)
    }

    fn append(&self, to: &Segments, kind: Kind, rows: &[Row<'_>]) -> Result<(), Error> {
        let Some(at) = rows.first().map(Row::delivered_at) else { return Ok(()) };
        let mut by_connection = BTreeMap::<_, Vec<&Row<'_>>>::new();
        for row in rows {
            by_connection.entry(row.connection()).or_default().push(row);
        }
        to.append(at, |place| {
            let by_connection = by_connection.iter();
            by_connection.map(|(whose, rows)| self.seal(kind, place, whose, rows)).collect()
        })
    }

    fn seal(
        &self,
        kind: Kind,
        place: &[u8],
        connection: &str,
        rows: &[&Row<'_>],
    ) -> Result<Frame<'static>, Error> {
        let bytes = format::encode(&rows);
        let bytes = bytes.map_err(|error| folder::damaged(Path::new(connection), error))?;
        let sealed = self.ring.newest(connection)?.seal(kind, place, &bytes);
        let sealed = sealed.map_err(|unopened| self.ring.unopened(unopened))?;
        Ok(Frame { rows: rows.len() as u32, sealed: sealed.into() })
    }

    /// See [`Store::delivered`](crate::store::Store::delivered).
    pub(super) fn list(&self, sought: &Sought, most: usize) -> Result<Vec<Receipt>, Error> {
        let found = self.find(&self.receipts, Kind::Receipt, sought, most)?;
        Ok(found.into_iter().map(|taken| taken.receipt).collect())
    }

    /// See [`Store::sent`](crate::store::Store::sent).
    pub(super) fn sent(&self, id: &NotificationId) -> Result<Vec<Taken>, Error> {
        let sought = Sought { notification: Some(id.clone()), ..Sought::default() };
        let mut receipts = self.find(&self.receipts, Kind::Receipt, &sought, usize::MAX)?;
        for sent in self.find(&self.bodies, Kind::Body, &sought, usize::MAX)? {
            let same = receipts.iter_mut().find(|it| it.receipt == sent.receipt);
            if let Some(receipt) = same {
                receipt.body = sent.body;
            }
        }
        Ok(receipts)
    }

    /// The newest that are sought, the newest first.
    fn find(
        &self,
        among: &Segments,
        kind: Kind,
        sought: &Sought,
        most: usize,
    ) -> Result<Vec<Taken>, Error> {
        let mut found = Vec::new();
        for segment in among.list()?.iter().rev() {
            let left = most.saturating_sub(found.len());
            if left == 0 || sought.since.is_some_and(|since| segment.ended_before(since)) {
                break;
            }
            let Some(bytes) = segment.read()? else { continue };
            let mut here = Vec::new();
            for frame in segment.frames(&bytes) {
                self.open(kind, segment, &frame, |row| {
                    let taken = row.taken()?;
                    here.extend(Some(taken).filter(|taken| sought.takes(taken)));
                    Ok(())
                })?;
            }
            found.extend(here.into_iter().rev().take(left));
        }
        Ok(found)
    }

    /// Shows all rows of a frame; none where its key was destroyed.
    fn open(
        &self,
        kind: Kind,
        segment: &Segment,
        frame: &Frame<'_>,
        mut show: impl FnMut(&Row<'_>) -> Result<(), row::Wrong>,
    ) -> Result<(), Error> {
        let Some(bytes) = self.ring.open_value(kind, segment.place(), &frame.sealed)? else {
            return Ok(());
        };
        let wrong = |what: String| folder::damaged(segment.path(), what);
        let rows: Vec<Row<'_>> =
            postcard::from_bytes(&bytes).map_err(|error| wrong(error.to_string()))?;
        rows.iter().try_for_each(|row| show(row).map_err(|error| wrong(error.to_string())))
    }

    /// See [`Store::forget_delivered`](crate::store::Store::forget_delivered).
    pub(super) fn forget(&self, before: &Before) -> Result<(), Error> {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.receipts.forget(before.receipts)?;
        self.bodies.forget(before.bodies)
    }

    /// Counts the receipts that a purge takes, of a connection with these keys.
    pub(super) fn held(&self, what: &Purge, keys: &[Number]) -> Result<usize, Error> {
        let mut held = 0;
        for segment in self.receipts.list()? {
            let Some(bytes) = segment.read()? else { continue };
            for frame in segment.frames(&bytes).filter(|frame| is_of(frame, keys)) {
                held += match what {
                    Purge::Connection(_) => frame.rows as usize,
                    _ => self.sift(Kind::Receipt, &segment, &frame, what)?.1,
                };
            }
        }
        Ok(held)
    }

    /// Takes a purge's receipts and bodies out of all files; answers how many receipts those were.
    /// The keys are those that the connection had before.
    pub(super) fn purge(&self, what: &Purge, keys: &[Number]) -> Result<usize, Error> {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.purge_of(&self.bodies, Kind::Body, what, keys)?;
        self.purge_of(&self.receipts, Kind::Receipt, what, keys)
    }

    fn purge_of(
        &self,
        of: &Segments,
        kind: Kind,
        what: &Purge,
        keys: &[Number],
    ) -> Result<usize, Error> {
        let mut purged = 0;
        for segment in of.close()? {
            let Some(bytes) = segment.read()? else { continue };
            let (mut left, mut gone) = (Vec::new(), 0);
            for frame in segment.frames(&bytes) {
                let (kept, taken) = match what {
                    _ if !is_of(&frame, keys) => (Some(frame), 0),
                    Purge::Connection(_) => (None, frame.rows as usize),
                    _ => self.sift(kind, &segment, &frame, what)?,
                };
                left.extend(kept);
                gone += taken;
            }
            if gone > 0 {
                segment.replace(&left)?;
            }
            purged += gone;
        }
        Ok(purged)
    }

    /// A frame without what a purge takes, if anything is left, and how many rows that were.
    fn sift<'a>(
        &self,
        kind: Kind,
        segment: &Segment,
        frame: &Frame<'a>,
        what: &Purge,
    ) -> Result<(Option<Frame<'a>>, usize), Error> {
        let sought = Sought { of: Some(what.clone()), ..Sought::default() };
        let (mut left, mut gone) = (Vec::new(), 0);
        self.open(kind, segment, frame, |row| {
            let taken = row.taken()?;
            match sought.takes(&taken) {
                true => gone += 1,
                false => left.push(taken),
            }
            Ok(())
        })?;
        if gone == 0 {
            return Ok((Some(frame.clone()), 0));
        }
        let rows: Vec<_> = left.iter().map(Row::whole).collect();
        let Some(connection) = rows.first().map(Row::connection) else { return Ok((None, gone)) };
        let rows: Vec<_> = rows.iter().collect();
        Ok((Some(self.seal(kind, segment.place(), connection, &rows)?), gone))
    }
}

/// How many values were sealed with each key, in a data folder.
pub(super) fn survey(data: &Path, mut see: impl FnMut(Number, u64)) -> Result<(), Error> {
    for segments in places(data) {
        for segment in segments.list()? {
            let Some(bytes) = segment.read()? else { continue };
            let numbers = segment.frames(&bytes).filter_map(|frame| number(&frame.sealed));
            numbers.for_each(|number| see(number, 1));
        }
    }
    Ok(())
}

fn places(data: &Path) -> [Segments; 2] {
    let folder = data.join("delivered");
    [Segments::of(folder.join("receipts")), Segments::of(folder.join("bodies"))]
}

fn is_of(frame: &Frame<'_>, keys: &[Number]) -> bool {
    number(&frame.sealed).is_some_and(|number| keys.contains(&number))
}

/// How many frames a fuzzer's bytes are.
#[cfg(test)]
pub(super) fn frames(bytes: &[u8]) -> usize {
    Segment::at("1-0".into()).map_or(0, |segment| segment.frames(bytes).count())
}

/// What a fuzzer's bytes say.
#[cfg(test)]
pub(super) fn row(bytes: &[u8]) -> Option<Taken> {
    postcard::from_bytes::<Row<'_>>(bytes).ok()?.taken().ok()
}

/// As it is written.
#[cfg(test)]
pub(super) fn written(taken: &Taken) -> impl serde::Serialize + '_ {
    Row::whole(taken)
}

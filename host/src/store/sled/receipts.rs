//! What is kept of deliveries that are done: receipts, and what was sent, where the user wants that.
//!
//! There are many, they are written once, hardly ever read, and go by their age. sled reads all of
//! its log at every start and touches a leaf for every key; so these are in files of an hour each
//! beside it, which a start does not open, and which are removed whole. The committer writes them,
//! and has them synced, before the group that forgets the deliveries.

mod purge;
mod row;
mod segments;

use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use self::{
    row::Row,
    segments::{Frame, Segment, Segments, Sheet},
};
#[cfg(test)]
pub(super) use self::{
    row::{read, written},
    segments::count,
};
use super::{folder, format, keyring::Keyring};
use crate::{
    model::NotificationId,
    step,
    store::{
        Before, Error, Receipt, Sought, Taken,
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

/// Where a group's deliveries are kept.
pub(super) struct Desk<'a> {
    of: &'a Receipts,
    receipts: Option<Sheet<'a>>,
    bodies: Option<Sheet<'a>>,
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

    /// Opens what it takes to keep some of these; `None` while this process may open no more files.
    pub(super) fn desk<'t>(
        &self,
        taken: impl Iterator<Item = &'t Taken>,
    ) -> Result<Option<Desk<'_>>, Error> {
        let mut desk = Desk { receipts: None, bodies: None, of: self };
        // The latest, so that none is later than its file says.
        let Some((at, has_bodies)) = taken
            .map(|taken| (taken.receipt.delivered_at.as_second(), taken.body.is_some()))
            .reduce(|one, other| (one.0.max(other.0), one.1 | other.1))
        else {
            return Ok(Some(desk));
        };
        desk.receipts = self.receipts.sheet(at)?;
        if has_bodies {
            desk.bodies = self.bodies.sheet(at)?;
        }
        let is_ready = desk.receipts.is_some() && desk.bodies.is_some() == has_bodies;
        Ok(is_ready.then_some(desk))
    }

    fn seal(
        &self,
        kind: Kind,
        place: &[u8],
        connection: &str,
        rows: &[&Row<'_>],
    ) -> Result<Frame<'static>, Error> {
        let bytes = format::encode(&rows);
        let bytes = bytes.map_err(|error| folder::damaged(&self.data, error))?;
        let sealed = self.ring.newest(connection)?.seal(kind, place, &bytes);
        let sealed = sealed.map_err(|unopened| self.ring.unopened(unopened))?;
        Ok(Frame { rows: rows.len() as u32, sealed: sealed.into() })
    }

    /// See [`Store::delivered`](crate::store::Store::delivered).
    pub(super) fn list(&self, sought: &Sought, limit: usize) -> Result<Vec<Receipt>, Error> {
        let found = self.find(&self.receipts, Kind::Receipt, sought, limit)?;
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
        limit: usize,
    ) -> Result<Vec<Taken>, Error> {
        let mut found = Vec::new();
        for segment in among.list()?.iter().rev() {
            let left = limit.saturating_sub(found.len());
            if left == 0 || sought.since.is_some_and(|since| segment.ended_before(since)) {
                break;
            }
            let Some(bytes) = segment.read()? else { continue };
            let mut here = VecDeque::new();
            for frame in segment.frames(&bytes) {
                self.open(kind, segment, &frame, |taken| {
                    if sought.takes(&taken) {
                        here.push_back(taken);
                    }
                    if here.len() > left {
                        here.pop_front();
                    }
                })?;
            }
            found.extend(here.into_iter().rev());
        }
        Ok(found)
    }

    /// Shows all rows of a frame; none where its key was destroyed.
    fn open(
        &self,
        kind: Kind,
        segment: &Segment,
        frame: &Frame<'_>,
        mut show: impl FnMut(Taken),
    ) -> Result<(), Error> {
        let opened = self.ring.open_value(kind, segment.place(), &frame.sealed);
        let opened = opened.map_err(|error| segment.damaged(error))?;
        let Some(bytes) = opened else { return Ok(()) };
        let rows: Vec<Row<'_>> =
            postcard::from_bytes(&bytes).map_err(|error| segment.damaged(error))?;
        for row in rows {
            show(row.taken().map_err(|error| segment.damaged(error))?);
        }
        Ok(())
    }

    /// See [`Store::forget_delivered`](crate::store::Store::forget_delivered).
    pub(super) fn forget(&self, before: &Before) -> Result<(), Error> {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.receipts.forget(before.receipts)?;
        self.bodies.forget(before.bodies)
    }
}

impl Desk<'_> {
    /// Keeps these, which are among those that it was opened for; they are on disk when this
    /// answers.
    pub(super) fn keep(mut self, taken: &[Taken]) -> Result<(), Error> {
        if taken.is_empty() {
            return Ok(());
        }
        step::reached("receipting");
        let bodies: Vec<_> = taken.iter().filter(|it| it.body.is_some()).map(Row::whole).collect();
        append(self.of, self.bodies.as_mut(), Kind::Body, &bodies)?;
        let receipts: Vec<_> = taken.iter().map(Row::receipt).collect();
        append(self.of, self.receipts.as_mut(), Kind::Receipt, &receipts)
    }
}

fn append(
    of: &Receipts,
    to: Option<&mut Sheet<'_>>,
    kind: Kind,
    rows: &[Row<'_>],
) -> Result<(), Error> {
    let Some(to) = to else { return Ok(()) };
    let mut by_connection = BTreeMap::<_, Vec<&Row<'_>>>::new();
    for row in rows {
        by_connection.entry(row.connection()).or_default().push(row);
    }
    to.append(|place| {
        let by_connection = by_connection.iter();
        by_connection.map(|(whose, rows)| of.seal(kind, place, whose, rows)).collect()
    })
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

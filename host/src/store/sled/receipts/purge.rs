//! Taking what a purge means out of files that are closed.

use std::sync::PoisonError;

use super::{
    Receipts,
    row::Row,
    segments::{Frame, Segment, Segments},
};
use crate::store::{
    Error, Purge, Sought,
    seal::{Kind, Number, number},
};

impl Receipts {
    /// Counts the receipts that a purge takes, of a connection with these keys.
    pub(in super::super) fn held(&self, what: &Purge, keys: &[Number]) -> Result<usize, Error> {
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
    pub(in super::super) fn purge(&self, what: &Purge, keys: &[Number]) -> Result<usize, Error> {
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
        self.open(kind, segment, frame, |taken| match sought.takes(&taken) {
            true => gone += 1,
            false => left.push(taken),
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

fn is_of(frame: &Frame<'_>, keys: &[Number]) -> bool {
    number(&frame.sealed).is_some_and(|number| keys.contains(&number))
}

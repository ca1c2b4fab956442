//! Asking again from where a task stood some minutes ago, for what its EHR showed late: a transaction
//! carries the time of its beginning and is seen at its end.
//!
//! It is asked less and less often while nothing is found, and not at all once the task has stood
//! still for as long as anything may be late. What is known is told to nobody. What was not seen when
//! it was asked again before may be as late then as anything may be, so that it begins so long before
//! that, however long ago it was.

use std::time::Duration;

use jiff::Timestamp;

use super::{Error, Poller, Progress, past};
use crate::{
    clock,
    connector::{Detection, Failure, Fault, Guest},
    egress,
    store::{Mark, Pass},
};

/// How late what an EHR shows may be where nobody said otherwise.
pub(crate) const LATE: Duration = Duration::from_secs(10 * 60);

/// When a task is asked again.
#[derive(Default)]
pub(crate) struct Again {
    /// How often the task was taken back until then.
    era: u64,
    /// Not before.
    due: Option<Timestamp>,
    /// How long the last wait was.
    wait: Duration,
    /// When what was last read whole began to be read. `None` after a start.
    looked: Option<Mark>,
    /// A stretch that was longer than a poll, and goes on.
    goes_on: Option<Stretch>,
}

/// A stretch that is read again.
struct Stretch {
    /// When it began to be read.
    began: Mark,
    /// From where; `None` is the task's beginning.
    from: Option<String>,
    /// When the task stood there, by the EHR's clock, if that is known.
    ehr_stood: Option<Timestamp>,
}

impl Again {
    /// A task that was taken back looks as far back as it can, as after a start: what was found late
    /// was taken back with it.
    pub(super) fn goes_with(&mut self, era: u64) {
        if self.era != era {
            *self = Self { era, ..Self::default() };
        }
    }

    /// When what was last read whole began to be read.
    pub(super) fn last(&self) -> Option<&Mark> {
        self.looked.as_ref()
    }

    /// Nothing was found of what was read from then on, or something: says when to look again.
    fn looked(&mut self, began: Mark, now: Timestamp, late: Duration, found: usize) {
        let (first, longest) = (late / 10, late / 3);
        self.wait = if found > 0 { first } else { (self.wait * 2).clamp(first, longest) };
        self.due = Some(clock::after(now, self.wait));
        (self.looked, self.goes_on) = (Some(began), None);
    }

    /// There is nothing to look for.
    fn rests(&mut self) {
        *self = Self { era: self.era, looked: self.looked.take(), ..Self::default() };
    }
}

impl Poller {
    /// Looks for what came late, where it is time to.
    pub(super) async fn look_again(
        &self,
        mut guest: Guest,
        client: &egress::Client,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let Some(stretch) = self.again_from(progress) else { return Ok(()) };
        let (late, pages) = (progress.summary.changes, progress.summary.pages);
        (progress.cursor, progress.pass) = (stretch.from.clone(), Pass::Again);
        if stretch.from.is_none() {
            // A first poll far into the past is not made again and again, but where nobody knows what
            // time it was for the EHR.
            let context = &mut progress.context;
            if let Some(stood) = stretch.ehr_stood {
                context.since = context.since.max(clock::before(stood, self.late));
            }
            drop(guest);
            let connector = &progress.serving.connector;
            guest = Guest::new(connector, &progress.context, self.connection.connector_log).await?;
        }
        let goes_on = match self.pages(&mut guest, client, progress).await {
            Ok(is_whole) => (!is_whole).then(|| progress.cursor.clone()).flatten(),
            // Nobody has to go on from there.
            Err(Error::Fault(Fault::Failure(Failure::CursorLost(why)))) => {
                tracing::warn!(task = %self.task, why, "the EHR no longer knows where the task stood before; what it shows late may be missed");
                None
            }
            Err(error) => {
                // Where it is the place itself that fails, the whole stretch is read anew.
                let is_the_next_page = matches!(error, Error::Egress(_) | Error::Fault(_));
                let came_on = is_the_next_page && progress.summary.pages > pages;
                let goes_on = came_on.then(|| Stretch { from: progress.cursor.clone(), ..stretch });
                self.again().goes_on = goes_on;
                return Err(error);
            }
        };
        let found = progress.summary.changes - late;
        progress.summary.late = found;
        let mut again = self.again();
        match goes_on {
            Some(cursor) => {
                let from = Some(cursor);
                (again.goes_on, again.due) = (Some(Stretch { from, ..stretch }), None);
            }
            None => again.looked(stretch.began, self.clock.steady(), self.late, found),
        }
        Ok(())
    }

    /// A task's first pass has just read what would be asked for again.
    pub(super) fn read_from_its_beginning(&self, progress: &Progress) {
        let changes = progress.summary.changes;
        self.again().looked(progress.began(), self.clock.steady(), self.late, changes);
    }

    /// From where, if it is time.
    fn again_from(&self, progress: &Progress) -> Option<Stretch> {
        if self.late.is_zero() || self.detection_of(&progress.serving) != Detection::Feed {
            return None;
        }
        let mut again = self.again();
        let Some(stood) = past::from(&progress.state.past, again.looked.as_ref(), self.late) else {
            again.rests();
            return None;
        };
        let now = self.clock.steady();
        if again.due.is_some_and(|due| due > now) {
            return None;
        }
        let so_far = clock::until(progress.steady, now);
        let ehr_at = progress.ehr_at.map(|at| clock::after(at, so_far));
        let began = Mark { at: now, ehr_at, cursor: None };
        let (from, ehr_stood) = (stood.cursor.clone(), stood.ehr_at);
        Some(again.goes_on.take().unwrap_or(Stretch { began, from, ehr_stood }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_nothing_looks_less_and_less_often() {
        let mut again = Again::default();
        let now = Timestamp::UNIX_EPOCH;
        let began = Mark { at: now, ehr_at: None, cursor: None };
        let mut waits = Vec::new();
        for found in [0, 0, 0, 0, 1, 0] {
            again.looked(began.clone(), now, LATE, found);
            waits.push(again.wait.as_secs());
        }
        assert_eq!(waits, [60, 120, 200, 200, 60, 120]);
    }
}

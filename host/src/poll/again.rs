//! Asking again from where a task stood some minutes ago, for what its EHR showed late: a transaction
//! carries the time of its beginning and is seen at its end.
//!
//! It is asked less and less often while nothing is found, and not at all once the task has stood
//! still for as long as anything may be late. What is known is told to nobody.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

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
    /// Not before.
    due: Option<Timestamp>,
    /// How long the last wait was.
    wait: Duration,
    /// Where a stretch that was longer than a poll goes on, and when that was begun.
    goes_on: Option<(String, Timestamp)>,
    /// When a poll began that found all that had come late by then, if this host made it.
    looked: Option<Timestamp>,
}

impl Again {
    pub(super) fn looked(&self) -> Option<Timestamp> {
        self.looked
    }

    /// Nothing was found, or something: says when to look again.
    fn found(&mut self, now: Timestamp, late: Duration, found: usize) {
        let (first, longest) = (late / 10, late / 3);
        self.wait = if found > 0 { first } else { (self.wait * 2).clamp(first, longest) };
        self.due = Some(clock::after(now, self.wait));
        self.goes_on = None;
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
        let Some((from, began)) = self.again_from(progress) else { return Ok(()) };
        let late = progress.summary.changes;
        progress.pass = Pass::Again;
        if from.cursor.is_none() {
            // A first poll far into the past is not made again and again.
            let since = from
                .at
                .checked_sub(SignedDuration::try_from(self.late).unwrap_or(SignedDuration::MAX));
            let context = &mut progress.context;
            context.since = context.since.max(since.unwrap_or(Timestamp::MIN));
            drop(guest);
            let connector = &progress.serving.connector;
            guest = Guest::new(connector, &progress.context, self.connection.connector_log).await?;
        }
        progress.cursor = from.cursor;
        let goes_on = match self.pages(&mut guest, client, progress).await {
            Ok(is_whole) => (!is_whole).then(|| progress.cursor.clone()).flatten(),
            // Nobody has to go on from there.
            Err(Error::Fault(Fault::Failure(Failure::CursorLost(why)))) => {
                tracing::warn!(task = %self.task, why, "the EHR no longer knows where the task stood before; what it shows late may be missed");
                None
            }
            Err(error) => return Err(error),
        };
        let found = progress.summary.changes - late;
        progress.summary.late = found;
        let mut again = self.again();
        again.found(self.clock.steady(), self.late, found);
        match goes_on {
            Some(cursor) => (again.goes_on, again.due) = (Some((cursor, began)), None),
            None => again.looked = Some(began),
        }
        Ok(())
    }

    /// From where, if it is time, and when that was begun.
    fn again_from(&self, progress: &Progress) -> Option<(Mark, Timestamp)> {
        if self.late.is_zero() || self.detection_of(&progress.serving) != Detection::Feed {
            return None;
        }
        let now = progress.context.now;
        let mut again = self.again();
        let Some(stood) = past::from(&progress.state.past, again.looked, self.late) else {
            *again = Again { looked: Some(now), ..Again::default() };
            return None;
        };
        if again.due.is_some_and(|due| due > self.clock.steady()) {
            return None;
        }
        Some(match again.goes_on.take() {
            Some((cursor, began)) => (Mark { cursor: Some(cursor), ..stood.clone() }, began),
            None => (stood.clone(), now),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_nothing_looks_less_and_less_often() {
        let mut again = Again::default();
        let now = Timestamp::UNIX_EPOCH;
        let mut waits = Vec::new();
        for found in [0, 0, 0, 0, 1, 0] {
            again.found(now, LATE, found);
            waits.push(again.wait.as_secs());
        }
        assert_eq!(waits, [60, 120, 200, 200, 60, 120]);
    }
}

//! Asking again from where a task stood some minutes ago, for what its EHR showed late: a transaction
//! carries the time of its beginning and is seen at its end.
//!
//! It is asked less and less often while nothing is found, and not at all once the task has stood
//! still for as long as anything may be late. What is known is told to nobody.

use std::time::Duration;

use jiff::Timestamp;

use super::{Error, Poller, Progress, past};
use crate::{
    clock,
    connector::{Detection, Failure, Fault, Guest},
    egress,
    store::Pass,
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
    /// Where a stretch that was longer than a poll goes on, by the connector of this digest.
    goes_on: Option<(String, String)>,
}

impl Again {
    /// Nothing was found, or something: says when to look again.
    fn looked(&mut self, now: Timestamp, late: Duration, found: usize) {
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
        guest: &mut Guest,
        client: &egress::Client,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let Some(from) = self.again_from(progress) else { return Ok(()) };
        let late = progress.summary.changes;
        (progress.cursor, progress.pass) = (from, Pass::Again);
        let goes_on = match self.pages(guest, client, progress).await {
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
        again.looked(self.clock.steady(), self.late, found);
        if goes_on.is_some() {
            let digest = progress.serving.connector.digest().to_owned();
            (again.goes_on, again.due) = (goes_on.map(|cursor| (digest, cursor)), None);
        }
        Ok(())
    }

    /// From which cursor, if it is time; the inner `None` is from the task's beginning.
    fn again_from(&self, progress: &Progress) -> Option<Option<String>> {
        if self.late.is_zero() || self.detection_of(&progress.serving) != Detection::Feed {
            return None;
        }
        let now = progress.context.now;
        let stood = past::from(&progress.state.past, now, self.late);
        let mut again = self.again();
        let Some(stood) = stood else {
            *again = Again::default();
            return None;
        };
        if again.due.is_some_and(|due| due > self.clock.steady()) {
            return None;
        }
        let goes_on = again.goes_on.take();
        let own = goes_on.filter(|(digest, _)| digest == progress.serving.connector.digest());
        Some(own.map(|(_, cursor)| cursor).or_else(|| stood.cursor.clone()))
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
            again.looked(now, LATE, found);
            waits.push(again.wait.as_secs());
        }
        assert_eq!(waits, [60, 120, 200, 200, 60, 120]);
    }
}

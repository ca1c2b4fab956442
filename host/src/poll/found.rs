//! What a page said, on its way to the store.

use jiff::Timestamp;

use super::{Error, Poller, Progress, past};
use crate::{
    clock,
    connector::{Detection, Page},
    model::{ChangeKind, Pending, Stage},
    step,
    store::{Commit, Committed, Mark, Move, NewChange, Pass, Reading, Tally},
};

/// So many changes that are none are worth a notice, where they are most of what came.
const MANY_SAME: usize = 50;

impl Poller {
    /// Commits a page and hands over what it made.
    pub(super) async fn commit(&self, progress: &mut Progress, page: Page) -> Result<(), Error> {
        let commit = self.commit_of(progress, page);
        self.store_page(progress, commit).await
    }

    /// Commits what a page came to.
    pub(super) async fn store_page(
        &self,
        progress: &mut Progress,
        commit: Commit,
    ) -> Result<(), Error> {
        let there = |new: &NewChange| new.change.kind == ChangeKind::Upserted;
        let there = commit.changes.iter().filter(|new| there(new)).count();
        let (moves, notices) = (commit.moves.clone(), commit.notices.clone());
        // Until all are handed in: of one line, none goes before one with a smaller number.
        let _turn = self.collector.turn().await;
        step::reached("committing");
        let Committed::Done { revision, made, tally } = self.store.commit(commit).await? else {
            return Err(Error::Fenced);
        };
        step::reached("committed");
        progress.evidence.committed();
        progress.state.revision = revision;
        if let Some(Move { cursor, past, .. }) = moves {
            progress.reached.further |= progress.state.cursor.as_ref() != Some(&cursor);
            (progress.state.cursor, progress.state.past) = (Some(cursor), past);
        }
        self.tell(progress, notices);
        self.count(progress, &made, there, tally);
        self.note_made(progress, &made);
        self.hand_over(made);
        Ok(())
    }

    /// Has what was made collected.
    pub(super) fn hand_over(&self, made: Vec<Pending>) {
        for pending in made.into_iter().filter(|pending| pending.stage == Stage::Collect) {
            self.collector.collect(pending, self.connection.backlog.enter());
        }
    }

    pub(super) fn commit_of(&self, progress: &mut Progress, page: Page) -> Commit {
        let Page { changes, unreadable, mut notices, cursor, more } = page;
        progress.cursor = Some(cursor.clone());
        let (pass, revision) = (progress.pass, progress.state.revision);
        let mut new: Vec<_> = (0..)
            .zip(changes)
            .map(|(position, change)| {
                let backfill = is_backfill(progress, change.occurred_at.as_deref());
                let reading = Reading { pass, revision, position };
                NewChange::of(&self.task, change, reading, backfill)
            })
            .collect();
        let doubted = past::doubted(&progress.state.past, &progress.began(), self.late);
        new.iter_mut().for_each(|new| new.doubted = doubted);
        NewChange::note_current(&mut new, pass);
        new.extend(unreadable.into_iter().map(|it| NewChange::unreadable(&self.task, it)));
        notices.extend(self.odd(progress));
        notices.retain(|notice| !progress.state.notices.contains(notice));
        let complete = !more;
        let moves = (pass == Pass::Onward).then(|| {
            let past = self.past(progress, &cursor, complete);
            Move { cursor, past, complete }
        });
        Commit {
            task: self.task.clone(),
            revision,
            moves,
            observed_at: progress.context.now,
            pass,
            listing: None,
            lists: self.sweeps,
            changes: new,
            notices,
        }
    }

    /// Where the task stood before, once it is where it goes.
    fn past(&self, progress: &Progress, cursor: &str, complete: bool) -> Vec<Mark> {
        let mut past = progress.state.past.clone();
        let is_asked_again =
            !self.late.is_zero() && self.detection_of(&progress.serving) == Detection::Feed;
        if !is_asked_again {
            return past;
        }
        if past.is_empty() {
            past.push(Mark { cursor: progress.state.cursor.clone(), ..progress.began() });
        }
        if !complete {
            return past;
        }
        let rests = Mark { cursor: Some(cursor.to_owned()), ..progress.began() };
        past::rested(&past, rests, self.again().last(), self.late)
    }

    /// What of the last pages a user should know that no connector can say.
    fn odd(&self, progress: &Progress) -> Option<String> {
        let Tally { same, .. } = progress.summary.tally;
        let is_odd = same >= MANY_SAME && same > progress.summary.changes;
        is_odd.then(|| "most of what comes as changed says the same as before, and is told to nobody: the EHR gives records new versions or times though nothing changed".into())
    }

    /// Tells what a user was not told yet.
    fn tell(&self, progress: &mut Progress, notices: Vec<String>) {
        for notice in &notices {
            tracing::warn!(task = %self.task, notice, "a notice of the EHR's answers, which is told once");
        }
        progress.state.notices.extend(notices);
        progress.summary.notices.clone_from(&progress.state.notices);
    }

    fn count(&self, progress: &mut Progress, made: &[Pending], there: usize, tally: Tally) {
        let summary = &mut progress.summary;
        summary.pages += 1;
        summary.changes += made.len();
        summary.gone += made.len().saturating_sub(there);
        summary.tally += tally;
        if progress.pass == Pass::Again {
            let by = tally.oldest.map(|oldest| clock::until(oldest, progress.context.now));
            summary.latest_by = summary.latest_by.max(by);
        }
    }
}

/// Whether a change is from before the task was: by the EHR's clock, or where the EHR does not
/// say, as part of a first poll into the past.
fn is_backfill(progress: &Progress, occurred_at: Option<&str>) -> bool {
    let occurred_at = occurred_at.and_then(|text| text.parse::<Timestamp>().ok());
    match occurred_at {
        Some(at) => at < progress.begun,
        None => !progress.state.complete && progress.context.since < progress.begun,
    }
}

//! Commits as mutants make them.

use rounds::{
    identity,
    model::{ChangeKind, ContainerId, Lane, NotificationId, Pending, TaskId},
    store::{Commit, Store},
};

use super::{super::mutants::Mutant, Watched};

impl Watched {
    /// A commit as a mutant makes it.
    pub(super) fn spoilt(&self, mut commit: Commit) -> Commit {
        let task = self.inner.task(&commit.task).unwrap_or_default();
        if self.world.has(Mutant::NoFence) {
            commit.revision = task.revision;
        }
        if self.world.has(Mutant::ForgetsThePast)
            && let Some(to) = &mut commit.moves
        {
            to.past.clear();
        }
        if self.world.has(Mutant::LeavesOutTheOdd) {
            commit.changes.retain(|new| new.unreadable.is_none());
        }
        let host = self.world.lock().hosts;
        for (new, at) in commit.changes.iter_mut().zip(1_u64..) {
            match self.world.mutant {
                Some(Mutant::NoOrder) => {
                    new.change.key = Some(format!("{}/{at}", commit.revision));
                }
                Some(Mutant::SeesTwice) => new.always = true,
                Some(Mutant::MixesConnections) => {
                    let task = TaskId { connection: "any".into(), ..commit.task.clone() };
                    new.record = identity::record(&task, &new.change.id);
                }
                // Another state each time.
                Some(Mutant::FindsTheOddAgain) if new.unreadable.is_some() => new.always = true,
                Some(Mutant::OtherIds) => {
                    new.notification_id =
                        NotificationId(format!("{}-{host}", new.notification_id.0));
                }
                _ => {}
            }
        }
        commit
    }

    /// What waits, as a mutant has it wait.
    pub(super) fn misplaced(&self, pending: &mut [Pending], is_start: bool) {
        for it in pending.iter_mut() {
            let tasks = it.task.action.as_str().len() as u64;
            match self.world.mutant {
                Some(Mutant::NoLinesOfRecords) => it.record = Lane(u64::MAX - it.id.0),
                Some(Mutant::ApartAfterARestart) if is_start => it.lane.0 ^= tasks,
                _ => {}
            }
        }
        if self.world.has(Mutant::TellsOfMovesLast) && !is_start {
            // A line of their own, so that nothing waits for them.
            for it in pending.iter_mut().filter(|it| self.is_move(it.id)) {
                (it.lane, it.record) = (Lane(it.id.0), Lane(u64::MAX - it.id.0));
            }
        }
    }

    fn is_move(&self, id: ContainerId) -> bool {
        let container = self.inner.container(id).unwrap();
        container.is_some_and(|it| it.change.kind == ChangeKind::MovedAway)
    }
}
